"""What airspace decides, as pure functions: no clock, no SQL, no HTTP."""

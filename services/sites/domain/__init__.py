"""What is decided about sites: pure, no clock, no SQL, no HTTP."""

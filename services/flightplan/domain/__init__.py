"""What flightplan decides. Pure: no clock, no SQL, no HTTP."""

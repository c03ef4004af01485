"""What airspace does: a function a use case, in one transaction: load, decide, save, record."""

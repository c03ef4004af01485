"""One function a use case: load, decide, save, record."""

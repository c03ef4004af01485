"""What people and events ask of flightplan: one function a use case, each load, decide, save, record."""

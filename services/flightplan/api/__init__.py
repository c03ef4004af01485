"""HTTP in and out of flightplan: no decisions."""

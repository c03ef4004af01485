"""Planted faults: each is put into a copy of the platform, and the tests named for it must fail. `make mutants`."""

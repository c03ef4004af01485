"""Airspace: zones, reservations, and the decider whether a plan, a route or a site is compatible."""

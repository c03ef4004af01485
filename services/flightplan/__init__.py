"""The flightplan service: plans, authorizations and fixed routes, and the life of each."""

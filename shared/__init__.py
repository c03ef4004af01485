"""The kernel every service stands on: volumes and flight, contracts, log and bus, frame, HTTP edge, identity."""

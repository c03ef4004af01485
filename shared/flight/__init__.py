"""What an operator asks for, `FlightIntent`, and the 4D volumes the flight needs, `volumes(intent, ...)`. Pure."""

from shared.flight.intent import (
    AircraftClass,
    Clawback,
    FlightArea,
    FlightIntent,
    IntentChange,
    Purpose,
    Spot,
    Waypoint,
)
from shared.flight.records import FlightVolumes, Movements
from shared.flight.rules import FlightRules, Tolerance
from shared.flight.slicing import corridor, volumes, volumes_of_all

__all__ = [
    "AircraftClass",
    "Clawback",
    "FlightArea",
    "FlightIntent",
    "FlightRules",
    "FlightVolumes",
    "IntentChange",
    "Movements",
    "Purpose",
    "Spot",
    "Tolerance",
    "Waypoint",
    "corridor",
    "volumes",
    "volumes_of_all",
]

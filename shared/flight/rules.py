"""The numbers by which an intent becomes volumes: `FlightRules`, from the city's profile. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from shared.flight.intent import AircraftClass

MAX_FLIGHT_S: Final = 86_400.0  # rule TY-FLIGHT-DURATION: one sortie lasts a day at most, holds and climbs included
MAX_VOLUMES: Final = 5_000  # F3548-21 OiMaxVertices: 10,000 vertices over all volumes of an intent, two a slice
MAX_AREA_KM2: Final = 2_500.0  # of one flight; InterUSS DSS limit for one area
MAX_CORE_M: Final = 2_000.0  # rule TY-FRAME: a longer line core would bend away from its geodesic by millimetres


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What is kept free around a flight: metres to each side, metres up and down, seconds before and after."""

    lateral_m: float
    vertical_m: float
    time_s: float


def _engineering_defaults() -> Mapping[AircraftClass, Tolerance]:
    small, crewed = Tolerance(30.0, 10.0, 30.0), Tolerance(150.0, 30.0, 120.0)
    return {
        AircraftClass.MICRO: Tolerance(20.0, 10.0, 30.0),
        AircraftClass.LIGHT: Tolerance(20.0, 10.0, 30.0),
        AircraftClass.SMALL: small,
        AircraftClass.MEDIUM: Tolerance(50.0, 15.0, 60.0),
        AircraftClass.LARGE: crewed,
        AircraftClass.AGRICULTURAL: small,
        AircraftClass.CREWED: crewed,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightRules:
    """Tolerances by class, rates, slice length. All are engineering defaults: no official separation exists."""

    name: str = "default-1"  # of the rule set; every Assessment carries it
    tolerances: Mapping[AircraftClass, Tolerance] = field(default_factory=_engineering_defaults)
    climb_mps: float = 3.0
    descent_mps: float = 2.5
    slice_s: float = 30.0
    bank_deg: float = 25.0  # of a fly-by turn
    crewed_overlap_is_note: bool = True  # two crewed plans that overlap: a note, or a conflict
    same_priority_overlap_is_note: bool = False  # F3548 SCD0035: the regulator says whether equals may overlap

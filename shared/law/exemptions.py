"""Who need not apply: exemptions E1 and E2 of Decree 761 Art. 31 para 1, and the claw-backs of para 2. Pure.

The other exemptions need facts a plan does not carry: whose premises lie below (E3), an airport's agreement (E4, E5).
"""

from dataclasses import dataclass
from typing import Final

from shared.flight import AircraftClass, Clawback, FlightIntent, Purpose
from shared.volumes import AltitudeReference

CONTROLLED_FROM_M: Final = 120.0  # Art. 19: 真高 120 米以上, and 以上 includes the number
_E1_CLASSES: Final = frozenset({AircraftClass.MICRO, AircraftClass.LIGHT, AircraftClass.SMALL})
_E2_SPARED: Final = frozenset({Clawback.DANGEROUS_OR_DROPPING})  # para 2 (2) spares regular agricultural flights


@dataclass(frozen=True, slots=True)
class Exemption:
    """An exemption that applies, with the articles it rests on."""

    code: str  # E1, E2
    articles: str


E1: Final = Exemption("E1", "条例第三十一条第一款第一项；第十九条 (Decree 761 Art. 31(1)1, Art. 19)")
E2: Final = Exemption("E2", "条例第三十一条第一款第二项；第十一条 (Decree 761 Art. 31(1)2, Art. 11)")


def exemption(intent: FlightIntent) -> Exemption | None:
    """The exemption the flight has while it stays in suitable airspace, or None: it must apply."""
    if not _declared_below_controlled(intent):
        return None
    clawbacks = frozenset(intent.clawbacks)
    if intent.aircraft_class in _E1_CLASSES and not clawbacks:
        return E1
    regular = intent.aircraft_class is AircraftClass.AGRICULTURAL and intent.purpose is Purpose.AGRICULTURE
    return E2 if regular and not clawbacks - _E2_SPARED else None


def voluntary(intent: FlightIntent) -> bool:
    """True where the law asks for no approval as long as the flight meets suitable airspace only."""
    return exemption(intent) is not None


def _declared_below_controlled(intent: FlightIntent) -> bool:
    """Declared as true height below 120 m. A height above sea level says nothing of true height: it is not exempt."""
    if intent.height_reference is not AltitudeReference.AGL:
        return False
    top = intent.area.upper_m if intent.area else max(point.height_m for point in intent.path)
    return top < CONTROLLED_FROM_M

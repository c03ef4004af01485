"""Who need not apply: exemptions E1 and E2 of Decree 761 Art. 31 para 1, and the claw-backs of para 2. Pure."""

from dataclasses import dataclass

from shared.flight import FlightIntent


@dataclass(frozen=True, slots=True)
class Exemption:
    """An exemption that applies, with the articles it rests on."""

    code: str  # E1, E2
    articles: str


def exemption(intent: FlightIntent) -> Exemption | None:
    """The exemption the flight has while it stays in suitable airspace, or None: it must apply."""
    raise NotImplementedError


def voluntary(intent: FlightIntent) -> bool:
    """True where the law asks for no approval as long as the flight meets suitable airspace only."""
    return exemption(intent) is not None

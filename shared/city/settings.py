"""profile.toml: name, time zone, bounds, approval mode, the numbers of flights, heights and coverage. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal

from annotated_types import Ge, Gt

from shared.contracts.sites import SiteKind
from shared.flight import AircraftClass, FlightRules, Tolerance
from shared.values import Identifier, Latitude, Longitude


class ApprovalMode(StrEnum):
    """Who decides: the platform reviews for the air-traffic body, or decides itself (CCAR-92 92.535)."""

    ADVISORY = "advisory"
    ENTRUSTED = "entrusted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassTolerance:
    """Half-width, half-height and seconds kept around a flight of one aircraft class, with where they come from."""

    lateral_m: Annotated[float, Gt(0.0)]
    vertical_m: Annotated[float, Gt(0.0)]
    time_s: Annotated[float, Gt(0.0)]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightSettings:
    """The numbers by which an intent becomes volumes, as the profile states them."""

    name: Identifier
    climb_mps: Annotated[float, Gt(0.0)]
    descent_mps: Annotated[float, Gt(0.0)]
    slice_s: Annotated[float, Gt(0.0)]
    bank_deg: Annotated[float, Gt(0.0)] = 25.0
    crewed_overlap: Literal["note", "conflict"]
    same_priority_overlap: Literal["note", "conflict"] = "conflict"
    source: str
    tolerances: Mapping[AircraftClass, ClassTolerance]

    def __post_init__(self) -> None:
        if missing := [kind.value for kind in AircraftClass if kind not in self.tolerances]:
            raise ValueError(f"flight.tolerances lacks {', '.join(missing)}")

    def rules(self) -> FlightRules:
        """The same numbers as the pure part takes them."""
        return FlightRules(
            name=self.name,
            tolerances={
                kind: Tolerance(given.lateral_m, given.vertical_m, given.time_s)
                for kind, given in self.tolerances.items()
            },
            climb_mps=self.climb_mps,
            descent_mps=self.descent_mps,
            slice_s=self.slice_s,
            bank_deg=self.bank_deg,
            crewed_overlap_is_note=self.crewed_overlap == "note",
            same_priority_overlap_is_note=self.same_priority_overlap == "note",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOffs:
    """Whose take-off is to be confirmed, and how long a plan holds its airspace without (`[take_offs]`).

    By default every class of uncrewed aircraft: Decree 761 Art. 30 lets an approved flight take off only once it is
    confirmed. Crewed flights report to air traffic control instead. `no_show_after_min` 0: plans hold to their end.
    """

    confirmed: Sequence[AircraftClass] = tuple(kind for kind in AircraftClass if not kind.is_crewed)
    no_show_after_min: Annotated[float, Ge(0.0)] = 15.0
    source: str = "engineering default"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaSettings:
    """How much airspace one operator's plans of a day may take (`[quota]`), area × time of their volumes.

    None, the default, is without limit: no rule fixes a number, and an honest one depends on who flies in the city.
    """

    most_km2_h_a_day: Annotated[float, Gt(0.0)] | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Geoid:
    """Band of the geoid's height above the ellipsoid over the city."""

    min_m: float
    max_m: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """How an aircraft gets to a call: the delay until it is off, its speed through the air, the margin for wind."""

    launch_delay_s: Annotated[float, Ge(0.0)] = 30.0
    cruise_mps: Annotated[float, Gt(0.0)] = 15.0
    wind_mps: Annotated[float, Ge(0.0)] = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageSettings:
    """How coverage is computed where nothing else is asked."""

    service_radius_m: Annotated[float, Gt(0.0)]
    demand_spacing_m: Annotated[float, Gt(0.0)]
    dispatch: Dispatch = field(default_factory=Dispatch)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """profile.toml, field by field."""

    name_zh: str
    name_en: str
    timezone: str
    centre: tuple[Longitude, Latitude]
    bounds: tuple[Longitude, Latitude, Longitude, Latitude]
    approval_mode: ApprovalMode
    geoid: Geoid
    flight: FlightSettings
    coverage: CoverageSettings
    province_zh: str = ""
    map_attribution_zh: str = ""  # shown on the map in place of what the files of districts and water say of themselves
    map_attribution_en: str = ""
    take_offs: TakeOffs = field(default_factory=TakeOffs)
    quota: QuotaSettings = field(default_factory=QuotaSettings)
    site_costs_cny: Mapping[SiteKind, Annotated[float, Gt(0.0)]] = field(default_factory=dict)

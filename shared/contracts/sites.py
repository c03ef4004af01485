"""Events that `sites` publishes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from annotated_types import Ge, Gt, Le, Len

from shared.contracts.premises import Contact, Document, Feasibility, Surface
from shared.flight import AircraftClass
from shared.values import Identifier, Instant, Latitude, Longitude, Name, Text


class SiteKind(StrEnum):
    """Kinds of take-off and landing sites in the city's documents."""

    GENERAL_AIRPORT = "general_airport"  # 通用机场
    FIELD = "field"  # 起降场
    POINT = "point"  # 起降点
    PAD = "pad"  # 起降坪
    CAMP = "camp"  # 飞行营地
    VERTIPORT = "vertiport"  # 垂直起降点
    NEST = "nest"  # 无人机自动起降平台(机巢)
    EMERGENCY_PAD = "emergency_pad"  # 直升机紧急起降点


class SiteFunction(StrEnum):
    """What a site serves for (武政办〔2025〕46号 item 7)."""

    TAKEOFF_LANDING = "takeoff_landing"  # 起降
    DIVERSION = "diversion"  # 备降
    PARKING = "parking"  # 停放
    ENERGY = "energy"  # 补能
    MAINTENANCE = "maintenance"  # 检修


class SiteState(StrEnum):
    """The life of a site."""

    PROPOSED = "proposed"  # 拟选
    ASSESSED = "assessed"  # 已论证(经济、技术、环境)
    APPROVED = "approved"  # 已批准(布局)
    UNDER_CONSTRUCTION = "under_construction"  # 在建
    COMMISSIONED = "commissioned"  # 投用
    SUSPENDED = "suspended"  # 停用
    RETIRED = "retired"  # 退役

    @property
    def is_laid_out(self) -> bool:
        """True where the site counts as 布局: approved or later, not retired."""
        return self not in (SiteState.PROPOSED, SiteState.ASSESSED, SiteState.RETIRED)

    @property
    def is_in_use(self) -> bool:
        """True where the site counts as 投用."""
        return self is SiteState.COMMISSIONED

    @property
    def is_out_of_use(self) -> bool:
        """True where nobody takes off or lands any more, at least for a time."""
        return self in (SiteState.SUSPENDED, SiteState.RETIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSpec:
    """A take-off and landing site as its planner states it.

    `pads` are independent; the capacity is `movements_per_window` take-offs and landings in any `window_min` minutes.
    """

    name: Name
    kind: SiteKind
    lng: Longitude
    lat: Latitude
    functions: Annotated[Sequence[SiteFunction], Len(1, 5)] = (SiteFunction.TAKEOFF_LANDING,)
    aircraft_classes: Annotated[Sequence[AircraftClass], Len(0, 7)] = ()
    pads: Annotated[int, Ge(1), Le(200)] = 1
    movements_per_window: Annotated[int, Ge(1), Le(10_000)] | None = None
    window_min: Annotated[int, Ge(1), Le(1440)] = 60
    length_m: Annotated[float, Gt(0.0), Le(10_000.0)] | None = None
    width_m: Annotated[float, Gt(0.0), Le(10_000.0)] | None = None
    surface: Surface | None = None
    service_radius_m: Annotated[float, Gt(0.0), Le(100_000.0)] | None = None
    owner: Text = ""
    operator: Text = ""
    unit: Text = ""  # administering unit, declared: the functional zones have no polygon
    address: Text = ""
    source: Text = ""
    contacts: Annotated[Sequence[Contact], Len(0, 10)] = ()
    documents: Annotated[Sequence[Document], Len(0, 20)] = ()
    feasibility: Annotated[Sequence[Feasibility], Len(0, 20)] = ()
    demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRegistered:
    """A site entered the register, in whatever state it stands."""

    topic: ClassVar[str] = "sites.sites"
    key_field: ClassVar[str] = "site_id"
    site_id: Identifier
    revision: Annotated[int, Ge(1)]
    spec: SiteSpec
    state: SiteState
    district: Text = ""  # adcode derived from the position; empty outside the city
    effective_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteUpdated:
    """What is stated about a site changed; `position_changed` asks for a new assessment."""

    topic: ClassVar[str] = "sites.sites"
    key_field: ClassVar[str] = "site_id"
    site_id: Identifier
    revision: Annotated[int, Ge(1)]
    spec: SiteSpec
    state: SiteState
    district: Text = ""
    position_changed: bool = False
    effective_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStateChanged:
    """A site moved on in its life (assessed, approved, under construction, commissioned, suspended, retired)."""

    topic: ClassVar[str] = "sites.sites"
    key_field: ClassVar[str] = "site_id"
    site_id: Identifier
    revision: Annotated[int, Ge(1)]
    spec: SiteSpec
    state: SiteState
    former_state: SiteState
    district: Text = ""
    reason: Text = ""
    effective_at: Instant


class Movement(StrEnum):
    """What an aircraft did at a site."""

    TAKEOFF = "takeoff"  # 起飞
    LANDING = "landing"  # 降落
    DIVERSION = "diversion"  # 备降: a landing here that was planned elsewhere


class SiteStatus(StrEnum):
    """How a site stands for the day; its life (`SiteState`) is another matter."""

    OPEN = "open"  # 开放
    CLOSED = "closed"  # 关闭
    WEATHER_CLOSED = "weather_closed"  # 因天气关闭
    OCCUPIED = "occupied"  # 占用

    @property
    def is_closed(self) -> bool:
        """True where nobody may take off or land."""
        return self in (SiteStatus.CLOSED, SiteStatus.WEATHER_CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteMovementRecorded:
    """An aircraft took off from a site, or landed there; told once for each `event_id` of who reported it."""

    topic: ClassVar[str] = "sites.movements"
    key_field: ClassVar[str] = "site_id"
    site_id: Identifier
    event_id: Identifier
    movement: Movement
    at: Instant
    plan_id: UUID | None = None
    aircraft: Text = ""  # its registration
    reported_by: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStatusChanged:
    """A site is open, closed or occupied from an instant on, until another where that is said.

    At any instant the status with the highest `number` among those that hold then counts; without any the site is open.
    """

    topic: ClassVar[str] = "sites.sites"
    key_field: ClassVar[str] = "site_id"
    site_id: Identifier
    number: Annotated[int, Ge(1)]
    event_id: Identifier
    status: SiteStatus
    starts_at: Instant
    ends_at: Instant | None = None
    reason: Text = ""
    reported_by: Text = ""


Event = SiteRegistered | SiteUpdated | SiteStateChanged | SiteMovementRecorded | SiteStatusChanged

"""What an operator asks for, `FlightIntent`. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le, Len

from shared.values import Identifier, Instant, Latitude, Longitude, Name, Text
from shared.volumes import AltitudeReference, AreaOutline


class AircraftClass(StrEnum):
    """Classes of Decree 761 Art. 62, the agricultural role, and crewed aircraft."""

    MICRO = "micro"  # 微型
    LIGHT = "light"  # 轻型
    SMALL = "small"  # 小型
    MEDIUM = "medium"  # 中型
    LARGE = "large"  # 大型
    AGRICULTURAL = "agricultural"  # 农用
    CREWED = "crewed"  # 有人驾驶

    @property
    def is_crewed(self) -> bool:
        """True for an aircraft with its pilot aboard."""
        return self is AircraftClass.CREWED


class Purpose(StrEnum):
    """What a flight is for."""

    PATROL = "patrol"  # 政务巡飞
    INCIDENT = "incident"  # 事件处置
    WATER_PATROL = "water_patrol"  # 河湖巡查
    DELIVERY = "delivery"  # 即时配送
    LOGISTICS = "logistics"  # 支线物流
    MEDICAL = "medical"  # 医疗
    SIGHTSEEING = "sightseeing"  # 低空游览
    TRANSPORT = "transport"  # 短途运输
    TRAINING = "training"  # 训练
    SURVEY = "survey"  # 航拍测绘
    INSPECTION = "inspection"  # 巡检
    AGRICULTURE = "agriculture"  # 植保
    DISPLAY = "display"  # 编队表演
    RESCUE = "rescue"  # 应急救援
    TEST = "test"  # 试飞
    RECREATION = "recreation"  # 个人娱乐


class Clawback(StrEnum):
    """Circumstances that end an exemption from applying (Decree 761 Art. 31 para 2, in the order of the law)."""

    NETWORK_RELAY = "network_relay"  # 通过通信基站或者互联网进行无人机中继飞行
    DANGEROUS_OR_DROPPING = "dangerous_or_dropping"  # 运载危险品或者投放物品
    OVER_CROWD = "over_crowd"  # 飞越集会人群上空
    FROM_VEHICLE = "from_vehicle"  # 在移动的交通工具上操控
    SWARM = "swarm"  # 分布式操作或者集群飞行


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a flight leaves or lands: a site of the register, or any place.

    A filing may name the site alone; `flightplan` fills in its position before anything is stored.
    """

    site_id: Identifier | None = None
    lng: Longitude | None = None
    lat: Latitude | None = None

    def __post_init__(self) -> None:
        if (self.lng is None) != (self.lat is None):
            raise ValueError("lng and lat belong together")
        if self.site_id is None and self.lng is None:
            raise ValueError("a spot needs a site_id or lng and lat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waypoint:
    """A point of the path at a height in the intent's reference, where `hover_s` seconds are spent within a radius.

    `speed_mps` is flown over the leg that ends here; where absent, the intent's.
    """

    lng: Longitude
    lat: Latitude
    height_m: Annotated[float, Ge(0.0), Le(10_000.0)]
    speed_mps: Annotated[float, Gt(0.0), Le(150.0)] | None = None
    hover_s: Annotated[float, Ge(0.0), Le(14_400.0)] = 0.0
    hover_radius_m: Annotated[float, Ge(0.0), Le(2_000.0)] = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightArea:
    """A block of airspace flown in freely for `duration_s`, between two heights of the intent's reference."""

    outline: AreaOutline
    lower_m: Annotated[float, Ge(0.0), Le(10_000.0)] = 0.0
    upper_m: Annotated[float, Gt(0.0), Le(10_000.0)]
    duration_s: Annotated[float, Gt(0.0), Le(86_400.0)]

    def __post_init__(self) -> None:
        if self.upper_m <= self.lower_m:
            raise ValueError(f"upper_m {self.upper_m} is not above lower_m {self.lower_m}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightIntent:
    """One sortie as a person asks for it: the HTTP body, the event's field and the stored column alike.

    It has a path of waypoints or an area. It climbs in a column over `departure`, flies the path or works the area,
    and descends over `arrival`. Legs between points are geodesics.
    """

    departure: Spot
    arrival: Spot
    departs_at: Instant
    aircraft_class: AircraftClass
    purpose: Purpose
    speed_mps: Annotated[float, Gt(0.0), Le(150.0)]
    path: Annotated[Sequence[Waypoint], Len(0, 500)] = ()
    area: FlightArea | None = None
    height_reference: AltitudeReference = AltitudeReference.AGL
    clawbacks: Annotated[Sequence[Clawback], Len(0, 5)] = ()
    priority: Annotated[int, Ge(0), Le(100)] = 0  # larger wins; only a regulator may file one above 0
    authorization_number: Name | None = None
    aircraft_registration: Name | None = None
    remark: Text = ""

    def __post_init__(self) -> None:
        if bool(self.path) == (self.area is not None):
            raise ValueError("a flight has a path or an area, one of the two")


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentChange:
    """What of an intent is to be another: its times, its way, or both. What is not said stays."""

    departs_at: Instant | None = None
    path: Annotated[Sequence[Waypoint], Len(1, 500)] | None = None
    area: FlightArea | None = None
    arrival: Spot | None = None
    speed_mps: Annotated[float, Gt(0.0), Le(150.0)] | None = None

    def __post_init__(self) -> None:
        if not self.said:
            raise ValueError("needs departs_at, path, area, arrival or speed_mps: what is to be another")
        if self.path is not None and self.area is not None:
            raise ValueError("a flight has a path or an area, one of the two")

    @property
    def said(self) -> tuple[str, ...]:
        """The fields that it says."""
        return tuple(each.name for each in fields(self) if getattr(self, each.name) is not None)

    @property
    def way(self) -> tuple[str, ...]:
        """Those of them that make another way."""
        return tuple(name for name in self.said if name != "departs_at")

    def of(self, intent: FlightIntent) -> FlightIntent:
        """The intent so changed."""
        said: dict[str, Any] = {name: getattr(self, name) for name in self.said}
        if self.path is not None:
            said["area"] = None
        elif self.area is not None:
            said["path"] = ()
        return replace(intent, **said)

"""Events that `airspace` publishes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from annotated_types import Ge, Len

from shared.contracts.assessment import Assessment, Restriction
from shared.contracts.zones import Grade, TemporaryNotice, TimePeriod, UasZone
from shared.values import Identifier, Instant, Name, Text
from shared.volumes import Altitude, Outline


class ZoneKind(StrEnum):
    """Chinese kinds of airspace, and the eight grounds of Decree 761 Art. 19 for controlled airspace."""

    CONTROLLED_HEIGHT = "controlled_height"  # 真高 120 米以上
    CONTROLLED_AIRPORT = "controlled_airport"  # (1) 机场以及周边
    CONTROLLED_BORDER = "controlled_border"  # (2) 国界线、实际控制线
    CONTROLLED_MILITARY = "controlled_military"  # (3) 军事禁区、军事管理区、监管场所等涉密单位
    CONTROLLED_HAZARD = "controlled_hazard"  # (4) 重要军工、核设施、易燃易爆
    CONTROLLED_INFRASTRUCTURE = "controlled_infrastructure"  # (5) 公共基础设施、饮用水水源保护区
    CONTROLLED_ELECTROMAGNETIC = "controlled_electromagnetic"  # (6) 电磁环境保护
    CONTROLLED_HERITAGE = "controlled_heritage"  # (7) 重要革命纪念地、不可移动文物
    CONTROLLED_OTHER = "controlled_other"  # (8) 国家空中交通管理领导机构规定的其他区域
    TEMPORARY = "temporary"  # 临时管制
    PROHIBITED = "prohibited"  # 禁飞
    SUITABLE = "suitable"  # 适飞
    ISOLATED = "isolated"  # 隔离
    TEST = "test"  # 试飞


class Binds(StrEnum):
    """Whom a zone binds."""

    UNCREWED = "uncrewed"
    CREWED = "crewed"
    BOTH = "both"


class HeightBasis(StrEnum):
    """Which height of a flight a zone's band is compared with."""

    VOLUME = "volume"  # the volume with its vertical tolerance
    DECLARED = "declared"  # the height declared, as the law's 120 m rule reads


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneSpec:
    """A zone as a regulator states it: outline, band, period, restriction, authority and source.

    `lower` None is the ground, `upper` None is without limit; `starts_at`/`ends_at` None is permanent on that side.
    Within them it applies in its `limited_applicability`, at any time where that is empty. `notice` is what a
    temporary control rests on; `uas_zone` keeps what a file of ED-269 or ED-318 says beyond these fields.
    """

    name: Name
    kind: ZoneKind
    restriction: Restriction
    outline: Outline
    lower: Altitude | None = None
    upper: Altitude | None = None
    height_basis: HeightBasis = HeightBasis.VOLUME
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    binds: Binds = Binds.BOTH
    authority: Name
    source: Text = ""
    reason: Text = ""
    article: Text = ""
    conditions: Text = ""
    demo: bool = False
    limited_applicability: Annotated[Sequence[TimePeriod], Len(0, 100)] = ()
    grade: Grade | None = None
    notice: TemporaryNotice | None = None
    uas_zone: UasZone | None = None

    def __post_init__(self) -> None:
        lower, upper = self.lower, self.upper
        if lower and upper and lower.reference == upper.reference and upper.value_m <= lower.value_m:
            raise ValueError(f"upper {upper.value_m} m is not above lower {lower.value_m} m")
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValueError("ends_at is not after starts_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonePublished:
    """A zone is in force for every decision after this; `zone_version` counts its own versions, `zones_version` all."""

    topic: ClassVar[str] = "airspace.zones"
    key_field: ClassVar[str] = "zone_id"
    zone_id: Identifier
    zone_version: Annotated[int, Ge(1)]
    zones_version: Annotated[int, Ge(1)]
    spec: ZoneSpec
    published_by: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneChanged:
    """A zone has a new version; what the former one touched is re-assessed too."""

    topic: ClassVar[str] = "airspace.zones"
    key_field: ClassVar[str] = "zone_id"
    zone_id: Identifier
    zone_version: Annotated[int, Ge(1)]
    zones_version: Annotated[int, Ge(1)]
    spec: ZoneSpec
    former: ZoneSpec
    published_by: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneWithdrawn:
    """A zone is no longer in force."""

    topic: ClassVar[str] = "airspace.zones"
    key_field: ClassVar[str] = "zone_id"
    zone_id: Identifier
    zone_version: Annotated[int, Ge(1)]
    zones_version: Annotated[int, Ge(1)]
    former: ZoneSpec
    published_by: Name
    reason: Text = ""


class ConflictChange(StrEnum):
    """What an answer says of the conflict of a plan that is refused because others are in the way."""

    FOUND = "found"
    CHANGED = "changed"  # there was one, and this one is in its place


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAssessed:
    """Airspace's answer on one revision of a plan; `because` says what made it assess (filing, move, zone, ...).

    `conflict` where it is refused because other plans are in the way; that ends with a `ConflictEnded`.
    """

    topic: ClassVar[str] = "airspace.assessments"
    key_field: ClassVar[str] = "plan_id"
    plan_id: UUID
    revision: Annotated[int, Ge(1)]
    operator: Name
    assessment: Assessment
    because: Text = "filed"
    conflict: ConflictChange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictEnded:
    """Nobody is in the way of the plan any more: it may fly otherwise, is over, or its time is."""

    topic: ClassVar[str] = "airspace.assessments"
    key_field: ClassVar[str] = "plan_id"
    plan_id: UUID
    operator: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteAssessed:
    """Airspace's answer on one revision of a fixed route; crossing routes, and that a site is out of use, are notes."""

    topic: ClassVar[str] = "airspace.places"
    key_field: ClassVar[str] = "route_id"
    route_id: Identifier
    revision: Annotated[int, Ge(1)]
    operator: Name
    assessment: Assessment
    because: Text = "filed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAssessed:
    """Airspace's answer on a site's position."""

    topic: ClassVar[str] = "airspace.places"
    key_field: ClassVar[str] = "site_id"
    site_id: Identifier
    revision: Annotated[int, Ge(1)]
    assessment: Assessment
    because: Text = "registered"


Event = ZonePublished | ZoneChanged | ZoneWithdrawn | PlanAssessed | ConflictEnded | RouteAssessed | SiteAssessed

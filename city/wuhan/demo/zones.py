"""Demo zones: protected ground of the eight kinds, a wetland, and two temporary controls on the day."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from city.wuhan.demo.places import Land, Place, distance_m, moved
from shared.contracts.airspace import Binds, ZoneKind, ZoneSpec
from shared.contracts.assessment import Restriction
from shared.volumes import Altitude, AltitudeReference, CircleOutline, PolygonOutline

SOURCE: Final = "演示数据 / demo data: generated, not a real protected site"
AUTHORITY: Final = "武汉市人民政府（演示）"


@dataclass(frozen=True, slots=True)
class Ground:
    """One kind of protected ground: what it is called, its radius in metres, how many the demo has."""

    kind: ZoneKind
    name: str
    radius_m: tuple[float, float]
    number: int
    article: str


GROUNDS: Final = (
    Ground(ZoneKind.CONTROLLED_AIRPORT, "通用机场周边", (1500, 2000), 1, "条例第十九条第一项 (Decree 761 Art. 19(1))"),
    Ground(
        ZoneKind.CONTROLLED_BORDER, "界线保护区（示例）", (300, 400), 1, "条例第十九条第二项 (Decree 761 Art. 19(2))"
    ),
    Ground(ZoneKind.CONTROLLED_MILITARY, "涉密单位", (300, 700), 6, "条例第十九条第三项 (Decree 761 Art. 19(3))"),
    Ground(ZoneKind.CONTROLLED_HAZARD, "易燃易爆品仓储区", (200, 500), 6, "条例第十九条第四项 (Decree 761 Art. 19(4))"),
    Ground(ZoneKind.CONTROLLED_INFRASTRUCTURE, "变电站", (120, 250), 14, "条例第十九条第五项 (Decree 761 Art. 19(5))"),
    Ground(
        ZoneKind.CONTROLLED_INFRASTRUCTURE,
        "水厂与水源保护区",
        (200, 450),
        6,
        "条例第十九条第五项 (Decree 761 Art. 19(5))",
    ),
    Ground(ZoneKind.CONTROLLED_ELECTROMAGNETIC, "雷达站", (400, 800), 3, "条例第十九条第六项 (Decree 761 Art. 19(6))"),
    Ground(
        ZoneKind.CONTROLLED_HERITAGE, "重要文物保护单位", (150, 300), 5, "条例第十九条第七项 (Decree 761 Art. 19(7))"
    ),
    Ground(ZoneKind.CONTROLLED_OTHER, "其他管制区域", (200, 300), 2, "条例第十九条第八项 (Decree 761 Art. 19(8))"),
)
WETLAND: Final = ((113.80, 30.28), (113.88, 30.28), (113.88, 30.34), (113.80, 30.34), (113.80, 30.28))


@dataclass(frozen=True, slots=True)
class DemoZone:
    """A zone of the demo city."""

    zone_id: str
    spec: ZoneSpec


def zones(land: Land, keep_clear: list[Place], chance: random.Random) -> list[DemoZone]:
    """Permanent zones; none of them lies within 150 m of a place to keep clear."""
    found = [DemoZone("demo-wetland", _wetland())]
    for ground in GROUNDS:
        for number in range(1, ground.number + 1):
            radius = round(chance.uniform(*ground.radius_m))
            center = _clear(land, radius, keep_clear, chance, ground)
            zone_id = f"demo-{ground.kind.removeprefix('controlled_')}-{len(found):02d}"
            found.append(DemoZone(zone_id, _protected(ground, number, center, radius)))
    return found


def temporary(day: date, timezone_offset: timedelta) -> list[DemoZone]:
    """Two temporary controls on the day: a marathon along the river, and an exhibition at night."""

    def at(hour: int) -> datetime:
        return datetime.combine(day, time(hour), tzinfo=UTC) - timezone_offset

    return [
        DemoZone(f"demo-{day:%Y%m%d}-marathon", _temporary("江滩路跑活动", (114.3120, 30.6020), 900, at(7), at(11))),
        DemoZone(f"demo-{day:%Y%m%d}-lights", _temporary("两江灯光展演", (114.2900, 30.5580), 700, at(19), at(22))),
    ]


def _clear(land: Land, radius: float, keep_clear: list[Place], chance: random.Random, ground: Ground) -> Place:
    if ground.kind is ZoneKind.CONTROLLED_AIRPORT:
        return (114.0365, 30.2535)
    for _ in range(5_000):
        place = land.settled(chance)
        if all(distance_m(place, other) > radius + 150 for other in keep_clear):
            return place
    raise ValueError("no clear place for a zone")


def _protected(ground: Ground, number: int, center: Place, radius: float) -> ZoneSpec:
    square = ground.kind in (ZoneKind.CONTROLLED_HAZARD, ZoneKind.CONTROLLED_MILITARY)
    corners = [moved(center, bearing, radius) for bearing in (45.0, 315.0, 225.0, 135.0)]
    outline = (
        PolygonOutline("Polygon", ((*corners, corners[0]),))
        if square
        else CircleOutline("Circle", center, float(radius))
    )
    return ZoneSpec(
        name=f"演示·{ground.name} {number}",
        kind=ground.kind,
        restriction=Restriction.REQ_AUTHORIZATION,
        outline=outline,
        binds=Binds.UNCREWED,
        authority=AUTHORITY,
        source=SOURCE,
        reason=f"{ground.name}上空为管制空域",
        article=ground.article,
        demo=True,
    )


def _wetland() -> ZoneSpec:
    return ZoneSpec(
        name="演示·沉湖湿地禁飞区",
        kind=ZoneKind.PROHIBITED,
        restriction=Restriction.PROHIBITED,
        outline=PolygonOutline("Polygon", (WETLAND,)),
        upper=Altitude(1000.0, AltitudeReference.AGL),
        binds=Binds.UNCREWED,
        authority=AUTHORITY,
        source="演示数据 / demo data: outline set by hand; a no-fly notice was announced on 2025-12-22",
        reason="湿地鸟类保护，禁止无人机飞行",
        article="沉湖湿地禁飞通告 2025-12-22",
        demo=True,
    )


def _temporary(name: str, center: Place, radius: float, starts_at: datetime, ends_at: datetime) -> ZoneSpec:
    return ZoneSpec(
        name=f"演示·{name}临时管制",
        kind=ZoneKind.TEMPORARY,
        restriction=Restriction.PROHIBITED,
        outline=CircleOutline("Circle", center, float(radius)),
        upper=Altitude(300.0, AltitudeReference.AGL),
        starts_at=starts_at,
        ends_at=ends_at,
        binds=Binds.BOTH,
        authority=AUTHORITY,
        source=SOURCE,
        reason=f"{name}期间临时管制",
        article="条例第二十条 (Decree 761 Art. 20)",
        demo=True,
    )


def shape_of(zone: DemoZone) -> tuple[BaseGeometry, float]:
    """Core and radius in metres."""
    outline = zone.spec.outline
    if isinstance(outline, CircleOutline):
        return shapely.Point(outline.center), outline.radius_m
    return shapely.Polygon(outline.coordinates[0]), 0.0

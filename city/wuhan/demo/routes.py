"""Demo routes: the announced ones with placed coordinates, task loops from nests, and demo authorizations."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from city.wuhan.demo.places import Place, distance_m, moved
from city.wuhan.demo.sites import DemoSite
from shared.contracts.flightplan import AuthorizationSpec, RouteClass, RouteSpec
from shared.flight import AircraftClass, Spot, Waypoint
from shared.volumes import Altitude, AltitudeReference, PolygonOutline

PLACED: Final = "公开报道的航线，坐标为演示推定 / announced route, coordinates placed for the demo"
LOOP: Final = "演示数据 / demo data: generated task loop"
CREWED, SMALL, LIGHT = AircraftClass.CREWED, AircraftClass.SMALL, AircraftClass.LIGHT
LOOPS: Final = 26


@dataclass(frozen=True, slots=True)
class Announced:
    """An announced route: from where to where (site ids, or a place outside the register), how it is flown."""

    name: str
    origin: str
    destination: str | Place
    height_m: float
    speed_mps: float
    aircraft_class: AircraftClass
    operator: str
    scenario: str
    via: tuple[Place, ...] = ()
    opened: bool = True
    route_class: RouteClass | None = RouteClass.COMMERCIAL


TOUR, GA, LOGISTICS, MEDICAL, VILLAGE = "demo-tour", "demo-ga", "demo-logistics", "demo-medical", "demo-post"
ANNOUNCED: Final = (
    Announced("汉南—荆州沙市", "WH-HANNAN", (112.2810, 30.3210), 600, 50, CREWED, GA, "passenger"),
    Announced("汉南—十堰武当山", "WH-HANNAN", (110.9080, 32.5920), 900, 60, CREWED, GA, "passenger"),
    Announced(
        "南岸嘴—建港", "WH-NANANZUI", "WH-JIANGANG", 280, 30, CREWED, TOUR, "culture_tourism", ((114.290, 30.530),)
    ),
    Announced(
        "青山江滩—中山路", "WH-QINGSHAN", "WH-ZHONGSHAN", 280, 30, CREWED, TOUR, "culture_tourism", ((114.330, 30.610),)
    ),
    Announced(
        "武商 MALL—武商梦时代",
        "WH-WSMALL",
        "WH-MENGSHIDAI",
        110,
        15,
        SMALL,
        LOGISTICS,
        "logistics",
        ((114.300, 30.560),),
    ),
    Announced("汉口北低空港—武汉客厅", "WH-HANKOUBEI", "WH-KETING", 110, 16, SMALL, LOGISTICS, "logistics"),
    Announced("汉口北低空港—白马市集", "WH-HANKOUBEI", "WH-BAIMA", 110, 16, SMALL, LOGISTICS, "logistics"),
    Announced(
        "汉口北多用途环线",
        "WH-HANKOUBEI",
        "WH-HANKOUBEI",
        100,
        14,
        SMALL,
        LOGISTICS,
        "logistics",
        ((114.360, 30.725), (114.350, 30.690)),
        opened=False,
        route_class=None,
    ),
    Announced(
        "花博汇游览训练",
        "WH-HUABOHUI",
        "WH-HUABOHUI",
        250,
        30,
        CREWED,
        TOUR,
        "culture_tourism",
        ((114.020, 30.560), (113.990, 30.520)),
    ),
    Announced(
        "花博汇—汉南转场", "WH-HUABOHUI", "WH-HANNAN", 280, 40, CREWED, GA, "passenger", opened=False, route_class=None
    ),
    Announced(
        "武汉血液中心—亚心总医院",
        "WH-BLOOD",
        "WH-YAXIN",
        110,
        18,
        SMALL,
        MEDICAL,
        "governance",
        route_class=RouteClass.GOVERNANCE,
    ),
    Announced("综保区—金银湖万达", "WH-BONDED", "WH-JINYINHU", 110, 18, SMALL, LOGISTICS, "logistics"),
    Announced(
        "李集街村邮站环线",
        "WH-LIJI",
        "WH-LIJI",
        90,
        14,
        SMALL,
        VILLAGE,
        "logistics",
        ((114.860, 30.975), (114.800, 30.985)),
        opened=False,
    ),
)


@dataclass(frozen=True, slots=True)
class DemoRoute:
    """A route of the demo city, whether it is opened, and what a planner rules it to be."""

    route_id: str
    operator: str
    spec: RouteSpec
    opened: bool
    route_class: RouteClass | None
    evidence: str


def announced(sites: Sequence[DemoSite]) -> list[DemoRoute]:
    """The announced routes."""
    places = {site.site_id: site.place for site in sites}
    return [_announced(number, route, places) for number, route in enumerate(ANNOUNCED, 1)]


def _announced(number: int, route: Announced, places: dict[str, Place]) -> DemoRoute:
    start = places[route.origin]
    goal = route.destination
    end = places[goal] if isinstance(goal, str) else goal
    destination = Spot(site_id=goal, lng=end[0], lat=end[1]) if isinstance(goal, str) else Spot(lng=end[0], lat=end[1])
    reference = AltitudeReference.AMSL if route.operator == GA else AltitudeReference.AGL
    spec = RouteSpec(
        name=route.name,
        origin=Spot(site_id=route.origin, lng=start[0], lat=start[1]),
        destination=destination,
        path=path((start, *route.via, end), route.height_m),
        half_width_m=150.0 if route.aircraft_class is CREWED else 50.0,
        height_reference=reference,
        aircraft_class=route.aircraft_class,
        scenario=route.scenario,
        unit="市交通运输局",
        source=PLACED,
        demo=True,
    )
    return DemoRoute(
        f"WH-R-{number:03d}", route.operator, spec, route.opened, route.route_class, "演示：依据公开报道归类"
    )


TASKS: Final = ("city_management", "environment", "traffic_patrol", "river_lake_patrol", "city_safety", "governance")


def loops(nests: Sequence[DemoSite], clear: "Clear", chance: random.Random) -> list[DemoRoute]:
    """Task loops of nests; a few are filed only, a few not yet classed."""
    found = []
    for number, nest in enumerate(chance.sample(list(nests), LOOPS), 1):
        points = loop(nest.place, chance, clear)
        spec = RouteSpec(
            name=f"{nest.spec.name.removesuffix('（演示）')}巡飞环线（演示）",
            origin=Spot(site_id=nest.site_id, lng=nest.spec.lng, lat=nest.spec.lat),
            destination=Spot(site_id=nest.site_id, lng=nest.spec.lng, lat=nest.spec.lat),
            path=path(points, 95.0),
            aircraft_class=LIGHT,
            scenario=TASKS[number % len(TASKS)],
            unit="市发改委",
            source=LOOP,
            demo=True,
        )
        opened, ruled = number % 9 != 0, number % 7 != 0
        found.append(
            DemoRoute(
                f"WH-G-{number:03d}",
                "demo-hangfei",
                spec,
                opened,
                RouteClass.GOVERNANCE if ruled else None,
                "演示：政务巡飞任务单",
            )
        )
    return found


class Clear:
    """Says whether a path keeps clear of zones that would ask for a ruling."""

    def __init__(self, shapes: Sequence[tuple[BaseGeometry, float]]) -> None:
        degrees_m = 95_000.0  # of longitude here, the shorter of the two: errs on the wide side
        self._areas = [core.buffer((radius + 120.0) / degrees_m) for core, radius in shapes]
        self._tree = shapely.STRtree(self._areas)

    def __call__(self, points: Sequence[Place]) -> bool:
        line = shapely.LineString(points) if len(points) > 1 else shapely.Point(points[0])
        return len(self._tree.query(line, predicate="intersects")) == 0


def loop(
    home: Place, chance: random.Random, clear: Clear, length_m: tuple[float, float] = (4000.0, 8000.0)
) -> list[Place]:
    """A round trip from a place, 4 to 8 km with a mean near 5, clear of zones where that can be had."""
    points: list[Place] = [home, home]
    for _ in range(60):
        corners = chance.choice((3, 4, 5))
        length = chance.triangular(length_m[0], length_m[1], length_m[0] + 600)
        start = chance.uniform(0.0, 360.0)
        reach = length / (2 + (corners - 1) * 0.9)
        fan = [
            moved(home, start + step * chance.uniform(45, 62), reach * chance.uniform(0.75, 1.1))
            for step in range(corners)
        ]
        points = [home, *fan, home]
        if clear(points):
            return points
    return points


def path(points: Sequence[Place], height_m: float) -> tuple[Waypoint, ...]:
    """The points flown at one height."""
    return tuple(Waypoint(lng=lng, lat=lat, height_m=height_m) for lng, lat in points)


def authorizations(routes: Sequence[DemoRoute], day_start: datetime) -> list[AuthorizationSpec]:
    """A demo authorization for every uncrewed route: a corridor of 400 m to each side, for 31 days."""
    return [
        AuthorizationSpec(
            number=f"演示许可〔{day_start:%Y%m%d}〕{number:03d} 号",
            operator=route.operator,
            authority="空中交通管理机构（演示）",
            outline=corridor([(point.lng, point.lat) for point in route.spec.path], 400.0),
            upper=Altitude(200.0, AltitudeReference.AGL),
            starts_at=day_start - timedelta(days=1),
            ends_at=day_start + timedelta(days=30),
            conditions="仅限该航线",
            demo=True,
        )
        for number, route in enumerate(routes, 1)
        if not route.spec.aircraft_class.is_crewed
    ]


def corridor(points: Sequence[Place], half_width_m: float) -> PolygonOutline:
    """A polygon round a path, drawn in degrees stretched to metres here: near enough for an outline set by hand."""
    lat_scale = 110_900.0
    lng_scale = distance_m((points[0][0] - 0.05, points[0][1]), (points[0][0] + 0.05, points[0][1])) / 0.1
    metric = shapely.LineString([(lng * lng_scale, lat * lat_scale) for lng, lat in points])
    ring = shapely.Polygon(metric.buffer(half_width_m, quad_segs=4).exterior).exterior.coords
    return PolygonOutline("Polygon", (tuple((round(x / lng_scale, 6), round(y / lat_scale, 6)) for x, y in ring),))

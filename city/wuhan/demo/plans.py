"""A day of 1,000 flight plans, by archetypes of what flies over a city, with its difficult cases. All numbers are
engineering defaults unless a source stands beside them; none of the flights is real."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Final

import shapely

from city.wuhan.demo.places import Land, Place, distance_m, moved
from city.wuhan.demo.routes import Clear, DemoRoute, loop, path
from city.wuhan.demo.sites import DemoSite, nests
from shared.contracts.sites import SiteKind
from shared.flight import AircraftClass, Clawback, FlightArea, FlightIntent, Purpose, Spot, Waypoint
from shared.volumes import AltitudeReference, CircleOutline

RELAY: Final = (Clawback.NETWORK_RELAY,)
LIGHT, SMALL, CREWED = AircraftClass.LIGHT, AircraftClass.SMALL, AircraftClass.CREWED
DAYTIME: Final = tuple(range(7, 18))
PATROLLERS: Final = ("demo-hangfei", "demo-chengguan", "demo-huanbao")


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """A plan of the demo day: who files it, under which key, of which archetype."""

    request_key: str
    operator: str
    archetype: str
    intent: FlightIntent


@dataclass(frozen=True)
class Day:
    """What the day's flights are drawn from."""

    date: date
    land: Land
    sites: Sequence[DemoSite]
    routes: Sequence[DemoRoute]
    clear: Clear
    chance: random.Random

    @cached_property
    def shores(self) -> Sequence[Sequence[Place]]:
        """The longest stretch inside the city of the shore of each larger river or lake."""
        city = shapely.union_all([district.polygon for district in self.land.city.districts])
        larger = [each for each in self.land.city.water if each.area > 0.0008]
        rings = [shapely.get_exterior_ring(shapely.get_parts(each)[0]) for each in larger]
        inside = [max(shapely.get_parts(shapely.intersection(ring, city)), key=shapely.length) for ring in rings]
        stretches = [[(round(x, 6), round(y, 6)) for x, y in shapely.get_coordinates(line).tolist()] for line in inside]
        return [points for points in stretches if len(points) > 8]

    def at(self, hours: Sequence[int]) -> datetime:
        """A time in one of these hours of the city's day, on a quarter of a minute."""
        hour = self.chance.choice(hours)
        start = datetime.combine(self.date, time(hour), tzinfo=self.land.city.timezone)
        return start + timedelta(seconds=15 * self.chance.randrange(240))

    def site(self, *kinds: SiteKind) -> DemoSite:
        """A site in use of one of these kinds."""
        return self.chance.choice([s for s in self.sites if s.state.is_in_use and s.spec.kind in kinds])


Draft = tuple[str, FlightIntent]  # operator, intent


def spot(site: DemoSite) -> Spot:
    """The site as a spot."""
    return Spot(site_id=site.site_id, lng=site.spec.lng, lat=site.spec.lat)


def place(at: Place) -> Spot:
    """A place that is no site."""
    return Spot(lng=at[0], lat=at[1])


def patrol(day: Day) -> Draft:
    """政务巡飞: a loop from one nest, 53,000 sorties of 5.0 km on average in 东湖高新 (上海证券报 2025-10-15)."""
    nest = day.chance.choice(nests(day.sites))
    hours = DAYTIME if day.chance.random() < 0.9 else (18, 19, 20, 21)
    intent = FlightIntent(
        departure=spot(nest),
        arrival=spot(nest),
        departs_at=day.at(hours),
        aircraft_class=day.chance.choice((LIGHT, SMALL)),
        purpose=Purpose.PATROL,
        speed_mps=round(day.chance.uniform(10, 15), 1),
        path=path(loop(nest.place, day.chance, day.clear), _height(day, 80, 108)),
        clawbacks=RELAY,
    )
    return day.chance.choice(PATROLLERS), intent


def incident(day: Day) -> Draft:
    """事件处置: out from a nest, hover in a 100 m circle, back."""
    nest = day.chance.choice(nests(day.sites))
    scene = _clear_place(day, nest.place, 500, 3000)
    height = _height(day, 80, 108)
    hover = Waypoint(
        lng=scene[0], lat=scene[1], height_m=height, hover_s=day.chance.uniform(300, 600), hover_radius_m=100.0
    )
    intent = FlightIntent(
        departure=spot(nest),
        arrival=spot(nest),
        departs_at=day.at(range(6, 23)),
        aircraft_class=day.chance.choice((LIGHT, SMALL)),
        purpose=Purpose.INCIDENT,
        speed_mps=round(day.chance.uniform(12, 18), 1),
        path=(*path((nest.place,), height), hover, *path((nest.place,), height)),
        clawbacks=RELAY,
    )
    return "demo-police", intent


def water_patrol(day: Day) -> Draft:
    """河湖巡查: along a shore, 8 to 15 km."""
    shore = day.chance.choice(day.shores)
    length = day.chance.uniform(6000, 12_000)
    first = day.chance.randrange(max(1, len(shore) - 3))
    points = [shore[first]]
    for point in shore[first + 1 : first + 60]:
        if sum(distance_m(a, b) for a, b in pairwise(points)) >= length:
            break
        points.append(point)
    intent = FlightIntent(
        departure=place(points[0]),
        arrival=place(points[-1]),
        departs_at=day.at(range(8, 17)),
        aircraft_class=day.chance.choice((LIGHT, SMALL)),
        purpose=Purpose.WATER_PATROL,
        speed_mps=round(day.chance.uniform(10, 15), 1),
        path=path(points, _height(day, 60, 108)),
        clawbacks=RELAY,
    )
    return "demo-shuiwu", intent


def delivery(day: Day) -> Draft:
    """即时配送: hub to cabinet, 1 to 5 km (C114 2025-04-23). No meal line in Wuhan was found: demo only."""
    hub = day.site(SiteKind.POINT, SiteKind.PAD, SiteKind.VERTIPORT)
    cabinet = _clear_place(day, hub.place, 1000, 5000)
    ends = (hub.place, cabinet) if day.chance.random() < 0.5 else (cabinet, hub.place)
    outward = ends[0] == hub.place
    intent = FlightIntent(
        departure=spot(hub) if outward else place(cabinet),
        arrival=place(cabinet) if outward else spot(hub),
        departs_at=day.at((10, 11, 11, 12, 12, 13, 17, 18, 18, 19)),
        aircraft_class=SMALL,
        purpose=Purpose.DELIVERY,
        speed_mps=round(day.chance.uniform(12, 16), 1),
        path=path(ends, 70.0 if outward else 100.0),  # opposite directions 30 m apart in height
        clawbacks=RELAY,
    )
    return day.chance.choice(("demo-delivery-a", "demo-delivery-b")), intent


def along_route(day: Day, names: Sequence[str], purpose: Purpose, hours: Sequence[int], *, back: bool = True) -> Draft:
    """A sortie on one of the announced routes, one way or the other."""
    route = day.chance.choice([r for r in day.routes if r.spec.name in names])
    forth = not back or day.chance.random() < 0.5
    points = [(p.lng, p.lat) for p in route.spec.path]
    height = route.spec.path[0].height_m - (0.0 if forth else 30.0)
    spec = route.spec
    intent = FlightIntent(
        departure=spec.origin if forth else spec.destination,
        arrival=spec.destination if forth else spec.origin,
        departs_at=day.at(hours),
        aircraft_class=spec.aircraft_class,
        purpose=purpose,
        speed_mps=round(day.chance.uniform(25, 40) if spec.aircraft_class.is_crewed else day.chance.uniform(14, 18), 1),
        path=path(points if forth else points[::-1], height),
        height_reference=spec.height_reference,
        clawbacks=() if spec.aircraft_class.is_crewed else RELAY,
    )
    return route.operator, intent


def logistics(day: Day) -> Draft:
    """城市支线物流: market and bonded zone to malls (中新社 2024-09-10, 2025-06-16)."""
    names = ("汉口北低空港—武汉客厅", "汉口北低空港—白马市集", "武商 MALL—武商梦时代", "综保区—金银湖万达")
    return along_route(day, names, Purpose.LOGISTICS, range(8, 18))


def medical(day: Day) -> Draft:
    """医疗: blood and specimens, at any hour."""
    return along_route(day, ("武汉血液中心—亚心总医院",), Purpose.MEDICAL, range(24))


def sightseeing(day: Day) -> Draft:
    """低空游览: helicopter tours over the river, at most 300 m (新华网 2024-11-15)."""
    return along_route(day, ("南岸嘴—建港", "青山江滩—中山路"), Purpose.SIGHTSEEING, range(9, 17), back=False)


def general_aviation(day: Day) -> Draft:
    """短途运输 and training at 汉南: a line flight, or a block of circuits."""
    if day.chance.random() < 0.2:
        return along_route(day, ("汉南—荆州沙市",), Purpose.TRANSPORT, range(9, 15), back=False)
    hannan = next(s for s in day.sites if s.site_id == "WH-HANNAN")
    center = moved(hannan.place, day.chance.uniform(120, 240), 4500)
    area = FlightArea(
        outline=CircleOutline("Circle", center, round(day.chance.uniform(2000, 2500))),
        lower_m=300,
        upper_m=600,
        duration_s=5400,
    )
    intent = FlightIntent(
        departure=spot(hannan),
        arrival=spot(hannan),
        departs_at=day.at((8, 10, 12, 14, 16)),
        aircraft_class=CREWED,
        purpose=Purpose.TRAINING,
        speed_mps=55.0,
        area=area,
        height_reference=AltitudeReference.AMSL,
    )
    return "demo-ga", intent


def survey(day: Day) -> Draft:
    """航拍、测绘、个人: an area within sight from a spot that is no site; mostly exempt, so a voluntary notice."""
    center = _settled_clear(day)
    half = day.chance.uniform(100, 350)
    top = day.chance.choice((50, 60, 80, 100, 110))
    area = FlightArea(
        outline=CircleOutline("Circle", center, round(half)),
        lower_m=0,
        upper_m=top,
        duration_s=60 * day.chance.randrange(15, 41),
    )
    intent = FlightIntent(
        departure=place(center),
        arrival=place(center),
        departs_at=day.at(range(7, 19)),
        aircraft_class=day.chance.choice((AircraftClass.MICRO, LIGHT, LIGHT)),
        purpose=day.chance.choice((Purpose.SURVEY, Purpose.RECREATION)),
        speed_mps=round(day.chance.uniform(3, 10), 1),
        area=area,
        clawbacks=RELAY if day.chance.random() < 0.1 else (),
    )
    return f"demo-survey-{day.chance.randrange(1, 7)}", intent


def inspection(day: Day) -> Draft:
    """电力、桥梁、管线巡检: 2 to 5 km along the asset, low."""
    start = _settled_clear(day)
    points = [start]
    heading = day.chance.uniform(0, 360)
    for _ in range(day.chance.randrange(4, 9)):
        heading += day.chance.uniform(-25, 25)
        points.append(moved(points[-1], heading, 500))
    if not day.clear(points):
        points = points[:3]
    intent = FlightIntent(
        departure=place(points[0]),
        arrival=place(points[-1]),
        departs_at=day.at(range(8, 17)),
        aircraft_class=day.chance.choice((LIGHT, SMALL)),
        purpose=Purpose.INSPECTION,
        speed_mps=round(day.chance.uniform(5, 10), 1),
        path=path(points, _height(day, 20, 60)),
        clawbacks=RELAY if day.chance.random() < 0.5 else (),
    )
    return day.chance.choice(("demo-power", "demo-bridge")), intent


ARCHETYPES: Final[tuple[tuple[str, int, Callable[[Day], Draft]], ...]] = (
    ("patrol", 330, patrol),
    ("incident", 80, incident),
    ("water_patrol", 60, water_patrol),
    ("delivery", 210, delivery),
    ("logistics", 60, logistics),
    ("medical", 25, medical),
    ("sightseeing", 20, sightseeing),
    ("general_aviation", 15, general_aviation),
    ("survey", 120, survey),
    ("inspection", 60, inspection),
)


def difficult(day: Day) -> list[tuple[str, Draft]]:
    """20 cases that a reviewer should meet: heights, zones, swarms, farms, one pad for two."""
    return [(f"difficult-{name}", draft) for name, draft in _difficult(day)]


def _difficult(day: Day) -> list[tuple[str, Draft]]:
    high = [("height-at-120", _raised(patrol(day), 120.0)), ("height-300", _raised(patrol(day), 300.0))]
    twin = patrol(day)
    other = ("demo-chengguan" if twin[0] != "demo-chengguan" else "demo-huanbao", twin[1])
    zones = [
        ("marathon", _at(survey(day), (114.3120, 30.6020), day, 8)),
        ("lights", _at(survey(day), (114.2900, 30.5580), day, 20)),
        ("wetland", _at(survey(day), (113.8400, 30.3100), day, 10)),
        ("tianhe", _at(survey(day), (114.2100, 30.7300), day, 10)),
    ]
    farms = [("farm", _farm(day)) for _ in range(4)]
    shows = [("swarm", _swarm(day)), ("drop", _dropping(day))]
    tests = [("test-flight", _test_block(day))]
    rest = [("inspection-high", _raised(inspection(day), 130.0)) for _ in range(5)]
    return [*high, ("one-pad", twin), ("one-pad", other), *zones, *farms, *shows, *tests, *rest]


def day_of_plans(day: Day) -> list[DemoPlan]:
    """1,000 plans in the order in which they are filed, with keys that name the day."""
    drafts = [(name, draw(day)) for name, number, draw in ARCHETYPES for _ in range(number)]
    drafts += difficult(day)
    day.chance.shuffle(drafts)
    return [
        DemoPlan(f"demo-{day.date:%Y%m%d}-{number:04d}", operator, name, intent)
        for number, (name, (operator, intent)) in enumerate(drafts, 1)
    ]


def _height(day: Day, low: int, high: int) -> float:
    return float(day.chance.randrange(low, high + 1))


def _clear_place(day: Day, start: Place, nearest_m: float, farthest_m: float) -> Place:
    found = start
    for _ in range(60):
        found = moved(start, day.chance.uniform(0, 360), day.chance.uniform(nearest_m, farthest_m))
        if day.clear((start, found)):
            return found
    return found


def _settled_clear(day: Day) -> Place:
    found = day.land.settled(day.chance)
    for _ in range(60):
        if day.clear((found, moved(found, 90, 400))):
            return found
        found = day.land.settled(day.chance)
    return found


def _raised(draft: Draft, height_m: float) -> Draft:
    operator, intent = draft
    return operator, replace(
        intent, path=tuple(replace(point, height_m=height_m) for point in intent.path), clawbacks=RELAY
    )


def _at(draft: Draft, center: Place, day: Day, hour: int) -> Draft:
    operator, intent = draft
    assert intent.area is not None
    area = replace(intent.area, outline=CircleOutline("Circle", center, 150.0))
    departs_at = datetime.combine(day.date, time(hour), tzinfo=day.land.city.timezone)
    return operator, replace(intent, departure=place(center), arrival=place(center), area=area, departs_at=departs_at)


def _farm(day: Day) -> Draft:
    _, intent = _at(survey(day), _settled_clear(day), day, 9)
    assert intent.area is not None
    area = replace(intent.area, upper_m=30.0, lower_m=0.0)
    return "demo-farm", replace(
        intent,
        area=area,
        aircraft_class=AircraftClass.AGRICULTURAL,
        purpose=Purpose.AGRICULTURE,
        clawbacks=(Clawback.DANGEROUS_OR_DROPPING,),
    )


def _swarm(day: Day) -> Draft:
    _, intent = _at(survey(day), (114.3600, 30.5540), day, 20)
    return "demo-show", replace(intent, purpose=Purpose.DISPLAY, clawbacks=(Clawback.SWARM, Clawback.OVER_CROWD))


def _dropping(day: Day) -> Draft:
    _, intent = patrol(day)
    return "demo-fire", replace(intent, purpose=Purpose.RESCUE, clawbacks=(*RELAY, Clawback.DANGEROUS_OR_DROPPING))


def _test_block(day: Day) -> Draft:
    _, intent = _at(survey(day), (114.0700, 30.2300), day, 14)
    return "demo-maker", replace(intent, purpose=Purpose.TEST, aircraft_class=AircraftClass.MEDIUM, clawbacks=())

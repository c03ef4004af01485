"""The demo city's sites: 220 in use, 396 on the way and 4 given up, spread by census population.

A third of the nests stand in 东湖高新区, as the press reports of the real ones.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from city.wuhan.demo.places import EAST_LAKE_HIGH_TECH, ECONOMIC_ZONE, Land, Place, distance_m, first
from shared.contracts.sites import SiteFunction, SiteKind, SiteSpec, SiteState
from shared.flight import AircraftClass

IN_USE: Final = 220
EARLIER: Final = {
    SiteState.UNDER_CONSTRUCTION: 120,
    SiteState.APPROVED: 166,
    SiteState.RETIRED: 4,
    SiteState.PROPOSED: 110,
}
SPACING_M: Final = 500.0
SOURCE: Final = "演示数据 / demo data: generated from the 2020 census"

KINDS: Final = {  # share of each kind, engineering default
    SiteKind.NEST: 62,
    SiteKind.POINT: 22,
    SiteKind.PAD: 8,
    SiteKind.FIELD: 3,
    SiteKind.VERTIPORT: 2,
    SiteKind.CAMP: 3,
}
KIND_NAMES: Final = {
    SiteKind.NEST: "机巢",
    SiteKind.POINT: "起降点",
    SiteKind.PAD: "起降坪",
    SiteKind.FIELD: "起降场",
    SiteKind.VERTIPORT: "垂直起降点",
    SiteKind.CAMP: "飞行营地",
    SiteKind.GENERAL_AIRPORT: "通用机场",
    SiteKind.EMERGENCY_PAD: "直升机紧急起降点",
}
FUNCTIONS: Final = {
    SiteKind.NEST: (SiteFunction.TAKEOFF_LANDING, SiteFunction.PARKING, SiteFunction.ENERGY),
    SiteKind.EMERGENCY_PAD: (SiteFunction.TAKEOFF_LANDING, SiteFunction.DIVERSION),
    SiteKind.GENERAL_AIRPORT: tuple(SiteFunction),
}
UNCREWED: Final = (AircraftClass.MICRO, AircraftClass.LIGHT, AircraftClass.SMALL)

# Named places that announced routes start from or end at; positions set by hand (engineering default).
NAMED: Final = {
    "WH-HANNAN": ("汉南通用机场", SiteKind.GENERAL_AIRPORT, (114.0365, 30.2535)),
    "WH-NANANZUI": ("南岸嘴起降点", SiteKind.POINT, (114.2835, 30.5622)),
    "WH-JIANGANG": ("建港起降点", SiteKind.POINT, (114.2562, 30.4770)),
    "WH-QINGSHAN": ("青山江滩起降点", SiteKind.POINT, (114.3785, 30.6478)),
    "WH-ZHONGSHAN": ("中山路起降点", SiteKind.POINT, (114.3052, 30.5330)),
    "WH-WSMALL": ("武商 MALL 起降点", SiteKind.PAD, (114.2690, 30.5838)),
    "WH-MENGSHIDAI": ("武商梦时代起降点", SiteKind.PAD, (114.3450, 30.5262)),
    "WH-HANKOUBEI": ("汉口北低空港", SiteKind.VERTIPORT, (114.3290, 30.7080)),
    "WH-KETING": ("武汉客厅起降点", SiteKind.PAD, (114.2218, 30.6735)),
    "WH-BAIMA": ("白马市集起降点", SiteKind.PAD, (114.2950, 30.6960)),
    "WH-HUABOHUI": ("花博汇飞行营地", SiteKind.CAMP, (114.0480, 30.5170)),
    "WH-BLOOD": ("武汉血液中心起降点", SiteKind.PAD, (114.2482, 30.5990)),
    "WH-YAXIN": ("亚心总医院起降点", SiteKind.PAD, (114.1720, 30.5035)),
    "WH-BONDED": ("综保区起降点", SiteKind.PAD, (114.1100, 30.6700)),
    "WH-JINYINHU": ("金银湖万达起降点", SiteKind.PAD, (114.1985, 30.6520)),
    "WH-LIJI": ("李集街村邮站起降点", SiteKind.POINT, (114.8300, 30.9500)),
}
# 8 emergency helicopter pads in key forest areas (2024 opinion): 黄陂 2, six others 1 each
EMERGENCY: Final = ("420116", "420116", "420114", "420117", "420115", "420107", "420112", "东湖高新区")


@dataclass(frozen=True, slots=True)
class DemoSite:
    """A site of the demo city."""

    site_id: str
    spec: SiteSpec
    state: SiteState

    @property
    def place(self) -> Place:
        """Longitude, latitude."""
        return self.spec.lng, self.spec.lat


def sites(land: Land, chance: random.Random, in_use: int = IN_USE) -> list[DemoSite]:
    """All sites, those in use first."""
    named = [_site(key, name, kind, place, SiteState.COMMISSIONED) for key, (name, kind, place) in NAMED.items()]
    emergency = list(_emergency(land, chance))
    states = [SiteState.COMMISSIONED] * (in_use - len(named) - 4)
    states += [state for state, number in EARLIER.items() for _ in range(number)]
    states = states[: in_use - len(named) - 4 + sum(EARLIER.values()) - 4]
    placed = [site.place for site in named + emergency]
    drawn = [_drawn(number, state, land, chance, placed) for number, state in enumerate(states, 1)]
    return sorted(named + emergency + drawn, key=lambda site: (not site.state.is_in_use, site.site_id))


def _emergency(land: Land, chance: random.Random) -> Iterator[DemoSite]:
    for number, where in enumerate(EMERGENCY, 1):
        area = next((d.dry for d in land.city.districts if d.adcode == where), EAST_LAKE_HIGH_TECH)
        state = SiteState.COMMISSIONED if number % 2 else SiteState.UNDER_CONSTRUCTION
        unit = "" if where.isdigit() else where
        yield _site(
            f"WH-EP-{number:02d}",
            f"林区直升机紧急起降点 {number} 号",
            SiteKind.EMERGENCY_PAD,
            land.within(area, chance),
            state,
            unit,
        )


def _drawn(number: int, state: SiteState, land: Land, chance: random.Random, placed: list[Place]) -> DemoSite:
    kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
    unit = _unit(kind, chance)
    place = first(
        lambda: _place(unit, land, chance), lambda at: all(distance_m(at, other) >= SPACING_M for other in placed)
    )
    placed.append(place)
    district = land.city.district_at(*place)
    where = unit or (district.name.zh if district else "")
    return _site(f"WH-{number:04d}", f"{where}{KIND_NAMES[kind]} {number:04d}", kind, place, state, where)


def _unit(kind: SiteKind, chance: random.Random) -> str:
    if kind is SiteKind.NEST and chance.random() < 1 / 3:
        return "东湖高新区"
    return "武汉经开区" if chance.random() < 0.06 else ""


def _place(unit: str, land: Land, chance: random.Random) -> Place:
    if unit == "东湖高新区":
        return land.within(EAST_LAKE_HIGH_TECH, chance)
    return land.within(ECONOMIC_ZONE, chance) if unit else land.settled(chance)


def _site(site_id: str, name: str, kind: SiteKind, place: Place, state: SiteState, unit: str = "") -> DemoSite:
    crewed = kind in (SiteKind.GENERAL_AIRPORT, SiteKind.EMERGENCY_PAD, SiteKind.CAMP)
    spec = SiteSpec(
        name=f"{name}（演示）",
        kind=kind,
        lng=place[0],
        lat=place[1],
        functions=FUNCTIONS.get(kind, (SiteFunction.TAKEOFF_LANDING,)),
        aircraft_classes=(*UNCREWED, AircraftClass.CREWED) if crewed else UNCREWED,
        pads=1 if kind is SiteKind.NEST else 4 if kind in (SiteKind.VERTIPORT, SiteKind.GENERAL_AIRPORT) else 2,
        unit=unit,
        source=SOURCE,
        demo=True,
    )
    return DemoSite(site_id, spec, state)


def nests(all_sites: Sequence[DemoSite]) -> list[DemoSite]:
    """The nests in use."""
    return [site for site in all_sites if site.state.is_in_use and site.spec.kind is SiteKind.NEST]

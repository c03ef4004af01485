"""Faults to put into sound documents, one at a time, each with the place it stands in."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from tests.system import examples

Place = tuple[str | int, ...]  # where in a body: `("path", 3, "lat")`
MEGABYTE: Final = "x" * 900_000

# what no field of any type takes, as JSON text
NOWHERE: Final = ('{"a": [{}]}', "[[[]]]", "1e999", "NaN", "-Infinity", '"\\u0000"', '"\\ud800"')
# beside these, by the type of the sound value
NEITHER: Final[Mapping[type, Sequence[str]]] = {
    bool: ("0", "1", '"true"', "null"),
    int: ("true", '"1"', "1.5", "-1e30", "99999999999999999999", "[]"),
    float: ("true", '"1.0"', "1e300", "-1e300", "[]", "null"),
    str: ("true", "7", "[]", "{}", f'"{MEGABYTE}"'),
    list: ("true", "7", '"x"', "{}"),
    dict: ("true", "7", '"x"', "[]"),
}
MAY_BE_NULL: Final = {  # the same as absent
    *("speed_mps", "service_radius_m", "regulation_exemption", "cell_m", "capacity", "unit_cost_cny", "most"),
    *("launch_delay_s", "cruise_mps", "wind_mps", "length_m", "width_m"),
}


def places_of(value: Any, at: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every place in a body and what stands there; of coordinates the last ones speak for all."""
    if at:
        yield at, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places_of(inner, (*at, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            if index == len(value) - 1 or isinstance(inner, dict):
                yield from places_of(inner, (*at, index))


def faults_in(document: Mapping[str, Any], deepest: int = 99) -> Iterator[tuple[Place, str]]:
    """The document as JSON with each fault in each place down to a depth, and that place."""
    for at, value in places_of(document):
        for text in (*NOWHERE, *NEITHER[type(value)]):
            if len(at) <= deepest and not (text == "null" and at[-1] in MAY_BE_NULL):
                yield at, with_fault(document, at, text)


def is_named(at: Place, fields: Iterable[str]) -> bool:
    """True where one of the fields is the place, or one it lies in, or one in it."""
    place = ".".join(map(str, at)) + "."
    return any(place.startswith(f"{field}.") or f"{field}.".startswith(place) for field in fields)


MARK: Final = "the fault goes here"


def with_fault(body: Mapping[str, Any], at: Place, text: str) -> str:
    """The body as JSON, with that text in that place."""
    changed: Any = json.loads(json.dumps(body))
    inner = changed
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = MARK
    return json.dumps(changed).replace(f'"{MARK}"', text)


# faults of shape and order: what is put where, and the field the problem must name; "" is the whole body
UNCLOSED = [[114.30, 30.50], [114.32, 30.50], [114.32, 30.52], [114.30, 30.52]]
BOW_TIE = [[114.30, 30.50], [114.32, 30.52], [114.32, 30.50], [114.30, 30.52], [114.30, 30.50]]
SPIKE = [[114.30, 30.50], [114.32, 30.50], [114.30, 30.50], [114.30, 30.50]]
RINGS: Final[Mapping[str, Any]] = {
    "no rings": [],
    "an empty ring": [[]],
    "two corners": [[[114.30, 30.50], [114.32, 30.50], [114.30, 30.50]]],
    "unclosed": [UNCLOSED],
    "bow-tie": [BOW_TIE],
    "a spike without area": [SPIKE],
    "a hole outside": [examples.POLYGON["coordinates"][0], [[115, 31], [115.1, 31], [115.1, 31.1], [115, 31]]],
    "three dimensions": [[[*corner, 50.0] for corner in [*UNCLOSED, UNCLOSED[0]]]],
    "latitude first": [[[lat, lng] for lng, lat in [*UNCLOSED, UNCLOSED[0]]]],
}

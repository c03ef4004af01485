"""Coverage out: tables by district, cell and point, and cells as GeoJSON."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

import orjson

from services.sites.domain.coverage import FOLDS, Cells, Coverage
from services.sites.domain.times import Times
from services.sites.files.cells import guarded
from shared.city import CityProfile

_SERVED: Final = tuple(f"served_{fold}" for fold in FOLDS)
_SHARES: Final = tuple(f"share_{fold}" for fold in FOLDS)


def districts_csv(coverage: Coverage, city: CityProfile) -> bytes:
    """A row for each district, the last one for the city."""
    names = {each.adcode: each.name for each in city.districts}
    rows = [(adcode, names[adcode], place) for adcode, place in coverage.districts.items() if adcode in names]
    return _table(
        ("adcode", "name_zh", "name_en", "people", *_SERVED, *_SHARES),
        (
            [
                adcode,
                guarded(name.zh),
                guarded(name.en),
                round(place.population),
                *map(round, place.served),
                *(round(place.share(fold), 6) for fold in FOLDS),
            ]
            for adcode, name, place in (*rows, ("", city.name, coverage.city))
        ),
    )


def cells_csv(cells: Cells) -> bytes:
    """A row for each cell."""
    rows = zip(cells.boxes.tolist(), cells.population.tolist(), cells.served.tolist(), strict=True)
    return _table(
        ("west", "south", "east", "north", "people", *_SERVED),
        ([*(round(edge, 6) for edge in box), round(people, 3), *_rounded(served)] for box, people, served in rows),
    )


def points_csv(times: Times) -> bytes:
    """A row for each demand point, with the number of sites that reach it."""
    demand = times.demand
    columns = (demand.lng, demand.lat, demand.weight, demand.district, times.reached)
    return _table(
        ("lng", "lat", "adcode", "people", "sites"),
        (
            [lng, lat, demand.adcodes[district], round(people, 3), sites]
            for lng, lat, people, district, sites in zip(*(column.tolist() for column in columns), strict=True)
        ),
    )


def cells_geojson(cells: Cells) -> bytes:
    """Each cell as a polygon."""
    rows = zip(cells.boxes.tolist(), cells.population.tolist(), cells.served.tolist(), strict=True)
    features = [_feature(box, people, served) for box, people, served in rows]
    return orjson.dumps({"type": "FeatureCollection", "features": features})


def _feature(box: Sequence[float], people: float, served: Sequence[float]) -> dict[str, object]:
    west, south, east, north = (round(edge, 6) for edge in box)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"people": round(people, 3), **dict(zip(_SERVED, _rounded(served), strict=True))},
    }


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(value, 3) for value in values]


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")

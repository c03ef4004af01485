"""Makes zones.geojson, the zones of Wuhan that are fact and not demo, from airports.geojson and districts.geojson.

    python -m city.wuhan.build_zones

The clearance zone of Tianhe is computed by the published rule of 2017 for the three runways there are since 2025-01-23;
the 120 m rule is drawn around the whole city, a little outside its boundary, so that no part of it is left out.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Transformer
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

FOLDER = Path(__file__).parent
GEOD = Geod(ellps="WGS84")
CENTRE = (114.3055, 30.5928)
HALF_WIDTH_M = 10_000.0
BEYOND_END_M = 20_000.0
OUTLINE_MARGIN_M = 1_000.0
OUTLINE_TOLERANCE_M = 500.0


def clearance_zone(runways: list[BaseGeometry]) -> BaseGeometry:
    """10 km to each side of every runway centreline and 20 km beyond both ends, as one polygon."""
    return shapely.union_all([_rectangle(runway) for runway in runways])


def city_outline(districts: list[BaseGeometry]) -> BaseGeometry:
    """One simple polygon without holes that contains every district."""
    plane = f"+proj=aeqd +lon_0={CENTRE[0]} +lat_0={CENTRE[1]} +datum=WGS84"
    flat = _projected(shapely.union_all(districts), Transformer.from_crs("EPSG:4326", plane, always_xy=True))
    grown = shapely.simplify(shapely.buffer(flat, OUTLINE_MARGIN_M, quad_segs=2), OUTLINE_TOLERANCE_M)
    assert isinstance(grown, shapely.Polygon)
    to_degrees = Transformer.from_crs(plane, "EPSG:4326", always_xy=True)
    outline = shapely.transform(_projected(shapely.Polygon(grown.exterior), to_degrees), _rounded)
    assert all(outline.contains(district) for district in districts)
    return outline


def zones() -> dict[str, Any]:
    """The FeatureCollection, each feature with the fields of a zone as `POST /zones/import` takes them."""
    runways = [shape(feature["geometry"]) for feature in _features("airports.geojson") if _is_tianhe_runway(feature)]
    districts = [shape(feature["geometry"]) for feature in _features("districts.geojson")]
    return {
        "type": "FeatureCollection",
        "name": "zones",
        "description": "Zones of Wuhan that are fact. Neither outline is an official polygon: none is published.",
        "features": [_feature(_HEIGHT_RULE, city_outline(districts)), _feature(_TIANHE, clearance_zone(runways))],
    }


_HEIGHT_RULE = {
    "zone_id": "cn-761-120m",
    "name": "真高 120 米以上空域（管制空域）",
    "kind": "controlled_height",
    "restriction": "REQ_AUTHORIZATION",
    "lower": {"value_m": 120.0, "reference": "AGL"},
    "height_basis": "declared",
    "binds": "uncrewed",
    "authority": "国家空中交通管理领导机构",
    "source": "无人驾驶航空器飞行管理暂行条例（国令第 761 号）第十九条；范围按市域外扩约 1 公里绘制，非官方边界"
    " / Decree 761 Art. 19; drawn around the city about 1 km outside its boundary, no official polygon",
    "reason": "真高 120 米以上空域划设为管制空域，飞行须经批准",
    "article": "条例第十九条 (Decree 761 Art. 19)",
}
_TIANHE = {
    "zone_id": "zhhh-clearance",
    "name": "天河机场净空保护（核心）区域（三条跑道，按 2017 年通告规则推算）",
    "kind": "controlled_airport",
    "restriction": "REQ_AUTHORIZATION",
    "height_basis": "volume",
    "binds": "uncrewed",
    "authority": "武汉市人民政府、民航湖北监管局",
    "source": "推算（computed）：2017-09 通告口径，各跑道中线两侧各 10 公里、两端外 20 公里；"
    "第三跑道 2025-01-23 启用，未见更新公告"
    " / computed from the runway thresholds by the notice of 2017-09; no notice for the third runway was found",
    "reason": "机场净空保护区域，飞行须经批准",
    "article": "条例第十九条第一项 (Decree 761 Art. 19(1))",
}


def _feature(properties: dict[str, Any], outline: BaseGeometry) -> dict[str, Any]:
    outline = shapely.transform(shapely.orient_polygons(outline), _rounded)
    return {"type": "Feature", "id": properties["zone_id"], "properties": properties, "geometry": mapping(outline)}


def _rectangle(runway: BaseGeometry) -> shapely.Polygon:
    (lng1, lat1), (lng2, lat2) = runway.coords[0], runway.coords[-1]
    azimuth1, azimuth2, _ = GEOD.inv(lng1, lat1, lng2, lat2)  # outwards from the first end; and from the second
    end1 = GEOD.fwd(lng1, lat1, azimuth1 + 180.0, BEYOND_END_M)
    end2 = GEOD.fwd(lng2, lat2, azimuth2 + 180.0, BEYOND_END_M)
    corners = [
        GEOD.fwd(lng, lat, back + turn, HALF_WIDTH_M)[:2]
        for (lng, lat, back), turns in ((end1, (90.0, -90.0)), (end2, (90.0, -90.0)))
        for turn in turns
    ]
    return shapely.Polygon(corners)


def _projected(geometry: BaseGeometry, transformer: Transformer) -> BaseGeometry:
    return shapely.transform(geometry, lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1])))


def _rounded(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.round(degrees, 6)


def _is_tianhe_runway(feature: dict[str, Any]) -> bool:
    return bool(feature["properties"]["kind"] == "runway" and feature["properties"].get("icao") == "ZHHH")


def _features(name: str) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = json.loads((FOLDER / name).read_text(encoding="utf-8"))["features"]
    return features


def dump(collection: dict[str, Any]) -> str:
    """GeoJSON text, a feature a line, so that a change shows in a diff."""
    head = json.dumps({key: value for key, value in collection.items() if key != "features"}, ensure_ascii=False)
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in collection["features"])
    return f'{head[:-1]}, "features": [\n{lines}\n]}}\n'


if __name__ == "__main__":
    (FOLDER / "zones.geojson").write_text(dump(zones()), encoding="utf-8")

"""A sound body for every operation that takes JSON, with as many of its fields as can stand together."""

from datetime import timedelta
from typing import Any, Final

from tests.system import world

LNG, LAT = world.CENTER
NEXT_YEAR: Final = (world.tomorrow() + timedelta(days=300)).isoformat()
YESTERDAY: Final = (world.tomorrow() - timedelta(days=2)).isoformat()
TOMORROW: Final = world.tomorrow().isoformat()

POLYGON: Final[dict[str, Any]] = {
    "type": "Polygon",
    "coordinates": [
        [[LNG, LAT], [LNG + 0.02, LAT], [LNG + 0.02, LAT + 0.02], [LNG, LAT + 0.02], [LNG, LAT]],
        [
            [LNG + 0.005, LAT + 0.005],
            [LNG + 0.01, LAT + 0.005],
            [LNG + 0.01, LAT + 0.01],
            [LNG + 0.005, LAT + 0.01],
            [LNG + 0.005, LAT + 0.005],
        ],
    ],
    "edges": "straight",
}
CIRCLE: Final[dict[str, Any]] = {"type": "Circle", "center": [LNG, LAT], "radius_m": 500.0}
CORRIDOR: Final[dict[str, Any]] = {
    "type": "Corridor",
    "coordinates": [[LNG, LAT], [LNG + 0.02, LAT]],
    "radius_m": 200.0,
}
LOWER: Final[dict[str, Any]] = {"value_m": 60.0, "reference": "AGL"}
UPPER: Final[dict[str, Any]] = {"value_m": 120.0, "reference": "AGL"}

LOCAL_TEXT: Final = {"text": "East Lake", "lang": "en-GB"}

ZONE: Final[dict[str, Any]] = {
    "name": "东湖保护区",
    "kind": "controlled_heritage",
    "restriction": "CONDITIONAL",
    "outline": POLYGON,
    "lower": LOWER,
    "upper": UPPER,
    "height_basis": "declared",
    "starts_at": TOMORROW,
    "ends_at": NEXT_YEAR,
    "binds": "uncrewed",
    "authority": "武汉市人民政府",
    "source": "公告",
    "reason": "文物",
    "article": "条例第十九条",
    "conditions": "昼间",
    "demo": True,
    "limited_applicability": [
        {
            "starts_at": TOMORROW,
            "ends_at": NEXT_YEAR,
            "schedule": [
                {"day": ["ANY"], "start_time": "06:00", "end_event": "SS"},
                {"day": ["MON", "SUN"], "start_event": "SR", "end_time": "22:00"},
            ],
        }
    ],
    "grade": 2,
    "notice": {"determined_by": "空管", "number": "通告1号", "issued_at": YESTERDAY, "emergency": True},
    "uas_zone": {
        "identifier": "WUH01",
        "country": "CHN",
        "variant": "COMMON",
        "uspace": False,
        "u_space_class": "",
        "region": 1,
        "regulation_exemption": False,
        "names": [LOCAL_TEXT],
        "reasons": ["SENSITIVE"],
        "other_reason": [LOCAL_TEXT],
        "message": [LOCAL_TEXT],
        "authorities": [
            {
                "purpose": "NOTIFICATION",
                "name": [LOCAL_TEXT],
                "service": [LOCAL_TEXT],
                "contact_name": [LOCAL_TEXT],
                "site_url": "https://example.org",
                "email": "tower@example.org",
                "phone": "110",
                "interval_before": "PT1H",
            }
        ],
        "created_at": YESTERDAY,
        "updated_at": YESTERDAY,
        "extended": "{}",
    },
}
PLAN: Final[dict[str, Any]] = {
    **world.intent(at=world.tomorrow()),
    "departure": {"lng": LNG, "lat": LAT},
    "height_reference": "AGL",
    "priority": 0,
    "authorization_number": "武空许1号",
    "aircraft_registration": "B-0001",
    "remark": "例行",
    "path": [
        {"lng": LNG, "lat": LAT, "height_m": 90.0},
        {"lng": LNG + 0.01, "lat": LAT, "height_m": 90.0, "speed_mps": 10.0, "hover_s": 30.0, "hover_radius_m": 20.0},
    ],
}
AREA_PLAN: Final[dict[str, Any]] = {
    **{name: value for name, value in PLAN.items() if name != "path"},
    "area": {"outline": CIRCLE, "lower_m": 30.0, "upper_m": 90.0, "duration_s": 600.0},
}
AUTHORIZATION: Final[dict[str, Any]] = {
    "number": "武空许2号",
    "operator": "alpha",
    "authority": "空管",
    "outline": CORRIDOR,
    "lower": LOWER,
    "upper": UPPER,
    "starts_at": TOMORROW,
    "ends_at": NEXT_YEAR,
    "conditions": "昼间",
    "demo": True,
}
ROUTE: Final[dict[str, Any]] = {
    "route_id": "R-1",
    "operator": "alpha",
    "name": "一号航线",
    "origin": {"lng": LNG, "lat": LAT},
    "destination": {"lng": LNG + 0.02, "lat": LAT},
    "path": [{"lng": LNG, "lat": LAT, "height_m": 90.0}, {"lng": LNG + 0.02, "lat": LAT, "height_m": 90.0}],
    "half_width_m": 40.0,
    "height_reference": "AGL",
    "aircraft_class": "light",
    "scenario": "governance",
    "unit": "武昌区",
    "source": "公告",
    "demo": True,
}
SITE: Final[dict[str, Any]] = {
    **world.site("一号机巢"),
    "functions": ["takeoff_landing", "energy"],
    "aircraft_classes": ["light", "small"],
    "pads": 2,
    "movements_per_window": 12,
    "window_min": 30,
    "length_m": 20.5,
    "width_m": 15.0,
    "surface": "concrete",
    "service_radius_m": 3000.0,
    "owner": "业主",
    "operator": "alpha",
    "unit": "武昌区",
    "address": "东湖路1号",
    "source": "公告",
    "contacts": [{"name": "张三", "role": "值班", "phone": "027-0", "email": "a@example.org"}],
    "documents": [{"name": "批复", "kind": "approval", "reference": "1号", "dated_on": "2026-04-01"}],
    "feasibility": [
        {
            "aspect": "technical",
            "result": "feasible",
            "assessed_by": "设计院",
            "assessed_on": "2026-03-02",
            "note": "说明",
        }
    ],
    "demo": True,
}
SCENARIO: Final[dict[str, Any]] = {
    "name": "武昌十处",
    "model": "mclp",
    "new_sites": 2,
    "coverage_percent": 95.0,
    "layer": "population",
    "service_time": {"minutes": 5.0, "launch_delay_s": 30.0, "cruise_mps": 15.0, "wind_mps": 3.0},
    "existing": "laid_out",
    "source": "given",
    "spacing_m": 2000.0,
    "positions": [[LNG, LAT], [LNG + 0.02, LAT], [LNG + 0.04, LAT]],
    "avoid": ["PROHIBITED"],
    "cell_m": 500.0,
    "quotas": {"420106": {"least": 0, "most": 5}},
    "capacity": 100_000.0,
    "kind": "nest",
    "unit": "武昌区",
    "unit_cost_cny": 300_000.0,
    "time_limit_s": 1.0,
}
WHAT_IF: Final[dict[str, Any]] = {
    "layer": "population",
    "service_time": {"minutes": 5.0, "launch_delay_s": 30.0, "cruise_mps": 15.0, "wind_mps": 3.0},
    "kind": "nest",
    "function": "takeoff_landing",
    "add": [{"lng": LNG, "lat": LAT, "kind": "nest", "functions": ["takeoff_landing"], "service_radius_m": 3000.0}],
    "move": [{"site_id": "S-example", "lng": LNG, "lat": LAT}],
    "remove": ["S-example"],
}
REASON: Final[dict[str, Any]] = {"reason": "说明"}

BODIES: Final[dict[str, dict[str, Any]]] = {
    "POST /token": {"role": "operator", "org": "alpha", "sub": "someone"},
    "POST /zones": {"zone_id": "Z-example", **ZONE},
    "POST /zones/impact": {"zone_id": "Z-example", **ZONE},
    "PUT /zones/{zone_id}": ZONE,
    "POST /airspace/sites/{site_id}/impact": {
        "kind": "closed",
        "starts_at": YESTERDAY,
        "ends_at": TOMORROW,
        "reason": "大风",
    },
    "POST /checks": {"intent": AREA_PLAN, "authorization_numbers": ["武空许1号"]},
    "POST /flight-plans": PLAN,
    "POST /flight-plans/{plan_id}/move": {"departs_at": TOMORROW},
    "POST /flight-plans/{plan_id}/withdraw": REASON,
    "POST /flight-plans/{plan_id}/ruling": {"decision": "approve", "reason": "同意", "revision": 1},
    "POST /authorizations": AUTHORIZATION,
    "POST /authorizations/{authorization_id}/withdraw": REASON,
    "POST /routes": ROUTE,
    "POST /routes/{route_id}/open": REASON,
    "POST /routes/{route_id}/suspend": REASON,
    "POST /routes/{route_id}/classification": {"route_class": "commercial", "evidence": "合同7号"},
    "POST /sites": {"site_id": "S-example", "state": "commissioned", "effective_at": YESTERDAY, **SITE},
    "PUT /sites/{site_id}": SITE,
    "POST /sites/{site_id}/{move}": {"reason": "说明", "effective_at": YESTERDAY},
    "POST /sites/{site_id}/movements": {
        "event_id": "e1",
        "movement": "takeoff",
        "at": YESTERDAY,
        "plan_id": "00000000-0000-0000-0000-000000000001",
        "aircraft": "B-1",
    },
    "POST /sites/{site_id}/status": {
        "event_id": "e1",
        "status": "closed",
        "starts_at": YESTERDAY,
        "ends_at": TOMORROW,
        "reason": "大风",
    },
    "POST /sites/solve": SCENARIO,
    "POST /coverage/what-if": WHAT_IF,
    "PUT /scenarios/{scenario_id}/name": {"name": "武昌两处"},
}

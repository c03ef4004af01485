"""Bodies are parsed strictly, and what is wrong is said by field."""

import json
from typing import Any

import pytest

from shared.body import InvalidBody, MalformedBody, parse_json
from shared.contracts.airspace import ZoneSpec
from shared.flight import FlightIntent

ZONE: dict[str, Any] = {
    "name": "长江大桥",
    "kind": "temporary",
    "restriction": "PROHIBITED",
    "outline": {"type": "Circle", "center": [114.29, 30.55], "radius_m": 500},
    "authority": "武汉市公安局",
}


def faults(document: object, type_: Any = ZoneSpec) -> list[tuple[str, str]]:
    """The faults of a document that must be refused."""
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    with pytest.raises(InvalidBody) as refused:
        parse_json(raw, type_)
    return [(error.field, error.detail) for error in refused.value.errors]


def test_a_good_body_is_the_value() -> None:
    assert parse_json(json.dumps(ZONE).encode(), ZoneSpec).name == "长江大桥"


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"name": None}, "name", "must be text"),
        ({"name": "  "}, "name", "must not be blank"),
        ({"name": "a\0b"}, "name", "must not contain control characters"),
        ({"name": "x" * 1_000_000}, "name", "200"),
        ({"name": 7}, "name", "must be text"),
        ({"kind": "moat"}, "kind", "must be 'controlled_height'"),
        ({"demo": 1}, "demo", "must be true or false"),
        ({"typo": 1}, "typo", "is not a known field"),
        ({"lower": {"value_m": True}}, "lower.value_m", "must be a number"),
        ({"lower": {"value_m": "120"}}, "lower.value_m", "must be a number"),
        ({"lower": {"value_m": 10**400}}, "lower.value_m", "must be"),
        ({"starts_at": 1_700_000_000}, "starts_at", "must be an instant"),
        ({"starts_at": "2026-05-01T08:00:00"}, "starts_at", "offset"),
        ({"outline": {"type": "Square"}}, "outline.type", "must be 'Polygon' or 'Circle'"),
        ({"outline": {}}, "outline.type", "is required"),
        ({"outline": None}, "outline", "must be an object"),
        ({"outline": []}, "outline", "must be an object"),
        ({"outline": {"type": "Circle", "center": [114, "x"], "radius_m": 1}}, "outline.center.1", "must be a number"),
        ({"outline": {"type": "Circle", "center": [114], "radius_m": 1}}, "outline.center.1", "is required"),
        ({"outline": {"type": "Circle", "center": [114, 30]}}, "outline.radius_m", "is required"),
        ({"outline": {"type": "Polygon", "coordinates": []}}, "outline.coordinates", "at least 1"),
        ({"outline": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}}, "outline.coordinates.0", "at least 4"),
        ({"outline": {"type": "Polygon", "coordinates": [[[0, 91]] * 4]}}, "outline.coordinates.0.0.1", "90"),
    ],
)
def test_a_fault_names_its_field(change: dict[str, Any], field: str, says: str) -> None:
    found = faults({**ZONE, **change})
    assert [place for place, _ in found][:1] == [field]
    assert says in found[0][1]


def test_only_the_branch_of_the_given_type_speaks() -> None:
    outline = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, True], [0, 0]]], "radius_m": 3}
    assert faults({**ZONE, "outline": outline}) == [
        ("outline.coordinates.0.2.1", "must be a number"),
        ("outline.radius_m", "is not a known field"),
    ]


def test_a_rule_over_several_fields_is_said_of_their_object() -> None:
    spec = {**ZONE, "lower": {"value_m": 120}, "upper": {"value_m": 60}}
    assert faults(spec) == [("", "upper 60.0 m is not above lower 120.0 m")]


def test_a_place_deep_in_a_path_is_named() -> None:
    intent = {
        "departure": {"site_id": "a"},
        "arrival": {"site_id": "a"},
        "departs_at": "2026-05-01T08:00:00+08:00",
        "aircraft_class": "light",
        "purpose": "patrol",
        "speed_mps": 10,
        "path": [{"lng": 114, "lat": 30, "height_m": 50}, {"lng": 114, "lat": 95, "height_m": 50}],
    }
    assert [place for place, _ in faults(intent, FlightIntent)] == ["path.1.lat"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[",
        b'{"name": "x"',
        b'"\xff"',
        b'{"name": "\\ud800"}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 33 + b"]" * 33,
    ],
)
def test_what_is_no_json_or_too_deep_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedBody):
        parse_json(raw, ZoneSpec)


def test_brackets_in_text_are_not_depth() -> None:
    spec = {**ZONE, "reason": '[{"' * 100 + "\\", "source": "Infinity and NaN"}
    assert parse_json(json.dumps(spec).encode(), ZoneSpec).source == "Infinity and NaN"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("unit", [b'\\"', b'"\\', b'"', b"\\", b'["', b'{"a":"'])
def test_no_text_makes_the_check_slow(unit: bytes) -> None:
    raw = b'"' + unit * (1_000_000 // len(unit)) + b"[" * 40
    with pytest.raises(InvalidBody):
        parse_json(raw, ZoneSpec)


def test_a_literal_backslash_u0000_is_plain_text() -> None:
    spec = {**ZONE, "reason": "\\u0000 is written so"}
    assert parse_json(json.dumps(spec).encode(), ZoneSpec).reason == "\\u0000 is written so"

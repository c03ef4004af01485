"""The published contracts: written down as they are, changed only by adding, read strictly, and read as written."""

import copy
import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts import generate
from shared.contracts.assessment import Assessment, Effect, Finding, FindingCode, Outcome, SubjectKind
from shared.contracts.codec import (
    EVENT_TYPES,
    InvalidEvent,
    decode,
    decode_value,
    encode,
    encode_utc,
    encode_value,
    field_as_written,
    key_of,
)
from shared.contracts.flightplan import FlightPlanSubmitted
from shared.contracts.inbound import SiteStateReported
from shared.contracts.sites import SiteState
from shared.flight import AircraftClass, FlightIntent, Purpose, Spot, Waypoint
from shared.topics import partitions
from shared.values import is_printable
from shared.volumes import Altitude, CircleOutline

ROOT = Path(__file__).resolve().parents[3]
NOON = datetime(2026, 5, 1, 12, 0, tzinfo=timezone(timedelta(hours=8)))

INTENT = FlightIntent(
    departure=Spot(site_id="WH-001", lng=114.3, lat=30.6),
    arrival=Spot(lng=114.31, lat=30.61),
    departs_at=NOON,
    aircraft_class=AircraftClass.SMALL,
    purpose=Purpose.DELIVERY,
    speed_mps=15.0,
    path=(Waypoint(lng=114.305, lat=30.605, height_m=100.0),),
)
SUBMITTED = FlightPlanSubmitted(plan_id=uuid4(), revision=1, operator="东湖航空", intent=INTENT)


# ------------------------------------------------------------------------------------------------- written down


def test_schemas_and_page_are_what_the_contracts_say() -> None:
    for path, content in generate.files().items():
        assert path.read_text(encoding="utf-8") == content, f"{path.name} is old: make docs"
    assert set(generate.published()) == set(EVENT_TYPES)


def committed(revision: str) -> dict[str, generate.Schema]:
    """The schemas as a revision of the repository has them; none where there is no history."""
    folder = generate.SCHEMAS.relative_to(ROOT).as_posix()
    listed = subprocess.run(
        ["git", "ls-tree", "--name-only", revision, f"{folder}/"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    found = {}
    for path in listed.stdout.split():
        shown = subprocess.run(
            ["git", "show", f"{revision}:{path}"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        found[Path(path).stem] = json.loads(shown.stdout)
    return found


@pytest.mark.parametrize("revision", ["HEAD", "HEAD^"])
def test_nothing_published_is_changed_but_by_adding(revision: str) -> None:
    now = generate.schemas()
    for name, old in committed(revision).items():
        assert name in now
        assert generate.breaks(old, now[name]) == []


def test_every_event_has_a_declared_topic_and_a_key() -> None:
    for event_type in EVENT_TYPES.values():
        fields = vars(event_type)
        assert fields["topic"] in partitions()
        assert fields["key_field"] in event_type.__annotations__


def edited(name: str, edit: Any) -> list[str]:
    old = generate.schemas()[name]
    new = copy.deepcopy(old)
    edit(new)
    return generate.breaks(old, new)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda s: s["properties"].pop("operator"), ".operator: is gone"),
        (lambda s: s["properties"]["operator"].update(type="integer"), ".operator: was string, is integer"),
        (lambda s: s["properties"]["operator"].update(maxLength=100), ".operator: maxLength fell to 100"),
        (
            lambda s: s["properties"].update(tail={"type": "string"}) or s["required"].append("tail"),
            ".tail: is required now",
        ),
        (lambda s: s["$defs"]["Purpose"]["enum"].remove("patrol"), ".intent.purpose: lost patrol"),
        (lambda s: s.update({"x-topic": "flightplan.other"}), "x-topic changed"),
        (lambda s: s["$defs"]["Waypoint"]["properties"].pop("height_m"), ".intent.path[].height_m: is gone"),
        (lambda s: s["$defs"]["Spot"]["properties"]["lng"]["anyOf"].pop(), ".intent.departure.lng: null is no longer"),
    ],
)
def test_what_breaks_readers_is_named(edit: Any, said: str) -> None:
    assert any(fault.startswith(said) for fault in edited("FlightPlanSubmitted", edit))


@pytest.mark.parametrize(
    "edit",
    [
        lambda s: s["properties"].update(tail={"type": "string", "default": ""}),
        lambda s: s["$defs"]["Purpose"]["enum"].append("film"),
        lambda s: s["properties"]["operator"].update(maxLength=300, title="Who flies"),
        lambda s: s["$defs"]["Spot"]["properties"]["lng"]["anyOf"].append({"type": "string"}),
    ],
)
def test_what_only_adds_passes(edit: Any) -> None:
    assert edited("FlightPlanSubmitted", edit) == []


# ------------------------------------------------------------------------------------------------- read and written


def test_instants_are_written_in_utc() -> None:
    assert b'"departs_at":"2026-05-01T04:00:00Z"' in encode(SUBMITTED)
    with pytest.raises(TypeError):
        encode_value(datetime(2026, 5, 1))  # noqa: DTZ001 - that is the point


def test_what_was_written_is_read_equal() -> None:
    assert decode("FlightPlanSubmitted", encode(SUBMITTED)) == SUBMITTED
    assert key_of(SUBMITTED) == str(SUBMITTED.plan_id)
    finding = Finding(
        code=FindingCode.ZONE_PROHIBITED,
        effect=Effect.REFUSES,
        against=SubjectKind.ZONE,
        place=(114.3, 30.6),
        outline=CircleOutline("Circle", (114.3, 30.6), 500.0),
        upper=Altitude(120.0),
        starts_at=NOON.astimezone(UTC),
    )
    made = Assessment(outcome=Outcome.REFUSED, findings=(finding,), zones_version=3, decided_at=NOON, rules="wuhan-1")
    assert decode_value(Assessment, encode_value(made)) == made


# instants that every offset can write; hypothesis wants the limits naive
IN_CALENDAR = (datetime(3, 1, 1), datetime(9997, 1, 1))  # noqa: DTZ001
identifiers = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200).filter(is_printable)


@given(
    st.builds(
        SiteStateReported,
        site_id=identifiers,
        state=st.sampled_from(SiteState),
        reason=texts,
        effective_at=st.none() | st.datetimes(*IN_CALENDAR, timezones=st.just(UTC) | st.timezones()),
    )
)
def test_any_event_is_read_as_it_was_written(event: SiteStateReported) -> None:
    at = event.effective_at
    in_utc = replace(event, effective_at=at and at.astimezone(UTC))  # an hour that comes twice equals none elsewhere
    assert decode("SiteStateReported", encode(event)) == in_utc


@given(st.builds(Spot, site_id=identifiers, lng=st.floats(-180, 180), lat=st.floats(-90, 90)), texts)
def test_a_field_that_is_handed_on_stays_as_it_was_written(departure: Spot, remark: str) -> None:
    intent = replace(INTENT, departure=departure, remark=remark)
    assert field_as_written(encode(replace(SUBMITTED, intent=intent)), "intent") == encode_value(intent)


def test_unknown_fields_are_a_newer_publishers() -> None:
    later = {**json.loads(encode(SUBMITTED)), "weather": "fine"}
    assert decode("FlightPlanSubmitted", json.dumps(later).encode()) == SUBMITTED


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("revision", True),
        ("revision", "1"),
        ("revision", 1.5),
        ("revision", 0),
        ("operator", ""),
        ("operator", "a\0b"),
        ("operator", 7),
        ("operator", "x" * 1_000_000),
        ("plan_id", "not-a-uuid"),
        ("intent.speed_mps", True),
        ("intent.speed_mps", float("nan")),
        ("intent.speed_mps", float("inf")),
        ("intent.speed_mps", 10**400),
        ("intent.departs_at", "2026-05-01T12:00:00"),
        ("intent.departs_at", 1_777_000_000),
        ("intent.path.0.lat", 91.0),
        ("intent.path.0.lat", None),
        ("intent.purpose", "mischief"),
    ],
)
def test_a_wrong_value_is_refused_naming_its_field(field: str, value: object) -> None:
    document = json.loads(encode(SUBMITTED))
    place: Any = document
    *way, last = field.split(".")
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    place[last] = value
    with pytest.raises(InvalidEvent) as refused:
        decode("FlightPlanSubmitted", json.dumps(document).encode())
    assert refused.value.field == field
    assert len(refused.value.detail) < 500


@pytest.mark.parametrize(
    "data", [b"", b"{", b"null", b"[]", b"\xff\xfe", b"[" * 100_000, b'"' + b"a" * 1_000_000, b"{}"]
)
def test_bytes_that_are_no_event_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidEvent):
        decode("FlightPlanSubmitted", data)


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(InvalidEvent, match="FlightPlanExploded") as refused:
        decode("FlightPlanExploded", b"{}")
    assert refused.value.field == "type"


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.lists(st.datetimes(timezones=st.just(UTC)), min_size=2, max_size=2),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_instants_in_utc_are_written_the_same_in_half_the_time(
    at: datetime, span: list[datetime], metres: float
) -> None:
    finding = Finding(
        code=FindingCode.PLAN_CONFLICT,
        effect=Effect.REFUSES,
        against=SubjectKind.PLAN,
        starts_at=span[0],
        ends_at=span[1],
        place=(114.3, 30.5),
        clear_by_m=metres,
        outline=CircleOutline("Circle", (114.3, 30.5), 5.0),
        lower=Altitude(90.0),
    )
    made = Assessment(outcome=Outcome.REFUSED, findings=(finding,), zones_version=1, decided_at=at, rules="r")
    assert encode_utc(made) == encode_value(made)
    read = decode_value(Assessment, encode_value(made))
    assert encode_utc(read) == encode_value(made)

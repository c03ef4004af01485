"""CSV, XLSX, GeoJSON: whatever a site says comes back the same; of any bytes nothing but the named error comes out."""

import csv
import io
import json
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from types import ModuleType
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.sites.domain.errors import FileNotReadable
from services.sites.domain.life import Reached
from services.sites.domain.register import Report, Site, register, revise, tidy
from services.sites.files import csv_file, geojson_file, xlsx_file
from services.sites.files.cells import guarded, pack, unguarded, unpack
from services.sites.files.columns import COLUMNS
from services.sites.files.rows import Reading
from shared.contracts.premises import (
    Contact,
    Document,
    DocumentKind,
    Feasibility,
    FeasibilityAspect,
    FeasibilityResult,
    Surface,
)
from shared.contracts.sites import SiteFunction, SiteKind, SiteSpec, SiteState
from shared.errors import TianyuanError
from shared.flight import AircraftClass
from shared.values import is_filled, is_printable

NOW = datetime(2026, 5, 1, tzinfo=UTC)
WUHAN = ZoneInfo("Asia/Shanghai")
HOW = Reading(WUHAN)
FILES = [csv_file, geojson_file, xlsx_file]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40).filter(is_printable)
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40).filter(is_filled)
SPEC = SiteSpec(name="机巢", kind=SiteKind.NEST, lng=114.3, lat=30.6)
shorts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).filter(is_printable)
days = st.dates(date(1900, 1, 1), date(2100, 1, 1))
contacts = st.builds(Contact, name=names, role=shorts, phone=shorts, email=shorts)
documents = st.builds(
    Document, name=names, kind=st.sampled_from(DocumentKind), reference=texts, dated_on=st.none() | days
)
feasibility = st.builds(
    Feasibility,
    aspect=st.sampled_from(FeasibilityAspect),
    result=st.sampled_from(FeasibilityResult),
    assessed_by=names,
    assessed_on=days,
    note=texts,
)
specs = st.builds(
    SiteSpec,
    name=names,
    kind=st.sampled_from(SiteKind),
    lng=st.floats(-180, 180),
    lat=st.floats(-90, 90),
    functions=st.sets(st.sampled_from(SiteFunction), min_size=1).map(tuple),
    aircraft_classes=st.sets(st.sampled_from(AircraftClass)).map(tuple),
    pads=st.integers(1, 200),
    movements_per_window=st.none() | st.integers(1, 10_000),
    window_min=st.integers(1, 1440),
    length_m=st.none() | st.floats(0.001, 10_000),
    width_m=st.none() | st.floats(0.001, 10_000),
    surface=st.none() | st.sampled_from(Surface),
    owner=texts,
    contacts=st.lists(contacts, max_size=3).map(tuple),
    documents=st.lists(documents, max_size=3).map(tuple),
    feasibility=st.lists(feasibility, max_size=3).map(tuple),
    service_radius_m=st.none() | st.floats(0.001, 100_000),
    operator=texts,
    unit=texts,
    address=texts,
    source=texts,
    demo=st.booleans(),
).map(tidy)


def site(number: int, spec: SiteSpec, state: SiteState) -> Site:
    """A registered site."""
    return Site(
        site_id=f"s{number}",
        revision=1,
        position_revision=1,
        spec=spec,
        state=state,
        district="",
        effective_at=NOW,
        registered_at=NOW,
        updated_at=NOW,
    )


@pytest.mark.parametrize("file", FILES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])  # many texts a site, on a busy machine
@given(stated=st.lists(st.tuples(specs, st.sampled_from(SiteState)), min_size=1, max_size=3))
def test_what_is_written_reads_back_the_same(file: ModuleType, stated: list[tuple[SiteSpec, SiteState]]) -> None:
    sites = [site(number, spec, state) for number, (spec, state) in enumerate(stated)]
    parsed = file.read(file.write(sites, {}, WUHAN), HOW)
    assert parsed.errors == ()
    assert [(r.site_id, r.spec and tidy(r.spec), r.state) for _, r in parsed.rows] == [
        (s.site_id, s.spec, s.state) for s in sites
    ]


parts = st.lists(st.text(st.sampled_from("a 中\\|;\n\t\"'"), max_size=6), max_size=4)


@given(st.lists(parts.filter(any), max_size=4))
def test_records_in_a_cell_are_the_same_again(records: list[list[str]]) -> None:
    found = unpack(pack(records))
    longest = max((len(record) for record in records), default=0)
    assert [record + [""] * (longest - len(record)) for record in found] == [
        record + [""] * (longest - len(record)) for record in records
    ]


def test_records_as_people_type_them() -> None:
    assert unpack(" 张三 | 值班 | 027-1 ;李四||x\\;y; ") == [["张三", "值班", "027-1"], ["李四", "", "x;y"]]
    assert unpack("  ") == []


@given(texts)
def test_no_cell_is_run_as_a_formula(text: str) -> None:
    cell = guarded(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(cell) == text


@pytest.mark.parametrize("file", FILES)
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_or_refused_by_name(file: ModuleType, content: bytes) -> None:
    with suppress(FileNotReadable):
        file.read(content, HOW)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=5, max_size=5))
def test_any_cells_are_read_or_explained(cells: list[str]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["site_id", "name", "kind", "lng", "lat"], cells])
    with suppress(FileNotReadable):  # NUL
        assert all(error.detail for error in csv_file.read(out.getvalue().encode(), HOW).errors)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=150)
@given(st.sampled_from(COLUMNS), values)
@example("state", [])
@example("state", {})
def test_any_value_of_a_feature_is_read_or_explained(column: str, value: object) -> None:
    sound = {"site_id": "s1", "name": "机巢", "kind": "nest", "state": "approved"}
    geometry = {"type": "Point", "coordinates": [114.3, 30.6]}
    feature = {"type": "Feature", "geometry": geometry, "properties": {**sound, column: value}}
    read = geojson_file.read(json.dumps({"type": "FeatureCollection", "features": [feature]}).encode(), HOW)
    assert len(read.rows) + len({error.row for error in read.errors}) == 1


def lived(row: str, columns: str) -> tuple[list[tuple[SiteState, datetime]], dict[str, str]]:
    """The life that a row of these columns tells, and the faults found in it."""
    parsed = csv_file.read(f"site_id,name,kind,lng,lat,{columns}\ns,n,nest,114.3,30.6,{row}\n".encode(), HOW)
    reached = [(each.state, each.effective_at) for _, report in parsed.rows for each in report.lived]
    return reached, {error.field: error.detail for error in parsed.errors}


def test_days_are_the_citys_and_in_order() -> None:
    columns = "commissioned_at,approved_at,resumed_at,suspended_at"
    told, faults = lived("2026/4/1,2026-03-02 09:30,2026-04-09T00:00:00Z,2026-04-08T23:59:59.5+00:00", columns)
    assert faults == {}
    assert told == [
        (SiteState.APPROVED, datetime(2026, 3, 2, 1, 30, tzinfo=UTC)),
        (SiteState.COMMISSIONED, datetime(2026, 3, 31, 16, tzinfo=UTC)),
        (SiteState.SUSPENDED, datetime(2026, 4, 8, 23, 59, 59, 500_000, tzinfo=UTC)),
        (SiteState.COMMISSIONED, datetime(2026, 4, 9, tzinfo=UTC)),
    ]


@pytest.mark.parametrize(
    "date", ["yesterday", "2026-13-01", "2026-02-30", "0001-01-01", "2026-04", "20260401", "46113"]
)
def test_what_is_no_date_is_explained(date: str) -> None:
    told, faults = lived(date, "approved_at")
    assert told == []
    assert "must be a day such as 2026-11-01" in faults["approved_at"]


moments = st.lists(st.integers(0, 10**8), min_size=1, max_size=9).map(sorted)
walks = st.lists(st.sampled_from(SiteState), min_size=1, max_size=9)


@settings(max_examples=150)
@given(moments, walks)
@example([5, 5], [SiteState.SUSPENDED, SiteState.COMMISSIONED])
@example([5, 5, 5], [SiteState.COMMISSIONED, SiteState.SUSPENDED, SiteState.COMMISSIONED])
def test_a_life_written_and_read_is_known_already(seconds: list[int], states: list[SiteState]) -> None:
    told = [Reached(state, NOW - timedelta(seconds=10**8 - at)) for at, state in zip(seconds, states, strict=False)]
    step = register(
        Report(site_id="s1", spec=SPEC, state=told[0].state, effective_at=told[0].effective_at), SPEC, "", NOW
    )
    life = told[:1]
    for each in told[1:]:
        with suppress(TianyuanError):
            step = revise(step.site, Report(site_id="s1", state=each.state, effective_at=each.effective_at), "", NOW)
            life += [each] if step.events else []
    known = [(each.state, each.effective_at) for each in life]

    ((_, report),) = csv_file.read(csv_file.write([step.site], {"s1": known}, WUHAN), HOW).rows
    assert revise(step.site, report, "", NOW, known).events == ()
    anew = register(report, SPEC, "", NOW)
    assert (anew.site.state, anew.site.effective_at) == (step.site.state, step.site.effective_at)
    assert {(event.state, event.effective_at) for event in anew.events} <= set(known)

"""CSV and GeoJSON: whatever a site says comes back the same; of any bytes nothing but the named error comes out."""

import csv
import io
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sites.domain.errors import FileNotReadable
from services.sites.domain.register import Site, tidy
from services.sites.exports import guarded, unguarded, write_csv, write_geojson
from services.sites.imports import Parsed, parse_csv, parse_geojson
from shared.contracts.sites import SiteFunction, SiteKind, SiteSpec, SiteState
from shared.flight import AircraftClass
from shared.values import is_filled, is_printable

NOW = datetime(2026, 5, 1, tzinfo=UTC)
PARSERS = [parse_csv, parse_geojson]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40).filter(is_printable)
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40).filter(is_filled)
specs = st.builds(
    SiteSpec,
    name=names,
    kind=st.sampled_from(SiteKind),
    lng=st.floats(-180, 180),
    lat=st.floats(-90, 90),
    functions=st.sets(st.sampled_from(SiteFunction), min_size=1).map(tuple),
    aircraft_classes=st.sets(st.sampled_from(AircraftClass)).map(tuple),
    pads=st.integers(1, 200),
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


@settings(max_examples=150)
@given(st.lists(st.tuples(specs, st.sampled_from(SiteState)), min_size=1, max_size=4))
def test_what_is_written_reads_back_the_same(stated: list[tuple[SiteSpec, SiteState]]) -> None:
    sites = [site(number, spec, state) for number, (spec, state) in enumerate(stated)]
    for parsed in (parse_csv(write_csv(sites)), parse_geojson(write_geojson(sites))):
        assert parsed.errors == ()
        assert [(r.site_id, r.spec and tidy(r.spec), r.state) for _, r in parsed.rows] == [
            (s.site_id, s.spec, s.state) for s in sites
        ]


@given(texts)
def test_no_cell_is_run_as_a_formula(text: str) -> None:
    cell = guarded(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(cell) == text


@pytest.mark.parametrize("parse", PARSERS)
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_or_refused_by_name(parse: Callable[[bytes], Parsed], content: bytes) -> None:
    with suppress(FileNotReadable):
        parse(content)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=5, max_size=5))
def test_any_cells_are_read_or_explained(cells: list[str]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["site_id", "name", "kind", "lng", "lat"], cells])
    with suppress(FileNotReadable):  # NUL
        assert all(error.detail for error in parse_csv(out.getvalue().encode()).errors)

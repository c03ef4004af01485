"""PostGIS narrows: too many, never too few; by index, whatever the planner believes of the tables."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.airspace.domain.contacts import contacts
from services.airspace.state import AirspaceState
from services.airspace.store import narrowing, reservations
from services.airspace.store.arrays import Parameter
from services.airspace.store.keys import DAY_US, asked, boxes_of
from services.airspace.store.reservations import Hold, Known
from shared.contracts.assessment import Assessment, Outcome
from shared.flight import FlightIntent, FlightVolumes, volumes_of_all
from shared.frame import Transaction
from tests.integration.airspace.conftest import LAT, LNG, World, flight

MIDNIGHT = datetime(2026, 5, 2, tzinfo=UTC)
PROVINCE = {
    "outline": {"type": "Circle", "center": [LNG, LAT], "radius_m": 27_000.0},
    "upper_m": 110.0,
    "duration_s": 60.0,
}
ANSWER = Assessment(outcome=Outcome.APPROVED, findings=(), zones_version=0, decided_at=MIDNIGHT, rules="test")


def known(number: int, volumes: FlightVolumes) -> Known:
    """A plan that holds these volumes."""
    return Known(
        plan_id=UUID(int=number),
        seen_revision=1,
        revision=1,
        operator="alpha",
        state=Hold.HELD,
        priority=0,
        crewed=False,
        voluntary=False,
        volumes=volumes,
        assessment=ANSWER,
        zones_version=0,
    )


def hold(tx: Transaction, flights: Sequence[FlightVolumes], first: int = 1) -> list[Known]:
    """Let plans hold the flights."""
    plans = [known(first + i, volumes) for i, volumes in enumerate(flights)]
    reservations.save_plans(tx.cursor, plans, known=[])
    narrowing.enter_keys(tx.cursor, plans)
    return plans


near = st.floats(-0.02, 0.02).map(lambda d: round(d, 5))
times = st.one_of(
    st.floats(-40, 40).map(lambda minutes: MIDNIGHT + timedelta(minutes=minutes)),
    st.integers(0, 3).map(lambda days: MIDNIGHT + timedelta(days=days)),
)


@st.composite
def paths(draw: st.DrawFn) -> FlightIntent:
    """A path, sometimes long, with a hover, near midnight more often than not."""
    start, count = (LNG + draw(near), LAT + draw(near)), draw(st.integers(1, 4))
    points = [(start[0] + draw(near), start[1] + draw(near)) for _ in range(count)]
    hover = draw(st.sampled_from([0.0, 0.0, 60.0, 14_000.0]))
    height = draw(st.sampled_from([0.0, 30.0, 60.0, 110.0]))
    each = {"height_m": height, "hover_s": hover, "hover_radius_m": 50.0}
    path = [{"lng": lng, "lat": lat, **each} for lng, lat in points]
    aircraft = draw(st.sampled_from(["micro", "medium", "crewed"]))
    return flight(
        departs_at=draw(times),
        departure={"lng": start[0], "lat": start[1]},
        arrival={"lng": points[-1][0], "lat": points[-1][1]},
        path=path,
        aircraft_class=aircraft,
        height_reference=draw(st.sampled_from(["AGL", "AGL", "AMSL"])),
    )


@st.composite
def areas(draw: st.DrawFn) -> FlightIntent:
    """A block: a field, a town, or half the province."""
    center = [LNG + draw(near), LAT + draw(near)]
    radius_m = draw(st.sampled_from([100.0, 3_000.0, 27_000.0]))
    spot = {"lng": center[0], "lat": center[1]}
    area = {
        "outline": {"type": "Circle", "center": center, "radius_m": radius_m},
        "upper_m": draw(st.sampled_from([30.0, 110.0])),
        "duration_s": draw(st.sampled_from([60.0, 7_200.0, 80_000.0])),
    }
    return flight(departs_at=draw(times), departure=spot, arrival=spot, path=[], area=area)


def for_long(volumes: FlightVolumes, days: int) -> FlightVolumes:
    """The same, held from so many days before until so many after."""
    records = volumes.records.copy()
    records["start_us"] -= days * DAY_US
    records["end_us"] += days * DAY_US
    return replace(volumes, records=records)


flights = st.lists(st.one_of(paths(), paths(), areas()), min_size=2, max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(intents=flights, data=st.data())
def test_narrowing_never_loses_what_the_decision_would_meet(
    world: World, intents: list[FlightIntent], data: st.DataObject
) -> None:
    state: AirspaceState = world.service.state
    volumes = volumes_of_all(intents, state.rules, state.terrain)
    split = data.draw(st.integers(1, len(volumes) - 1))
    volumes[split] = for_long(volumes[split], data.draw(st.sampled_from([0, 0, 2, 5, 40, 180])))
    asking, standing = volumes[:split], volumes[split:]
    with world.service.database.transaction() as tx:
        plans = hold(tx, standing)
        found = narrowing.narrow(tx.cursor, asking)
        met = {c.b - split for c in contacts([*asking, *standing], range(split)) if c.b >= split > c.a}
        tx.connection.get_transaction().rollback()  # type: ignore[union-attr]
    assert {plans[index].plan_id for index in met} <= set(found)
    assert all(found[plan.plan_id].volumes == plan.volumes for plan in plans if plan.plan_id in found)


def plan_of(tx: Transaction, intent: FlightIntent, state: AirspaceState) -> str:
    """How the database would look up one flight."""
    ranges, _ = asked(boxes_of(volumes_of_all([intent], state.rules, state.terrain)))
    columns = (ranges.low, ranges.high, *narrowing.bounds(ranges.boxes).values())
    narrowing.prefer_indexes(tx.cursor)
    tx.cursor.execute(f"EXPLAIN {narrowing.NARROW}", [Parameter(values) for values in columns])
    return "\n".join(row[0] for row in tx.cursor.fetchall())


@pytest.mark.parametrize("analysed", [False, True])
@pytest.mark.parametrize("standing", [0, 300])
def test_look_up_goes_by_the_index(world: World, standing: int, analysed: bool) -> None:
    state: AirspaceState = world.service.state
    intents = [flight(lng=LNG + i * 0.001, minute=60 + i) for i in range(standing)]
    with world.service.database.transaction() as tx:
        if intents:
            hold(tx, volumes_of_all(intents, state.rules, state.terrain))
        if analysed:
            tx.cursor.execute("ANALYZE airspace.reservation_key, airspace.reservation")
        plan = plan_of(tx, flight(), state)
    assert "reservation_key_key on reservation_key" in plan
    assert "reservation_pkey on reservation" in plan
    for refused in ("Hash Join", "Merge Join", "Seq Scan", "Bitmap"):
        assert refused not in plan, plan


def test_what_stands_for_a_year_is_entered_once_a_cell_and_forgotten_when_it_is_over(world: World) -> None:
    state: AirspaceState = world.service.state
    path, area = volumes_of_all([flight(), flight(path=[], area=PROVINCE)], state.rules, state.terrain)
    with world.service.database.transaction() as tx:
        corridor, province = hold(tx, [for_long(path, 180), for_long(area, 180)])
        (count,) = tx.cursor.execute("SELECT count(*) FROM airspace.reservation_key").fetchone() or (0,)
        assert count < 64  # not one for each of 360 days
        far = volumes_of_all([flight(lng=LNG + 0.2, minute=90 * 24 * 60)], state.rules, state.terrain)
        near_ = volumes_of_all([flight(minute=-90 * 24 * 60)], state.rules, state.terrain)
        assert set(narrowing.narrow(tx.cursor, near_)) == {corridor.plan_id, province.plan_id}
        assert set(narrowing.narrow(tx.cursor, far)) == {province.plan_id}
        narrowing.prune_keys(tx.cursor, MIDNIGHT + timedelta(days=170))
        assert set(narrowing.narrow(tx.cursor, near_)) == {corridor.plan_id, province.plan_id}
        narrowing.prune_keys(tx.cursor, MIDNIGHT + timedelta(days=190))
        assert narrowing.narrow(tx.cursor, near_) == {}


def test_keys_united_by_cell_find_the_neighbour_at_a_border(world: World) -> None:
    state: AirspaceState = world.service.state
    border = 114.32  # of two cells
    intents = [flight(lng=border - 0.0001, degrees=-0.004), flight(lng=border + 0.0001, degrees=0.004)]
    west, east = volumes_of_all(intents, state.rules, state.terrain)
    with world.service.database.transaction() as tx:
        (plan,) = hold(tx, [west])
        assert set(narrowing.narrow(tx.cursor, [east])) == {plan.plan_id}
        assert set(narrowing.narrow(tx.cursor, [east, west])) == {plan.plan_id}


def test_schema_is_what_the_migrations_make(world: World) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from services.airspace.store.tables import metadata

    kernel = {"event_log", "checkpoint", "parked", "leader", "migration"}

    def ours(name: str | None, kind: str, parents: Any) -> bool:
        return name == "airspace" if kind == "schema" else parents.get("table_name", name) not in kernel

    with world.service.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_schemas": True, "include_name": ours})
        assert compare_metadata(context, metadata) == []

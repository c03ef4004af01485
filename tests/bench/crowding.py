"""What a clone of a full database may have besides: volumes that stand for a year, and a month of plans gone by.

Neither may cost a decision anything, so neither is in its way: the corridors and the discs over the whole city lie
higher than anything that is filed, and the past is what has been left as if nothing had ever been forgotten.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, LiteralString
from uuid import uuid4

import numpy as np
import psycopg

from city.wuhan.demo.places import Land, moved
from services.airspace.store import narrowing, reservations
from services.airspace.store.reservations import Hold, Known
from shared.city import CityProfile
from shared.contracts.assessment import Assessment, Outcome
from shared.flight import FlightIntent, FlightVolumes, Spot, Waypoint, volumes
from shared.flight.intent import AircraftClass, Purpose
from shared.flight.records import RECORD, to_us
from tests.bench.standing import libpq

CORRIDORS: Final = 1_000
DISCS: Final = 20
DISC_M: Final = 60_000.0
CORRIDOR_M: Final = 1_500.0
ABOVE_M: Final = 3_000.0
YEAR: Final = timedelta(days=365)
PAST_DAYS, A_DAY = 30, 10_000
SEED: Final = 20260701
_AT_ONCE: Final = 100

_TABLES: Final = ("flightplan.plan", "airspace.reservation", "airspace.reservation_key", "airspace.journal")
# a plan of the past is one that stands, under another id and so many days before; a key's highest bits are its day
_PAST: Final[Sequence[LiteralString]] = (
    """CREATE TEMP TABLE past AS
    SELECT r.plan_id AS stands, gen_random_uuid() AS plan_id,
        (date_part('day', r.starts_at - now()) + 1 + day)::int AS days
    FROM (SELECT plan_id, starts_at FROM airspace.reservation WHERE state = 'held' ORDER BY plan_id LIMIT %(a_day)s) r,
        generate_series(1, %(days)s) day""",
    """INSERT INTO flightplan.plan
    SELECT (jsonb_populate_record(p, jsonb_build_object(
        'plan_id', past.plan_id, 'state', 'ended', 'departs_at', p.departs_at - make_interval(days => past.days),
        'starts_at', p.starts_at - make_interval(days => past.days),
        'ends_at', p.ends_at - make_interval(days => past.days),
        'submitted_at', p.submitted_at - make_interval(days => past.days)))).*
    FROM past JOIN flightplan.plan p ON p.plan_id = past.stands""",
    """INSERT INTO airspace.reservation (plan_id, seen_revision, revision, operator, state, priority, crewed, voluntary,
        starts_at, ends_at, west, south, east, north, volumes, assessment, zones_version)
    SELECT past.plan_id, seen_revision, revision, operator, state, priority, crewed, voluntary,
        starts_at - make_interval(days => past.days), ends_at - make_interval(days => past.days),
        west, south, east, north, volumes, assessment, zones_version
    FROM past JOIN airspace.reservation r ON r.plan_id = past.stands""",
    """INSERT INTO airspace.reservation_key
    SELECT k.key - (past.days::bigint << 39), past.plan_id, west, south, east, north, lower_m, upper_m, reference,
        start_us - past.days * 86400000000, end_us - past.days * 86400000000
    FROM past JOIN airspace.reservation_key k ON k.plan_id = past.stands""",
    """INSERT INTO airspace.journal (plan_id, revision, operator, entry, outcome, voluntary, keeps_former, because,
        intent, starts_at, ends_at)
    SELECT past.plan_id, revision, operator, entry, outcome, voluntary, keeps_former, because, intent,
        starts_at - make_interval(days => past.days), ends_at - make_interval(days => past.days)
    FROM past JOIN airspace.journal j ON j.plan_id = past.stands""",
)


def add_corridors(url: str, city: CityProfile) -> str:
    """1,000 corridors and 20 discs over the city that are held for a year; what was added, in words."""
    chance, land = random.Random(SEED), Land(city)
    now = datetime.now(UTC)
    held = [_for_a_year(flight, now) for flight in (*_corridors(city, land, chance), *_discs(city))]
    with psycopg.connect(libpq(url)) as connection:
        for start in range(0, len(held), _AT_ONCE):
            plans = [_known(flight, now) for flight in held[start : start + _AT_ONCE]]
            reservations.save_plans(connection.cursor(), plans, known=[])
            narrowing.enter_keys(connection.cursor(), plans)
    _analyze(url)
    return f"{CORRIDORS:,} corridors and {DISCS} volumes over the city, each for a year"


def _corridors(city: CityProfile, land: Land, chance: random.Random) -> Iterator[FlightVolumes]:
    for _ in range(CORRIDORS):
        course, place = chance.uniform(0, 360), land.settled(chance)
        places = [
            place,
            *(moved(place, course, metres) for metres in (1_500.0, 4_000.0, chance.uniform(5_000, 15_000))),
        ]
        path = [Waypoint(lng=lng, lat=lat, height_m=ABOVE_M) for lng, lat in places]
        (lng, lat), (end_lng, end_lat) = places[0], places[-1]
        flown = volumes(
            FlightIntent(
                departure=Spot(lng=lng, lat=lat),
                arrival=Spot(lng=end_lng, lat=end_lat),
                departs_at=datetime(2026, 1, 1, tzinfo=UTC),
                aircraft_class=AircraftClass.LIGHT,
                purpose=Purpose.LOGISTICS,
                speed_mps=20.0,
                path=path,
            ),
            city.flight_rules,
            city.terrain(),
        )
        yield FlightVolumes(flown.records[1:-1])  # without the columns at its ends, which do come down


def _discs(city: CityProfile) -> Iterator[FlightVolumes]:
    for number in range(DISCS):
        records = np.zeros(1, RECORD)
        records["lng1"] = records["lng2"] = city.centre[0]
        records["lat1"] = records["lat2"] = city.centre[1]
        records["radius_m"], records["area"] = DISC_M, -1
        records["lower_m"], records["upper_m"] = ABOVE_M + 1_000 + 100 * number, ABOVE_M + 1_100 + 100 * number
        yield FlightVolumes(records)


def _for_a_year(flight: FlightVolumes, now: datetime) -> FlightVolumes:
    records = flight.records.copy()
    records["start_us"], records["end_us"] = to_us(now - YEAR / 2), to_us(now + YEAR / 2)
    return replace(flight, records=records)


def _known(flight: FlightVolumes, now: datetime) -> Known:
    return Known(
        plan_id=uuid4(),
        seen_revision=1,
        revision=1,
        operator="bench",
        state=Hold.HELD,
        priority=0,
        crewed=False,
        voluntary=False,
        volumes=flight,
        assessment=Assessment(outcome=Outcome.APPROVED, findings=(), zones_version=0, decided_at=now, rules="bench"),
        zones_version=2**62,
    )


def add_past(url: str) -> str:
    """30 days of 10,000 plans each, gone by; what was added, in words."""
    with psycopg.connect(libpq(url)) as connection:
        for statement in _PAST:
            connection.execute(statement, {"a_day": A_DAY, "days": PAST_DAYS})
            connection.execute("ANALYZE past")
    _analyze(url)
    return f"{PAST_DAYS} days of {A_DAY:,} plans gone by"


def _analyze(url: str) -> None:
    with psycopg.connect(libpq(url), autocommit=True) as connection:
        connection.execute(f"VACUUM (ANALYZE) {', '.join(_TABLES)}")

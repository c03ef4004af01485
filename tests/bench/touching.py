"""A zone that touches 10,000 standing plans, and the nearest legal plans, on a full database."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg

from shared.city import CityProfile
from tests.bench.servers import ServerFailed, platform
from tests.bench.standing import libpq

HITS: Final = 10_000
ASKED: Final = 2_000  # of which those count that are better off otherwise
_LONGEST_S: Final = 120.0
_WINDOW: Final = """
SELECT min(starts_at), max(ends_at), count(*) FROM (
    SELECT starts_at, ends_at FROM airspace.reservation WHERE state <> 'free' ORDER BY ends_at LIMIT %s) AS first"""


def hits(database_url: str, city: CityProfile) -> tuple[int, float]:
    """How many plans a zone over the city touched, and the seconds from its publication to their new answers.

    The zone ends when the last of the first 10,000 flights does; some later ones have begun by then and count too.
    """
    with psycopg.connect(libpq(database_url), autocommit=True) as connection:
        row = connection.execute(_WINDOW, [HITS]).fetchone()
        assert row is not None
        starts_at, ends_at, _ = row
        with platform(database_url, "log://") as (process,), _client(process.url, "regulator") as client:
            zone = _zone("bench-hits", city.centre, 150_000.0, starts_at, ends_at)
            # as in a service that has been at work: the zones in force are known to it
            _ok(client.post("/zones/impact", json=_zone("bench-warm", city.centre, 5.0, starts_at, ends_at)))
            began = time.monotonic()
            _ok(client.post("/zones", json=zone))
            count = _until_hit(connection, "bench-hits")
            return count, time.monotonic() - began


def alternatives_ms(database_url: str, plans: Path) -> list[float]:
    """Milliseconds of each answer of `POST /checks` that came with flights that are better off."""
    with platform(database_url, "log://") as (process,), _client(process.url, "operator") as client:
        return [took for took, answer in _answers(client, plans) if answer["alternatives"]]


def _answers(client: httpx.Client, plans: Path) -> Iterator[tuple[float, Any]]:
    with plans.open() as lines:
        for _, line in zip(range(ASKED), lines, strict=False):
            began = time.monotonic()
            answer = _ok(client.post("/checks", json={"intent": json.loads(line)["intent"]}))
            yield 1000 * (time.monotonic() - began), answer


def _client(url: str, role: str) -> httpx.Client:
    token = _ok(httpx.post(f"{url}/token", json={"role": role, "org": "bench"}))["access_token"]
    return httpx.Client(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=_LONGEST_S)


def _zone(zone_id: str, center: tuple[float, float], radius_m: float, starts_at: Any, ends_at: Any) -> dict[str, Any]:
    return {
        "zone_id": zone_id,
        "name": "bench",
        "kind": "prohibited",
        "restriction": "PROHIBITED",
        "outline": {"type": "Circle", "center": center, "radius_m": radius_m},
        "starts_at": starts_at.isoformat(),
        "ends_at": ends_at.isoformat(),
        "authority": "bench",
    }


def _until_hit(connection: "psycopg.Connection[Any]", zone_id: str) -> int:
    """Wait until the plans' new answers are there: they and the hits come with one commit."""
    question = """SELECT count(*) FROM airspace.zone_hit WHERE zone_id = %s AND subject = 'plan'"""
    deadline = time.monotonic() + _LONGEST_S
    while time.monotonic() < deadline:
        row = connection.execute(question, [zone_id]).fetchone()
        if row is not None and row[0]:
            return int(row[0])
        time.sleep(0.01)
    raise TimeoutError(f"{zone_id} is not answered within {_LONGEST_S} s")


def _ok(answer: httpx.Response) -> Any:
    if not answer.is_success:
        raise ServerFailed(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}")
    return answer.json()

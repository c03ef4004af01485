"""The planner's measurements: what-if over 10,000 demand points and 1,000 sites by HTTP; the best sites from a file."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any, Final

import httpx
import numpy as np

from shared.city import CityProfile
from tests.bench.servers import FOLDER, ROOT, ServerFailed, platform

POINTS: Final = 10_000
SITES: Final = 1_000
ASKED: Final = 200
SEED: Final = 20260501
CASES: Final = ((1_000, 10.0), (500, 30.0), (300, 30.0))  # p, and the seconds it may take


def what_if_ms(database_url: str, city: CityProfile) -> list[float]:
    """Milliseconds of each answer, as a client sees it; adding, moving and removing in turn."""
    with platform(database_url, "log://") as (process,), httpx.Client(base_url=process.url, timeout=120) as client:
        token = _ok(client.post("/token", json={"role": "planner", "org": "bench"}))["access_token"]
        client.headers["authorization"] = f"Bearer {token}"
        places = _places(city, POINTS + SITES + 2 * ASKED)
        _fill(client, places)
        _ok(client.post("/coverage/what-if", json={"layer": "bench"}))  # counted once, as by whoever opens the page
        return [_timed(client, asked) for asked in _questions(places)]


def _places(city: CityProfile, number: int) -> Iterator[tuple[float, float]]:
    """Positions round the centre, most of them near."""
    random = np.random.default_rng(SEED)
    west, south, east, north = city.bounds
    found = 0
    while found < number:
        lng, lat = random.normal(city.centre, ((east - west) / 8, (north - south) / 8))
        if city.district_at(float(lng), float(lat)) is not None:
            found += 1
            yield round(float(lng), 6), round(float(lat), 6)


def _fill(client: httpx.Client, places: Iterator[tuple[float, float]]) -> None:
    points = "".join(
        f"{lng},{lat},{weight % 90 + 10}\n" for weight, (lng, lat) in zip(range(POINTS), places, strict=False)
    )
    _ok(client.post("/demand/bench", content=f"lng,lat,weight\n{points}", headers={"content-type": "text/csv"}))
    rows = "".join(
        f"bench-{number},机巢 {number},nest,{lng},{lat},commissioned\n"
        for number, (lng, lat) in zip(range(SITES), places, strict=False)
    )
    file = f"site_id,name,kind,lng,lat,state\n{rows}".encode()
    report = _ok(client.post("/sites/import", content=file, headers={"content-type": "text/csv"}))
    if report["errors"]:
        raise ServerFailed(f"sites were refused: {report['errors'][:3]}")


def _questions(places: Iterator[tuple[float, float]]) -> Iterator[dict[str, Any]]:
    for number in range(ASKED):
        lng, lat = next(places)
        site_id = f"bench-{number}"
        yield {"layer": "bench"} | (
            {"add": [{"lng": lng, "lat": lat}]},
            {"move": [{"site_id": site_id, "lng": lng, "lat": lat}]},
            {"remove": [site_id]},
        )[number % 3]


def _timed(client: httpx.Client, asked: dict[str, Any]) -> float:
    began = time.perf_counter()
    _ok(client.post("/coverage/what-if", json=asked))
    return 1000 * (time.perf_counter() - began)


def _ok(answer: httpx.Response) -> Any:
    if not answer.is_success:
        raise ServerFailed(f"{answer.request.url}: {answer.status_code} {answer.text[:500]}")
    return answer.json()


def siting() -> list[tuple[int, float, float]]:
    """Of each case p, the wall seconds of the command and its gap in percent: 10,000 points, 5,000 candidates."""
    random = np.random.default_rng(SEED)
    document = {
        "weights": random.integers(1, 100, 10_000).tolist(),
        "demand": (random.random((10_000, 2)) * 100).tolist(),
        "candidates": (random.random((5_000, 2)) * 100).tolist(),
    }
    return [_solved({**document, "p": p, "service_radius": 50.0 / p**0.5}, p, seconds) for p, seconds in CASES]


def _solved(document: dict[str, Any], p: int, seconds: float) -> tuple[int, float, float]:
    file = FOLDER / "siting.json"
    file.write_text(json.dumps(document))
    command = [sys.executable, "-m", "cli", "sites", "solve", str(file), "--model", "mclp", "--json"]
    began = time.perf_counter()
    done = subprocess.run(
        [*command, "--time-limit", f"{seconds:g}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    took_s = time.perf_counter() - began
    if done.returncode:
        raise ServerFailed(done.stderr[-2000:])
    return p, took_s, 100 * float(json.loads(done.stdout)["gap"])

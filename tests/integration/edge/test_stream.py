"""The event stream: everything once and in order, to each only his own, resumable, and gone when it should be."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from shared.auth import Role
from shared.contracts.airspace import ZoneKind, ZoneSpec, ZoneWithdrawn
from shared.contracts.assessment import Restriction
from shared.volumes import CircleOutline
from tests.integration.edge.conftest import SERVICE, World
from tests.serving import serving
from tests.waiting import eventually

SPEC = ZoneSpec(
    name="长江大桥",
    kind=ZoneKind.TEMPORARY,
    restriction=Restriction.PROHIBITED,
    outline=CircleOutline("Circle", (114.29, 30.55), 500.0),
    authority="武汉市公安局",
)
EVENTS = f"/{SERVICE}/events"


def publish(world: World, *zone_ids: str, by: str = "空管") -> None:
    """Record one event a zone, in one transaction."""
    with world.database.transaction() as tx:
        for zone_id in zone_ids:
            tx.record(ZoneWithdrawn(zone_id=zone_id, zone_version=2, zones_version=9, former=SPEC, published_by=by))


def publish_each(world: World, count: int) -> None:
    """One transaction an event."""
    for n in range(count):
        publish(world, f"new-{n}")


@contextmanager
def stream(
    client: httpx.Client, headers: dict[str, str], after: int | None = None
) -> Iterator[Iterator[dict[str, Any]]]:
    """The events of a stream as dicts of their fields."""
    resume = {} if after is None else {"last-event-id": str(after)}
    with client.stream("GET", EVENTS, headers={**headers, **resume}) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        lines = answer.iter_lines()
        assert next(lines).startswith("retry:")
        yield parsed(lines)


def parsed(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    event: dict[str, Any] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if not line and event:
            yield event
            event = {}
        elif name == "data":
            event["data"] = json.loads(value)
        elif name:
            event[name] = value


def zones(events: Iterator[dict[str, Any]], count: int) -> list[str]:
    """The zones of the next events."""
    return [next(events)["data"]["event"]["zone_id"] for _ in range(count)]


def test_events_arrive_in_order_and_a_client_resumes_where_it_was(world: World) -> None:
    publish(world, "before")
    with world.serve() as client:
        with stream(client, world.headers(Role.REGULATOR)) as events:
            publish(world, "a", "b")
            publish(world, "c")
            first = next(events)
            assert first["event"] == "ZoneWithdrawn"
            assert first["data"]["key"] == "a"
            assert first["data"]["time"].endswith("Z")
            assert zones(events, 2) == ["b", "c"]
        publish(world, "d")
        with stream(client, world.headers(Role.REGULATOR), after=int(first["id"])) as events:
            publish(world, "e")
            assert zones(events, 4) == ["b", "c", "d", "e"]


def test_each_sees_only_what_is_his(world: World) -> None:
    with world.serve() as client:
        mine, all_of_them = world.headers(Role.OPERATOR, "东湖飞行"), world.headers(Role.REGULATOR)
        with stream(client, mine) as own, stream(client, all_of_them) as everything:
            publish(world, "theirs", by="别家")
            publish(world, "mine", by="东湖飞行")
            assert zones(own, 1) == ["mine"]
            assert zones(everything, 2) == ["theirs", "mine"]


def test_a_long_past_is_caught_up_without_gaps_while_more_comes(world: World) -> None:
    publish(world, *(f"old-{n}" for n in range(1300)))
    writing = threading.Thread(target=publish_each, args=(world, 50))
    with world.serve() as client, stream(client, world.headers(Role.REGULATOR)) as other:
        with stream(client, world.headers(Role.REGULATOR), after=0) as events:
            writing.start()
            found = zones(events, 1350)
            writing.join()
        assert found[:1300] == [f"old-{n}" for n in range(1300)]
        assert found[1300:] == [f"new-{n}" for n in range(50)]
        assert zones(other, 50) == found[1300:]


def test_an_idle_stream_is_kept_alive(world: World) -> None:
    app = world.app()
    app.state.streams[SERVICE]._keep_alive_s = 0.05
    with serving(app) as client, client.stream("GET", EVENTS, headers=world.headers(Role.SERVICE)) as answer:
        lines = (line for line in answer.iter_lines() if line)
        assert [next(lines) for _ in range(4)] == ["retry: 2000", ": connected", ": keep-alive", ": keep-alive"]


def test_a_client_too_slow_is_told_and_resumes(world: World) -> None:
    app = world.app()
    app.state.streams[SERVICE]._longest_queue = 5
    with serving(app) as client:
        with stream(client, world.headers(Role.REGULATOR)) as events:
            eventually(lambda: app.state.streams[SERVICE]._listeners)  # it follows, and does not catch up any more
            publish(world, *(f"z-{n}" for n in range(300)))
            seen = list(events)
        assert seen[-1]["event"] == "dropped"
        assert len(seen) < 300
        last = seen[-2]["id"] if len(seen) > 1 else 0
        with stream(client, world.headers(Role.REGULATOR), after=int(last)) as events:
            rest = zones(events, 300 - (len(seen) - 1))
    assert [event["data"]["key"] for event in seen[:-1]] + rest == [f"z-{n}" for n in range(300)]


def test_a_stream_ends_with_its_token(world: World) -> None:
    token = world.issuer.token(Role.REGULATOR, "空管", lifetime_s=-3)  # within the leeway of 5 s
    with world.serve() as client, stream(client, {"authorization": f"Bearer {token}"}) as events:
        assert list(events) == []


@pytest.mark.parametrize("position", ["x", "-1", "1e3", str(2**63)])
def test_a_position_that_is_none_is_refused(world: World, position: str) -> None:
    with world.serve() as client:
        answer = client.get(EVENTS, headers={**world.headers(Role.REGULATOR), "last-event-id": position})
        assert answer.status_code == 422
        assert client.get(EVENTS).status_code == 401


def test_streams_do_not_keep_the_server_from_stopping(world: World) -> None:
    opened = threading.Event()
    ended: list[Any] = []

    def listen(client: httpx.Client) -> None:
        with client, stream(client, world.headers(Role.REGULATOR)) as events:
            opened.set()
            ended.extend(events)
            ended.append("ended")

    with world.serve() as client:
        own = httpx.Client(base_url=client.base_url)
        thread = threading.Thread(target=listen, args=(own,))
        thread.start()
        assert opened.wait(10)
    thread.join(10)
    assert ended == ["ended"]

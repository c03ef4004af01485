"""The contract of the bus and the frame, proven on both buses with three partitions."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random

import pytest

from shared.bus import Inbound
from shared.contracts.codec import encode
from shared.contracts.flightplan import FlightPlanLapsed
from shared.contracts.inbound import SiteStateReported
from shared.contracts.sites import SiteState
from shared.frame import Received, Subscription, Transaction, on
from shared.log import Recorded
from shared.parked import AlreadyReplayed, ParkedNotFound, ask_replay
from tests.integration.kernel.world import World, expected, lapsed, note, plan, subscription
from tests.waiting import eventually

PLANS = range(30)


def report(site_id: str) -> Inbound:
    event = SiteStateReported(site_id=site_id, state=SiteState.COMMISSIONED)
    return Inbound("inbound.sites", site_id, "SiteStateReported", encode(event))


def test_every_event_arrives_once_and_in_order_for_its_key_in_batches(world: World) -> None:
    world.record(PLANS, range(1, 11))
    with world.relaying(), world.consumer(subscription(batch=50)):
        world.record(PLANS, range(11, 21))
        eventually(lambda: world.seen() == expected(PLANS, 20))
    batches = [int(str(size)) for (size,) in world.query("SELECT DISTINCT batch FROM airspace.seen")]
    assert max(batches) <= 50
    assert max(batches) > 10
    assert world.query("SELECT count(DISTINCT partition) FROM airspace.seen") == [(3,)]


def test_consuming_resumes_behind_what_was_committed(world: World) -> None:
    with world.relaying():
        with world.consumer(subscription()):
            world.record(PLANS, [1, 2])
            eventually(lambda: world.seen() == expected(PLANS, 2))
        world.record(PLANS, [3, 4])
        with world.consumer(subscription()):
            world.record(PLANS, [5])
            eventually(lambda: world.seen() == expected(PLANS, 5))


def test_what_is_delivered_again_is_not_applied_again(world: World) -> None:
    """Bus state lost: the embedded reader's mark, or the relay's checkpoint and the group's offsets."""
    with world.relaying(), world.consumer(subscription()):
        world.record(PLANS, [1, 2])
        eventually(lambda: world.seen() == expected(PLANS, 2))
    world.query("UPDATE airspace.checkpoint SET position = 0 WHERE topic LIKE 'log:%'")
    world.query("UPDATE flightplan.checkpoint SET position = 0 WHERE subscription = 'relay'")
    with world.relaying(), world.relaying(), world.consumer(subscription()):
        world.record(PLANS, [3])
        eventually(lambda: world.seen() == expected(PLANS, 3))
    assert world.seen() == expected(PLANS, 3)


@pytest.mark.parametrize("bus_url", [pytest.param("kafka", marks=pytest.mark.kafka)], indirect=True)
def test_with_one_checkpoint_for_all_partitions_events_are_dropped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what another partition had further back in the log counts as seen already."""
    monkeypatch.setattr(Recorded, "slot", property(lambda one: (one.ledger or one.topic, 0)))
    with world.relaying(), world.consumer(subscription(batch=50)):
        world.record(PLANS, range(1, 21))
        last = world.query("SELECT max(position) FROM flightplan.event_log")
        eventually(lambda: world.query("SELECT max(position) FROM airspace.checkpoint") == last)
    assert 0 < sum(map(len, world.seen().values())) < 20 * len(PLANS)


@contextmanager
def recording(world: World, *, from_revision: int = 1) -> Iterator[Callable[[], int]]:
    """Keep recording a revision of every plan; gives the number of revisions so far."""
    stopping = threading.Event()
    last = from_revision - 1

    def keep_recording() -> None:
        nonlocal last
        while not stopping.wait(0.05):
            world.record(PLANS, [last + 1])
            last += 1

    recorder = threading.Thread(target=keep_recording)
    recorder.start()
    try:
        yield lambda: last
    finally:
        stopping.set()
        recorder.join()


def test_two_consumers_share_the_work_and_hand_it_over(world: World) -> None:
    plans_only = Subscription("notes", (on(FlightPlanLapsed, handler=note),))
    with world.relaying(), world.consumer(plans_only) as first:
        with recording(world) as last:
            eventually(lambda: len(world.seen()) == len(PLANS))
            with world.consumer(plans_only) as second:
                eventually(lambda: len(world.query("SELECT DISTINCT process FROM airspace.seen")) == 2)
                first.stop()
                reached = last()
                eventually(lambda: min(map(len, world.seen().values())) > reached + 5)
                second.stop()
        with world.consumer(plans_only):
            eventually(lambda: world.seen() == expected(PLANS, last()))


def test_poison_is_parked_with_its_reason_and_can_be_replayed(world: World) -> None:
    healed = threading.Event()

    def sick(tx: Transaction, received: Sequence[Received[FlightPlanLapsed]]) -> None:
        note(tx, received)
        if not healed.is_set() and any(one.event.revision == 2 and one.key == str(plan(7)) for one in received):
            raise ValueError("cannot digest revision 2")

    world.record(PLANS, [1, 2, 3])
    others = expected(PLANS, 3) | {str(plan(7)): [1, 3]}
    with world.relaying(), world.consumer(subscription(sick)):
        eventually(lambda: world.seen() == others)
        ((parked_id, reason, key),) = world.query("SELECT parked_id, reason, key FROM airspace.parked")
        assert (reason, key) == ("ValueError: cannot digest revision 2", str(plan(7)))
        trace = world.query("SELECT traceback FROM airspace.parked")[0][0]
        assert "in sick" in str(trace)

        ask_replay(world.airspace, int(str(parked_id)))
        eventually(lambda: world.query("SELECT attempts FROM airspace.parked") == [(2,)])
        healed.set()
        ask_replay(world.airspace, int(str(parked_id)))
        eventually(lambda: world.seen()[str(plan(7))] == [1, 3, 2])
        with pytest.raises(AlreadyReplayed):
            ask_replay(world.airspace, int(str(parked_id)))
        with pytest.raises(ParkedNotFound):
            ask_replay(world.airspace, 999)


BAD = {
    "json": Inbound("inbound.sites", "json", "SiteStateReported", b'{"site_id": '),
    "bytes": Inbound("inbound.sites", "bytes", "SiteStateReported", b"\xff\x00\xfe"),
    "nul\0key": Inbound("inbound.sites", "nul\0key", "Site\0StateReported", b"{}"),
    "unknown": Inbound("inbound.sites", "unknown", "SiteExploded", b"{}"),
    "foreign": Inbound("inbound.sites", "foreign", "FlightPlanLapsed", encode(lapsed(1, 1))),
    "missing": Inbound("inbound.sites", "missing", "SiteStateReported", b'{"site_id": "a"}'),
    "true": Inbound("inbound.sites", "true", "SiteStateReported", b'{"site_id": true, "state": "commissioned"}'),
    "state": Inbound("inbound.sites", "state", "SiteStateReported", b'{"site_id": "a", "state": "broken"}'),
    "nul": Inbound("inbound.sites", "nul", "SiteStateReported", b'{"site_id": "a\\u0000", "state": "commissioned"}'),
    "deep": Inbound("inbound.sites", "deep", "SiteStateReported", b"[" * 100_000),
    "long": Inbound("inbound.sites", "long", "SiteStateReported", b'{"site_id": "' + b"a" * 1_000_000 + b'"}'),
    "empty": Inbound("inbound.sites", "empty", "SiteStateReported", b""),
}
FIELDS = {
    "unknown": "type",
    "foreign": "type",
    "nul\ufffdkey": "type",
    "missing": "state",
    "true": "site_id",
    "state": "state",
    "nul": "site_id",
    "long": "site_id",
}


def test_what_cannot_be_read_from_outside_is_parked_with_field_and_reason(world: World) -> None:
    with world.consumer(subscription()):
        world.send(report("before"), *BAD.values(), report("after"))
        eventually(lambda: set(world.seen()) == {"before", "after"})
        eventually(lambda: len(world.query("SELECT 1 FROM airspace.parked")) == len(BAD))
    parked = {
        str(key): (field, reason)
        for key, field, reason in world.query("SELECT key, field, reason FROM airspace.parked")
    }
    assert {key: field for key, (field, _) in parked.items() if field} == FIELDS
    assert all(len(str(reason)) > 10 for _, reason in parked.values())


def test_a_message_of_megabytes_passes(world: World) -> None:
    large = Random(7).randbytes(3_000_000).hex().encode()
    with world.consumer(subscription()):
        world.send(Inbound("inbound.sites", "large", "SiteStateReported", large), report("after"))
        eventually(lambda: set(world.seen()) == {"after"})
        eventually(lambda: world.query("SELECT length(data) FROM airspace.parked") == [(len(large),)])


def test_a_lost_connection_in_the_middle_of_a_batch_loses_nothing(world: World) -> None:
    cut = threading.Event()

    def cut_once(tx: Transaction, received: Sequence[Received[FlightPlanLapsed]]) -> None:
        note(tx, received)
        if not cut.is_set():
            cut.set()
            tx.cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    world.record(PLANS, [1, 2])
    with world.relaying(), world.consumer(subscription(cut_once)):
        eventually(lambda: world.seen() == expected(PLANS, 2))
    assert cut.is_set()
    assert world.query("SELECT 1 FROM airspace.parked") == []


def test_a_deadlock_is_tried_again(world: World) -> None:
    victims: list[int] = []

    def deadlock_once(tx: Transaction, received: Sequence[Received[FlightPlanLapsed]]) -> None:
        note(tx, received)
        if not victims:
            victims.append(1)
            tx.cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END $$")

    world.record(PLANS, [1])
    with world.relaying(), world.consumer(subscription(deadlock_once)):
        eventually(lambda: world.seen() == expected(PLANS, 1))
    assert world.query("SELECT 1 FROM airspace.parked") == []


def test_the_trace_goes_from_cause_to_effect(world: World) -> None:
    def answer(tx: Transaction, received: Sequence[Received[FlightPlanLapsed]]) -> None:
        note(tx, received)
        for one in received:
            tx.record(lapsed(99, 1), causation=one)

    with world.relaying(), world.consumer(subscription(answer)):
        world.record([1, 2, 3], [1])
        eventually(lambda: len(world.seen()) == 3)
    causes = world.query("SELECT substr(traceparent, 4, 32) FROM flightplan.event_log")
    effects = world.query("SELECT substr(traceparent, 4, 32) FROM airspace.event_log")
    assert sorted(map(str, causes)) == sorted(map(str, effects))
    assert len(set(causes)) == 3

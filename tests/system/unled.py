"""Two deciders without the leader's lock, for controls: what the lock prevents has to happen where it is not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from kafka.admin import KafkaAdminClient

from services.compose import compose
from shared.runner import Runner
from shared.settings import Settings
from tests.system.platform import Groups
from tests.waiting import eventually

WITHOUT_DECIDER: Groups = [("flightplan", "sites")]


def topic_of(event_type: type) -> str:
    """Where events of the type are told."""
    return str(event_type.topic)  # type: ignore[attr-defined]


@contextmanager
def deciding_without_lead(database_url: str, bus_url: str) -> Iterator[None]:
    """Two deciders that share the plans as a consumer group does, each with partitions of its own.

    They follow nothing else: a group shares out the partitions of all its topics, and might give one decider no plans.
    """
    composition = compose(Settings(database_url=database_url, bus_url=bus_url), ["airspace"])
    (airspace,) = composition.services
    (decider,) = airspace.subscriptions
    plans = tuple(route for route in decider.handlers if set(map(topic_of, route.event_types)) == {"flightplan.plans"})
    unled = replace(airspace, subscriptions=(replace(decider, leader=False, handlers=plans),))
    runners = [Runner([unled], composition.bus, composition.platform.bell) for _ in range(2)]
    try:
        for runner in runners:
            runner.start()
        eventually(lambda: shares(bus_url, f"airspace.{decider.name}") == 2, timeout_s=60, every_s=0.2)
        yield
    finally:
        for runner in runners:
            runner.stop()
        composition.bus.close()
        airspace.database.close()


def shares(bus_url: str, group: str) -> int:
    """How many members of a consumer group have partitions of the plans."""
    server, _, prefix = bus_url.removeprefix("kafka://").partition("/")
    admin = KafkaAdminClient(bootstrap_servers=server)
    try:
        members = admin.describe_groups([f"{prefix}.{group}"])[f"{prefix}.{group}"]["members"]
    finally:
        admin.close()
    return sum(f"{prefix}.flightplan.plans" in str(member["member_assignment"]) for member in members)

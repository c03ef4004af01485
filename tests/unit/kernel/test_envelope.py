"""Kafka headers, whatever outsiders write into them."""

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from shared.bus.envelope import headers_of, headers_of_recorded, recorded_of
from shared.log import Recorded

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def message(
    headers: object, topic: str = "inbound.sites", key: bytes | None = b"k", value: bytes | None = b"{}"
) -> object:
    return SimpleNamespace(
        topic=f"city.{topic}",
        partition=2,
        offset=41,
        timestamp=1_777_000_000_000,
        key=key,
        value=value,
        headers=headers,
    )


def test_a_relayed_event_comes_out_as_it_was_recorded() -> None:
    event = Recorded(
        log="flightplan",
        position=7,
        topic="flightplan.plans",
        partition=2,
        key="k",
        id=uuid4(),
        type="FlightPlanLapsed",
        time=datetime(2026, 5, 1, 4, 0, 0, 123456, tzinfo=UTC),
        traceparent=TRACE,
        data=b"{}",
        ledger="flightplan.plans",
        offset=41,
    )
    assert recorded_of(message(headers_of_recorded(event), "flightplan.plans"), "city.") == event


def test_from_outside_the_offset_counts_and_a_claimed_position_does_not() -> None:
    headers = [*headers_of("SiteStateReported", uuid4(), "k", "x", TRACE), ("position", b"999999")]
    event = recorded_of(message(headers), "city.")
    assert (event.position, event.slot, event.fault) == (41, ("kafka:inbound.sites", 2), None)
    assert (event.type, event.traceparent) == ("SiteStateReported", TRACE)


def test_our_own_topics_take_no_message_without_a_position() -> None:
    for position in (b"", b"-1", b"1e3", b"99999999999999999999", "٣".encode()):
        event = recorded_of(message([("position", position)], "flightplan.plans"), "city.")
        assert event.fault
        assert event.slot == ("kafka:flightplan.plans", 2)


def test_any_text_is_an_id_and_the_same_text_the_same_id() -> None:
    first, second = (recorded_of(message([("ce_id", b"order 7")]), "city.").id for _ in range(2))
    assert first == second
    assert isinstance(recorded_of(message(None), "city.").id, UUID)


names = st.sampled_from(["ce_type", "ce_id", "ce_time", "traceparent", "position", "other"])


@given(st.lists(st.tuples(names, st.none() | st.binary(max_size=40))), st.none() | st.binary(), st.none() | st.binary())
def test_no_header_key_or_value_breaks_the_reader(
    headers: list[tuple[str, bytes | None]], key: bytes | None, value: bytes | None
) -> None:
    event = recorded_of(message(headers, key=key, value=value), "city.")
    assert "\0" not in event.key + event.type
    assert event.time.tzinfo is not None

"""A trace goes on where the caller's is well formed, and starts anew where it is not."""

import pytest

from shared.tracing import current_traceparent, new_traceparent, trace_id, tracing

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_step_keeps_the_trace_and_has_its_own_id() -> None:
    step = new_traceparent(PARENT)
    assert step.split("-")[1] == PARENT.split("-")[1]
    assert step != PARENT


@pytest.mark.parametrize(
    "parent",
    [None, "", "x", PARENT.upper(), PARENT.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0" * 32), PARENT + "-x"],
)
def test_a_malformed_parent_starts_a_trace(parent: str | None) -> None:
    assert new_traceparent(parent).split("-")[1] not in ("0" * 32, "4bf92f3577b34da6a3ce929d0e0e4736")


def test_the_trace_ends_with_its_block() -> None:
    with tracing(PARENT):
        assert trace_id() == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert current_traceparent() is None
    assert trace_id() is None

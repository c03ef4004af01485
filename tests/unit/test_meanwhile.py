"""Work beside other work: both are done at the end, and no error is lost."""

from contextvars import ContextVar
from threading import Event

import pytest

from shared.meanwhile import meanwhile

told: ContextVar[str] = ContextVar("told", default="nothing")


def test_both_go_on_at_once_and_both_are_done() -> None:
    begun, other, done = Event(), Event(), []

    def work() -> None:
        begun.set()
        assert other.wait(10)
        done.append(told.get())

    told.set("the trace")
    with meanwhile(work):
        assert begun.wait(10)
        other.set()
    assert done == ["the trace"]


def failing() -> None:
    raise ValueError("of the work")


def test_an_error_of_the_work_is_raised_at_the_end_and_one_of_the_block_goes_first() -> None:
    finished = []
    with pytest.raises(ValueError, match="of the work"), meanwhile(failing):
        finished.append(1)
    assert finished == [1]
    with pytest.raises(KeyError), meanwhile(failing):
        raise KeyError("of the block")

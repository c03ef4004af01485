"""A commit in one process wakes the readers of another."""

from collections.abc import Iterator
from contextlib import contextmanager

from shared.bell import Bell
from shared.bus.wake import Waker
from tests.waiting import eventually


@contextmanager
def waker(database_url: str, bell: Bell) -> Iterator[None]:
    running = Waker(database_url, bell)
    running.start()
    try:
        yield
    finally:
        running.stop()


def test_a_ring_here_is_heard_in_the_other_process_and_comes_back_to_nobody(database_url: str) -> None:
    here, there = Bell(), Bell()
    near, far, deaf = here.listen(["airspace"]), there.listen(["airspace"]), there.listen(["sites"])
    with waker(database_url, here), waker(database_url, there):

        def ring_and_hear() -> bool:
            here.ring({"airspace", "ZonePublished"})
            near.wait(0)
            return far.wait(0.1)

        eventually(ring_and_hear)
        there.ring({"sites"})
        assert deaf.wait(0.1)
        assert not near.wait(0.05)

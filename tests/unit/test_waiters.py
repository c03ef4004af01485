"""Waiting without threads: nothing is missed, nobody waits for ever, anyone may notify."""

import asyncio
import threading

from shared.waiters import Waiters


def test_a_thread_wakes_whoever_waits() -> None:
    async def story() -> list[bool]:
        waiters: Waiters[str, int] = Waiters()
        waiting = [asyncio.create_task(waiters.wait("a", 10)) for _ in range(3)]
        other = asyncio.create_task(waiters.wait("b", 0.05))
        await asyncio.sleep(0)
        thread = threading.Thread(target=waiters.notify, args=("a", "nobody"))
        thread.start()
        answers = await asyncio.gather(*waiting, other)
        thread.join()
        return answers

    assert asyncio.run(story()) == [True, True, True, False]


def test_what_happens_before_the_wait_begins_is_not_missed() -> None:
    async def story() -> bool:
        waiters: Waiters[str, int] = Waiters()
        with waiters.expecting("a") as waiting:
            waiters.notify("a")
            return await waiting.within(10)

    assert asyncio.run(story())


def test_who_waits_is_told_what_was_said_last() -> None:
    async def story() -> list[int | None]:
        waiters: Waiters[str, int] = Waiters()
        with waiters.expecting("a") as one, waiters.expecting("b") as other:
            waiters.tell({"a": 1, "b": 1, "c": 1})
            waiters.notify("b")
            assert await one.within(10)
            assert await other.within(10)
            return [one.news, other.news]

    assert asyncio.run(story()) == [1, None]


def test_too_many_are_answered_at_once_instead_of_waiting() -> None:
    async def story() -> bool:
        waiters: Waiters[str, int] = Waiters(most_waiting=1)
        with waiters.expecting("a"):
            return await waiters.wait("a", 10)

    assert asyncio.run(story()) is False


def test_nothing_is_left_behind() -> None:
    async def story() -> Waiters[str, int]:
        waiters: Waiters[str, int] = Waiters(most_waiting=2)
        for _ in range(5):
            assert not await waiters.wait("a", 0.001)
        return waiters

    waiters = asyncio.run(story())
    assert not waiters._waiting
    waiters.notify("a")


def test_a_closed_loop_is_no_error() -> None:
    waiters: Waiters[str, int] = Waiters()
    loop = asyncio.new_event_loop()
    try:
        waiting = loop.create_task(waiters.wait("a", 10))
        loop.run_until_complete(asyncio.sleep(0))
    finally:
        waiting.cancel()
        loop.run_until_complete(asyncio.gather(waiting, return_exceptions=True))
        loop.close()
    waiters.notify("a")

"""What the three services' books say, read from the database behind the platform's back."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from tests.waiting import eventually

ACCEPTED = frozenset({"approved", "awaiting"})


class Books:
    """Queries on a test's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def rows(self, statement: str, **parameters: Any) -> list[Any]:
        """Rows of a statement, as committed now."""
        with self._engine.connect() as connection:
            return list(connection.execute(sa.text(statement), parameters))

    def run(self, *statements: str) -> None:
        """Change something behind the platform's back."""
        with self._engine.begin() as connection:
            for statement in statements:
                connection.execute(sa.text(statement))

    def states(self) -> dict[UUID, str]:
        """The state of every plan."""
        return {row.plan_id: row.state for row in self.rows("SELECT plan_id, state FROM flightplan.plan")}

    def decided(self, timeout_s: float = 120) -> dict[UUID, str]:
        """The same, when every plan filed so far is decided."""
        waiting = "SELECT count(*) AS n FROM flightplan.plan WHERE state = 'submitted'"
        eventually(lambda: self.rows(waiting)[0].n == 0, timeout_s=timeout_s, every_s=0.1)
        return self.states()

    def event_counts(self, log: str, kind: str) -> Counter[UUID]:
        """How many events of a type each plan has."""
        rows = self.rows(f"SELECT key FROM {log}.event_log WHERE type = :kind", kind=kind)
        return Counter(UUID(row.key) for row in rows)

    def holding(self) -> set[UUID]:
        """The plans that hold airspace."""
        return {row.plan_id for row in self.rows("SELECT plan_id FROM airspace.reservation WHERE state = 'held'")}

    def check_once(self, states: dict[UUID, str]) -> None:
        """Every plan was filed, assessed and decided exactly once, and what is accepted is what holds airspace."""
        for log, kind in (
            ("flightplan", "FlightPlanSubmitted"),
            ("airspace", "PlanAssessed"),
            ("flightplan", "FlightPlanDecided"),
        ):
            counts = self.event_counts(log, kind)
            assert set(counts) == set(states), f"{kind}: of {len(counts)} plans, there are {len(states)}"
            assert set(counts.values()) == {1}, f"{kind} more than once: {counts.most_common(3)}"
        assert self.holding() == {plan_id for plan_id, state in states.items() if state in ACCEPTED}


@contextmanager
def books_of(database_url: str) -> Iterator[Books]:
    """The books of a database."""
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    try:
        yield Books(engine)
    finally:
        engine.dispose()

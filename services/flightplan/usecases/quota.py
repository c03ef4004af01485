"""What an operator may take of a day's airspace: counted under a lock, filing by filing, in their order."""

from datetime import date
from uuid import UUID

from services.flightplan.domain.errors import QuotaExceeded
from services.flightplan.domain.filing import Rulebook
from services.flightplan.domain.quota import Quota, day_span
from services.flightplan.store import quota as store
from shared.flight import FlightIntent, volumes
from shared.flight.occupancy import occupied_km2_h
from shared.frame import Transaction


class Usage:
    """What operators hold of a day, as far as a transaction has asked; nothing at all where there is no quota."""

    def __init__(self, tx: Transaction, rulebook: Rulebook) -> None:
        self._tx, self._rulebook, self._quota = tx, rulebook, rulebook.quota
        self._taken: dict[tuple[str, date], float] = {}

    def take(self, operator: str, intent: FlightIntent, plan_id: UUID) -> float | None:
        """Count a flight in. Raises QuotaExceeded where it is too much; returns what it takes, None without a quota."""
        quota = self._quota
        if quota is None:
            return None
        asked = occupied_km2_h(volumes(intent, self._rulebook.flight, self._rulebook.terrain))
        day = intent.departs_at.astimezone(quota.timezone).date()
        taken = self._held(quota, operator, day, plan_id)
        if taken + asked > quota.most_km2_h_a_day:
            raise QuotaExceeded(operator, day, asked, taken, quota.most_km2_h_a_day)
        self._taken[operator, day] = taken + asked
        return asked

    def _held(self, quota: Quota, operator: str, day: date, plan_id: UUID) -> float:
        known = self._taken.get((operator, day))
        if known is None:
            start, end = day_span(day, quota)
            known = store.lock_and_sum(self._tx.cursor, operator, start, end, other_than=plan_id)
        return known

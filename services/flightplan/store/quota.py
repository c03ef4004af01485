"""What an operator's plans of a day take of the airspace."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg

# one operator's filings wait for each other, so that two at once cannot both take the last of it
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('flightplan.quota ' || %s, 0))"
_SUM: Final = """
SELECT coalesce(sum(greatest(occupied_km2_h, CASE WHEN proposal IS NOT NULL THEN proposed_km2_h END)), 0)
FROM flightplan.plan
WHERE operator = %s AND plan_id <> %s AND state NOT IN ('refused', 'withdrawn', 'lapsed', 'no_show')
  AND ((departs_at >= %s AND departs_at < %s)
    OR ((proposal->>'departs_at')::timestamptz >= %s AND (proposal->>'departs_at')::timestamptz < %s))"""


def lock_and_sum(
    cursor: "psycopg.Cursor[Any]", operator: str, start: datetime, end: datetime, *, other_than: UUID
) -> float:
    """Square kilometres times hours of the operator's live plans, and of moves asked for, that leave in the span."""
    cursor.execute(_LOCK, (operator,))
    cursor.execute(_SUM, (operator, other_than, start, end, start, end))
    row = cursor.fetchone()
    return float(row[0]) if row else 0.0

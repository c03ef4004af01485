"""What the closing of sites, their going out of use and their coming back touched: what regulators look back on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from shared.contracts.assessment import Finding, Outcome
from shared.contracts.codec import decode_value, encode_value
from shared.db import copy_rows_binary
from shared.values import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteHit:
    """A plan that a site's closing touched, or its closing before did, and what was answered then."""

    site_id: str
    because: str
    plan_id: UUID
    operator: str
    outcome_before: Outcome
    outcome_after: Outcome
    finding: Finding | None  # the site's; None where it is no longer in the way
    assessed_at: Instant

    @property
    def changed(self) -> bool:
        """Whether the outcome is another one."""
        return self.outcome_before is not self.outcome_after


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRouteHit:
    """A route that lost its site, or has it back, and what was answered then."""

    site_id: str
    because: str
    route_id: str
    operator: str
    name: str
    outcome_before: Outcome
    outcome_after: Outcome
    finding: Finding | None  # the site's; None where it is in use again
    assessed_at: Instant

    @property
    def changed(self) -> bool:
        """Whether the outcome is another one."""
        return self.outcome_before is not self.outcome_after


_ROUTE_COLUMNS: Final = (
    "site_id", "because", "route_id", "operator", "name", "outcome_before", "outcome_after", "findings", "assessed_at",
)  # fmt: skip
_ROUTE_TYPES: Final = ("text", "text", "text", "text", "text", "text", "text", "jsonb", "timestamptz")
_LIST_ROUTES: Final = """
SELECT site_id, because, route_id, operator, name, outcome_before, outcome_after, findings::text, assessed_at
FROM airspace.site_route_hit WHERE site_id = %s ORDER BY assessed_at DESC, route_id LIMIT %s"""
_COUNT_ROUTES: Final = "SELECT count(*) FROM airspace.site_route_hit WHERE site_id = %s"
_COLUMNS: Final = (
    "site_id", "because", "plan_id", "operator", "outcome_before", "outcome_after", "findings", "assessed_at",
)  # fmt: skip
_TYPES: Final = ("text", "text", "uuid", "text", "text", "text", "jsonb", "timestamptz")
_LIST: Final = """
SELECT site_id, because, plan_id, operator, outcome_before, outcome_after, findings::text, assessed_at
FROM airspace.site_hit WHERE site_id = %s
ORDER BY assessed_at DESC, outcome_before <> outcome_after DESC, plan_id LIMIT %s"""
_COUNT: Final = """
SELECT count(*), count(*) FILTER (WHERE outcome_before <> outcome_after) FROM airspace.site_hit WHERE site_id = %s"""


def save(cursor: "psycopg.Cursor[Any]", hits: Sequence[SiteHit]) -> None:
    """Remember them; what is told again is not asked again, so each comes once."""
    if hits:
        copy_rows_binary(cursor, "airspace.site_hit", _COLUMNS, _TYPES, map(_row, hits))


def newest(cursor: "psycopg.Cursor[Any]", site_id: str, *, most: int) -> list[SiteHit]:
    """The latest first, and of those told together the ones with another outcome."""
    cursor.execute(_LIST, (site_id, most))
    return [_hit(row) for row in cursor]


def count(cursor: "psycopg.Cursor[Any]", site_id: str) -> tuple[int, int]:
    """How many there are, and how many with another outcome."""
    cursor.execute(_COUNT, (site_id,))
    row = cursor.fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def save_routes(cursor: "psycopg.Cursor[Any]", hits: Sequence[SiteRouteHit]) -> None:
    """Likewise of routes."""
    if hits:
        copy_rows_binary(cursor, "airspace.site_route_hit", _ROUTE_COLUMNS, _ROUTE_TYPES, map(_route_row, hits))


def newest_routes(cursor: "psycopg.Cursor[Any]", site_id: str, *, most: int) -> list[SiteRouteHit]:
    """The latest first."""
    cursor.execute(_LIST_ROUTES, (site_id, most))
    return [_route_hit(row) for row in cursor]


def count_routes(cursor: "psycopg.Cursor[Any]", site_id: str) -> int:
    """How many there are."""
    row = cursor.execute(_COUNT_ROUTES, (site_id,)).fetchone()
    assert row is not None
    return int(row[0])


def _row(hit: SiteHit) -> Sequence[Any]:
    return (
        hit.site_id, hit.because, hit.plan_id, hit.operator, hit.outcome_before.value, hit.outcome_after.value,
        _findings(hit.finding), hit.assessed_at,
    )  # fmt: skip


def _route_row(hit: SiteRouteHit) -> Sequence[Any]:
    return (
        hit.site_id, hit.because, hit.route_id, hit.operator, hit.name, hit.outcome_before.value,
        hit.outcome_after.value, _findings(hit.finding), hit.assessed_at,
    )  # fmt: skip


def _findings(finding: Finding | None) -> Jsonb:
    return Jsonb([] if finding is None else [finding], dumps=encode_value)


def _finding(findings: str) -> Finding | None:
    found: Sequence[Finding] = decode_value(tuple[Finding, ...], findings.encode())
    return next(iter(found), None)


def _route_hit(row: Sequence[Any]) -> SiteRouteHit:
    site_id, because, route_id, operator, name, before, after, findings, assessed_at = row
    return SiteRouteHit(
        site_id=site_id,
        because=because,
        route_id=route_id,
        operator=operator,
        name=name,
        outcome_before=Outcome(before),
        outcome_after=Outcome(after),
        finding=_finding(findings),
        assessed_at=assessed_at,
    )


def _hit(row: Sequence[Any]) -> SiteHit:
    site_id, because, plan_id, operator, before, after, findings, assessed_at = row
    return SiteHit(
        site_id=site_id,
        because=because,
        plan_id=plan_id,
        operator=operator,
        outcome_before=Outcome(before),
        outcome_after=Outcome(after),
        finding=_finding(findings),
        assessed_at=assessed_at,
    )

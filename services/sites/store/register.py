"""The register: sites by id, locked for change, written, listed."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, insert

from services.sites.domain.counting import Standing
from services.sites.domain.register import Site
from services.sites.store.tables import event_log, site
from shared.contracts.sites import SiteKind, SiteState
from shared.frame import Transaction
from shared.pages import Bbox

TOPIC = "sites.sites"
_COLUMNS = [each for each in site.c if each.name not in ("kind", "position", "service_radius_m", "assessment")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFilter:
    """Which sites are asked for; None is all."""

    bbox: Bbox | None = None
    states: tuple[SiteState, ...] = ()
    kinds: tuple[SiteKind, ...] = ()
    district: str | None = None


def find(connection: sa.Connection, site_id: str) -> Site | None:
    """One site with its assessment."""
    statement = sa.select(*_COLUMNS, site.c.assessment).where(site.c.site_id == site_id)
    row = connection.execute(statement).mappings().one_or_none()
    return None if row is None else _site(row)


def lock(tx: Transaction, site_ids: Collection[str]) -> dict[str, Site]:
    """Those of the sites that are registered, locked until the commit, in one order, so that no two wait in a ring."""
    statement = (
        sa.select(*_COLUMNS, site.c.assessment)
        .where(site.c.site_id == sa.any_(sa.cast(list(site_ids), sa.ARRAY(sa.Text))))
        .order_by(site.c.site_id)
        .with_for_update()
    )
    return {row["site_id"]: _site(row) for row in tx.execute(statement).mappings()}


def lock_all(tx: Transaction) -> list[Site]:
    """Every site, locked until the commit."""
    statement = sa.select(*_COLUMNS, site.c.assessment).order_by(site.c.site_id).with_for_update()
    return [_site(row) for row in tx.execute(statement).mappings()]


def insert_new(tx: Transaction, sites: Sequence[Site]) -> set[str]:
    """Write new sites; returns the ids written: one that somebody else registered meanwhile is not among them."""
    if not sites:
        return set()
    statement = insert(site).on_conflict_do_nothing().returning(site.c.site_id)
    rows = [_row(each) for each in sorted(sites, key=lambda each: each.site_id)]
    return set(tx.execute(statement, rows).scalars())


def update(tx: Transaction, sites: Sequence[Site]) -> None:
    """Write changed sites that are locked."""
    if sites:
        rows = [{**_row(each), "b_site_id": each.site_id} for each in sites]
        tx.execute(sa.update(site).where(site.c.site_id == sa.bindparam("b_site_id")), rows)


def select_sites(
    connection: sa.Connection, wanted: SiteFilter, *, after: str | None = None, limit: int | None = None
) -> list[Site]:
    """Sites without their assessments, by id."""
    statement = sa.select(*_COLUMNS).where(*_conditions(wanted)).order_by(site.c.site_id).limit(limit)
    if after is not None:
        statement = statement.where(site.c.site_id > after)
    return [_site(row) for row in connection.execute(statement).mappings()]


def history(connection: sa.Connection, site_id: str) -> list[tuple[int, str, Any, bytes]]:
    """The site's events as they were recorded: position, type, time, data."""
    statement = (
        sa.select(event_log.c.position, event_log.c.type, event_log.c.time, event_log.c.data)
        .where(event_log.c.key == site_id, event_log.c.topic == TOPIC)
        .order_by(event_log.c.position)
    )
    return [tuple(row) for row in connection.execute(statement)]


def lived(connection: sa.Connection, site_ids: Collection[str]) -> dict[str, list[tuple[SiteState, datetime]]]:
    """The states that each of the sites has come to, and when, as its events tell; oldest first."""
    if not site_ids:
        return {}
    told = sa.cast(sa.func.convert_from(event_log.c.data, "UTF8"), JSONB)
    statement = (
        sa.select(event_log.c.key, told["state"].astext, sa.cast(told["effective_at"].astext, TIMESTAMP(timezone=True)))
        .where(event_log.c.key == sa.any_(sa.cast(list(site_ids), sa.ARRAY(sa.Text))))
        .where(event_log.c.topic == TOPIC, event_log.c.type.in_(("SiteRegistered", "SiteStateChanged")))
        .order_by(event_log.c.position)
    )
    found: dict[str, list[tuple[SiteState, datetime]]] = defaultdict(list)
    for site_id, state, effective_at in connection.execute(statement):
        found[site_id].append((SiteState(state), effective_at))
    return found


def _conditions(wanted: SiteFilter) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.bbox is not None:
        box = wanted.bbox
        yield sa.func.ST_Intersects(
            site.c.position, sa.func.ST_MakeEnvelope(box.west, box.south, box.east, box.north, 4326)
        )
    if wanted.states:
        yield site.c.state.in_(wanted.states)
    if wanted.kinds:
        yield site.c.kind.in_(wanted.kinds)
    if wanted.district is not None:
        yield site.c.district == wanted.district


def _row(each: Site) -> dict[str, Any]:
    spec = each.spec
    return {
        "site_id": each.site_id,
        "revision": each.revision,
        "position_revision": each.position_revision,
        "state": each.state.value,
        "spec": spec,
        "kind": spec.kind.value,
        "position": f"SRID=4326;POINT({spec.lng!r} {spec.lat!r})",
        "service_radius_m": spec.service_radius_m,
        "district": each.district,
        "effective_at": each.effective_at,
        "registered_at": each.registered_at,
        "updated_at": each.updated_at,
        "standing": each.standing.value,
        "obstacle": each.obstacle,
        "assessment": each.assessment,
    }


def _site(row: sa.RowMapping) -> Site:
    return Site(**{**row, "state": SiteState(row["state"]), "standing": Standing(row["standing"])})

"""Publish, change, withdraw and import zones. After the commit no later decision can miss what was published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never
from uuid import uuid4

import sqlalchemy as sa

from services.airspace.domain.zones import active
from services.airspace.state import AirspaceState
from services.airspace.store import zones as store
from services.airspace.store.shapes import Box, During
from services.airspace.store.zones import Zone, ZoneState
from shared.contracts.airspace import ZoneChanged, ZonePublished, ZoneSpec, ZoneWithdrawn
from shared.contracts.codec import encode_value
from shared.errors import Conflict, NotFound
from shared.flight.records import to_us
from shared.frame import Transaction
from shared.law import check_temporary


class ZoneNotFound(NotFound):
    """There is no zone of this id."""


class ZoneExists(Conflict):
    """A zone of this id says something else."""


class ZoneHasMovedOn(Conflict):
    """The zone is not at the version that the caller saw."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A zone that somebody states: its id and what it should be."""

    zone_id: str
    spec: ZoneSpec


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: zones published or changed, and those that already stood so."""

    accepted: int
    unchanged: int


def publish_zone(
    tx: Transaction, zone_id: str | None, spec: ZoneSpec, *, by: str, demo: bool = False
) -> tuple[Zone, bool]:
    """Put a new zone in force; False where exactly this one already is. Raises ZoneExists, TemporaryControlRefused."""
    check_temporary(spec, tx.now, demo=demo)
    store.lock_for_publication(tx.connection)
    stated = Stated(zone_id or str(uuid4()), spec)
    former = store.find_zone(tx.connection, stated.zone_id)
    if former is None:
        return _save(tx, [(stated, None)], by=by)[0], True
    if former.state is ZoneState.IN_FORCE and former.spec == spec:
        return former, False
    raise ZoneExists(f"zone {zone_id} is {_words(former)} as version {former.zone_version}; change it by PUT")


def change_zone(
    tx: Transaction, zone_id: str, spec: ZoneSpec, *, by: str, seen_version: int | None = None, demo: bool = False
) -> Zone:
    """Give a zone a new version, in force. Raises ZoneNotFound, ZoneHasMovedOn, TemporaryControlRefused."""
    check_temporary(spec, tx.now, demo=demo)
    store.lock_for_publication(tx.connection)
    former = _expect(tx, zone_id, seen_version)
    if _says(former, spec):
        return former
    return _save(tx, [(Stated(zone_id, spec), former)], by=by)[0]


def withdraw_zone(tx: Transaction, zone_id: str, *, by: str, reason: str = "", seen_version: int | None = None) -> Zone:
    """End a zone now; nothing happens where it has ended. Raises ZoneNotFound, ZoneHasMovedOn."""
    store.lock_for_publication(tx.connection)
    former = _expect(tx, zone_id, seen_version)
    if former.state is ZoneState.WITHDRAWN:
        return former
    version = former.zone_version + 1
    zone = replace(former, zone_version=version, state=ZoneState.WITHDRAWN, published_by=by, published_at=tx.now)
    counted = store.raise_version(tx.connection)
    store.save_zones(tx.connection, [zone], counted=counted, reason=reason)
    tx.record(
        ZoneWithdrawn(
            zone_id=zone_id,
            zone_version=version,
            zones_version=counted,
            former=former.spec,
            published_by=by,
            reason=reason,
        )
    )
    return zone


def import_zones(tx: Transaction, stated: Sequence[Stated], *, by: str) -> Imported:
    """Put all of them in force: new ones published, others changed, those that stand so left alone.

    The reader of their file has checked each of them. All that needs no lock is done before it: decisions wait while
    what was prepared is put in its place, and for nothing else.
    """
    latest = {one.zone_id: one for one in stated}
    known = store.find_zones(tx.connection, list(latest))
    news = _news(latest, known)
    store.stage_zones(tx.cursor, news)
    written = {zone_id: encode_value(zone.spec) for zone_id, zone in known.items()}
    store.lock_for_publication(tx.connection)
    if moved := store.moved_on(tx.cursor, list(latest), {zone.zone_id: zone.zone_version for zone in known.values()}):
        found = store.find_zones(tx.connection, moved)
        known, written = known | found, written | {zone_id: encode_value(zone.spec) for zone_id, zone in found.items()}
        news = _news(latest, known)
        store.stage_zones(tx.cursor, news)
    counted = store.raise_version(tx.connection, by=len(news))
    store.put_staged_zones(tx.cursor, by=by, at=tx.now, counted=counted)
    for index, new in enumerate(news):
        former = known.get(new.zone_id)
        version = former.zone_version + 1 if former else 1
        zone = Zone(
            zone_id=new.zone_id,
            zone_version=version,
            state=ZoneState.IN_FORCE,
            spec=new.spec,
            published_by=by,
            published_at=tx.now,
        )
        event = _event(zone, former, counted + index)
        former_json = {"former": written[new.zone_id]} if isinstance(event, ZoneChanged) else {}
        tx.record(event, written={"spec": new.spec_json, **former_json})
    return Imported(accepted=len(news), unchanged=len(stated) - len(news))


def _news(latest: Mapping[str, Stated], known: Mapping[str, Zone]) -> list[store.Staged]:
    pairs = ((one, known.get(zone_id)) for zone_id, one in latest.items())
    return [store.staged(one.zone_id, one.spec) for one, former in pairs if not former or not _says(former, one.spec)]


def zones_during(
    state: AirspaceState,
    connection: sa.Connection,
    *,
    zone_state: ZoneState | None,
    within: Box | None,
    during: During | None,
    after: str | None,
    limit: int,
) -> list[Zone]:
    """Zones in the order of their ids; of those with a schedule only what is active at some time of the span."""
    found: list[Zone] = []
    while len(found) < limit:
        rows = store.list_zones(connection, state=zone_state, within=within, during=during, after=after, limit=limit)
        found += [zone for zone in rows if during is None or _is_active(zone, during, state)]
        if len(rows) < limit:
            break
        after = rows[-1].zone_id
    return found[:limit]


def _is_active(zone: Zone, during: During, state: AirspaceState) -> bool:
    return active(zone.spec, to_us(during.start), to_us(during.end) + 1, state.city_time)


def expect_zone(connection: sa.Connection, zone_id: str) -> Zone:
    """The zone as it stands. Raises ZoneNotFound."""
    zone = store.find_zone(connection, zone_id)
    if zone is None:
        raise ZoneNotFound(f"there is no zone {zone_id}")
    return zone


def _says(zone: Zone, spec: ZoneSpec) -> bool:
    return zone.state is ZoneState.IN_FORCE and zone.spec == spec


def _words(zone: Zone) -> str:
    match zone.state:
        case ZoneState.IN_FORCE:
            return "in force"
        case ZoneState.WITHDRAWN:
            return "withdrawn"
        case never:
            assert_never(never)


def _expect(tx: Transaction, zone_id: str, seen_version: int | None) -> Zone:
    zone = expect_zone(tx.connection, zone_id)
    if seen_version not in (None, zone.zone_version):
        raise ZoneHasMovedOn(f"zone {zone_id} is at version {zone.zone_version}, not {seen_version}", field="If-Match")
    return zone


def _save(tx: Transaction, news: Sequence[tuple[Stated, Zone | None]], *, by: str) -> list[Zone]:
    """Save and record new versions, each counted once."""
    counted = store.raise_version(tx.connection, by=len(news))
    zones = [
        Zone(
            zone_id=stated.zone_id,
            zone_version=former.zone_version + 1 if former else 1,
            state=ZoneState.IN_FORCE,
            spec=stated.spec,
            published_by=by,
            published_at=tx.now,
        )
        for stated, former in news
    ]
    store.save_zones(tx.connection, zones, counted=counted)
    for index, (zone, (_, former)) in enumerate(zip(zones, news, strict=True)):
        tx.record(_event(zone, former, counted + index))
    return zones


def _event(zone: Zone, former: Zone | None, counted: int) -> ZonePublished | ZoneChanged:
    """A zone that comes back from withdrawal is published, not changed: nothing of it was in force."""
    if former is None or former.state is ZoneState.WITHDRAWN:
        return ZonePublished(
            zone_id=zone.zone_id,
            zone_version=zone.zone_version,
            zones_version=counted,
            spec=zone.spec,
            published_by=zone.published_by,
        )
    return ZoneChanged(
        zone_id=zone.zone_id,
        zone_version=zone.zone_version,
        zones_version=counted,
        spec=zone.spec,
        former=former.spec,
        published_by=zone.published_by,
    )

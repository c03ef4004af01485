"""Zones: publish, change, withdraw, read, import and draw."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import JSONResponse

from services.airspace.api.drafts import ZoneDraft, as_query_instant, box
from services.airspace.api.parts import Anyone, Publisher, Reading, State, Tx
from services.airspace.imports import ED269, ED318, GEOJSON, ImportReport, Setting, format_named, read_zones
from services.airspace.state import AirspaceState
from services.airspace.store import zones as store
from services.airspace.store.shapes import During
from services.airspace.store.zones import Zone, ZoneState, ZoneVersion
from services.airspace.usecases import zones as usecases
from shared.contracts.airspace import ZoneSpec
from shared.contracts.codec import encode_value
from shared.errors import Invalid
from shared.http import Page, Paging, Upload, WithinBbox, body, upload
from shared.outlines import check_outline

router = APIRouter(tags=["zones"])

_DRAWN = 10_000
_EXPORTED = 100_000
_FORMAT = "geojson, ed318 or ed269"


class InvalidVersion(Invalid):
    """If-Match names a version as a number, in quotes or not."""


class InvalidZoneState(Invalid):
    """A list of zones is of those in force, of those withdrawn, or of all."""


IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=40)]


@router.post("/zones", status_code=201)
def publish_zone(
    draft: Annotated[ZoneDraft, body(ZoneDraft)], caller: Publisher, state: State, tx: Tx, response: Response
) -> Zone:
    """Put a zone in force: no decision after this answer can miss it. 200 where exactly this zone already is."""
    check_outline(draft.outline)
    zone, is_new = usecases.publish_zone(tx, draft.zone_id, draft.spec(), by=_who(caller), demo=state.demo)
    response.headers["Location"] = f"/zones/{zone.zone_id}"
    response.headers["ETag"] = f'"{zone.zone_version}"'
    response.status_code = 201 if is_new else 200
    return zone


@router.put("/zones/{zone_id}")
def change_zone(
    zone_id: str,
    spec: Annotated[ZoneSpec, body(ZoneSpec)],
    caller: Publisher,
    state: State,
    tx: Tx,
    if_match: IfMatch = None,
) -> Zone:
    """Give a zone a new version; a withdrawn one is in force again."""
    check_outline(spec.outline)
    seen = _version(if_match)
    return usecases.change_zone(tx, zone_id, spec, by=_who(caller), seen_version=seen, demo=state.demo)


@router.delete("/zones/{zone_id}")
def withdraw_zone(
    zone_id: str,
    caller: Publisher,
    tx: Tx,
    reason: Annotated[str, Query(max_length=2_000)] = "",
    if_match: IfMatch = None,
) -> Zone:
    """Withdraw a zone: from now on it is not in force. Its versions stay readable."""
    return usecases.withdraw_zone(tx, zone_id, by=_who(caller), reason=reason, seen_version=_version(if_match))


@router.post("/zones/import")
def import_zones(
    file: Annotated[Upload, upload(GEOJSON.media_type, "application/json", ED318.media_type, ED269.media_type)],
    caller: Publisher,
    tx: Tx,
    state: State,
    strict: Annotated[bool, Query(description="take all features or none")] = False,
    format_: Annotated[str | None, Query(alias="format", description=f"{_FORMAT}; else by the file")] = None,
) -> ImportReport:
    """Put the features of a file in force: GeoJSON, ED-318 or ED-269, by `format`, content type or what it says."""
    setting = _setting(state, tx.now)
    stated, errors = read_zones(file.content, setting, name=format_, media_type=file.media_type, strict=strict)
    done = usecases.import_zones(tx, stated, by=_who(caller))
    return ImportReport(accepted=done.accepted, unchanged=done.unchanged, errors=errors)


@router.get("/zones")
def list_zones(
    caller: Anyone,
    reading: Reading,
    airspace: State,
    page: Paging,
    bbox: WithinBbox,
    at: Annotated[datetime | None, Query(description="in its period, and its schedule active, at this instant")] = None,
    state: Annotated[str, Query(description="in_force, withdrawn or all")] = ZoneState.IN_FORCE.value,
) -> Page[Zone]:
    """Zones by id, a page at a time."""
    after = page.after(str)
    instant = as_query_instant(at, "at")
    rows = usecases.zones_during(
        airspace,
        reading,
        zone_state=_state(state),
        within=box(bbox),
        during=During(instant, instant) if instant else None,
        after=after[0] if after else None,
        limit=page.fetch,
    )
    return page.of(rows, key=lambda zone: (zone.zone_id,))


@router.get("/zones.geojson", response_class=JSONResponse)
def draw_zones(caller: Anyone, reading: Reading, state: State, bbox: WithinBbox) -> Response:
    """Zones in force as a GeoJSON FeatureCollection, as an import takes them; circles are points with `radius_m`."""
    rows = store.list_zones(reading, state=ZoneState.IN_FORCE, within=box(bbox), during=None, after=None, limit=_DRAWN)
    content = encode_value(GEOJSON.document(rows, _setting(state, state.clock())))
    return Response(content, media_type=GEOJSON.media_type)


@router.get("/zones/export", response_class=JSONResponse)
def export_zones(
    caller: Anyone,
    reading: Reading,
    state: State,
    bbox: WithinBbox,
    format_: Annotated[str, Query(alias="format", description=_FORMAT)] = "geojson",
) -> Response:
    """Zones in force as a file that `POST /zones/import` reads back the same."""
    chosen = format_named(format_)
    rows = store.list_zones(
        reading, state=ZoneState.IN_FORCE, within=box(bbox), during=None, after=None, limit=_EXPORTED
    )
    content = encode_value(chosen.document(rows, _setting(state, state.clock())))
    named = {"content-disposition": f'attachment; filename="zones.{chosen.name}.json"'}
    return Response(content, media_type=chosen.media_type, headers=named)


@router.get("/zones/{zone_id}")
def read_zone(zone_id: str, caller: Anyone, reading: Reading, response: Response) -> Zone:
    """A zone as it stands."""
    zone = usecases.expect_zone(reading, zone_id)
    response.headers["ETag"] = f'"{zone.zone_version}"'
    return zone


@router.get("/zones/{zone_id}/versions")
def list_versions(zone_id: str, caller: Anyone, reading: Reading) -> Sequence[ZoneVersion]:
    """Every version the zone had: who made it, why, and when it was in force; the oldest first."""
    usecases.expect_zone(reading, zone_id)
    return store.list_versions(reading, zone_id)


def _setting(state: AirspaceState, now: datetime) -> Setting:
    terrain = state.terrain
    return Setting(
        now=now,
        city_time=state.city_time,
        geoid_min_m=terrain.geoid_min_m,
        geoid_max_m=terrain.geoid_max_m,
        areas=state.areas,
        demo=state.demo,
    )


def _who(caller: Any) -> str:
    return f"{caller.org}/{caller.sub}"[:200]


def _version(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidVersion('must be the zone\'s version, such as "3"', field="If-Match")
    return int(text)


def _state(text: str) -> ZoneState | None:
    if text == "all":
        return None
    if text not in tuple(ZoneState):
        raise InvalidZoneState("must be in_force, withdrawn or all", field="state")
    return ZoneState(text)

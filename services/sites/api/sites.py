"""The register over HTTP: sites one by one, their life, their history, the map."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Annotated

import orjson
import sqlalchemy as sa
from fastapi import APIRouter, Response

from services.sites.api.parts import Anyone, Reading, SiteId, State, Steward, Tx, Wanted
from services.sites.api.privacy import spec_for, told_to
from services.sites.api.views import SiteEventView, SiteView, site_view
from services.sites.domain.errors import SiteNotFound
from services.sites.domain.life import Move
from services.sites.domain.operations import KnownStatus
from services.sites.domain.register import Report, Site
from services.sites.store import operations
from services.sites.store import register as store
from services.sites.usecases import register
from shared.auth import Principal
from shared.contracts.sites import SiteSpec, SiteState, SiteStatus
from shared.db import raw
from shared.http import Page, Paging, body
from shared.values import Identifier, Instant, Text

router = APIRouter(tags=["sites"])
GEOJSON = "application/geo+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRegistration(SiteSpec):
    """A site to be registered, in whatever state it stands since `effective_at` (now, if not said)."""

    site_id: Identifier
    state: SiteState = SiteState.PROPOSED
    effective_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteMove:
    """Why and when a site moved on in its life; now, if not said."""

    reason: Text = ""
    effective_at: Instant | None = None


@router.post("/sites", status_code=201, responses={200: {"description": "It is registered exactly so already"}})
def register_site(
    tx: Tx, state: State, caller: Steward, asked: Annotated[SiteRegistration, body(SiteRegistration)], answer: Response
) -> SiteView:
    """Register a site. 409 where the id is taken by one that differs."""
    spec = SiteSpec(**{field.name: getattr(asked, field.name) for field in fields(SiteSpec)})
    report = Report(site_id=asked.site_id, spec=spec, state=asked.state, effective_at=asked.effective_at)
    site, created = register.register_site(tx, report)
    answer.status_code = 201 if created else 200
    answer.headers["location"] = f"/sites/{site.site_id}"
    return _view(tx.connection, site, state, caller)


@router.put("/sites/{site_id}")
def change_site(
    tx: Tx, state: State, caller: Steward, site_id: SiteId, spec: Annotated[SiteSpec, body(SiteSpec)]
) -> SiteView:
    """State anew what a registered site is; its state stays. A changed position is assessed again."""
    return _view(tx.connection, register.report_site(tx, Report(site_id=site_id, spec=spec)), state, caller)


@router.post("/sites/{site_id}/{move}")
def move_site(
    tx: Tx, state: State, caller: Steward, site_id: SiteId, move: Move, asked: Annotated[SiteMove, body(SiteMove)]
) -> SiteView:
    """Approve, construct, commission, suspend, resume or retire a site. 409 names from and to where it cannot."""
    report = Report(site_id=site_id, reason=asked.reason, effective_at=asked.effective_at)
    return _view(tx.connection, register.move_site(tx, move, report), state, caller)


@router.get("/sites")
def list_sites(reading: Reading, state: State, caller: Anyone, wanted: Wanted, page: Paging) -> Page[SiteView]:
    """Sites by id, a page at a time."""
    after = page.after(str)
    found = store.select_sites(reading, wanted, after=None if after is None else after[0], limit=page.fetch)
    statuses = _statuses(reading, found, state)
    zone = state.city.timezone.key
    return page.of_views(
        found,
        key=lambda site: (site.site_id,),
        view=lambda site: site_view(_for(site, caller), zone, statuses.get(site.site_id)),
    )


@router.get("/sites.geojson", response_class=Response, responses={200: {"content": {GEOJSON: {}}}})
def map_sites(reading: Reading, state: State, caller: Anyone, wanted: Wanted) -> Response:
    """Sites as points for the map."""
    sites = store.select_sites(reading, wanted)
    statuses = _statuses(reading, sites, state)
    features = [_feature(site, statuses.get(site.site_id)) for site in sites]
    return Response(orjson.dumps({"type": "FeatureCollection", "features": features}), media_type=GEOJSON)


@router.get("/sites/{site_id}")
def read_site(reading: Reading, state: State, caller: Anyone, site_id: SiteId) -> SiteView:
    """One site, with airspace's latest answer on its position."""
    return _view(reading, _find(reading, site_id), state, caller)


@router.get("/sites/{site_id}/history")
def read_history(reading: Reading, caller: Anyone, site_id: SiteId) -> list[SiteEventView]:
    """Every event of the site, oldest first."""
    _find(reading, site_id)
    return [
        SiteEventView(position=position, type=type_, time=time, event=told_to(orjson.loads(data), caller))
        for position, type_, time, data in store.history(reading, site_id)
    ]


def _find(reading: Reading, site_id: str) -> Site:
    site = store.find(reading, site_id)
    if site is None:
        raise SiteNotFound(site_id)
    return site


def _view(connection: sa.Connection, site: Site, state: State, caller: Principal) -> SiteView:
    status = _statuses(connection, [site], state).get(site.site_id)
    return site_view(_for(site, caller), state.city.timezone.key, status)


def _for(site: Site, caller: Principal) -> Site:
    return replace(site, spec=spec_for(site.spec, caller))


def _statuses(connection: sa.Connection, sites: Sequence[Site], state: State) -> dict[str, KnownStatus]:
    return operations.statuses_at(raw(connection).cursor(), [site.site_id for site in sites], state.clock())


def _feature(site: Site, status: KnownStatus | None) -> dict[str, object]:
    spec, count = site.spec, site.count
    return {
        "type": "Feature",
        "id": site.site_id,
        "geometry": {"type": "Point", "coordinates": [spec.lng, spec.lat]},
        "properties": {
            "site_id": site.site_id,
            "name": spec.name,
            "kind": spec.kind,
            "state": site.state,
            "status": SiteStatus.OPEN if status is None else status.report.status,
            "district": site.district,
            "unit": spec.unit,
            "pads": spec.pads,
            "service_radius_m": spec.service_radius_m,
            "standing": site.standing,
            "laid_out": count.laid_out,
            "in_use": count.in_use,
            "reason": None if count.reason is None else count.reason.code,
            "demo": spec.demo,
        },
    }

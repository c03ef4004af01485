"""Authorizations over HTTP: record, list, withdraw."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from services.flightplan.api.callers import Reading, Tx, viewer_of
from services.flightplan.api.views import AuthorizationView, authorization_view
from services.flightplan.domain.errors import AuthorizationNotFound
from services.flightplan.store import authorizations as store
from services.flightplan.usecases import authorizations as usecases
from shared.auth import Principal, Role, allow
from shared.contracts.flightplan import AuthorizationSpec
from shared.http import Page, Paging, body
from shared.values import Text

router = APIRouter(tags=["authorizations"])

Recorder = Annotated[Principal, allow(Role.REGULATOR, Role.SERVICE)]
Reader = Annotated[Principal, allow(Role.OPERATOR, Role.REGULATOR, Role.SERVICE)]


@router.post("/authorizations", status_code=201)
def record_authorization(
    caller: Recorder, spec: Annotated[AuthorizationSpec, body(AuthorizationSpec)], tx: Tx, response: Response
) -> AuthorizationView:
    """Record a permission as the approving body gave it. 200 where the same is recorded already."""
    authorization, new = usecases.record_authorization(tx, spec, recorded_by=caller.sub)
    response.headers["Location"] = f"/authorizations/{authorization.authorization_id}"
    response.status_code = 201 if new else 200
    return authorization_view(authorization)


@router.get("/authorizations")
def list_authorizations(caller: Reader, page: Paging, reading: Reading) -> Page[AuthorizationView]:
    """The caller's own; all for those who record them."""
    viewer = viewer_of(caller)
    after = page.after(UUID)
    operator = None if viewer.sees_all_authorizations else viewer.org
    rows = store.page_of(reading, operator=operator, after=after[0] if after else None, limit=page.fetch)
    return page.of_views(rows, key=lambda row: (row.authorization_id,), view=authorization_view)


@router.get("/authorizations/{authorization_id}")
def get_authorization(caller: Reader, authorization_id: UUID, reading: Reading) -> AuthorizationView:
    """One authorization. 404 for another operator's, as for one that does not exist."""
    found = store.authorization_of(reading, authorization_id)
    if found is None or not viewer_of(caller).may_see_authorization(found.spec.operator):
        raise AuthorizationNotFound(authorization_id)
    return authorization_view(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawRequest:
    """Why it no longer holds."""

    reason: Text = ""


@router.post("/authorizations/{authorization_id}/withdraw")
def withdraw_authorization(
    caller: Recorder, authorization_id: UUID, request: Annotated[WithdrawRequest, body(WithdrawRequest)], tx: Tx
) -> AuthorizationView:
    """It no longer holds; plans and routes that rest on it are assessed again."""
    gone = usecases.withdraw_authorization(tx, authorization_id, withdrawn_by=caller.sub, reason=request.reason)
    return authorization_view(gone)

"""Authorizations: recorded as the approving body gave them, withdrawn when they no longer hold."""

from dataclasses import replace
from uuid import UUID

from services.flightplan.domain.errors import AuthorizationNotFound, AuthorizationNumberReused
from services.flightplan.domain.plan import authorization_id_of
from services.flightplan.domain.route import Authorization
from services.flightplan.store import authorizations
from shared.contracts.flightplan import AuthorizationRecorded, AuthorizationSpec, AuthorizationWithdrawn
from shared.frame import Transaction
from shared.outlines import check_outline


def record_authorization(tx: Transaction, spec: AuthorizationSpec, *, recorded_by: str) -> tuple[Authorization, bool]:
    """The authorization, and whether it is new. A number stands for one permission for good."""
    check_outline(spec.outline)
    authorization_id = authorization_id_of(spec.number)
    new = Authorization(authorization_id=authorization_id, spec=spec, recorded_by=recorded_by, recorded_at=tx.now)
    if authorizations.save(tx.connection, new):
        tx.record(AuthorizationRecorded(authorization_id=authorization_id, spec=spec, recorded_by=recorded_by))
        return new, True
    former = authorizations.authorization_of(tx.connection, authorization_id)
    if former is None or former.spec != spec:
        raise AuthorizationNumberReused(spec.number, authorization_id)
    return former, False


def withdraw_authorization(tx: Transaction, authorization_id: UUID, *, withdrawn_by: str, reason: str) -> Authorization:
    """It no longer holds; one that is withdrawn already stays so."""
    former = authorizations.authorization_of(tx.connection, authorization_id, lock=True)
    if former is None:
        raise AuthorizationNotFound(authorization_id)
    if former.withdrawn_at is not None:
        return former
    gone = replace(former, withdrawn_by=withdrawn_by, withdrawn_at=tx.now, withdrawn_because=reason)
    authorizations.withdraw(tx.connection, gone)
    tx.record(
        AuthorizationWithdrawn(
            authorization_id=authorization_id,
            number=former.spec.number,
            operator=former.spec.operator,
            withdrawn_by=withdrawn_by,
            reason=reason,
        )
    )
    return gone

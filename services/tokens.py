"""`POST /token`: the local issuer, included under the demo and test profiles only."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Request

from shared.auth import Issuer, Role
from shared.body import body
from shared.values import Name

LIFETIME_S = 86_400

router = APIRouter(tags=["tokens"])


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRequest:
    """Whom to be."""

    role: Role
    org: Name
    sub: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A bearer token."""

    access_token: str
    token_type: str
    expires_in: int


@router.post("/token")
async def issue_token(request: Request, wanted: Annotated[TokenRequest, body(TokenRequest)]) -> Token:
    """A token for any role of any organisation: for demonstrations and tests."""
    issuer: Issuer = request.app.state.issuer
    token = issuer.token(wanted.role, wanted.org, wanted.sub, lifetime_s=LIFETIME_S)
    return Token(access_token=token, token_type="Bearer", expires_in=LIFETIME_S)  # noqa: S106

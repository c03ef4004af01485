"""Who is asking, and may they: bearer JWTs (EdDSA), roles, and the local issuer of the demo and test profiles.

Each operation states who may call it in its own signature:

    Caller = Annotated[Principal, allow(Role.OPERATOR, Role.REGULATOR)]
"""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from fastapi import Depends, Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from shared.errors import Forbidden, Unauthenticated
from shared.settings import Settings
from shared.values import is_filled

_ALGORITHMS: Final = ["Ed25519", "EdDSA"]
_LEEWAY_S: Final = 5
_REMEMBERED_TOKENS: Final = 10_000
_LONGEST_TOKEN: Final = 8_192


class Role(StrEnum):
    """What a caller may be."""

    OPERATOR = "operator"  # files and flies
    REGULATOR = "regulator"  # publishes zones, rules plans
    PLANNER = "planner"  # steers sites and routes
    SERVICE = "service"  # another system


ANYONE_KNOWN: Final = tuple(Role)


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller: subject, organisation and roles."""

    sub: str
    org: str
    roles: frozenset[Role]

    def has(self, *roles: Role) -> bool:
        """True where the caller has one of the roles."""
        return not self.roles.isdisjoint(roles)


class NoToken(Unauthenticated):
    """No bearer token came with the request."""


class InvalidToken(Unauthenticated):
    """The token is not one of ours, or no longer."""


class RoleRequired(Forbidden):
    """The caller is known, but not allowed to do this."""


class Authenticator:
    """Verifies bearer tokens against a key set; a verified token is remembered until it expires (122 µs saved each)."""

    def __init__(self, keys: KeySet, audience: str) -> None:
        self._keys = keys
        self._claims = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_S,
            sub={"essential": True},
            org={"essential": True},
            roles={"essential": True},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
        )
        self._known: dict[str, tuple[float, Principal]] = {}

    def authenticate(self, authorization: str | None) -> Principal:
        """The caller behind an `Authorization` header. Raises NoToken or InvalidToken."""
        return self.session(authorization)[1]

    def session(self, authorization: str | None) -> tuple[float, Principal]:
        """The caller, and until when (seconds of the epoch) the token holds."""
        scheme, _, token = (authorization or "").partition(" ")
        if not authorization or scheme.lower() != "bearer":
            raise NoToken("send the header Authorization: Bearer <token>")
        known = self._known.get(token)
        if known is not None and time.time() < known[0]:
            return known
        return self._verify(token.strip())

    def _verify(self, token: str) -> tuple[float, Principal]:
        if len(token) > _LONGEST_TOKEN:
            raise InvalidToken("the token is too long")
        try:
            claims = jwt.decode(token, self._keys, algorithms=_ALGORITHMS).claims
            self._claims.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise InvalidToken(f"the token is not valid: {_reason(error)}") from error
        if len(self._known) >= _REMEMBERED_TOKENS:
            self._known.clear()  # rare, and each comes back for one signature check
        self._known[token] = float(claims["exp"]) + _LEEWAY_S, _principal(claims)
        return self._known[token]


def _reason(error: Exception) -> str:
    return str(getattr(error, "description", "") or getattr(error, "error", "") or "it cannot be read").rstrip(".")


def _principal(claims: Mapping[str, Any]) -> Principal:
    sub, org, roles = claims["sub"], claims["org"], claims["roles"]
    if not all(isinstance(text, str) and len(text) <= 200 and is_filled(text) for text in (sub, org)):
        raise InvalidToken("the token's claims sub and org must be names of 1 to 200 printable characters")
    if not isinstance(roles, list) or not roles or not all(role in tuple(Role) for role in roles):
        raise InvalidToken(f"the token's claim roles must list some of {', '.join(Role)}")
    return Principal(sub, org, frozenset(Role(role) for role in roles))


@dataclass(frozen=True, slots=True)
class Allow:
    """The dependency that an operation states its roles with; `roles` can be read back from the route."""

    roles: frozenset[Role]

    async def __call__(self, request: Request) -> Principal:
        """Answers 401 without a valid token and 403 without one of the roles."""
        authenticator: Authenticator = request.app.state.authenticator
        until, principal = authenticator.session(request.headers.get("authorization"))
        if principal.roles.isdisjoint(self.roles):
            raise RoleRequired(f"this is for {', '.join(sorted(self.roles))}")
        request.scope["token_until"] = until  # an event stream ends with the token
        return principal


def allow(*roles: Role) -> Any:
    """Who may call the operation: `caller: Annotated[Principal, allow(Role.OPERATOR)]`."""
    if not roles:
        raise ValueError("an operation is allowed to somebody: name the roles")
    return Depends(Allow(frozenset(roles)))


class Issuer:
    """Signs tokens with a key of its own. Exists under the demo and test profiles only."""

    def __init__(self, key: OKPKey, audience: str) -> None:
        self._key = key
        self._audience = audience

    @property
    def keys(self) -> KeySet:
        """What its tokens are verified with."""
        return KeySet([self._key])

    def token(self, role: Role, org: str, sub: str | None = None, *, lifetime_s: int = 86_400) -> str:
        """A signed token for one role of an organisation."""
        now = int(time.time())
        claims = {
            "sub": sub or f"{role}@{org}",
            "org": org,
            "roles": [str(role)],
            "aud": self._audience,
            "iat": now,
            "exp": now + lifetime_s,
        }
        return jwt.encode({"alg": "Ed25519", "kid": self._key.kid}, claims, self._key, algorithms=_ALGORITHMS)


def load_issuer(settings: Settings) -> Issuer:
    """The issuer of this folder: its key is made once, readable by its owner only, and shared by all processes."""
    if not settings.profile.issues_tokens:
        raise ValueError(f"profile {settings.profile} issues no tokens")
    path = settings.issuer_key
    if not path.exists():
        _create_key(path)
    return Issuer(OKPKey.import_key(json.loads(path.read_text())), settings.audience)


def _create_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    key = OKPKey.generate_key("Ed25519", auto_kid=True)
    own = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(key.as_dict(private=True), file)
    try:
        os.link(own, path)  # the first process wins; unlike a rename, a link never replaces
    except FileExistsError:
        pass
    finally:
        own.unlink()


def load_authenticator(settings: Settings, issuer: Issuer | None = None) -> Authenticator:
    """Verifies with the JWKS setting, and with the issuer's key where there is one. Raises ValueError without a key."""
    keys = [*_configured_keys(settings.jwks), *(issuer.keys.keys if issuer else ())]
    if not keys:
        raise ValueError("set JWKS to a key set (a path or the JSON itself), or PROFILE to demo")
    return Authenticator(KeySet(keys), settings.audience)


def _configured_keys(jwks: str | None) -> list[Any]:
    if not jwks:
        return []
    text = jwks if jwks.lstrip().startswith("{") else Path(jwks).read_text()
    return list(KeySet.import_key_set(json.loads(text)).keys)

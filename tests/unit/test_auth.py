"""Tokens: what is accepted, what is refused and why, and that a remembered token still expires."""

import json
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, OKPKey

from shared.auth import (
    Authenticator,
    InvalidToken,
    Issuer,
    NoToken,
    Role,
    allow,
    load_authenticator,
    load_issuer,
)
from shared.settings import Profile, Settings

KEY = OKPKey.generate_key("Ed25519", auto_kid=True)
AUTHENTICATOR = Authenticator(KeySet([KEY]), "tianyuan")
CLAIMS: dict[str, Any] = {"sub": "zhang", "org": "东湖飞行", "roles": ["operator"], "aud": "tianyuan"}


def signed(key: Any = KEY, alg: str = "Ed25519", **changes: Any) -> str:
    """A token with some claims changed; None takes one out."""
    claims = {**CLAIMS, "exp": int(time.time()) + 60, **changes}
    header = {"alg": alg, "kid": key.kid or KEY.kid}
    return jwt.encode(header, {k: v for k, v in claims.items() if v is not None}, key, algorithms=[alg])


def settings(folder: Path, **changes: Any) -> Settings:
    return Settings(database_url="unused", issuer_key=folder / "run" / "issuer.jwk", **changes)


def test_a_signed_token_is_its_principal() -> None:
    principal = AUTHENTICATOR.authenticate(f"Bearer {signed(roles=['operator', 'planner'])}")
    assert (principal.sub, principal.org) == ("zhang", "东湖飞行")
    assert principal.roles == {Role.OPERATOR, Role.PLANNER}
    assert principal.has(Role.REGULATOR, Role.PLANNER)
    assert not principal.has(Role.REGULATOR)


@pytest.mark.parametrize("header", [None, "", "Basic abc", "Token abc"])
def test_no_bearer_token_is_said_to_be_missing(header: str | None) -> None:
    with pytest.raises(NoToken):
        AUTHENTICATOR.authenticate(header)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "other"},
        {"aud": None},
        {"exp": int(time.time()) - 60},
        {"exp": None},
        {"exp": "soon"},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"org": " "},
        {"org": "a\0b"},
        {"org": "x" * 201},
        {"roles": []},
        {"roles": "operator"},
        {"roles": ["king"]},
        {"roles": [7]},
        {"roles": [["operator"]]},
        {"nbf": int(time.time()) + 600},
    ],
)
def test_claims_that_do_not_hold_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        AUTHENTICATOR.authenticate(f"Bearer {signed(**changes)}")


def test_another_key_or_algorithm_is_refused() -> None:
    stranger = OKPKey.generate_key("Ed25519", auto_kid=True)
    public_as_secret = OctKey.import_key(json.dumps(KEY.as_dict(private=False)))
    head, claims, _ = signed().split(".")
    unsigned = "eyJhbGciOiJub25lIn0"
    for token in (
        signed(stranger),
        signed(public_as_secret, "HS256"),
        f"{unsigned}.{claims}.",
        f"{head}.{claims}.",
        "a.b.c",
        "abc",
        "",
        "\xff",
        "x" * 100_000,
    ):
        with pytest.raises(InvalidToken):
            AUTHENTICATOR.authenticate(f"Bearer {token}")


def test_a_remembered_token_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    header = f"Bearer {signed()}"
    until, _ = AUTHENTICATOR.session(header)
    monkeypatch.setattr(time, "time", lambda: until - 1)
    assert AUTHENTICATOR.authenticate(header).sub == "zhang"
    monkeypatch.setattr(time, "time", lambda: until + 1)
    with pytest.raises(InvalidToken):
        AUTHENTICATOR.authenticate(header)


def test_the_local_issuer_keeps_one_key_to_itself(tmp_path: Path) -> None:
    demo = settings(tmp_path, profile=Profile.DEMO)
    token = load_issuer(demo).token(Role.REGULATOR, "空管")
    again = load_issuer(demo)
    assert load_authenticator(demo, again).authenticate(f"Bearer {token}").roles == {Role.REGULATOR}
    assert stat.S_IMODE(demo.issuer_key.stat().st_mode) == 0o600
    assert [path.name for path in demo.issuer_key.parent.iterdir()] == ["issuer.jwk"]


def test_production_has_no_issuer_and_needs_keys(tmp_path: Path) -> None:
    production = settings(tmp_path)
    with pytest.raises(ValueError, match="issues no tokens"):
        load_issuer(production)
    with pytest.raises(ValueError, match="JWKS"):
        load_authenticator(production)
    assert not production.issuer_key.exists()


@pytest.mark.parametrize("as_file", [True, False])
def test_production_verifies_with_the_key_set_it_is_given(tmp_path: Path, as_file: bool) -> None:
    jwks = json.dumps(KeySet([KEY]).as_dict(private=False))
    (tmp_path / "jwks.json").write_text(jwks)
    production = settings(tmp_path, jwks=str(tmp_path / "jwks.json") if as_file else jwks)
    token = Issuer(KEY, "tianyuan").token(Role.SERVICE, "省平台")
    assert load_authenticator(production).authenticate(f"Bearer {token}").org == "省平台"


def test_nobody_is_allowed_by_accident() -> None:
    with pytest.raises(ValueError, match="name the roles"):
        allow()

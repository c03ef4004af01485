"""The OpenAPI document of all services, without any server: python -m services.openapi [FILE]."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import FastAPI

from services.app import create_app
from services.compose import compose
from shared import operations
from shared.auth import load_authenticator, load_issuer
from shared.settings import Profile, Settings


def build_app() -> FastAPI:
    """The app of all services as the demo profile has it, connected to nothing."""
    with TemporaryDirectory() as folder:
        settings = Settings(
            database_url="postgresql+psycopg://nowhere",
            bus_url="log://",
            profile=Profile.DEMO,
            issuer_key=Path(folder) / "issuer.jwk",
        )
        issuer = load_issuer(settings)
        return create_app(settings, compose(settings).services, load_authenticator(settings, issuer), issuer)


def document() -> dict[str, Any]:
    """The OpenAPI document."""
    return operations.openapi(build_app())


def main() -> None:
    """Write to the file named, or to standard output."""
    text = json.dumps(document(), ensure_ascii=False, indent=2) + "\n"
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()

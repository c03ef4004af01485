"""The composition root: python -m services [airspace] [flightplan] [sites] [--host HOST] [--port PORT]."""

import argparse
import gc
import sys
from collections.abc import Callable
from functools import cache
from types import FrameType
from typing import Any

import sqlalchemy as sa
import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError

from services.app import create_app
from services.compose import SERVICES, Composition, compose
from services.health import Check
from services.migrate import upgrade
from shared import logs
from shared.auth import Authenticator, Issuer, load_authenticator, load_issuer
from shared.db import engine
from shared.frame import Service
from shared.runner import Runner
from shared.settings import Settings

LONGEST_STOP_S = 10


class Server(uvicorn.Server):
    """Uvicorn, which waits for open requests when told to stop: event streams never end by themselves."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End the streams, then stop as usual."""
        app: FastAPI = self.config.app  # type: ignore[assignment]
        for stream in app.state.streams.values():
            stream.close()
        super().handle_exit(sig, frame)


def main(arguments: list[str] | None = None) -> int:
    """Run the services until a signal. Exit 1 with one line where it cannot start."""
    wanted = _arguments(arguments)
    try:
        settings = Settings(
            **{name: value for name in ("host", "port") if (value := getattr(wanted, name)) is not None}
        )
        logs.configure(settings.log_level)
        composition = compose(settings, wanted.services or SERVICES)
        upgrade(settings.database_url)
        app = application(composition)
    except ValidationError as error:
        return _refuse("; ".join(f"{'.'.join(map(str, e['loc'])).upper()} {e['msg'].lower()}" for e in error.errors()))
    except (ValueError, OSError) as error:
        return _refuse(str(error))
    except sa.exc.OperationalError as error:
        return _refuse(f"the database does not answer: {error.orig}")
    serve(app, settings)
    return 0


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m services", description="Run services of Tianyuan in one process.")
    parser.add_argument("services", nargs="*", metavar="SERVICE", help=f"of {', '.join(SERVICES)} (default: all)")
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    return parser.parse_args(arguments)


def _refuse(reason: str) -> int:
    sys.stderr.write(f"tianyuan does not start: {reason.strip()}\n")
    return 1


def application(composition: Composition) -> FastAPI:
    """The app of a composition, which starts and stops its consumers."""
    settings = composition.settings
    issuer = load_issuer(settings) if settings.profile.issues_tokens else None
    authenticator = load_authenticator(settings, issuer)
    runner = Runner(composition.services, composition.bus, composition.platform.bell)
    app = create_app(
        settings,
        composition.services,
        authenticator,
        issuer,
        checks={
            "consumers": lambda: None if runner.alive else "a thread has ended",
            "bus": composition.bus.check,
            **_checks(composition),
        },
        start=lambda: _start(runner),
        stop=lambda: _stop(runner, composition),
    )
    if len(composition.services) < len(SERVICES):
        app.openapi = cache(lambda: _described(settings, authenticator, issuer))  # type: ignore[method-assign]
    return app


def _described(settings: Settings, authenticator: Authenticator, issuer: Issuer | None) -> dict[str, Any]:
    """Of the whole platform: behind one origin a reader asks any process. Made when asked for: it takes a second."""
    everything = compose(settings.model_copy(update={"bus_url": "log://"}), SERVICES).services
    return create_app(settings, everything, authenticator, issuer).openapi()


def _start(runner: Runner) -> None:
    runner.start()
    gc.collect()
    gc.freeze()  # what is there now stays: never look through it again
    gc.set_threshold(50_000, 20, 20)


def _stop(runner: Runner, composition: Composition) -> None:
    runner.stop()
    composition.bus.close()
    for service in composition.services:
        service.database.close()


def _checks(composition: Composition) -> dict[str, Check]:
    return {f"database.{service.name}": _database_check(service) for service in composition.services}


def _database_check(service: Service) -> Callable[[], str | None]:
    """The schema answers and its migrations are in place."""
    log = sa.table("event_log", schema=service.database.schema)
    statement = sa.select(sa.literal(1)).select_from(log).limit(1)
    apart = engine(service.database.url, pool_size=1, application_name="tianyuan check")

    def check() -> str | None:
        try:
            with apart.connect() as connection:
                connection.execute(statement)
        except sa.exc.OperationalError:
            return "the database does not answer"
        return None

    return check


def serve(app: FastAPI, settings: Settings) -> None:
    """Answer requests until a signal, then finish what is open."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LONGEST_STOP_S,
    )
    Server(config).run()


if __name__ == "__main__":
    sys.exit(main())

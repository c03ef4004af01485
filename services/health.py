"""Is the process alive (`/healthz`), and is it ready for work (`/readyz`)? And `/metrics`."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

LONGEST_CHECK_S: Final = 3.0

Check = Callable[[], str | None]  # what is wrong, or None

router = APIRouter(tags=["operations"])


@dataclass(frozen=True, slots=True)
class Alive:
    """The process answers."""

    status: str = "ok"


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether every part is ready, and what is wrong with each ("ok" where nothing is)."""

    ready: bool
    parts: Mapping[str, str]


@router.get("/healthz")
async def healthz() -> Alive:
    """Alive. Touches neither the database nor the bus, so that their loss restarts nothing."""
    return Alive()


@router.get("/readyz", responses={503: {"model": Readiness}})
async def readyz(request: Request, response: Response) -> Readiness:
    """Ready for work: database, migrations, consumers and bus, each by name."""
    checks: Mapping[str, Check] = request.app.state.checks
    answers = await asyncio.gather(*(_run(check) for check in checks.values()))
    parts = dict(zip(checks, answers, strict=True))
    ready = all(answer == "ok" for answer in answers)
    response.status_code = 200 if ready else 503
    return Readiness(ready, parts)


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    """Prometheus metrics."""
    return Response(await run_sync(generate_latest), media_type=CONTENT_TYPE_LATEST)


async def _run(check: Check) -> str:
    try:
        wrong = await asyncio.wait_for(run_sync(check, abandon_on_cancel=True), LONGEST_CHECK_S)
    except TimeoutError:
        return f"no answer within {LONGEST_CHECK_S:.0f} s"
    except Exception as error:  # noqa: BLE001 - a check that breaks is a part that is not ready
        return type(error).__name__
    return wrong or "ok"

"""Reports over HTTP: monthly for the city and each unit, half-yearly, yearly; DOCX, XLSX, CSV, JSON."""

from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Response

from services.sites.api.parts import State
from services.sites.api.times import KnownAt, MonthAsked
from services.sites.domain.months import parse_month
from services.sites.reports.content import Period
from services.sites.reports.formats import MEDIA_TYPES, ReportFormat
from services.sites.state import SitesState
from services.sites.usecases import reports
from services.sites.usecases.reports import Order
from shared.auth import Principal, Role, allow
from shared.values import Text

router = APIRouter(tags=["reports"])
Reader = Annotated[Principal, allow(Role.PLANNER, Role.REGULATOR)]
Unit = Annotated[Text | None, Query(max_length=200, description="承办单位; the whole city where none is named")]
Year = Annotated[int, Query(ge=2000, le=2100)]
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {media_type: {} for media_type in MEDIA_TYPES.values()}, "description": "The report"}
}


@router.get("/reports/monthly", response_class=Response, responses=_FILE)
async def write_monthly(
    state: State,
    caller: Reader,
    month: MonthAsked,
    unit: Unit = None,
    format: ReportFormat = ReportFormat.DOCX,  # noqa: A002
    known_at: KnownAt = None,
) -> Response:
    """A month's brief. Of a month that is over it is the same whenever it is asked for, unless something came late."""
    period = reports.monthly(parse_month(month))
    return await _answer(state, Order(period=period, unit=unit, format=format, known_at=known_at))


@router.get("/reports/half-year", response_class=Response, responses=_FILE)
async def write_half_year(
    state: State,
    caller: Reader,
    year: Year,
    half: Annotated[int, Query(ge=1, le=2)],
    unit: Unit = None,
    format: ReportFormat = ReportFormat.DOCX,  # noqa: A002
    known_at: KnownAt = None,
) -> Response:
    """The summary of a half-year."""
    period = reports.half_yearly(year, half)
    return await _answer(state, Order(period=period, unit=unit, format=format, known_at=known_at))


@router.get("/reports/yearly", response_class=Response, responses=_FILE)
async def write_yearly(
    state: State,
    caller: Reader,
    year: Year,
    unit: Unit = None,
    format: ReportFormat = ReportFormat.DOCX,  # noqa: A002
    known_at: KnownAt = None,
) -> Response:
    """The summary of a year."""
    return await _answer(state, Order(period=reports.yearly(year), unit=unit, format=format, known_at=known_at))


async def _answer(state: SitesState, order: Order) -> Response:
    """One report at a time: drawing is the processor's work, and the requests that fly must not wait for it."""
    async with state.writing.enter():
        content = await run_sync(state.desk.write, order)
    return Response(content, media_type=MEDIA_TYPES[order.format], headers=_named(order.period, order.format))


def _named(period: Period, format_: ReportFormat) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="tianyuan-{period.kind}-{period.name}.{format_}"'}

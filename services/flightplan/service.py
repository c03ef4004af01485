"""The flightplan service: what it stores in, answers, consumes and does now and then. Read this first."""

from functools import partial
from typing import Any

from services.flightplan.api import authorizations as authorizations_api
from services.flightplan.api import filing as filing_api
from services.flightplan.api import plans as plans_api
from services.flightplan.api import routes as routes_api
from services.flightplan.api.callers import viewer_of
from services.flightplan.domain.filing import Rulebook
from services.flightplan.domain.quota import Quota
from services.flightplan.domain.visibility import visible_to
from services.flightplan.state import FlightplanState, in_order
from services.flightplan.store import plan_reads
from services.flightplan.usecases import assessing, flying, inbound, plans, sites
from services.flightplan.usecases.filing import file_plans
from shared.auth import Principal
from shared.city import ApprovalMode
from shared.contracts.airspace import PlanAssessed, RouteAssessed
from shared.contracts.inbound import (
    FlightPlanEndReported,
    FlightPlanMoveRequested,
    FlightPlanRequested,
    FlightPlanTakeOffReported,
    FlightPlanWithdrawRequested,
)
from shared.contracts.sites import SiteRegistered, SiteStateChanged, SiteUpdated
from shared.frame import Database, Periodic, Platform, Service, Subscription, on
from shared.groupcommit import GroupCommit
from shared.rasters import terrain_of
from shared.settings import Settings
from shared.waiters import Waiters

NAME = "flightplan"
ROUTERS = (filing_api.router, plans_api.router, authorizations_api.router, routes_api.router)


def build(settings: Settings, platform: Platform) -> Service:
    """The service, wired; it connects to nothing yet."""
    database = Database(
        settings.database_url, NAME, bell=platform.bell, clock=platform.clock, pool_size=settings.pool_size
    )
    state = _state(settings, database, platform)
    return Service(
        name=NAME,
        database=database,
        routers=ROUTERS,
        subscriptions=_subscriptions(state),
        periodic=(
            Periodic("lapse-plans", every_s=10.0, run=plans.lapse_plans),
            Periodic("no-shows", every_s=10.0, run=flying.NoShows(platform.city.take_offs)),
        ),
        state=state,
        visible_to=_visible_to,
        on_stop=partial(_stop, state),
    )


def _state(settings: Settings, database: Database, platform: Platform) -> FlightplanState:
    city = platform.city
    most = city.quota.most_km2_h_a_day
    quota = None if most is None else Quota(most, city.timezone)
    rulebook = Rulebook(city.flight_rules, terrain_of(city, settings), city.route_scenarios, quota)
    return FlightplanState(
        rulebook=rulebook,
        timezone=city.timezone.key,
        entrusted=city.approval_mode is ApprovalMode.ENTRUSTED,
        filings=GroupCommit(database, lambda tx, filings: file_plans(tx, filings, rulebook), name="filings"),
        decided=Waiters(),
        looks=GroupCommit(
            database, lambda tx, ids: in_order(ids, plan_reads.plans_of(tx.connection, ids)), name="looks"
        ),
    )


def _subscriptions(state: FlightplanState) -> tuple[Subscription, ...]:
    assess = partial(assessing.apply_plan_assessments, decided=state.decided.tell)
    return (
        Subscription(
            "assessments",
            (
                on(PlanAssessed, handler=assess, seen_as=assessing.SEEN_AS),
                on(RouteAssessed, handler=assessing.apply_route_assessments),
            ),
        ),
        Subscription("sites", (on(SiteRegistered, SiteUpdated, SiteStateChanged, handler=sites.keep_sites),)),
        Subscription(
            "inbound",
            (
                on(FlightPlanRequested, handler=partial(inbound.file_requested, rulebook=state.rulebook)),
                on(FlightPlanMoveRequested, handler=partial(inbound.move_requested, rulebook=state.rulebook)),
                on(FlightPlanWithdrawRequested, handler=inbound.withdraw_requested),
                on(FlightPlanTakeOffReported, handler=inbound.take_offs_reported),
                on(FlightPlanEndReported, handler=inbound.ends_reported),
            ),
        ),
    )


def _visible_to(event: Any, principal: Principal) -> Any:
    return visible_to(event, viewer_of(principal))


def _stop(state: FlightplanState) -> None:
    state.filings.close()
    state.looks.close()

"""The airspace service: what it stores in, answers, consumes and does now and then. Read this first."""

from functools import partial

from services.airspace.api import routers
from services.airspace.api.views import visible_to
from services.airspace.imports import areas_by_name
from services.airspace.state import AirspaceState
from services.airspace.usecases.closing import follow_statuses
from services.airspace.usecases.deciding import ENDINGS, decide_plans, release_plans
from services.airspace.usecases.flying import activate_plans
from services.airspace.usecases.placing import assess_routes, assess_sites
from services.airspace.usecases.pruning import prune
from services.airspace.usecases.revising import revise_for_authorizations, revise_for_zones
from shared.city import ApprovalMode
from shared.contracts.airspace import ZoneChanged, ZonePublished, ZoneWithdrawn
from shared.contracts.flightplan import (
    AuthorizationRecorded,
    AuthorizationWithdrawn,
    FlightPlanActivated,
    FlightPlanMoved,
    FlightPlanSubmitted,
    RouteFiled,
)
from shared.contracts.sites import SiteRegistered, SiteStateChanged, SiteStatusChanged, SiteUpdated
from shared.frame import Database, Periodic, Platform, Service, Subscription, on
from shared.rasters import terrain_of
from shared.settings import Profile, Settings

NAME = "airspace"
BATCH = 500  # Kafka with 500 gave 1,024 plans a second, with 100 820


def build(settings: Settings, platform: Platform) -> Service:
    """The service, wired; it connects to nothing yet."""
    database = Database(
        settings.database_url, NAME, bell=platform.bell, clock=platform.clock, pool_size=settings.pool_size
    )
    city = platform.city
    state = AirspaceState(
        rules=city.flight_rules,
        terrain=terrain_of(city, settings),
        timezone=city.timezone.key,
        entrusted=city.approval_mode is ApprovalMode.ENTRUSTED,
        clock=platform.clock,
        areas=areas_by_name(city),
        demo=settings.profile is not Profile.PRODUCTION,
        bounds=city.bounds,
    )
    return Service(
        name=NAME,
        database=database,
        routers=routers,
        subscriptions=(decider(state),),
        periodic=(Periodic("prune", every_s=60.0, run=prune),),
        state=state,
        visible_to=visible_to,
    )


def decider(state: AirspaceState) -> Subscription:
    """The one writer of reservations and assessments: whatever bears on a decision comes through it, in one order."""
    return Subscription(
        "decider",
        (
            on(FlightPlanSubmitted, FlightPlanMoved, handler=partial(decide_plans, state)),
            on(*ENDINGS, handler=release_plans),
            on(FlightPlanActivated, handler=activate_plans),
            on(AuthorizationRecorded, AuthorizationWithdrawn, handler=partial(revise_for_authorizations, state)),
            on(RouteFiled, handler=partial(assess_routes, state)),
            on(SiteRegistered, SiteUpdated, SiteStateChanged, handler=partial(assess_sites, state)),
            on(SiteStatusChanged, handler=partial(follow_statuses, state)),
            on(ZonePublished, ZoneChanged, ZoneWithdrawn, handler=partial(revise_for_zones, state)),
        ),
        batch=BATCH,
        leader=True,
    )

"""What the service is: the register of sites, coverage, progress and scenarios; what it answers and consumes."""

from services.sites import api
from services.sites.api.privacy import event_for
from services.sites.domain.facts import COUNTING_EVENTS
from services.sites.state import SitesState
from services.sites.store.tables import SCHEMA
from services.sites.usecases import city, follow, history, operations, register, scenarios
from services.sites.usecases.coverage import CoverageBook
from services.sites.usecases.history import HistoryCache
from services.sites.usecases.reports import Desk
from services.sites.usecases.runs import Runs
from shared.auth import Principal
from shared.contracts.airspace import SiteAssessed, ZoneChanged, ZonePublished, ZoneWithdrawn
from shared.contracts.codec import Event
from shared.contracts.flightplan import RouteClassified, RouteFiled, RouteStateChanged
from shared.contracts.inbound import SiteMovementReported, SiteReported, SiteStateReported, SiteStatusReported
from shared.frame import Database, Platform, Service, Subscription, on
from shared.http import Gate
from shared.settings import Settings

SUBSCRIPTIONS = (
    Subscription(
        "sites.reports",
        (
            on(SiteReported, SiteStateReported, handler=register.follow_reports),
            on(SiteMovementReported, handler=operations.follow_movements),
            on(SiteStatusReported, handler=operations.follow_statuses),
        ),
    ),
    Subscription("sites.assessments", (on(SiteAssessed, handler=follow.follow_assessments),)),
    Subscription("sites.routes", (on(RouteFiled, RouteStateChanged, RouteClassified, handler=follow.follow_routes),)),
    Subscription("sites.zones", (on(ZonePublished, ZoneChanged, ZoneWithdrawn, handler=scenarios.follow_zones),)),
    Subscription("sites.history", (on(*COUNTING_EVENTS, handler=history.follow_counting),), gathers_s=0.25),
    Subscription(
        "sites.flights",
        (on(*history.PLAN_EVENTS, handler=history.follow_plans, seen_as=history.SEEN_AS),),
        batch=5_000,
        gathers_s=0.4,
    ),
)

LONGEST_WAIT_FOR_REPORT_S = 30.0  # behind the one that is being written


def build(settings: Settings, platform: Platform) -> Service:
    """Wire the service; connects to nothing yet."""
    database = Database(
        settings.database_url, SCHEMA, bell=platform.bell, clock=platform.clock, pool_size=settings.pool_size
    )

    runs = Runs(database, platform.city)

    def start() -> None:
        with database.transaction() as tx:
            city.load_places(tx, platform.city)
        runs.start()

    kept = HistoryCache()
    return Service(
        name="sites",
        database=database,
        routers=api.routers,
        subscriptions=SUBSCRIPTIONS,
        state=SitesState(
            city=platform.city,
            clock=platform.clock,
            coverage=CoverageBook(),
            history=kept,
            desk=Desk(database, platform.city, kept),
            runs=runs,
            writing=Gate(1, LONGEST_WAIT_FOR_REPORT_S),
        ),
        visible_to=visible_to,
        on_start=start,
        on_stop=runs.stop,
    )


def visible_to(event: Event, principal: Principal) -> Event | None:
    """Sites are public, their contacts are not: every role sees every event, some without them."""
    return event_for(event, principal)

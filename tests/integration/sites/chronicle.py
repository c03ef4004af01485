"""A sites service that really consumes: the other services' events stand in their own logs, as they write them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from services.sites.domain.register import Report
from services.sites.usecases import register
from shared.auth import Role
from shared.bell import Bell
from shared.bus.opening import open_bus
from shared.contracts.airspace import SiteAssessed
from shared.contracts.assessment import Assessment
from shared.contracts.flightplan import (
    Classification,
    FlightPlanDecided,
    FlightPlanSubmitted,
    PlanState,
    RouteClass,
    RouteClassified,
    RouteFiled,
    RouteSpec,
    RouteState,
    RouteStateChanged,
)
from shared.contracts.sites import SiteKind, SiteSpec, SiteState
from shared.flight import AircraftClass, FlightIntent, Purpose, Spot, Waypoint
from shared.frame import Database
from shared.runner import Runner
from tests.integration.sites.conftest import APPROVED, CENTRE, Caller, World, assessment, running
from tests.waiting import eventually

SHANGHAI = ZoneInfo("Asia/Shanghai")
SHOWN = "SELECT log, position, type, subject, subject_id, effective_at, recorded_at, told FROM sites.fact ORDER BY 1, 2"


def local(text: str) -> datetime:
    """`2026-03-01 10:00` in the city."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@dataclass
class Chronicle:
    """The world, and how it comes about, month after month."""

    world: World
    airspace: Database
    flightplan: Database

    @property
    def planner(self) -> Caller:
        """Who reads the board."""
        return self.world.caller(Role.PLANNER)

    def at(self, text: str) -> None:
        """It is then."""
        self.world.clock.now = local(text)

    def site(self, site_id: str, state: str = "commissioned", *, since: str | None = None, **more: Any) -> None:
        """A planner registers a site and airspace finds its position compatible."""
        stated = {"name": f"机巢 {site_id}", "kind": SiteKind.NEST, "lng": CENTRE[0], "lat": CENTRE[1], **more}
        report = Report(
            site_id=site_id,
            spec=SiteSpec(**stated),
            state=SiteState(state),
            effective_at=local(since) if since else None,
        )
        with self.world.service.database.transaction() as tx:
            register.register_site(tx, report)
        self.assess(site_id)

    def move(self, site_id: str, state: str, reason: str = "", since: str | None = None) -> None:
        """A site moves on in its life."""
        report = Report(
            site_id=site_id, state=SiteState(state), reason=reason, effective_at=local(since) if since else None
        )
        with self.world.service.database.transaction() as tx:
            register.report_site(tx, report)

    def assess(self, site_id: str, found: Assessment = APPROVED, *, because: str = "", revision: int = 1) -> None:
        """Airspace assesses a site's position now."""
        dated = assessment(found.outcome, *found.findings, at=self.world.clock.now)
        event = SiteAssessed(site_id=site_id, revision=revision, assessment=dated, because=because)
        with self.airspace.transaction() as tx:
            tx.record(event)

    def route(
        self, route_id: str, site_id: str, route_class: RouteClass | None = RouteClass.GOVERNANCE, **more: Any
    ) -> None:
        """A loop from a site is filed, opened and classified."""
        spot = Spot(site_id=site_id, lng=CENTRE[0], lat=CENTRE[1])
        path = (Waypoint(lng=CENTRE[0], lat=CENTRE[1], height_m=90.0),)
        stated = {"name": route_id, "aircraft_class": AircraftClass.SMALL, **more}
        with self.flightplan.transaction() as tx:
            spec = RouteSpec(origin=spot, destination=spot, path=path, **stated)
            tx.record(RouteFiled(route_id=route_id, revision=1, operator="alpha", spec=spec))
        self.open(route_id)
        if route_class is not None:
            self.classify(route_id, route_class)

    def open(self, route_id: str, found: Assessment = APPROVED, state: RouteState = RouteState.OPEN) -> None:
        """A route is in that state with that assessment."""
        dated = assessment(found.outcome, *found.findings, at=self.world.clock.now)
        with self.flightplan.transaction() as tx:
            tx.record(RouteStateChanged(route_id=route_id, revision=1, operator="alpha", state=state, assessment=dated))

    def classify(self, route_id: str, route_class: RouteClass, evidence: str = "文件 1") -> None:
        """A planner rules a route's class."""
        now = self.world.clock.now
        ruling = Classification(route_class=route_class, evidence=evidence, ruled_by="planner", ruled_at=now)
        with self.flightplan.transaction() as tx:
            tx.record(RouteClassified(route_id=route_id, revision=1, operator="alpha", classification=ruling))

    def fly(self, site_id: str, state: PlanState = PlanState.APPROVED, **more: Any) -> UUID:
        """A plan departs from a site now and is decided."""
        plan_id, now, spot = uuid4(), self.world.clock.now, Spot(site_id=site_id, lng=CENTRE[0], lat=CENTRE[1])
        intent = FlightIntent(
            departure=spot,
            arrival=spot,
            departs_at=now,
            aircraft_class=AircraftClass.SMALL,
            purpose=next(iter(Purpose)),
            speed_mps=10.0,
            path=(Waypoint(lng=CENTRE[0], lat=CENTRE[1], height_m=90.0),),
        )
        with self.flightplan.transaction() as tx:
            tx.record(FlightPlanSubmitted(plan_id=plan_id, revision=1, operator="alpha", intent=intent))
            decided = assessment(APPROVED.outcome, at=now)
            tx.record(FlightPlanDecided(plan_id=plan_id, revision=1, operator="alpha", state=state, assessment=decided))
        return plan_id

    def settle(self) -> None:
        """Everything that was recorded has been consumed."""
        eventually(lambda: self._number(_LAG) == 0)

    def _number(self, statement: str) -> int:
        return int(self.world.rows(statement)[0][0])

    def ledger(self) -> list[Any]:
        """The facts as they stand."""
        return [tuple(row) for row in self.world.rows(SHOWN)]


# how many events of their topics the subscriptions have not handled
_LAG = """SELECT count(*) FROM (
    SELECT topic, partition, position FROM sites.event_log
    UNION ALL SELECT topic, partition, position FROM airspace.event_log
    UNION ALL SELECT topic, partition, position FROM flightplan.event_log) AS event
    JOIN (VALUES ('sites.history', 'sites.sites'), ('sites.history', 'airspace.places'),
                 ('sites.history', 'flightplan.routes'), ('sites.flights', 'flightplan.plans'),
                 ('sites.assessments', 'airspace.places'), ('sites.routes', 'flightplan.routes')
         ) AS asked (subscription, topic) USING (topic)
    LEFT JOIN sites.checkpoint AS done USING (subscription, topic, partition)
    WHERE event.position > coalesce(done.position, -1)"""


@contextmanager
def chronicle(database_url: str, folder: Path) -> Iterator[Chronicle]:
    """One with its consumers running."""
    with running(database_url, folder) as world:
        bell = Bell()
        bus = open_bus("log://", database_url=database_url, bell=bell)
        runner = Runner([world.service], bus, bell)
        runner.start()
        others = [Database(database_url, name, clock=world.clock, pool_size=2) for name in ("airspace", "flightplan")]
        try:
            yield Chronicle(world, *others)
        finally:
            runner.stop()
            bus.close()
            for database in others:
                database.close()

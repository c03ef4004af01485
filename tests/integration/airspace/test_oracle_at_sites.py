"""The service as it runs decides what happens at sites as the independent oracle does, and the same plans hold."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any
from uuid import UUID

import numpy as np

from shared.contracts.airspace import PlanAssessed
from shared.contracts.assessment import Outcome
from shared.contracts.flightplan import FlightPlanMoved, FlightPlanSubmitted, FlightPlanWithdrawn
from shared.contracts.sites import (
    SiteKind,
    SiteRegistered,
    SiteSpec,
    SiteState,
    SiteStatus,
    SiteStatusChanged,
    SiteUpdated,
)
from shared.flight.records import from_us
from tests.integration.airspace.conftest import NOW, World
from tests.oracle.holders import Said
from tests.oracle.plays import Filed, Padded, Play, Step, Withdrawn, beside, busy, rim
from tests.oracle.service import intent_of
from tests.oracle.staged import batches
from tests.oracle.terminals import Site

PLAYS = 24
MOST_PLANS = 1_000  # of one play


@dataclass
class Told:
    """A play as events: its sites and plans have names of their own."""

    number: int
    play: Play
    revisions: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def registered(self) -> list[SiteRegistered]:
        return [
            SiteRegistered(
                site_id=self.site(name),
                revision=self.revision(name),
                spec=self.spec(name, site),
                state=SiteState.COMMISSIONED,
                effective_at=NOW,
            )
            for name, site in self.play.sites.items()
        ]

    def event(self, step: Step) -> Any:
        what = step.what
        if isinstance(what, Filed):
            return self.filed(what)
        if isinstance(what, Withdrawn):
            plan_id = self.plan(what.number)
            return FlightPlanWithdrawn(plan_id=plan_id, revision=self.revisions[str(plan_id)], operator="alpha")
        return self.padded(what) if isinstance(what, Padded) else self.said(what)

    def filed(self, filed: Filed) -> FlightPlanSubmitted | FlightPlanMoved:
        said: dict[str, Any] = {**filed.flight.said, "priority": filed.flight.priority}
        for end in ("departure", "arrival"):
            if "site_id" in said[end]:
                said[end] = said[end] | {"site_id": self.site(said[end]["site_id"])}
        plan_id = self.plan(filed.flight.number)
        known: dict[str, Any] = {
            "plan_id": plan_id,
            "revision": self.revision(str(plan_id)),
            "operator": "alpha",
            "intent": intent_of(said, filed.flight.departs_us),
        }
        return FlightPlanMoved(**known) if filed.moves else FlightPlanSubmitted(**known, voluntary=False)

    def padded(self, padded: Padded) -> SiteUpdated:
        return SiteUpdated(
            site_id=self.site(padded.site_id),
            revision=self.revision(padded.site_id),
            spec=self.spec(padded.site_id, padded.site),
            state=SiteState.COMMISSIONED,
            effective_at=NOW,
        )

    def said(self, said: Said) -> SiteStatusChanged:
        number = self.revision(f"status of {said.site_id}")
        return SiteStatusChanged(
            site_id=self.site(said.site_id),
            number=number,
            event_id=f"{self.site(said.site_id)} {number}",
            status=SiteStatus.CLOSED if said.closed else SiteStatus.OPEN,
            starts_at=from_us(said.start.us),
            ends_at=from_us(said.end.us),
        )

    def spec(self, name: str, site: Site) -> SiteSpec:
        lng, lat = self.play.places[name]
        return SiteSpec(
            name=name, kind=SiteKind.NEST if site.nest else SiteKind.POINT, lng=lng, lat=lat, pads=site.pads
        )

    def site(self, name: str) -> str:
        return f"{name}-{self.number}"

    def plan(self, number: int) -> UUID:
        return UUID(int=self.number * MOST_PLANS + number)

    def revision(self, name: str) -> int:
        self.revisions[name] += 1
        return self.revisions[name]


def test_what_happens_at_sites(world: World) -> None:
    chance = np.random.default_rng(20_261_122)
    plays = [*busy(chance, PLAYS), *rim(chance, PLAYS), *beside(chance, PLAYS)]
    told = [Told(number, play) for number, play in enumerate(plays)]
    world.handle(*(event for one in told for event in one.registered()))
    rounds = zip_longest(*(batches(play.steps, chance) for play in plays), fillvalue=())
    for steps in rounds:
        follow(world, list(zip(told, steps, strict=True)))
    filed = [step.what.accepted for play in plays for step in play.steps if isinstance(step.what, Filed)]
    assert len(filed) > 10 * PLAYS
    assert len(filed) / 5 < filed.count(False) < len(filed) / 2


def follow(world: World, happened: Sequence[tuple[Told, Sequence[Step]]]) -> None:
    """Some steps of each play, all those of a kind at once; then what was said and what is held are compared."""
    events = [(one, step, one.event(step)) for one, steps in happened for step in steps]
    accepted: dict[tuple[UUID, int], bool] = {}
    for kinds in ((FlightPlanSubmitted, FlightPlanMoved), FlightPlanWithdrawn, SiteUpdated, SiteStatusChanged):
        batch = [event for _, _, event in events if isinstance(event, kinds)]
        for told in world.handle(*batch) if batch else []:
            if isinstance(told, PlanAssessed) and told.because in ("filed", "moved"):
                accepted[told.plan_id, told.revision] = told.assessment.outcome is Outcome.APPROVED
    for _, step, event in events:
        if isinstance(step.what, Filed):
            assert accepted[event.plan_id, event.revision] == step.what.accepted, step
    held = {row.plan_id for row in world.rows("SELECT plan_id FROM airspace.reservation WHERE state = 'held'")}
    for one, steps in happened:
        if steps:
            theirs = {plan_id.int % MOST_PLANS for plan_id in held if plan_id.int // MOST_PLANS == one.number}
            assert theirs == steps[-1].held, steps

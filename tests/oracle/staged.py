"""What the platform makes of plays at sites: its own volumes, slots, terminals and closures; where it differs."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from numpy.random import Generator

from services.airspace.domain.assess import decide
from services.airspace.domain.closures import Stated, closures
from services.airspace.domain.subjects import Decision, PlanRequest, Reservation
from services.airspace.domain.terminals import Terminal, closed
from services.airspace.domain.zone_index import ZoneIndex
from shared.contracts.assessment import Outcome
from shared.contracts.sites import SiteStatus
from shared.flight import FlightVolumes, volumes_of_all
from tests.oracle.holders import Said
from tests.oracle.matter import Ground
from tests.oracle.plays import Filed, Padded, Play, Step, Withdrawn
from tests.oracle.service import NOW, RULES, Everywhere, intent_of
from tests.oracle.terminals import UNKNOWN, Site

TERRAIN = Everywhere(Ground())
AT_ONCE = 6  # plans in one batch at most


def differing(plays: Sequence[Play], chance: Generator) -> list[Step]:
    """The steps after which the platform answers otherwise, or others hold something."""
    filed = [step.what.flight for play in plays for step in play.steps if isinstance(step.what, Filed)]
    flown = iter(volumes_of_all([intent_of(one.said, one.departs_us) for one in filed], RULES, TERRAIN))
    return [step for play in plays for step in _Stage(play, flown).differing(chance)]


class _Stage:
    """The sites of one play as the platform knows them, and what plans hold there."""

    def __init__(self, play: Play, flown: Iterator[FlightVolumes]) -> None:
        self.play = play
        self.flown = {id(step): next(flown) for step in play.steps if isinstance(step.what, Filed)}
        self.sites: dict[str, Site] = dict(play.sites)
        self.stated: list[tuple[str, Stated]] = []
        self.standing: dict[int, Reservation] = {}

    def differing(self, chance: Generator) -> Iterator[Step]:
        for steps in batches(self.play.steps, chance):
            accepted = self._file(steps) if isinstance(steps[0].what, Filed) else self._follow(steps[0])
            said = [step.what.accepted for step in steps if isinstance(step.what, Filed)]
            if accepted != said or frozenset(self.standing) != steps[-1].held:
                yield steps[0]

    def _file(self, steps: Sequence[Step]) -> list[bool]:
        requests = [self._request(step.what, self.flown[id(step)]) for step in steps if isinstance(step.what, Filed)]
        decided = decide(requests, ZoneIndex(1), self.standing.values(), (), RULES, TERRAIN, NOW, self._terminals())
        for decision in decided:
            self._apply(decision)
        asked = {id(request) for request in requests}
        return [one.assessment.outcome is Outcome.APPROVED for one in decided if id(one.request) in asked]

    def _request(self, filed: Filed, volumes: FlightVolumes) -> PlanRequest:
        return PlanRequest(
            plan_id=UUID(int=filed.flight.number),
            revision=1,
            operator="alpha",
            priority=filed.flight.priority,
            crewed=filed.flight.crewed,
            voluntary=False,
            volumes=volumes,
            keeps_former=filed.moves,
        )

    def _apply(self, decision: Decision) -> None:
        asked = decision.request
        if decision.reserves or decision.releases:
            self.standing.pop(asked.plan_id.int, None)
        if decision.reserves:
            self.standing[asked.plan_id.int] = Reservation(
                plan_id=asked.plan_id,
                revision=1,
                operator="alpha",
                priority=asked.priority,
                crewed=asked.crewed,
                volumes=asked.volumes,
            )

    def _follow(self, step: Step) -> list[bool]:
        if isinstance(step.what, Withdrawn):
            del self.standing[step.what.number]
        elif isinstance(step.what, Padded):
            self.sites[step.what.site_id] = step.what.site
        elif isinstance(step.what, Said):
            self.stated.append((step.what.site_id, stated(len(self.stated), step.what)))
            terminals = self._terminals()
            self.standing = {n: one for n, one in self.standing.items() if not closed(one.volumes, terminals)}
        return []

    def _terminals(self) -> dict[str, Terminal]:
        return {site_id: self._terminal(site_id) for site_id in self.play.places}

    def _terminal(self, site_id: str) -> Terminal:
        site, said = self.sites.get(site_id, UNKNOWN), [one for at, one in self.stated if at == site_id]
        return Terminal(site_id, site_id, site.pads, site.nest, closures(said))


def stated(number: int, said: Said) -> Stated:
    """As the platform keeps it."""
    return Stated(number, SiteStatus.CLOSED if said.closed else SiteStatus.OPEN, said.start.us, said.end.us)


def batches(steps: Sequence[Step], chance: Generator) -> Iterator[list[Step]]:
    """Plans filed one after another come together, no plan twice; everything else comes alone."""
    batch: list[Step] = []
    for step in steps:
        numbers = {one.what.flight.number for one in batch if isinstance(one.what, Filed)}
        together = isinstance(step.what, Filed) and step.what.flight.number not in numbers
        if batch and not (together and len(batch) < AT_ONCE and chance.uniform() < 0.7):
            yield batch
            batch = []
        batch.append(step)
        if not isinstance(step.what, Filed):
            yield batch
            batch = []
    if batch:
        yield batch

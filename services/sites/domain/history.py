"""How each site and route has stood since its first event, and so what counted at any instant. Pure.

A `History` is a function of the facts and of nothing else; the board's own rule (`counting`) is asked at every instant
at which a fact took effect. Three conventions:

* An answer of airspace holds from when it was decided until the next one; the first answer about a position holds from
  when the position was stated. (A position is always assessed a moment after it is stated: without this every site
  would leave the count and enter it again.)
* A route's move that is reported late, dated back, takes what was recorded of the route before it back with it.
* A month's number is what stood when the month ended in the city's time. A report that comes late, dated back, changes
  the months since then; what a month looked like when it was handed out is the history of the facts recorded by then.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from services.sites.domain.counting import RouteEnd, Standing, count_route, count_site
from services.sites.domain.facts import Fact, RouteStated, SiteStated, Subject
from services.sites.domain.progress import CountedRoute, CountedSite
from shared.contracts.flightplan import RouteClass, RouteState
from shared.contracts.sites import SiteState
from shared.flight import Spot

Row = TypeVar("Row", CountedSite, CountedRoute)
Position = tuple[float, float]


@dataclass(frozen=True)  # without slots: a generic class cannot be subscripted and slotted both
class Span(Generic[Row]):
    """How something stood from an instant until the next span's, and the facts that made it so."""

    starts_at: datetime
    row: Row
    because: tuple[Fact, ...]
    place: SiteStated | None = None  # where a site stands; None for a route


@dataclass(frozen=True, slots=True)
class History:
    """The spans of every site and route, oldest first."""

    sites: Mapping[str, Sequence[Span[CountedSite]]]
    routes: Mapping[str, Sequence[Span[CountedRoute]]]
    facts: int  # how many it was made from

    def sites_at(self, instant: datetime) -> list[CountedSite]:
        """Every site known before the instant, by id, as it stood then."""
        return [span.row for span in self.site_spans_at(instant)]

    def site_spans_at(self, instant: datetime) -> list[Span[CountedSite]]:
        """The same, with where each stands."""
        return [span for spans in self.sites.values() if (span := span_at(spans, instant)) is not None]

    def routes_at(self, instant: datetime) -> list[CountedRoute]:
        """Every route known before the instant, by id, as it stood then."""
        found = (span_at(spans, instant) for spans in self.routes.values())
        return [span.row for span in found if span is not None]

    def starts_at(self) -> datetime | None:
        """When the first of them was known."""
        firsts = [spans[0].starts_at for spans in self.sites.values()]
        return min(firsts + [spans[0].starts_at for spans in self.routes.values()], default=None)


def span_at(spans: Sequence[Span[Row]], instant: datetime) -> Span[Row] | None:
    """The span just before the instant: what takes effect at a month's end belongs to the next month."""
    place = bisect_left(spans, instant, key=lambda span: span.starts_at)
    return spans[place - 1] if place else None


def history(facts: Iterable[Fact], districts: Mapping[Position, str]) -> History:
    """The history that the facts tell; `districts` has the district (or "") of each placed end of a route."""
    told: dict[tuple[Subject, str], list[Fact]] = defaultdict(list)
    number = 0
    for fact in facts:
        told[fact.subject, fact.subject_id].append(fact)
        number += 1
    ordered = sorted(told.items(), key=lambda item: item[0])
    sites = {key: site_spans(of) for (subject, key), of in ordered if subject is Subject.SITE}
    routes = {key: route_spans(of, sites, districts) for (subject, key), of in ordered if subject is Subject.ROUTE}
    return History(
        {key: spans for key, spans in sites.items() if spans},
        {key: passages for key, passages in routes.items() if passages},
        number,
    )


def ends_of(facts: Iterable[Fact]) -> list[Position]:
    """The positions of the ends of all routes, each once, in order."""
    spots = (
        spot for fact in facts if fact.told.route for spot in (fact.told.route.origin, fact.told.route.destination)
    )
    return sorted({(spot.lng, spot.lat) for spot in spots if spot.lng is not None and spot.lat is not None})


# ---------------------------------------------------------------------------------------------------- one site
def site_spans(facts: Sequence[Fact]) -> list[Span[CountedSite]]:
    """How a site stood; nothing before it was registered."""
    spans: list[Span[CountedSite]] = []
    known = _Site()
    for at, group in _steps(_own(facts), _answers(facts)):
        for fact in group:
            known.learn(fact)
        if known.stated is not None and known.state is not None:
            row = known.row(group[0].subject_id, known.stated, known.state)
            if not spans or spans[-1].row != row or spans[-1].place != known.stated:
                spans.append(Span(at, row, tuple(group), known.stated))
    return spans


@dataclass(slots=True)
class _Site:
    """What is known of a site so far."""

    stated: SiteStated | None = None
    state: SiteState | None = None
    standing: Standing = Standing.UNASSESSED
    obstacle: str = ""

    def learn(self, fact: Fact) -> None:
        told = fact.told
        self.stated = told.site or self.stated
        self.state = told.site_state or self.state
        if told.moved:
            self.standing, self.obstacle = Standing.UNASSESSED, ""
        if told.standing is not None:
            self.standing, self.obstacle = told.standing, told.obstacle

    def row(self, site_id: str, stated: SiteStated, state: SiteState) -> CountedSite:
        return CountedSite(
            site_id=site_id,
            name=stated.name,
            kind=stated.kind,
            state=state,
            district=stated.district,
            unit=stated.unit,
            demo=stated.demo,
            count=count_site(state, self.standing, self.obstacle),
        )


_Step = tuple[datetime, Fact]


def _own(facts: Iterable[Fact]) -> list[_Step]:
    """What the register says, in the order of its effect."""
    own = [fact for fact in facts if fact.told.standing is None]
    return [(fact.effective_at, fact) for fact in sorted(own, key=_order)]


def _answers(facts: Sequence[Fact]) -> list[_Step]:
    """What airspace says, each answer from when it holds, for as long as the site stood where it was assessed."""
    answers = sorted((fact for fact in facts if fact.told.standing is not None), key=_order)
    stated = sorted((fact for fact in facts if fact.told.moved), key=lambda fact: fact.told.revision)
    steps: list[_Step] = []
    for number, fact in enumerate(stated):
        until = stated[number + 1] if number + 1 < len(stated) else None
        mine = [
            answer
            for answer in answers
            if answer.told.revision >= fact.told.revision
            and (until is None or answer.told.revision < until.told.revision)
        ]
        for place, answer in enumerate(mine):
            at = fact.effective_at if place == 0 else max(answer.effective_at, fact.effective_at)
            if until is None or at < until.effective_at:
                steps.append((at, answer))
    return steps


def _steps(first: Sequence[_Step], then: Sequence[_Step]) -> Iterator[tuple[datetime, list[Fact]]]:
    """Facts by the instant they hold from; at one instant those of `first` before those of `then`."""
    by_instant: dict[datetime, list[Fact]] = defaultdict(list)
    for at, fact in (*first, *then):
        by_instant[at].append(fact)
    yield from sorted(by_instant.items(), key=lambda item: item[0])


def _order(fact: Fact) -> tuple[datetime, int]:
    return fact.effective_at, fact.position


# --------------------------------------------------------------------------------------------------- one route
def route_spans(
    facts: Sequence[Fact], sites: Mapping[str, Sequence[Span[CountedSite]]], districts: Mapping[Position, str]
) -> list[Span[CountedRoute]]:
    """How a route stood: by its own facts and by the sites at its ends."""
    own = dict(_steps(_dated(facts), []))
    if not own:
        return []
    started, known, spans = min(own), _Route(districts, sites), list[Span[CountedRoute]]()
    at_ends = _end_steps(facts, sites, started)
    for at in sorted({*own, *at_ends}):
        for fact in own.get(at, ()):
            known.learn(fact)
        if known.stated is None:
            continue
        row = known.row(facts[0].subject_id, known.stated, at)
        if not spans or spans[-1].row != row:
            because = own.get(at, []) + [fact for fact in at_ends.get(at, ()) if fact.subject_id in known.end_ids()]
            spans.append(Span(at, row, tuple(because)))
    return spans


def _dated(facts: Sequence[Fact]) -> list[_Step]:
    """A route's facts by when they hold: what was recorded before a move that is dated back goes back with it.

    So the last one recorded is the last one to hold, and the history ends where the route stands. Rulings on its class
    are dated by themselves.
    """
    steps: list[_Step] = []
    moved: datetime | None = None
    for fact in sorted(facts, key=lambda fact: fact.position, reverse=True):
        at = fact.effective_at
        if fact.told.route_class is None:
            moved = at = at if moved is None else min(at, moved)
        steps.append((at, fact))
    return sorted(steps, key=lambda step: (step[0], step[1].position))


def _end_steps(
    facts: Sequence[Fact], sites: Mapping[str, Sequence[Span[CountedSite]]], started: datetime
) -> dict[datetime, list[Fact]]:
    """What happened to the sites at any end the route ever had."""
    stated = [fact.told.route for fact in facts if fact.told.route is not None]
    ids = {spot.site_id for route in stated for spot in (route.origin, route.destination) if spot.site_id is not None}
    steps: dict[datetime, list[Fact]] = defaultdict(list)
    for site_id in sorted(ids):
        for span in sites.get(site_id, ()):
            if span.starts_at > started:
                steps[span.starts_at] += span.because
    return steps


@dataclass(slots=True)
class _Route:
    """What is known of a route so far."""

    districts: Mapping[Position, str]
    sites: Mapping[str, Sequence[Span[CountedSite]]]
    stated: RouteStated | None = None
    state: RouteState = RouteState.FILED
    standing: Standing = Standing.UNASSESSED
    obstacle: str = ""
    route_class: RouteClass | None = None
    revision: int = field(default=0)

    def learn(self, fact: Fact) -> None:
        told = fact.told
        if told.revision < self.revision:
            return  # about a revision that was filed anew meanwhile
        self.revision = told.revision
        self.stated = told.route or self.stated
        self.state = told.route_state or self.state
        self.route_class = told.route_class or self.route_class
        if told.standing is not None:
            self.standing, self.obstacle = told.standing, told.obstacle

    def end_ids(self) -> set[str | None]:
        return {self.stated.origin.site_id, self.stated.destination.site_id} if self.stated else set()

    def row(self, route_id: str, stated: RouteStated, at: datetime) -> CountedRoute:
        origin, origin_district = self._end(stated.origin, at)
        destination, _ = self._end(stated.destination, at)
        return CountedRoute(
            route_id=route_id,
            name=stated.name,
            operator=stated.operator,
            state=self.state,
            district=origin_district,
            unit=stated.unit,
            scenario=stated.scenario,
            demo=stated.demo,
            count=count_route(self.state, self.route_class, self.standing, [origin, destination], self.obstacle),
        )

    def _end(self, spot: Spot, at: datetime) -> tuple[RouteEnd, str]:
        """An end as it stands from the instant on, and its district: the site's where it is known."""
        span = _from(self.sites.get(spot.site_id or "", ()), at)
        if span is not None:
            district, state = span.row.district, span.row.state
        else:
            placed = spot.lng is not None and spot.lat is not None
            district, state = self.districts.get((spot.lng, spot.lat), "") if placed else "", None  # type: ignore[arg-type]
        return RouteEnd(site_id=spot.site_id, state=state, in_city=district != ""), district


def _from(spans: Sequence[Span[CountedSite]], at: datetime) -> Span[CountedSite] | None:
    """The span that holds from the instant on."""
    place = bisect_left(spans, True, key=lambda span: span.starts_at > at)
    return spans[place - 1] if place else None

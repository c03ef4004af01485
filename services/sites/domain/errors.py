"""What can be wrong with what is asked of the register. Pure."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.contracts.sites import SiteState
from shared.errors import Conflict, Forbidden, Invalid, NotFound


class SiteNotFound(NotFound):
    """No site has this id."""

    def __init__(self, site_id: str) -> None:
        super().__init__(f"there is no site {site_id}", site_id=site_id)


class ReservedId(Invalid):
    """The id is a word of the API's paths."""

    def __init__(self, site_id: str) -> None:
        super().__init__(f"{site_id!r} cannot be an id: it is a path of its own", field="site_id")


class SiteExists(Conflict):
    """The id is taken by a site that differs."""

    def __init__(self, site_id: str) -> None:
        super().__init__(f"site {site_id} is registered already, and differs: change it with PUT", field="site_id")


class SiteRetired(Conflict):
    """A retired site is history and stays as it is."""

    def __init__(self, site_id: str) -> None:
        super().__init__(f"site {site_id} is retired and cannot be changed any more")


class MoveNotAllowed(Conflict):
    """The state asked for cannot follow the one the site is in."""

    def __init__(self, site_id: str, former: SiteState, wanted: SiteState, allowed: Sequence[SiteState]) -> None:
        options = f"only to {' or '.join(allowed)}" if allowed else "nothing can follow"
        super().__init__(
            f"site {site_id} cannot go from {former} to {wanted}: from {former} {options}",
            field="state",
            from_state=former,
            to_state=wanted,
            allowed=list(allowed),
        )


class MoveInTheFuture(Invalid):
    """A move is reported before it has happened."""

    def __init__(self, effective_at: datetime, field: str = "effective_at") -> None:
        super().__init__(
            f"{effective_at.isoformat()} lies in the future: report a move once it has happened", field=field
        )


class MoveTooEarly(Invalid):
    """A move is dated before the one that led to the present state."""

    def __init__(self, effective_at: datetime, former: datetime, field: str = "effective_at") -> None:
        super().__init__(
            f"{effective_at.isoformat()} is before the site's last move of {former.isoformat()}", field=field
        )


class EventDiffers(Conflict):
    """An event of this id was told before, and said something else."""

    def __init__(self, event_id: str) -> None:
        super().__init__(f"event {event_id} was reported before, and differs", field="event_id")


class NotYetHappened(Invalid):
    """A movement is reported before it has happened."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"{at.isoformat()} lies in the future: report a movement once it has happened", field="at")


class InvalidPeriod(Invalid):
    """A period that is none, or too long."""


class NotTheirSite(Forbidden):
    """An operator opens and closes the sites that it owns or operates, no others."""

    def __init__(self, site_id: str) -> None:
        super().__init__(f"site {site_id} is another's: its operator, its owner or a planner says how it stands")


class FileNotReadable(Invalid):
    """The file as a whole cannot be read as sites: encoding, header, structure, size."""


class UnknownWord(Invalid):
    """A query names a state or kind there is none of."""

    def __init__(self, field: str, known: Sequence[str]) -> None:
        super().__init__(f"{field} must be one or several of {', '.join(known)}", field=field)


class MonthAhead(Invalid):
    """A month is asked for that has not begun."""

    def __init__(self, month: str, field: str) -> None:
        super().__init__(f"{month} has not begun", field=field)


class InvalidMonths(Invalid):
    """The months asked for are none: the first is after the last, or they are too many."""


class TargetNotFound(NotFound):
    """No target has this id."""

    def __init__(self, target_id: str) -> None:
        super().__init__(f"there is no target {target_id}", target_id=target_id)


class RouteNotKnown(NotFound):
    """No route of this id has been filed, as far as sites has heard."""

    def __init__(self, route_id: str) -> None:
        super().__init__(f"there is no route {route_id}", route_id=route_id)


class ScenarioNotFound(NotFound):
    """No scenario has this id."""

    def __init__(self, scenario_id: UUID) -> None:
        super().__init__(f"there is no scenario {scenario_id}", scenario_id=str(scenario_id))


class ScenarioNotOver(Conflict):
    """The scenario is still being computed."""

    def __init__(self, scenario_id: UUID, state: str) -> None:
        super().__init__(f"scenario {scenario_id} is {state}: cancel it, or wait until it is over", state=state)


class ScenarioWithoutResult(Conflict):
    """The scenario ended without an answer."""

    def __init__(self, scenario_id: UUID, state: str) -> None:
        super().__init__(f"scenario {scenario_id} is {state} and has no result", state=state)


class NoCandidates(Invalid):
    """Nothing is left that could be chosen."""


class LayerNotFound(NotFound):
    """No layer of demand has this name."""

    def __init__(self, layer: str) -> None:
        super().__init__(f"there is no layer of demand {layer}", layer=layer)


class LayerNotAsked(Invalid):
    """A scenario is asked over a layer there is none of (any more)."""

    def __init__(self, layer: str) -> None:
        super().__init__(f"there is no layer of demand {layer}", field="layer")


class LayerOfTheCity(Conflict):
    """The layer is made from the city's profile."""

    def __init__(self, layer: str) -> None:
        super().__init__(f"layer {layer} is made from the city's files: take another name", field="layer")


class SiteNotInUse(Conflict):
    """A site that is to be moved or removed serves nobody now."""

    def __init__(self, site_id: str, field: str) -> None:
        super().__init__(f"{site_id} is no site in use", field=field)


class StandardNotClear(Invalid):
    """How far a site serves is not said, or said twice, or nowhere."""

    def __init__(self, detail: str, field: str) -> None:
        super().__init__(detail, field=field)


class NoSuchTile(NotFound):
    """The map has no such tile at this zoom."""

    def __init__(self, z: int, x: int, y: int) -> None:
        super().__init__(f"there is no tile {x}/{y} at zoom {z}")

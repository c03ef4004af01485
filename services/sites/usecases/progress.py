"""Progress is computed anew for every question, from the register and the route copies."""

import sqlalchemy as sa

from services.sites.domain.counting import RouteEnd, Standing, count_route, count_site
from services.sites.domain.progress import CountedRoute, CountedSite
from services.sites.store import counts, routes
from shared.contracts.flightplan import RouteClass, RouteState
from shared.contracts.sites import SiteKind, SiteState


def counted_sites(connection: sa.Connection) -> list[CountedSite]:
    """Every site with whether it counts, by id."""
    return [_site(row) for row in counts.select_sites(connection)]


def counted_routes(connection: sa.Connection) -> list[CountedRoute]:
    """Every route with whether it counts, by id."""
    return [_route(row) for row in routes.select_all(connection)]


def _site(row: sa.RowMapping) -> CountedSite:
    state = SiteState(row["state"])
    return CountedSite(
        site_id=row["site_id"],
        name=row["name"],
        kind=SiteKind(row["kind"]),
        state=state,
        district=row["district"],
        unit=row["unit"],
        demo=row["demo"],
        count=count_site(state, Standing(row["standing"]), row["obstacle"]),
    )


def _route(row: sa.RowMapping) -> CountedRoute:
    state = RouteState(row["state"])
    return CountedRoute(
        route_id=row["route_id"],
        name=row["name"],
        operator=row["operator"],
        state=state,
        district=row["origin_district"],
        unit=row["unit"],
        scenario=row["scenario"],
        demo=row["demo"],
        count=count_route(
            state,
            None if row["route_class"] is None else RouteClass(row["route_class"]),
            Standing(row["standing"]),
            [_end(row, "origin"), _end(row, "destination")],
            row["obstacle"],
        ),
    )


def _end(row: sa.RowMapping, end: str) -> RouteEnd:
    state = row[f"{end}_state"]
    return RouteEnd(
        site_id=row[f"{end}_site_id"],
        state=None if state is None else SiteState(state),
        in_city=row[f"{end}_district"] != "",
    )

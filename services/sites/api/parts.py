"""Parts of the signatures of sites' endpoints."""

from typing import Annotated, TypeVar

import sqlalchemy as sa
from fastapi import Depends, Path, Query

from services.sites.domain.errors import UnknownWord
from services.sites.state import SitesState
from services.sites.store.register import SiteFilter
from shared.auth import ANYONE_KNOWN, Principal, Role, allow
from shared.contracts.sites import SiteKind, SiteState
from shared.frame import Transaction
from shared.http import WithinBbox, reading, state, transaction
from shared.values import Identifier

W = TypeVar("W", SiteState, SiteKind)

Tx = Annotated[Transaction, transaction("sites")]
Reading = Annotated[sa.Connection, reading("sites")]
State = Annotated[SitesState, state("sites", SitesState)]
Anyone = Annotated[Principal, allow(*ANYONE_KNOWN)]
Steward = Annotated[Principal, allow(Role.PLANNER, Role.SERVICE)]  # who keeps the register
Exporter = Annotated[Principal, allow(Role.PLANNER, Role.REGULATOR, Role.SERVICE)]
SiteId = Annotated[Identifier, Path(description="1 to 64 letters, digits or . _ : -")]

OUTSIDE = "outside"  # in a query: no district of the city
Words = Annotated[str | None, Query(max_length=200, description="one or several, parted by commas")]
District = Annotated[
    str | None, Query(pattern=r"^([0-9A-Za-z]{1,12})$", description=f"adcode, or `{OUTSIDE}` for outside the city")
]


def district_key(district: str | None) -> str | None:
    """How the register says it: outside the city is no district."""
    return "" if district == OUTSIDE else district


def words(text: str | None, type_: type[W], field: str) -> tuple[W, ...]:
    """`approved,commissioned` as states. Raises UnknownWord."""
    try:
        return tuple(type_(word.strip()) for word in (text or "").split(",") if word.strip())
    except ValueError as error:
        raise UnknownWord(field, tuple(type_)) from error


def _site_filter(bbox: WithinBbox, state: Words = None, kind: Words = None, district: District = None) -> SiteFilter:
    return SiteFilter(
        bbox=bbox,
        states=words(state, SiteState, "state"),
        kinds=words(kind, SiteKind, "kind"),
        district=district_key(district),
    )


Wanted = Annotated[SiteFilter, Depends(_site_filter)]

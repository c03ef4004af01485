"""Who calls, as the domain sees it; and what every endpoint's signature is made of."""

from typing import Annotated

import sqlalchemy as sa

from services.flightplan.domain.visibility import Viewer
from services.flightplan.state import FlightplanState
from shared.auth import Principal, Role
from shared.frame import Transaction
from shared.http import reading, state, transaction

Tx = Annotated[Transaction, transaction("flightplan")]
Reading = Annotated[sa.Connection, reading("flightplan")]
State = Annotated[FlightplanState, state("flightplan", FlightplanState)]


def viewer_of(principal: Principal) -> Viewer:
    """A regulator sees all plans; who records authorizations sees all of them; everyone sees its organisation's own.

    A planner sees no plan: its organisation files none.
    """
    return Viewer(
        org=principal.org if principal.has(Role.OPERATOR, Role.REGULATOR, Role.SERVICE) else "",
        sees_all_plans=principal.has(Role.REGULATOR),
        sees_all_authorizations=principal.has(Role.REGULATOR, Role.SERVICE),
    )

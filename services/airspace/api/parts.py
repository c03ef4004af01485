"""What endpoints' signatures are made of, and who counts as whom."""

from typing import Annotated

import sqlalchemy as sa

from services.airspace.state import AirspaceState
from shared.auth import ANYONE_KNOWN, Principal, Role, allow
from shared.frame import Transaction
from shared.http import reading, state, transaction

Tx = Annotated[Transaction, transaction("airspace")]
Reading = Annotated[sa.Connection, reading("airspace")]
State = Annotated[AirspaceState, state("airspace", AirspaceState)]
Anyone = Annotated[Principal, allow(*ANYONE_KNOWN)]
PlanReader = Annotated[Principal, allow(Role.OPERATOR, Role.REGULATOR, Role.SERVICE)]  # as of the plan itself
Publisher = Annotated[Principal, allow(Role.REGULATOR, Role.SERVICE)]
Regulator = Annotated[Principal, allow(Role.REGULATOR)]

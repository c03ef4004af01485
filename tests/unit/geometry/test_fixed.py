"""Fixed routes: asking of many is asking of each."""

import random
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from services.airspace.domain.fixed import assess_route, assess_routes
from services.airspace.domain.subjects import Route
from services.airspace.domain.zone_index import ZoneIndex
from services.airspace.domain.zones import Zone
from shared.flight import FlightIntent, volumes
from tests.unit.geometry.worlds import NOW, RULES, hills, intents, zoned, zones


def route(number: int, intent: FlightIntent) -> Route:
    """A route that goes where the flight does."""
    flown = volumes(intent, RULES, hills())
    crewed = intent.aircraft_class.is_crewed
    return Route(
        route_id=f"r{number}", revision=1, operator="org-a", name=f"航线 {number}", crewed=crewed, volumes=flown
    )


@given(
    st.lists(intents(), min_size=1, max_size=4),
    st.lists(intents(), max_size=3),
    st.lists(zones(), max_size=3),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_asking_of_many_routes_is_asking_of_each(
    asked: Sequence[FlightIntent], standing: Sequence[FlightIntent], several: Sequence[Zone], dice: random.Random
) -> None:
    index = ZoneIndex(1, [zoned(f"z{i}", z.spec.outline, lower=z.spec.lower) for i, z in enumerate(several)])
    everyone = [route(i, intent) for i, intent in enumerate([*asked, *standing])]
    dice.shuffle(everyone)
    some, others = everyone[: len(asked)], everyone[len(asked) :]
    alone = [assess_route(one, index, everyone, [], RULES, hills(), NOW) for one in some]
    assert assess_routes(some, index, others, [], RULES, hills(), NOW) == alone

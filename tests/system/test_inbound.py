"""What outsiders send on the inbound topics, on both buses: sound events are handled, all others are parked with why.

Raw bytes, as an operator's or a site's system may send them; one fault at a time in sound events of each kind.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import httpx
import pytest
from kafka import KafkaProducer

from services.flightplan.domain.plan import plan_id_of
from shared.bus import Bus, Inbound
from shared.bus.kafka import KafkaBus
from shared.bus.opening import open_bus
from tests.conftest import FreshDatabase
from tests.system import examples, world
from tests.system.books import Books, books_of
from tests.system.mutations import RINGS, faults_in, is_named
from tests.system.platform import BUSES, EACH, TOGETHER, Platform, bus_url_of, running
from tests.waiting import eventually

PLANS, SITES = "inbound.flight-plans", "inbound.sites"
SERVICE: Final = {PLANS: "flightplan", SITES: "sites"}
SOMEBODY: Final = "00000000-0000-0000-0000-000000000001"
EVENTS: Final[Mapping[str, tuple[str, dict[str, Any]]]] = {
    "FlightPlanRequested": (
        PLANS,
        {"request_key": "k", "operator": "alpha", "intent": examples.PLAN, "demo": True},
    ),
    "FlightPlanMoveRequested": (
        PLANS,
        {"plan_id": SOMEBODY, "operator": "alpha", "departs_at": examples.TOMORROW},
    ),
    "FlightPlanWithdrawRequested": (PLANS, {"plan_id": SOMEBODY, "operator": "alpha", "reason": "雨"}),
    "FlightPlanTakeOffReported": (PLANS, {"plan_id": SOMEBODY, "operator": "alpha"}),
    "FlightPlanEndReported": (PLANS, {"plan_id": SOMEBODY, "operator": "alpha"}),
    "SiteReported": (SITES, {"site_id": "S", "spec": examples.SITE, "state": "commissioned"}),
    "SiteMovementReported": (
        SITES,
        {"site_id": "S", "event_id": "e", "movement": "takeoff", "at": examples.YESTERDAY, "plan_id": SOMEBODY},
    ),
    "SiteStatusReported": (
        SITES,
        {
            "site_id": "S",
            "event_id": "e",
            "status": "closed",
            "starts_at": examples.YESTERDAY,
            "ends_at": examples.TOMORROW,
            "reason": "大风",
        },
    ),
    "SiteStateReported": (
        SITES,
        {"site_id": "S", "state": "suspended", "reason": "维护", "effective_at": examples.YESTERDAY},
    ),
}


class Outside:
    """An outsider's system: sends, and the books say what became of it."""

    def __init__(self, platform: Platform, bus: Bus, books: Books) -> None:
        self.platform = platform
        self.bus = bus
        self.books = books

    def send(self, type_name: str, documents: Mapping[str, str | bytes]) -> None:
        """Put records on the topic of that event, by key."""
        topic = EVENTS[type_name][0] if type_name in EVENTS else PLANS
        raw = {key: text if isinstance(text, bytes) else text.encode() for key, text in documents.items()}
        self.bus.send([Inbound(topic, key, type_name, data) for key, data in raw.items()])

    def parked(self, service: str, count: int) -> dict[str, tuple[str | None, str]]:
        """Field and reason of each parked event by its key, once there are so many."""
        rows = eventually(lambda: self._parked(service, count), timeout_s=120, every_s=0.1)
        return {row.key: (row.field, row.reason) for row in rows}

    def _parked(self, service: str, count: int) -> list[Any]:
        rows = self.books.rows(f"SELECT key, field, reason FROM {service}.parked WHERE key NOT LIKE 'other%'")
        assert len(rows) >= count, f"{len(rows)} of {count} are parked"
        return rows

    def count(self, service: str) -> int:
        """How many are parked so far."""
        return len(self._parked(service, 0))

    def still_works(self, name: str) -> None:
        """A plan and a site that come after all that are taken."""
        number = sum(map(ord, name)) % 1440
        self.send("FlightPlanRequested", {f"other-{name}": json.dumps(request(name, world.nth_intent(number)))})
        self.send("SiteReported", {f"other-{name}": json.dumps({**EVENTS["SiteReported"][1], "site_id": name})})
        plan_id = plan_id_of("alpha", name)
        eventually(lambda: self.books.states().get(plan_id) == "approved", timeout_s=120, every_s=0.1)
        found = f"SELECT 1 FROM sites.site WHERE site_id = '{name}'"
        eventually(lambda: self.books.rows(found), timeout_s=60, every_s=0.1)


def request(key: str, intent: Mapping[str, Any]) -> dict[str, Any]:
    """A flight plan as an operator's system files it."""
    return {"request_key": key, "operator": "alpha", "intent": intent}


@pytest.fixture(scope="module", params=BUSES)
def outside(
    request: pytest.FixtureRequest, fresh_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Outside]:
    """An outsider of a platform that runs throughout the module."""
    bus_url = bus_url_of(request.param, request)
    groups = TOGETHER if request.param == "log" else EACH
    with (
        fresh_database() as url,
        running(url, bus_url, tmp_path_factory.mktemp("platform"), groups) as platform,
        books_of(url) as books,
    ):
        bus = open_bus(bus_url, database_url=url)
        yield Outside(platform, bus, books)
        bus.close()


@pytest.mark.parametrize("type_name", EVENTS)
def test_a_fault_in_any_place_is_parked_with_it(outside: Outside, type_name: str) -> None:
    topic, event = EVENTS[type_name]
    before = outside.count(SERVICE[topic])
    faults = {f"{type_name}-{number}": fault for number, fault in enumerate(faults_in(event))}
    outside.send(type_name, {key: text for key, (_, text) in faults.items()})
    parked = outside.parked(SERVICE[topic], before + len(faults))
    for key, (at, text) in faults.items():
        field, reason = parked[key]
        assert reason, key
        assert field is None or is_named(at, [field]), f"{at} is not {field}: {reason}"
        assert field is not None or is_no_json(text), f"{at}: {reason}"
    outside.still_works(type_name)


def is_no_json(text: str) -> bool:
    """True of text that no field can be named in."""
    try:
        document = json.loads(text, parse_constant=lambda constant: int(constant))
        json.dumps(document, ensure_ascii=False).encode()
    except ValueError:
        return True
    return False


RULES: Final[Mapping[str, tuple[str, str, dict[str, Any]]]] = {
    **{
        ring: ("FlightPlanRequested", "intent.area.outline", request(ring, {**examples.AREA_PLAN, "area": area}))
        for ring, coordinates in RINGS.items()
        for area in [{**examples.AREA_PLAN["area"], "outline": {"type": "Polygon", "coordinates": coordinates}}]
    },
    **{
        f"departs {departs_at}": (
            "FlightPlanRequested",
            "intent.departs_at",
            request(f"departs {departs_at}", {**examples.PLAN, "departs_at": departs_at}),
        )
        for departs_at in (examples.YESTERDAY, examples.NEXT_YEAR, "9999-12-31T23:59:59-14:00")
    },
    "priority": ("FlightPlanRequested", "intent.priority", request("priority", {**examples.PLAN, "priority": 5})),
    "heights swapped": (
        "FlightPlanRequested",
        "intent.area",
        request("heights", {**examples.AREA_PLAN, "area": {**examples.AREA_PLAN["area"], "lower_m": 95.0}}),
    ),
    "unknown plan": ("FlightPlanMoveRequested", "", EVENTS["FlightPlanMoveRequested"][1]),
    "nobody's take-off": ("FlightPlanTakeOffReported", "", EVENTS["FlightPlanTakeOffReported"][1]),
    "nobody's end": ("FlightPlanEndReported", "", EVENTS["FlightPlanEndReported"][1]),
    "nobody's movement": (
        "SiteMovementReported",
        "",
        {**EVENTS["SiteMovementReported"][1], "site_id": "none"},
    ),
    "unknown site": ("SiteStateReported", "", {"site_id": "none", "state": "suspended"}),
}


def test_a_rule_broken_is_parked_with_its_field(outside: Outside) -> None:
    before = {service: outside.count(service) for service in SERVICE.values()}
    for key, (type_name, _, event) in RULES.items():
        outside.send(type_name, {key: json.dumps(event)})
    for service in before:
        broken = {key: rule for key, rule in RULES.items() if SERVICE[EVENTS[rule[0]][0]] == service}
        parked = outside.parked(service, before[service] + len(broken))
        for key, (_, field, _) in broken.items():
            assert (parked[key][0] or "").startswith(field), f"{key}: {parked[key]}"
            assert parked[key][1]
    outside.still_works("rules")


def test_what_happens_at_a_site_arrives_and_closes_it(outside: Outside) -> None:
    outside.still_works("port")
    before = outside.count("sites")
    movement = {**EVENTS["SiteMovementReported"][1], "site_id": "port"}
    status = {**EVENTS["SiteStatusReported"][1], "site_id": "port"}
    outside.send("SiteMovementReported", {"up": json.dumps(movement), "up again": json.dumps(movement)})
    backwards = {**status, "event_id": "f", "ends_at": examples.YESTERDAY}
    outside.send("SiteStatusReported", {"closing": json.dumps(status), "backwards": json.dumps(backwards)})
    assert outside.parked("sites", before + 1)["backwards"][0] == "ends_at"
    closing = "SELECT status FROM airspace.closing WHERE site_id = 'port'"
    rows = eventually(lambda: outside.books.rows(closing), timeout_s=60, every_s=0.1)
    assert [row.status for row in rows] == ["closed"]
    moved = "SELECT event_id FROM sites.movement WHERE site_id = 'port'"
    assert len(eventually(lambda: outside.books.rows(moved), timeout_s=60, every_s=0.1)) == 1


@pytest.mark.parametrize("way", ["event", "http"])
def test_a_site_out_of_use_takes_back_what_was_accepted(outside: Outside, way: str) -> None:
    site_id, lat = f"gone-{way}", world.north(world.CENTER[1], 20_000.0 if way == "http" else 25_000.0)
    spot = {"site_id": site_id, "lng": world.CENTER[0], "lat": lat}
    site = {"site_id": site_id, "spec": {**examples.SITE, "lng": spot["lng"], "lat": lat}, "state": "commissioned"}
    outside.send("SiteReported", {f"other-{site_id}": json.dumps(site)})
    known = f"SELECT 1 FROM airspace.site JOIN flightplan.site USING (site_id) WHERE site_id = '{site_id}'"
    eventually(lambda: outside.books.rows(known), timeout_s=60, every_s=0.1)
    flights = {
        f"{way}-{place}": world.intent(at=world.tomorrow(hour), lat=lat, lng=world.CENTER[0] + 0.01, **{place: spot})
        for place, hour in (("departure", 3), ("arrival", 5))
    }
    flights[f"{way}-elsewhere"] = world.intent(at=world.tomorrow(6), lat=lat)
    asked = {f"other-{key}": json.dumps(request(key, intent)) for key, intent in flights.items()}
    outside.send("FlightPlanRequested", asked)
    plans = {key: plan_id_of("alpha", key) for key in flights}

    def states() -> list[str | None]:
        found = outside.books.states()
        return [found.get(plan_id) for plan_id in plans.values()]

    eventually(lambda: states() == ["approved"] * 3, timeout_s=60, every_s=0.1)
    if way == "event":
        gone = {"site_id": site_id, "state": "suspended", "reason": "检修"}
        outside.send("SiteStateReported", {f"other-{site_id}": json.dumps(gone)})
    else:
        planner = outside.platform.client("planner", "fgw")
        assert planner.post(f"/sites/{site_id}/retire", json={"reason": "检修"}).status_code == 200
    eventually(lambda: states() == ["refused", "refused", "approved"], timeout_s=60, every_s=0.1)
    operator = outside.platform.client("operator", "alpha")
    for key in (f"{way}-departure", f"{way}-arrival"):
        told = operator.get(f"/flight-plans/{plans[key]}/history").json()[-1]
        assert (told["type"], told["event"]["because"]) == ("FlightPlanDecided", f"site:{site_id}@2")
        (finding,) = operator.get(f"/flight-plans/{plans[key]}").json()["assessment"]["findings"]
        assert (finding["code"], finding["reason"]) == ("site_out_of_use", "检修")
    hits = outside.platform.client("regulator", "caac").get(f"/airspace/sites/{site_id}/hits").json()
    assert (hits["count"], hits["changed"], {hit["operator"] for hit in hits["plans"]}) == (2, 2, {"alpha"})


def test_nobody_moves_anothers_plan(outside: Outside) -> None:
    outside.still_works("hers")
    plan_id = str(plan_id_of("alpha", "hers"))
    before = outside.count("flightplan")
    theft = {"plan_id": plan_id, "operator": "beta"}
    outside.send("FlightPlanMoveRequested", {"theft": json.dumps({**theft, "departs_at": examples.TOMORROW})})
    others = ("FlightPlanWithdrawRequested", "FlightPlanTakeOffReported", "FlightPlanEndReported")
    for type_name in others:
        outside.send(type_name, {f"theft {type_name}": json.dumps(theft)})
    parked = outside.parked("flightplan", before + 4)
    for key in ("theft", *(f"theft {type_name}" for type_name in others)):
        assert "no flight plan" in parked[key][1]
    assert outside.books.states()[plan_id_of("alpha", "hers")] == "approved"


Headers = list[tuple[str, bytes]]
GOOD_TYPE = ("ce_type", b"SiteReported")
ENVELOPES: Final[Mapping[str, tuple[Headers, bytes | None, str]]] = {
    "no headers": ([], b"{}", "type"),
    "no value": ([GOOD_TYPE], None, ""),
    "empty type": ([("ce_type", b"")], b"{}", "type"),
    "bytes for a type": ([("ce_type", b"\xff\xfe\x00")], b"{}", "type"),
    "a long type": ([("ce_type", b"x" * 100_000)], b"{}", "type"),
    "another's type": ([("ce_type", b"PlanAssessed")], b"{}", "type"),
    "all headers wrong": (
        [GOOD_TYPE, ("ce_id", b"\x00"), ("ce_time", b"9999-99-99"), ("traceparent", b"\xff"), ("position", b"-1")],
        b"[]",
        "",
    ),
    "many headers": ([GOOD_TYPE, *((f"h{n}", b"x") for n in range(5_000))], b"null", ""),
}


@pytest.mark.kafka
@pytest.mark.parametrize("outside", ["kafka"], indirect=True)
def test_envelopes_that_are_none(outside: Outside) -> None:
    before = outside.count("sites")
    bus = outside.bus
    assert isinstance(bus, KafkaBus)
    producer = KafkaProducer(bootstrap_servers=bus.servers, allow_auto_create_topics=False)
    topic = f"{bus.prefix}{SITES}"
    for key, (headers, value, _) in ENVELOPES.items():
        producer.send(topic, value, key.encode(), headers)
    producer.send(topic, b"{}", None, [])
    producer.send(topic, b"{}", b"\xff\x00" * 50_000, [])
    producer.flush(30)
    producer.close()
    parked = outside.parked("sites", before + len(ENVELOPES) + 2)
    for key, (_, _, field) in ENVELOPES.items():
        assert (parked[key][0] or "").startswith(field), f"{key}: {parked[key]}"
        assert parked[key][1]
    outside.still_works("envelopes")


def test_what_is_parked_can_be_read(outside: Outside) -> None:
    client = outside.platform.client("regulator", "caac")
    for service in SERVICE.values():
        pages = 0
        cursor: str | None = ""
        while cursor is not None:
            answer = client.get(f"/{service}/parked", params={"limit": 200} | ({"cursor": cursor} if cursor else {}))
            assert answer.status_code == 200, answer.text[:500]
            cursor = answer.json()["next"]
            pages += 1
        assert pages >= 1
    for process in outside.platform.processes:
        assert 'status="5' not in httpx.get(f"{process.url}/metrics").text

"""Zones and authorizations that come, change and go while plans, routes and sites are there."""

from typing import Any
from uuid import uuid4

import pytest

from services.airspace.store.zones import lock_for_publication
from services.airspace.usecases import reassessing
from services.airspace.usecases.revising import revise_for_zones
from shared.contracts.airspace import PlanAssessed, RouteAssessed, SiteAssessed
from shared.contracts.assessment import FindingCode, Outcome
from shared.contracts.codec import decode_value, encode_value
from shared.contracts.flightplan import (
    AuthorizationRecorded,
    AuthorizationSpec,
    AuthorizationWithdrawn,
    FlightPlanSubmitted,
    RouteFiled,
    RouteSpec,
)
from shared.contracts.sites import SiteKind, SiteRegistered, SiteSpec, SiteState, SiteUpdated
from shared.flight import AircraftClass, Spot, Waypoint
from shared.frame import Received
from tests.integration.airspace.conftest import LAT, LNG, NOW, Caller, World, circle, moved, submitted


def publish(regulator: Caller, zone_id: str = "Z1", **changes: Any) -> None:
    """A zone is in force."""
    answer = regulator.post("/zones", {"zone_id": zone_id, **circle(**changes)})
    assert answer.status_code == 201, answer.text


def test_late_zone_refuses_what_it_hits_and_frees_it(world: World, regulator: Caller) -> None:
    inside, outside = submitted(), submitted(lat=LAT + 0.1)
    world.handle(inside, outside)
    publish(regulator)
    (assessed,) = world.spread()
    assert isinstance(assessed, PlanAssessed)
    assert (assessed.plan_id, assessed.revision, assessed.because) == (inside.plan_id, 1, "zone:Z1@1")
    assert assessed.assessment.outcome is Outcome.REFUSED
    assert (world.state_of(inside), world.state_of(outside)) == ("free", "held")
    assert world.spread() == []  # delivered again

    (hit,) = regulator.get("/zones/Z1/hits").json()["plans"]
    assert hit["plan_id"] == str(inside.plan_id)
    assert (hit["state_now"], hit["outcome_then"], hit["zone_version"]) == ("approved", "refused", 1)
    assert hit["finding"]["message"]["zh"]


def test_zone_outside_the_height_or_time_of_a_plan_changes_nothing(world: World, regulator: Caller) -> None:
    world.handle(submitted())
    publish(regulator, "Z1", lower={"value_m": 300, "reference": "AGL"})
    assert world.spread() == []
    publish(regulator, "Z2", starts_at="2026-05-01T08:00:00Z", ends_at="2026-05-01T09:00:00Z")
    assert world.spread() == []
    publish(regulator, "Z3", binds="crewed")
    assert world.spread() == []


def test_plan_waits_while_a_zone_asks_for_it(world: World, regulator: Caller) -> None:
    plan = submitted()
    world.handle(plan)
    publish(regulator, restriction="REQ_AUTHORIZATION")
    (waiting,) = world.spread()
    assert waiting.assessment.outcome is Outcome.AWAITING
    assert world.state_of(plan) == "held"
    regulator.request("PUT", "/zones/Z1", json=circle(restriction="REQ_AUTHORIZATION", reason="演出"))
    (again,) = world.spread()
    assert (again.assessment.outcome, again.because) == (Outcome.AWAITING, "zone:Z1@2")
    assert again.assessment.findings[0].against_version == 2
    regulator.request("DELETE", "/zones/Z1")
    (free,) = world.spread()
    assert (free.assessment.outcome, free.because) == (Outcome.APPROVED, "zone:Z1@3")


def test_zone_that_moves_away_touches_where_it_was_and_where_it_is(world: World, regulator: Caller) -> None:
    here, there = submitted(), submitted(lat=LAT + 0.1)
    publish(regulator, restriction="REQ_AUTHORIZATION")
    assert world.decide(here, there) == ["awaiting", "approved"]
    away = {"type": "Circle", "center": [LNG, LAT + 0.1], "radius_m": 300.0}
    regulator.request("PUT", "/zones/Z1", json=circle(restriction="REQ_AUTHORIZATION", outline=away))
    outcomes = {assessed.plan_id: assessed.assessment.outcome for assessed in world.spread()}
    assert outcomes == {here.plan_id: Outcome.APPROVED, there.plan_id: Outcome.AWAITING}


def test_moved_plan_is_asked_again_where_it_is_now(world: World, regulator: Caller) -> None:
    plan = submitted()
    world.handle(plan)
    world.handle(moved(plan, minute=300))
    publish(regulator, starts_at="2026-05-01T01:30:00Z", ends_at="2026-05-01T03:00:00Z")
    assert world.spread() == []
    publish(regulator, "Z2")
    (assessed,) = world.spread()
    assert assessed.revision == 2


def test_plan_decided_with_the_zone_is_not_asked_again(world: World, regulator: Caller) -> None:
    publish(regulator, restriction="REQ_AUTHORIZATION")
    assert world.decide(submitted()) == ["awaiting"]
    assert world.spread() == []


def test_notice_that_meets_a_new_zone_has_to_hold_its_airspace(world: World, regulator: Caller) -> None:
    standing, notice = submitted(), submitted(voluntary=True)
    alone = submitted(voluntary=True, lat=LAT + 0.001)
    assert world.decide(standing, notice, alone) == ["approved", "not_required", "not_required"]
    wide = {"type": "Circle", "center": [LNG, LAT], "radius_m": 3_000.0}
    publish(regulator, restriction="REQ_AUTHORIZATION", outline=wide)
    outcomes = {assessed.plan_id: assessed.assessment.outcome for assessed in world.spread()}
    assert outcomes[standing.plan_id] is Outcome.AWAITING
    assert outcomes[notice.plan_id] is Outcome.REFUSED  # the airspace is another's
    assert outcomes[alone.plan_id] is Outcome.AWAITING
    assert (world.state_of(notice), world.state_of(alone)) == ("free", "held")
    assert world.decide(submitted(lat=LAT + 0.001)) == ["refused"]


def test_nobody_loses_to_a_plan_that_came_later(world: World, regulator: Caller) -> None:
    crewed: dict[str, Any] = {"aircraft_class": "crewed", "height_m": 300.0, "speed_mps": 30.0}
    first, second = submitted(**crewed), submitted(operator="beta", **crewed)
    assert world.decide(first, second) == ["approved", "approved"]  # crewed with crewed is a note
    publish(regulator, restriction="NO_RESTRICTION")
    answers = [assessed.assessment for assessed in world.spread()]
    assert [answer.outcome for answer in answers] == [Outcome.APPROVED] * 2
    codes = sorted(finding.code.value for answer in answers for finding in answer.findings)
    assert codes == ["plan_nearby", "zone_unrestricted", "zone_unrestricted"]


def permit(operator: str = "alpha", **changes: Any) -> AuthorizationRecorded:
    """An authorization round the place."""
    asked = {
        "number": "武空许〔2026〕1号",
        "operator": operator,
        "authority": "空管",
        "outline": {"type": "Circle", "center": [LNG, LAT], "radius_m": 3_000.0},
        "upper": {"value_m": 200, "reference": "AGL"},
        "starts_at": "2026-05-01T00:00:00Z",
        "ends_at": "2026-05-02T00:00:00Z",
        **changes,
    }
    spec: AuthorizationSpec = decode_value(AuthorizationSpec, encode_value(asked))
    return AuthorizationRecorded(authorization_id=uuid4(), spec=spec, recorded_by="caac")


def test_authorization_makes_a_ruling_needless(world: World, regulator: Caller) -> None:
    publish(regulator, restriction="REQ_AUTHORIZATION")
    world.handle(permit())
    (assessed,) = world.handle(submitted())
    assert assessed.assessment.outcome is Outcome.APPROVED
    assert [finding.code for finding in assessed.assessment.findings] == [FindingCode.ZONE_AUTHORIZED]
    assert assessed.assessment.findings[0].authorization_number == "武空许〔2026〕1号"
    assert world.decide(submitted(operator="beta", minute=300)) == ["awaiting"]
    assert world.decide(submitted(minute=60 * 48)) == ["awaiting"]


def test_authorization_that_comes_and_goes_is_asked_for(world: World, regulator: Caller) -> None:
    publish(regulator, restriction="REQ_AUTHORIZATION")
    plan, other = submitted(), submitted(operator="beta", minute=300)
    assert world.decide(plan, other) == ["awaiting", "awaiting"]
    recorded = permit()
    (approved,) = world.handle(recorded)
    assert (approved.plan_id, approved.assessment.outcome) == (plan.plan_id, Outcome.APPROVED)
    assert approved.because == "authorization:武空许〔2026〕1号"
    gone = AuthorizationWithdrawn(
        authorization_id=recorded.authorization_id, number=recorded.spec.number, operator="alpha", withdrawn_by="caac"
    )
    (waiting,) = world.handle(gone)
    assert (waiting.plan_id, waiting.assessment.outcome) == (plan.plan_id, Outcome.AWAITING)
    assert world.handle(gone) == []
    assert world.handle(recorded) == []  # delivered again, after it was withdrawn


def route(route_id: str, *, lng: float = LNG, lat: float = LAT, revision: int = 1, east: bool = True) -> RouteFiled:
    """A route of 2 km."""
    end = (lng + 0.02, lat) if east else (lng, lat + 0.02)
    spec = RouteSpec(
        name=f"航线 {route_id}",
        origin=Spot(lng=lng, lat=lat),
        destination=Spot(lng=end[0], lat=end[1]),
        path=(Waypoint(lng=lng, lat=lat, height_m=90), Waypoint(lng=end[0], lat=end[1], height_m=90)),
        aircraft_class=AircraftClass.SMALL,
    )
    return RouteFiled(route_id=route_id, revision=revision, operator="alpha", spec=spec)


def test_routes_are_assessed_and_crossings_are_notes(world: World, regulator: Caller) -> None:
    (first,) = world.handle(route("R1"))
    assert (first.assessment.outcome, first.assessment.findings) == (Outcome.APPROVED, ())
    (second,) = world.handle(route("R2", lng=LNG + 0.01, lat=LAT - 0.01, east=False))
    assert second.assessment.outcome is Outcome.APPROVED
    (crossing,) = second.assessment.findings
    assert (crossing.code, crossing.against_id) == (FindingCode.ROUTE_CROSSING, "R1")
    assert world.handle(route("R2", lng=LNG + 0.01, lat=LAT - 0.01, east=False)) == []

    publish(regulator)
    assessed = [event for event in world.spread() if isinstance(event, RouteAssessed) and event.route_id == "R1"]
    assert [(event.assessment.outcome, event.because) for event in assessed] == [(Outcome.REFUSED, "zone:Z1@1")]
    assert [hit["route_id"] for hit in regulator.get("/zones/Z1/hits").json()["routes"]] == ["R1"]
    assert world.decide(submitted(lat=LAT + 0.1)) == ["approved"]  # a route is in nobody's way


def site(site_id: str = "S1", *, lat: float = LAT, revision: int = 1, **changes: Any) -> Any:
    """A site was registered, or has moved."""
    spec = SiteSpec(name="机巢", kind=SiteKind.NEST, lng=LNG, lat=lat)
    known: dict[str, Any] = {"site_id": site_id, "revision": revision, "spec": spec, "state": SiteState.COMMISSIONED}
    kind = SiteRegistered if revision == 1 else SiteUpdated
    return kind(**known, effective_at=NOW, **changes)


def test_sites_are_assessed_where_they_lie(world: World, regulator: Caller) -> None:
    (registered,) = world.handle(site())
    assert isinstance(registered, SiteAssessed)
    assert (registered.assessment.outcome, registered.because) == (Outcome.APPROVED, "registered")
    publish(regulator)
    (hit,) = world.spread()
    assert (hit.assessment.outcome, hit.because) == (Outcome.REFUSED, "zone:Z1@1")
    assert [found["site_id"] for found in regulator.get("/zones/Z1/hits").json()["sites"]] == ["S1"]
    (away,) = world.handle(site(lat=LAT + 0.1, revision=2, position_changed=True))
    assert (away.assessment.outcome, away.because) == (Outcome.APPROVED, "moved")
    assert world.handle(site(revision=1)) == []
    assert world.handle(site(lat=LAT + 0.1, revision=3)) == []


def test_preview_names_what_publication_then_hits(world: World, regulator: Caller) -> None:
    plans = [submitted(), submitted(minute=300), submitted(lat=LAT + 0.1)]
    world.handle(*plans)
    world.handle(route("R1"))
    world.handle(site())
    answer = regulator.post("/zones/impact", circle())
    preview = answer.json()
    assert preview["counts"] == {"plans": 2, "routes": 1, "sites": 1}, answer.text
    assert {hit["plan_id"] for hit in preview["plans"]} == {str(plan.plan_id) for plan in plans[:2]}
    assert {(hit["state_now"], hit["outcome_then"]) for hit in preview["plans"]} == {("approved", "refused")}
    assert preview["plans"][0]["finding"]["message"]["en"]
    assert world.rows("SELECT count(*) AS n FROM airspace.zone")[0].n == 0

    publish(regulator)
    touched = {str(event.plan_id) for event in world.spread() if isinstance(event, PlanAssessed)}
    assert touched == {hit["plan_id"] for hit in preview["plans"]}
    softer = {"zone_id": "Z1", **circle(restriction="NO_RESTRICTION")}
    assert [hit["route_id"] for hit in regulator.post("/zones/impact", softer).json()["routes"]] == ["R1"]


def test_many_plans_are_asked_again_in_one_go(world: World, regulator: Caller) -> None:
    plans: list[FlightPlanSubmitted] = [
        submitted(lng=LNG + i % 40 * 0.012, lat=LAT + i // 40 * 0.004, minute=60 + i % 7) for i in range(1_200)
    ]
    outcomes = world.decide(*plans)
    wide = {"type": "Circle", "center": [LNG, LAT], "radius_m": 90_000.0}
    publish(regulator, outline=wide)
    assert len(world.spread()) == outcomes.count("approved") > 1_000


def test_a_zone_makes_the_same_of_plans_however_many_are_asked_together(
    world: World, regulator: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = {"restriction": "REQ_AUTHORIZATION", "outline": {"type": "Circle", "center": [LNG, LAT], "radius_m": 5e4}}
    publish(regulator, "first", **noted, starts_at="2026-05-01T02:03:00Z")
    for i in range(40):
        place = {"lng": LNG + i % 8 * 0.012, "lat": LAT + i // 8 * 0.004}
        world.handle(submitted(**place, minute=60 + i % 7, voluntary=i % 3 == 0))
    publish(regulator, "second", **noted, ends_at="2026-05-01T02:04:00Z")
    published = world.last_zone_event()
    said = []
    for at_once in (1_000, 7, 1):
        monkeypatch.setattr(reassessing, "AT_ONCE", at_once)
        with world.service.database.transaction() as tx:
            event = Received(published, uuid4(), "key", NOW, None, published.topic, 0, 1)
            revise_for_zones(world.service.state, tx, [event])
            made = tx.cursor.execute(
                "SELECT plan_id, state, assessment::text FROM airspace.reservation ORDER BY plan_id"
            ).fetchall()
            hits = tx.cursor.execute("SELECT * FROM airspace.zone_hit ORDER BY subject, subject_id").fetchall()
            said.append((sorted((entry.key, entry.data) for entry in tx.entries), made, hits))
            tx.entries.clear()
            tx.cursor.execute("ROLLBACK AND CHAIN")
    assert said[0] == said[1] == said[2]
    assert len(said[0][0]) > 20


def test_every_zone_of_a_batch_lists_all_it_touches(world: World, regulator: Caller) -> None:
    both, one = submitted(), submitted(lng=LNG + 0.1)
    world.handle(both, one)
    noted = {"type": "Circle", "center": [LNG, LAT], "radius_m": 60_000.0}
    publish(regulator, "wide", outline=noted, restriction="NO_RESTRICTION")
    wide = world.last_zone_event()
    publish(regulator, "small")
    world.handle(wide, world.last_zone_event())

    touched = regulator.get("/zones/wide/hits").json()
    assert (touched["counts"]["plans"], touched["changed"]["plans"]) == (2, 1)
    outcomes = {hit["plan_id"]: (hit["outcome_then"], hit["changed"]) for hit in touched["plans"]}
    assert outcomes == {str(both.plan_id): ("refused", True), str(one.plan_id): ("approved", False)}
    assert [hit["changed"] for hit in touched["plans"]] == [True, False]  # what changed comes first
    assert {hit["finding"]["against_id"] for hit in touched["plans"]} == {"wide"}
    (small,) = regulator.get("/zones/small/hits").json()["plans"]
    assert small["plan_id"] == str(both.plan_id)
    world.handle(wide)
    assert regulator.get("/zones/wide/hits").json() == touched  # delivered again


def test_a_zone_that_goes_lists_what_it_had_touched(world: World, regulator: Caller) -> None:
    plan = submitted()
    publish(regulator, restriction="REQ_AUTHORIZATION")
    world.handle(plan)
    world.spread()
    assert regulator.get("/zones/Z1/hits").json()["counts"]["plans"] == 0  # it came after the zone
    regulator.request("DELETE", "/zones/Z1")
    world.spread()
    (hit,) = regulator.get("/zones/Z1/hits").json()["plans"]
    assert (hit["state_now"], hit["outcome_then"], hit["finding"]) == ("awaiting", "approved", None)
    assert (hit["changed"], hit["zone_version"]) == (True, 2)


def test_a_preview_waits_for_no_lock_and_holds_none(world: World, regulator: Caller) -> None:
    world.handle(submitted())
    with world.service.database.engine.connect() as publication, publication.begin():
        lock_for_publication(publication)
        assert regulator.post("/zones/impact", circle()).json()["changed"]["plans"] == 1

"""Scenarios: ask, name, cancel, forget, turn into proposed sites; and copies of the zones they keep out of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from services.sites.domain.errors import LayerNotAsked, ScenarioNotFound, ScenarioNotOver, ScenarioWithoutResult
from services.sites.domain.register import Report
from services.sites.domain.scenario import ChosenSite, Result, Scenario, ScenarioAsked, ScenarioState
from services.sites.store import demand
from services.sites.store import register as register_store
from services.sites.store import scenarios as store
from services.sites.usecases import register
from shared.city import CityProfile
from shared.contracts.airspace import ZoneChanged, ZonePublished, ZoneWithdrawn
from shared.contracts.sites import SiteSpec
from shared.errors import Conflict
from shared.frame import Received, Transaction

MOST_WAITING = 20
LONGEST_NAME = 200


class TooManyWaiting(Conflict):
    """So many scenarios are waiting already that another would not be reached soon."""


def follow_zones(tx: Transaction, received: Sequence[Received[ZonePublished | ZoneChanged | ZoneWithdrawn]]) -> None:
    """Keep copies of the zones."""
    for each in received:
        event = each.event
        withdrawn = isinstance(event, ZoneWithdrawn)
        spec = event.former if isinstance(event, ZoneWithdrawn) else event.spec
        store.follow_zone(tx, event.zone_id, event.zone_version, spec, in_force=not withdrawn)


def ask(tx: Transaction, city: CityProfile, asked: ScenarioAsked, asked_by: str) -> Scenario:
    """Queue a scenario. Raises TooManyWaiting, StandardNotClear, LayerNotAsked."""
    asked.radius_m(city)
    if demand.version(tx.connection, asked.layer) is None:
        raise LayerNotAsked(asked.layer)
    if len(store.unfinished(tx.connection)) >= MOST_WAITING:
        raise TooManyWaiting(f"{MOST_WAITING} scenarios are waiting: cancel one, or wait")
    scenario = Scenario(
        scenario_id=uuid4(),
        name=asked.name,
        state=ScenarioState.QUEUED,
        asked=asked,
        asked_by=asked_by,
        created_at=tx.now,
    )
    store.insert_scenario(tx, scenario)
    return scenario


def rename(tx: Transaction, scenario_id: UUID, name: str) -> Scenario:
    """Give a scenario another name. Raises ScenarioNotFound."""
    scenario = _locked(tx, scenario_id)
    store.change(tx, scenario_id, name=name)
    return replace(scenario, name=name)


def cancel(tx: Transaction, scenario_id: UUID, cancelled_by: str) -> Scenario:
    """Stop a scenario; one that runs ends in a moment with what it has, one that is over stays as it is."""
    scenario = _locked(tx, scenario_id)
    if scenario.state.is_over or scenario.cancelled_by is not None:
        return scenario
    store.change(tx, scenario_id, cancelled_by=cancelled_by)
    if scenario.state is ScenarioState.QUEUED:
        store.change(tx, scenario_id, state=ScenarioState.CANCELLED.value, ended_at=tx.now)
        return replace(scenario, cancelled_by=cancelled_by, state=ScenarioState.CANCELLED, ended_at=tx.now)
    return replace(scenario, cancelled_by=cancelled_by)


def forget(tx: Transaction, scenario_id: UUID) -> None:
    """Delete a scenario that is over. Raises ScenarioNotFound, ScenarioNotOver."""
    scenario = _locked(tx, scenario_id)
    if not scenario.state.is_over:
        raise ScenarioNotOver(scenario_id, scenario.state)
    store.delete(tx, scenario_id)


@dataclass(frozen=True, slots=True)
class Proposed:
    """The ids of the scenario's sites in order, and how many of them this call has registered."""

    site_ids: list[str]
    created: int


def propose(tx: Transaction, scenario_id: UUID) -> Proposed:
    """Register the new sites as proposed. Those that are there already stay as they are, whatever became of them."""
    scenario = _locked(tx, scenario_id)
    chosen = result_of(scenario).sites
    site_ids = [each.place.site_id or scenario.site_id_of(each.number) for each in chosen]
    known = register_store.lock(tx, site_ids)
    reports = [
        Report(site_id=site_id, spec=_spec(scenario, each))
        for site_id, each in zip(site_ids, chosen, strict=True)
        if site_id not in known and each.place.site_id is None
    ]
    outcome = register.report_sites(tx, reports)
    for refused in outcome.refused:
        raise refused.error
    return Proposed(site_ids, outcome.created)


def result_of(scenario: Scenario) -> Result:
    """Its result. Raises ScenarioWithoutResult."""
    if scenario.result is None:
        raise ScenarioWithoutResult(scenario.scenario_id, scenario.state)
    return scenario.result


def _spec(scenario: Scenario, chosen: ChosenSite) -> SiteSpec:
    number = f" {chosen.number}"
    return SiteSpec(
        name=scenario.name[: LONGEST_NAME - len(number)] + number,
        kind=scenario.asked.kind,
        lng=chosen.place.lng,
        lat=chosen.place.lat,
        service_radius_m=None if scenario.inputs is None else scenario.inputs.service_radius_m,
        unit=scenario.asked.unit,
        source=f"scenario {scenario.scenario_id}",
    )


def _locked(tx: Transaction, scenario_id: UUID) -> Scenario:
    scenario = store.lock(tx, scenario_id)
    if scenario is None:
        raise ScenarioNotFound(scenario_id)
    return scenario

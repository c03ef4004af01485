"""What routes of the city are flown for: a dictionary of scenario families, categories and scenarios. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from annotated_types import Gt

from shared.city.targets import Words
from shared.values import Identifier


class ScenarioLevel(StrEnum):
    """How fine an entry is."""

    FAMILY = "family"  # 低空+治理
    CATEGORY = "category"  # 大类
    SCENARIO = "scenario"  # 场景


class Confidence(StrEnum):
    """How good a source is."""

    OFFICIAL = "official"  # the document itself
    PRESS = "press"
    ASSUMED = "assumed"  # nobody states it


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioSource:
    """Where an entry comes from."""

    zh: str
    en: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioCount:
    """How many there are by a document that does not name them all."""

    of: Words
    categories: Annotated[int, Gt(0)]
    scenarios: Annotated[int, Gt(0)]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteScenario:
    """An entry of the dictionary; a family stands for itself, the others say theirs."""

    scenario_id: Identifier
    level: ScenarioLevel
    name: Words
    source: str
    family: Identifier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteScenarios:
    """route_scenarios.toml, field by field."""

    note: Words
    sources: Mapping[str, ScenarioSource]
    entries: tuple[RouteScenario, ...]
    counts: tuple[ScenarioCount, ...] = ()

    def __post_init__(self) -> None:
        ids = [entry.scenario_id for entry in self.entries]
        if doubled := {each for each in ids if ids.count(each) > 1}:
            raise ValueError(f"scenario_id {', '.join(sorted(doubled))} stands twice")
        for entry in self.entries:
            self._check(entry)
        named = {entry.source for entry in self.entries} | {count.source for count in self.counts}
        if unknown := named - set(self.sources):
            raise ValueError(f"source {', '.join(sorted(unknown))} is not among the sources")

    def _check(self, entry: RouteScenario) -> None:
        families = {each.scenario_id for each in self.entries if each.level is ScenarioLevel.FAMILY}
        if (entry.family is None) is not (entry.level is ScenarioLevel.FAMILY):
            raise ValueError(f"{entry.scenario_id}: a family has no family, anything else has one")
        if entry.family not in (None, *families):
            raise ValueError(f"{entry.scenario_id}: family {entry.family} is none")

    def knows(self, scenario_id: str) -> bool:
        """True of the id of an entry, whatever its level."""
        return any(entry.scenario_id == scenario_id for entry in self.entries)

    def family_of(self, scenario: str) -> str:
        """The family's id; a word that is no entry (routes filed before the dictionary knew it) stands for itself."""
        found = next((entry for entry in self.entries if entry.scenario_id == scenario), None)
        return scenario if found is None or found.family is None else found.family

    def name_of(self, scenario: str) -> Words:
        """The entry's name; the word itself where it is none."""
        found = next((entry.name for entry in self.entries if entry.scenario_id == scenario), None)
        return found or Words(scenario, scenario)

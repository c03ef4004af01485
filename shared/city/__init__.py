"""The city a platform runs for: `load_city` reads its folder (`city/wuhan`) into one frozen `CityProfile`."""

from shared.city.census import Census, CensusGroup, CensusUnit
from shared.city.profile import CityProfile, District, Town
from shared.city.reading import load_city
from shared.city.route_scenarios import Confidence, RouteScenario, RouteScenarios, ScenarioLevel
from shared.city.settings import ApprovalMode, Dispatch, QuotaSettings, TakeOffs
from shared.city.targets import CountBy, Period, Share, Target, Words

__all__ = [
    "ApprovalMode",
    "Census",
    "CensusGroup",
    "CensusUnit",
    "CityProfile",
    "Confidence",
    "CountBy",
    "Dispatch",
    "District",
    "Period",
    "QuotaSettings",
    "RouteScenario",
    "RouteScenarios",
    "ScenarioLevel",
    "Share",
    "TakeOffs",
    "Target",
    "Town",
    "Words",
    "load_city",
]

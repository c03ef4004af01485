"""The Chinese words of reports for what the code names in English."""

from typing import Final

from services.sites.domain.changes import Measure
from shared.city import CityProfile, CountBy
from shared.contracts.sites import SiteFunction, SiteKind

MEASURES: Final = {
    Measure.SITES_LAID_OUT: "布局站点",
    Measure.SITES_IN_USE: "投用站点",
    Measure.COMMERCIAL_ROUTES: "商业航线",
    Measure.GOVERNANCE_ROUTES: "治理航线",
}
KINDS: Final = {
    SiteKind.GENERAL_AIRPORT: "通用机场",
    SiteKind.FIELD: "起降场",
    SiteKind.POINT: "起降点",
    SiteKind.PAD: "起降坪",
    SiteKind.CAMP: "飞行营地",
    SiteKind.VERTIPORT: "垂直起降点",
    SiteKind.NEST: "无人机机巢",
    SiteKind.EMERGENCY_PAD: "直升机紧急起降点",
}
FUNCTIONS: Final = {
    SiteFunction.TAKEOFF_LANDING: "起降",
    SiteFunction.DIVERSION: "备降",
    SiteFunction.PARKING: "停放",
    SiteFunction.ENERGY: "补能",
    SiteFunction.MAINTENANCE: "检修",
}
COUNTED_BY: Final = {CountBy.LAID_OUT: "布局", CountBy.IN_USE: "投用", CountBy.ROUTE: "开通", None: "不计数"}
EVENTS: Final = {
    "SiteRegistered": "站点登记",
    "SiteUpdated": "站点信息变更",
    "SiteStateChanged": "站点状态变更",
    "SiteAssessed": "空域评估",
    "RouteFiled": "航线申报",
    "RouteStateChanged": "航线状态变更",
    "RouteClassified": "航线类别认定",
}
NOT_STATED: Final = "未填报"


def place(city: CityProfile, adcode: str) -> str:
    """A district's name."""
    return next((each.name.zh for each in city.districts if each.adcode == adcode), "市外")


def kind(word: str) -> str:
    """A kind of site."""
    return KINDS[SiteKind(word)]


def scenario(city: CityProfile, word: str) -> str:
    """A scenario or family by the city's dictionary."""
    return city.route_scenarios.name_of(word).zh or NOT_STATED

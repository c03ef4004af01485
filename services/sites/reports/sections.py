"""The sections of a report, one function each: what they count is what the API counts. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from services.sites.domain import series
from services.sites.domain.burnup import BurnUp, burn_up
from services.sites.domain.changes import Change, changes
from services.sites.domain.counting import Why, words
from services.sites.domain.coverage import DistrictCoverage
from services.sites.domain.progress import Tally, count_target, route_reasons, site_reasons
from services.sites.domain.series import GroupBy
from services.sites.domain.units import idle, units
from services.sites.reports import words as zh
from services.sites.reports.content import Material
from services.sites.reports.value import BurnUpChart, Cell, CoverageMap, Section, Shade, Table
from shared.city import CityProfile, Target
from shared.contracts.sites import SiteKind

SHOWN_MONTHS = 12
_MEASURES = tuple(zh.MEASURES.values())


def all_sections(material: Material) -> list[Section]:
    """Every section, in the order of the page."""
    return [
        targets(material),
        movement(material),
        places(material),
        by_unit(material),
        kinds(material),
        details(material),
        idling(material),
        coverage(material),
        outlook(material),
    ]


def _numbers(tally: Tally) -> list[int]:
    return [tally.sites_laid_out, tally.sites_in_use, tally.commercial_routes, tally.governance_routes]


def targets(material: Material) -> Section:
    """Every target with the document's verb, period, owner and source."""
    sites, routes = material.sites(), material.routes()
    today = material.as_of.astimezone(material.city.timezone).date()
    rows: list[Sequence[Cell]] = []
    for target in material.city.targets:
        counted = count_target(target, sites, routes)
        share = None if counted.count is None else round(counted.count / target.number, 4)
        period = target.period.zh + ("（已过期限）" if target.is_past(today) else "") if target.period else "未定"
        rows.append(
            [
                target.name.zh,
                target.verb.zh,
                target.number,
                counted.count,
                share,
                counted.laid_out,
                counted.in_use,
                period,
                target.owner.zh,
                material.city.target_sources[target.source].zh,
            ]
        )
    columns = ["目标", "文件用语", "目标数", "完成数", "完成率", "布局", "投用", "期限", "责任单位", "来源"]
    table = Table("目标进展", columns, rows, frozenset({"完成率"}))
    led = _led(material)
    note = [f"{material.unit}牵头的目标：{'、'.join(target.name.zh for target in led)}。"] if led else []
    scope = ["完成数仅计本单位填报的站点与航线。"] if material.unit else []
    return Section("目标进展", [*note, *scope], [table])


def _led(material: Material) -> list[Target]:
    return [target for target in material.city.targets if material.unit and material.unit in target.owner.zh]


def movement(material: Material) -> Section:
    """What stood at the beginning, what entered and left, what stood at the end; and month by month."""
    first, last = material.period.months[0], material.period.last
    before, *within = material.months([first.plus(-1), *material.period.months])
    opening, closing = asdict(before.total), asdict(within[-1].total)
    rows: list[Sequence[Cell]] = [
        [
            name,
            opening[measure],
            sum(asdict(month.entered)[measure] for month in within),
            sum(asdict(month.left)[measure] for month in within),
            closing[measure],
        ]
        for measure, name in zh.MEASURES.items()
    ]
    shown = max(SHOWN_MONTHS, len(material.period.months))
    months = material.months([last.plus(number) for number in range(1 - shown, 1)])
    tables = [
        Table("本期变化", ["指标", "期初", "新增", "退出", "期末"], rows),
        Table("逐月进展", ["月份", *_MEASURES], [[each.month, *_numbers(each.total)] for each in months]),
    ]
    return Section("本期变化", [], tables)


def places(material: Material) -> Section:
    """By district."""
    scenarios = material.city.route_scenarios
    groups = series.breakdown(material.sites(), material.routes(), GroupBy.DISTRICT, scenarios)
    codes = [each.adcode for each in material.city.districts] + [key for key in groups if not key]
    none = Tally(sites_laid_out=0, sites_in_use=0, commercial_routes=0, governance_routes=0)
    rows: list[Sequence[Cell]] = [[zh.place(material.city, code), *_numbers(groups.get(code, none))] for code in codes]
    return Section("分区进展", [], [Table("分区进展", ["区", *_MEASURES], rows)])


def by_unit(material: Material) -> Section:
    """By the unit declared, with which of them lag."""
    zone = material.city.timezone
    found = [
        unit
        for unit in units(material.history, material.period.last, zone, material.now)
        if material.unit in (None, unit.unit)
    ]
    rows: list[Sequence[Cell]] = [
        [
            unit.unit or zh.NOT_STATED,
            *_numbers(unit.tally),
            unit.entered_in_3_months,
            unit.waiting_sites,
            unit.unused_sites,
            unit.waiting_routes,
            f"{unit.last_gain_at.astimezone(zone):%Y-%m-%d}" if unit.last_gain_at else "",
            "滞后" if unit.lags else "",
        ]
        for unit in found
    ]
    columns = ["单位", *_MEASURES, "近三月新增", "待批站点", "未投用", "未计航线", "最近新增", "进度"]
    note = "滞后：近三个月没有任何新增计入，而仍有待批站点、布局未投用站点或未计入的航线。"
    return Section("分单位进展", [note], [Table("分单位进展", columns, rows)])


def kinds(material: Material) -> Section:
    """Sites by kind, routes by family and scenario, and why the others do not count."""
    sites, routes = material.sites(), material.routes()
    scenarios = material.city.route_scenarios
    by_kind = series.breakdown(sites, routes, GroupBy.KIND, scenarios)
    by_family = series.breakdown(sites, routes, GroupBy.FAMILY, scenarios)
    by_scenario = series.breakdown(sites, routes, GroupBy.SCENARIO, scenarios)
    reasons = [*site_reasons(sites).items(), *route_reasons(routes).items()]
    tables = [
        Table("站点类型", ["类型", *_MEASURES[:2]], [[zh.kind(key), *_numbers(t)[:2]] for key, t in by_kind.items()]),
        Table(
            "场景门类",
            ["场景门类", *_MEASURES[2:]],
            [[zh.scenario(material.city, key), *_numbers(t)[2:]] for key, t in by_family.items()],
        ),
        Table(
            "航线场景",
            ["场景", "所属门类", *_MEASURES[2:]],
            [[*_scenario(material.city, key), *_numbers(t)[2:]] for key, t in by_scenario.items()],
        ),
        Table("未计入原因", ["原因", "数量"], [[words(code).zh, number] for code, number in sorted(reasons)]),
    ]
    return Section("类型、场景与未计入原因", [], tables)


def _scenario(city: CityProfile, key: str) -> list[str]:
    """Itself and its family."""
    return [zh.scenario(city, key), zh.scenario(city, city.route_scenarios.family_of(key))]


def details(material: Material) -> Section:
    """Each site and route that entered or left, with the event behind."""
    found = changes(material.history, material.since, material.until, material.scope)
    columns = ["时间", "指标", "变化", "编号", "名称", "区", "单位", "原因", "依据事件"]
    return Section("新增与退出明细", [], [Table("变化明细", columns, [_detail(material, each) for each in found])])


def _detail(material: Material, change: Change) -> list[Cell]:
    return [
        f"{change.at.astimezone(material.city.timezone):%Y-%m-%d %H:%M}",
        zh.MEASURES[change.measure],
        "新增" if change.entered else "退出",
        change.subject_id,
        change.name,
        zh.place(material.city, change.district),
        change.unit,
        "；".join(map(_why, change.reasons)),
        "；".join(dict.fromkeys(_events(change))),
    ]


def _why(why: Why) -> str:
    return words(why.code).zh + (f"：{why.about}" if why.about else "")


def _events(change: Change) -> Iterator[str]:
    for fact in change.because:
        reason = f"（{fact.told.reason}）" if fact.told.reason else ""
        yield f"{zh.EVENTS[fact.type]} {fact.log}#{fact.position}{reason}"


def idling(material: Material) -> Section:
    """Nests in use all through the period that no flight left."""
    found = idle(material.history, material.since, material.until, material.flights, (SiteKind.NEST,))
    rows: list[Sequence[Cell]] = [
        [
            each.site_id,
            each.name,
            zh.place(material.city, each.district),
            each.unit,
            f"{each.in_use_since.astimezone(material.city.timezone):%Y-%m-%d}",
        ]
        for each in found
        if material.unit in (None, each.unit)
    ]
    note = f"整个统计期内投用而没有飞行计划由此起飞的机巢共{len(rows)}个。"
    return Section("空置机巢", [note], [Table("空置机巢", ["编号", "名称", "区", "单位", "投用起始"], rows)])


def coverage(material: Material) -> Section:
    """People within reach of a site in use, by district, with the map."""
    city = material.city
    known = {each.adcode: each for each in material.coverage}
    total = DistrictCoverage(
        adcode="",
        population=sum(each.population for each in material.coverage),
        served=sum(each.served for each in material.coverage),
    )
    found = [
        known.get(each.adcode) or DistrictCoverage(adcode=each.adcode, population=0, served=0)
        for each in city.districts
    ]
    named = [(zh.place(city, each.adcode), each) for each in found] + [("合计", total)]
    rows: list[Sequence[Cell]] = [
        [name, round(each.population), round(each.served), round(each.share, 6)] for name, each in named
    ]
    table = Table("人口覆盖", ["区", "常住人口", "覆盖人口", "覆盖率"], rows, frozenset({"覆盖率"}))
    spans = [span for span in material.history.site_spans_at(material.until) if material.scope.keeps(span.row)]
    picture = CoverageMap(
        caption="人口覆盖率与投用站点",
        shades=[
            Shade(each.name.zh, each.polygon, cover.share) for each, cover in zip(city.districts, found, strict=True)
        ],
        sites=[(span.place.lng, span.place.lat) for span in spans if span.place and span.row.count.in_use],
        attribution="；".join(city.attributions),
    )
    note = f"常住人口中处于投用站点服务半径（站点自报，未报按{city.service_radius_m / 1000:g}公里）内的比例。"
    return Section("人口覆盖", [note], [table], picture)


def outlook(material: Material) -> Section:
    """How the headline targets go on, and how sure that is."""
    last = material.period.last
    shown = max(SHOWN_MONTHS, len(material.period.months))
    wanted = [last.plus(number) for number in range(-shown, 1)]
    panels = [
        (
            target.name.zh,
            burn_up(material.history, target, wanted, material.city.timezone, material.now, material.scope),
        )
        for target in material.city.targets
        if target.headline and target.count_by is not None
    ]
    columns = [
        "目标",
        "目标数",
        "当前",
        "三个月后（中位）",
        "80%区间下限",
        "80%区间上限",
        "最早达成",
        "预计达成",
        "最晚达成",
    ]
    rows = [[name, *_outlook(burn)] for name, burn in panels]
    note = (
        "预测方法：对最近至多12个完整月份的月增量做自助抽样（4000次），给出中位数与80%区间；"
        "假设未来各月与过去各月相似且相互独立。月份不足时不作预测。"
    )
    chart = BurnUpChart("逐月进展与预测", panels)
    return Section("趋势与预测", [note], [Table("趋势与预测", columns, rows)], chart)


def _outlook(burn: BurnUp) -> list[Cell]:
    current = burn.points[-1].count
    if not burn.bands:
        return [burn.number, current, None, None, None, "月份不足", "月份不足", "月份不足"]
    band = burn.bands[2]
    reached = [month or "36个月内未达成" for month in (burn.reached_early, burn.reached_mid, burn.reached_late)]
    return [burn.number, current, band.mid, band.low, band.high, *reached]

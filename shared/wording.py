"""Findings in words: one sentence in Chinese and one in English from templates. Pure.

A sentence never uses `against_id`, `against_version` or `against_operator` of another's flight, so it may be shown to
anyone.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from shared.contracts.assessment import Finding, FindingCode, Outcome
from shared.volumes import AltitudeReference

_ZH_REFERENCES: Final = {
    AltitudeReference.AGL: "真高",
    AltitudeReference.AMSL: "海拔",
    AltitudeReference.WGS84: "椭球高",
}
_EN_REFERENCES: Final = {
    AltitudeReference.AGL: "above ground",
    AltitudeReference.AMSL: "above mean sea level",
    AltitudeReference.WGS84: "above the ellipsoid",
}


@dataclass(frozen=True, slots=True)
class Message:
    """The same sentence twice."""

    zh: str
    en: str


_SENTENCES: Final = {
    FindingCode.ZONE_PROHIBITED: Message("进入禁飞区“{name}”", "Enters the prohibited zone “{name}”"),
    FindingCode.ZONE_REQUIRES_AUTHORIZATION: Message(
        "进入管制空域“{name}”，须经空中交通管理机构批准", "Enters controlled airspace “{name}”: needs approval"
    ),
    FindingCode.ZONE_AUTHORIZED: Message(
        "进入管制空域“{name}”，已有许可 {permit} 覆盖", "Enters controlled airspace “{name}”, covered by {permit}"
    ),
    FindingCode.ZONE_CONDITIONAL: Message(
        "进入有条件限制的空域“{name}”，须满足其条件", "Enters “{name}”, where conditions apply"
    ),
    FindingCode.ZONE_UNRESTRICTED: Message("位于适飞空域“{name}”", "Within suitable airspace “{name}”"),
    FindingCode.PLAN_CONFLICT: Message(
        "与一架在先且优先级不低的飞行的空域冲突", "Conflicts with a standing flight of equal or higher priority"
    ),
    FindingCode.PLAN_PREEMPTED: Message(
        "优先于一架优先级较低的飞行，该飞行须让出空域",
        "Takes precedence over a flight of lower priority, which must yield",
    ),
    FindingCode.PLAN_NEARBY: Message(
        "附近同时有另一架飞行，请注意", "Another flight is near at the same time: take care"
    ),
    FindingCode.ROUTE_CROSSING: Message("与另一条固定航线交叉", "Crosses another fixed route"),
    FindingCode.SITE_CLOSED: Message("起降场“{name}”届时关闭", "The site “{name}” is closed then"),
    FindingCode.SITE_CLOSED_FOR_WEATHER: Message(
        "起降场“{name}”届时因天气关闭", "The site “{name}” is closed for weather then"
    ),
    FindingCode.SITE_OUT_OF_USE: Message("起降场“{name}”已停用", "The site “{name}” is out of use"),
    FindingCode.SITE_FULL: Message(
        "起降场“{name}”的 {pads} 个机位届时均被占用", "All {pads} pads of “{name}” are held then"
    ),
}

_ADVISORY: Final = {
    Outcome.APPROVED: Message("预审通过", "Passed pre-review"),
    Outcome.REFUSED: Message("预审不通过", "Did not pass pre-review"),
    Outcome.AWAITING: Message("待裁定", "Awaiting a ruling"),
    Outcome.NOT_REQUIRED: Message("无需申请", "No application needed"),
}
_ENTRUSTED: Final = {
    **_ADVISORY,
    Outcome.APPROVED: Message("批准", "Approved"),
    Outcome.REFUSED: Message("不予批准", "Refused"),
}


def message(finding: Finding, timezone: str) -> Message:
    """What the finding says, with heights, times in the city's civil time, the zone's own words and the article."""
    sentence = _SENTENCES[finding.code]
    names = {"name": finding.name, "permit": finding.authorization_number or "", "pads": finding.pads}
    zone = ZoneInfo(timezone)
    zh = [
        sentence.zh.format(**names),
        _heights(finding, zh=True),
        _times(finding, zone, zh=True),
        _enough(finding, zh=True),
        finding.reason,
    ]
    en = [
        sentence.en.format(**names),
        _heights(finding, zh=False),
        _times(finding, zone, zh=False),
        _enough(finding, zh=False),
        finding.reason,
    ]
    return Message(
        "；".join(filter(None, zh)) + (f"（依据：{finding.article}）" if finding.article else "") + "。",
        "; ".join(filter(None, en)) + (f" ({finding.article})" if finding.article else "") + ".",
    )


def outcome_words(outcome: Outcome, *, entrusted: bool = False) -> Message:
    """How an outcome reads: advisory by default (预审通过), or as the platform's own decision (CCAR-92 92.535)."""
    return (_ENTRUSTED if entrusted else _ADVISORY)[outcome]


def change_words(*, shift_s: int = 0, height_m: float = 0.0, extra_m: float = 0.0, side: str = "") -> Message:
    """What an alternative changes: departure, height, or the way round on a `side` (left or right)."""
    if shift_s:
        zh, en = ("推迟", "later") if shift_s > 0 else ("提前", "earlier")
        minutes = abs(shift_s) // 60
        return Message(f"{zh} {minutes} 分钟起飞", f"Depart {minutes} min {en}")
    if height_m:
        zh, en = ("提高", "higher") if height_m > 0 else ("降低", "lower")
        return Message(f"飞行高度{zh} {_metres(abs(height_m))} 米", f"Fly {_metres(abs(height_m))} m {en}")
    return Message(
        f"从{'左' if side == 'left' else '右'}侧绕行，多飞 {extra_m:,.0f} 米",
        f"Pass it on the {side}: {extra_m:,.0f} m longer",
    )


def _heights(finding: Finding, *, zh: bool) -> str:
    if finding.lower is None or finding.upper is None:
        return ""
    band = f"{_metres(finding.lower.value_m)}–{_metres(finding.upper.value_m)}"
    if zh:
        return f"{_ZH_REFERENCES[finding.upper.reference]} {band} 米" + ("（经地形换算）" if finding.terrain else "")
    through = f", by way of {finding.terrain}" if finding.terrain else ""
    return f"{band} m {_EN_REFERENCES[finding.upper.reference]}{through}"


def _enough(finding: Finding, *, zh: bool) -> str:
    """What would be enough, on each axis by itself."""
    if finding.shift_min is not None:
        change = change_words(shift_s=finding.shift_min * 60)
        return f"{change.zh}即有空闲机位" if zh else f"{change.en} and there is a pad"
    course = finding.clear_towards_deg
    ways = (
        (finding.clear_by_m, "侧移 {} 米", "{} m to the side")
        if course is None
        else (finding.clear_by_m, f"向航向 {course:.1f}° 侧移 {{}} 米", f"{{}} m to the side on course {course:.1f}°"),
        (finding.clear_below_m, "降低 {} 米", "{} m lower"),
        (finding.clear_above_m, "升高 {} 米", "{} m higher"),
    )
    said = [(in_zh if zh else in_en).format(_metres(metres)) for metres, in_zh, in_en in ways if metres is not None]
    if not said:
        return ""
    return f"{'或'.join(said)}即可避开" if zh else f"clear of it {' or '.join(said)}"


def _metres(value_m: float) -> str:
    return f"{value_m:.1f}".removesuffix(".0")


def _times(finding: Finding, zone: ZoneInfo, *, zh: bool) -> str:
    start, end = (_civil(instant, zone, zh=zh) for instant in (finding.starts_at, finding.ends_at))
    if start and end:
        return f"{start} 至 {end}" if zh else f"{start} to {end}"
    if start:
        return f"{start} 起" if zh else f"from {start}"
    return (f"至 {end}" if zh else f"until {end}") if end else ""


def _civil(instant: datetime | None, zone: ZoneInfo, *, zh: bool) -> str:
    if instant is None:
        return ""
    local = instant.astimezone(zone)
    clock = f"{local.hour:02}:{local.minute:02}:{local.second:02}"  # `strftime` takes ten times as long
    return f"{local.month}月{local.day}日 {clock}" if zh else f"{local.year:04}-{local.month:02}-{local.day:02} {clock}"

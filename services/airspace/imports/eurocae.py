"""The words that ED-269 and ED-318 share, read leniently and written strictly.

Reading takes what published files have: numbers as strings, either spelling of AUTHORIZATION, metres or feet, texts
with or without a language, limits left open. Every fault names the field as the file has it.
"""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

import orjson

from services.airspace.imports.rows import Json, Setting
from shared.contracts.airspace import ZoneKind, ZoneSpec
from shared.contracts.assessment import Restriction
from shared.errors import Invalid

OPEN_M: Final = 100_000.0  # a limit as high is none
METRES: Final = {"M": 1.0, "METER": 1.0, "METRE": 1.0, "FT": 0.3048, "FEET": 0.3048}
REFERENCES: Final = {
    "AGL": "AGL", "GND": "AGL", "SFC": "AGL", "AMSL": "AMSL", "MSL": "AMSL", "WGS84": "WGS84", "WGS-84": "WGS84",
}  # fmt: skip
_UNLIMITED: Final = frozenset({"", "UNL", "UNLTD", "UNLIMITED"})
_GROUND: Final = frozenset({"", "GND", "SFC", "GROUND"})
_PART = re.compile(r"\.\d{1,4}").fullmatch
_CLOCK = re.compile(r"(\d{1,2}):?(\d\d)(?::?(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d(?::?\d\d)?)?").fullmatch

Record = Mapping[str, Any]


def record(value: Json, field: str) -> Record:
    """An object."""
    if not isinstance(value, dict):
        raise Invalid("must be an object", field=field)
    return value


def listed(value: Json, field: str) -> list[Json]:
    """A list; one thing alone is a list of it, nothing an empty one."""
    if value is None:
        return []
    if isinstance(value, dict | str):
        return [value]
    if not isinstance(value, list):
        raise Invalid("must be a list", field=field)
    return value


def number(value: Json, field: str) -> float:
    """A number, also as a string."""
    if isinstance(value, str):
        try:
            value = float(value.strip())
        except ValueError as error:
            raise Invalid(f"{value!r} is not a number", field=field) from error
    if type(value) not in (int, float) or not math.isfinite(value):
        raise Invalid("must be a number", field=field)
    return float(value)


def positions(value: Json, field: str, depth: int) -> Json:
    """Coordinates as numbers, without heights; `depth` 0 is one position."""
    if not isinstance(value, list):
        raise Invalid("must be a list", field=field)
    if depth == 0:
        if len(value) < 2:
            raise Invalid("a position is a longitude and a latitude, two numbers", field=field)
        return [each if type(each) is float else number(each, field) for each in value[:2]]
    return [positions(each, f"{field}.{i}", depth - 1) for i, each in enumerate(value)]


def metres_of(unit: Json, field: str) -> float:
    """How many metres the unit has; metres where none is named."""
    found = METRES.get(str(unit or "m").strip().upper())
    if found is None:
        raise Invalid(f"{unit!r} is neither metres nor feet", field=field)
    return found


def limit(value: Json, reference: Json, metres: float, field: str, reference_field: str) -> Json:
    """A height as `Altitude` is written; None where it is open: nothing, the ground, or beyond `OPEN_M`."""
    open_words = _UNLIMITED if "upper" in field.lower() else _GROUND
    if value is None or (isinstance(value, str) and value.strip().upper() in open_words):
        return None
    height = round(number(value, field) * metres, 6)
    if height >= OPEN_M:
        return None
    said = REFERENCES.get(str(reference or "").strip().upper())
    if said is None:
        raise Invalid(f"{reference!r} is neither AGL, AMSL nor WGS84", field=reference_field)
    if height == 0 and said == "AGL" and "lower" in field.lower():
        return None
    return {"value_m": height, "reference": said}


def restriction(value: Json, field: str) -> tuple[str, bool]:
    """The restriction, and whether it is that of a U-space airspace, which asks for conditions to be met."""
    word = str(value).strip().upper().replace("AUTHORISATION", "AUTHORIZATION")
    if word == "USPACE":
        return Restriction.CONDITIONAL, True
    if word not in tuple(Restriction):
        raise Invalid(f"{value!r} is no restriction", field=field)
    return word, False


def texts(value: Json, field: str) -> list[Record]:
    """Texts with their languages, from `"..."`, `{text, lang}` or a list of either."""
    found: list[Record] = []
    for i, each in enumerate(listed(value, field)):
        text, lang = (each.get("text"), each.get("lang")) if isinstance(each, dict) else (each, "")
        if text is None:
            continue
        if not isinstance(text, str) or not isinstance(lang or "", str):
            raise Invalid("must be a text", field=f"{field}.{i}")
        if text.strip():
            found.append({"text": text.strip(), "lang": lang or ""})
    return found


def best(of: Sequence[Record]) -> str:
    """The text a reader here wants first: Chinese, else English, else the first."""
    for language in ("zh", "en", ""):
        for each in of:
            if str(each["lang"]).lower().startswith(language):
                return str(each["text"])
    return ""


def one_text(value: Json, field: str) -> str:
    """One text of whatever form."""
    return best(texts(value, field))


def yes_no(value: Json, field: str) -> bool | None:
    """YES or NO, or nothing."""
    if value is None or isinstance(value, bool):
        return value
    if str(value).upper() not in ("YES", "NO"):
        raise Invalid("must be YES or NO", field=field)
    return str(value).upper() == "YES"


def instant(value: Json, field: str) -> str | None:
    """An instant in UTC, or None where nothing is said."""
    if value is None or value == "":
        return None
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Invalid(f"{value!r} is no instant", field=field) from error
    if found.tzinfo is None:
        raise Invalid(f"{value!r} says no offset from UTC", field=field)
    return found.astimezone(UTC).isoformat().replace("+00:00", "Z")


def clock(value: Json, field: str) -> str | None:
    """A time of day as `LocalTime` is written: `08:00Z` and `08:00:00.00Z` alike, 24:00 as the midnight it is."""
    if value is None or value == "":
        return None
    found = _CLOCK(str(value).strip().lstrip("T"))
    if found is None:
        raise Invalid(f"{value!r} is no time of day", field=field)
    hours, minutes, seconds, offset = found.groups()
    text = f"{int(hours) % 24 if (hours, minutes) == ('24', '00') else int(hours):02d}:{minutes}"
    if seconds and seconds != "00":
        text += f":{seconds}"
    if offset and offset != "Z":
        offset = f"{offset[:3]}:{offset[3:].lstrip(':') or '00'}"
    return text + (offset or "")


def authorities(value: Json, field: str) -> list[Record]:
    """Whom to contact."""
    found: list[Record] = []
    for i, each in enumerate(listed(value, field)):
        at, said = f"{field}.{i}", record(each, f"{field}.{i}")
        purpose = str(said.get("purpose") or "INFORMATION").upper().replace("AUTHORISATION", "AUTHORIZATION")
        found.append(
            {
                "purpose": purpose,
                "name": texts(said.get("name"), f"{at}.name"),
                "service": texts(said.get("service"), f"{at}.service"),
                "contact_name": texts(said.get("contactName"), f"{at}.contactName"),
                "site_url": one_text(said.get("siteURL"), f"{at}.siteURL"),
                "email": one_text(said.get("email"), f"{at}.email"),
                "phone": one_text(said.get("phone"), f"{at}.phone"),
                "interval_before": one_text(said.get("intervalBefore"), f"{at}.intervalBefore"),
            }
        )
    return found


def kind_of(said: str, reasons: Sequence[Json]) -> str:
    """Our kind for a zone of a file that knows none: what its restriction and reasons leave no doubt about."""
    if said == Restriction.NO_RESTRICTION:
        return ZoneKind.SUITABLE
    if said == Restriction.PROHIBITED:
        return ZoneKind.PROHIBITED
    return ZoneKind.CONTROLLED_AIRPORT if "AIR_TRAFFIC" in reasons else ZoneKind.CONTROLLED_OTHER


def applicability(periods: Sequence[Record]) -> Record:
    """`starts_at`, `ends_at` and `limited_applicability` of these periods; none where one of them has no limit."""
    if not periods or any(not any(period.values()) for period in periods):
        return {}
    if len(periods) == 1 and not periods[0]["schedule"]:
        return {name: periods[0][name] for name in ("starts_at", "ends_at")}
    starts, ends = ([period[name] for period in periods] for name in ("starts_at", "ends_at"))
    return {
        "starts_at": None if None in starts else min(starts),
        "ends_at": None if None in ends else max(ends),
        "limited_applicability": periods,
    }


def period(value: Json, field: str) -> Record:
    """One period of applicability. ED-269 says `permanent`, ED-318 has events of the sun."""
    said = record(value, field)
    if yes_no(said.get("permanent"), f"{field}.permanent"):
        return {"starts_at": None, "ends_at": None, "schedule": []}
    days = listed(said.get("schedule"), f"{field}.schedule")
    return {
        "starts_at": instant(said.get("startDateTime"), f"{field}.startDateTime"),
        "ends_at": instant(said.get("endDateTime"), f"{field}.endDateTime"),
        "schedule": [_daily(each, f"{field}.schedule.{i}") for i, each in enumerate(days)],
    }


def _daily(value: Json, field: str) -> Record:
    said = record(value, field)
    return {
        "day": [str(day).upper() for day in listed(said.get("day"), f"{field}.day")] or ["ANY"],
        "start_time": clock(said.get("startTime"), f"{field}.startTime"),
        "start_event": said.get("startEvent"),
        "end_time": clock(said.get("endTime"), f"{field}.endTime"),
        "end_event": said.get("endEvent"),
    }


def identifier_of(spec: ZoneSpec, zone_id: str) -> str:
    """The identifier the file gave it, else the id where it is as short as the standards ask, else 7 signs of it.

    One part of what the file gave an identifier has one of its own: two features of a file are two zones.
    """
    if spec.uas_zone:
        given = spec.uas_zone.identifier
        part = _PART(zone_id.rpartition(":")[2].removeprefix(given))
        own = f"{given}{part.group()}" if part else given
        return own if not part or len(own) <= MOST_IDENTIFIER else _digest(zone_id)
    return zone_id if len(zone_id) <= MOST_IDENTIFIER else _digest(zone_id)


MOST_IDENTIFIER: Final = 7
_SIGNS: Final = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def _digest(text: str) -> str:
    value, signs = int.from_bytes(sha256(text.encode()).digest(), "big"), ""
    for _ in range(MOST_IDENTIFIER):
        value, sign = divmod(value, len(_SIGNS))
        signs += _SIGNS[sign]
    return signs


def extended_text(others: Record, field: str) -> str:
    """Properties that are nobody's we know, kept as text."""
    text = orjson.dumps(others, option=orjson.OPT_SORT_KEYS).decode() if others else ""
    if len(text) > 20_000:
        raise Invalid("more than 20,000 characters", field=field)
    return text


def setting_offset(setting: Setting) -> str:
    """The city's offset from UTC now, as clocks write it."""
    seconds = int((setting.now.astimezone(setting.city_time).utcoffset() or UTC.utcoffset(None)).total_seconds())
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02d}:{minutes:02d}" if seconds else "Z"

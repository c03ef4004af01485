"""What ED-269 and ED-318 say of a zone beside its geometry, as the fields of a `ZoneSpec`, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from services.airspace.imports import eurocae
from services.airspace.imports.eurocae import Record, best, listed, texts
from services.airspace.imports.rows import Json
from shared.contracts.airspace import ZoneKind, ZoneSpec
from shared.contracts.assessment import Restriction
from shared.contracts.zones import AuthorityPurpose, DailyPeriod, LocalText, TimePeriod, ZoneAuthority
from shared.errors import Invalid

KEY: Final = "tianyuan"  # of what is ours alone, in extendedProperties
COUNTRY: Final = "CHN"
LANGUAGE: Final = "zh-CN"
_MIDNIGHT: Final = "00:00:00"


@dataclass(frozen=True, slots=True)
class Dialect:
    """Where the two standards differ: the names of three fields, and where in a feature the fields stand."""

    restriction: str
    variant: str
    applicability: str
    prefix: str


def fields_of(said: Record, dialect: Dialect) -> dict[str, Any]:
    """The fields of a `ZoneSpec` except outline and heights. Raises Invalid naming the file's field."""
    at = dialect.prefix
    word, uspace = eurocae.restriction(said.get(dialect.restriction), f"{at}{dialect.restriction}")
    reasons = [str(each).strip().upper() for each in listed(said.get("reason"), f"{at}reason")]
    names = texts(said.get("name"), f"{at}name")
    message = texts(said.get("message"), f"{at}message")
    other = texts(said.get("otherReasonInfo"), f"{at}otherReasonInfo")
    authorities = eurocae.authorities(said.get("zoneAuthority"), f"{at}zoneAuthority")
    source = eurocae.record(said.get("dataSource") or {}, f"{at}dataSource")
    periods = listed(said.get(dialect.applicability), f"{at}{dialect.applicability}")
    identifier = _identifier(said, at)
    conditions = texts(said.get("restrictionConditions"), f"{at}restrictionConditions")
    return {
        "name": best(names) or identifier,
        "kind": eurocae.kind_of(word, reasons),
        "restriction": word,
        "authority": _authority(authorities, f"{at}zoneAuthority"),
        "source": str(source.get("originator") or ""),
        "reason": best(message) or best(other),
        "conditions": "; ".join(str(each["text"]) for each in conditions),
        **eurocae.applicability(
            [eurocae.period(each, f"{at}{dialect.applicability}.{i}") for i, each in enumerate(periods)]
        ),
        "uas_zone": {
            "identifier": identifier,
            "country": str(said.get("country") or ""),
            "variant": str(said.get(dialect.variant) or "COMMON"),
            "uspace": uspace,
            "u_space_class": str(said.get("uSpaceClass") or ""),
            "region": None if said.get("region") is None else int(eurocae.number(said["region"], f"{at}region")),
            "regulation_exemption": eurocae.yes_no(said.get("regulationExemption"), f"{at}regulationExemption"),
            "names": names,
            "reasons": reasons,
            "other_reason": other,
            "message": message,
            "authorities": authorities,
            "created_at": eurocae.instant(source.get("creationDateTime"), f"{at}dataSource.creationDateTime"),
            "updated_at": eurocae.instant(source.get("updateDateTime"), f"{at}dataSource.updateDateTime"),
            "extended": eurocae.extended_text(_others(said), f"{at}extendedProperties"),
        },
    }


def zone_id_of(said: Record, at: str) -> str:
    """`CHN:WUH001`, by country and identifier: the latter alone is one of many countries'."""
    country = str(said.get("country") or "")
    return f"{country}:{_identifier(said, at)}" if country else _identifier(said, at)


def _identifier(said: Record, at: str) -> str:
    identifier = said.get("identifier")
    if not isinstance(identifier, str) or not identifier.strip():
        raise Invalid("is required", field=f"{at}identifier")
    return identifier.strip()


def _authority(authorities: Sequence[Record], field: str) -> str:
    found = next((text for each in authorities for text in (best(each["name"]), best(each["service"])) if text), "")
    if not found:
        raise Invalid("a zone has an authority with a name", field=field)
    return found


def _others(said: Record) -> Record:
    extended = said.get("extendedProperties")
    return {key: value for key, value in extended.items() if key != KEY} if isinstance(extended, dict) else {}


_PLACES: Final = {
    "conditions": "restrictionConditions",
    "authority": "zoneAuthority",
    "reason": "message",
    "source": "dataSource.originator",
    "uas_zone.names": "name",
    "uas_zone.reasons": "reason",
    "uas_zone.other_reason": "otherReasonInfo",
    "uas_zone.authorities": "zoneAuthority",
    "uas_zone.created_at": "dataSource.creationDateTime",
    "uas_zone.updated_at": "dataSource.updateDateTime",
}


def place(field: str, dialect: Dialect) -> str:
    """A field of `ZoneSpec` as the file names it; heights and outline stand with the geometry."""
    theirs = {
        **_PLACES,
        "restriction": dialect.restriction,
        "uas_zone.variant": dialect.variant,
        **dict.fromkeys(("limited_applicability", "starts_at", "ends_at"), dialect.applicability),
    }
    for ours, there in theirs.items():
        if field == ours or field.startswith(f"{ours}."):
            return dialect.prefix + there + _camel(field[len(ours) :])
    return dialect.prefix + _camel(field.removeprefix("uas_zone."))


def _camel(path: str) -> str:
    """`.0.schedule.0.start_time` as `.0.schedule.0.startTime`."""
    first, *others = path.replace("starts_at", "start_date_time").replace("ends_at", "end_date_time").split("_")
    return first + "".join(each[:1].upper() + each[1:] for each in others)


def properties_of(zone_id: str, spec: ZoneSpec, dialect: Dialect) -> dict[str, Any]:
    """What both standards have, by ED-318's names and with texts by language; nothing for what is not said."""
    uas = spec.uas_zone
    own = LocalText(spec.name, LANGUAGE)
    names = uas.names if uas else ()
    message = uas.message if uas else ()
    said: dict[str, Any] = {
        "identifier": eurocae.identifier_of(spec, zone_id),
        "country": (uas.country if uas else "") or COUNTRY,
        "name": names if any(each.text == spec.name for each in names) else (own, *names),
        dialect.restriction: "USPACE" if uas and uas.uspace else spec.restriction.value,
        dialect.variant: uas.variant if uas else "COMMON",
        "restrictionConditions": spec.conditions,
        "region": uas.region if uas else None,
        "reason": list(uas.reasons) if uas else [_REASONS.get(spec.kind, "OTHER")],
        "otherReasonInfo": uas.other_reason if uas else (),
        "regulationExemption": None if not uas or uas.regulation_exemption is None else _yes(uas.regulation_exemption),
        "message": message or _texts(spec.reason),
        dialect.applicability: _periods(spec),
        "zoneAuthority": [_contact(each) for each in _contacts(spec)],
        "dataSource": _source(spec),
        "extendedProperties": orjson.loads(uas.extended) if uas and uas.extended else {},
    }
    return {name: value for name, value in said.items() if value not in (None, "", (), [], {})}


_REASONS: Final[Mapping[ZoneKind, str]] = {
    ZoneKind.CONTROLLED_AIRPORT: "AIR_TRAFFIC",
    ZoneKind.CONTROLLED_HEIGHT: "AIR_TRAFFIC",
    ZoneKind.ISOLATED: "AIR_TRAFFIC",
    ZoneKind.CONTROLLED_BORDER: "FOREIGN_TERRITORY",
    ZoneKind.CONTROLLED_MILITARY: "SENSITIVE",
    ZoneKind.CONTROLLED_HAZARD: "SENSITIVE",
    ZoneKind.CONTROLLED_INFRASTRUCTURE: "SENSITIVE",
    ZoneKind.CONTROLLED_ELECTROMAGNETIC: "SENSITIVE",
    ZoneKind.CONTROLLED_HERITAGE: "SENSITIVE",
}


def _yes(value: bool) -> str:
    return "YES" if value else "NO"


def _texts(text: str) -> tuple[LocalText, ...]:
    return (LocalText(text, LANGUAGE),) if text else ()


def _source(spec: ZoneSpec) -> Record:
    uas = spec.uas_zone
    said = {
        "creationDateTime": uas.created_at if uas else None,
        "updateDateTime": uas.updated_at if uas else None,
        "originator": spec.source or None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _contacts(spec: ZoneSpec) -> Sequence[ZoneAuthority]:
    if spec.uas_zone and spec.uas_zone.authorities:
        return spec.uas_zone.authorities
    asked = spec.restriction is Restriction.REQ_AUTHORIZATION
    purpose = AuthorityPurpose.AUTHORIZATION if asked else AuthorityPurpose.INFORMATION
    return (ZoneAuthority(purpose=purpose, name=_texts(spec.authority)),)


def _contact(authority: ZoneAuthority) -> Record:
    said: dict[str, Any] = {
        "purpose": authority.purpose,
        "intervalBefore": authority.interval_before,
        "name": authority.name,
        "service": authority.service,
        "contactName": authority.contact_name,
        "siteURL": authority.site_url,
        "email": authority.email,
        "phone": authority.phone,
    }
    return {name: value for name, value in said.items() if value not in ("", ())}


def _periods(spec: ZoneSpec) -> list[TimePeriod]:
    """The periods within the zone's own span; one that lies outside it is left out."""
    always = any(each == TimePeriod() for each in spec.limited_applicability)
    if always or not spec.limited_applicability:
        return [TimePeriod(starts_at=spec.starts_at, ends_at=spec.ends_at)] if spec.starts_at or spec.ends_at else []
    within = [_clipped(each, spec.starts_at, spec.ends_at) for each in spec.limited_applicability]
    return [each for each in within if each] or list(spec.limited_applicability)


def _clipped(period: TimePeriod, first: datetime | None, last: datetime | None) -> TimePeriod | None:
    starts = max((each for each in (period.starts_at, first) if each), default=None)
    ends = min((each for each in (period.ends_at, last) if each), default=None)
    if starts and ends and ends <= starts:
        return None
    return TimePeriod(starts_at=starts, ends_at=ends, schedule=period.schedule)


def period_document(period: TimePeriod, days: Sequence[Record]) -> Record:
    """One period with its days as the standard writes them."""
    said: dict[str, Json] = {
        "startDateTime": period.starts_at,
        "endDateTime": period.ends_at,
        "schedule": list(days),
    }
    return {name: value for name, value in said.items() if value not in (None, [])}


def daily_document(daily: DailyPeriod, offset: str) -> Record:
    """A daily period with the events of the sun, as ED-318 writes it; `offset` for clocks that say none."""
    said = {
        "day": list(daily.day),
        "startTime": written_clock(daily.start_time, offset),
        "startEvent": daily.start_event,
        "endTime": written_clock(daily.end_time, offset),
        "endEvent": daily.end_event,
    }
    return {name: value for name, value in said.items() if value is not None}


def written_clock(text: str | None, offset: str) -> str | None:
    """A time of day in full: `08:00:00+08:00`."""
    if text is None:
        return None
    said = "Z" if text.endswith("Z") else text[-6:] if text[-6:-5] in ("+", "-") else ""
    clock = text.removesuffix(said)
    return (clock if len(clock) == len(_MIDNIGHT) else f"{clock}:00") + (said or offset)

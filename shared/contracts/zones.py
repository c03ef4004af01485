"""What a zone says beyond outline and band: when it applies, by which notice, and the words of ED-269 and ED-318."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from annotated_types import Ge, Le, Len, Predicate

from shared.values import Instant, Name, Text

_LOCAL_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?").fullmatch


def is_local_time(value: str) -> bool:
    """True for `08:00`, `08:00:30`, `08:00Z`, `08:00+08:00`."""
    return _LOCAL_TIME(value) is not None


def is_region(value: int) -> bool:
    """True for 0 to 65535, as ED-269 has it."""
    return 0 <= value <= 65_535


LocalTime = Annotated[str, Predicate(is_local_time)]
Region = Annotated[int, Predicate(is_region)]  # no limit in the schema: the events were published without
Grade = Annotated[int, Ge(1), Le(5)]  # 分级: larger is more urgent (MH/T 4053 table 47)


class Weekday(StrEnum):
    """Days of the week; `ANY` is each of them."""

    MON = "MON"
    TUE = "TUE"
    WED = "WED"
    THU = "THU"
    FRI = "FRI"
    SAT = "SAT"
    SUN = "SUN"
    ANY = "ANY"


class DaylightEvent(StrEnum):
    """What the sun does at the zone's centroid (ED-318 CodeDaylightEventType)."""

    BMCT = "BMCT"  # begin of morning civil twilight
    SR = "SR"  # sunrise
    SS = "SS"  # sunset
    EECT = "EECT"  # end of evening civil twilight


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyPeriod:
    """A part of the days named, by clock or by the sun; the whole day from where nothing is said, or until.

    A clock without an offset is the city's. An end that is not after its start is the next day's.
    """

    day: Annotated[Sequence[Weekday], Len(1, 8)] = (Weekday.ANY,)
    start_time: LocalTime | None = None
    start_event: DaylightEvent | None = None
    end_time: LocalTime | None = None
    end_event: DaylightEvent | None = None

    def __post_init__(self) -> None:
        if self.start_time and self.start_event:
            raise ValueError("start_time and start_event are both given")
        if self.end_time and self.end_event:
            raise ValueError("end_time and end_event are both given")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePeriod:
    """A span of time, on one side or both without end, in which a zone applies: always, or by its daily periods."""

    starts_at: Instant | None = None
    ends_at: Instant | None = None
    schedule: Annotated[Sequence[DailyPeriod], Len(0, 100)] = ()

    def __post_init__(self) -> None:
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValueError("ends_at is not after starts_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporaryNotice:
    """The public notice that a temporary control rests on (Decree 761 Art. 20)."""

    determined_by: Name  # 划设机关
    number: Name  # 通告编号
    issued_at: Instant
    emergency: bool = False  # military, anti-terror, rescue, medical or other urgent tasks


class AuthorityPurpose(StrEnum):
    """What an authority is to be contacted for."""

    AUTHORIZATION = "AUTHORIZATION"
    NOTIFICATION = "NOTIFICATION"
    INFORMATION = "INFORMATION"


class ZoneReason(StrEnum):
    """Why there is a zone (ED-318 CodeZoneReasonType and what ED-269 has more)."""

    AIR_TRAFFIC = "AIR_TRAFFIC"
    SENSITIVE = "SENSITIVE"
    PRIVACY = "PRIVACY"
    POPULATION = "POPULATION"
    NATURE = "NATURE"
    NOISE = "NOISE"
    FOREIGN_TERRITORY = "FOREIGN_TERRITORY"
    EMERGENCY = "EMERGENCY"
    DAR = "DAR"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class LocalText:
    """A text and its language (`zh-CN`, `en-GB`; empty where the source does not say)."""

    text: Text
    lang: Annotated[str, Len(0, 35)] = ""


Texts = Annotated[Sequence[LocalText], Len(0, 50)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneAuthority:
    """Whom to ask, notify or read about a zone."""

    purpose: AuthorityPurpose
    name: Texts = ()
    service: Texts = ()
    contact_name: Texts = ()
    site_url: Text = ""
    email: Text = ""
    phone: Text = ""
    interval_before: Text = ""  # ISO 8601 duration


@dataclass(frozen=True, slots=True, kw_only=True)
class UasZone:
    """What ED-269 and ED-318 say of a zone and the rest of `ZoneSpec` has no field for."""

    identifier: Annotated[Text, Len(1, 64)]
    country: Annotated[str, Len(0, 3)] = ""  # ISO 3166-1 alpha-3
    variant: Text = "COMMON"
    uspace: bool = False  # ED-318 type USPACE; its restriction is CONDITIONAL
    u_space_class: Text = ""
    region: Region | None = None
    regulation_exemption: bool | None = None
    names: Texts = ()
    reasons: Annotated[Sequence[ZoneReason], Len(0, 10)] = ()
    other_reason: Texts = ()
    message: Texts = ()
    authorities: Annotated[Sequence[ZoneAuthority], Len(0, 50)] = ()
    created_at: Instant | None = None
    updated_at: Instant | None = None
    extended: Annotated[str, Len(0, 20_000)] = ""  # extendedProperties as JSON text

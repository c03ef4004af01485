"""Temporary control: what its public notice must say, and how long before its start (Decree 761 Art. 20). Pure."""

from datetime import datetime, timedelta
from typing import Final

from shared.contracts.airspace import ZoneKind, ZoneSpec
from shared.errors import Invalid

LEAD: Final = timedelta(hours=24)  # major state and other large events
EMERGENCY_LEAD: Final = timedelta(minutes=30)  # military, anti-terror, rescue, medical and other urgent tasks
CLOCKS_DIFFER: Final = timedelta(minutes=5)
ARTICLE: Final = "Decree 761 Art. 20"


class TemporaryControlRefused(Invalid):
    """A temporary control without its notice, or announced too late."""


def check_temporary(spec: ZoneSpec, now: datetime, *, demo: bool = False) -> None:
    """Raises TemporaryControlRefused naming the field unless the zone's notice is whole and was in time.

    Zones of other kinds need no notice, and where there is `demo` data, neither does what is labelled so. The lead time
    runs from the public notice to the start.
    """
    if spec.kind is not ZoneKind.TEMPORARY or (demo and spec.demo):
        return
    if spec.notice is None:
        raise _refused("notice", "a temporary control needs its notice: determining body, number, time of issue")
    for field, instant in (("starts_at", spec.starts_at), ("ends_at", spec.ends_at)):
        if instant is None:
            raise _refused(field, "a temporary control says from when and until when it holds")
    if spec.notice.issued_at > now + CLOCKS_DIFFER:
        raise _refused("notice.issued_at", "the notice is not issued yet")
    assert spec.starts_at is not None
    lead, words = (EMERGENCY_LEAD, "30 min (emergency)") if spec.notice.emergency else (LEAD, "24 h")
    if spec.starts_at - spec.notice.issued_at < lead:
        raise _refused("starts_at", f"less than {words} after the notice was issued")


def _refused(field: str, detail: str) -> TemporaryControlRefused:
    return TemporaryControlRefused(f"{detail} ({ARTICLE})", field=field)

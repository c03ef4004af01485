"""Temporary control needs its body, its notice and its lead time: at the limit, and a second short of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.contracts.airspace import ZoneKind, ZoneSpec
from shared.contracts.assessment import Restriction
from shared.contracts.zones import TemporaryNotice
from shared.law import TemporaryControlRefused, check_temporary
from shared.volumes import CircleOutline
from tests.unit.geometry.worlds import LAT, LNG, NOW

NOTICE = TemporaryNotice(determined_by="武汉市人民政府", number="武政告〔2026〕1 号", issued_at=NOW)
SECOND = timedelta(seconds=1)


def control(lead: timedelta = timedelta(hours=24), *, emergency: bool = False, **changes: Any) -> ZoneSpec:
    spec = ZoneSpec(
        name="马拉松",
        kind=ZoneKind.TEMPORARY,
        restriction=Restriction.PROHIBITED,
        outline=CircleOutline("Circle", (LNG, LAT), 500.0),
        authority="武汉市人民政府",
        starts_at=NOW + lead,
        ends_at=NOW + lead + timedelta(hours=4),
        notice=replace(NOTICE, emergency=emergency),
    )
    return replace(spec, **changes)


@pytest.mark.parametrize(("lead", "emergency"), [(timedelta(hours=24), False), (timedelta(minutes=30), True)])
def test_lead_time_is_kept_to_the_second(lead: timedelta, emergency: bool) -> None:
    check_temporary(control(lead, emergency=emergency), NOW)
    with pytest.raises(TemporaryControlRefused, match="after the notice was issued") as refused:
        check_temporary(control(lead - SECOND, emergency=emergency), NOW)
    assert refused.value.field == "starts_at"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"notice": None}, "notice"),
        ({"starts_at": None}, "starts_at"),
        ({"ends_at": None}, "ends_at"),
        ({"notice": replace(NOTICE, issued_at=NOW + timedelta(minutes=6))}, "notice.issued_at"),
    ],
)
def test_what_is_missing_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(TemporaryControlRefused) as refused:
        check_temporary(control(**changes), NOW)
    assert refused.value.field == field
    with pytest.raises(TemporaryControlRefused):
        check_temporary(control(**changes, demo=True), NOW)  # a label is no way round the notice
    check_temporary(control(**changes, demo=True), NOW, demo=True)
    check_temporary(control(**changes, kind=ZoneKind.PROHIBITED), NOW)

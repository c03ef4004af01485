"""Sentences in two languages that name nobody else's flight."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.assessment import Effect, Finding, FindingCode, Outcome, SubjectKind
from shared.volumes import Altitude
from shared.wording import change_words, message, outcome_words


@given(
    st.sampled_from(FindingCode),
    st.sampled_from([SubjectKind.PLAN, SubjectKind.ROUTE]),
    st.text("XYZ", min_size=3, max_size=9),
    st.text("QVW", min_size=3, max_size=9),
)
def test_another_operator_is_never_named(code: FindingCode, kind: SubjectKind, other: str, operator: str) -> None:
    finding = Finding(
        code=code, effect=Effect.REFUSES, against=kind, against_id=other, against_version=987, against_operator=operator
    )
    said = message(finding, "Asia/Shanghai")
    for text in (said.zh, said.en):
        assert text
        assert other not in text
        assert operator not in text
        assert "987" not in text


def test_a_zone_reads_in_both_languages() -> None:
    finding = Finding(
        code=FindingCode.ZONE_REQUIRES_AUTHORIZATION,
        effect=Effect.NEEDS_RULING,
        against=SubjectKind.ZONE,
        name="天河机场净空保护区",
        reason="民航湖北监管局",
        article="条例第十九条",
        lower=Altitude(80.0),
        upper=Altitude(100.5),
        starts_at=datetime(2026, 11, 23, 1, 0, 5, tzinfo=UTC),
        ends_at=datetime(2026, 11, 23, 1, 2, tzinfo=UTC),
    )
    said = message(finding, "Asia/Shanghai")
    assert said.zh == (
        "进入管制空域“天河机场净空保护区”，须经空中交通管理机构批准；真高 80–100.5 米；"
        "11月23日 09:00:05 至 11月23日 09:02:00；民航湖北监管局（依据：条例第十九条）。"
    )
    assert "80–100.5 m above ground; 2026-11-23 09:00:05 to 2026-11-23 09:02:00" in said.en


def test_what_would_be_enough_is_said() -> None:
    finding = Finding(
        code=FindingCode.PLAN_CONFLICT,
        effect=Effect.REFUSES,
        against=SubjectKind.PLAN,
        clear_by_m=40.1,
        clear_above_m=20.0,
    )
    course = message(replace(finding, clear_towards_deg=270.04), "Asia/Shanghai")
    assert "向航向 270.0° 侧移 40.1 米或升高 20 米即可避开" in course.zh
    assert "clear of it 40.1 m to the side on course 270.0° or 20 m higher" in course.en
    said = message(finding, "Asia/Shanghai")
    assert "侧移 40.1 米或升高 20 米即可避开" in said.zh
    assert "clear of it 40.1 m to the side or 20 m higher" in said.en


def test_an_alternative_reads_as_the_change_it_is() -> None:
    assert change_words(shift_s=-300).zh == "提前 5 分钟起飞"
    assert change_words(shift_s=60).en == "Depart 1 min later"
    assert change_words(height_m=-20.0).zh == "飞行高度降低 20 米"
    assert change_words(extra_m=1_234.2, side="left").en == "Pass it on the left: 1,234 m longer"


@pytest.mark.parametrize(("entrusted", "zh"), [(False, "预审通过"), (True, "批准")])
def test_an_approval_reads_as_what_it_is(entrusted: bool, zh: str) -> None:
    assert outcome_words(Outcome.APPROVED, entrusted=entrusted).zh == zh

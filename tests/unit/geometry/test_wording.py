"""Sentences in two languages that name nobody else's flight."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.assessment import Effect, Finding, FindingCode, Outcome, SubjectKind
from shared.volumes import Altitude
from shared.wording import message, outcome_words


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
    said = message(finding)
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
    said = message(finding)
    assert said.zh == (
        "进入管制空域“天河机场净空保护区”，须经空中交通管理机构批准；真高 80–100.5 米；"
        "11月23日 09:00:05 至 11月23日 09:02:00；民航湖北监管局（依据：条例第十九条）。"
    )
    assert "80–100.5 m above ground; 2026-11-23 09:00:05 to 2026-11-23 09:02:00" in said.en


@pytest.mark.parametrize(("entrusted", "zh"), [(False, "预审通过"), (True, "批准")])
def test_an_approval_reads_as_what_it_is(entrusted: bool, zh: str) -> None:
    assert outcome_words(Outcome.APPROVED, entrusted=entrusted).zh == zh

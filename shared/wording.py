"""Findings in words: one sentence in Chinese and one in English from templates. Pure.

A sentence never uses `against_id` or `against_operator` of another's flight, so it may be shown to anyone.
"""

from dataclasses import dataclass

from shared.contracts.assessment import Finding, Outcome


@dataclass(frozen=True, slots=True)
class Message:
    """The same sentence twice."""

    zh: str
    en: str


def message(finding: Finding, timezone: str = "Asia/Shanghai") -> Message:
    """What the finding says, with its place, heights and times in the city's civil time."""
    raise NotImplementedError


def outcome_words(outcome: Outcome, *, entrusted: bool = False) -> Message:
    """How an outcome reads: advisory by default (预审通过), or as the platform's own decision (CCAR-92 92.535)."""
    raise NotImplementedError

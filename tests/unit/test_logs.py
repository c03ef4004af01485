"""Log lines are JSON, carry the trace, and tell nothing they should not."""

import json
import logging
import sys

import pytest

from shared import logs
from shared.tracing import tracing

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def line_of(record: logging.LogRecord) -> dict[str, object]:
    with tracing(PARENT):
        line = json.loads(logs.formatter().format(record))
    assert isinstance(line, dict)
    return line


def record(message: str, *args: object, failed: bool = False) -> logging.LogRecord:
    exc_info = sys.exc_info() if failed else None
    return logging.LogRecord("shared.somewhere", logging.WARNING, __file__, 1, message, args, exc_info)


def test_a_line_is_json_with_its_trace() -> None:
    line = line_of(record("plan %s lapsed", "武汉"))
    assert line["event"] == "plan 武汉 lapsed"
    assert line["level"] == "warning"
    assert line["logger"] == "shared.somewhere"
    assert line["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert line["timestamp"]


def test_an_exception_has_its_frames_but_no_local_values() -> None:
    token = "secret-" + "token"
    lines = []
    try:
        int("no such zone")
    except ValueError:
        lines.append(line_of(record("failed", failed=True)))
    text = json.dumps(lines)
    assert "no such zone" in text
    assert "test_an_exception_has_its_frames" in text
    assert token not in text


def test_a_level_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="LOG_LEVEL"):
        logs.configure("LOUD")

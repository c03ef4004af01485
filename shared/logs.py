"""JSON logs, one line an event, each with the trace of the work it belongs to. Modules log with `logging`, as ever."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog
from structlog.tracebacks import ExceptionDictTransformer

from shared.tracing import trace_id


def configure(level: str = "INFO") -> None:
    """Send all logs to standard error as JSON lines. Raises ValueError for a level that is none."""
    levels = logging.getLevelNamesMapping()
    if level.upper() not in levels:
        raise ValueError(f"LOG_LEVEL {level!r} is none of DEBUG, INFO, WARNING, ERROR")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(levels[level.upper()], logging.INFO))
    for own in ("shared", "services"):
        logging.getLogger(own).setLevel(levels[level.upper()])
    for talkative in ("uvicorn.access", "kafka", "httpx", "alembic"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def formatter() -> logging.Formatter:
    """Writes a record as one JSON object: event, level, logger, timestamp, trace_id, exception."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_trace,
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _drop_colours,
            # without local variables: they hold tokens and people's names
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(serializer=_dumps),
        ],
    )


def _dumps(line: object, **_: object) -> str:
    return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _drop_colours(_: object, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    line.pop("color_message", None)  # uvicorn says the same again for terminals
    return line


def _add_trace(_: object, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if trace := trace_id():
        line["trace_id"] = trace
    return line

"""The topics as infra/topics.toml declares them, and which partition of a topic a key belongs to."""

import tomllib
import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

DECLARED: Final = Path(__file__).resolve().parent.parent / "infra" / "topics.toml"
INBOUND: Final = "inbound"


@cache
def partitions() -> Mapping[str, int]:
    """How many partitions each topic has."""
    topics = tomllib.loads(DECLARED.read_text(encoding="utf-8"))["topics"]
    return {name: int(options["partitions"]) for name, options in topics.items()}


def partition_of(key: str, count: int) -> int:
    """The partition of a key, the same in every process and for good (`hash()` differs from process to process)."""
    return zlib.crc32(key.encode()) % count


def log_of(topic: str) -> str:
    """The log that a topic is recorded in: the schema of its owner, `flightplan` for `flightplan.plans`."""
    return topic.partition(".")[0]


def is_inbound(topic: str) -> bool:
    """True for topics that others write to."""
    return log_of(topic) == INBOUND

"""A solver in a process of its own: the instance on standard input, stages and the answer as lines of JSON.

    python -m services.sites.siting.worker

One line {"stage": ...} every half second, at the end one {"answer": ...} or {"failure": {"field", "detail"}}. SIGTERM
asks for what there is by now; so does the end of whoever reads.
"""

import os
import signal
import sys
from typing import Any

import numpy as np
import orjson

from services.sites.siting.budget import Budget, Stage
from services.sites.siting.choice import Limit
from services.sites.siting.costs import GeodesicCosts
from services.sites.siting.instance import Instance, make
from services.sites.siting.models import Model
from services.sites.siting.reading import write_answer
from services.sites.siting.solving import solve
from shared.errors import Invalid


def main() -> None:
    """Solve what comes."""
    asked = orjson.loads(sys.stdin.buffer.read())
    stopped = [False]

    def stop(*_: object) -> None:
        stopped[0] = True

    signal.signal(signal.SIGTERM, stop)
    budget = Budget(asked["time_limit_s"], report=_report, cancelled=lambda: stopped[0])
    try:
        answer = solve(Model(asked["model"]), read_instance(asked), budget)
    except Invalid as error:
        _say({"failure": {"field": error.field or "", "detail": error.detail}})
    else:
        _say({"answer": write_answer(answer)})
    os._exit(0)  # a thread of HiGHS may still be in a step that hears no call to stop


def read_instance(asked: dict[str, Any]) -> Instance:
    """`demand` and `candidates` are longitude and latitude, `limits` lists of labels, most and least."""
    limits = [
        Limit(np.array(each["labels"]), np.array(each["most"]), np.array(each["least"]) if each["least"] else None)
        for each in asked["limits"]
    ]
    return make(
        GeodesicCosts(asked["demand"], asked["candidates"]),
        asked["weights"],
        service_radius=asked["service_radius_m"],
        p=asked["p"],
        fixed=asked["fixed"],
        capacity=asked["capacity"],
        limits=limits,
        coverage_percent=asked["coverage_percent"],
    )


def _report(stage: Stage) -> None:
    values = {"objective": stage.objective, "bound": stage.bound}
    _say({"stage": {"seconds": round(stage.seconds, 1), "doing": stage.doing, **values}})


def _say(line: dict[str, Any]) -> None:
    try:
        sys.stdout.buffer.write(orjson.dumps(line) + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os._exit(1)  # nobody wants the answer any more


if __name__ == "__main__":
    main()

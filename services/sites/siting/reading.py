"""An instance from JSON: the fields of the file, and what is wrong with them by name and place."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from services.sites.siting.answer import Answer
from services.sites.siting.arrays import Floats, Ints
from services.sites.siting.costs import Costs, MatrixCosts, PlanarCosts
from services.sites.siting.faults import InvalidInstance
from services.sites.siting.instance import Instance, make

FIELDS: Final = (
    "weights", "demand", "candidates", "cost", "service_radius", "p", "fixed", "capacity", "coverage_percent",
)  # fmt: skip


def read_instance(document: Mapping[str, Any]) -> Instance:
    """`weights` (n), `demand` (n x 2) and `candidates` (m x 2; absent: the demand points) or `cost` (n x m), and
    `service_radius`, `p`, `fixed`, `capacity` (m), `coverage_percent`.

    Raises InvalidInstance naming the field.
    """
    if "weights" not in document:
        raise InvalidInstance("weights are missing", field="weights")
    costs = _costs(document)
    percent = _number(document, "coverage_percent")
    return make(
        costs,
        _vector(document["weights"], "weights"),
        service_radius=_number(document, "service_radius"),
        p=_whole(document, "p"),
        fixed=_indices(document.get("fixed") or [], "fixed"),
        capacity=None if document.get("capacity") is None else _vector(document["capacity"], "capacity"),
        coverage_percent=100.0 if percent is None else percent,
    )


def ignored(document: Mapping[str, Any]) -> list[str]:
    """The fields that mean nothing here."""
    return sorted(set(document) - set(FIELDS))


def write_answer(answer: Answer) -> dict[str, Any]:
    """The answer as JSON has it; a gap that is infinite is null."""
    shown: dict[str, Any] = {
        "objective": answer.objective,
        "bound": answer.bound,
        "gap": answer.gap if np.isfinite(answer.gap) else None,
        "sites": list(answer.sites),
        "seconds": round(answer.seconds, 3),
    }
    if answer.assignment is not None:
        shown["assignment"] = answer.assignment.tolist()
    return shown


def _costs(document: Mapping[str, Any]) -> Costs:
    if document.get("cost") is not None:
        for field in ("demand", "candidates"):
            if document.get(field) is not None:
                raise InvalidInstance(f"give cost, or demand and candidates: not {field} as well", field=field)
        return MatrixCosts(_matrix(document["cost"], "cost"))
    if document.get("demand") is None:
        raise InvalidInstance("give demand (and candidates), or cost", field="demand")
    demand = _matrix(document["demand"], "demand", columns=2)
    if document.get("candidates") is None:
        return PlanarCosts(demand, demand)
    return PlanarCosts(demand, _matrix(document["candidates"], "candidates", columns=2))


def _matrix(rows: Any, field: str, columns: int | None = None) -> Floats:
    if not isinstance(rows, Sequence) or isinstance(rows, str) or not rows:
        raise InvalidInstance(f"{field} must be a list of rows", field=field)
    for number, row in enumerate(rows):
        if not isinstance(row, Sequence) or isinstance(row, str):
            raise InvalidInstance(f"{field}.{number} must be a row of numbers", field=f"{field}.{number}")
        width = len(rows[0]) if columns is None else columns
        if len(row) != width:
            whose = "the first row has" if columns is None else "a position has"
            detail = f"{field}.{number} has {len(row)} numbers, {whose} {width}"
            raise InvalidInstance(detail, field=f"{field}.{number}")
    if not len(rows[0]):
        raise InvalidInstance(f"{field}.0 is empty", field=f"{field}.0")
    return np.vstack([_vector(row, f"{field}.{number}") for number, row in enumerate(rows)])


def _vector(values: Any, field: str) -> Floats:
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise InvalidInstance(f"{field} must be a list of numbers", field=field)
    if not all(type(value) is float or type(value) is int for value in values):
        place = next(i for i, value in enumerate(values) if type(value) not in (float, int))
        raise InvalidInstance(f"{field}.{place} is no number", field=f"{field}.{place}")
    try:
        return np.array(values, np.float64)
    except OverflowError as error:
        raise InvalidInstance(f"{field} has a number too large", field=field) from error


def _number(document: Mapping[str, Any], field: str) -> float | None:
    value = document.get(field)
    if value is None:
        return None
    if type(value) not in (int, float):
        raise InvalidInstance(f"{field} must be a number", field=field)
    return float(value)


def _whole(document: Mapping[str, Any], field: str) -> int | None:
    value = document.get(field)
    if value is None:
        return None
    if type(value) is float and value.is_integer():
        return int(value)
    if type(value) is not int:
        raise InvalidInstance(f"{field} must be a whole number", field=field)
    return value


def _indices(values: Any, field: str) -> Ints:
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise InvalidInstance(f"{field} must be a list of indices", field=field)
    for place, value in enumerate(values):
        if type(value) is not int:
            raise InvalidInstance(f"{field}.{place} must be a whole number", field=f"{field}.{place}")
        if abs(value) > 2**53:
            raise InvalidInstance(f"{field}.{place}: there is no candidate {value}", field=f"{field}.{place}")
    return np.array(values, np.int64)

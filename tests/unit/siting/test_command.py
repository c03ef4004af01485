"""`tianyuan sites solve`: what it prints, and how it names what is wrong with a file."""

import json
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.__main__ import app
from services.sites.siting.budget import usual_gap

SQUARE: dict[str, Any] = {
    "weights": [1, 2, 3, 4],
    "demand": [[0, 0], [0, 1], [1, 0], [9, 9]],
    "candidates": [[0, 0], [9, 9], [5, 5]],
    "service_radius": 1,
    "p": 1,
}


def run(folder: Path, document: Any, *options: str) -> Any:
    """The command on a file."""
    file = folder / "instance.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return CliRunner().invoke(app, ["sites", "solve", str(file), "--time-limit", "20", *options])


@pytest.mark.parametrize(
    ("model", "more", "objective", "sites"),
    [
        ("mclp", {}, 6, [0]),
        ("mclp", {"p": 2}, 10, [0, 1]),
        ("mclp", {"fixed": [1]}, 4, [1]),
        ("mclp", {"capacity": [3, 1, 0]}, 3, [0]),
        ("lscp", {}, 2, [0, 1]),
        ("lscp", {"coverage_percent": 60}, 1, [0]),
        ("p_median", {"p": 2}, 5, [0, 1]),
        ("p_median", {"p": 3}, 5, [0, 1, 2]),
        ("p_median", {"candidates": None, "p": 4}, 0, [0, 1, 2, 3]),
    ],
)
def test_it_prints_the_answer(
    tmp_path: Path, model: str, more: dict[str, Any], objective: float, sites: list[int]
) -> None:
    done = run(tmp_path, SQUARE | more, "--model", model, "--json")
    assert done.exit_code == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["objective"] == answer["bound"] == objective
    assert answer["gap"] == 0
    assert answer["sites"] == sites
    assert answer["seconds"] < 20
    assert ("assignment" in answer) == ("capacity" in more)


def test_the_time_is_counted_from_when_the_process_began(tmp_path: Path) -> None:
    file = tmp_path / "instance.json"
    file.write_text(json.dumps(SQUARE), encoding="utf-8")
    began = perf_counter() - 100.0
    done = CliRunner().invoke(app, ["sites", "solve", str(file), "--model", "mclp", "--json"], obj=began)
    assert json.loads(done.stdout)["seconds"] > 100


def test_large_instances_may_end_early_small_ones_are_proven() -> None:
    assert usual_gap(10_000, 5_000) == 0.002
    assert usual_gap(900, 900) == 0.0


def test_a_matrix_gives_the_same(tmp_path: Path) -> None:
    document = {"weights": [1, 2, 3], "cost": [[0, 9], [1, 9], [9, 0.5]], "service_radius": 1, "p": 1}
    assert json.loads(run(tmp_path, document, "--model", "mclp", "--json").stdout)["sites"] in ([0], [1])
    assert json.loads(run(tmp_path, document, "--model", "p_median", "--json").stdout)["objective"] == 9 + 18 + 1.5


def test_people_read_it_in_words(tmp_path: Path) -> None:
    done = run(tmp_path, SQUARE, "--model", "mclp")
    assert "objective 6, bound 6, gap 0.0000%" in done.stdout


def test_the_share_to_cover_and_what_means_nothing(tmp_path: Path) -> None:
    done = run(tmp_path, SQUARE | {"capacities": [1]}, "--model", "lscp", "--coverage", "60", "--json")
    assert json.loads(done.stdout)["objective"] == 1
    assert "ignored: capacities" in done.stderr


@pytest.mark.parametrize(
    ("model", "more", "said"),
    [
        ("mclp", {"weights": [1, 2]}, "weights must be 4 numbers"),
        ("mclp", {"weights": [1, 2, 3, -4]}, "weights.3 is -4.0: not a finite number from 0"),
        ("mclp", {"weights": [1, 2, 3, "x"]}, "weights.3 is no number"),
        ("mclp", {"weights": [1, 2, 3, True]}, "weights.3 is no number"),
        ("mclp", {"weights": None}, "weights must be a list"),
        ("mclp", {"demand": [[0, 0], [0, 1], [1], [9, 9]]}, "demand.2 has 1 numbers, a position has 2"),
        ("mclp", {"demand": None, "candidates": None}, "demand: give demand (and candidates), or cost"),
        ("mclp", {"candidates": []}, "candidates must be a list of rows"),
        ("mclp", {"cost": [[1]]}, "give cost, or demand and candidates"),
        (
            "p_median",
            {"demand": None, "candidates": None, "cost": [[1, 2], [1], [1, 2], [1, 2]]},
            "cost.1 has 1 numbers",
        ),
        ("p_median", {"demand": None, "candidates": None, "cost": [[1, -2]] * 4}, "cost.0.1 is negative"),
        ("mclp", {"weights": [1, 2, 3, 1e200]}, "weights.3 is 1e+200: beyond 1e+12"),
        ("p_median", {"demand": [[0, 0], [0, 1e308], [1, 0], [9, 9]]}, "demand.1.1 is beyond 1e+12"),
        ("mclp", {"service_radius": 1e308}, None),
        ("p_median", {"capacity": [1e308, 1e308, 1e308]}, None),
        ("mclp", {"p": 4}, "p is 4, but there are only 3 candidates"),
        ("mclp", {"p": 0}, "at least one site"),
        ("mclp", {"p": 1.5}, "p must be a whole number"),
        ("mclp", {"p": None}, "the model needs p"),
        ("p_median", {"p": None}, "the model needs p"),
        ("mclp", {"service_radius": None}, "the model needs service_radius"),
        ("mclp", {"service_radius": -1}, "-1.0 is no radius"),
        ("mclp", {"fixed": [3]}, "fixed.0: there is no candidate 3"),
        ("mclp", {"fixed": [0, 1]}, "2 sites are fixed"),
        ("mclp", {"fixed": [0, 0], "p": 2}, "fixed twice"),
        ("mclp", {"capacity": [1, 2]}, "capacity must be 3 numbers"),
        ("lscp", {"candidates": [[0, 0]]}, "no candidate is within service_radius of demand point 3"),
        ("lscp", {"coverage_percent": 0}, "above 0"),
        ("lscp", {"candidates": [[0, 0]], "coverage_percent": 90}, "all candidates together cover 60 %"),
        ("p_median", {"capacity": [3, 3, 3]}, "demand point 3 weighs 4"),
        ("p_median", {"capacity": [4, 4, 4], "p": 2}, "the 2 largest sites allowed together take 8"),
        ("p_median", {"capacity": [5, 5, 0], "p": 2, "weights": [3, 3, 2, 2]}, None),
        ("lscp", {"capacity": [5, 5, 5]}, "capacities"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, model: str, more: dict[str, Any], said: str | None) -> None:
    done = run(tmp_path, SQUARE | more, "--model", model, "--json")
    if said is None:
        assert done.exit_code == 0, done.stderr
        return
    assert done.exit_code == 2
    assert not done.stdout
    assert said in " ".join(done.stderr.split())
    assert "instance.json" in done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"weights": [1, NaN]}', "NaN"),
        ('{"weights": [1,, 2]}', "line 1 column"),
        ("[1, 2]", "not a JSON object"),
        ("", "empty"),
        ('{"weights": [1e999], "demand": [[0, 0]], "p": 1, "service_radius": 1}', "weights.0"),
    ],
)
def test_what_is_no_instance_is_said(tmp_path: Path, text: str, said: str) -> None:
    done = run(tmp_path, text, "--model", "mclp", "--json")
    assert done.exit_code == 2
    assert said in done.stderr

"""`python -m tests.mutants [WORDS]`: plant each fault (named with the words) in a copy; exit 1 where one survives."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.mutants.catalogue import MUTANTS
from tests.mutants.fault import Mutant

ROOT: Final = Path(__file__).parents[2]
COPIED: Final = ("services", "shared", "city", "cli", "infra", "tests", "examples", "pyproject.toml")
SHARED: Final = (".venv", ".run")  # the copy's tests use this clone's packages and servers
FAILED: Final = 1  # pytest's own word for: tests ran, and some did not pass
ENVIRONMENT: Final = {"ORACLE_PAIRS": "25000", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": "ignore"}


def main(words: Sequence[str]) -> int:
    """Plant them one after the other and print what became of each."""
    chosen = [mutant for mutant in MUTANTS if all(word in mutant.name for word in words)]
    if not chosen:
        print(f"no mutant is called {' '.join(words)}")
        return 2
    with copy() as folder:
        killers = sorted({killer for mutant in chosen for killer in mutant.killers})
        print(f"{'sound':>10} {pytest(folder, killers)}", flush=True)
        fates = [planted(folder, mutant) for mutant in chosen]
    print(f"{fates.count('killed')} of {len(fates)} killed")
    return 0 if set(fates) == {"killed"} else 1


@contextmanager
def copy() -> Iterator[Path]:
    """The platform and its tests in a folder that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="mutants") as name:
        folder = Path(name)
        for each in COPIED:
            source = ROOT / each
            if source.is_dir():
                shutil.copytree(source, folder / each, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, folder / each)
        for each in SHARED:
            (ROOT / each).mkdir(exist_ok=True)
            (folder / each).symlink_to(ROOT / each)
        yield folder


def planted(folder: Path, mutant: Mutant) -> str:
    """What became of one fault: killed, survived, or what else pytest said."""
    sound = {edit.path: (folder / edit.path).read_text(encoding="utf-8") for edit in mutant.edits}
    began = time.monotonic()
    try:
        for path in sound:
            (folder / path).write_text(mutated(sound[path], path, mutant), encoding="utf-8")
        fate = pytest(folder, mutant.killers)
    except ValueError as error:
        fate = str(error)
    finally:
        for path, text in sound.items():
            (folder / path).write_text(text, encoding="utf-8")
    print(f"{fate:>10} {time.monotonic() - began:5.1f} s  {mutant.name}", flush=True)
    return fate


def mutated(text: str, path: str, mutant: Mutant) -> str:
    """The source with the fault. Raises ValueError where it cannot be planted."""
    for edit in mutant.edits:
        if edit.path == path:
            if text.count(edit.find) != 1:
                raise ValueError(f"{mutant.name}: {edit.find!r} stands {text.count(edit.find)} times in {path}")
            text = text.replace(edit.find, edit.put)
    return text


def pytest(folder: Path, tests: Sequence[str]) -> str:
    """Run some tests in the copy: `killed` where one failed, `survived` where all passed."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, FAILED):
        print(done.stdout[-3000:], done.stderr[-1000:])
        return f"exit {done.returncode}"
    return "killed" if done.returncode == FAILED else "survived"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

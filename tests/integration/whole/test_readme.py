"""The README's own commands, typed as they stand, against a running platform."""

import re
import subprocess
from pathlib import Path

from tests.system.platform import Platform

ROOT = Path(__file__).parents[3]
ADDRESS = "http://127.0.0.1:8000"


def terminal_block() -> str:
    """The commands under "From a terminal"."""
    text = (ROOT / "README.md").read_text()
    found = re.search(r"## From a terminal.*?```\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


def test_commands_of_the_readme(platform: Platform) -> None:
    commands = terminal_block()
    assert ADDRESS in commands
    script = "set -euo pipefail\n" + commands.replace(ADDRESS, platform.processes[0].url)
    ran = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_linked_pages_exist() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"


def test_what_is_named_as_proof_exists() -> None:
    named = re.findall(r"`(?:tests/[\w/]*)?(test_\w+\.py)`", (ROOT / "CONTRIBUTING.md").read_text())
    assert len(named) > 10
    assert set(named) <= {path.name for path in (ROOT / "tests").rglob("test_*.py")}

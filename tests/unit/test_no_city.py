"""The platform knows no particular city: nothing of Wuhan stands in services, shared or the command."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
# names of the place, its codes, positions in it and its time
OF_WUHAN = re.compile(
    "武汉|湖北|江岸|江汉|硚口|汉阳|武昌|青山|洪山|东西湖|汉南|蔡甸|江夏|黄陂|新洲|东湖|天河|长江"
    r"|(?i:wuhan|hubei|yangtze|tianhe|zhhh)|Asia/Shanghai|Asia/Chongqing"
    r"|\b4201\d\d\b|\b11[345]\.\d{3,}|\b(?:29|30|31)\.\d{4,}|EPSG:45\d\d|EPSG:326(?:49|50)"
)
# the usual city, which a setting replaces; in prose, what a code's own example or a fact of the design is taken from
ALLOWED = {
    ("shared/settings.py", 'city_dir: Path = Path("city/wuhan")'),
}


def statements(file: Path) -> Iterator[str]:
    """The file's lines without docstrings and comments: what a reader is told may speak of the first city."""
    text = re.sub(r'"""(?:.|\n)*?"""', "", file.read_text(encoding="utf-8"))
    for line in text.splitlines():
        code = line.split("  # ")[0].strip()
        if not code.startswith("#"):
            yield code


def test_nothing_in_the_platform_is_of_one_city() -> None:
    files = [path for folder in ("services", "shared", "cli") for path in sorted((ROOT / folder).rglob("*.py"))]
    assert len(files) > 200
    found = [
        (str(path.relative_to(ROOT)), line)
        for path in files
        for line in statements(path)
        if OF_WUHAN.search(line) and (str(path.relative_to(ROOT)), line) not in ALLOWED
    ]
    assert found == []


def test_the_lint_sees_what_it_looks_for() -> None:
    for line in (
        'zone = ZoneInfo("Asia/Shanghai")',
        "centre = (114.3055, 30.5928)",
        'name = "武汉市"',
        'code = "420106"',
    ):
        assert OF_WUHAN.search(line), line
    assert not OF_WUHAN.search("radius_m = 30.5 * 114.3")

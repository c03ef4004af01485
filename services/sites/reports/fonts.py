"""A font with Chinese characters for the pictures: matplotlib's own has none and would draw boxes."""

from functools import cache
from typing import Final

from matplotlib import font_manager

from shared.errors import Unavailable

_KNOWN: Final = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans SC",
    "Noto Sans CJK JP",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "Droid Sans Fallback",
    "Noto Serif CJK SC",
    "AR PL UMing CN",
)


class NoChineseFont(Unavailable):
    """The machine has no font with Chinese characters."""

    def __init__(self) -> None:
        super().__init__(
            "no font with Chinese characters is installed, so the report's pictures cannot be drawn:"
            " install one, on Debian the package fonts-noto-cjk; or ask for csv, json"
        )


@cache
def chinese_font() -> str:
    """The family to draw with. Raises NoChineseFont, and looks again the next time."""
    family = _installed()
    if family is None:
        # matplotlib keeps a list from when it first ran, and a font may have been installed since
        for path in font_manager.findSystemFonts():
            if any(part in path.lower() for part in ("cjk", "wqy", "hei", "sourcehan", "uming")):
                font_manager.fontManager.addfont(path)
        family = _installed()
    if family is None:
        raise NoChineseFont
    return family


def _installed() -> str | None:
    names = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in _KNOWN if name in names), None)

"""The pictures of a report as PNG: the coverage map and the burn-up. Figures are objects: pyplot is not for threads."""

import io
import math
import textwrap
from typing import Any, Final

import numpy as np
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PatchCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.patheffects import Normal, Stroke
from matplotlib.ticker import MaxNLocator
from shapely.geometry.base import BaseGeometry

from services.sites.domain.burnup import BurnUp
from services.sites.domain.months import parse_month
from services.sites.reports.fonts import chinese_font
from services.sites.reports.value import BurnUpChart, CoverageMap, Picture, Shade

DOTS_PER_INCH: Final = 150
WIDTH_IN: Final = 6.6
SHOWN_AHEAD: Final = 12
FARTHEST_TARGET: Final = 6  # times the highest count
_INK, _LINE, _TARGET, _DOT = "#1f2933", "#1668b8", "#b4472e", "#d9480f"
_SMALL_DEG2: Final = 0.02  # some 200 km2: the inner districts, whose names would touch
_DEMO: Final = "演示数据"
_COARSE_DEG: Final = 0.0008  # a third of a pixel


def draw(picture: Picture, *, demo: bool) -> bytes:
    """The picture as PNG bytes, the same for the same picture. Raises NoChineseFont."""
    font = FontProperties(family=chinese_font())
    figure = _map(picture, font) if isinstance(picture, CoverageMap) else _burn_up(picture, font)
    if demo:
        figure.text(0.99, 0.975, _DEMO, fontproperties=font, fontsize=11, color=_TARGET, ha="right", va="top")
        figure.text(0.5, 0.5, _DEMO, fontproperties=font, fontsize=60, color="#666666", alpha=0.2, rotation=30,
                    ha="center", va="center", zorder=10)  # fmt: skip
    out = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(out, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return out.getvalue()


def _map(picture: CoverageMap, font: FontProperties) -> Figure:
    figure = Figure(figsize=(WIDTH_IN, 6.6), layout="constrained")
    axes = figure.add_subplot()
    scale = Normalize(0.0, 1.0)
    for shade in picture.shades:
        _district(axes, shade, scale, font)
    if picture.sites:
        lngs, lats = zip(*picture.sites, strict=True)
        axes.scatter(lngs, lats, s=9, color=_DOT, edgecolors="white", linewidths=0.4, zorder=3, label="投用站点")
        axes.legend(loc="lower left", prop=font, frameon=False)
    bar = figure.colorbar(ScalarMappable(scale, "Blues"), ax=axes, shrink=0.55, format=_percent)
    bar.set_label("人口覆盖率", fontproperties=font)
    _frame(axes, picture)
    axes.set_title(picture.caption, fontproperties=font, fontsize=13, color=_INK)
    sources = textwrap.fill(picture.attribution, 150)
    figure.supxlabel(sources, fontproperties=font, fontsize=5, color="#667085", x=0.01, ha="left")
    return figure


def _frame(axes: Any, picture: CoverageMap) -> None:
    west, south, east, north = shapely.total_bounds([shade.polygon for shade in picture.shades])
    axes.set_xlim(west - 0.02, east + 0.02)
    axes.set_ylim(south - 0.02, north + 0.02)
    axes.set_aspect(1 / math.cos(math.radians((south + north) / 2)))
    axes.set_axis_off()


def _district(axes: Any, shade: Shade, scale: Normalize, font: FontProperties) -> None:
    outline = shapely.simplify(shade.polygon, _COARSE_DEG)
    patches = [PathPatch(_path(part)) for part in shapely.get_parts(outline)]
    shades = PatchCollection(patches, cmap="Blues", norm=scale, edgecolor="#6b7280", linewidth=0.6)
    shades.set_array(np.full(len(patches), shade.share))
    axes.add_collection(shades)
    centre = shade.polygon.representative_point()
    text = f"{shade.name}\n{shade.share:.0%}"
    size = 7 if shade.polygon.area > _SMALL_DEG2 else 5
    halo = [Stroke(linewidth=1.6, foreground="white"), Normal()]
    axes.text(centre.x, centre.y, text, fontproperties=font, fontsize=size, ha="center", va="center", zorder=4,
              color=_INK, path_effects=halo)  # fmt: skip


def _path(polygon: BaseGeometry) -> Path:
    rings = [polygon.exterior, *polygon.interiors]  # type: ignore[attr-defined]
    return Path.make_compound_path(*(Path(np.asarray(ring.coords), closed=True) for ring in rings))


def _percent(value: float, _: object) -> str:
    return f"{value:.0%}"


def _burn_up(picture: BurnUpChart, font: FontProperties) -> Figure:
    count = max(len(picture.panels), 1)
    figure = Figure(figsize=(WIDTH_IN, 0.9 + 2.3 * count), layout="constrained")
    for number, (name, burn) in enumerate(picture.panels):
        axes = figure.add_subplot(count, 1, number + 1)
        _panel(axes, name, burn, font)
        if number == 0:
            figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False,
                          prop=FontProperties(family=font.get_family(), size=7))  # fmt: skip
    figure.suptitle(picture.caption, fontproperties=font, fontsize=13, color=_INK)
    return figure


def _panel(axes: Any, name: str, burn: BurnUp, font: FontProperties) -> None:
    points = {point.month: point.count for point in burn.points}
    bands = {band.month: (band.low, band.mid, band.high) for band in burn.bands[:SHOWN_AHEAD]}
    months = sorted({*points, *bands})
    place = {month: number for number, month in enumerate(months)}
    axes.plot([place[month] for month in points], list(points.values()), color=_LINE, marker="o", markersize=3,
              label="实际")  # fmt: skip
    if bands:
        before = str(parse_month(next(iter(bands))).plus(-1))
        bands = {before: (points[before],) * 3, **bands}  # it opens at the last month that is over
    along = [place[month] for month in bands]
    low, mid, high = zip(*bands.values(), strict=True) if bands else ((), (), ())
    axes.fill_between(along, low, high, color=_LINE, alpha=0.2, linewidth=0, label="预测 80% 区间")
    axes.plot(along, mid, color=_LINE, linestyle=":", label="预测中位")
    axes.axhline(burn.number, color=_TARGET, linewidth=1, linestyle="--", label="目标")
    _scale(axes, burn.number, max(*points.values(), *high, 1), font)
    shown = range(0, len(months), max(1, len(months) // 12))
    axes.set_xticks(list(shown), [months[number] for number in shown], fontsize=6, rotation=30)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))  # there is no half a route
    axes.tick_params(axis="y", labelsize=7)
    axes.set_title(f"{name}：当前 {burn.points[-1].count} / {burn.number}", fontproperties=font, fontsize=9, loc="left")
    axes.spines[["top", "right"]].set_visible(False)


def _scale(axes: Any, target: int, highest: float, font: FontProperties) -> None:
    """The target is in the picture unless the counts would then lie flat on the ground."""
    if target <= FARTHEST_TARGET * highest:
        axes.set_ylim(0, max(target, highest) * 1.08)
        return
    axes.set_ylim(0, highest * 1.25)
    axes.text(0.995, 0.97, f"目标 {target} 在图外上方 ↑", transform=axes.transAxes, fontproperties=font, fontsize=7,
              color=_TARGET, ha="right", va="top")  # fmt: skip

"""Outlines at the edge: `check_outline` refuses what is not a sound area and says where it is not. Pure."""

import shapely

from shared.volumes import Outline


def check_outline(outline: Outline, field: str = "outline") -> None:
    """Raises Invalid(detail, field=...) naming the place of the fault.

    Refused: unclosed ring, fewer than 4 positions, repeated position, NaN or infinity, crossing edges (bow-tie), hole outside the
    shell, rings that cross, too many vertices, too large an area, antimeridian or pole.
    """
    raise NotImplementedError


def core_of(outline: Outline) -> tuple[shapely.Point | shapely.Polygon, float]:
    """The outline's core in degrees and its radius in metres (0 for a polygon). The outline has been checked."""
    raise NotImplementedError


def box_of(outline: Outline, pad_m: float = 0.0) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees round the outline and `pad_m` more, never too small."""
    raise NotImplementedError

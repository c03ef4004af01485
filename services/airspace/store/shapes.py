"""Shapes as geometry columns take them, and spans of time."""

from dataclasses import dataclass
from datetime import datetime

import shapely
from geoalchemy2 import WKBElement
from geoalchemy2.shape import from_shape
from shapely.geometry.base import BaseGeometry

Box = tuple[float, float, float, float]  # west, south, east, north in degrees


@dataclass(frozen=True, slots=True)
class During:
    """A closed span of time; an instant where both are the same."""

    start: datetime
    end: datetime


def element(geometry: BaseGeometry) -> WKBElement:
    """A geometry in WGS-84."""
    return from_shape(geometry, srid=4326)


def polygon(box: Box) -> WKBElement:
    """A box as a polygon."""
    return element(shapely.box(*box))

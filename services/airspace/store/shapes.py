"""Shapes as geometry columns take them, and spans of time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
import sqlalchemy as sa
from geoalchemy2 import WKBElement
from geoalchemy2.shape import from_shape
from shapely.geometry.base import BaseGeometry

Box = tuple[float, float, float, float]  # west, south, east, north in degrees; west > east across the antimeridian


@dataclass(frozen=True, slots=True)
class During:
    """A closed span of time; an instant where both are the same."""

    start: datetime
    end: datetime


def element(geometry: BaseGeometry) -> WKBElement:
    """A geometry in WGS-84."""
    return from_shape(geometry, srid=4326)


def halves(box: Box) -> tuple[Box, ...]:
    """The box, or what of it lies on either side of the antimeridian."""
    west, south, east, north = box
    return (box,) if west <= east else ((west, south, 180.0, north), (-180.0, south, east, north))


def area(box: Box) -> BaseGeometry:
    """All of the box as one geometry."""
    return shapely.union_all([shapely.box(*half) for half in halves(box)])


def near(column: sa.ColumnElement[Any], box: Box) -> sa.ColumnElement[bool]:
    """That a geometry's bounds meet the box."""
    return sa.or_(*(column.op("&&")(polygon(half)) for half in halves(box)))


def polygon(box: Box) -> WKBElement:
    """A box as a polygon."""
    return element(shapely.box(*box))

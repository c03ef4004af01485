"""Layers of demand: those of the city's profile, and those that are imported."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from services.sites.domain.demand import DemandPoint, Layer, LayerSource, settle, spread
from services.sites.domain.errors import FileNotReadable, LayerNotFound, LayerOfTheCity
from services.sites.files.columns import RowError
from services.sites.layers import Weights
from services.sites.store import demand as store
from services.sites.store.demand import POPULATION, TOWNS
from shared.city import CityProfile
from shared.frame import Transaction

MOST_ERRORS = 1_000  # told; the rest is of the same kind


@dataclass(frozen=True, slots=True)
class Imported:
    """The layer as it is now, whether that is new, and what was left out."""

    layer: Layer
    changed: bool
    outside: int  # points outside the city
    errors: tuple[RowError, ...]


def load_layers(tx: Transaction, city: CityProfile) -> None:
    """The layers of the city's profile, anew; imported ones are asked again where each point lies."""
    store.lock(tx)
    people = spread(city.districts, city.demand_spacing_m, city.centre[1])
    store.replace(tx, POPULATION, LayerSource.CENSUS, city.version, people, "", tx.now)
    lng, lat = (np.array([getattr(town, name) for town in city.towns], np.float64) for name in ("lng", "lat"))
    towns = _points(lng, lat, np.ones(len(lng)), city)
    store.replace(tx, TOWNS, LayerSource.TOWNS, city.version, towns, "", tx.now)
    store.settle_anew(tx, city.version)


@dataclass(frozen=True, slots=True)
class LayerFile:
    """A file that is to become a layer, and how it is read."""

    layer: str
    source: LayerSource
    content: bytes
    read: Callable[[bytes], Weights]


def import_layer(tx: Transaction, city: CityProfile, file: LayerFile, imported_by: str) -> Imported:
    """A file as a layer, whole: what the layer had before is gone. The same file again changes nothing.

    Raises LayerOfTheCity, FileNotReadable.
    """
    layer = file.layer
    if layer in (POPULATION, TOWNS):
        raise LayerOfTheCity(layer)
    found = file.read(file.content)
    points = _points(found.lng, found.lat, found.weight, city)
    if not points:
        raise FileNotReadable("the file has no sound point in the city")
    store.lock(tx)
    version = f"{sha256(file.content).hexdigest()[:16]}@{city.version}"
    known = next((each for each in store.layers(tx.connection) if each.layer == layer), None)
    outside, errors = len(found.lng) - len(points), found.errors[:MOST_ERRORS]
    if known is not None and known.version == version:
        return Imported(known, False, outside, errors)
    new = store.replace(tx, layer, file.source, version, points, imported_by, tx.now)
    return Imported(new, True, outside, errors)


def _points(lng: np.ndarray, lat: np.ndarray, weight: np.ndarray, city: CityProfile) -> list[DemandPoint]:
    adcodes = settle(lng, lat, city.districts)
    rows = zip(lng.tolist(), lat.tolist(), adcodes, weight.tolist(), strict=True)
    return [DemandPoint(*row) for row in rows if row[2]]


def forget_layer(tx: Transaction, layer: str) -> None:
    """Delete an imported layer. Raises LayerOfTheCity, LayerNotFound."""
    if layer in (POPULATION, TOWNS):
        raise LayerOfTheCity(layer)
    store.lock(tx)
    if not store.delete(tx, layer):
        raise LayerNotFound(layer)

"""Terrain from a GeoTIFF of heights above mean sea level (Copernicus GLO-30, SRTM, ...), where one is configured."""

from pathlib import Path

import numpy as np
import rasterio

from shared.city import CityProfile
from shared.settings import Settings
from shared.terrain import HeightRaster, RasterTerrain, Terrain


class UnusableTerrain(ValueError):
    """The file is no raster of heights in WGS-84 degrees."""


def terrain_of(city: CityProfile, settings: Settings) -> Terrain:
    """The ground through which heights in different references compare: the raster, else the city's bands."""
    bands = city.terrain()
    if settings.terrain is None:
        return bands
    name = f"{settings.terrain.name}, \u00b1{settings.terrain_error_m:g} m"
    return RasterTerrain(name, read_heights(settings.terrain), settings.terrain_error_m, bands)


def read_heights(path: Path) -> HeightRaster:
    """The first band of a GeoTIFF. Raises UnusableTerrain where it is turned, or not in degrees of WGS-84."""
    try:
        with rasterio.open(path) as file:
            transform, crs = file.transform, file.crs
            heights = file.read(1, masked=True).astype(np.float64).filled(np.nan)
    except rasterio.errors.RasterioError as error:
        raise UnusableTerrain(f"{path}: {error}") from error
    if crs is None or crs.to_epsg() != 4326:
        raise UnusableTerrain(f"{path}: its positions are in {crs}, not in WGS-84 degrees (EPSG:4326)")
    if transform.b or transform.d or transform.a <= 0 or transform.e >= 0:
        raise UnusableTerrain(f"{path}: its rows do not run from north to south, its columns from west to east")
    return HeightRaster(transform.c, transform.f, transform.a, -transform.e, heights)

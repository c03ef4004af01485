"""Heights through a raster: never too narrow, truer than the bands, and the bands where it is silent."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from rasterio.transform import Affine

from services.airspace.domain.assess import assess
from services.airspace.domain.zone_index import ZoneIndex
from shared.contracts.assessment import Outcome
from shared.flight import volumes
from shared.rasters import UnusableTerrain, read_heights
from shared.terrain import HeightRaster, RasterTerrain, Terrain
from shared.volumes import Altitude, AltitudeReference
from tests.unit.geometry.worlds import LAT, LNG, NOW, RULES, circle, flight, hills, request, spot, waypoint, zoned

Floats = NDArray[np.float64]
PIXEL = 1 / 3600
HEIGHTS = np.random.default_rng(7).uniform(15.0, 60.0, (97, 131))


def raster(heights: Floats = HEIGHTS) -> HeightRaster:
    return HeightRaster(LNG - 60 * PIXEL, LAT + 50 * PIXEL, PIXEL, PIXEL, heights)


def pixels_in(made: HeightRaster, box: Floats) -> Floats:
    """The pixels that a box touches, each compared with it."""
    rows, columns = made.heights_m.shape
    west, north = made.west + np.arange(columns) * PIXEL, made.north - np.arange(rows) * PIXEL
    across = (west + PIXEL >= box[0]) & (west <= box[2])
    along = (north - PIXEL <= box[3]) & (north >= box[1])
    return made.heights_m[np.ix_(along, across)].ravel()


@settings(max_examples=60, deadline=None)
@given(st.tuples(*[st.floats(-0.016, 0.019)] * 2), st.tuples(*[st.floats(0.0, 0.02)] * 2))
def test_the_band_holds_every_pixel_that_the_box_touches(
    corner: tuple[float, float], size: tuple[float, float]
) -> None:
    made = raster()
    terrain = RasterTerrain("raster", made, 2.0, hills())
    box = np.array([LNG + corner[0], LAT + corner[1] / 2, LNG + corner[0] + size[0], LAT + corner[1] / 2 + size[1]])
    (lowest,), (highest,) = terrain.ground(box[None])
    touched = pixels_in(made, box)
    if len(touched):
        assert lowest <= touched.min() - 2.0
        assert highest >= touched.max() + 2.0
    inside = box[0] >= made.west and box[2] <= made.east and box[1] >= made.south and box[3] <= made.north
    assert bool(highest <= 62.0) is bool(inside)  # beside it the hills of the other terrain, up to 300 m


def test_one_silent_pixel_leaves_its_surroundings_to_the_other_terrain() -> None:
    heights = HEIGHTS.copy()
    heights[40, 60] = np.nan
    terrain = RasterTerrain("raster", raster(heights), 0.0, hills())
    at = np.array([LNG + 0.5 * PIXEL, LAT + 9.5 * PIXEL] * 2)
    away = at + np.array([20, 20, 20, 20]) * PIXEL
    lowest, highest = terrain.ground(np.array([at, away]))
    assert (lowest[0], highest[0]) == (10.0, 300.0)
    assert highest[1] < 61.0


def write(path: Path, heights: Floats, crs: str = "EPSG:4326") -> Path:
    """A GeoTIFF of heights, -9999 where they are not known."""
    known = np.where(np.isnan(heights), -9_999.0, heights).astype(np.float32)
    shape = {"height": known.shape[0], "width": known.shape[1], "count": 1, "dtype": "float32", "nodata": -9_999.0}
    transform = Affine(PIXEL, 0.0, LNG - 60 * PIXEL, 0.0, -PIXEL, LAT + 50 * PIXEL)
    with rasterio.open(path, "w", driver="GTiff", crs=crs, transform=transform, **shape) as file:
        file.write(known, 1)
    return path


def test_a_geotiff_is_read_as_it_lies(tmp_path: Path) -> None:
    heights = HEIGHTS.copy()
    heights[3, 5] = np.nan
    read, made = read_heights(write(tmp_path / "dem.tif", heights)), raster(heights)
    np.testing.assert_allclose(read.heights_m, made.heights_m, atol=1e-5)
    assert (read.west, read.north, read.south) == pytest.approx((made.west, made.north, made.south))
    with pytest.raises(UnusableTerrain, match="WGS-84"):
        read_heights(write(tmp_path / "turned.tif", heights, crs="EPSG:4547"))
    with pytest.raises(UnusableTerrain):
        read_heights(tmp_path / "missing.tif")


def test_a_finding_says_which_terrain_it_used_and_a_truer_one_clears_what_a_band_cannot(tmp_path: Path) -> None:
    flat = read_heights(write(tmp_path / "flat.tif", np.full((97, 131), 20.0)))
    made = flight([waypoint(500, 0)], arrival=spot(500, 0))
    high = zoned("z", circle(300), lower=Altitude(130.0, AltitudeReference.AMSL))
    truer = RasterTerrain("flat.tif", flat, 5.0, hills())
    for terrain, outcome in ((hills(), Outcome.REFUSED), (truer, Outcome.APPROVED)):
        answer = assess(request(volumes(made, RULES, terrain)), ZoneIndex(1, [high]), [], [], RULES, terrain, NOW)
        assert answer.outcome is outcome  # 90 m and 10 m over ground of at most 300 m, or of 25 m
        assert [finding.terrain for finding in answer.findings] == (["hills"] if outcome is Outcome.REFUSED else [])
    low = zoned("z", circle(300), lower=Altitude(120.0, AltitudeReference.AMSL))
    (met,) = assess(request(volumes(made, RULES, truer)), ZoneIndex(1, [low]), [], [], RULES, truer, NOW).findings
    assert met.terrain == "flat.tif"


def test_flat_ground_is_flat_everywhere() -> None:
    lowest, highest = Terrain.flat(20.0).ground(np.array([[100.0, 10.0, 120.0, 40.0]]))
    assert (lowest[0], highest[0]) == (20.0, 20.0)

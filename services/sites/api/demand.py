"""Layers of demand: the city's own, and points and rasters that are imported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path

from services.sites import layers
from services.sites.api.parts import Anyone, Reading, State, Steward, Tx
from services.sites.domain.demand import Layer, LayerSource
from services.sites.state import SitesState
from services.sites.store import demand as store
from services.sites.usecases import demand
from services.sites.usecases.demand import LayerFile
from shared.http import Upload, upload
from shared.values import Identifier

router = APIRouter(tags=["coverage"])
CSV, GEOJSON, TIFF = "text/csv", "application/geo+json", "image/tiff"
LayerName = Annotated[Identifier, Path(description="1 to 64 letters, digits or . _ : -")]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerView:
    """A layer: where it comes from, how many points it has and what they weigh together."""

    layer: str
    source: LayerSource
    points: int
    weight: float
    imported_at: datetime
    imported_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandImportError:
    """What is wrong with a row: CSV counts the header as row 1, GeoJSON counts features from 1."""

    row: int
    field: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandImportReport:
    """The layer as it is now; `unchanged` where the same file made it; what was left out."""

    layer: LayerView
    unchanged: bool
    outside_city: int
    errors: Sequence[DemandImportError]


@router.get("/demand")
def list_layers(reading: Reading, caller: Anyone) -> list[LayerView]:
    """The layers there are."""
    return [_view(layer) for layer in store.layers(reading)]


@router.post("/demand/{layer}")
def import_layer(
    tx: Tx,
    state: State,
    caller: Steward,
    layer: LayerName,
    file: Annotated[Upload, upload(CSV, GEOJSON, TIFF)],
) -> DemandImportReport:
    """A file as a layer of demand, in place of what the layer had before; the same file again changes nothing.

    CSV with lng, lat and weight, GeoJSON points with a property `weight`, or a GeoTIFF whose first band is the weight.
    Sound points in the city go in, every other is explained. A file that is none as a whole is refused with 422.
    """
    done = demand.import_layer(tx, state.city, _file(layer, file, state), caller.sub)
    return DemandImportReport(
        layer=_view(done.layer),
        unchanged=not done.changed,
        outside_city=done.outside,
        errors=[DemandImportError(row=each.row, field=each.field, detail=each.detail) for each in done.errors],
    )


@router.delete("/demand/{layer}", status_code=204)
def forget_layer(tx: Tx, caller: Steward, layer: LayerName) -> None:
    """Forget an imported layer."""
    demand.forget_layer(tx, layer)


def _file(layer: str, file: Upload, state: SitesState) -> LayerFile:
    if file.media_type == TIFF:
        bounds = state.city.bounds
        return LayerFile(layer, LayerSource.RASTER, file.content, lambda content: layers.parse_raster(content, bounds))
    read = layers.parse_csv if file.media_type == CSV else layers.parse_geojson
    return LayerFile(layer, LayerSource.POINTS, file.content, read)


def _view(layer: Layer) -> LayerView:
    return LayerView(
        layer=layer.layer,
        source=layer.source,
        points=layer.points,
        weight=layer.weight,
        imported_at=layer.imported_at,
        imported_by=layer.imported_by,
    )

"""The file formats of zones, by name and media type, and reading any of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from services.airspace.imports import ed269, ed318, geojson
from services.airspace.imports.rows import (
    MOST_FEATURES,
    ImportRefused,
    Json,
    NotFeatureCollection,
    RowError,
    Setting,
    TooManyFeatures,
    row_errors,
)
from services.airspace.store.zones import Zone
from services.airspace.usecases.zones import Stated
from shared.body import MalformedBody
from shared.contracts.airspace import ZoneSpec
from shared.errors import Invalid
from shared.fields import FieldError


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format: its name and media type, the features of a document, the zones of a feature, the document of zones."""

    name: str
    media_type: str
    features: Callable[[Json], Json]
    zones: Callable[[Json, Setting], list[Stated]]
    document: Callable[[Sequence[Zone], Setting], Mapping[str, Any]]
    id_field: str  # where a feature says what it goes by


GEOJSON: Final = FileFormat(
    "geojson", "application/geo+json", geojson.features, geojson.zones, geojson.document_of, "properties.zone_id"
)
ED318: Final = FileFormat(
    "ed318", "application/vnd.ed318+json", ed318.features, ed318.zones, ed318.document_of, "properties.identifier"
)
ED269: Final = FileFormat(
    "ed269", "application/vnd.ed269+json", ed269.features, ed269.zones, ed269.document_of, "identifier"
)
FORMATS: Final = (GEOJSON, ED318, ED269)


class UnknownFormat(Invalid):
    """There is no such file format."""


def format_named(name: str) -> FileFormat:
    """The format of that name. Raises UnknownFormat."""
    found = next((each for each in FORMATS if each.name == name), None)
    if found is None:
        raise UnknownFormat(f"must be {', '.join(each.name for each in FORMATS)}", field="format")
    return found


def read_zones(
    content: bytes, setting: Setting, *, name: str | None = None, media_type: str = "", strict: bool = False
) -> tuple[list[Stated], list[RowError]]:
    """The zones of a file, and its errors; the format by its name, else by media type, else by what the file says.

    Raises MalformedBody, UnknownFormat, NotFeatureCollection, TooManyFeatures; strict, ImportRefused.
    """
    document = _document(content)
    format_ = format_named(name) if name else _by_media_type(media_type) or _by_content(document)
    stated: list[Stated] = []
    errors: list[RowError] = []
    known: dict[str, tuple[int, ZoneSpec]] = {}
    for index, feature in enumerate(_features(format_, document)):
        try:
            found = format_.zones(feature, setting)
            _expect_new(found, known, format_.id_field)
        except Invalid as error:
            errors += row_errors(index, feature, error)
            continue
        known |= {one.zone_id: (index, one.spec) for one in found}
        stated += found
    if strict and errors:
        faults = tuple(FieldError(f"features.{error.index}.{error.field}", error.detail) for error in errors[:20])
        raise ImportRefused(f"{len(errors)} faults; nothing was imported", faults)
    return stated, errors


def _expect_new(found: Sequence[Stated], known: Mapping[str, tuple[int, ZoneSpec]], field: str) -> None:
    """Of two features of one id neither would be lost without a word. Said twice, the same is fine."""
    for one in found:
        index, spec = known.get(one.zone_id, (0, one.spec))
        if spec != one.spec:
            raise Invalid(f"feature {index} has this id already ({one.zone_id}), and says otherwise", field=field)


def _document(content: bytes) -> Json:
    try:
        return orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))  # refuses NaN and nesting beyond 1,024
    except orjson.JSONDecodeError as error:
        raise MalformedBody(f"the file is not valid JSON: {error}") from error


def _by_media_type(media_type: str) -> FileFormat | None:
    """By the media types that are ours alone: ED-318 is GeoJSON too, and everything is JSON."""
    return next((each for each in (ED318, ED269) if each.media_type == media_type), None)


def _by_content(document: Json) -> FileFormat:
    if geojson.is_geojson(document):
        return ED318 if ed318.is_ed318(document) else GEOJSON
    return ED269 if ed269.is_ed269(document) else GEOJSON


def _features(format_: FileFormat, document: Json) -> Sequence[Json]:
    found = format_.features(document)
    if not isinstance(found, list):
        fault = FieldError("type", f"must be a {format_.name} document with a list of features")
        raise NotFeatureCollection(fault.detail, (fault,))
    if len(found) > MOST_FEATURES:
        raise TooManyFeatures(f"the file has {len(found)} features; at most {MOST_FEATURES} are taken")
    return found

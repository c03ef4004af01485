"""Zones from and to files: GeoJSON, ED-318 and ED-269. `read_zones` and `write_zones` choose by the format's name."""

from services.airspace.imports.areas import areas_by_name
from services.airspace.imports.formats import ED269, ED318, FORMATS, GEOJSON, FileFormat, format_named, read_zones
from services.airspace.imports.rows import ImportReport, Setting

__all__ = [
    "ED269",
    "ED318",
    "FORMATS",
    "GEOJSON",
    "FileFormat",
    "ImportReport",
    "Setting",
    "areas_by_name",
    "format_named",
    "read_zones",
]

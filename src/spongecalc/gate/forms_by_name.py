"""The forms of files that GDAL opens for us: by the ending of the name, what has to be in it, and the drivers.

An allow-list: a driver that is in no row is not asked at all, and content that its row does not list is refused
before GDAL sees it. That content has no mark does not make it harmless: a file may lead elsewhere behind one byte
that hides what it is.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NamedForm:
    """The files of one ending: ``contents`` by :mod:`spongecalc.gate.content`, and GDAL's ``drivers``."""

    contents: tuple[str, ...]
    drivers: tuple[str, ...]


GEOPACKAGE = "GeoPackage"
"""Content of a database of SQLite."""
_KML = NamedForm(("<kml>",), ("LIBKML", "KML"))
# Of bytes without a mark; such a file may happen to begin without a zero, or as a Shapefile does (.adf).
_BINARY = ("bytes", "text")
_MAPINFO = ("MapInfo File",)
VECTOR_FORMS: dict[str, NamedForm] = {
    ".gpkg": NamedForm((GEOPACKAGE,), ("GPKG",)),
    ".shp": NamedForm(("Shapefile",), ("ESRI Shapefile",)),
    ".geojson": NamedForm(("JSON",), ("GeoJSON", "TopoJSON")),
    ".json": NamedForm(("JSON",), ("GeoJSON", "TopoJSON")),
    ".topojson": NamedForm(("JSON",), ("TopoJSON", "GeoJSON")),
    ".fgb": NamedForm(("FlatGeobuf",), ("FlatGeobuf",)),
    ".gdb": NamedForm(("folder",), ("OpenFileGDB",)),
    ".kml": _KML,
    ".kmz": NamedForm(("ZIP",), ("LIBKML", "KML")),
    ".gml": NamedForm(("<",), ("GML",)),
    ".gpx": NamedForm(("<gpx>",), ("GPX",)),
    ".tab": NamedForm(("text",), _MAPINFO),
    ".mif": NamedForm(("text",), _MAPINFO),
    ".mid": NamedForm(("text", "empty"), _MAPINFO),
    ".dgn": NamedForm(_BINARY, ("DGN",)),
    ".zip": NamedForm(("ZIP",), ("ESRI Shapefile", "OpenFileGDB", "GPKG", "GeoJSON", *_MAPINFO)),
}
RASTER_FORMS: dict[str, NamedForm] = {
    ".tif": NamedForm(("TIFF",), ("GTiff",)),
    ".tiff": NamedForm(("TIFF",), ("GTiff",)),
    ".img": NamedForm(("HFA",), ("HFA",)),
    ".vrt": NamedForm(("<VRTDataset>",), ("VRT",)),
    ".jp2": NamedForm(("JPEG 2000",), ("JP2OpenJPEG",)),
    ".adf": NamedForm((*_BINARY, "Shapefile"), ("AIG",)),
    ".grd": NamedForm(("text", "bytes"), ("GSAG", "GSBG", "GS7BG", "AAIGrid", "AIG")),
    ".asc": NamedForm(("text",), ("AAIGrid", "GSAG", "GRASSASCIIGrid")),
    ".hgt": NamedForm(_BINARY, ("SRTMHGT",)),
    ".dem": NamedForm(("text", "bytes"), ("USGSDEM", "AAIGrid")),
    ".bil": NamedForm(_BINARY, ("EHdr",)),
    ".nc": NamedForm(("NetCDF", "HDF5"), ("netCDF",)),
    ".gpkg": NamedForm((GEOPACKAGE,), ("GPKG",)),
}
VECTOR_DRIVERS = tuple(dict.fromkeys(d for form in VECTOR_FORMS.values() for d in form.drivers))
"""All vector drivers that are ever asked."""
TEXT_RASTERS = ("AAIGrid", "GSAG")
"""Drivers of a grid in text, whatever its ending."""
OTHER_RASTERS = NamedForm(("TIFF", "HFA", "text"), ("GTiff", "HFA", *TEXT_RASTERS))
"""Rasters of an ending that is not listed."""
RASTER_DRIVERS = tuple(dict.fromkeys(d for f in (*RASTER_FORMS.values(), OTHER_RASTERS) for d in f.drivers))
"""All raster drivers that are ever asked."""
TILE_FORMS = {".tif": "TIFF", ".tiff": "TIFF", ".img": "HFA", ".jp2": "JPEG 2000"}
"""Endings of the tiles of a virtual raster, and what each holds."""
MARKUP = (".gml", ".kml", ".gpx", ".geojson", ".json", ".topojson")
"""Endings of texts in which features stand."""
# Texts that lead GDAL to other files and addresses, by their root element, and what people call them.
POINTERS = {
    "<OGRVRTDataSource>": "VRT",
    "<VRTDataset>": "VRT",
    "<OGRWFSDataSource>": "WFS",
    "<OGRCSWDataSource>": "CSW",
    "<WFS_Capabilities>": "WFS",
    "<WCS_GDAL>": "WCS",
    "<GDAL_WMS>": "WMS",
    "<GDAL_WMTS>": "WMTS",
    "<WMS_Capabilities>": "WMS",
    "<WMT_MS_Capabilities>": "WMS",
    "<Capabilities>": "WMTS",
    "<MRF_META>": "MRF",
    "<GDALTileIndexDataset>": "GTI",
}

UNMARKED = ("bytes", "text", "empty")
"""Contents without a mark of their own: what they are, the driver says that opens them."""
_NOT_GML = (*POINTERS, "<kml>", "<gpx>")


def fits(content: str, form: NamedForm) -> bool:
    """True where a form lists a content; its "<" stands for any markup that may be GML."""
    return content in form.contents or ("<" in form.contents and is_gml_content(content))


def is_gml_content(content: str) -> bool:
    """True for markup that GDAL reads as GML, and which leads nowhere else."""
    return content.startswith("<") and content not in _NOT_GML

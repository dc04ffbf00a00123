"""The forms of files that GDAL opens for us: by the ending of the name, what has to be in it, and the drivers.

An allow-list: a driver that is in no row is not asked at all, and content that does not go with the name is
refused before GDAL sees it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NamedForm:
    """The files of one ending: ``contents`` by :mod:`spongecalc.gate.content`, and GDAL's ``drivers``."""

    contents: tuple[str, ...]
    drivers: tuple[str, ...]


_KML = NamedForm(("<kml>",), ("LIBKML", "KML"))
# Of bytes without a mark; such a file may happen to begin without a zero.
_BINARY = ("bytes", "text")
_MAPINFO = ("MapInfo File",)
VECTOR_FORMS: dict[str, NamedForm] = {
    ".gpkg": NamedForm(("GeoPackage",), ("GPKG",)),
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
    ".adf": NamedForm(_BINARY, ("AIG",)),
    ".grd": NamedForm(("text", "bytes"), ("GSAG", "GSBG", "GS7BG", "AAIGrid", "AIG")),
    ".asc": NamedForm(("text",), ("AAIGrid", "GSAG", "GRASSASCIIGrid")),
    ".hgt": NamedForm(_BINARY, ("SRTMHGT",)),
    ".dem": NamedForm(("text", "bytes"), ("USGSDEM", "AAIGrid")),
    ".bil": NamedForm(_BINARY, ("EHdr",)),
    ".nc": NamedForm(("NetCDF", "HDF5"), ("netCDF",)),
    ".gpkg": NamedForm(("GeoPackage",), ("GPKG",)),
}
VECTOR_DRIVERS = tuple(dict.fromkeys(d for form in VECTOR_FORMS.values() for d in form.drivers))
"""All vector drivers that are ever asked."""
TEXT_RASTERS = ("AAIGrid", "GSAG")
"""Drivers of a grid in text, whatever its ending."""
OTHER_RASTERS = ("GTiff", "HFA", *TEXT_RASTERS)
"""Drivers that are asked for a file of an ending that is not listed."""
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


# Contents without a mark of their own: of a damaged file too, of which the driver of its name says what is wrong.
UNMARKED = ("bytes", "text", "empty")


def fits(content: str, form: NamedForm) -> bool:
    """True where a content goes with a form, or has no mark by which it would not.

    "<" of a form stands for any markup that leads nowhere else.
    """
    if content in form.contents or content in UNMARKED:
        return True
    others = (*POINTERS, "<kml>", "<gpx>")
    return "<" in form.contents and content.startswith("<") and content not in others

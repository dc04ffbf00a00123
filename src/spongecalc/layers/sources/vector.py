"""Vector files that GDAL reads: GeoPackage, Shapefile, GeoJSON, FlatGeobuf, FileGDB and more."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path

import geopandas as gpd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from spongecalc.layers.sources.raw import Note, RawLayer, SourceRefusedError, one_line

FAILURES = (
    DataSourceError,
    DataLayerError,
    FeatureError,
    FieldError,
    GeometryError,
    OSError,
    UnicodeDecodeError,
    ValueError,
    LookupError,
)
GBK = "GB18030"


def list_layers(path: Path) -> list[str]:
    """Names of the layers of a file; raises SourceRefusedError."""
    try:
        return [str(n) for n in pyogrio.list_layers(path)[:, 0]]
    except FAILURES as reason:
        raise SourceRefusedError("file.unreadable", reason=one_line(reason)) from reason


def read_vector(path: Path, layer: str | None, wanted: str, encoding: str | None) -> RawLayer:
    """One layer of a vector file.

    Parameters
    ----------
    path, layer
        The file, and the layer's name in it; None takes the only layer, or the one called ``wanted``.
    wanted
        The contract's name of the layer.
    encoding
        How texts are encoded; None finds out for a Shapefile and leaves the rest to GDAL.

    Raises
    ------
    SourceRefusedError
        If there is no such layer, or it cannot be read.
    """
    name, available = layer or wanted, list_layers(path)
    if len(available) == 1 and layer is None:
        name = available[0]
    if name not in available:
        raise SourceRefusedError("layer.missing", layer=name, available=", ".join(available) or "-")
    notes: tuple[Note, ...] = ()
    if encoding is None and path.suffix.lower() == ".shp":
        encoding = shapefile_encoding(path)
        if encoding is not None:
            notes = (Note("encoding.recognised", {"encoding": encoding}),)
    try:
        with warnings.catch_warnings():
            # GDAL warns of what the checks name feature by feature.
            warnings.simplefilter("ignore")
            raw = pyogrio.read_dataframe(path, layer=name, encoding=encoding)
    except FAILURES as reason:
        raise SourceRefusedError("file.unreadable", layer=name, reason=one_line(reason)) from reason
    if not isinstance(raw, gpd.GeoDataFrame):
        raise SourceRefusedError("layer.no_geometry", layer=name)
    return RawLayer(raw, notes=notes)


def shapefile_encoding(path: Path) -> str | None:
    """The encoding of a Shapefile whose files do not say it, or say it wrong; None where GDAL can tell.

    The bytes decide: what is UTF-8 throughout and holds more than ASCII is UTF-8; what is not is GB 18030,
    which holds GBK and GB 2312.
    """
    table = next((p for s in (".dbf", ".DBF") if (p := path.with_suffix(s)).is_file()), None)
    if table is None:
        return None
    data = _texts(table.read_bytes())
    if data.isascii():
        return None
    stated = _stated(path)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None if stated and "utf" not in stated else GBK
    return "UTF-8"


def _stated(path: Path) -> str:
    """Encoding that the .cpg beside a Shapefile states, in small letters."""
    for suffix in (".cpg", ".CPG"):
        if (page := path.with_suffix(suffix)).is_file():
            return page.read_text(encoding="ascii", errors="replace").strip().lower()
    return ""


def _texts(data: bytes) -> bytes:
    """All names of fields and all text values of a dBASE table, cut at the end of each."""
    if len(data) < 32:
        return b""
    header, length = struct.unpack_from("<HH", data, 8)
    fields, place = [], 1
    pieces = []
    for start in range(32, max(header - 1, 32), 32):
        entry = data[start : start + 32]
        if len(entry) < 32 or entry[0] == 0x0D:
            break
        pieces.append(entry[:11].split(b"\0")[0])
        fields.append((chr(entry[11]), place, entry[16]))
        place += entry[16]
    if length:
        for start in range(header, len(data) - length + 1, length):
            pieces.extend(
                data[start + place : start + place + width].rstrip(b" \0")
                for kind, place, width in fields
                if kind == "C"
            )
    # A value that fills its field may be cut within a character: its last bytes are no witness.
    return b"\n".join(p[:-3] if len(p) > 250 else p for p in pieces)

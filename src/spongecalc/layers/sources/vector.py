"""Vector files that GDAL reads: GeoPackage, Shapefile, GeoJSON, FlatGeobuf, FileGDB, KML, MapInfo and more."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyogrio.errors import DataLayerError, DataSourceError

from spongecalc.gate import vector
from spongecalc.gate.forms_by_name import VECTOR_FORMS
from spongecalc.gate.not_admitted import NotAdmittedError
from spongecalc.layers.sources.dbase_text import encodings_of_table
from spongecalc.layers.sources.exact_fields import read_exactly
from spongecalc.layers.sources.foreign_form import refuse_unread
from spongecalc.layers.sources.mapinfo_text import MAPINFO, codec_of_charset, stated_charset
from spongecalc.layers.sources.markup_file import DOCUMENTS, Document, markup_documents
from spongecalc.layers.sources.raw import Note, RawLayer, SourceRefusedError, source_entrance
from spongecalc.layers.sources.text_encoding import (
    GB,
    UTF_8,
    codec_named,
    decoded,
    encodings_of,
    recognised_encoding,
    told_apart,
)

# Each byte as the character of its number: texts come as the file has them, and are decoded here.
BYTES = "ISO-8859-1"
# GDAL's words for a file that none of its drivers knows.
OWN_SUFFIXES = (".gpkg", ".shp", ".geojson", ".fgb", ".gdb", ".kml", ".kmz", ".gml", ".gpx", *MAPINFO)
"""Endings of forms that are read: a file of them that GDAL does not know is broken."""
NOT_KNOWN = "not recognized as being in a supported file format"


type Place = tuple[Path | BytesIO, str | int, tuple[Note, ...]]
"""What to open for a layer, the layer in it, and what is to be said of the document."""


def list_layers(path: Path, encoding: str | None = None) -> list[str]:
    """Names of the layers of a file; raises SourceRefusedError."""
    return list(_places(path, encoding))


def read_vector(path: Path, layer: str | None, wanted: str, encoding: str | None) -> RawLayer:
    """One layer of a vector file.

    Parameters
    ----------
    path, layer
        The file, and the layer's name in it; None takes the only layer, or the one called ``wanted``.
    wanted
        The contract's name of the layer.
    encoding
        How texts are encoded where the file does not say; None finds out by the bytes.

    Raises
    ------
    SourceRefusedError
        If there is no such layer, or it cannot be read.
    """
    places = _places(path, encoding)
    name = _named(list(places), layer, wanted)
    source, inside, of_document = places[name]
    notes: tuple[Note, ...] = ()
    with source_entrance(path, "vector", wanted, layer=name):
        suffix = path.suffix.lower()
        if suffix == ".shp":
            raw, notes = _shapefile(path, inside, encoding)
        elif suffix in MAPINFO:
            raw, notes = _mapinfo(path, inside, encoding)
        else:
            raw, notes = _other(source, inside, encoding)
    notes = (*notes, *of_document)
    if not isinstance(raw, gpd.GeoDataFrame):
        raise SourceRefusedError("layer.no_geometry", layer=name)
    return RawLayer(raw, notes=notes)


def layer_named(path: Path, layer: str | None, wanted: str) -> str:
    """The name of the layer that :func:`read_vector` reads; raises SourceRefusedError."""
    return _named(list_layers(path), layer, wanted)


def _named(available: list[str], layer: str | None, wanted: str) -> str:
    name = available[0] if len(available) == 1 and layer is None else layer or wanted
    if name not in available:
        raise SourceRefusedError("layer.missing", layer=name, available=", ".join(available) or "-")
    return name


def _places(path: Path, encoding: str | None) -> dict[str, Place]:
    """The layers of a file by name: what to open, the layer in it, what is to be said of it."""
    with source_entrance(path, "vector"):
        documents = markup_documents(path, encoding) if path.suffix.lower() in DOCUMENTS else None
        try:
            return _listed(path, documents)
        except NotAdmittedError as reason:
            # An archive under an ending of nothing that is read is no broken source.
            if reason.kind == "damaged_archive" and path.suffix.lower() not in VECTOR_FORMS:
                raise SourceRefusedError("file.not_a_form") from reason
            raise
        except (DataSourceError, DataLayerError, OSError) as reason:
            refuse_unread(path)
            if NOT_KNOWN in str(reason) and path.suffix.lower() not in OWN_SUFFIXES:
                raise SourceRefusedError("file.not_a_form") from reason
            raise


def _listed(path: Path, documents: tuple[Document, ...] | None) -> dict[str, Place]:
    """The layers of a file, or of the documents that stand for it, by name."""
    if documents is None:
        return {str(n): (path, str(n), ()) for n in vector.list_layers(path)[:, 0]}
    found: dict[str, Place] = {}
    for document in documents:
        stream = BytesIO(document.content)
        for number, listed in enumerate(vector.list_layers(stream)[:, 0]):
            # GDAL names a lone GeoJSON's layer after the file, which a stream has not.
            name = path.stem if path.suffix.lower() in (".geojson", ".json") else str(listed)
            if name in found:
                name = f"{document.name.rsplit('.', 1)[0]}/{listed}"
            found[name] = (stream, number, _notes_of(document))
    return found


def _notes_of(document: Document) -> tuple[Note, ...]:
    """Notes on a document that stands for a file."""
    encoding = (
        () if document.encoding is None else (Note("encoding.recognised", {"encoding": document.encoding}),)
    )
    return (*encoding, *((Note("crs.link"),) if document.linked else ()))


def _read(source: Path | BytesIO, layer: str | int, encoding: str | None) -> pd.DataFrame:
    with warnings.catch_warnings():
        # GDAL warns of what the checks name feature by feature.
        warnings.simplefilter("ignore")
        return read_exactly(source, layer, encoding)


def _shapefile(path: Path, layer: str | int, encoding: str | None) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """A Shapefile's layer; names and values that end within a character lose no more than that one."""
    of_names, of_values, said = encodings_of_table(path)
    if of_names is None and of_values is None:
        return _read(path, layer, None), ()
    raw = _read(path, layer, BYTES)
    if encoding is not None:
        codec = codec_named(encoding) or of_values or GB
        return _decoded_frame(raw, codec, codec, stated=encoding)
    frame, notes = _decoded_frame(raw, of_names or UTF_8, of_values or UTF_8)
    return frame, notes if said else (Note("encoding.recognised", {"encoding": of_values}), *notes)


def _mapinfo(path: Path, layer: str | int, encoding: str | None) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """A MapInfo file's layer. GDAL takes texts to UTF-8 by the character set that the file states."""
    raw = _read(path, layer, BYTES)
    names, values = _pieces(raw)
    of_names, of_values = encodings_of(names, values)
    if of_names is None and of_values is None:
        return raw, ()
    written = codec_of_charset(stated_charset(path))
    asked = codec_named(encoding) if encoding is not None else None
    if written is None or {of_names, of_values} != {UTF_8}:
        if asked is not None:
            return _decoded_frame(raw, asked, asked, stated=encoding)
        frame, notes = _decoded_frame(raw, of_names or UTF_8, of_values or UTF_8)
        return frame, (Note("encoding.recognised", {"encoding": of_values}), *notes)
    if asked is None:
        own = [_as_written(p.decode(UTF_8), written) for p in (*names, *values) if not p.isascii()]
        western = written in ("cp1252", "latin-1")
        asked = GB if western and recognised_encoding(own, written) == GB else written
    if asked in (written, UTF_8):
        return _decoded_frame(raw, UTF_8, UTF_8)
    # The file states another set than its texts are in: back to its bytes, and on from there.
    back = _each_text(raw, lambda text: _as_written(text.encode(BYTES).decode(UTF_8), written).decode(BYTES))
    frame, notes = _decoded_frame(back, asked, asked, stated=encoding)
    return frame, notes if encoding else (Note("encoding.recognised", {"encoding": asked}), *notes)


def _other(
    source: Path | BytesIO, layer: str | int, encoding: str | None
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """A layer of a form whose texts are UTF-8 by its own rules; ``encoding`` counts only where they are not."""
    try:
        return _read(source, layer, None), ()
    except UnicodeDecodeError:
        raw = _read(source, layer, BYTES)
    if encoding is not None:
        codec = codec_named(encoding) or GB
        return _decoded_frame(raw, codec, codec, stated=encoding)
    of_names, of_values = encodings_of(*_pieces(raw))
    frame, notes = _decoded_frame(raw, of_names or UTF_8, of_values or UTF_8)
    return frame, (Note("encoding.recognised", {"encoding": of_values}), *notes)


def _as_written(text: str, codec: str) -> bytes:
    """The bytes that a text had in the file; those that the codec has no character for are as their number."""
    return b"".join(c.encode(codec, errors="ignore") or c.encode(BYTES, errors="replace") for c in text)


def _text_columns(frame: pd.DataFrame) -> list[int]:
    return [
        n
        for n, name in enumerate(frame.columns)
        if name != "geometry"
        and (
            pd.api.types.is_object_dtype(frame.dtypes.iloc[n])
            or pd.api.types.is_string_dtype(frame.dtypes.iloc[n])
        )
    ]


def _pieces(frame: pd.DataFrame) -> tuple[list[bytes], list[bytes]]:
    """Names, and different texts, of a layer that was read as bytes."""
    values: list[bytes] = []
    for n in _text_columns(frame):
        values.extend(v.encode(BYTES) for v in frame.iloc[:, n].dropna().unique() if isinstance(v, str))
    return [str(c).encode(BYTES) for c in frame.columns], values


def _each_text(
    frame: pd.DataFrame, change: Callable[[str], str], of_names: Callable[[str], str] | None = None
) -> pd.DataFrame:
    """A layer with each of its texts changed, and its names as ``of_names`` has it, else alike."""
    columns = {}
    texts = _text_columns(frame)
    for n in range(frame.shape[1]):
        column = frame.iloc[:, n]
        if n in texts:
            new = {v: change(v) for v in column.dropna().unique() if isinstance(v, str)}
            column = column.map(lambda v, new=new: new.get(v, v) if isinstance(v, str) else v)
        columns[n] = column
    changed = pd.DataFrame(columns)
    rename = of_names or change
    changed.columns = pd.Index(told_apart([c if c == "geometry" else rename(str(c)) for c in frame.columns]))
    if isinstance(frame, gpd.GeoDataFrame):
        return gpd.GeoDataFrame(changed, geometry="geometry", crs=frame.crs)
    return changed


def _decoded_frame(
    raw: pd.DataFrame, names: str, values: str, stated: str | None = None
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """A layer that was read as bytes in the encodings of its names and values.

    A text that is not in the encoding is a reason to refuse one that the project states; of a recognised one it
    is kept with marks for what is wrong, and said.
    """
    wrong: list[str] = []

    def read_in(codec: str) -> Callable[[str], str]:
        def read(text: str) -> str:
            if text.isascii():
                return text
            piece = text.encode(BYTES)
            found = decoded(piece, codec)
            if found is None:
                wrong.append(piece.decode(codec, errors="replace"))
                return wrong[-1]
            return found

        return read

    frame = _each_text(raw, read_in(values), read_in(names))
    if wrong and stated is not None:
        raise SourceRefusedError("encoding.not_this", encoding=stated, text=wrong[0][:40], count=len(wrong))
    if wrong:
        return frame, (Note("encoding.unread", {"encoding": values, "text": wrong[0][:40], "count": len(wrong)}),)
    return frame, ()

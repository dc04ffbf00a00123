"""Numbers that GDAL takes in part (98,95 as 98, 9a.5 as 9), put back into a layer as they are written."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from spongecalc.gate import archive, text, vector
from spongecalc.layers.sources.dbase_numbers import doubtful_numbers
from spongecalc.layers.sources.dbase_text import table_of
from spongecalc.layers.sources.text_encoding import GB, UTF_8

Source = Path | BytesIO
# Words of a field of numbers that say no number, which GDAL knows.
_NO_NUMBER = re.compile(r"[+-]?(?:nan|inf|infinity|1\.#\w+)", re.IGNORECASE)
_ZIP = ".zip"


def with_written_numbers(
    frame: pd.DataFrame, source: Source, layer: str | int, encoding: str | None
) -> pd.DataFrame:
    """A layer in which what GDAL did not read to its end as a number stands as its text.

    Parameters
    ----------
    frame
        The layer, with all its fields in the order of the file.
    source, layer, encoding
        As :func:`~spongecalc.layers.sources.exact_fields.read_exactly` has them.
    """
    suffix = source.suffix.lower() if isinstance(source, Path) else ""
    driver = str(vector.read_info(source, layer=layer, encoding=encoding)["driver"]) if suffix == _ZIP else ""
    if suffix == ".gpkg" or driver == "GPKG":
        return _of_geopackage(frame, source, layer, encoding)
    if suffix == ".shp" or driver == "ESRI Shapefile":
        return _of_shapefile(frame, source, layer, encoding)
    return _of_text(frame, source, layer, encoding)


def _of_geopackage(frame: pd.DataFrame, source: Source, layer: str | int, encoding: str | None) -> pd.DataFrame:
    """A layer of a database whose columns take values of any type, whatever they are declared as."""
    try:
        info = vector.read_info(source, layer=layer)
    except UnicodeDecodeError:  # a name that cannot be asked for
        return frame
    names = [str(name) for name in info["fields"]]
    strange = {n: _is_strange(names[n], str(t)) for n, t in enumerate(info["dtypes"]) if _is_number(str(t))}
    if not strange:
        return frame
    id_of_row = _quoted(str(info["fid_column"])) if info["fid_column"] else "row_number() OVER () - 1 AS row"
    texts = ", ".join(
        f"CASE WHEN {asked} THEN CAST({_quoted(names[n])} AS TEXT) END AS f{n}" for n, asked in strange.items()
    )
    table = str(layer) if isinstance(layer, str) else str(vector.list_layers(source)[layer, 0])
    found = vector.read_dataframe(
        source,
        sql=f"SELECT {id_of_row}, {texts} FROM {_quoted(table)} WHERE {' OR '.join(strange.values())}",
        encoding=encoding,
        read_geometry=False,
        fid_as_index=True,
    )
    if found.empty:
        return frame
    rows = _rows(source, layer, found.index) if info["fid_column"] else found["row"].to_numpy(int)
    for n in strange:
        given = found[f"f{n}"].notna().to_numpy() & (rows >= 0)
        frame = _put(frame, n, rows[given], found[f"f{n}"][given].astype(str).tolist())
    return frame


def _is_number(dtype: str) -> bool:
    return dtype.startswith(("int", "uint", "float", "bool"))


def _is_strange(name: str, dtype: str) -> str:
    """The question whether a value is of another type than its column; one of floats holds whole numbers too."""
    others = ("text", "blob") if dtype.startswith("float") else ("text", "blob", "real")
    return f"typeof({_quoted(name)}) IN ({', '.join(repr(other) for other in others)})"


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _of_shapefile(frame: pd.DataFrame, source: Source, layer: str | int, encoding: str | None) -> pd.DataFrame:
    if not isinstance(source, Path) or (data := _table(source, str(layer))) is None:
        return frame
    names = [str(c) for c in frame.columns if c != "geometry"]
    for field, of_fields, records, cells in doubtful_numbers(data):
        # By place: names are cut, and may be alike. One that GDAL leaves out moves the others.
        name = field.name.decode("latin-1")
        n = of_fields.index(field) if len(of_fields) == len(names) else names.index(name) if name in names else -1
        if n < 0:
            continue
        rows = _rows(source, layer, records)
        texts = [_decoded(cell, encoding) for cell in cells]
        kept = rows >= 0  # deleted ones are left in the table
        frame = _put(frame, n, rows[kept], [t for t, keep in zip(texts, kept, strict=True) if keep])
    return frame


def _table(source: Path, layer: str) -> bytes | None:
    """The table of a Shapefile, by itself or in an archive."""
    if source.suffix.lower() != _ZIP:
        beside = table_of(source)
        return None if beside is None else text.read_bytes(beside)
    held = archive.members(source, lambda member: member.filename.lower().endswith(".dbf"))
    own = [data for member, data in held if member.filename.lower() == f"{layer}.dbf".lower()]
    return own[0] if own else held[0][1] if len(held) == 1 else None


def _decoded(cell: bytes, encoding: str | None) -> str:
    """A value of a table as text; a zero byte, which no text can hold, is spelled."""
    words = cell.strip(b" \0").replace(b"\0", rb"\0")
    if encoding is not None:
        return words.decode(encoding, "replace")
    try:
        return words.decode(UTF_8)
    except UnicodeDecodeError:
        return words.decode(GB, "replace")


def _rows(source: Source, layer: str | int, ids: np.ndarray | pd.Index) -> np.ndarray:
    """Places of features in their layer, by the numbers that the file gives them; -1 for one not in it."""
    all_ = vector.read_dataframe(source, layer=layer, columns=[], read_geometry=False, fid_as_index=True).index
    return np.asarray(all_.get_indexer(pd.Index(ids)))


def _of_text(frame: pd.DataFrame, source: Source, layer: str | int, encoding: str | None) -> pd.DataFrame:
    """A layer of a file in text, of which a second reading gives the numbers as they are written there."""
    names = list(frame.columns)
    # Of two of one name neither can be asked for.
    places = [n for n, t in enumerate(frame.dtypes) if t.kind in "iuf" and names.count(names[n]) == 1]
    if not places:
        return frame
    asked = [names[n] for n in places]
    written = vector.read_as_written(
        source, layer=layer, encoding=encoding, read_geometry=False, columns=asked, on_invalid="ignore"
    )
    if written is None or len(written) != len(frame):
        return frame
    for n in places:
        if names[n] not in written or _is_number(str(written[names[n]].dtype)):
            continue
        texts = written[names[n]]
        numbers, values = pd.to_numeric(texts, errors="coerce").to_numpy(float), frame.iloc[:, n].to_numpy()
        # A float of half the length has fewer figures than its text.
        same = np.isclose(numbers, values, rtol=1e-6 if values.dtype == np.float32 else 1e-12, atol=0)
        rows = np.flatnonzero(~same & texts.notna().to_numpy())
        own = [str(t).strip() for t in texts.iloc[rows]]
        said = [bool(words) for words in own]
        frame = _put(frame, n, rows[said], [words for words in own if words])
    return frame


def _put(frame: pd.DataFrame, place: int, rows: np.ndarray, texts: list[str]) -> pd.DataFrame:
    """A layer with texts in the place of values that are others."""
    column = frame.iloc[:, place]
    values = column.to_numpy(object, copy=True)
    others = [(row, t) for row, t in zip(rows, texts, strict=True) if not _is_read(values[row], t)]
    if not others:
        return frame
    for row, words in others:
        values[row] = words
    changed = frame.copy(deep=False)
    changed.isetitem(place, pd.Series(values, index=frame.index, dtype=object))
    return changed


def _is_read(value: object, words: str) -> bool:
    """True if a value is what its text says."""
    if isinstance(value, bool | np.bool_):
        return False
    if _NO_NUMBER.fullmatch(words):
        return bool(pd.isna(value)) or (isinstance(value, float) and not np.isfinite(value))
    try:
        return isinstance(value, int | float | np.number) and float(words) == value
    except ValueError:
        return value == words

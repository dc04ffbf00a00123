"""Fields of a vector file that come out whole only as text: long ids beside an empty one, dates that are none."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spongecalc.gate import vector
from spongecalc.layers.sources.written_numbers import with_written_numbers

# Whole numbers beyond this have neighbours that a float64 cannot tell from them.
LARGEST_WHOLE = 2**53
# Longest text of a date or a 64-bit number.
_LETTERS = 32

Source = Path | BytesIO


def read_exactly(source: Source, layer: str | int, encoding: str | None) -> pd.DataFrame:
    """A layer of a vector file with every id and every date as the file has it.

    With one empty value among them GDAL's reader gives a field of whole numbers as float64, in which ids of more
    than 15 digits become their neighbours'; and for one date that is no day (20260631) it refuses the whole
    layer. Such fields are read as text, and what is wrong with a date is said of its feature. So is a number that
    is none, or has a decimal comma.

    Parameters
    ----------
    source
        The file, or its content.
    layer
        Name or number of the layer.
    encoding
        Of its texts; None leaves it to GDAL.

    Raises
    ------
    ValueError
        A date cannot be read and not left aside either.
    pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError
        There is no such layer, or the file cannot be read.
    """
    frame = _exactly(source, layer, encoding)
    _rewind(source)
    return with_written_numbers(frame, source, layer, encoding)


def _exactly(source: Source, layer: str | int, encoding: str | None) -> pd.DataFrame:
    try:
        frame = _read(source, layer, encoding)
    except UnicodeDecodeError:
        raise
    except ValueError:
        return _with_dates_as_text(source, layer, encoding)
    # By place: of names that a Shapefile cut two may be the same, and then neither is asked for again.
    columns = [str(c) for c in frame.columns]
    rounded = [c for n, c in enumerate(columns) if columns.count(c) == 1 and is_rounded(frame.iloc[:, n])]
    if not rounded:
        return frame
    whole = [n for n in rounded if n in _fields(source, layer, encoding, "int64")]
    return frame.assign(**_texts(source, layer, encoding, whole)) if whole else frame


def _with_dates_as_text(source: Source, layer: str | int, encoding: str | None) -> pd.DataFrame:
    names = [str(n) for n in _info(source, layer, encoding)["fields"]]
    dates = _fields(source, layer, encoding, "datetime64")
    if not dates or len(set(names)) < len(names):
        return _read(source, layer, encoding)  # some other value; or names alike: its own words
    frame = _read(source, layer, encoding, columns=[n for n in names if n not in dates])
    texts = _texts(source, layer, encoding, dates)
    # GDAL writes 2026/06/31; the contract's dates are ISO 8601.
    frame = frame.assign(**{name: text.str.replace("/", "-") for name, text in texts.items()})
    return frame[[*names, *(c for c in frame.columns if c not in names)]]


def is_rounded(column: Any) -> bool:
    """True for float64 in which a number is too large for its last digit to be sure."""
    if column.dtype != np.float64:
        return False
    values = column.to_numpy()
    return bool(np.any(np.abs(values) >= LARGEST_WHOLE, where=~np.isnan(values)))


def _fields(source: Source, layer: str | int, encoding: str | None, kind: str) -> list[str]:
    info = _info(source, layer, encoding)
    return [
        str(n) for n, dtype in zip(info["fields"], info["dtypes"], strict=True) if str(dtype).startswith(kind)
    ]


def _info(source: Source, layer: str | int, encoding: str | None) -> dict[str, Any]:
    _rewind(source)
    found: dict[str, Any] = vector.read_info(source, layer=layer, encoding=encoding)
    return found


def _texts(source: Source, layer: str | int, encoding: str | None, names: list[str]) -> dict[str, pd.Series]:
    """Fields of a layer as text, in its order."""
    _rewind(source)
    table = str(layer) if isinstance(layer, str) else str(vector.list_layers(source)[layer, 0])
    asked = ", ".join(f"CAST({_quoted(n)} AS character({_LETTERS})) AS {_quoted(n)}" for n in names)
    _rewind(source)
    frame = vector.read_dataframe(
        source,
        sql=f"SELECT {asked} FROM {_quoted(table)}",
        sql_dialect="OGRSQL",
        encoding=encoding,
        read_geometry=False,
    )
    # By place: the dialect may give the same names back in another case.
    return {name: frame.iloc[:, n].astype(object) for n, name in enumerate(names)}


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _read(
    source: Source, layer: str | int, encoding: str | None, columns: list[str] | None = None
) -> pd.DataFrame:
    _rewind(source)
    # A shape that GEOS cannot hold (a line of one vertex, an open ring) is none: named at its feature.
    return vector.read_dataframe(source, layer=layer, encoding=encoding, on_invalid="ignore", columns=columns)


def _rewind(source: Source) -> None:
    if isinstance(source, BytesIO):
        source.seek(0)

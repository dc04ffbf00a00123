"""A table as a database is to have it: columns of the database's types, and rows that fit them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely

from spongecalc.decimals import decimals

# PostgreSQL cuts longer names without a word, and takes two that begin alike for one.
LONGEST_NAME = 63
_DIGEST = 8

TEXT, NUMBER, WHOLE, YES_NO, TIME = "text", "double precision", "bigint", "boolean", "timestamp"
_NUMBER_LIKE = ("double precision", "numeric", "real")
_WHOLE_LIKE = ("bigint", "integer", "smallint")
# Whole numbers up to here are themselves in a double precision.
_LARGEST_WHOLE = 2**53
_WRITTEN_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WRITTEN_WHOLE = re.compile(r"-?(?:0|[1-9]\d{0,17})")
_SHAPES = {"Point": "MultiPoint", "LineString": "MultiLineString", "Polygon": "MultiPolygon"}
ANY_SHAPE = "Geometry"


@dataclass(frozen=True)
class Shape:
    """The geometries of a table: their type, their SRID (0 where none is known), and if they have heights."""

    kind: str
    srid: int
    has_z: bool = False

    def __str__(self) -> str:
        return f"geometry({self.kind}{'Z' if self.has_z else ''},{self.srid})"

    def holds(self, other: Shape) -> bool:
        """True where a column of these geometries takes others."""
        kinds = (ANY_SHAPE, other.kind, _SHAPES.get(other.kind))
        return self.kind in kinds and (self.srid, self.has_z) == (other.srid, other.has_z)


@dataclass(frozen=True)
class DatabaseTable:
    """A table to be published.

    ``types`` are its columns' types in PostgreSQL's words; "" of a column without any value. ``shape`` is that of
    the column "geometry", None where it has none.
    """

    name: str
    frame: pd.DataFrame
    types: Mapping[str, str]
    shape: Shape | None = None

    def rows(self, types: Mapping[str, str], shape: Shape | None) -> Iterator[list[object]]:
        """The rows as a table of certain types takes them, the geometry last."""
        columns = [_fitted(self.frame[c], types[c]) for c in self.types]
        if self.shape is not None:
            columns.append(_written(self.frame, shape or self.shape))
        yield from map(list, zip(*columns, strict=True))


def database_name(name: str) -> str:
    """A name that a database keeps as it is: a longer one is cut and ends in a digest of the whole."""
    data = name.replace("\x00", "").encode()
    if len(data) <= LONGEST_NAME:
        return data.decode()
    digest = hashlib.sha256(data).hexdigest()[:_DIGEST]
    return f"{data[: LONGEST_NAME - _DIGEST - 1].decode(errors='ignore')}_{digest}"


def layer_table(name: str, layer: gpd.GeoDataFrame) -> DatabaseTable:
    """A layer as a table with a column "geometry"."""
    frame = layer.rename_geometry("geometry") if layer.geometry.name != "geometry" else layer
    shapes = frame.geometry
    kinds = {str(k) for k in shapes.geom_type.dropna().unique()}
    plain = {k.removeprefix("Multi") for k in kinds}
    kind = ANY_SHAPE
    if len(plain) == 1 and plain <= set(_SHAPES):
        kind = max(kinds, key=len)
    shape = Shape(kind, (frame.crs.to_epsg() or 0) if frame.crs is not None else 0, bool(shapes.has_z.any()))
    fields = pd.DataFrame(frame.drop(columns="geometry"))
    named = _renamed(fields)
    types = {c: type_of(named[c]) for c in named.columns}
    return DatabaseTable(database_name(name), named.assign(geometry=shapes.to_numpy()), types, shape)


def result_table(name: str, texts: pd.DataFrame) -> DatabaseTable:
    """A result table, given as the texts of its file, with its numbers."""
    named = _renamed(texts)
    frame = pd.DataFrame({c: _typed(str(c), named[c]) for c in named.columns}, columns=named.columns)
    return DatabaseTable(database_name(name), frame, {c: type_of(frame[c]) for c in frame.columns})


def plain_table(name: str, frame: pd.DataFrame) -> DatabaseTable:
    """A frame that has its types already as a table."""
    named = _renamed(frame)
    return DatabaseTable(database_name(name), named, {c: type_of(named[c]) for c in named.columns})


def type_of(values: pd.Series) -> str:
    """PostgreSQL's type for values; "" where there is none to tell it by."""
    known = values.dropna()
    if known.empty:
        return ""
    if all(isinstance(v, bool) for v in known) or pd.api.types.is_bool_dtype(values):
        return YES_NO
    if pd.api.types.is_integer_dtype(values):
        return WHOLE
    if pd.api.types.is_numeric_dtype(values):
        return NUMBER
    if pd.api.types.is_datetime64_any_dtype(values):
        return TIME
    return TEXT


def first_type(column: str) -> str:
    """The type of a column that has had no value yet, by the unit in its name."""
    return NUMBER if decimals(column) is not None else TEXT


def takes(there: str, wanted: str, values: pd.Series) -> bool:
    """True where a column of a type takes values of another without a change to any of them."""
    if not wanted or there == wanted or (there in (TEXT, "character varying") and wanted == TEXT):
        return True
    if there.startswith("timestamp") and wanted == TIME:
        return True
    if wanted in (NUMBER, WHOLE) and there in _NUMBER_LIKE[:2]:
        return wanted == NUMBER or bool((values.dropna().abs() <= _LARGEST_WHOLE).all())
    if wanted in (NUMBER, WHOLE) and there in _WHOLE_LIKE[:1]:
        known = values.dropna().astype(float)
        return bool(((known == known.round()) & (known.abs() <= _LARGEST_WHOLE)).all())
    return False


def _renamed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(columns=lambda c: database_name(str(c)))


def _typed(name: str, texts: pd.Series) -> pd.Series:
    """Texts of a result table as the numbers that they are; ids and names keep the zeros in front."""
    known = texts.dropna()
    if known.empty or name.endswith(("_id", "_ids", "name", "_sha256")):
        return texts
    if known.isin(("True", "False")).all():
        return texts.map({"True": True, "False": False}).astype(object).where(texts.notna(), None)
    if all(_WRITTEN_WHOLE.fullmatch(str(v)) for v in known):
        return texts.astype("Int64")
    if all(_WRITTEN_NUMBER.fullmatch(str(v)) for v in known):
        return texts.astype(float)
    return texts


def _fitted(values: pd.Series, kind: str) -> list[object]:
    """Values as a column of a type takes them; what is missing in any way as None."""

    def fitted(value: object) -> object:
        if value is None or (not isinstance(value, (str, bytes, list, tuple, dict)) and pd.isna(value)):
            return None
        if kind in _WHOLE_LIKE:
            return int(value)  # type: ignore[call-overload]
        if kind in _NUMBER_LIKE:
            return float(value)  # type: ignore[arg-type]
        if kind == YES_NO:
            return bool(value)
        if kind.startswith("timestamp"):
            return pd.Timestamp(value).to_pydatetime()
        return str(value)

    return [fitted(v) for v in values]


def _written(frame: pd.DataFrame, shape: Shape) -> list[object]:
    """Geometries as PostGIS reads them, in the type that their column has."""
    shapes = frame["geometry"].to_numpy(dtype=object)
    shapes = shapely.force_3d(shapes) if shape.has_z else shapely.force_2d(shapes)
    if shape.kind.startswith("Multi"):
        shapes = [_as_multi(s) for s in shapes]
    codes = shapely.to_wkb(shapely.set_srid(shapes, shape.srid), hex=True, include_srid=True)
    return [None if code is None else str(code) for code in codes]


def _as_multi(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    many = {"Point": shapely.MultiPoint, "LineString": shapely.MultiLineString, "Polygon": shapely.MultiPolygon}
    return many[shape.geom_type]([shape]) if shape is not None and shape.geom_type in many else shape

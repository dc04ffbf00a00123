"""Fields of a source that nobody reads although they may hold what its layer lacks: told, not lost in silence."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice

import pandas as pd

from spongecalc.layers.feature import Feature
from spongecalc.layers.field_names import base_name, folded, unclear_fields
from spongecalc.layers.finding import Finding
from spongecalc.layers.sources.form import form_of
from spongecalc.layers.sources.raw import RawLayer
from spongecalc.project.layer_source import LayerSource

SURVEYED: dict[str, tuple[tuple[str, ...], ...]] = {
    "pipes": (
        ("diameter_mm", "width_mm", "height_mm"),
        ("invert_up_m", "depth_up_m"),
        ("invert_down_m", "depth_down_m"),
    ),
    "nodes": (("ground_m",), ("invert_m", "depth_m")),
    "tanks": (("volume_m3",),),
    "ponding_records": (("depth_m",),),
}
"""By layer what a survey measures, each in any of some columns."""
HOUSEKEEPING = frozenset(
    (
        *("fid", "ogc_fid", "objectid", "objectid_1", "oid", "oid_", "gid", "id", "gml_id", "globalid", "index"),
        *("shape_length", "shape_leng", "shape_len", "shape_area", "shape.len", "shape.area", "length", "area"),
        *("perimeter", "x", "y", "lon", "lat", "color", "colour", "linetype", "thickness", "entityhandle"),
        *("point_x", "point_y", "x_coord", "y_coord", "east", "north", "easting", "northing"),
        *("angle", "rotation", "rot", "scale", "code", "classid", "mapid", "adcode", "hash"),
        *(
            "序号",
            "编号",
            "长度",
            "面积",
            "周长",
            "经度",
            "纬度",
            "颜色",
            "图层",
            "线宽",
            "图号",
            "代码",
            "要素代码",
        ),
        *("x坐标", "y坐标", "横坐标", "纵坐标", "旋转角", "旋转角度", "角度", "符号角度", "比例尺", "行政区代码"),
    )
)
"""Fields that programs write by themselves, and figures of the drawing; folded."""
LISTED = 12
"""Fields that are named at most."""
FIELDS_OF_THEIR_OWN = ("vector", "postgis")
"""Forms whose fields are the sender's; those of the others are given their columns by their readers."""


def fields_not_read(
    layer: str,
    source: LayerSource,
    file: str,
    raw: RawLayer,
    fields: Mapping[str, str],
    looks: Mapping[str, pd.Series],
) -> Iterator[Finding]:
    """Find the fields that are not read although they may hold what the layer lacks.

    Parameters
    ----------
    layer, file
        The layer, and the name by which its source is told.
    source, raw
        What the project says of the source, and what the source holds.
    fields
        Fields that are read, by the contract's columns.
    looks
        Columns that second tables give.
    """
    unclear = list(_unclear(layer, file, raw, fields))
    yield from unclear
    if form_of(source) in FIELDS_OF_THEIR_OWN:
        looked = {look.field for look in source.lookups}
        read = {*fields.values(), *source.filter, *looked, *(str(f.found["field"]) for f in unclear)}
        given = {*fields, *source.constants, *looks, *raw.origin}
        yield from _left(layer, file, raw.frame, read, given)


def _unclear(layer: str, file: str, raw: RawLayer, fields: Mapping[str, str]) -> Iterator[Finding]:
    """Fields whose cut names may be those of several columns, and that are read as none."""
    for field, columns in unclear_fields(layer, [str(c) for c in raw.frame.columns]).items():
        if field not in fields.values() and not set(columns) <= set(fields):
            meanings = ", ".join(f"{name} ({column})" for column, name in columns.items())
            words = {"field": field, "meanings": meanings}
            yield Finding("fields.unclear", Feature(layer, file=file), words)


def _left(
    layer: str, file: str, frame: pd.DataFrame, read: Collection[str], given: Collection[str]
) -> Iterator[Finding]:
    """The fields with figures that nobody reads, where the layer lacks what is surveyed.

    ``read`` are the fields that are read, ``given`` the columns of the contract that the source gives.
    """
    lacking = [columns for columns in SURVEYED.get(layer, ()) if not set(columns) & set(given)]
    if not lacking or frame.empty:
        return
    left = (
        str(c)
        for c in frame.columns
        if c not in read and c != "geometry" and folded(base_name(str(c))) not in HOUSEKEEPING
    )
    named = list(islice((name for name in left if _holds_figures(frame[name])), LISTED))
    if named:
        words = {"fields": ", ".join(named), "columns": ", ".join(columns[0] for columns in lacking)}
        words |= {"layer": layer, "first": lacking[0][0]}
        yield Finding("fields.left", Feature(layer, file=file), words)


def _holds_figures(values: pd.Series) -> bool:
    """True for a field all of whose values are numbers, or texts of numbers, and not all the same."""
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        return False
    known = values.dropna()
    numbers = pd.to_numeric(known, errors="coerce")
    return len(known) > 0 and bool(numbers.notna().all()) and (len(known) == 1 or numbers.nunique() > 1)

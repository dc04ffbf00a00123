"""Fields of a source that nobody reads, beside levels and sizes that its layer lacks: one may hold the other."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice

import pandas as pd

from spongecalc.layers.feature import Feature
from spongecalc.layers.field_names import base_name, folded
from spongecalc.layers.finding import Finding

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


def fields_left(
    layer: str, file: str, frame: pd.DataFrame, read: Collection[str], given: Collection[str]
) -> Iterator[Finding]:
    """Name the fields with figures that nobody reads, where the layer lacks what is surveyed.

    Parameters
    ----------
    layer, file
        The layer, and the name by which its source is told.
    frame
        The source's features.
    read
        Fields that are read.
    given
        Columns of the contract that the source gives.
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

"""Edits that were made by hand in a repaired copy: the copy as it is beside the copy as it was written."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.contract import LINE, SCHEMAS
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.repairs.change import shown
from spongecalc.layers.value_change import NOW, WAS

RULE = "repair.by_hand"
# The column of the copy that says which source a feature came from.
SOURCE = "source_file"


def hand_edits(
    written: Mapping[str, gpd.GeoDataFrame], present: Mapping[str, gpd.GeoDataFrame]
) -> tuple[Finding, ...]:
    """A finding for each value, shape, added and deleted feature that differs from what was written.

    Parameters
    ----------
    written, present
        Layers by name, indexed by the number that the file gives a feature; it stays with it while it is edited.
    """
    findings: list[Finding] = []
    for layer in SCHEMAS:
        was, now = written.get(layer), present.get(layer)
        if was is None and now is None:
            continue
        some = was if was is not None else now
        assert some is not None
        nothing = some.iloc[:0]
        findings.extend(_edits(layer, nothing if was is None else was, nothing if now is None else now))
    return tuple(findings)


def _edits(layer: str, was: gpd.GeoDataFrame, now: gpd.GeoDataFrame) -> Iterator[Finding]:
    for number in was.index.difference(now.index):
        yield _shape_edit(layer, was.loc[number], was.geometry.loc[number], None)
    for number in now.index.difference(was.index):
        yield _shape_edit(layer, now.loc[number], None, now.geometry.loc[number])
    both = was.index.intersection(now.index)
    first, last = was.loc[both], now.loc[both]
    same = shapely.to_wkb(first.geometry.to_numpy()) == shapely.to_wkb(last.geometry.to_numpy())
    for position in np.flatnonzero(~np.asarray(same, dtype=bool)):
        yield _shape_edit(layer, last.iloc[position], first.geometry.iloc[position], last.geometry.iloc[position])
    shape = now.geometry.name
    for column in dict.fromkeys([*was.columns, *now.columns]):
        if column in (shape, was.geometry.name):
            continue
        before, after = _values(first, column), _values(last, column)
        for position in np.flatnonzero(before != after):
            row = last.iloc[position]
            words = {"column": column, WAS: before[position] or "-", NOW: after[position] or "-"}
            yield Finding(RULE, _feature(layer, row, row[shape]), words)


def _values(frame: gpd.GeoDataFrame, column: str) -> np.ndarray:
    """A column as text, "" for nothing."""
    if column not in frame.columns:
        return np.full(len(frame), "", dtype=object)
    return np.array(["" if pd.isna(v) else shown(v) for v in frame[column]], dtype=object)


def _shape_edit(
    layer: str, row: pd.Series, was: shapely.Geometry | None, now: shapely.Geometry | None
) -> Finding:
    words: dict[str, object] = {"column": "geometry", WAS: _drawn(was), NOW: _drawn(now)}
    if SCHEMAS[layer].geometry == LINE:
        words |= {
            "was_m": was.length if was is not None else 0.0,
            "now_m": now.length if now is not None else 0.0,
        }
    return Finding(RULE, _feature(layer, row, now if now is not None else was), words)


def _drawn(shape: shapely.Geometry | None) -> str:
    """A shape as the trail tells it: where a point lies, how long or large anything else is."""
    if shape is None or shape.is_empty:
        return "-"
    if shape.geom_type == "Point":
        return f"({shape.x:.3f} {shape.y:.3f})"
    return f"{shape.area:.2f} m2" if "Polygon" in shape.geom_type else f"{shape.length:.3f} m"


def _feature(layer: str, row: pd.Series, shape: shapely.Geometry | None) -> Feature:
    def said(column: str) -> str:
        value = row.get(column)
        return value if isinstance(value, str) else ""

    point = shape.representative_point() if shape is not None and not shape.is_empty else None
    x, y = (point.x, point.y) if point is not None else (math.nan, math.nan)
    return Feature(
        layer, said(SCHEMAS[layer].id_column) or f"#{row.name}", said("community_id"), said(SOURCE), x, y
    )

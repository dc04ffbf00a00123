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
        Layers by name, indexed by the number that the file gives a feature. QGIS keeps it while a feature is
        edited; what writes a layer anew (geopandas, an export) numbers it anew: ids and shapes go first.
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
    first, last = _paired(layer, was, now)
    gone, made = np.ones(len(was), dtype=bool), np.ones(len(now), dtype=bool)
    gone[first], made[last] = False, False
    for position in np.flatnonzero(gone):
        yield _shape_edit(layer, was.iloc[position], was.geometry.iloc[position], None)
    for position in np.flatnonzero(made):
        yield _shape_edit(layer, now.iloc[position], None, now.geometry.iloc[position])
    first, last = was.iloc[first], now.iloc[last]
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


def _paired(layer: str, was: gpd.GeoDataFrame, now: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the same feature in both, in the order of the second.

    Its id says so, of several with that id its shape, then its number; one that has another id is the same where
    its shape is, in that place of the file or, if no other has that shape, in any. What has neither is another.
    """
    keys = [
        pd.DataFrame(
            {
                "id": _values(frame, SCHEMAS[layer].id_column),
                "shape": shapely.to_wkb(frame.geometry.to_numpy()),
                "number": frame.index.to_numpy(),
            }
        )
        for frame in (was, now)
    ]
    left, right = (k.assign(nth=k.groupby(["id", "shape"], dropna=False).cumcount()) for k in keys)
    pairs = []
    for by in (
        ["id", "shape", "number"],
        ["id", "shape", "nth"],
        ["id"],
        ["id", "number"],
        ["shape", "number"],
        ["shape"],
    ):
        once, again = (k[~k.duplicated(by, keep=False)] for k in (left, right))
        if "id" in by:
            once, again = once[once["id"] != ""], again[again["id"] != ""]
        found = once[by].reset_index().merge(again[by].reset_index(), on=by)
        pairs.append(found[["index_x", "index_y"]].to_numpy(dtype=int))
        left, right = left.drop(found["index_x"]), right.drop(found["index_y"])
    every = np.concatenate(pairs)
    every = every[np.argsort(every[:, 1], kind="stable")]
    return every[:, 0], every[:, 1]


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

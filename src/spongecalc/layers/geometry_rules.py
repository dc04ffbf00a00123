"""Rules on geometry, and the few repairs that leave no doubt."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely

from spongecalc.contract import POLYGON, SCHEMAS
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.rules.findings_at_rows import found_at

MIN_LENGTH_M = 0.05
# Corners on one line, rounded to the millimetre: no ground, roof or facility is as small.
MIN_AREA_M2 = 0.1
# What a reader says of a feature that it could give no shape: geometry.empty would say it once more.
WITHOUT_SHAPE = (
    "geometry.not_finite",
    "point.no_place",
    "line.unknown_point",
    "line.point_no_place",
    "line.to_itself",
)


def mend_geometries(layers: LayerSet) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Mend self-crossing polygons; name what is empty, in parts, or of a wrong type.

    A feature whose geometry is missing, of another type than the contract's, or without length or area stays in
    the layer's count of errors but is left out of the returned frames, since nothing can be placed without it.
    """
    findings: list[Finding] = []
    frames: dict[str, gpd.GeoDataFrame] = {}
    for name, frame in layers.frames.items():
        if frame.empty:
            frames[name] = frame
            continue
        mended, keep, found = _mended(name, frame)
        frames[name] = mended if keep.all() else mended[keep].reset_index(drop=True)
        findings.extend(found)
    return replace(layers, frames=frames), tuple(findings)


def placeable(layer: str, frame: gpd.GeoDataFrame) -> np.ndarray:
    """A mask of the features that have a place a model can use; :func:`mend_geometries` names the others."""
    return _mended(layer, frame)[1] if len(frame) else np.zeros(0, dtype=bool)


def _mended(layer: str, frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, np.ndarray, list[Finding]]:
    """All features with what can be mended mended, a mask of those that can be placed, and what was found."""
    shapes = frame.geometry.to_numpy()
    allowed = SCHEMAS[layer].geometry
    kinds = np.array([g.geom_type if g is not None else "-" for g in shapes], dtype=object)
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    strange = ~empty & ~np.isin(kinds.astype(str), allowed)
    parts = strange & np.isin(kinds.astype(str), [f"Multi{a}" for a in allowed])
    short = ~empty & (kinds == "LineString") & (shapely.length(shapes) < MIN_LENGTH_M)
    crossed = ~empty & ~strange & np.isin(kinds.astype(str), POLYGON) & ~shapely.is_valid(shapes)
    repaired = shapes.copy()
    for position in np.flatnonzero(crossed):
        polygons = [p for p in shapely.get_parts(shapely.make_valid(shapes[position])) if p.geom_type in POLYGON]
        whole = shapely.union_all(polygons) if polygons else None
        lost = whole is None or whole.is_empty
        repaired[position] = None if lost else whole
        empty[position] |= lost
    outlines = ~empty & ~strange & np.isin(kinds.astype(str), POLYGON)
    flat = outlines & (shapely.area(repaired) < MIN_AREA_M2)
    crossed &= ~flat
    words = {"type": kinds, "allowed": ", ".join(allowed)}
    counts = shapely.get_num_geometries(shapes)
    findings = [
        *found_at("geometry.empty", layer, frame, empty),
        *found_at("geometry.multipart", layer, frame, parts, parts=counts),
        *found_at("geometry.wrong_type", layer, frame, strange & ~parts, **words),
        *found_at("geometry.no_length", layer, frame, short),
        *found_at("geometry.no_area", layer, frame, flat),
        *found_at("geometry.mended", layer, frame, crossed & ~empty),
    ]
    keep: np.ndarray = ~(empty | strange | short | flat)
    if not crossed.any():
        return frame, keep, findings
    mended = frame.set_geometry(gpd.GeoSeries(list(repaired), index=frame.index, crs=frame.crs))
    return mended, keep, findings

"""Rules on geometry, and the few repairs that leave no doubt."""

from __future__ import annotations

import geopandas as gpd
import shapely

from spongecalc.layers.feature import finding_at
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.schema import POLYGON, SCHEMAS

# Two neighbouring polygons digitised by hand overlap by slivers; more than this is one place drawn twice.
OVERLAP_M2 = 1.0
MIN_LENGTH_M = 0.05


def mend_geometries(layers: LayerSet) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Mend self-crossing polygons; name what is empty or of a wrong type.

    A feature whose geometry is missing, of another type than the contract's, or without length stays in the
    layer's count of errors but is left out of the returned frames, since nothing can be placed without it.
    """
    findings: list[Finding] = []
    frames: dict[str, gpd.GeoDataFrame] = {}
    for name, frame in layers.frames.items():
        if frame.empty:
            frames[name] = frame
            continue
        keep, mended = [], []
        for row in frame.itertuples():
            geometry, rule = _mended(name, row.geometry)
            if rule is not None:
                severity = "error" if geometry is None else "warning"
                kind = row.geometry.geom_type if row.geometry is not None else "-"
                findings.append(
                    finding_at(rule, severity, name, row, type=kind, allowed=", ".join(SCHEMAS[name].geometry))
                )
            keep.append(geometry is not None)
            mended.append(geometry)
        frames[name] = frame.set_geometry(gpd.GeoSeries(mended, index=frame.index, crs=frame.crs))[keep]
        frames[name] = frames[name].reset_index(drop=True)
    return LayerSet(layers.crs, frames, layers.dem), tuple(findings)


def _mended(layer: str, geometry: shapely.Geometry | None) -> tuple[shapely.Geometry | None, str | None]:
    """The geometry to work with (None: cannot be used) and the rule that it breaks (None: sound)."""
    allowed = SCHEMAS[layer].geometry
    if geometry is None:
        return None, "geometry.empty"
    if geometry.geom_type not in allowed:
        return None, "geometry.wrong_type"
    if geometry.geom_type == "LineString" and geometry.length < MIN_LENGTH_M:
        return None, "geometry.no_length"
    if geometry.geom_type in POLYGON and not geometry.is_valid:
        polygons = [p for p in shapely.get_parts(shapely.make_valid(geometry)) if p.geom_type in POLYGON]
        repaired = shapely.union_all(polygons) if polygons else None
        if repaired is None or repaired.is_empty:
            return None, "geometry.empty"
        return repaired, "geometry.mended"
    return geometry, None


def check_overlaps(layers: LayerSet, statuses: tuple[str, ...]) -> list[Finding]:
    """Surfaces of one scenario that cover the same ground, by more than slivers of ``OVERLAP_M2``."""
    frame = layers["surfaces"]
    frame = frame[frame["status"].isin(statuses)].reset_index(drop=True)
    if len(frame) < 2:
        return []
    tree = shapely.STRtree(frame.geometry.to_numpy())
    left, right = tree.query(frame.geometry.to_numpy(), predicate="intersects")
    findings = []
    rows = list(frame.itertuples())
    for i, j in sorted(zip(left.tolist(), right.tolist(), strict=True)):
        if i >= j:
            continue
        overlap = rows[i].geometry.intersection(rows[j].geometry).area
        if overlap > OVERLAP_M2:
            findings.append(
                finding_at(
                    "surface.overlap",
                    "warning",
                    "surfaces",
                    rows[i],
                    other=rows[j].surface_id,
                    area=f"{overlap:.1f}",
                )
            )
    return findings

"""Rules on sizes and elevations of pipes and nodes; ground elevations from the DEM where none was surveyed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import rasterio
from rasterio.errors import RasterioIOError

from spongecalc.layers.feature import finding_at
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet

# A node deeper than this is more likely a depth typed as an elevation, or a foot-metre slip, than a manhole.
DEEPEST_M = 15.0


def ground_from_dem(layers: LayerSet) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Give nodes without ``ground_m`` the elevation of the DEM at their place; each is named."""
    nodes = layers["nodes"]
    missing = nodes["ground_m"].isna()
    if layers.dem is None or not missing.any():
        return layers, ()
    try:
        with rasterio.open(layers.dem) as dem:
            points = [(g.x, g.y) for g in nodes.geometry[missing]]
            samples = np.ma.concatenate(list(dem.sample(points, indexes=1, masked=True)))
    except RasterioIOError as reason:
        file = layers.dem.name
        return layers, (
            Finding("file.unreadable", "error", "dem", file=file, found={"file": file, "reason": reason}),
        )
    values = nodes["ground_m"].copy()
    values[missing] = np.ma.filled(samples.astype(float), np.nan)
    findings = tuple(
        finding_at("node.ground_from_dem", "info", "nodes", row, ground=f"{values[row.Index]:.2f}")
        for row in nodes[missing].itertuples()
        if np.isfinite(values[row.Index])
    )
    return layers.with_frame("nodes", nodes.assign(ground_m=values)), findings


def check_levels(layers: LayerSet) -> Iterator[Finding]:
    """Findings about pipe sizes and the elevations of pipes and nodes."""
    yield from _nodes(layers)
    yield from _pipes(layers)


def _nodes(layers: LayerSet) -> Iterator[Finding]:
    for row in layers["nodes"].itertuples():
        if np.isnan(row.invert_m):
            yield finding_at("node.no_invert", "error", "nodes", row)
        if np.isnan(row.ground_m):
            if row.kind != "outfall":
                yield finding_at("node.no_ground", "error", "nodes", row)
        elif row.ground_m <= row.invert_m:
            yield finding_at(
                "node.ground_below_invert",
                "error",
                "nodes",
                row,
                ground=f"{row.ground_m:.3f}",
                invert=f"{row.invert_m:.3f}",
            )
        elif row.ground_m - row.invert_m > DEEPEST_M:
            yield finding_at("node.deep", "warning", "nodes", row, depth=f"{row.ground_m - row.invert_m:.1f}")
        if row.kind == "outfall" and row.receives is None:
            yield finding_at("outfall.no_receiver", "error", "nodes", row)
        if row.kind == "pump":
            yield finding_at("node.pump", "error", "nodes", row)


def _pipes(layers: LayerSet) -> Iterator[Finding]:
    for row in layers["pipes"].itertuples():
        shape = row.shape or "circular"
        if shape in ("circular", "egg"):
            size, needed = (row.diameter_mm if shape == "circular" else row.height_mm), "diameter_mm"
            if shape == "egg":
                needed = "height_mm"
            if np.isnan(size):
                yield finding_at("pipe.no_size", "error", "pipes", row, column=needed)
            elif row.sediment_mm >= size > 0:
                yield finding_at(
                    "pipe.full_of_sediment",
                    "error",
                    "pipes",
                    row,
                    sediment=f"{row.sediment_mm:g}",
                    size=f"{size:g}",
                )
        elif np.isnan(row.width_mm) or np.isnan(row.height_mm):
            yield finding_at("pipe.no_size", "error", "pipes", row, column="width_mm, height_mm")
        if row.invert_down_m > row.invert_up_m:
            rise_mm = (row.invert_down_m - row.invert_up_m) * 1000
            yield finding_at("pipe.adverse_slope", "warning", "pipes", row, rise=f"{rise_mm:.0f}")

"""Put layers whose coordinates are swapped, carry a zone's number or are degrees where they belong."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from spongecalc.contract import LINE, SCHEMAS
from spongecalc.layers.coordinates import bounds_of, mended, misplaced
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.source_read import amount_of
from spongecalc.layers.value_change import NOW, WAS

WHAT = {
    "swap": "X, Y",
    "swap_zone": "X, Y",
    "zone": "X",
    "degrees": "CRS",
    "degrees_swapped": "CRS",
}


def mend_coordinates(layers: LayerSet) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Layers with their coordinates mended, source by source, and a finding for each source moved."""
    findings: list[Finding] = []
    near = None
    for name, frame in layers.frames.items():
        parts = []
        for file, own in frame.groupby("file", sort=False):
            wrong = misplaced(own, layers.crs, near)
            part = own
            if wrong is not None:
                part = mended(own, wrong, layers.crs)
                was, now = bounds_of(own), bounds_of(part)
                words = {
                    "what": WHAT[wrong.mend],
                    "count": len(own),
                    WAS: _shown(was),
                    NOW: _shown(now),
                    "column": "geometry",
                }
                was_amount, now_amount = amount_of(own), amount_of(part)
                if SCHEMAS[name].geometry == LINE:
                    words |= {"was_m": was_amount.length_m, "now_m": now_amount.length_m}
                words |= {"was_m2": was_amount.area_m2, "now_m2": now_amount.area_m2}
                findings.append(Finding("repair.moved", Feature(name, file=str(file)), words))
            parts.append(part)
        if parts:
            joined = pd.concat(parts).sort_index()
            layers = layers.with_frame(name, gpd.GeoDataFrame(joined, geometry="geometry", crs=layers.crs))
        if name == "communities":
            near = bounds_of(layers[name])
    return layers, tuple(findings)


def _shown(bounds: tuple[float, float, float, float] | None) -> str:
    return "-" if bounds is None else f"({bounds[0]:.3f} {bounds[1]:.3f})"

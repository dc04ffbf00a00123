"""The quality of the ground that a community's slopes, ponds and ways of water rest on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import rasterio.features

from spongecalc.layers.dem import GroundError
from spongecalc.layers.dem_judgement import judged
from spongecalc.layers.layer_set import LayerSet

GROUND_COLUMNS = [
    "community_id",
    "file",
    "point_count",
    "cell_m",
    "distance_median_m",
    "distance_max_m",
    "void_percent",
    "refused",
]


def ground_quality(layers: LayerSet) -> pd.DataFrame:
    """A row of ``GROUND_COLUMNS`` for each community; none without a DEM.

    ``point_count`` is the number of measured places of the whole ground, 0 for a raster, ``cell_m`` the side of
    its cells [m]. ``distance_median_m`` and ``distance_max_m`` are the distances of the cells in the community to
    the nearest measured place [m], empty for a raster. ``void_percent`` is the share of cells without ground, and
    ``refused`` the rule for which the DEM is not used there.
    """
    rows = []
    for community, area, found in judged(layers):
        assert layers.dem is not None
        about = {"file": layers.dem.name, "point_count": layers.dem.points}
        row: dict[str, object] = {"community_id": community, **about}
        if isinstance(found, GroundError):
            rows.append({**row, "refused": found.rule})
            continue
        levels = found.elevation_m
        inside = rasterio.features.geometry_mask([area], levels.shape, found.transform, invert=True)
        row |= {"cell_m": found.transform.a, "void_percent": 100 * float(np.isnan(levels[inside]).mean())}
        if found.distance_m is not None:
            own = found.distance_m[inside]
            row |= {"distance_median_m": float(np.median(own)), "distance_max_m": float(own.max())}
        rows.append({**row, "refused": ""})
    return pd.DataFrame(rows, columns=GROUND_COLUMNS).sort_values("community_id", ignore_index=True)

"""Depth of pipes, and the bands of depth by which they are paid for."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd

DEPTH_EDGES_M = (0.0, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, np.inf)
UNKNOWN = "unknown"


def end_depths_m(pipes: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame) -> tuple[pd.Series, pd.Series]:
    """Depth from ground to invert at a pipe's upper and lower end, in m; NaN where it is not known."""
    known = nodes.drop_duplicates("node_id")
    ground = dict(zip(known["node_id"], known["ground_m"], strict=True))
    upper = pipes["from_node"].map(ground).astype(float) - pipes["invert_up_m"].astype(float)
    lower = pipes["to_node"].map(ground).astype(float) - pipes["invert_down_m"].astype(float)
    return upper, lower


def trench_depth_m(pipes: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame) -> pd.Series:
    """Mean depth from ground to invert over a pipe's two ends, in m; NaN where neither end is known."""
    return pd.concat(list(end_depths_m(pipes, nodes)), axis=1).mean(axis=1)


def depth_band(depth_m: pd.Series) -> pd.Series:
    """The band of trench depth, such as "1.5-2.0 m"; a depth on an edge belongs to the band above it.

    Depths are taken to the millimetre, the precision of a survey, so that 1.5 m by difference of two levels
    is on the edge and not a rounding error below it.
    """
    last = len(DEPTH_EDGES_M) - 2
    labels = [
        f">={low:.1f} m" if i == last else f"{low:.1f}-{high:.1f} m"
        for i, (low, high) in enumerate(pairwise(DEPTH_EDGES_M))
    ]
    depths = depth_m.astype(float).round(3).clip(lower=0)
    bands = pd.cut(depths, list(DEPTH_EDGES_M), labels=labels, right=False)
    return bands.astype(object).where(bands.notna(), UNKNOWN)

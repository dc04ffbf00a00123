"""The length of a pipe: that of its line, or the one that its record states where that counts."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from spongecalc.layers.provenance import RECORDED, read_flags


def pipe_lengths_m(pipes: gpd.GeoDataFrame) -> np.ndarray:
    """Length of each pipe in plan [m], in the order of the frame.

    A pipe is as long as it is drawn, unless its source says that its ``length_m`` counts (``length =
    "recorded"``), as SWMM models do.
    """
    drawn: np.ndarray = shapely.length(pipes.geometry.to_numpy())
    flags = pipes["flags"].to_numpy(object) if "flags" in pipes else np.empty(0, dtype=object)
    recorded = np.array(
        [isinstance(f, str) and RECORDED in f and read_flags(f).get("length_m") == RECORDED for f in flags],
        dtype=bool,
    )
    if not recorded.any():
        return drawn
    stated = pipes["length_m"].to_numpy(float)
    return np.where(recorded & (stated > 0), stated, drawn)

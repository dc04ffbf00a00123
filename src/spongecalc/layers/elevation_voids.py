"""Elevations that are none: what a raster or a list of points holds where nothing was measured."""

from __future__ import annotations

import numpy as np

from spongecalc.contract import SCHEMAS

# No manhole is that deep, and few communities rise by so much: one at the sea keeps its zeros.
FAR_M = 50.0


def level_of_place_m(levels_m: np.ndarray) -> float:
    """The level in m at which a place lies, of some levels there that are not 0; NaN without any.

    It is the end of the quarter that is nearest to 0, so that a few mistakes do not hide the rest.
    """
    if not levels_m.size:
        return np.nan
    near = levels_m.size // 4
    return float(levels_m[np.argpartition(np.abs(levels_m), near, kind="introselect")[near]])


def voids_of(elevation_m: np.ndarray) -> np.ndarray:
    """Mask of the elevations in m that are none, whether or not their file declares them.

    They are not finite, or lie where no ground does (outside of the contract's bounds of a node's ground: -9999,
    -32767, 3.4e38), or are exactly 0 where the place lies more than ``FAR_M`` above or below.
    """
    bounds = next(c for c in SCHEMAS["nodes"].columns if c.name == "ground_m")
    with np.errstate(invalid="ignore"):
        void: np.ndarray = ~np.isfinite(elevation_m)
        void |= (elevation_m < (bounds.minimum or 0.0)) | (elevation_m > (bounds.maximum or 0.0))
    zero = elevation_m == 0
    if zero.any() and abs(level_of_place_m(elevation_m[~void & ~zero])) > FAR_M:
        void |= zero
    return void

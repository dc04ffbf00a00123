"""The diameters that pipes are sold in."""

from __future__ import annotations

from functools import cache

import numpy as np

from spongecalc.standards.tables import table


def next_size_mm(diameter_mm: float) -> float:
    """The next trade size above a diameter; NaN above the greatest."""
    sizes = _trade_sizes()
    larger = sizes[sizes > diameter_mm + 1e-9]
    return float(larger.min()) if len(larger) else float("nan")


@cache
def _trade_sizes() -> np.ndarray:
    sizes: np.ndarray = table("pipe_sizes")["diameter_mm"].to_numpy(float)
    return sizes

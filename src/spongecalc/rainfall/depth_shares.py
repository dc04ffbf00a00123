"""A hyetograph from shares of the depth in equal parts of the duration: a table, or a measured event."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from spongecalc.rainfall.time_steps import step_edges


def shared_hyetograph(
    depth_mm: float, shares: Sequence[float], duration_min: float, step_min: float
) -> pd.Series:
    """Spread a depth over a duration.

    Parameters
    ----------
    depth_mm
        Depth of the storm in mm.
    shares
        Parts of the depth, in any unit (percent, mm), of equal parts of the duration.
    duration_min, step_min
        Duration and time step in minutes. Steps need not fit the parts: rain is even within a part.

    Returns
    -------
    Intensity in mm/h by the start of its step in minutes; the depths add up to ``depth_mm``.

    Raises
    ------
    ValueError
        If a share is negative or all are nought.
    """
    parts = np.asarray(shares, dtype=float)
    if parts.size == 0 or parts.min() < 0 or parts.sum() <= 0:
        raise ValueError("shares must not be negative, and one must be above nought")
    fallen = np.append(0.0, np.cumsum(parts)) / parts.sum() * depth_mm
    times = np.linspace(0.0, duration_min, parts.size + 1)
    edges = step_edges(duration_min, step_min)
    depths = np.diff(np.interp(edges, times, fallen))
    return pd.Series(
        depths / np.diff(edges) * 60, index=pd.Index(edges[:-1], name="minute"), name="intensity_mm_h"
    )

"""Triangular unit hydrographs of rain-derived inflow: how much of a storm's has come when a run ends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spongecalc.rainfall.storm import Storm

Triangle = tuple[float, float, float]
"""Share of the rain R in percent, hours to the peak T, recession over rise K."""


def arrived_share(hours: np.ndarray, t_h: float, k: float) -> np.ndarray:
    """Share of a triangle's water that has come some time after the rain that it answers.

    With the base Tb = T (1 + K): t^2 / (T Tb) up to the peak, then 1 - (Tb - t)^2 / ((Tb - T) Tb) up to Tb.

    Parameters
    ----------
    hours
        Times after the rain in hours.
    t_h
        Time to the peak T in hours, positive.
    k
        Time of recession over time to the peak, K, positive.

    Returns
    -------
    Shares from 0 to 1.

    References
    ----------
    Rossman and Huber (2016), SWMM Reference Manual Volume I, chapter 7 (RTK unit hydrographs).
    """
    base_h = t_h * (1.0 + k)
    t = np.clip(hours, 0.0, base_h)
    rising = t**2 / (t_h * base_h)
    falling = 1.0 - (base_h - t) ** 2 / ((base_h - t_h) * base_h)
    shares: np.ndarray = np.where(t <= t_h, rising, falling)
    return shares


def lost_percent(storm: Storm, triangles: Sequence[Triangle], end_min: float) -> float:
    """Part of a storm's rain-derived inflow that has not come when the run ends, in percent.

    Parameters
    ----------
    storm
        The rain, whose steps count at their middle.
    triangles
        The project's unit hydrographs.
    end_min
        End of the run in minutes from the start of the rain.
    """
    starts = storm.hyetograph.index.to_numpy(dtype=float)
    ends = np.append(starts[1:], storm.duration_min)
    depths = storm.hyetograph.to_numpy() * (ends - starts)
    hours = (end_min - (starts + ends) / 2) / 60
    whole = sum(r for r, _, _ in triangles) * float(depths.sum())
    come = sum(r * float((depths * arrived_share(hours, t_h, k)).sum()) for r, t_h, k in triangles)
    return 100.0 * (1.0 - come / whole) if whole > 0 else 0.0

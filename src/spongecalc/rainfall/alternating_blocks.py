"""The alternating block hyetograph: the steps' depths set around the peak, the largest first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spongecalc.rainfall.storm_formula import RainFormula
from spongecalc.rainfall.time_steps import step_edges


def alternating_blocks(
    formula: RainFormula, return_period_a: float, duration_min: float, peak_ratio: float, step_min: float
) -> pd.Series:
    """Mean intensity of each time step of a storm of alternating blocks.

    The depth of k steps is the formula's for k steps; the k-th largest block is what the k-th step adds. The
    largest block lies where the peak ratio puts it, the next ones to its right and left in turn while there
    is room.

    Parameters
    ----------
    formula
        Storm formula of the place.
    return_period_a, duration_min
        Return period in years, duration of the storm in minutes, a whole number of steps.
    peak_ratio
        Time to the peak over the duration, between 0 and 1 exclusive.
    step_min
        Time step in minutes.

    Returns
    -------
    Intensity in mm/h by the start of its step in minutes; the depths add up to the formula's.

    Raises
    ------
    ValueError
        If the peak ratio lies outside its range or the step does not divide the duration.

    References
    ----------
    Chow, Maidment and Mays (1988), Applied Hydrology, section 14.4.
    """
    if not 0 < peak_ratio < 1:
        raise ValueError(f"the peak ratio must lie between 0 and 1, not {peak_ratio}")
    if duration_min % step_min:
        raise ValueError("the step must divide the duration")
    edges = step_edges(duration_min, step_min)
    blocks = np.diff(np.append(0.0, formula.depth_mm(return_period_a, edges[1:])))
    blocks = np.sort(blocks)[::-1]
    count = len(blocks)
    peak = min(int(peak_ratio * count), count - 1)
    order, right, left = [peak], peak + 1, peak - 1
    while len(order) < count:
        if right < count and (len(order) % 2 or left < 0):
            order.append(right)
            right += 1
        else:
            order.append(left)
            left -= 1
    depths = np.empty(count)
    depths[order] = blocks
    return pd.Series(depths / step_min * 60, index=pd.Index(edges[:-1], name="minute"), name="intensity_mm_h")

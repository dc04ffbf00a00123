"""The Chicago hyetograph: the storm in which every duration around the peak holds the formula's depth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spongecalc.rainfall.storm_formula import RainFormula


def chicago_hyetograph(
    formula: RainFormula, return_period_a: float, duration_min: float, peak_ratio: float, step_min: float
) -> pd.Series:
    """Mean intensity of each time step of a Chicago storm.

    Parameters
    ----------
    formula
        Storm formula of the place.
    return_period_a, duration_min
        Return period in years, duration of the storm in minutes.
    peak_ratio
        Time to the peak over the duration, r, between 0 and 1 exclusive.
    step_min
        Time step in minutes; the last step is shorter where it does not divide the duration.

    Returns
    -------
    Intensity in mm/h by the start of its step in minutes. Each step holds the exact integral of the curve,
    so the depths add up to the formula's depth for the whole duration, whatever the step.

    Raises
    ------
    ValueError
        If the peak ratio lies outside its range, a duration is not positive, or the storm is so long that the
        formula's depth falls with the duration (possible where its n is above 1).

    References
    ----------
    Keifer and Chu (1957), Synthetic storm pattern for drainage design, J. Hydraul. Div. ASCE 83(4).
    """
    if not 0 < peak_ratio < 1:
        raise ValueError(f"the peak ratio must lie between 0 and 1, not {peak_ratio}")
    if duration_min <= 0 or step_min <= 0:
        raise ValueError("duration and step must be positive")
    longest = formula.longest_duration_min(return_period_a)
    if duration_min > longest:
        raise ValueError(f"the formula of {formula.place} holds up to {longest:.0f} min")
    starts = np.arange(0.0, duration_min - 1e-9, step_min)
    edges = np.append(starts, duration_min)
    fallen = _fallen_mm(formula, return_period_a, edges, peak_ratio * duration_min, peak_ratio)
    intensity = np.diff(fallen) / np.diff(edges) * 60
    return pd.Series(intensity, index=pd.Index(starts, name="minute"), name="intensity_mm_h")


def _fallen_mm(
    formula: RainFormula, return_period_a: float, minutes: np.ndarray, peak_min: float, peak_ratio: float
) -> np.ndarray:
    """Depth fallen until each time.

    Before the peak the curve holds, within a time u of the peak, the share r of the formula's depth for the
    duration u / r; after it the share 1 - r of that for u / (1 - r).
    """
    before = np.maximum(peak_min - minutes, 0.0) / peak_ratio
    after = np.maximum(minutes - peak_min, 0.0) / (1 - peak_ratio)
    until_peak = peak_ratio * formula.depth_mm(return_period_a, np.maximum(peak_min / peak_ratio, 1e-12))

    def held(duration: np.ndarray) -> np.ndarray:
        depths = formula.depth_mm(return_period_a, np.maximum(duration, 1e-12))
        return np.where(duration > 0, depths, 0.0)

    return until_peak - peak_ratio * held(before) + (1 - peak_ratio) * held(after)

"""The uniform hyetograph: the formula's mean intensity all the time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spongecalc.rainfall.storm_formula import RainFormula
from spongecalc.rainfall.time_steps import step_edges


def uniform_hyetograph(
    formula: RainFormula, return_period_a: float, duration_min: float, step_min: float
) -> pd.Series:
    """Mean intensity of each time step of a uniform storm.

    Parameters
    ----------
    formula
        Storm formula of the place.
    return_period_a, duration_min, step_min
        Return period in years; duration and time step in minutes.

    Returns
    -------
    Intensity in mm/h by the start of its step in minutes, the same in all steps.

    References
    ----------
    GB 50014-2021, section 4.1: the rational method's assumption of constant intensity.
    """
    edges = step_edges(duration_min, step_min)
    intensity = float(formula.depth_mm(return_period_a, duration_min)) / duration_min * 60
    return pd.Series(
        np.full(len(edges) - 1, intensity), index=pd.Index(edges[:-1], name="minute"), name="intensity_mm_h"
    )

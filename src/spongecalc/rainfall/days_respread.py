"""A long series with each day's rain spread over the day in another way, its depth as it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from spongecalc.rainfall.rain_series import RainSeries

DAY_MIN = 1440


def days_in_pattern(series: RainSeries, shares: Sequence[float], step_min: float) -> RainSeries:
    """The series with the rain of each day spread from midnight on by the shares of steps of ``step_min``.

    Parameters
    ----------
    series
        Of any step up to a day; missing steps count as dry.
    shares
        Parts of a day's depth, in any unit, by step from midnight on; a day has no more steps.

    Returns
    -------
    The series in steps of ``step_min``; the depth of each day is that of the given one.
    """
    parts = np.zeros(round(DAY_MIN / step_min))
    parts[: len(shares)] = np.asarray(shares, dtype=float)
    days = series.depth_mm.resample("D").sum()
    depths = (days.to_numpy()[:, None] * parts / parts.sum()).ravel()
    index = pd.date_range(days.index[0], periods=len(depths), freq=pd.Timedelta(minutes=step_min))
    return RainSeries(pd.Series(depths, index=index), step_min, series.source, generated=series.generated)


def days_even(series: RainSeries) -> RainSeries:
    """The series with the rain of each day spread evenly over the steps of that day in which it fell."""
    given = series.depth_mm.fillna(0.0)
    wet = given > 0
    day = given.index.floor("D")
    depth = given.groupby(day).transform("sum")
    count = wet.groupby(day).transform("sum")
    even = depth.div(count.where(count > 0, 1)).where(wet, 0.0)
    return RainSeries(even, series.step_min, series.source, generated=series.generated)

"""A long series brought to finer steps by a storm's pattern, the depth of each of its own steps as it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from spongecalc.rainfall.rain_series import RainSeries


def finer_step_min(own_min: float, wanted_min: float) -> float:
    """Step in whole minutes to which steps of ``own_min`` are brought.

    The longest that fits and is no longer than ``wanted_min``; their own where they are no longer, or no whole
    minutes.
    """
    if own_min <= wanted_min or own_min != int(own_min):
        return own_min
    return float(next(step for step in range(int(wanted_min), 0, -1) if int(own_min) % step == 0))


def finer_series(series: RainSeries, shares: Sequence[float] | np.ndarray, step_min: float) -> RainSeries:
    """A series in steps of ``step_min``, each of its own steps spread as a storm of that length would be.

    Parameters
    ----------
    series
        Hourly or daily, or in any step that is a multiple of ``step_min``.
    shares
        Parts of the depth of one of its steps, in any unit, by finer step from its start on; the rest of the step
        is dry where there are fewer.
    step_min
        The finer step in minutes, of :func:`finer_step_min`.

    Returns
    -------
    The series; a missing step stays missing.

    Notes
    -----
    A disaggregation by the design storm's pattern: hours get the peaks of design storms of an hour, days those of
    a design storm of a day without the spells that a real day has. Depths and the order of steps stay.

    References
    ----------
    Keifer and Chu (1957), Synthetic storm pattern for drainage design, J. Hydraul. Div. 83(4), for the pattern;
    Ormsbee (1989), Rainfall disaggregation model for continuous hydrologic modeling, J. Hydraul. Eng. 115(4), for
    the keeping of each step's depth and what such disaggregation is for.
    """
    parts = np.zeros(round(series.step_min / step_min))
    parts[: len(shares)] = np.asarray(shares, dtype=float)
    depths = (series.depth_mm.to_numpy(float)[:, None] * parts / parts.sum()).ravel()
    index = pd.date_range(series.depth_mm.index[0], periods=len(depths), freq=pd.Timedelta(minutes=step_min))
    fine = pd.Series(depths, index=index)
    return RainSeries(fine, step_min, series.source, series.flaws, series.snow, generated=series.generated)

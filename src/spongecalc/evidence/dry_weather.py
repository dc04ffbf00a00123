"""Dry weather in a sensor's readings, and their mean over the day with its error."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from spongecalc.evidence.mass_balance import Measured

# A missing step of the rain record counts as rain, since nobody knows.
UNKNOWN_MM = 1e6


def dry_times(times: pd.DatetimeIndex, rain_mm: pd.Series | None, after_h: float, most_mm: float) -> np.ndarray:
    """Mask of the dry times: no more than ``most_mm`` of rain fell in the ``after_h`` hours up to each.

    Parameters
    ----------
    times
        Of the readings, in order.
    rain_mm
        Rain of each step by the time at which the step begins, in mm; None where there is no rain record: then
        all times are taken as dry. Times that the record does not cover,
        or with a gap of it in the hours before, are not dry: nobody knows.
    after_h, most_mm
        Hours without rain, and what counts as none.
    """
    if rain_mm is None or rain_mm.empty:
        return np.ones(len(times), dtype=bool)
    fallen = rain_mm.fillna(UNKNOWN_MM).cumsum()
    steps = fallen.index.to_numpy()
    total = np.concatenate([[0.0], fallen.to_numpy(dtype=float)])
    until = np.searchsorted(steps, times.to_numpy(), side="right")
    since = np.searchsorted(steps, (times - pd.Timedelta(hours=after_h)).to_numpy(), side="left")
    step = pd.Series(rain_mm.index).diff().median() if len(rain_mm) > 1 else pd.Timedelta(0)
    covered = (times >= rain_mm.index[0] + pd.Timedelta(hours=after_h)) & (times <= rain_mm.index[-1] + step)
    return np.asarray(covered & (total[until] - total[since] <= most_mm))


def daily_mean(readings: pd.Series) -> tuple[Measured, int]:
    """Mean over the day, with the standard error that the days' scatter gives; and how many hours it covers.

    Sewage follows the hour of the day: readings are averaged by hour first, so that a sensor read at noon
    more often than at night gives no noon's value. The error is that of the mean of the days' departures from
    the mean day; with one day only it is 0 and the instrument's own error is all there is.

    Parameters
    ----------
    readings
        Over time, at least one.

    Raises
    ------
    ValueError
        If there is none.
    """
    if readings.empty:
        raise ValueError("no readings")
    times = pd.DatetimeIndex(readings.index)
    by_hour = readings.groupby(times.hour).mean()
    departures = readings - by_hour.reindex(times.hour).to_numpy()
    days = departures.groupby(times.normalize()).mean()
    error = float(days.std(ddof=1)) / math.sqrt(len(days)) if len(days) > 1 else 0.0
    return Measured(float(by_hour.mean()), error), len(by_hour)


def daily_peak(readings: pd.Series) -> tuple[Measured, int]:
    """The highest hour of the mean day, with the error of :func:`daily_mean`: what a level is compared by."""
    mean, hours = daily_mean(readings)
    highest = readings.groupby(pd.DatetimeIndex(readings.index).hour).mean().max()
    return Measured(float(highest), mean.error), hours


def with_instrument(mean: Measured, error_percent: float, floor: float = 0.0) -> Measured:
    """A mean with the instrument's own error added: that of many readings does not average out.

    Parameters
    ----------
    mean
        With its standard error, both in the unit of the quantity.
    error_percent
        Relative error of the instrument.
    floor
        Absolute error of the instrument, in the unit of the quantity; the two are added in quadrature.
    """
    own = math.hypot(mean.value * error_percent / 100, floor)
    return Measured(mean.value, math.hypot(mean.error, own))

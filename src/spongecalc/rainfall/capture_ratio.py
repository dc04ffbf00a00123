"""The annual capture ratio (年径流总量控制率) and the design rainfall that belongs to it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from spongecalc.rainfall.rain_file_error import RainFileError
from spongecalc.rainfall.rain_series import RainSeries
from spongecalc.standards.tables import table

LEAST_DAY_MM = 2.0
LEAST_YEARS = 30.0
PERCENTS_OF_TABLE = (60, 70, 75, 80, 85)
"""The capture ratios of the guide's table of design rainfall."""


def capture_percent(depths_mm: np.ndarray, design_mm: float) -> float:
    """Share of the rain that is captured if up to a design rainfall of each day is.

    Parameters
    ----------
    depths_mm
        Depths of the days (or events) that count, in mm.
    design_mm
        Design rainfall in mm.

    Returns
    -------
    Percent of the total; NaN without rain.

    References
    ----------
    海绵城市建设技术指南 (2014), appendix 2: a day below the design rainfall counts whole, a day above it with
    the design rainfall.
    """
    depths = np.asarray(depths_mm, dtype=float)
    total = depths.sum()
    return float(100 * np.minimum(depths, design_mm).sum() / total) if total > 0 else math.nan


def design_rainfall_mm(depths_mm: np.ndarray, percent: float) -> float:
    """The design rainfall in mm whose capture ratio is ``percent``: exact, since the curve is piecewise linear.

    Parameters
    ----------
    depths_mm
        Depths of the days (or events) that count, in mm.
    percent
        Capture ratio, from 0 up to 100.

    Raises
    ------
    ValueError
        If there is no rain, or the percentage lies outside its range.
    """
    ordered = np.sort(np.asarray(depths_mm, dtype=float))
    if ordered.size == 0 or ordered.sum() <= 0:
        raise ValueError("no day with rain")
    if not 0 <= percent <= 100:
        raise ValueError(f"a capture ratio lies between 0 and 100 percent, not {percent}")
    # Captured at H = depth of day k: all smaller days whole, the others with that depth.
    below = np.append(0.0, np.cumsum(ordered))
    held = below[:-1] + ordered * (ordered.size - np.arange(ordered.size))
    wanted = percent / 100 * ordered.sum()
    k = int(np.searchsorted(held, wanted))
    if k >= ordered.size:
        return float(ordered[-1])
    return float((wanted - below[k]) / (ordered.size - k))


def counted_days_mm(series: RainSeries, least_mm: float = LEAST_DAY_MM) -> np.ndarray:
    """Depths in mm of the days that the guide counts: more rain than ``least_mm``, whole days, no snow.

    References
    ----------
    海绵城市建设技术指南 (2014), appendix 2.
    """
    daily = series.daily_mm()
    counted: np.ndarray = daily[daily > least_mm].to_numpy()
    return counted


def events_mm(series: RainSeries, dry_h: float, least_mm: float = 0.0) -> np.ndarray:
    """Depths in mm of the events of a series, parted by at least ``dry_h`` hours without rain.

    Parameters
    ----------
    series
        Rainfall in steps of at most ``dry_h``; a missing step counts as dry.
    dry_h
        Minimum dry interval in hours.
    least_mm
        Events up to this depth are left out.

    Raises
    ------
    ValueError
        If the step of the series is longer than the dry interval.
    """
    if series.step_min > 60 * dry_h:
        raise ValueError("the step of the series is longer than the dry interval")
    wet = series.depth_mm[series.depth_mm > 0]
    if wet.empty:
        return np.array([])
    minutes = (wet.index - wet.index[0]) / pd.Timedelta(minutes=1)
    dry = np.diff(minutes) - series.step_min
    event = np.append(0, np.cumsum(dry >= 60 * dry_h - 1e-9))
    depths = np.bincount(event, weights=wet.to_numpy())
    return depths[depths > least_mm]


@dataclass(frozen=True)
class CaptureCurve:
    """Capture ratio in percent by design rainfall in mm: from a series, or through the points of a table.

    ``days_mm`` are the days of a series; else ``points`` hold depth and percent. ``years`` is the length of
    the series, NaN for a table.
    """

    place: str
    source: str
    how_known: str
    days_mm: tuple[float, ...] = ()
    points: tuple[tuple[float, float], ...] = ()
    years: float = math.nan
    generated: bool = False

    @property
    def too_short(self) -> bool:
        """True if the series is shorter than the 30 years that the guide asks for."""
        return self.years < LEAST_YEARS

    @cached_property
    def _table(self) -> tuple[np.ndarray, np.ndarray]:
        depths, percents = zip(*((0.0, 0.0), *self.points), strict=True)
        return np.array(depths), np.array(percents)

    @cached_property
    def _between(self) -> Callable[[float], np.ndarray]:
        """The curve between the table's points, made once: a year of events asks it thousands of times."""
        from scipy.interpolate import PchipInterpolator  # noqa: PLC0415  a check of layers needs none of it

        curve: Callable[[float], np.ndarray] = PchipInterpolator(*self._table)
        return curve

    def percent(self, design_mm: float) -> float:
        """Capture ratio in percent of a design rainfall in mm.

        Between a table's points the curve is monotone and smooth (PCHIP), from the origin; beyond the last one
        the rest falls off exponentially at the slope of the last piece.
        """
        if self.days_mm:
            return capture_percent(np.array(self.days_mm), design_mm)
        depths, percents = self._table
        if design_mm <= depths[-1]:
            return float(self._between(max(design_mm, 0.0)))
        scale = (depths[-1] - depths[-2]) / math.log((100 - percents[-2]) / (100 - percents[-1]))
        return float(100 - (100 - percents[-1]) * math.exp(-(design_mm - depths[-1]) / scale))

    def design_mm(self, percent: float) -> float:
        """Design rainfall in mm of a capture ratio; raises ValueError outside 0 to below 100 percent."""
        if self.days_mm:
            return design_rainfall_mm(np.array(self.days_mm), percent)
        if not 0 <= percent < 100:
            raise ValueError(f"a capture ratio lies between 0 and 100 percent, not {percent}")
        low, high = 0.0, 1000.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if self.percent(middle) < percent else (low, middle)
        return round((low + high) / 2, 9)


def curve_of_series(series: RainSeries, place: str, how_known: str) -> CaptureCurve:
    """The curve of a long series by the guide's daily method.

    Raises
    ------
    RainFileError
        If no whole day of the series has rain that counts.
    """
    days = tuple(float(d) for d in counted_days_mm(series))
    if not days:
        raise RainFileError("no_whole_wet_day", series.source, str(len(series.daily_mm())))
    return CaptureCurve(place, series.source, how_known, days, years=series.years, generated=series.generated)


def curve_of_city(city: str) -> CaptureCurve:
    """The curve through a city's row of the guide's table.

    Raises
    ------
    KeyError
        If the table has no such city.
    """
    rows = table("design_rainfall_vcr").set_index("city")
    row = rows.loc[city]
    points = tuple((float(row[f"p{p}_mm"]), float(p)) for p in PERCENTS_OF_TABLE)
    return CaptureCurve(city, str(row["source"]), str(row["how_known"]), points=points)

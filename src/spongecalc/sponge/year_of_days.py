"""A year's rain as its days: the capture curve of those that count, and the share of those too small for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spongecalc.rainfall.capture_ratio import LEAST_DAY_MM, CaptureCurve
from spongecalc.rainfall.rain_series import RainSeries
from spongecalc.sponge.event_response import annual_capture_percent


@dataclass(frozen=True)
class YearOfDays:
    """The curve of the days above 2 mm, and the share of the year's rain that falls on smaller days.

    The guide's curve leaves small days out. Ground that is wetted lets hardly anything of them run off, so that
    they count as held.
    """

    curve: CaptureCurve
    small_share: float

    def capture_percent(
        self, depths_mm: Sequence[float] | np.ndarray, runoff_mm: Sequence[float] | np.ndarray
    ) -> float:
        """The year's capture ratio from the runoff of days of some depths, the small days held."""
        counted = annual_capture_percent(depths_mm, runoff_mm, self.curve.percent)
        return 100 * self.small_share + (1 - self.small_share) * counted


def year_of(curve: CaptureCurve, series: RainSeries) -> YearOfDays:
    """The year of a capture curve, with the small days of a series."""
    daily = series.daily_mm().to_numpy()
    total = float(daily.sum())
    small = float(daily[daily <= LEAST_DAY_MM].sum())
    return YearOfDays(curve, small / total if total > 0 else 0.0)

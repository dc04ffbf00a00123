"""An hourly or daily series in finer steps: depths stay, gaps stay, the pattern is the storm's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spongecalc.rainfall.finer_steps import finer_series, finer_step_min
from spongecalc.rainfall.rain_series import RainSeries


def series_of(depths_mm: list[float], step: str, step_min: float) -> RainSeries:
    index = pd.date_range("2001-06-01", periods=len(depths_mm), freq=step)
    return RainSeries(pd.Series(depths_mm, index=index), step_min, "test")


def test_each_hour_is_spread_by_the_pattern_and_keeps_its_depth() -> None:
    found = finer_series(series_of([6.0, 0.0, np.nan, 3.0], "h", 60.0), [1.0, 3.0, 2.0], 20.0)
    assert found.step_min == 20
    assert found.depth_mm[:6].tolist() == [1.0, 3.0, 2.0, 0.0, 0.0, 0.0]
    assert found.depth_mm[6:9].isna().all()
    assert found.depth_mm["2001-06-01 03:20"] == pytest.approx(1.5)


def test_a_day_may_be_longer_than_the_pattern() -> None:
    found = finer_series(series_of([24.0, 12.0], "D", 1440.0), [2.0, 1.0], 60.0)
    assert len(found.depth_mm) == 48
    assert found.depth_mm["2001-06-02"].tolist() == [8.0, 4.0, *[0.0] * 22]
    assert found.daily_mm().tolist() == [24.0, 12.0]


@pytest.mark.parametrize(
    ("own", "wanted", "found"),
    [(60, 10, 10), (1440, 10, 10), (15, 10, 5), (7, 5, 1), (5, 10, 5), (10, 10, 10), (60, 60, 60), (7.5, 5, 7.5)],
)
def test_the_step_is_whole_minutes_that_fit(own: float, wanted: float, found: float) -> None:
    assert finer_step_min(own, wanted) == found

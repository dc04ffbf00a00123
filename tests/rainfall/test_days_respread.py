"""A series with its days spread in another way: depths stay, hours change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spongecalc.rainfall.days_respread import days_even, days_in_pattern
from spongecalc.rainfall.rain_series import RainSeries

HOURS = np.zeros(48)
HOURS[[3, 4, 30]] = 2.0, 6.0, 5.0
HOURS[40] = np.nan
SERIES = RainSeries(pd.Series(HOURS, index=pd.date_range("2001-06-01", periods=48, freq="h")), 60.0, "test")


def test_each_day_takes_the_pattern_and_keeps_its_depth() -> None:
    found = days_in_pattern(SERIES, [1.0, 3.0], 30.0)
    assert found.depth_mm["2001-06-01 00:00"] == 2.0
    assert found.depth_mm["2001-06-01 00:30"] == 6.0
    assert found.depth_mm["2001-06-02 00:30"] == pytest.approx(3.75)
    assert len(found.depth_mm) == 96
    assert found.daily_mm().tolist() == [8.0, 5.0]


def test_each_day_is_even_over_its_own_wet_hours() -> None:
    found = days_even(SERIES).depth_mm
    assert found[found > 0].to_dict() == {
        pd.Timestamp("2001-06-01 03:00"): 4.0,
        pd.Timestamp("2001-06-01 04:00"): 4.0,
        pd.Timestamp("2001-06-02 06:00"): 5.0,
    }

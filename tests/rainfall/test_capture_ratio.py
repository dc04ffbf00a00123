"""The capture ratio against a second calculation, on fifty years of a public gauge."""

from __future__ import annotations

import calendar
import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spongecalc.rainfall.capture_ratio import (
    counted_days_mm,
    curve_of_city,
    curve_of_series,
    design_rainfall_mm,
    events_mm,
)
from spongecalc.rainfall.rain_series import regular_series
from spongecalc.rainfall.read_series import read_series

GAUGE = Path(__file__).parent / "data" / "USW00003870.dly.gz"


def days_by_hand() -> list[float]:
    """Rain above 2 mm of days whose mean temperature is not below freezing, straight from the file's text."""
    values: dict[tuple[int, int, int], dict[str, float]] = {}
    for line in gzip.decompress(GAUGE.read_bytes()).decode().splitlines():
        year, month, element = int(line[11:15]), int(line[15:17]), line[17:21]
        for day in range(calendar.monthrange(year, month)[1]):
            value, flags = int(line[21 + 8 * day : 26 + 8 * day]), line[26 + 8 * day : 29 + 8 * day]
            if value != -9999 and flags[1] == " " and not (element == "PRCP" and flags[0] == "A"):
                values.setdefault((year, month, day), {})[element] = value / 10
    return [
        v["PRCP"]
        for v in values.values()
        if v.get("PRCP", 0) > 2 and not ("TMAX" in v and "TMIN" in v and v["TMAX"] + v["TMIN"] < 0)
    ]


def test_design_rainfall_of_fifty_years_by_a_second_calculation() -> None:
    days = days_by_hand()
    total = sum(days)
    curve = curve_of_series(read_series(GAUGE), "Greer", "measured")
    assert curve.years > 30
    assert not curve.too_short
    assert len(curve.days_mm) == len(days)
    for percent in (60, 70, 75, 80, 85):
        # bisection on the definition: days below H whole, days above with H
        low, high = 0.0, 500.0
        while high - low > 1e-6:
            middle = (low + high) / 2
            captured = sum(d if d <= middle else middle for d in days)
            low, high = (middle, high) if captured < percent / 100 * total else (low, middle)
        assert curve.design_mm(percent) == pytest.approx(low, abs=0.01)
        assert curve.percent(low) == pytest.approx(percent, abs=1e-4)


def test_the_curve_by_hand() -> None:
    # days 5, 10, 25: at H = 10 it is (5 + 10 + 10) / 40
    assert design_rainfall_mm(np.array([25.0, 5.0, 10.0]), 62.5) == pytest.approx(10)
    assert design_rainfall_mm(np.array([25.0, 5.0, 10.0]), 100) == pytest.approx(25)
    with pytest.raises(ValueError, match="no day"):
        design_rainfall_mm(np.array([]), 80)


def test_a_citys_row_of_the_guide_and_back() -> None:
    curve = curve_of_city("昆明")
    assert curve.design_mm(80) == pytest.approx(22.0, abs=1e-6)
    assert curve.percent(11.5) == pytest.approx(60)
    assert curve.percent(0) == 0
    depths = np.linspace(0, 200, 400)
    assert (np.diff([curve.percent(d) for d in depths]) > 0).all()


def test_days_up_to_two_millimetres_and_incomplete_days_are_left_out() -> None:
    hours = pd.date_range("2001-01-01", periods=72, freq="h")
    depth = np.zeros(72)
    depth[3], depth[30], depth[60] = 2.0, 8.0, 9.0
    depth[65] = np.nan
    assert counted_days_mm(regular_series(hours, depth, 60, "x")).tolist() == [8.0]


def test_events_are_parted_by_dry_hours() -> None:
    hours = pd.date_range("2001-01-01", periods=48, freq="h")
    depth = np.zeros(48)
    depth[[1, 2, 8, 20]] = [1.0, 2.0, 3.0, 4.0]
    series = regular_series(hours, depth, 60, "x")
    # five dry hours between hour 2 and hour 8, eleven between 8 and 20
    assert events_mm(series, 6).tolist() == [6.0, 4.0]
    assert events_mm(series, 5).tolist() == [3.0, 3.0, 4.0]


def test_a_short_series_says_so() -> None:
    days = pd.date_range("2001-01-01", periods=365, freq="D")
    assert curve_of_series(regular_series(days, np.full(365, 3.0), 1440, "x"), "x", "measured").too_short

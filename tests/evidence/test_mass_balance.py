import math

import numpy as np
import pandas as pd
import pytest

from spongecalc.evidence.dry_weather import daily_mean, dry_times, with_instrument
from spongecalc.evidence.mass_balance import Measured, reach_gain, sewage_flow


def test_a_mixture_worked_by_hand() -> None:
    # 1 l/s of sewage at 40 mg/l and 3 l/s of clean water at 0.5 mg/l: 41.5 mg/s in 4 l/s
    exact = Measured(4.0, 0.0), Measured(41.5 / 4, 0.0), Measured(0.5, 0.0), Measured(40.0, 0.0)
    found = sewage_flow(*exact)
    assert found.value == pytest.approx(1.0)
    assert found.error == 0.0


def test_the_error_is_that_of_many_draws() -> None:
    random = np.random.default_rng(1)
    parts = Measured(4.0, 0.2), Measured(10.0, 0.5), Measured(0.5, 0.1), Measured(40.0, 2.0)
    q, c, c0, c1 = (random.normal(p.value, p.error, 400_000) for p in parts)
    draws = q * (c - c0) / (c1 - c0)
    found = sewage_flow(*parts)
    assert found.value == pytest.approx(draws.mean(), rel=0.01)
    assert found.error == pytest.approx(draws.std(), rel=0.03)


def test_waters_that_do_not_differ_tell_nothing() -> None:
    with pytest.raises(ValueError, match="same concentration"):
        sewage_flow(Measured(1, 0), Measured(1, 0), Measured(2, 0), Measured(2, 0))


def test_the_gain_of_a_reach_and_its_error() -> None:
    gain = reach_gain(Measured(5.0, 0.3), [Measured(2.0, 0.4), Measured(1.0, 0.0)])
    assert gain.value == pytest.approx(2.0)
    assert gain.error == pytest.approx(0.5)


def test_dry_times_leave_out_the_rain_and_the_hours_after_it() -> None:
    rain = pd.Series(0.0, index=pd.date_range("2025-03-01", periods=96, freq="h"))
    rain.iloc[48] = 5.0
    times = pd.DatetimeIndex(["2025-03-01 12:00", "2025-03-02 12:00", "2025-03-03 00:30", "2025-03-03 23:00"])
    times = times.append(pd.DatetimeIndex(["2025-03-04 01:00", "2025-03-09 00:00"]))
    # The first lies within 24 h of the record's start and the last beyond its end: nobody knows of them.
    assert dry_times(times, rain, 24, 1.0).tolist() == [False, True, False, False, True, False]
    assert dry_times(times, None, 24, 1.0).all()
    rain.iloc[48] = float("nan")
    assert dry_times(times, rain, 24, 1.0).tolist() == [False, True, False, False, True, False]


def test_a_mean_is_that_of_the_hours_and_not_of_the_readings() -> None:
    times = pd.to_datetime(["2025-03-01 00:00", *[f"2025-03-01 12:{m:02d}" for m in range(30)]])
    mean, hours = daily_mean(pd.Series([0.0, *[2.0] * 30], index=times))
    assert mean.value == 1.0
    assert hours == 2


def test_the_error_of_a_mean_is_that_of_its_days() -> None:
    days = [1.0, 2.0, 3.0]
    times = pd.date_range("2025-03-01", periods=72, freq="h")
    mean, _ = daily_mean(pd.Series(np.repeat(days, 24), index=times))
    assert mean.value == pytest.approx(2.0)
    assert mean.error == pytest.approx(1.0 / math.sqrt(3))
    assert with_instrument(mean, 10.0).error == pytest.approx(math.hypot(1 / math.sqrt(3), 0.2))

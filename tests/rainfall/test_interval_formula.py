"""The interval form against the published formulas of single return periods, and the Chicago storm on it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spongecalc.rainfall.chicago import chicago_hyetograph
from spongecalc.rainfall.interval_formula import interval_formula_of, interval_places

MINUTES = np.array([5.0, 10, 15, 20, 30, 45, 60, 90, 120, 150, 180])
SINGLE = pd.read_csv(Path(__file__).parent / "data" / "storm_formula_single_periods.csv")


@pytest.mark.parametrize("place", ["广州 花都区", "广州 增城区"])
@pytest.mark.parametrize("period", [2, 5, 10, 50])
def test_depths_of_the_published_single_formulas(place: str, period: float) -> None:
    row = SINGLE[(SINGLE["place"] == place) & (SINGLE["P_a"] == period)].iloc[0]
    published_mm = row["A"] / (MINUTES + row["b"]) ** row["n"] * MINUTES / 166.67
    assert interval_formula_of(place).depth_mm(period, MINUTES) == pytest.approx(published_mm, rel=0.01)


def test_at_ten_years_the_upper_interval_holds() -> None:
    # 花都区, upper interval: A = 41.563 - 2.56 ln(10 - 6.737) = 38.535, times 167
    at = interval_formula_of("广州 花都区").at(10)
    assert pytest.approx(167 * 38.535, rel=1e-4) == at.A


def test_outside_the_intervals_there_is_no_formula() -> None:
    formula = interval_formula_of("广州 花都区")
    assert not formula.gives_rain(0.5)
    assert formula.gives_rain(100)
    with pytest.raises(ValueError, match="no interval"):
        formula.at(200)
    with pytest.raises(KeyError):
        interval_formula_of("峨山")
    assert {"广州 花都区", "广州 增城区", "深圳 东部流域和水系"} <= set(interval_places())


@pytest.mark.parametrize("ratio", [0.2, 0.4, 0.6, 0.8])
@pytest.mark.parametrize("step", [1, 5, 10])
def test_the_chicago_depth_is_the_interval_formulas(ratio: float, step: float) -> None:
    formula = interval_formula_of("广州 增城区")
    single = SINGLE[(SINGLE["place"] == "广州 增城区") & (SINGLE["P_a"] == 5)].iloc[0]
    hyetograph = chicago_hyetograph(formula, 5, 120, ratio, step)
    depth = float(hyetograph.sum()) * step / 60
    q = float(formula.intensity_l_s_ha(5, 120))
    assert depth == pytest.approx(q * 120 / 166.67, rel=1e-3)
    assert q == pytest.approx(single["A"] / (120 + single["b"]) ** single["n"], rel=0.01)


@pytest.mark.parametrize("window", [5, 10, 30, 60])
def test_the_largest_running_depth_is_the_formulas(window: int) -> None:
    formula = interval_formula_of("广州 增城区")
    depths = chicago_hyetograph(formula, 5, 120, 0.35, 1).to_numpy() / 60
    running = np.convolve(depths, np.ones(window), "valid")
    assert running.max() == pytest.approx(float(formula.depth_mm(5, window)), rel=0.01)

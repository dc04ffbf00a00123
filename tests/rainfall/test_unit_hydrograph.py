"""Triangular unit hydrographs: what has come when a run ends, by hand and by adding up the triangle."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spongecalc.rainfall.chicago import chicago_hyetograph
from spongecalc.rainfall.storm import Storm
from spongecalc.rainfall.storm_formula import formula_of
from spongecalc.rainfall.unit_hydrograph import arrived_share, lost_percent


def test_a_triangle_by_hand() -> None:
    """T 2 h, K 1: base 4 h, peak 1/2 at 2 h. After 1 h the triangle of half the height and width: 1/8."""
    shares = arrived_share(np.array([-1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 9.0]), 2.0, 1.0)
    assert shares.tolist() == pytest.approx([0.0, 0.0, 0.125, 0.5, 0.875, 1.0, 1.0])


@pytest.mark.parametrize(("t_h", "k"), [(0.5, 2.0), (2.0, 2.0), (8.0, 3.0), (1.0, 0.5)])
def test_against_the_triangle_added_up(t_h: float, k: float) -> None:
    base_h = t_h * (1 + k)
    grid = np.linspace(0.0, base_h, 20_001)
    peak = 2 / base_h
    ordinate = np.where(grid <= t_h, peak * grid / t_h, peak * (base_h - grid) / (base_h - t_h))
    summed = np.concatenate([[0.0], np.cumsum((ordinate[1:] + ordinate[:-1]) / 2 * np.diff(grid))])
    assert arrived_share(grid, t_h, k) == pytest.approx(summed, abs=1e-6)


def test_what_a_storm_loses_by_hand() -> None:
    """All rain in the first of two hours, which counts at its middle: the run ends 3 h on, with 7/8 of it."""
    rain = pd.Series([10.0, 0.0], index=[0.0, 60.0])
    formula = formula_of("昆明 (新)")
    storm = Storm("P", 1.0, 120.0, 60.0, formula, rain)
    assert lost_percent(storm, [(1.0, 2.0, 1.0)], 210.0) == pytest.approx(12.5)
    # A quick triangle beside it of three times the share loses nothing.
    assert lost_percent(storm, [(1.0, 2.0, 1.0), (3.0, 0.5, 1.0)], 210.0) == pytest.approx(12.5 / 4)
    assert lost_percent(storm, [(0.0, 2.0, 1.0)], 210.0) == 0.0


def test_a_storm_of_which_all_has_come() -> None:
    formula = formula_of("昆明 (新)")
    rain = chicago_hyetograph(formula, 3.0, 120.0, 0.4, 5.0)
    storm = Storm("P3-120", 3.0, 120.0, 5.0, formula, rain)
    assert lost_percent(storm, [(2.0, 2.0, 2.0)], 120 + 6 * 60) == pytest.approx(0.0, abs=1e-9)

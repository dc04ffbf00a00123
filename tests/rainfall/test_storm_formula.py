"""The storm formula against numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spongecalc.rainfall.storm_formula import formula_of


def test_kunming_for_three_years_and_ten_minutes() -> None:
    # q = 1226.623 (1 + 0.958 lg 3) / (10 + 6.714)^0.648
    # lg 3 = 0.477121, so the numerator is 1226.623 * 1.457082 = 1787.290
    # ln 16.714 = 2.816247, times 0.648 = 1.824928, e^1.824928 = 6.202351
    # q = 1787.290 / 6.202351 = 288.163 L/(s ha) = 1.728980 mm/min
    formula = formula_of("昆明 (新)")
    assert float(formula.intensity_l_s_ha(3, 10)) == pytest.approx(288.163, abs=0.01)
    assert float(formula.depth_mm(3, 10)) == pytest.approx(17.2898, abs=0.001)


def test_the_older_kunming_formula_without_b() -> None:
    # q = 700 (1 + 0.775 lg 1) / 100^0.496 = 700 / 9.81748 = 71.3014
    assert float(formula_of("昆明").intensity_l_s_ha(1, 100)) == pytest.approx(71.3014, abs=0.001)


def test_a_mean_intensity_falls_and_a_depth_grows_with_the_duration() -> None:
    formula = formula_of("昆明 (新)")
    minutes = np.arange(1, 181)
    assert (np.diff(formula.intensity_l_s_ha(3, minutes)) < 0).all()
    assert (np.diff(formula.depth_mm(3, minutes)) > 0).all()


@pytest.mark.parametrize("return_period", [0, -1, 0.01, math.nan])
def test_a_return_period_without_rain_is_refused(return_period: float) -> None:
    with pytest.raises(ValueError, match="return period"):
        formula_of("昆明 (新)").intensity_l_s_ha(return_period, 10)


def test_an_unknown_place_is_refused() -> None:
    with pytest.raises(KeyError):
        formula_of("Atlantis")

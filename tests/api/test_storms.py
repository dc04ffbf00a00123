import numpy as np
import pandas as pd
import pytest

import spongecalc as sc
from spongecalc.api.storms import storm_of_hyetograph


def test_the_formula_of_a_place():
    formula = sc.storm_formula("昆明 (新)")
    assert formula.place == "昆明 (新)"
    assert formula.source


def test_a_hyetograph_holds_the_depth_of_the_formula():
    rain = sc.chicago("昆明 (新)", return_period_a=3, duration_min=120, step_min=5)
    assert rain.name == "intensity_mm_h"
    assert rain.index.name == "minute"
    depth_mm = (rain * 5 / 60).sum()
    assert depth_mm == pytest.approx(float(sc.storm_formula("昆明 (新)").depth_mm(3, 120)))
    assert rain.idxmax() == 45  # the peak at 0.4 of two hours lies at its end


def test_a_formula_serves_as_well_as_its_place():
    formula = sc.storm_formula("昆明 (新)")
    pd.testing.assert_series_equal(sc.chicago(formula, 3), sc.chicago("昆明 (新)", 3))


def test_an_unknown_place_names_the_nearest():
    with pytest.raises(KeyError, match="昆明"):
        sc.storm_formula("昆明新")
    with pytest.raises(KeyError):
        sc.chicago("nowhere at all", 3)
    with pytest.raises(KeyError, match="'general'"):
        sc.storm_formula("昆明 (新)", "generl")


@pytest.mark.parametrize(
    ("minutes", "values", "words"),
    [
        ([0, 5, 15], [1, 2, 3], "equal steps"),
        ([5, 10, 15], [1, 2, 3], "equal steps"),
        ([0.0, 0.5, 1.0], [1, 2, 3], "equal steps"),
        ([0], [1], "equal steps"),
        (["a", "b"], [1, 2], "equal steps"),
        ([0, 5], ["a", "b"], "not negative"),
        ([0, 5, 10], [1, -2, 3], "not negative"),
        ([0, 5, 10], [1, np.nan, 3], "not negative"),
    ],
)
def test_a_hyetograph_that_cannot_be_is_refused(minutes, values, words):
    with pytest.raises(ValueError, match=words):
        storm_of_hyetograph(pd.Series(values, index=minutes), sc.storm_formula("昆明 (新)"), "en")


def test_an_own_hyetograph_has_its_own_depth():
    storm = storm_of_hyetograph(pd.Series([6.0, 12.0], index=[0, 10]), sc.storm_formula("昆明 (新)"), "en")
    assert storm.duration_min == 20
    assert storm.depth_mm == pytest.approx(3.0)

"""Ranges of storm formulas, and return periods of the two ways of sampling."""

from __future__ import annotations

import dataclasses

import pytest

from spongecalc.rainfall.formula_range import (
    return_period_of_maxima_a,
    return_period_of_samples_a,
    usual_range,
)
from spongecalc.rainfall.interval_formula import interval_formula_of
from spongecalc.rainfall.storm_formula import formula_of
from spongecalc.standards.tables import table


def test_the_range_is_as_the_paper_prints_it() -> None:
    # Guangzhou 2022, formula (1): P from 2 to 100 a, t from 1 to 180 min; chapter 5: 240 to 1440 min
    assert dataclasses.astuple(formula_of("广州 黄埔区").fitted) == (1, 180, 2, 100, "annual_maximum", "2022-12")
    assert formula_of("广州 黄埔区 (长历时)").fitted.shortest_min == 240
    assert formula_of("广州 黄埔区 (长历时)").fitted.longest_min == 1440
    shenzhen = interval_formula_of("深圳 东部流域和水系").fitted
    assert dataclasses.astuple(shenzhen) == (1, 180, 1, 100, "annual_maximum", "2024-12")


def test_what_is_not_printed_is_what_the_standard_has_formulas_made_for() -> None:
    # GB 50014-2021: B.0.2 and B.0.3 (annual maxima), B.0.7 (multiple samples)
    assert dataclasses.astuple(usual_range("annual_maximum"))[:4] == (5, 180, 2, 100)
    handbook = formula_of("北京 (旧)").fitted
    assert dataclasses.astuple(handbook)[:5] == (5, 120, 0.25, 10, "multiple_samples")
    assert dataclasses.astuple(formula_of("昆明 (新)").fitted)[:5] == (5, 120, 1, 100, "not_stated")


@pytest.mark.parametrize(
    ("annual", "samples"), [(2, 1.4427), (3, 2.4663), (5, 4.4814), (10, 9.4912), (100, 99.499)]
)
def test_return_periods_as_rare_by_either_sampling(annual: float, samples: float) -> None:
    # 2 a: 1 / ln 2 = 1.4427; 3 a: 1 / ln 1.5 = 2.4663; 5 a: 1 / ln 1.25 = 4.4814
    assert return_period_of_samples_a(annual) == pytest.approx(samples, rel=1e-4)
    assert return_period_of_maxima_a(samples) == pytest.approx(annual, rel=1e-4)


def test_what_comes_every_year_has_no_return_period_of_samples() -> None:
    assert return_period_of_samples_a(1) == 0


def test_every_form_of_a_place_has_the_same_sampling_and_paper() -> None:
    general = table("storm_formulas").set_index("place")
    for row in table("storm_formula_intervals").itertuples():
        if row.place in general.index:
            same = general.loc[row.place]
            assert (row.sampling, row.t_from_min, row.t_to_min, row.source) == (
                same["sampling"],
                same["t_from_min"],
                same["t_to_min"],
                same["source"],
            )

"""Depths that papers print in tables, reproduced by the formulas of the same papers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spongecalc.rainfall.interval_formula import interval_formula_of, interval_places
from spongecalc.rainfall.storm_formula import formula_of
from spongecalc.standards.tables import table

DATA = Path(__file__).parent / "data"
DEPTHS = pd.read_csv(DATA / "published_depths.csv")
SINGLE = pd.read_csv(DATA / "storm_formula_single_periods.csv")
OF_GUANGZHOU = DEPTHS[DEPTHS["place"].str.startswith("广州")]


@pytest.mark.parametrize("place", sorted(DEPTHS["place"].unique()))
def test_printed_depths_by_the_formula_of_intervals(place: str) -> None:
    """Guangzhou's tables 6-1 to 6-4, 6-14, 6-15, 7-5 to 7-7, and Shenzhen's 9 to 12, all within 1 %."""
    own = DEPTHS[DEPTHS["place"] == place]
    formula = interval_formula_of(place)
    computed = [float(formula.depth_mm(r.P_a, r.t_min)) for r in own.itertuples()]
    assert len(computed) >= 9
    assert computed == pytest.approx(own["depth_mm"].tolist(), rel=0.01)


@pytest.mark.parametrize(("minutes", "depth_mm"), [(60, 101.810), (120, 135.052), (180, 154.634)])
def test_huangpu_ten_years_by_the_general_formula(minutes: float, depth_mm: float) -> None:
    """Tables 7-5 to 7-7. Formula: 8618.173 (1 + 0.542) / 94.767^0.844 = 285.2 L/(s ha), 102.7 mm in 60 min."""
    assert float(formula_of("广州 黄埔区").depth_mm(10, minutes)) == pytest.approx(depth_mm, rel=0.01)


@pytest.mark.parametrize("minutes", sorted(OF_GUANGZHOU["t_min"].unique()))
def test_ten_years_by_guangzhous_general_formulas(minutes: float) -> None:
    own = OF_GUANGZHOU[(OF_GUANGZHOU["P_a"] == 10) & (OF_GUANGZHOU["t_min"] == minutes)]
    computed = [float(formula_of(r.place).depth_mm(10, r.t_min)) for r in own.itertuples()]
    assert computed == pytest.approx(own["depth_mm"].tolist(), rel=0.01)


def test_panyu_by_its_formula_of_single_return_periods() -> None:
    """Table 4-4, P = 10 a: 6601.844 / (t + 18.629)^0.779; C = 0.750 meets it within 0.4 %."""
    minutes = np.array([5.0, 15, 60, 120, 180])
    published = 6601.844 / (minutes + 18.629) ** 0.779
    formula = formula_of("广州 番禺区")
    assert (formula.A, formula.C) == (3716.771, 0.750)
    assert formula.intensity_l_s_ha(10, minutes) == pytest.approx(published, rel=0.004)


@pytest.mark.parametrize(("period", "mm_h"), [(3, 51.3), (5, 58.1), (30, 82.2)])
def test_shanghais_intensities_of_the_standards_commentary(period: float, mm_h: float) -> None:
    """GB 50014-2021, commentary, table 2: 60 min in Shanghai."""
    assert float(formula_of("上海").depth_mm(period, 60)) == pytest.approx(mm_h, abs=0.11)


@pytest.mark.parametrize("place", interval_places())
def test_every_interval_formula_against_the_printed_ones_of_single_return_periods(place: str) -> None:
    own = SINGLE[SINGLE["place"] == place]
    assert own["P_a"].tolist() == [1, 2, 3, 5, 10, 20, 30, 50, 100]
    formula = interval_formula_of(place)
    minutes = np.linspace(formula.shortest_min, formula.longest_min, 40)
    for row in own.itertuples():
        published = row.A / (minutes + row.b) ** row.n
        assert formula.intensity_l_s_ha(row.P_a, minutes) == pytest.approx(published, rel=0.005)


@pytest.mark.parametrize("city", ["广州", "重庆"])
def test_no_row_of_a_city_stands_apart_from_its_neighbours(city: str) -> None:
    """A digit that was misread gives a fifth or five times the rain: Huangpu once did."""
    rows = table("storm_formulas")
    places = rows.loc[rows["city"] == city, "place"]
    depths = np.array([[float(formula_of(p).depth_mm(10, t)) for t in (10, 60, 120)] for p in places])
    quotients = depths / np.median(depths, axis=0)
    assert quotients.min() > 0.65
    assert quotients.max() < 1.5


def test_there_are_six_areas_four_basins_and_thirty_nine_districts() -> None:
    general = table("storm_formulas")
    short = general[~general["place"].str.contains("长历时")]
    assert (short["city"] == "广州").sum() == 6
    assert (short["city"] == "重庆").sum() == 39
    assert sum(p.startswith("深圳") for p in interval_places()) == 4

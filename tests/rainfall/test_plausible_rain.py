"""Bands of plausible rain, worked out a second time from the tables' files."""

from __future__ import annotations

import math

import pytest

from spongecalc.rainfall.capture_ratio import CaptureCurve, curve_of_city
from spongecalc.rainfall.plausible_rain import bend, formula_out_of_band, ratios_out_of_band
from spongecalc.rainfall.storm_formula import StormFormula, formula_of
from spongecalc.standards.tables import table


def typed(A: float, C: float, b: float, n: float) -> StormFormula:  # noqa: N803  the trade's letters
    return StormFormula("own", A, C, b, n, "s", "set by the project")


@pytest.mark.parametrize("place", table("storm_formulas")["place"].tolist())
def test_every_formula_of_the_table_lies_in_its_citys_band(place: str) -> None:
    city = table("storm_formulas").set_index("place").loc[place, "city"]
    assert formula_out_of_band(formula_of(place), (2, 5, 10), curve_of_city(city).design_mm(80)) is None


def test_huangpu_as_it_was_once_misread_lies_outside() -> None:
    # 1618.173 (1 + 0.5428) / 94.767^0.844 = 53.6 L/(s ha), 19.3 mm in 60 min, at a design rainfall of 35.5 mm
    out = formula_out_of_band(typed(1618.173, 0.5428, 34.767, 0.844), (10,), 35.5)
    assert out is not None
    assert out.found.depth_mm < out.found.low_mm


def test_a_formula_in_millimetres_a_minute_lies_outside() -> None:
    out = formula_out_of_band(typed(1226.623 / 167, 0.958, 6.714, 0.648), (3,), 22.0)
    assert out is not None
    assert out.found.factor > 50


def test_the_band_by_a_second_calculation() -> None:
    # a formula of next to no rain, so that it lies below the band whatever the duration
    out = formula_out_of_band(typed(10, 0.9, 7, 0.65), (2,), 20.0)
    assert out is not None
    minutes = out.duration_min
    design = {c: float(v) for c, v in table("design_rainfall_vcr")[["city", "p80_mm"]].itertuples(index=False)}
    quotients = {}
    for r in table("storm_formulas").itertuples():
        # 2 a lies in the range of every formula; ranges that are not printed are 5 to 120 min at least
        if math.isnan(r.t_from_min) or r.t_from_min <= minutes <= r.t_to_min:
            depth = r.A * (1 + r.C * math.log10(2)) / (minutes + r.b) ** r.n * minutes / (1e4 / 60)
            quotients[r.place] = depth / design[r.city]
    assert out.found.low_mm == pytest.approx(min(quotients.values()) * 20 / 1.25)
    assert out.found.high_mm == pytest.approx(max(quotients.values()) * 20 * 1.25)
    assert out.found.least == min(quotients, key=quotients.__getitem__)
    assert out.found.most == max(quotients, key=quotients.__getitem__)
    # 10 (1 + 0.9 lg 2) / (t + 7)^0.65 t 60 / 10000
    assert out.found.depth_mm == pytest.approx(10 * 1.270927 / (minutes + 7) ** 0.65 * minutes * 0.006, rel=1e-6)


def curve(*points: tuple[float, float]) -> CaptureCurve:
    return CaptureCurve("own", "s", "set by the project", points=points)


def test_ratios_of_another_unit_lie_outside_the_guides_cities() -> None:
    assert ratios_out_of_band(curve_of_city("昆明")) is None
    # Kunming's depths in centimetres: 2.2 at 80 %; the driest city of the guide, 酒泉, has 7.4, over 1.25 5.92
    out = ratios_out_of_band(curve((1.15, 60), (1.57, 70), (1.85, 75), (2.20, 80), (2.68, 85)))
    assert out is not None
    percent, found = out
    assert (found.least, found.most) == ("酒泉", "海口")
    low = {60: 4.1, 70: 5.4, 75: 6.3, 80: 7.4, 85: 8.9}[int(percent)] / 1.25
    assert found.low_mm == pytest.approx(low)


def test_only_percents_that_the_points_span_are_looked_at() -> None:
    assert ratios_out_of_band(curve((1.0, 20), (2.0, 30), (3.0, 40))) is None


def test_a_curve_that_bends_upwards() -> None:
    assert bend(curve_of_city("昆明")) is None
    # slopes 6.0, 0.8, 2.0 percent a millimetre
    assert bend(curve((10, 60), (15, 64), (18, 70))) == (15, 18)
    # a first piece flatter than the second: the slope from the origin counts, too
    assert bend(curve((10, 10), (12, 30))) == (10, 12)


def test_every_city_of_the_guide_is_plausible() -> None:
    for city in table("design_rainfall_vcr")["city"]:
        assert bend(curve_of_city(city)) is None
        assert ratios_out_of_band(curve_of_city(city)) is None

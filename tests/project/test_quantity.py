"""Quantities as people type them."""

from __future__ import annotations

import pytest

from spongecalc.project.quantity import COMMON_UNITS, column_unit, factor, parse, registry


@pytest.mark.parametrize(
    ("typed", "unit", "expected"),
    [
        ("0.5 mm/s", "mm/hour", 1800),
        ("DN300", "millimeter", 300),
        ("dn 300", "millimeter", 300),
        ("φ300", "millimeter", 300),
        ("Φ300", "millimeter", 300),
        ("d300", "millimeter", 300),
        ("DN300", "meter", 0.3),
        ("0.3 m", "millimeter", 300),
        ("2 h", "minute", 120),
        ("90 min", "minute", 90),
        ("3 a", "year", 3),
        ("3a", "year", 3),
        ("3 年", "year", 3),
        ("0.5 years", "year", 0.5),
        ("120 L/day", "liter/day", 120),
        ("0.12 m**3/day", "liter/day", 120),
        ("0.12 m^3/day", "liter/day", 120),
        ("5 s", "second", 5),
        ("20 %", "percent", 20),
        ("20", "percent", 20),
        ("1e2", "meter", 100),
        ("-1 m", "meter", -1),
        (".5m", "meter", 0.5),
        ("120 L / day", "liter/day", 120),
        ("2 m²", "meter**2", 2),
        (" 7.5 ", "minute", 7.5),
        ("2 小时", "minute", 120),
        ("30秒", "second", 30),
        ("５ 分钟", "minute", 5),
        ("3 毫米", "meter", 0.003),
        ("50 m2", "meter**2", 50),
        ("50 平方米", "meter**2", 50),
        ("2 m3", "meter**3", 2),
        ("120 L/(人·d)", "liter/day", 120),
        ("3‰", "percent", 0.3),
        ("3", "year", 3),
        (300, "millimeter", 300),
        (0.5, "mm/hour", 0.5),
        (3, "year", 3),
        ("0.4", "", 0.4),
    ],
)
def test_a_quantity_is_read_in_the_wanted_unit(typed: object, unit: str, expected: float) -> None:
    assert parse(typed, unit) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("typed", "unit", "example"),
    [
        ("0.5 m", "mm/hour", '"0.5 mm/s"'),
        ("2 kg", "minute", '"2 h"'),
        ("two hours", "minute", '"2 h"'),
        ("2 hours and a half", "minute", '"2 h"'),
        ("", "minute", '"2 h"'),
        ("   ", "year", '"3 a"'),
        ("3 m", "year", '"3 a"'),
        ("26280 h", "year", '"3 a"'),
        ("1e308 km", "millimeter", '"DN300"'),
        (10**400, "minute", '"2 h"'),
        ("DN", "millimeter", '"DN300"'),
        ("DN300", "minute", '"2 h"'),
        ("(", "millimeter", '"DN300"'),
        ("1 +", "meter", '"0.5 m"'),
        ("1/0 m", "meter", '"0.5 m"'),
        ("nan", "meter", '"0.5 m"'),
        ("inf m", "meter", '"0.5 m"'),
        (float("nan"), "meter", '"0.5 m"'),
        (float("inf"), "millimeter", '"DN300"'),
        ("3 ? m", "meter", '"0.5 m"'),
        ("3 m;", "meter", '"0.5 m"'),
        ("9**9**9**9", "", '"0.5"'),
        ("1 m**9**9**9**9", "meter", '"0.5 m"'),
        ("1 m^9^9^9^9", "meter", '"0.5 m"'),
        ("1 m**99999999", "meter", '"0.5 m"'),
        ("0,5 m", "meter", '"0.5 m"'),
        (True, "minute", '"2 h"'),
        (None, "minute", '"2 h"'),
        ([1], "minute", '"2 h"'),
        ({"a": 1}, "year", '"3 a"'),
    ],
)
def test_what_is_no_quantity_is_answered_with_what_is_allowed(typed: object, unit: str, example: str) -> None:
    with pytest.raises(ValueError, match="allowed") as caught:
        parse(typed, unit)
    assert repr(typed)[:77] in str(caught.value)
    assert example in str(caught.value)


def test_a_conversion_leaves_no_digits_of_its_own() -> None:
    assert parse("0.12 m3/d", "liter/day") == 120


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        ("demand_m3_d", "meter**3/day"),
        ("subgrade_mm_h", "mm/hour"),
        ("permeability_mm_s", "mm/second"),
        ("porosity_percent", "percent"),
        ("diameter_mm", "millimeter"),
        ("volume_m3", "meter**3"),
        ("area_m2", "meter**2"),
        ("duration_min", "minute"),
        ("invert_m", "meter"),
        ("residents", ""),
    ],
)
def test_a_columns_suffix_is_its_unit(column: str, unit: str) -> None:
    assert column_unit(column) == unit


@pytest.mark.parametrize(
    ("unit", "column", "expected"),
    [
        ("m", "diameter_mm", 1000),
        ("mm/s", "subgrade_mm_h", 3600),
        ("cm", "invert_m", 0.01),
        ("L", "volume_m3", 0.001),
        ("hour", "duration_min", 60),
    ],
)
def test_the_factor_from_a_files_unit(unit: str, column: str, expected: float) -> None:
    assert factor(unit, column) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("unit", "column"), [("kg", "diameter_mm"), ("furlongish", "invert_m"), ("", "volume_m3;")]
)
def test_a_unit_that_does_not_fit_is_refused(unit: str, column: str) -> None:
    if unit:
        with pytest.raises(ValueError, match="allowed"):
            factor(unit, column)
    else:
        assert factor(unit, column) == 1


def test_common_units_are_as_large_as_pints() -> None:
    """Each against each of its kind, typed as it stands in the table."""
    pairs = [(a, b) for a in COMMON_UNITS for b in COMMON_UNITS if COMMON_UNITS[a][0] == COMMON_UNITS[b][0]]
    assert len(pairs) > 100
    for typed, unit in pairs:
        assert parse(f"7.3 {typed}", unit) == float(f"{registry().Quantity(7.3, typed).to(unit).magnitude:.12g}")

"""Coefficients of rare storms and the bounds of the rational method, by hand."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from spongecalc.surfaces.rational_bounds import rational_findings
from spongecalc.surfaces.rational_method import raised_coefficients

COEFFICIENTS = {"roof": 0.9, "green": 0.15}


@pytest.mark.parametrize(
    ("period", "green"),
    # GB 50014-2021, 4.1.8, 3: 10-15 % from 20 a, 20-25 % from 30 a, 30-50 % from 50 a, each in the middle
    [(19, 0.15), (20, 0.15 * 1.125), (30, 0.15 * 1.225), (49, 0.15 * 1.225), (50, 0.15 * 1.4), (200, 0.15 * 1.4)],
)
def test_coefficients_of_rare_storms(period: float, green: float) -> None:
    assert raised_coefficients(COEFFICIENTS, period)["green"] == pytest.approx(green)


def test_no_coefficient_is_raised_above_one() -> None:
    assert raised_coefficients(COEFFICIENTS, 20)["roof"] == 1
    assert raised_coefficients({"water": 1.0}, 100)["water"] == 1
    assert raised_coefficients(COEFFICIENTS, math.nan) == COEFFICIENTS


def found(*grounds: tuple[str, float, float]) -> list[tuple[str, str]]:
    """Rules and communities found for grounds of a community, roof and green in m2."""
    areas = [
        SimpleNamespace(community_id=c, area_m2=roof + green, ground_m2={"roof": roof, "green": green})
        for c, roof, green in grounds
    ]
    communities = tuple(dict.fromkeys(c for c, _, _ in grounds))
    system = SimpleNamespace(communities=communities, scenario="after")
    findings = rational_findings(system, areas, COEFFICIENTS)  # type: ignore[arg-type]
    return [(f.rule, f.feature.community_id) for f in findings]


def test_ground_above_a_coefficient_of_seven_tenths() -> None:
    # A: (0.9 * 800 + 0.15 * 200) / 1000 = 0.75; B: (0.9 * 700 + 0.15 * 300) / 1000 = 0.675
    assert found(("A", 800, 200), ("B", 700, 300)) == [("ground.much_runoff", "A")]
    # 0.9 x + 0.15 (1 - x) = 0.7 at x = 11/15: on the limit it is not above
    assert found(("A", 1100, 400.001)) == []


def test_two_square_kilometres() -> None:
    assert found(("A", 1e6, 1e6)) == []
    assert found(("A", 1e6, 1e6), ("B", 0.0, 1.0)) == [("ground.too_large", "A")]

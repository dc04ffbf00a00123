"""Coefficients of rare storms and the bound of the rational method, by hand."""

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


def found(*areas_m2: float) -> list[tuple[str, str]]:
    """Rules and communities found for communities of these areas in m2, A, B and so on."""
    names = "ABC"[: len(areas_m2)]
    system = SimpleNamespace(communities=tuple(names), scenario="after")
    areas = [SimpleNamespace(community_id=c, area_m2=m2) for c, m2 in zip(names, areas_m2, strict=True)]
    return [(f.rule, f.feature.community_id) for f in rational_findings(system, areas)]  # type: ignore[arg-type]


def test_two_square_kilometres() -> None:
    # GB 50014-2021, 4.1.7: on the bound the method still holds
    assert found(2e6) == []
    assert found(2e6, 1.0) == [("ground.too_large", "A")]

"""The voids of a gravel base, and what each kind of base lets out."""

from __future__ import annotations

import math

import pytest

from spongecalc.surfaces.gravel_base import DRAIN_HOURS, drain_coefficient, seepage_mm_h, void_ratio


@pytest.mark.parametrize(("porosity", "ratio"), [(18, 0.2195), (38, 0.6129), (50, 1.0), (0, 0.0), (20, 0.25)])
def test_the_void_ratio_of_a_porosity(porosity: float, ratio: float) -> None:
    assert void_ratio(porosity) == pytest.approx(ratio, abs=5e-5)


@pytest.mark.parametrize("porosity", [-1, 100, 150, math.nan])
def test_a_porosity_out_of_range_is_refused(porosity: float) -> None:
    with pytest.raises(ValueError, match="porosity"):
        void_ratio(porosity)


@pytest.mark.parametrize(("kind", "seeps"), [("full", 7.0), ("half", 0.0), ("drained", 7.0)])
def test_a_lined_base_does_not_seep(kind: str, seeps: float) -> None:
    assert seepage_mm_h(kind, 7.0) == seeps


@pytest.mark.parametrize("kind", ["half", "drained"])
def test_an_underdrain_empties_the_base_in_its_hours(kind: str) -> None:
    """Small steps of n dD/dt = -C D^0.5 from 200 mm at 38 % until nothing is left."""
    coefficient = drain_coefficient(kind, 200.0, 38.0)
    depth, step_h, hours = 200.0, 1e-4, 0.0
    while depth > 1e-3:
        depth -= step_h * coefficient * math.sqrt(depth) / 0.38
        depth, hours = max(depth, 0.0), hours + step_h
    assert hours == pytest.approx(DRAIN_HOURS, rel=0.01)


def test_no_underdrain_lets_nothing_out() -> None:
    assert drain_coefficient("full", 200.0, 38.0) == 0
    assert drain_coefficient("half", 0.0, 38.0) == 0

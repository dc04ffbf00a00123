"""Clogging by formula, by hand; and cleaning."""

from __future__ import annotations

import math

import pytest

from spongecalc.sponge.event_runs import CLOGGED_SHARES
from spongecalc.sponge.paving_life import clogging_factor, permeability_share, share_after_years
from spongecalc.sponge.performance import paving_life


def test_the_clogging_factor_by_hand() -> None:
    # 10 a x 1000 mm x 1 x 1.25 / (150 mm x 0.25) = 333.3 void volumes
    assert clogging_factor(10, 1000, 1, 0.25, 0, 150) == pytest.approx(333.333, rel=1e-5)


def test_permeability_falls_linearly_to_nothing_at_the_clogging_volume() -> None:
    factor = clogging_factor(10, 1000, 1, 0.25, 0, 150)
    for treated, share in ((0, 1), (2500, 0.75), (5000, 0.5), (10000, 0), (20000, 0)):
        assert permeability_share(treated, factor, 0.25, 150) == pytest.approx(share)
    assert permeability_share(1e9, 0, 0.25, 150) == 1


def test_cleaning_restores_its_share_of_what_was_lost() -> None:
    assert share_after_years(5, 10) == pytest.approx(0.5)
    # cleaned after 2 years: of 2 years' clogging half stays, then 1 more year
    assert share_after_years(3, 10, 2, 50) == pytest.approx(1 - 2 / 10)
    assert share_after_years(2, 10, 2, 50) == pytest.approx(1 - 2 / 10)  # just before the cleaning
    assert share_after_years(30, 10, 1, 100) == pytest.approx(0.9)
    assert share_after_years(30, 10) == 0


def test_the_year_in_which_the_target_is_lost() -> None:
    clogged = [60.0] * (len(CLOGGED_SHARES) - 1) + [40.0]
    settings = {"years_to_clog": 10, "restored_percent": 80, "horizon_a": 20}
    life = paving_life(60.0, clogged, 50.0, interval_a=0, **settings)
    assert life.lost_year == 10
    # 8 years and a fifth of what was there stay below ten years, 10 years do not
    assert life.keeping_interval_a == 8
    assert math.isnan(paving_life(60.0, clogged, 50.0, interval_a=2, **settings).lost_year)
    assert paving_life(45.0, [], 50.0, interval_a=0, **settings).lost_year == 0
    assert paving_life(60.0, [], 50.0, interval_a=0, **settings).keeping_interval_a == 0
    assert math.isnan(paving_life(60.0, clogged, None, interval_a=0, **settings).lost_year)

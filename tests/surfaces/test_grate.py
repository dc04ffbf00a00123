"""What a grate takes in: HEC-22's numbers written out."""

from dataclasses import replace

import pytest

from spongecalc.surfaces.grate import flat_grate


def test_grate_by_hand() -> None:
    """HEC-22 in a sag: weir 1.66 P d^1.5, orifice 0.67 A sqrt(2 g d), and what the grate is rated for."""
    grate = replace(flat_grate(20.0), capacity_l_s=1000.0)
    assert grate.intake_m3_s(0.05) == pytest.approx(1.66 * 2.4 * 0.05**1.5)
    assert grate.intake_m3_s(0.5) == pytest.approx(0.67 * 0.14 * (2 * 9.80665 * 0.5) ** 0.5)
    assert flat_grate(20.0).intake_m3_s(0.5) == pytest.approx(0.020)
    assert grate.intake_m3_s(0.0) == 0.0
    assert flat_grate(20.0).times(2).intake_m3_s(0.5) == pytest.approx(0.040)


def test_leaves_take_their_share_of_rim_opening_and_capacity() -> None:
    clogged, clean = flat_grate(20.0, 30.0), flat_grate(20.0)
    assert clogged.capacity_l_s == pytest.approx(14.0)
    assert clogged.intake_m3_s(0.01) == pytest.approx(0.7 * clean.intake_m3_s(0.01))


def test_over_its_rim_it_gives_back_without_the_rated_limit() -> None:
    assert flat_grate(20.0).over_rim_m3_s(0.2) == pytest.approx(1.66 * 2.4 * 0.2**1.5)
    assert flat_grate(20.0).over_rim_m3_s(-0.1) == 0.0

"""Covers and their mix, worked out by hand."""

from __future__ import annotations

import pytest
from spongecalc.surfaces.cover import Cover, covers, mix

SEALED = Cover("sealed", 100.0, 1.5, 0.012, 0.0, 0.0, 4.0, 7.0)
LAWN = Cover("lawn", 0.0, 5.0, 0.15, 50.0, 3.0, 4.0, 7.0)
GRAVEL = Cover("gravel", 20.0, 2.5, 0.02, 75.0, 5.0, 4.0, 7.0)
KNOWN = {c.cover: c for c in (SEALED, LAWN, GRAVEL)}


def test_a_mix_of_three_covers() -> None:
    found = mix({"sealed": 300.0, "lawn": 600.0, "gravel": 100.0}, KNOWN)
    # impervious 300 + 20 of 1000; pervious 600 + 80
    assert found.area_m2 == 1000.0
    assert found.impervious_percent == pytest.approx(32.0)
    assert found.storage_impervious_mm == pytest.approx((300 * 1.5 + 20 * 2.5) / 320)
    assert found.storage_pervious_mm == pytest.approx((600 * 5 + 80 * 2.5) / 680)
    assert found.n_impervious == pytest.approx((300 * 0.012 + 20 * 0.02) / 320)
    assert found.n_pervious == pytest.approx((600 * 0.15 + 80 * 0.02) / 680)
    assert found.f0_mm_h == pytest.approx((600 * 50 + 80 * 75) / 680)
    assert found.fmin_mm_h == pytest.approx((600 * 3 + 80 * 5) / 680)


def test_a_part_that_is_missing_takes_the_other_ones_numbers() -> None:
    sealed, lawn = mix({"sealed": 10.0}, KNOWN), mix({"lawn": 10.0}, KNOWN)
    assert (sealed.impervious_percent, sealed.n_pervious) == (100.0, 0.012)
    assert (lawn.impervious_percent, lawn.storage_impervious_mm) == (0.0, 5.0)


def test_the_order_of_covers_does_not_matter() -> None:
    assert mix({"lawn": 1.0, "sealed": 2.0}, KNOWN) == mix({"sealed": 2.0, "lawn": 1.0}, KNOWN)


def test_a_projects_own_value_takes_the_place_of_the_tables() -> None:
    own = covers({"green": {"fmin_mm_h": 12.0}})
    assert own["green"].fmin_mm_h == 12.0
    assert own["green"].f0_mm_h == covers()["green"].f0_mm_h
    assert own["asphalt"] == covers()["asphalt"]

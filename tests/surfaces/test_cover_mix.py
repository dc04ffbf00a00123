"""Covers and their mix, worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spongecalc.catalogue.catalogue import shipped
from spongecalc.catalogue.cover import Cover
from spongecalc.surfaces.cover_mix import mix


def cover(name: str, impervious: float, storage_mm: float, n: float, f0_mm_h: float, fmin_mm_h: float) -> Cover:
    return replace(
        shipped().cover("green"),
        cover=name,
        impervious_percent=impervious,
        depression_storage_mm=storage_mm,
        manning_n=n,
        f0_mm_h=f0_mm_h,
        fmin_mm_h=fmin_mm_h,
    )


SEALED = cover("sealed", 100.0, 1.5, 0.012, 0.0, 0.0)
LAWN = cover("lawn", 0.0, 5.0, 0.15, 50.0, 3.0)
GRAVEL = cover("gravel", 20.0, 2.5, 0.02, 75.0, 5.0)
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

"""Elevations that are none, by hand."""

from __future__ import annotations

import numpy as np

from spongecalc.layers.elevation_voids import voids_of


def test_numbers_that_stand_for_no_data_are_voids() -> None:
    levels = np.array([1623.1, -9999.0, -32767.0, 3.4e38, np.nan, -np.inf, 1500.0, -154.0, 6001.0])
    assert voids_of(levels).tolist() == [False, True, True, True, True, True, False, False, True]


def test_a_zero_is_a_void_where_the_ground_lies_high() -> None:
    assert voids_of(np.array([0.0, 1623.0, 1624.0, 1622.0])).tolist() == [True, False, False, False]
    assert voids_of(np.array([0.0, 1.2, 3.4, -0.5])).tolist() == [False] * 4
    assert not voids_of(np.zeros(4)).any()

"""The ground by cover: thousands of surfaces are cut by their neighbours into what cuts one by one give."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from spongecalc.surfaces.cover_pieces import MIN_AREA_M2, _by_neighbours, _one_by_one


def test_cut_by_neighbours_is_cut_one_by_one() -> None:
    random = np.random.default_rng(21)
    area = shapely.box(0, 0, 100, 100)
    houses = [shapely.box(x, 40, x + 6, 52) for x in range(5, 90, 12)]
    corners = random.uniform(-10, 100, (60, 2))
    sizes = random.uniform(5, 30, (60, 2))
    shapes = [shapely.box(x, y, x + a, y + b) for (x, y), (a, b) in zip(corners, sizes, strict=True)]
    left = shapely.difference(area, shapely.union_all(houses))
    wanted, rest = _one_by_one(shapes, left)
    found = _by_neighbours(np.array(shapes), area, houses)
    for own, other in zip(found, wanted, strict=True):
        assert own.area == pytest.approx(other.area, abs=MIN_AREA_M2)
        assert shapely.symmetric_difference(own, other).area < MIN_AREA_M2
    assert sum(p.area > MIN_AREA_M2 for p in found) > 40
    whole = shapely.difference(left, shapely.union_all(found))
    assert shapely.symmetric_difference(whole, rest).area < MIN_AREA_M2

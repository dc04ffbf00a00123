"""Thiessen areas against a fine grid of points, each given to its nearest inlet."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import Point, Polygon, box

from spongecalc.surfaces.inlet_areas import inlet_areas, polygons_of

YARD = Polygon([(0, 0), (60, 5), (55, 40), (30, 25), (5, 45)], [[(20, 8), (30, 8), (30, 18), (20, 18)]])


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("count", [2, 3, 8])
def test_areas_are_those_of_the_nearest_inlet(seed: int, count: int) -> None:
    places = np.random.default_rng(seed).uniform([0, 0], [60, 45], (count, 2))
    inlets = [(f"I{i}", Point(*p)) for i, p in enumerate(places)]
    areas = inlet_areas(YARD, inlets)
    cell = 0.1
    x, y = np.meshgrid(np.arange(cell / 2, 60, cell), np.arange(cell / 2, 45, cell))
    inside = shapely.contains_xy(YARD, x, y)
    points = np.column_stack([x[inside], y[inside]])
    nearest = np.argmin(((points[:, None] - places[None]) ** 2).sum(axis=2), axis=1)
    for i in range(count):
        expected = (nearest == i).sum() * cell**2
        found = areas[f"I{i}"].area if f"I{i}" in areas else 0.0
        assert found == pytest.approx(expected, abs=0.01 * YARD.area)
    assert sum(a.area for a in areas.values()) == pytest.approx(YARD.area, abs=1e-6)


def test_two_inlets_at_one_place_share_nothing() -> None:
    areas = inlet_areas(box(0, 0, 10, 10), [("a", Point(2, 5)), ("b", Point(2, 5)), ("c", Point(8, 5))])
    assert {k: round(v.area, 6) for k, v in areas.items()} == {"a": 50.0, "c": 50.0}


def test_one_inlet_or_none() -> None:
    assert inlet_areas(YARD, [("a", Point(500, 500))]) == {"a": YARD}
    assert inlet_areas(YARD, []) == {}
    assert inlet_areas(Polygon(), [("a", Point(0, 0))]) == {}


def test_only_polygons_are_kept() -> None:
    mixed = shapely.GeometryCollection([box(0, 0, 1, 1), Point(5, 5), shapely.LineString([(0, 0), (3, 3)])])
    assert polygons_of(mixed).equals(box(0, 0, 1, 1))
    assert polygons_of(Point(1, 1)).is_empty

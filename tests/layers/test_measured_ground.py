"""Ground between points, contours and faces, against surfaces whose every level is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from spongecalc.layers.measured_ground import MeasuredGround, contour_interval_m, measured_ground

X, Y = 540_000.0, 2_675_000.0


def plane(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return 1600 - 0.002 * (x - X) + 0.004 * (y - Y)


def hills(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return 1600 + 2 * np.sin((x - X) / 40) * np.cos((y - Y) / 50)


def scattered(count: int, side_m: float, surface, seed: int = 1) -> list[shapely.Point]:
    x, y = np.random.default_rng(seed).uniform(0, side_m, (2, count))
    return list(shapely.points(X + x, Y + y, surface(X + x, Y + y)))


def middles(west: float, north: float, columns: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    return np.meshgrid(west + np.arange(columns) + 0.5, north - np.arange(rows) - 0.5)


def contour(level: float) -> shapely.LineString:
    """The place of a level on a bowl z = 1600 + r^2 / 500: a circle around (X, Y)."""
    radius = math.sqrt(500 * (level - 1600))
    angle = np.linspace(0, 2 * math.pi, 181)
    return shapely.LineString(
        np.column_stack([X + radius * np.cos(angle), Y + radius * np.sin(angle), np.full(181, level)])
    )


def bowl(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return 1600 + ((x - X) ** 2 + (y - Y) ** 2) / 500


def test_a_plane_is_exact() -> None:
    ground = measured_ground(scattered(600, 150, plane), 1.0, 30.0).ground
    levels, distance, transform = ground.cut((X + 20, Y + 30, X + 120, Y + 110))
    assert levels.shape == (80, 100)
    assert (transform.c, transform.f, transform.a, transform.e) == (X + 20, Y + 110, 1.0, -1.0)
    assert np.abs(levels - plane(*middles(X + 20, Y + 110, 100, 80))).max() < 1e-6
    points = np.array([[p.x, p.y] for p in scattered(600, 150, plane)])
    by_hand = np.hypot(*(points - (X + 20.5, Y + 109.5)).T).min()
    assert distance[0, 0] == pytest.approx(by_hand)


def test_hills_are_as_near_as_triangles_can_be() -> None:
    # 30,000 points on 200 x 200 m are 1.2 m apart; a chord of length s strays from a curve of curvature c by
    # c s^2 / 8 at most. Curvature is 2 (1/40^2 + 1/50^2) = 0.002 /m at most, longest edges about 4 m: 4 mm.
    ground = measured_ground(scattered(30_000, 200, hills), 1.0, 30.0).ground
    levels, _, _ = ground.cut((X + 10, Y + 10, X + 190, Y + 190))
    off = levels - hills(*middles(X + 10, Y + 190, 180, 180))
    assert np.isfinite(off).all()
    assert math.sqrt(np.square(off).mean()) < 0.001
    assert np.abs(off).max() < 0.004


def test_ground_between_contours_has_no_steps() -> None:
    lines = [contour(level) for level in np.arange(1600.25, 1605.01, 0.25)]
    ground = measured_ground(lines, 1.0, 30.0).ground
    assert ground.interval_m == pytest.approx(0.25)
    levels, _, _ = ground.cut((X - 30, Y - 30, X + 30, Y + 30))
    off = levels - bowl(*middles(X - 30, Y + 30, 60, 60))
    assert math.sqrt(np.square(off).mean()) < 0.01
    # On triangles alone the ground within the lowest contour is flat, 0.25 m above the bowl's bottom.
    linear = MeasuredGround(ground.points, ground.faces, 0.0, 1.0, 30.0)
    flat, _, _ = linear.cut((X - 30, Y - 30, X + 30, Y + 30))
    assert flat[29:31, 29:31] == pytest.approx(1600.25)
    assert abs(off[29:31, 29:31]).max() < 0.06
    # No step: along a line up the bowl each metre rises; on triangles some are level.
    assert (np.diff(levels[29, 32:58]) > 0).all()


def test_a_breakline_is_kept() -> None:
    # A kerb of 0.15 m along x = X + 50, its foot and its head drawn as lines with two vertices each.
    foot = shapely.LineString([(X + 50, Y, 10.0), (X + 50, Y + 100, 10.0)])
    head = shapely.LineString([(X + 50.1, Y, 10.15), (X + 50.1, Y + 100, 10.15)])
    points = [shapely.Point(X + x, Y + y, 10.0 if x < 50 else 10.15) for x in (20, 80) for y in (5, 95)]
    ground = measured_ground([foot, head, *points], 1.0, 60.0).ground
    assert ground.count == 2 * 101 + 4
    places = np.array([(X + x, Y + 50.5) for x in (30, 49.9, 50.05, 50.2, 70)])
    assert ground.levels_m(places)[0] == pytest.approx([10, 10, 10.075, 10.15, 10.15])


def test_level_lines_are_contours_by_their_levels() -> None:
    assert contour_interval_m([1600.0, 1600.5, 1602.0]) == pytest.approx(0.5)
    assert contour_interval_m([99.75, 100.0]) == pytest.approx(0.25)
    for kerbs in ([10.0, 10.15], [10.02, 10.52], [10.0], [], [10.0, 10.05, 10.1]):
        assert contour_interval_m(kerbs) == 0.0


def test_between_contours_the_ground_keeps_to_their_interval() -> None:
    # Two levels a hand apart in plan, as of a wall: a cubic through them would swing metres above and below.
    low, high = (shapely.LineString([(X + x, Y, z), (X + x, Y + 100, z)]) for x, z in ((50, 10.0), (50.1, 10.5)))
    far = [shapely.Point(X + x, Y + y, z) for x, z in ((0, 10.0), (100, 10.5)) for y in (0, 100)]
    ground = measured_ground([low, high, *far], 1.0, 60.0).ground
    levels, _, _ = ground.cut((X + 5, Y + 5, X + 95, Y + 95))
    assert levels[:, :44].min() >= 9.5
    assert levels[:, :44].max() <= 10.5
    assert levels[:, 47:].max() <= 11.0


def test_faces_are_the_ground_where_they_lie() -> None:
    # Two triangles whose common edge is not Delaunay's: the ground along it is a ridge of 12 m.
    west = shapely.Polygon([(X, Y, 10), (X + 10, Y - 30, 12), (X + 10, Y + 30, 12)])
    east = shapely.Polygon([(X + 20, Y, 10), (X + 10, Y - 30, 12), (X + 10, Y + 30, 12)])
    ground = measured_ground([west, east], 1.0, 30.0).ground
    places = np.array([(X + 5, Y), (X + 10, Y), (X + 15, Y), (X + 25, Y), (X + 2, Y + 20)])
    levels, distance = ground.levels_m(places)
    assert levels[:3] == pytest.approx([11, 12, 11])
    assert np.isnan(levels[3:]).all()
    assert distance[:2] == pytest.approx([5, 10])


def test_what_is_too_far_from_any_point_is_not_known() -> None:
    corners = [shapely.Point(X + x, Y + y, 5.0) for x in (0, 100) for y in (0, 100)]
    near = measured_ground(corners, 1.0, 40.0).ground.levels_m(np.array([(X + 50, Y + 50), (X + 20, Y + 20)]))
    far = measured_ground(corners, 1.0, 80.0).ground.levels_m(np.array([(X + 50, Y + 50), (X + 101, Y + 50)]))
    assert math.isnan(near[0][0])
    assert near[1] == pytest.approx([math.hypot(50, 50), math.hypot(20, 20)])
    assert near[0][1] == far[0][0] == 5.0
    assert math.isnan(far[0][1]), "outside of all points"


def test_the_order_of_points_decides_nothing() -> None:
    points = [
        *scattered(200, 60, hills),
        shapely.Point(X + 30, Y + 30, 1601.0),
        shapely.Point(X + 30, Y + 30, 1602.0),
    ]
    one, other = measured_ground(points, 1.0, 30.0), measured_ground(points[::-1], 1.0, 30.0)
    assert (one.doubled, one.difference_m) == (other.doubled, other.difference_m) == (1, 1.0)
    bounds = (X + 10, Y + 10, X + 50, Y + 50)
    assert np.array_equal(one.ground.cut(bounds)[0], other.ground.cut(bounds)[0], equal_nan=True)
    assert one.ground.levels_m(np.array([(X + 30, Y + 30)]))[0] == pytest.approx([1601.5])


def test_a_place_has_one_level_however_it_is_asked_for() -> None:
    ground = measured_ground(scattered(500, 100, hills), 1.0, 30.0).ground
    whole, _, corner = ground.cut((X + 10, Y + 10, X + 90, Y + 90))
    part, _, own = ground.cut((X + 30.3, Y + 40.7, X + 49.9, Y + 59.2))
    column, row = int(own.c - corner.c), int(corner.f - own.f)
    rows, columns = part.shape
    assert np.array_equal(part, whole[row : row + rows, column : column + columns])


def test_a_polygon_of_many_corners_is_its_rings() -> None:
    # A closed contour that is bent inwards: triangles out of its first corner would cover ground that is not its.
    bent = shapely.Polygon([(X, Y, 5), (X + 20, Y, 5), (X + 20, Y + 20, 5), (X + 10, Y + 5, 5), (X, Y + 20, 5)])
    ground = measured_ground([bent], 1.0, 30.0).ground
    assert not len(ground.faces)
    assert ground.count == 20 + 20 + 2 * math.ceil(math.hypot(10, 15)) + 20
    assert ground.levels_m(np.array([(X + 10, Y + 3)]))[0] == pytest.approx([5.0])

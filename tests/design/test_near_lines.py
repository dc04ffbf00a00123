"""Near pairs against a brute-force search that shares no code with them."""

import itertools
import math
import random

import numpy as np
import pytest
import shapely

from spongecalc.design.near_lines import SpaceLines, beside, crossing


def random_lines(seed, count, size=100.0, bends=3):
    dice = random.Random(seed)
    lines, up, down, half = [], [], [], []
    for _ in range(count):
        x, y = dice.uniform(0, size), dice.uniform(0, size)
        points = [(x, y)]
        for _ in range(dice.randint(1, bends)):
            x, y = x + dice.uniform(-12, 12), y + dice.uniform(-12, 12)
            points.append((x, y))
        lines.append(shapely.LineString(points))
        up.append(dice.uniform(0, 3))
        down.append(dice.uniform(0, 3))
        half.append(dice.uniform(0.02, 0.4))
    half = np.array(half)
    return SpaceLines(np.array(lines, dtype=object), np.array(up), np.array(down), half, half)


def segments(line):
    points = [tuple(p) for p in line.coords]
    at = 0.0
    for a, b in itertools.pairwise(points):
        length = math.dist(a, b)
        yield a, b, at, length
        at += length


def meet(a, b, c, d):
    """Where segments ab and cd meet, as shares of each; None where they do not."""
    r, s = (b[0] - a[0], b[1] - a[1]), (d[0] - c[0], d[1] - c[1])
    cross = r[0] * s[1] - r[1] * s[0]
    if cross == 0:
        return None
    q = (c[0] - a[0], c[1] - a[1])
    t, u = (q[0] * s[1] - q[1] * s[0]) / cross, (q[0] * r[1] - q[1] * r[0]) / cross
    return (t, u) if 0 <= t <= 1 and 0 <= u <= 1 else None


def from_point(p, a, b):
    t = ((p[0] - a[0]) * (b[0] - a[0]) + (p[1] - a[1]) * (b[1] - a[1])) / math.dist(a, b) ** 2
    t = min(1.0, max(0.0, t))
    return math.dist(p, (a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))


def brute_force(first, second):
    """For each pair its least height gap at crossings, or its plan distance where it does not cross."""
    heights, plans = {}, {}
    for i, one in enumerate(first.geometry):
        for j, other in enumerate(second.geometry):
            gaps, distance = [], math.inf
            for a, b, at, length in segments(one):
                for c, d, at2, length2 in segments(other):
                    where = meet(a, b, c, d)
                    if where is not None:
                        za = first.start_m[i] + (first.end_m[i] - first.start_m[i]) * (
                            (at + where[0] * length) / one.length
                        )
                        zb = second.start_m[j] + (second.end_m[j] - second.start_m[j]) * (
                            (at2 + where[1] * length2) / other.length
                        )
                        gaps.append(abs(za - zb) - first.half_height_m[i] - second.half_height_m[j])
                    distance = min(
                        distance,
                        from_point(a, c, d),
                        from_point(b, c, d),
                        from_point(c, a, b),
                        from_point(d, a, b),
                    )
            if gaps:
                heights[i, j] = min(gaps)
            else:
                plans[i, j] = distance - first.half_width_m[i] - second.half_width_m[j]
    return heights, plans


def as_dict(found):
    return {(int(i), int(j)): g for i, j, g in zip(found.first, found.second, found.gap_m, strict=True)}


@pytest.mark.parametrize("seed", range(5))
def test_all_near_pairs_and_no_others(seed):
    first, second = random_lines(seed, 45), random_lines(100 + seed, 45)
    heights, plans = brute_force(first, second)
    for limit in (0.15, 1.0, 2.5):
        near, blind = crossing(first, second, limit)
        assert as_dict(near) == pytest.approx({k: v for k, v in heights.items() if v < limit}, abs=1e-6)
        assert not len(blind.first)
        found = as_dict(beside(first, second, limit))
        assert found == pytest.approx({k: v for k, v in plans.items() if v < limit}, abs=1e-6)
        assert len(found) > 3


def one(line, up=1.0, down=1.0, half=0.1):
    array = np.array([half])
    return SpaceLines(
        np.array([shapely.LineString(line)], dtype=object), np.array([up]), np.array([down]), array, array
    )


@pytest.mark.parametrize(("distance", "near"), [(1.199, True), (1.2, False), (1.201, False)])
def test_beside_on_its_limit(distance, near):
    """Outsides of two pipes of 0.1 m radius are 1 m apart when their axes are 1.2 m apart."""
    found = beside(one([(0, 0), (10, 0)]), one([(0, distance), (10, distance)]), 1.0)
    assert bool(len(found.first)) == near


@pytest.mark.parametrize(("level", "near"), [(1.349, True), (1.35, False), (1.351, False)])
def test_crossing_on_its_limit(level, near):
    """Axes 0.35 m apart in height leave 0.15 m between two pipes of 0.1 m radius."""
    found, _ = crossing(one([(0, 0), (10, 0)]), one([(5, -5), (5, 5)], level, level), 0.15)
    assert bool(len(found.first)) == near


def test_the_height_at_the_crossing_counts_and_not_that_of_the_ends():
    """A line that falls from 3 m to 1 m crosses at a quarter of its length: 2.5 m."""
    found, _ = crossing(one([(0, 0), (20, 0)], 3.0, 1.0), one([(5, -5), (5, 5)], 2.0, 2.0), 10)
    assert found.gap_m[0] == pytest.approx(0.5 - 0.2)
    assert (found.x_m[0], found.y_m[0]) == (5, 0)


def test_lines_on_top_of_one_another_that_change_places():
    """Two lines in one trench: one falls through the other between its ends."""
    found, _ = crossing(one([(0, 0), (20, 0)], 3.0, 1.0), one([(0, 0), (20, 0)], 1.9, 1.9), 10)
    assert found.gap_m[0] == pytest.approx(-0.2)


def test_crossings_without_levels_are_told_apart():
    found, blind = crossing(one([(0, 0), (10, 0)], np.nan, np.nan), one([(5, -5), (5, 5)]), 0.15)
    assert not len(found.first)
    assert blind.first.tolist() == [0]
    assert (blind.x_m[0], blind.y_m[0]) == (5, 0)


def test_a_pipe_under_a_building_or_a_tree_is_near():
    none, zero = np.array([np.nan]), np.array([0.0])
    for thing in (shapely.box(4, -5, 6, 5), shapely.Point(5, 0)):
        other = SpaceLines(np.array([thing], dtype=object), none, none, zero, zero)
        found = beside(one([(0, 0), (10, 0)]), other, 1.0)
        assert found.gap_m.tolist() == pytest.approx([-0.1])


def test_nothing_to_compare():
    empty = one([(0, 0), (1, 0)]).take(np.array([], dtype=int))
    assert not len(beside(empty, one([(0, 0), (1, 0)]), 1).first)
    assert not len(crossing(one([(0, 0), (1, 0)]), empty, 1)[0].first)

"""Where water goes that an inlet does not take: over a ground, and by surveyed levels alone."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from shapely import Point, box

from spongecalc.ground.grid import Ground
from spongecalc.ground.way_on import IntakePlace, ways_on_by_levels, ways_on_over_ground

SIZE = 60
TRANSFORM = Affine(1.0, 0.0, 0.0, 0.0, -1.0, float(SIZE))


def ground_of(level) -> Ground:
    """A ground of 60 x 60 cells of 1 m by a function of x and y."""
    x, y = np.meshgrid(np.arange(SIZE) + 0.5, SIZE - np.arange(SIZE) - 0.5)
    z = np.asarray(level(x, y), dtype=float) + np.zeros((SIZE, SIZE))
    return Ground(z, TRANSFORM, np.zeros((SIZE, SIZE), dtype=bool))


def place(name: str, x: float, y: float, ground_m: float = 0.0, community: str = "A") -> IntakePlace:
    return IntakePlace(name, community, Point(x, y), ground_m)


AREA = {"A": box(5, 5, 55, 55)}


def test_on_a_plane_it_runs_to_the_next_inlet_below_and_the_last_runs_out() -> None:
    ground = ground_of(lambda x, y: 10 - 0.02 * x + 0.0 * y)
    places = [place("low", 50.5, 30.5), place("high", 10.5, 30.5), place("middle", 30.5, 30.5)]
    ways = ways_on_over_ground(ground, places, AREA, 0.3)
    assert [ways[n].to_node for n in ("high", "middle", "low")] == ["middle", "low", ""]
    assert ways["high"].rim_m == pytest.approx(0.0)
    assert ways["high"].slope_percent == pytest.approx(2.0, rel=0.01)


def test_the_order_of_the_inlets_decides_nothing() -> None:
    ground = ground_of(lambda x, y: 10 - 0.02 * x - 0.01 * np.abs(y - 30.5))
    places = [place(f"P{n}", 10.5 + 10 * n, 28.5 + n) for n in range(4)]
    assert ways_on_over_ground(ground, places, AREA, 0.3) == ways_on_over_ground(ground, places[::-1], AREA, 0.3)


def test_in_a_bowl_it_ponds_up_to_the_lowest_rim() -> None:
    """A bowl of 0.05 m a metre, cut by a channel 0.4 m above its bottom on the east side."""

    def bowl(x, y):
        radius = np.hypot(x - 30.5, y - 30.5)
        inside = 100 + 0.05 * radius
        channel = (np.abs(y - 30.5) < 1) & (x > 30.5)
        return np.where(channel, np.where(radius < 8, inside, 100.4 - 0.01 * (radius - 8)), inside)

    way = ways_on_over_ground(ground_of(bowl), [place("bottom", 30.5, 30.5)], AREA, 0.3)["bottom"]
    assert way.to_node == ""
    assert way.rim_m == pytest.approx(0.4, abs=0.011)


def test_over_a_crest_it_runs_only_when_the_crest_is_reached() -> None:
    """Between two hollows stands a crest of 0.2 m; the lower inlet's ground begins before it."""

    def two(x, y):
        crest = 100.2 - 0.05 * np.abs(x - 40)
        ground = np.where(x < 40, np.maximum(crest, 100.0), np.maximum(crest - 0.1, 99.5))
        return ground + 1.0 * ((np.abs(y - 30.5) > 2) | (x < 10))

    places = [place("upper", 20.5, 30.5), place("lower", 50.5, 30.5)]
    way = ways_on_over_ground(ground_of(two), places, AREA, 0.3)["upper"]
    assert way.to_node == "lower"
    assert way.rim_m == pytest.approx(0.2, abs=0.03)


def test_a_higher_inlet_takes_no_run_on() -> None:
    ground = ground_of(lambda x, y: 10 - 0.02 * x + 0.0 * y)
    ways = ways_on_over_ground(ground, [place("low", 30.5, 30.5), place("high", 20.5, 30.5)], AREA, 0.3)
    assert ways["low"].to_node == ""


def test_levels_alone_lead_to_the_nearest_lower_inlet_of_the_community() -> None:
    places = [
        place("top", 0, 0, 101.0),
        place("near", 20, 0, 100.5),
        place("far", 50, 0, 100.0),
        place("other", 5, 0, 99.0, "B"),
        place("unknown", 1, 1, float("nan")),
    ]
    ways = ways_on_by_levels(places, 0.15, 1.0, 0.3)
    assert (ways["top"].to_node, ways["top"].rim_m) == ("near", 0.0)
    assert ways["top"].slope_percent == pytest.approx(2.5)
    assert ways["near"].to_node == "far"
    assert (ways["far"].to_node, ways["far"].rim_m, ways["far"].slope_percent) == ("", 0.15, 1.0)
    assert ways["unknown"].to_node == ""

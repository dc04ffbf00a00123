"""Water on sloping streets: Manning's depth, and no water made, where its Froude number is 1 to 3."""

import math

import numpy as np
import pytest

from spongecalc.overland.made_water import worst_place
from spongecalc.overland.surface_flow import CLOSED_EDGE, SurfaceFlow

G = 9.80665
WIDTH_M, ROUGHNESS = 6.0, 0.015


def street(slope: float, cell_m: float, length_m: float) -> tuple[np.ndarray, int]:
    """A street between walls that falls by a slope and ends open; its ground, and how many cells it is wide."""
    wide = max(round(WIDTH_M / cell_m), 1)
    rows = int(length_m / cell_m)
    ground = np.full((rows + 2, wide + 2), 100.0)
    ground[1:, 1:-1] = (-slope * cell_m * np.arange(rows + 1))[:, None]
    return ground, wide


@pytest.mark.parametrize("cell_m", [1.0, 2.0, 5.0])
@pytest.mark.parametrize("flow_m3_s", [0.2, 1.0])
@pytest.mark.parametrize("slope", [0.01, 0.015, 0.02, 0.03, 0.05])
def test_streets_have_mannings_depth_and_make_no_water(slope: float, flow_m3_s: float, cell_m: float) -> None:
    """Depths within 10 % of (q n / sqrt(S))^(3/5) (mean within 2 %), made below 0.1 % of what stands anywhere."""
    ground, wide = street(slope, cell_m, 120.0)
    flow = SurfaceFlow(ground, np.full(ground.shape, ROUGHNESS), cell_m)
    rate = np.zeros(ground.shape)
    q = flow_m3_s / (wide * cell_m)
    rate[1, 1:-1] = q / cell_m
    for _ in range(3):  # a minute each: the step is the flow's own, not the exchange's with pipes
        flow.advance(60.0, rate)
    normal_m = (q * ROUGHNESS / math.sqrt(slope)) ** 0.6
    assert q / normal_m / math.sqrt(G * normal_m) > 1.2  # it is fast water
    middle = slice(ground.shape[0] // 4, -ground.shape[0] // 6)
    depth = flow.depth_m[middle, 1:-1]
    assert float(depth.mean()) == pytest.approx(normal_m, rel=0.02)
    assert np.abs(depth / normal_m - 1).max() < 0.10
    assert flow.max_depth_m[middle, 1:-1].max() < 1.15 * normal_m  # as the front passes
    assert 100 * flow.made_m.sum() <= 0.1 * flow.max_depth_m.sum()
    assert worst_place(flow.made_m, flow.max_depth_m, cell_m).percent < 0.1
    came = flow_m3_s * 180
    assert flow.stored_m3 + flow.left_m3 == pytest.approx(came, rel=1e-3)


def test_plane_of_five_percent_makes_no_water_of_its_rain() -> None:
    """Rain of 100 mm/h on 200 m of 5 % in cells of 5 m: a sheet of 7 mm at the foot, by Manning."""
    ground = np.full((42, 12), 100.0)
    ground[1:, 1:-1] = (-0.05 * 5 * np.arange(41))[:, None]
    flow = SurfaceFlow(ground, np.full(ground.shape, ROUGHNESS), 5.0)
    rate = np.zeros(ground.shape)
    rate[1:-1, 1:-1] = 0.1 / 3600
    for _ in range(15):
        flow.advance(60.0, rate)
    rained = float(rate.sum()) * 25 * 900
    assert flow.stored_m3 + flow.left_m3 == pytest.approx(rained, rel=1e-3)
    normal_m = (0.1 / 3600 * 195 * ROUGHNESS / math.sqrt(0.05)) ** 0.6
    assert flow.depth_m[39, 5] == pytest.approx(normal_m, rel=0.15)


@pytest.mark.parametrize("slope", [0.02, 0.10])
def test_a_street_across_the_grid_that_runs_into_a_hollow(slope: float) -> None:
    """Between kerbs at an angle, over ground rough by 2 cm, with a jump at the foot: nothing made, all kept."""
    y, x = np.mgrid[0:60, 0:30]
    ground = -slope * 2.0 * np.minimum(y, 35) + np.where(np.abs(x - 0.15 * y - 8) * 2 < 4, 0.0, 0.15)
    ground = ground + 0.02 * np.random.default_rng(3).standard_normal(ground.shape)
    flow = SurfaceFlow(ground, np.full(ground.shape, ROUGHNESS), 2.0, edge=CLOSED_EDGE)
    rate = np.zeros(ground.shape)
    rate[2, 8] = 1.0 / 4
    flow.advance(120.0, rate)
    flow.advance(120.0)
    assert flow.made_m.sum() == pytest.approx(0.0, abs=1e-6)
    assert flow.stored_m3 == pytest.approx(120.0, rel=1e-6)
    assert flow.depth_m.max() < 1.0


def test_steady_flow_of_macdonald() -> None:
    """MacDonald's smooth subcritical flow (Delestre et al. 2013, SWASHES, 3.2.1): 2 m2/s through 1 km, n 0.033.

    The depth is given, h = (4/g)^(1/3) (1 + exp(-16 (x/1000 - 1/2)^2) / 2), and the ground worked out from the
    whole momentum. The scheme leaves out its advection, which comes to 2 cm here, as it did before fast water
    was held even.
    """
    q, n, dx = 2.0, 0.033, 10.0
    x = (np.arange(101) + 0.5) * dx
    hump = 0.5 * np.exp(-16 * (x / 1000 - 0.5) ** 2)
    depth = (4 / G) ** (1 / 3) * (1 + hump)
    rise = (4 / G) ** (1 / 3) * hump * -32 * (x / 1000 - 0.5) / 1000
    fall = (q**2 / (G * depth**3) - 1) * rise - n**2 * q**2 / depth ** (10 / 3)
    ground = np.full((3, 102), 100.0)
    ground[1, 1:] = np.concatenate(([0.0], np.cumsum(0.5 * (fall[1:] + fall[:-1]) * dx)))
    flow = SurfaceFlow(ground, np.full(ground.shape, n), dx)
    water = np.zeros(ground.shape)
    water[1, 1:] = depth
    flow.set_depth(water)
    rate = np.zeros(ground.shape)
    rate[1, 1] = q / dx
    flow.advance(3600.0, rate)
    assert float(np.abs(flow.depth_m[1, 1:96] - depth[:95]).mean()) < 0.025
    assert flow.made_m.max() == 0.0


def test_water_made_is_found_at_its_place() -> None:
    """By hand: 0.4 m3 made in two cells, where 25 cells of 4 m2 with 0.10 m hold 10 m3: 4 %."""
    depth = np.full((40, 30), 0.10)
    made = np.zeros((40, 30))
    made[20, 10], made[21, 11] = 0.06, 0.04
    made[5, 5] = 0.0001  # under a bucket
    worst = worst_place(made, depth, 2.0)
    assert worst.made_m3 == pytest.approx(0.4)
    assert worst.percent == pytest.approx(4.0)
    assert abs(worst.row - 20) <= 2
    assert abs(worst.column - 10) <= 2
    dry = worst_place(np.zeros((9, 9)), np.zeros((9, 9)), 2.0)
    assert (dry.made_m3, dry.percent) == (0.0, 0.0)

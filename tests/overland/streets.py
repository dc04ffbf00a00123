"""Streets that fall evenly between walls, and water over them from one end: the matrix of issue and bench."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from spongecalc.overland.made_water import worst_place
from spongecalc.overland.surface_flow import SurfaceFlow

G = 9.80665
SLOPES = (0.01, 0.015, 0.02, 0.03, 0.05)
CELLS_M = (1.0, 2.0, 5.0)


def ground_of(slope: float, cell_m: float, length_m: float, wide: int) -> np.ndarray:
    """A street between walls, so many cells wide, that falls by a slope and ends open; its first row is wall."""
    rows = int(length_m / cell_m)
    ground = np.full((rows + 2, wide + 2), 100.0)
    ground[1:, 1:-1] = (-slope * cell_m * np.arange(rows + 1))[:, None]
    return ground


@dataclass(frozen=True)
class Passed:
    """The end of a flow down a street, all beyond its first quarter and before its last sixth.

    ``normal_m`` is (q n / sqrt(S))^(3/5), Manning's depth in a wide channel, and ``froude`` is of it; ``mean``,
    ``farthest`` and ``front`` are the mean depth, the depth farthest off and the largest at any time, over the
    normal depth. ``made_percent`` is of the worst place of 5 x 5 cells, ``missing`` the balance's share.
    """

    normal_m: float
    froude: float
    mean: float
    farthest: float
    front: float
    made_percent: float
    missing: float


def passed(
    slope: float, flow_m3_s: float, cell_m: float, *, width_m: float = 6.0, n: float = 0.015, minutes: int = 3
) -> Passed:
    """A street of 120 m after some minutes of a steady flow on to its dry ground, in steps of the flow's own."""
    wide = max(round(width_m / cell_m), 1)
    ground = ground_of(slope, cell_m, 120.0, wide)
    flow = SurfaceFlow(ground, np.full(ground.shape, n), cell_m)
    q = flow_m3_s / (wide * cell_m)
    rate = np.zeros(ground.shape)
    rate[1, 1:-1] = q / cell_m
    for _ in range(minutes):
        flow.advance(60.0, rate)
    normal_m = (q * n / math.sqrt(slope)) ** 0.6
    middle = slice(ground.shape[0] // 4, -ground.shape[0] // 6)
    share = flow.depth_m[middle, 1:-1] / normal_m
    return Passed(
        normal_m,
        q / normal_m / math.sqrt(G * normal_m),
        float(share.mean()),
        float(share.reshape(-1)[np.argmax(np.abs(share - 1))]),
        float(flow.max_depth_m[middle, 1:-1].max()) / normal_m,
        worst_place(flow.made_m, flow.max_depth_m, cell_m).percent,
        (flow.stored_m3 + flow.left_m3) / (flow_m3_s * 60 * minutes) - 1,
    )

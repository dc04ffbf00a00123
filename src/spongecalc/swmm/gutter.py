"""One gutter in the model's terms: how much water it holds at a depth, and how much of that ponds.

Workers that run models hold it; what gutters are made from, they need not import.
"""

from __future__ import annotations

from dataclasses import dataclass

# SWMM gives each node 1.167 m2 under a storm and leaves what they hold beyond its own surface out of its balance.
LEAST_M2 = 1.2


@dataclass(frozen=True)
class Gutter:
    """One gutter in the model's terms: itself, the pipes' node below it, and the link that gives back.

    Its surface grows with the depth from ``LEAST_M2`` to ``area_m2`` at ``wide_m`` and stays so above;
    deeper than ``ponds_from_m`` its water is ponding.
    """

    model_id: str
    node: str
    back: str
    area_m2: float
    wide_m: float
    ponds_from_m: float

    def volume_m3(self, depth_m: float) -> float:
        """Water in it at a depth in m."""
        within = min(depth_m, self.wide_m)
        slope = (self.area_m2 - LEAST_M2) / self.wide_m
        return LEAST_M2 * within + slope * within**2 / 2 + self.area_m2 * (depth_m - within)

    def ponded_m3(self, depth_m: float) -> float:
        """Water that ponds at a depth in m: what stands there beyond the depth that its grate needs."""
        return max(self.volume_m3(max(depth_m, 0.0)) - self.volume_m3(self.ponds_from_m), 0.0)

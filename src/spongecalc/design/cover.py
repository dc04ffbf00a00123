"""Check of the ground above pipes: cover to the crown under footways and carriageways."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spongecalc.design.check import Check, at_least, not_checkable
from spongecalc.design.limits import Limits
from spongecalc.design.network import DesignNetwork, subject_of
from spongecalc.network.depth import end_depths_m
from spongecalc.network.earthworks import cover_shares, laid_pipes

# A pipe that only touches a carriageway with less than this share of its length does not lie under it.
LEAST_SHARE = 0.01


def check_cover(net: DesignNetwork, limits: Limits, carriageway: Sequence[str]) -> list[Check]:
    """The least cover of each pipe, at its shallower end, from the ground to the outside of its crown.

    The ground between two manholes is taken to run straight. A pipe that lies under a carriageway with part
    of its length is held to the greater cover.
    """
    if net.pipes.empty:
        return []
    up, down = end_depths_m(net.pipes, net.nodes)
    wall = laid_pipes(net.pipes, net.catalogue).wall_m
    height = net.pipes["diameter_m"].fillna(net.pipes["height_mm"].astype(float) / 1000).to_numpy(float)
    depth = np.fmin(up.to_numpy(float), down.to_numpy(float))
    shallowest = np.round(depth - height - wall, 4)
    shares = cover_shares(net.pipes, net.surfaces)
    checks = []
    for row, cover, under in zip(net.pipes.itertuples(), shallowest, shares, strict=True):
        subject = subject_of("pipes", "pipe_id", row)
        driven = sum(part for (kind, _), part in under.items() if kind in carriageway)
        applies = "under carriageway" if driven >= LEAST_SHARE else "under footway"
        limit = limits.find("min_cover", applies)
        if np.isnan(cover):
            checks.append(not_checkable("min_cover", subject, applies, "no_levels_or_size", limit))
        else:
            checks.append(at_least("min_cover", subject, applies, float(cover), limit))
    return checks

"""Flooded nodes of one low spot: whose water stands together, by the ground or by distance and level."""

from __future__ import annotations

import math
from collections.abc import Hashable

import geopandas as gpd
import numpy as np
import pandas as pd

from spongecalc.ground.depressions import low_spots
from spongecalc.ground.grid import Ground
from spongecalc.project.ponding_settings import PondingSettings

BY_GROUND, BY_DISTANCE = "ground", "distance"
"""How nodes were joined into a site: by the depressions of the ground, or by distance and level."""


def with_low_spots(nodes: gpd.GeoDataFrame, ground: Ground | None, settings: PondingSettings) -> gpd.GeoDataFrame:
    """The flooded nodes of a run with the low spot of each.

    On a ground the water that stood at each node is poured at it; nodes whose water comes to stand in the same
    lake are one low spot (:func:`spongecalc.ground.depressions.low_spots`). Nodes whose water runs off the
    ground, and all nodes where there is none, are joined by distance and level (:func:`by_distance`).

    Parameters
    ----------
    nodes
        Those of :func:`spongecalc.assess.flooded_nodes.flooded_nodes`.
    ground
        Their ground; None where there is none.
    settings
        Of the project's ponding.

    Returns
    -------
    The nodes from the lowest up, with ``spot``, a number from 0 by its lowest node, and ``joined_by``. Ids
    decide nothing but the order of nodes at the same place and level with the same water.
    """
    order = ["ground_m", "x", "y", "volume_m3", "node_id"]
    placed = nodes.assign(x=nodes.geometry.x, y=nodes.geometry.y)
    placed = placed.sort_values(order, ascending=[True, True, True, False, True], ignore_index=True)
    found: list[Hashable | None] = [None] * len(placed)
    if ground is not None and len(placed):
        cells = [ground.low_cell(x, y) for x, y in zip(placed["x"], placed["y"], strict=True)]
        known = [n for n, cell in enumerate(cells) if cell is not None]
        poured = [(*cells[n], float(placed["stood_m3"].iat[n])) for n in known]  # type: ignore[misc]
        spots = low_spots(ground.elevation_m, poured, ground.cell_area_m2, settings.site_depth_m)
        for n, spot in zip(known, spots, strict=True):
            found[n] = spot
    rest = [n for n, spot in enumerate(found) if spot is None]
    for n, first in zip(rest, by_distance(placed.iloc[rest], settings), strict=True):
        found[n] = rest[first]
    numbers = {spot: n for n, spot in enumerate(dict.fromkeys(found))}
    how = np.full(len(placed), BY_GROUND, dtype=object)
    how[rest] = BY_DISTANCE
    placed["spot"] = [numbers[spot] for spot in found]
    placed["joined_by"] = how
    return placed.drop(columns=["x", "y"])


def by_distance(nodes: pd.DataFrame, settings: PondingSettings) -> list[int]:
    """The low spots of nodes without a ground, each by the place of its lowest node among them.

    Water at a node stands on a circle of ``settings.default_area_m2``, or of as much ground as it covers
    ``settings.depth_m`` deep, and reaches no farther than ``settings.search_radius_m``. The lowest node that is
    left takes all whose circles touch its own or those of nodes that it took, as long as they lie no more than
    ``settings.depth_m`` above it: to there water over it rises, and a street is not one site from end to end.

    Parameters
    ----------
    nodes
        From the lowest up, with ``ground_m``, ``x``, ``y`` and ``stood_m3``.
    settings
        Of the project's ponding.
    """
    areas_m2 = np.maximum(nodes["stood_m3"].to_numpy(float) / settings.depth_m, settings.default_area_m2)
    reach_m = np.minimum(np.sqrt(areas_m2 / math.pi), settings.search_radius_m)
    x, y, level = (nodes[c].to_numpy(float) for c in ("x", "y", "ground_m"))
    apart_m = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    touching = apart_m <= reach_m[:, None] + reach_m[None, :]
    found = np.full(len(nodes), -1)
    for first in range(len(nodes)):
        if found[first] >= 0:
            continue
        free = (found < 0) & (level <= level[first] + settings.depth_m)
        taken = np.zeros(len(nodes), dtype=bool)
        taken[first] = True
        while True:
            more = touching[taken].any(axis=0) & free & ~taken
            if not more.any():
                break
            taken |= more
        found[taken] = first
    return [int(n) for n in found]

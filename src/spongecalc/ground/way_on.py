"""The way of water that an inlet does not take: over the ground to the next inlet below, or out of the area."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import rasterio.features
import shapely

from spongecalc.ground.depressions import NEIGHBOURS
from spongecalc.ground.grid import Ground


@dataclass(frozen=True)
class IntakePlace:
    """A place where ground drains into pipes: its node, community and point, its surveyed ground level in m."""

    node_id: str
    community_id: str
    point: shapely.Point
    ground_m: float


@dataclass(frozen=True)
class WayOn:
    """The way on from an inlet: ``to_node`` below it, empty where it leads out of the communities.

    ``rim_m`` is the depth of water at the inlet at which it runs on, ``slope_percent`` the fall of the way.
    """

    to_node: str
    rim_m: float
    slope_percent: float


def ways_on_over_ground(
    ground: Ground,
    places: Sequence[IntakePlace],
    communities: Mapping[str, shapely.Geometry],
    least_slope_percent: float,
) -> dict[str, WayOn]:
    """The way on from each place over a ground, by node; places outside of the grid are left out.

    Water rises at its inlet to the lowest rim and runs down from there (the order in which the cells around a
    pool are wetted: Barnes, Lehman & Mulla 2014). It has reached the next inlet as soon as it runs down on the
    ground that drains to it (the nearest inlet of the community), if that one lies lower; it has left where
    it comes out of every community.

    Parameters
    ----------
    ground
        The ground, buildings and walls raised.
    places
        All inlets of the system.
    communities
        Area of each.
    least_slope_percent
        Flatter ways are taken to fall by this.
    """
    owner = _owners(ground, places, communities)
    cells = [ground.low_cell(p.point.x, p.point.y) for p in places]
    level = [math.nan if c is None else float(ground.elevation_m[c]) for c in cells]
    found = {}
    for number, (place, cell) in enumerate(zip(places, cells, strict=True)):
        if cell is None:
            continue
        to, rim_m, end = _way(ground.elevation_m, owner, cell, number, level)
        if to >= 0:
            fall_m, end = level[number] - level[to], cells[to] or end
        else:
            fall_m = level[number] + rim_m - float(ground.elevation_m[end])
        length_m = ground.cell_m * max(math.hypot(end[0] - cell[0], end[1] - cell[1]), 1.0)
        slope = max(100 * fall_m / length_m, least_slope_percent)
        found[place.node_id] = WayOn(places[to].node_id if to >= 0 else "", rim_m, slope)
    return found


def ways_on_by_levels(
    places: Sequence[IntakePlace], rim_m: float, slope_percent: float, least_slope_percent: float
) -> dict[str, WayOn]:
    """The way on from each place by the surveyed levels alone: to the nearest lower inlet of its community.

    An inlet above another stands on a slope, which holds nothing back. The lowest stands in a low spot with a rim
    of ``rim_m`` and a way out of ``slope_percent``; so does one without a level.
    """
    found = {}
    for place in places:
        lower = [p for p in places if p.community_id == place.community_id and p.ground_m < place.ground_m]
        if not lower:
            found[place.node_id] = WayOn("", rim_m, max(slope_percent, least_slope_percent))
            continue
        # Two at the same distance: the lower one; two at one level and distance are the same to the water.
        nearest = min(lower, key=lambda p: (p.point.distance(place.point), p.ground_m, p.point.x, p.point.y))
        length_m = max(nearest.point.distance(place.point), 1.0)
        slope = 100 * (place.ground_m - nearest.ground_m) / length_m
        found[place.node_id] = WayOn(nearest.node_id, 0.0, max(slope, least_slope_percent))
    return found


def _owners(
    ground: Ground, places: Sequence[IntakePlace], communities: Mapping[str, shapely.Geometry]
) -> np.ndarray:
    """By cell the number of the inlet that it drains to; -1 where a community has none, -2 outside of all."""
    shape = ground.elevation_m.shape
    owner = np.full(shape, -2)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    x = ground.transform.c + (columns + 0.5) * ground.transform.a
    y = ground.transform.f + (rows + 0.5) * ground.transform.e
    for community, area in communities.items():
        inside = rasterio.features.geometry_mask([area], shape, ground.transform, invert=True)
        owner[inside] = -1
        nearest_m = np.full(shape, np.inf)
        for number, place in enumerate(places):
            if place.community_id == community:
                distance_m = np.hypot(x - place.point.x, y - place.point.y)
                closer = inside & (distance_m < nearest_m)
                owner[closer], nearest_m[closer] = number, distance_m[closer]
    return owner


def _way(
    elevation_m: np.ndarray, owner: np.ndarray, start: tuple[int, int], own: int, level_m: Sequence[float]
) -> tuple[int, float, tuple[int, int]]:
    """The inlet that water from a cell comes to (-1: none), the depth at which it sets out, and the last cell."""
    rows, columns = elevation_m.shape
    first = pass_m = float(elevation_m[start])
    seen = {start}
    edge: list[tuple[float, tuple[int, int]]] = [(first, start)]
    while edge:
        height, cell = heapq.heappop(edge)
        pass_m = max(pass_m, height)
        to, falls = int(owner[cell]), height < pass_m
        at_edge = cell[0] in (0, rows - 1) or cell[1] in (0, columns - 1)
        if at_edge or (to == -2 and falls):
            return -1, pass_m - first, cell
        if to >= 0 and to != own and falls and level_m[to] < first:
            return to, pass_m - first, cell
        for down, right in NEIGHBOURS:
            beside = cell[0] + down, cell[1] + right
            if 0 <= beside[0] < rows and 0 <= beside[1] < columns and beside not in seen:
                seen.add(beside)
                heapq.heappush(edge, (float(elevation_m[beside]), beside))
    return -1, pass_m - first, start

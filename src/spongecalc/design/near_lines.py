"""Pairs of lines in space that are nearer than their limits, along their whole length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

# A gap that is its limit but for the rounding of floats is not below it.
ROUNDING_M = 1e-6


@dataclass(frozen=True)
class SpaceLines:
    """Lines with a height that runs evenly along them.

    ``geometry`` are lines in plan; ``start_m`` and ``end_m`` the level of the axis at their ends (NaN: not
    known); ``half_width_m`` and ``half_height_m`` reach from the axis to the outside.
    """

    geometry: np.ndarray
    start_m: np.ndarray
    end_m: np.ndarray
    half_width_m: np.ndarray
    half_height_m: np.ndarray

    def __len__(self) -> int:
        return len(self.geometry)

    def take(self, at: np.ndarray) -> SpaceLines:
        """The lines at positions."""
        return SpaceLines(*(getattr(self, f)[at] for f in self.__dataclass_fields__))


@dataclass(frozen=True)
class NearPairs:
    """Pairs by position in the two sets: ``gap_m`` between their outsides, and where the gap is least."""

    first: np.ndarray
    second: np.ndarray
    gap_m: np.ndarray
    x_m: np.ndarray
    y_m: np.ndarray


def _none() -> NearPairs:
    empty = np.array([], dtype=float)
    return NearPairs(np.array([], dtype=int), np.array([], dtype=int), empty, empty, empty)


def candidates(first: np.ndarray, second: np.ndarray, reach_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Positions of pairs whose plan distance is at most ``reach_m``."""
    if not len(first) or not len(second):
        return np.array([], dtype=int), np.array([], dtype=int)
    tree = shapely.STRtree(second)
    a, b = tree.query(first, predicate="dwithin", distance=reach_m)
    return a, b


def beside(first: SpaceLines, second: SpaceLines, limit_m: float) -> NearPairs:
    """Pairs that do not cross in plan and whose outsides are nearer than ``limit_m`` in plan.

    ``second`` may hold areas (buildings) and points (trees) too; what a line enters or meets counts with a
    gap of zero less the line's own half width.
    """
    reach = limit_m + float(np.max(first.half_width_m, initial=0)) + float(np.max(second.half_width_m, initial=0))
    a, b = candidates(first.geometry, second.geometry, reach)
    if not len(a):
        return _none()
    lines, others = first.geometry[a], second.geometry[b]
    distance = shapely.distance(lines, others)
    gap = distance - first.half_width_m[a] - second.half_width_m[b]
    solid = ~np.isin(shapely.get_type_id(others), [1, 5])
    near = (gap < limit_m - ROUNDING_M) & ((distance > 0) | solid)
    a, b, gap = a[near], b[near], gap[near]
    places = shapely.get_coordinates(
        shapely.line_interpolate_point(shapely.shortest_line(first.geometry[a], second.geometry[b]), 0)
    )
    return NearPairs(a, b, gap, *(places.T if len(a) else (np.array([]), np.array([]))))


def crossing(first: SpaceLines, second: SpaceLines, limit_m: float) -> tuple[NearPairs, NearPairs]:
    """Pairs that cross or touch in plan: those nearer than ``limit_m`` in height, and those without levels.

    Every place at which a pair crosses counts, and so does a stretch that two lines share; the least gap of a
    pair is reported. A gap below zero means that the two run into one another.
    """
    a, b = candidates(first.geometry, second.geometry, 0.0)
    if not len(a):
        return _none(), _none()
    shared = shapely.intersection(first.geometry[a], second.geometry[b])
    points, owner = shapely.get_coordinates(shared, return_index=True)
    # Lines that touch within the rounding of their crossing have an empty intersection: their nearest place.
    missing = np.setdiff1d(np.arange(len(a)), owner)
    if len(missing):
        touch = shapely.shortest_line(first.geometry[a[missing]], second.geometry[b[missing]])
        extra = shapely.get_coordinates(shapely.get_point(touch, 0))
        points, owner = np.vstack([points, extra]), np.concatenate([owner, missing])
    places = shapely.points(points)
    difference = _level(first, a[owner], places) - _level(second, b[owner], places)
    half = first.half_height_m[a[owner]] + second.half_height_m[b[owner]]
    gap = np.abs(difference) - half
    # Along a shared stretch the higher line may become the lower one between two of its corners.
    stretch = np.isin(shapely.get_type_id(shared), [1, 5, 7])[owner]
    order = np.lexsort((np.arange(len(owner)), owner))
    owner, points, gap, half, difference, stretch = (
        v[order] for v in (owner, points, gap, half, difference, stretch)
    )
    changes = np.zeros(len(owner), dtype=bool)
    changes[1:] = (owner[1:] == owner[:-1]) & stretch[1:] & (difference[1:] * difference[:-1] < 0)
    gap = np.where(changes, -half, gap)
    unknown = np.isnan(gap)
    known_order = np.lexsort((np.where(unknown, np.inf, gap), owner))
    pairs, firsts = np.unique(owner[known_order], return_index=True)
    at = known_order[firsts]
    near = gap[at] < limit_m - ROUNDING_M
    blind = np.isnan(gap[at])

    def made(chosen: np.ndarray) -> NearPairs:
        p, i = pairs[chosen], at[chosen]
        return NearPairs(a[p], b[p], gap[i], points[i, 0], points[i, 1])

    return made(near & ~blind), made(blind)


def _level(lines: SpaceLines, at: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Level of the axis of lines at places on them."""
    geometry = lines.geometry[at]
    share = shapely.line_locate_point(geometry, places) / shapely.length(geometry)
    level: np.ndarray = lines.start_m[at] + (lines.end_m[at] - lines.start_m[at]) * share
    return level


def joined(parts: Sequence[SpaceLines]) -> SpaceLines:
    """Several sets as one."""
    return SpaceLines(*(np.concatenate([getattr(p, f) for p in parts]) for f in SpaceLines.__dataclass_fields__))

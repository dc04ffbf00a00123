"""Water at rest on a ground: given volumes fill its depressions, spill over their rims and merge.

Water runs down the steepest of eight ways to a pit and fills it. A full depression spills over its lowest rim
to the next; where that one fills up to the same rim the two become one. What reaches the edge of the grid
leaves it. Only ground that gets wet is visited, so a community's flooding takes milliseconds.

References
----------
Barnes, Callaghan & Wickert (2021), Computing water flow through complex landscapes, part 3: Fill-Spill-Merge,
Earth Surface Dynamics 9, 105-121. The pools here grow cell by cell from priority queues instead of from a
hierarchy made beforehand, which gives the same lakes.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

NEIGHBOURS = tuple((r, c) for r in (-1, 0, 1) for c in (-1, 0, 1) if (r, c) != (0, 0))
_HOLDS = -1  # a pool that has taken all that came
_AWAY = -2  # a pool that spills over the edge of the grid


@dataclass(frozen=True)
class Standing:
    """Water at rest: ``depth_m`` per cell, and what ran off over the edge of the grid in m3."""

    depth_m: np.ndarray
    left_m3: float


@dataclass
class _Pool:
    level_m: float
    cells: list[int]
    rim: list[tuple[float, int]] = field(default_factory=list)
    spills_to: int = _HOLDS
    spill_cell: int = -1


class _Lakes:
    """The pools of one ground, each a set of cells under one level."""

    def __init__(self, ground_m: np.ndarray, cell_area_m2: float) -> None:
        self.rows, self.columns = ground_m.shape
        self.ground = ground_m.ravel().tolist()
        self.area = cell_area_m2
        self.pools: dict[int, _Pool] = {}
        self.owner = [-1] * len(self.ground)
        self.parent: dict[int, int] = {}
        self.left_m3 = 0.0

    def pool_at(self, cell: int) -> int:
        """Number of the pool that holds a cell; -1 for dry ground."""
        number = self.owner[cell]
        while number >= 0 and self.parent[number] != number:
            number = self.parent[number]
        return number

    def at_edge(self, cell: int) -> bool:
        row, column = divmod(cell, self.columns)
        return row in (0, self.rows - 1) or column in (0, self.columns - 1)

    def around(self, cell: int) -> list[tuple[int, float]]:
        """Neighbours of a cell with their distances in cells."""
        row, column = divmod(cell, self.columns)
        return [
            ((row + r) * self.columns + column + c, math.hypot(r, c))
            for r, c in NEIGHBOURS
            if 0 <= row + r < self.rows and 0 <= column + c < self.columns
        ]

    def steepest(self, cell: int, but: int = -1) -> int:
        """The neighbour that lies lowest for its distance, -1 where none lies lower; ``but``: a pool left out."""
        best, found = 0.0, -1
        for neighbour, distance in self.around(cell):
            fall = (self.ground[cell] - self.ground[neighbour]) / distance
            if fall > best and (but < 0 or self.pool_at(neighbour) != but):
                best, found = fall, neighbour
        return found

    def pour(self, cell: int, volume_m3: float) -> None:
        """Let a volume find its place from a cell on."""
        while volume_m3 > 0:
            number = self.pool_at(cell)
            while number < 0:
                if self.at_edge(cell):
                    self.left_m3 += volume_m3
                    return
                below = self.steepest(cell)
                if below < 0:
                    number = self._new_pool(cell)
                else:
                    cell, number = below, self.pool_at(below)
            pool = self.pools[number]
            if pool.spills_to == _HOLDS:
                volume_m3 = self._fill(number, volume_m3)
            if pool.spills_to == _AWAY:
                self.left_m3 += volume_m3
                return
            cell = pool.spills_to

    def _new_pool(self, cell: int) -> int:
        number = len(self.parent)
        self.parent[number] = number
        self.pools[number] = _Pool(self.ground[cell], [])
        self._take(number, cell)
        return number

    def _take(self, number: int, cell: int) -> None:
        """A cell becomes part of a pool, its dry neighbours part of the pool's rim."""
        self.owner[cell] = number
        pool = self.pools[number]
        pool.cells.append(cell)
        for neighbour, _ in self.around(cell):
            if self.pool_at(neighbour) != number:
                heapq.heappush(pool.rim, (self.ground[neighbour], neighbour))

    def _fill(self, number: int, volume_m3: float) -> float:
        """Raise a pool until the volume is used or the pool spills; returns what is left of the volume."""
        pool = self.pools[number]
        while volume_m3 > 0:
            height, cell = pool.rim[0]
            if self.pool_at(cell) == number:
                heapq.heappop(pool.rim)
                continue
            wanted = len(pool.cells) * self.area * max(height - pool.level_m, 0.0)
            if volume_m3 < wanted:
                pool.level_m += volume_m3 / (len(pool.cells) * self.area)
                return 0.0
            volume_m3 -= wanted
            pool.level_m = max(height, pool.level_m)
            if self.pool_at(cell) >= 0:
                self._merge(number, self.pool_at(cell))
                continue
            if self.at_edge(cell):
                pool.spills_to = _AWAY
                return volume_m3
            below = self.steepest(cell, but=number)
            other = self.pool_at(below) if below >= 0 else -1
            if other >= 0 and self.pools[other].level_m >= height:
                self._merge(number, other)
            elif below >= 0:
                pool.spills_to, pool.spill_cell = below, cell
                return volume_m3
            else:
                heapq.heappop(pool.rim)
                self._take(number, cell)
        return 0.0

    def spots_below(self, cell: int) -> Iterator[_Pool]:
        """The pools that water from a cell comes through, until one that takes all or the edge of the grid."""
        passed: set[int] = set()
        while True:
            number = self.pool_at(cell)
            while number < 0:
                below = self.steepest(cell)
                if self.at_edge(cell) or below < 0:
                    return
                cell, number = below, self.pool_at(below)
            if number in passed:
                return
            passed.add(number)
            pool = self.pools[number]
            yield pool
            if pool.spills_to < 0:
                return
            cell = pool.spills_to

    def depth_m(self, pool: _Pool) -> float:
        """Depth of a pool at its deepest place."""
        lowest_m: float = min(self.ground[c] for c in pool.cells)
        return pool.level_m - lowest_m

    def _merge(self, number: int, other: int) -> None:
        """The other pool, full up to the same rim, becomes part of this one."""
        pool, gone = self.pools[number], self.pools.pop(other)
        self.parent[other] = number
        pool.cells.extend(gone.cells)
        pool.level_m = max(pool.level_m, gone.level_m)
        for item in gone.rim:
            heapq.heappush(pool.rim, item)


def standing_water(
    ground_m: np.ndarray, sources: Sequence[tuple[int, int, float]], cell_area_m2: float
) -> Standing:
    """Depths of the lakes in which volumes poured onto a ground come to rest.

    Parameters
    ----------
    ground_m
        Elevations, rows x columns, in m; no NaN. At least 3 x 3.
    sources
        Row, column and volume in m3 of each.
    cell_area_m2
        Area of one cell.

    Returns
    -------
    Standing
        Depths of the lakes; depths and what left add up to what was poured.

    Raises
    ------
    ValueError
        NaN in the ground, a negative volume or a source outside.
    """
    lakes = _poured(ground_m, sources, cell_area_m2)
    depth = np.zeros(ground_m.size)
    for pool in lakes.pools.values():
        cells = np.array(pool.cells)
        depth[cells] = np.maximum(pool.level_m - np.ravel(ground_m)[cells], 0.0)
    return Standing(depth.reshape(ground_m.shape), lakes.left_m3)


def low_spots(
    ground_m: np.ndarray,
    sources: Sequence[tuple[int, int, float]],
    cell_area_m2: float,
    site_depth_m: float,
) -> list[tuple[int, int] | None]:
    """The low spot in which the water of each source stands, once all of them were poured.

    It is the first lake on the water's way that is ``site_depth_m`` deep: shallower hollows are passed, lakes
    that have become one are one. Where none is so deep it is the lake that takes all that comes; None where the
    water runs off over the edge of the grid. The order of the sources decides nothing.

    Parameters
    ----------
    ground_m, sources, cell_area_m2
        Of :func:`standing_water`.
    site_depth_m
        Depth in m from which standing water is ponding.

    Returns
    -------
    For each source the deepest cell (row, column) of its low spot, which names it.

    Raises
    ------
    ValueError
        As :func:`standing_water`.
    """
    lakes = _poured(ground_m, sources, cell_area_m2)
    columns = ground_m.shape[1]
    found: list[tuple[int, int] | None] = []
    for row, column, _ in sources:
        way = list(lakes.spots_below(row * columns + column))
        deep = next((pool for pool in way if lakes.depth_m(pool) >= site_depth_m), None)
        if deep is None and way and way[-1].spills_to == _HOLDS:
            deep = way[-1]
        lowest = None if deep is None else min(deep.cells, key=lambda c: (lakes.ground[c], c))
        found.append(None if lowest is None else divmod(lowest, columns))
    return found


def _poured(ground_m: np.ndarray, sources: Sequence[tuple[int, int, float]], cell_area_m2: float) -> _Lakes:
    """The lakes after every source was poured."""
    if np.isnan(ground_m).any() or min(ground_m.shape) < 3:
        raise ValueError("the ground must be at least 3 x 3 cells without gaps")
    lakes = _Lakes(np.asarray(ground_m, dtype=float), cell_area_m2)
    rows, columns = ground_m.shape
    for row, column, volume_m3 in sources:
        if not (0 <= row < rows and 0 <= column < columns and volume_m3 >= 0):
            raise ValueError(f"source at {row}, {column} with {volume_m3} m3")
        lakes.pour(row * columns + column, volume_m3)
    return lakes

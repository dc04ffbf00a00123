"""Ways of water over a ground: from each cell the steepest of eight, through filled pits, to where it ends."""

from __future__ import annotations

import numpy as np

from spongecalc.ground.grid import lowest_rim_m

# Sides first: over a filled pit, which is flat, water takes the straight way.
_WAYS = ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, -1), (-1, 1))


def cells_below(elevation_m: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """The cell that each cell drains to, as numbers of the flat grid; its own number where a way ends.

    Ways end at ``ends`` and at the edge of the grid. Pits are filled to their lowest rim, and water crosses what
    is filled by the shortest way.

    Parameters
    ----------
    elevation_m
        Ground, rows x columns, in m; no NaN.
    ends
        Cells that take water in, such as inlets, and those beyond which nobody asks.

    References
    ----------
    O'Callaghan & Mark (1984), Computer Vision, Graphics and Image Processing 28, 323-344 (D8).
    """
    level = lowest_rim_m(elevation_m, ends)
    rows, columns = level.shape
    numbers = np.arange(level.size).reshape(level.shape)
    padded = np.pad(level, 1, constant_values=np.inf)
    beside = np.pad(numbers, 1)

    def shifted(grid: np.ndarray, way: tuple[int, int]) -> np.ndarray:
        cut: np.ndarray = grid[1 + way[0] : 1 + way[0] + rows, 1 + way[1] : 1 + way[1] + columns]
        return cut

    below, steepest = numbers.copy(), np.zeros_like(level)
    for way in _WAYS:
        fall = (level - shifted(padded, way)) / np.hypot(*way)
        better = fall > steepest
        below[better] = shifted(beside, way)[better]
        steepest[better] = fall[better]
    ended = ends.copy()
    ended[[0, -1], :] = True
    ended[:, [0, -1]] = True
    below[ended] = numbers[ended]
    led = ended | (steepest > 0)
    while not led.all():
        known = np.pad(led, 1)
        found = np.zeros_like(led)
        for way in _WAYS:
            joins = ~led & ~found & shifted(known, way) & (shifted(padded, way) <= level)
            below[joins] = shifted(beside, way)[joins]
            found |= joins
        if not found.any():
            break
        led |= found
    return below


def first_reached(below: np.ndarray, marked: np.ndarray) -> np.ndarray:
    """The first marked cell on the way from each cell, itself counted, or the cell where its way ends.

    Parameters
    ----------
    below
        Of :func:`cells_below`.
    marked
        Cells that are looked for.
    """
    numbers = np.arange(below.size)
    ahead = np.where(marked.ravel(), numbers, below.ravel())
    while True:
        farther = ahead[ahead]
        if np.array_equal(farther, ahead):
            return farther.reshape(below.shape)
        ahead = farther

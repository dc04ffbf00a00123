"""Water that a run over the ground made, held place by place against the water that stood there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter

# A place is a cell with two cells to every side: what is made in one flows on within it.
PLACE_CELLS = 5
# Less than a bucket in a place is of no account, however little stood there.
LEAST_M3 = 0.01


@dataclass(frozen=True)
class MadeWater:
    """The place where most water was made, by its share: its middle cell, and what was made."""

    row: int
    column: int
    made_m3: float
    percent: float


def worst_place(made_m: np.ndarray, max_depth_m: np.ndarray, cell_m: float) -> MadeWater:
    """The place of the largest share of made water in the most that stood there at a time.

    Parameters
    ----------
    made_m
        Depth of water made per cell, of the whole run.
    max_depth_m
        Largest depth per cell.
    cell_m
        Side of a cell in m.
    """
    cells = PLACE_CELLS**2
    made = uniform_filter(made_m, PLACE_CELLS, mode="constant") * cells * cell_m**2
    stood = uniform_filter(max_depth_m, PLACE_CELLS, mode="constant") * cells * cell_m**2
    counted = made >= LEAST_M3
    share = np.divide(made, stood, out=np.zeros_like(made), where=counted & (stood > 0))
    row, column = np.unravel_index(int(np.argmax(share)), share.shape)
    return MadeWater(int(row), int(column), float(made[row, column]), 100 * float(share[row, column]))

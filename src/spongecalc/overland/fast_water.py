"""Water faster than half its waves: the inertia of the partial-inertia scheme, held to what keeps it stable.

Without the advection of momentum, a flow on a slope stays even only while its kinematic wave (5/3 of its speed)
is slower than the wave that the inertia carries, sqrt(g h): up to a Froude number of 0.6. Beyond, ripples grow
until cells run dry and water is made. Where water is faster than half its waves the inertia is therefore taken as
small as makes its wave twice as fast as the water. What a steady flow comes to does not depend on the inertia: it
is Manning's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from itzi_core.rasterdomain import RasterDomain
    from itzi_core.surfaceflow import SurfaceFlowSimulation

# The inertia's wave over the speed of the water. More than 5/3 is stable in theory (Manning's kinematic wave).
WAVE_OF_SPEED = 2.0
# Cells are looked at before their speed is that high: a cell's is the mean over its sides.
HALF_SEEN = 0.5
EAST, SOUTH = "east", "south"


class FastWater:
    """The faces between a grid's cells, and the flows over them where the water is fast.

    The formula is the solver's own (q-centred, de Almeida & Bates 2013) with g h replaced by the square of the
    inertia's wave; thin sheets and steep faces, where the solver takes Manning's formula, stay as they are.

    References
    ----------
    Stability of a relaxation towards a kinematic wave: Liu (1987), Communications in Mathematical Physics 108,
    153-175; partial inertia: Bates, Horritt & Fewtrell (2010), Journal of Hydrology 387, 33-45.
    """

    def __init__(self, domain: RasterDomain, solver: SurfaceFlowSimulation) -> None:
        self._domain, self._solver = domain, solver
        rows, columns = domain.get_padded("water_depth").shape
        self._next = {EAST: 1, SOUTH: columns}
        # Faces at the edge of the grid are the solver's boundary.
        within = {EAST: np.zeros((rows, columns), dtype=bool), SOUTH: np.zeros((rows, columns), dtype=bool)}
        within[EAST][1:-1, 1:-2] = True
        within[SOUTH][1:-2, 1:-1] = True
        self._within = {way: inside.reshape(-1) for way, inside in within.items()}

    def cells(self, speed_m_s: np.ndarray) -> np.ndarray:
        """Numbers of the cells whose water is as fast as makes the inertia's own wave too slow, or nearly.

        Parameters
        ----------
        speed_m_s
            Speed per cell of the padded grid, 0 where the water is a thin sheet.
        """
        faster = speed_m_s * speed_m_s
        faster *= WAVE_OF_SPEED**2 / (HALF_SEEN * self._solver.g)
        found: np.ndarray = np.flatnonzero(faster > self._domain.get_padded("water_depth"))
        return found

    def temper(self, cells: np.ndarray, fastest_m_s: float, step_s: float) -> None:
        """Calculate the flows of a step again at the sides of some cells, in the solver's arrays of new flows.

        Parameters
        ----------
        cells
            Numbers of the cells in the padded grid.
        fastest_m_s
            Bound of the wave: what the step allows.
        step_s
            Length of the step.
        """
        solver, flat = self._solver, self._flat
        ground, depth, rough = flat("ground_elevation"), flat("water_depth"), flat("friction")
        for way, across in ((EAST, SOUTH), (SOUTH, EAST)):
            on, side = self._next[way], self._next[across]
            old, beside, water = flat(f"discharge_{way}"), flat(f"discharge_{across}"), flat(f"flow_depth_{way}")
            at = np.concatenate((cells, cells - on))  # a face between two of them twice: the same is written
            q, h = old[at], water[at]
            fast = (h > solver.min_flow_depth) & self._within[way][at]
            fast &= WAVE_OF_SPEED**2 * q * q > solver.g * h**3
            at, q, h = at[fast], q[fast], h[fast]
            ahead = at + on
            slope = (ground[at] + depth[at] - ground[ahead] - depth[ahead]) / solver.dx
            wave2 = np.maximum(np.minimum((WAVE_OF_SPEED * q / h) ** 2, fastest_m_s**2), solver.g * h)
            push = wave2 * step_s * slope
            carried = solver.theta * q + 0.5 * (1 - solver.theta) * (old[at - on] + old[ahead])
            carried = np.where(carried * push < 0, q, carried)
            aside = 0.25 * (beside[at] + beside[ahead] + beside[at - side] + beside[ahead - side])
            n = 0.5 * (rough[at] + rough[ahead])
            drag = wave2 * step_s * n**2 * np.hypot(q, aside) / h ** (10 / 3)
            gentle = np.abs(slope) < solver.slope_threshold
            flat(f"discharge_{way}_work")[at[gentle]] = ((carried + push) / (1 + drag))[gentle]

    def _flat(self, key: str) -> np.ndarray:
        values: np.ndarray = self._domain.get_padded(key).reshape(-1)
        return values

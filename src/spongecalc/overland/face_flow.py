"""Flows over the faces between cells that the partial-inertia solver gets wrong: fast water, walls, hard drag.

Fast water. Without the advection of momentum, a flow on a slope stays even only while its kinematic wave (5/3 of
its speed) is slower than the wave that the inertia carries, sqrt(g h): up to a Froude number of 0.6. Beyond,
ripples grow until cells run dry and water is made. Where water is faster than half its waves the inertia is
therefore taken as small as makes its wave twice as fast as the water. What a steady flow comes to does not depend
on the inertia: it is Manning's.

Walls. The solver evens each flow out with those of the faces before and behind it. Where one of these is dry, as
at every stair of a wall or kerb that runs at an angle to the grid, a tenth of the momentum is lost in each step,
and a street at 45 degrees stands up to twice as deep. A dry face has no flow to even out with.

Drag. The solver takes it by the speed before the step, which rings where a step is longer than the drag needs to
stop the water: what runs off a grass bank rises above its rain. Here it is taken by the speed after the step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from itzi_core.rasterdomain import RasterDomain
    from itzi_core.surfaceflow import SurfaceFlowSimulation

# The inertia's wave over the speed of the water. More than 5/3 is stable in theory (Manning's kinematic wave).
WAVE_OF_SPEED = 2.0
# Cells are looked at before their water is that fast: a cell's speed is the mean over its sides.
HALF_SEEN = 0.5
# Times that the drag would stop the water in a step: the solver's formula rings above 1.
STIFF = 0.5


class FaceFlow:
    """The faces between a grid's cells, and the flows over those of them that the solver gets wrong.

    The formula is the solver's own (q-centred, de Almeida & Bates 2013) with g h replaced by the square of the
    inertia's wave, with the drag of the new flow, and evened out with wet faces only. Thin sheets and steep
    faces, where the solver takes Manning's formula, stay as they are.

    References
    ----------
    Stability of a relaxation towards a kinematic wave: Liu (1987), Communications in Mathematical Physics 108,
    153-175; partial inertia: Bates, Horritt & Fewtrell (2010), Journal of Hydrology 387, 33-45.
    """

    def __init__(self, domain: RasterDomain, solver: SurfaceFlowSimulation) -> None:
        self._domain, self._solver = domain, solver
        rows, columns = domain.get_padded("water_depth").shape
        # A face has the number of the cell before it; the southern ones are counted on after the eastern.
        self._cells = rows * columns
        self._on = np.repeat((1, columns), self._cells)
        self._side = np.repeat((columns, 1), self._cells)
        # Faces at the edge of the grid are the solver's boundary.
        within = np.zeros((2, rows, columns), dtype=bool)
        within[0, 1:-1, 1:-2] = within[1, 1:-2, 1:-1] = True
        self._within = within.reshape(-1)
        self._ground, self._rough = self._flat("ground_elevation"), self._flat("friction")
        # What drag times step, by the cubes that need no roots: (g n2 u / h^(4/3))^3.
        self._drag3 = (solver.g * self._rough**2 / (HALF_SEEN * STIFF)) ** 3

    def cells(self, speed_m_s: np.ndarray, step_s: float) -> np.ndarray:
        """Numbers of the cells whose water is too fast for the inertia's own wave or dragged too hard, or nearly.

        Parameters
        ----------
        speed_m_s
            Speed per cell of the padded grid, 0 where the water is a thin sheet.
        step_s
            Longest step to come.
        """
        flowing = np.flatnonzero(speed_m_s)
        speed, depth = speed_m_s.reshape(-1)[flowing], self._flat("water_depth")[flowing]
        wrong = speed * speed * (WAVE_OF_SPEED**2 / (HALF_SEEN * self._solver.g)) > depth
        wrong |= self._drag3[flowing] * (speed * step_s) ** 3 > (depth * depth) ** 2
        found: np.ndarray = flowing[wrong]
        return found

    def mend(self, cells: np.ndarray, fastest_m_s: float, step_s: float) -> None:
        """Calculate flows of a step again, in the solver's arrays of new flows.

        Parameters
        ----------
        cells
            Numbers of the cells in the padded grid whose sides are looked at, besides those along dry ones.
        fastest_m_s
            Bound of the wave: what the step allows.
        step_s
            Length of the step.
        """
        flows = self._both("discharge_{}")
        depths = self._both("flow_depth_{}")
        at = np.concatenate((self._wrong(cells, flows, depths, step_s), self._beside_dry(depths)))
        if not at.size:
            return
        new = self._calculated(at, flows, depths, fastest_m_s, step_s)
        for way, turn, first in (("east", at < self._cells, 0), ("south", at >= self._cells, self._cells)):
            chosen = np.flatnonzero(turn & ~np.isnan(new))  # a face named twice has the same flow twice
            self._flat(f"discharge_{way}_work")[at[chosen] - first] = new[chosen]

    def _wrong(self, cells: np.ndarray, flows: np.ndarray, depths: np.ndarray, step_s: float) -> np.ndarray:
        """Faces at the sides of some cells over which the water is fast or dragged hard."""
        south = cells + self._cells
        at = np.concatenate((cells, cells - 1, south, south - self._on[-1]))
        at = at[(depths[at] > self._solver.min_flow_depth) & self._within[at]]
        q, h, g = np.abs(flows[at]), depths[at], self._solver.g
        cube = h**3
        wrong = WAVE_OF_SPEED**2 * q * q > g * cube
        n2 = self._rough[at % self._cells] ** 2
        wrong |= (g / STIFF * step_s) ** 3 * (n2 * q) ** 3 > cube * cube * h
        found: np.ndarray = at[wrong]
        return found

    def _beside_dry(self, depths: np.ndarray) -> np.ndarray:
        """Faces with more than a thin sheet, where the one before or behind has none."""
        wet = depths > self._solver.min_flow_depth
        beside = wet & self._within
        for half, on in ((slice(0, self._cells), 1), (slice(self._cells, None), int(self._on[-1]))):
            water = wet[half]
            beside[half][on:-on] &= ~(water[: -2 * on] & water[2 * on :])
        found: np.ndarray = np.flatnonzero(beside)
        return found

    def _calculated(
        self, at: np.ndarray, flows: np.ndarray, depths: np.ndarray, fastest_m_s: float, step_s: float
    ) -> np.ndarray:
        """New flows over some faces, in m2/s; no number where the ground between the cells is steep."""
        solver, least_m = self._solver, self._solver.min_flow_depth
        on, cell = self._on[at], at % self._cells
        next_cell, ahead, behind = cell + on, at + on, at - on
        q, h, depth = flows[at], depths[at], self._flat("water_depth")
        slope = (self._ground[cell] + depth[cell] - self._ground[next_cell] - depth[next_cell]) / solver.dx
        wave2 = np.maximum(np.minimum((WAVE_OF_SPEED * q / h) ** 2, fastest_m_s**2), solver.g * h)
        push = wave2 * step_s * slope
        before = np.where(depths[behind] > least_m, flows[behind], q)
        after = np.where(depths[ahead] > least_m, flows[ahead], q)
        carried = solver.theta * q + 0.5 * (1 - solver.theta) * (before + after)
        whole = np.where(carried * push < 0, q, carried) + push
        across = (at + self._cells) % (2 * self._cells)
        back = across - self._side[at]
        aside = 0.25 * (flows[across] + flows[across + on] + flows[back] + flows[back + on])
        n = 0.5 * (self._rough[cell] + self._rough[next_cell])
        drag = wave2 * step_s * n * n / (h**3 * np.cbrt(h))
        # The drag's speed, hypot(new, aside), in shares of the old flow along and across the face.
        together = np.sqrt(q * q + aside * aside)
        still = together == 0
        together[still] = 1.0
        along, straight = np.where(still, 1.0, np.abs(q) / together), 1 + drag * aside * aside / together
        new: np.ndarray = 2 * whole / (straight + np.sqrt(straight**2 + 4 * drag * along * np.abs(whole)))
        new[np.abs(slope) >= solver.slope_threshold] = np.nan
        return new

    def _both(self, key: str) -> np.ndarray:
        """Values at eastern, then at southern faces."""
        return np.concatenate((self._flat(key.format("east")), self._flat(key.format("south"))))

    def _flat(self, key: str) -> np.ndarray:
        values: np.ndarray = self._domain.get_padded(key).reshape(-1)
        return values

"""Water over a grid of ground: itzi-core's partial-inertia solver, driven step by step.

The step is chosen here, by the fastest wave and the fastest water together: the solver's own looks at the waves
alone, which on a slope are slower than the water.
"""

from __future__ import annotations

import math
import os

import numpy as np

# The kernels start a thread per core when they load. A community's grid is too small to share, and runs go side
# by side in processes of their own: one thread each is faster.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from itzi_core.data_containers import SurfaceFlowParameters
from itzi_core.rasterdomain import RasterDomain
from itzi_core.surfaceflow import SurfaceFlowSimulation

from spongecalc.overland.face_flow import WAVE_OF_SPEED, FaceFlow

OPEN_EDGE, CLOSED_EDGE = 2, 1
LONGEST_STEP_S = 5.0
# Cells that the inertia's wave passes in a step: at 0.5 water on steep streets still wavers by a tenth, at 0.4 by
# less than a twentieth. Sheets thinner than the solver's 5 mm have no inertia, their flow is Manning's.
COURANT, COURANT_OF_SHEETS, THETA = 0.4, 0.5, 0.8
SHORTEST_STEP_S = 1e-3
# What is added in a step may raise its cell by so much: the step is chosen by the water that is there before.
LARGEST_RISE_M = 0.1


class SurfaceFlowError(Exception):
    """The flow cannot be computed on: ``row`` and ``column`` are where; ``seconds`` the step it came to.

    ``reason`` is a code of :data:`spongecalc.overland.failure.OF_FLOW`.
    """

    def __init__(self, reason: str, row: int, column: int, seconds: float) -> None:
        super().__init__(f"{reason} at row {row}, column {column}, step {seconds:g} s")
        self.reason, self.row, self.column, self.seconds = reason, row, column, seconds


class SurfaceFlow:
    """Depths and flows on a ground.

    Parameters
    ----------
    elevation_m
        Ground, rows x columns, in m.
    manning_n
        Roughness per cell, s/m^(1/3).
    cell_m
        Side of a cell in m.
    edge
        ``OPEN_EDGE``: water leaves over the edge of the grid as it comes; ``CLOSED_EDGE``: none does.

    References
    ----------
    de Almeida & Bates (2013), Water Resources Research 49, 4833-4844; Courty, Pedrozo-Acuna & Bates (2017),
    Itzi, Geoscientific Model Development 10, 1835-1847.
    """

    def __init__(
        self, elevation_m: np.ndarray, manning_n: np.ndarray, cell_m: float, *, edge: int = OPEN_EDGE
    ) -> None:
        shape = elevation_m.shape
        self.domain = RasterDomain(np.float64, np.zeros(shape, dtype=bool), (cell_m, cell_m))
        boundary = np.zeros(shape)
        boundary[[0, -1], :] = edge
        boundary[:, [0, -1]] = edge
        for key, values in (
            ("ground_elevation", np.asarray(elevation_m, dtype=float)),
            ("friction", np.asarray(manning_n, dtype=float)),
            ("boundary_type", boundary),
        ):
            self.domain.update_array(key, values.copy())
        parameters = SurfaceFlowParameters(dtmax=LONGEST_STEP_S, cfl=COURANT, theta=THETA)
        self.solver = SurfaceFlowSimulation(self.domain, parameters)
        self.cell_m, self.cell_area_m2 = cell_m, cell_m * cell_m
        self.updates = 0
        self._longest_s = LONGEST_STEP_S
        self._faces = FaceFlow(self.domain, self.solver)
        self._cells = np.array([], dtype=int)

    @property
    def depth_m(self) -> np.ndarray:
        """Depth of water per cell, in m; a view that changes as the flow advances."""
        depth: np.ndarray = self.domain.get_array("water_depth")
        return depth

    @property
    def max_depth_m(self) -> np.ndarray:
        """Largest depth per cell of all steps so far, in m."""
        depth: np.ndarray = self.domain.get_array("max_water_depth").copy()
        return depth

    @property
    def speed_m_s(self) -> np.ndarray:
        """Speed per cell, in m/s."""
        speed: np.ndarray = self.domain.get_array("flow_speed")
        return speed

    @property
    def stored_m3(self) -> float:
        """Water on the grid."""
        return float(self.depth_m.sum()) * self.cell_area_m2

    @property
    def left_m3(self) -> float:
        """Volume that has left over the edge since the start, in m3."""
        return -float(self.domain.get_array("boundaries_accum").sum()) * self.cell_area_m2

    @property
    def created_m3(self) -> float:
        """Water that the solver made where a step would have emptied a cell below its ground."""
        return float(self.made_m.sum()) * self.cell_area_m2

    @property
    def made_m(self) -> np.ndarray:
        """Depth of water made per cell since the start, in m; a view that changes as the flow advances."""
        made: np.ndarray = self.domain.get_array("error_depth_accum")
        return made

    def set_depth(self, depth_m: np.ndarray) -> None:
        """Start from these depths per cell, rows x columns, in m."""
        self.domain.update_array("water_depth", np.asarray(depth_m, dtype=float).copy())
        # The cells beyond the edge are given its depth, which would drain the edge for ever: they hold no water.
        padded = self.domain.get_padded("water_depth")
        padded[[0, -1], :] = 0.0
        padded[:, [0, -1]] = 0.0

    def advance(self, seconds: float, rate_m_s: np.ndarray | None = None) -> None:
        """Let the water flow on, with water added or taken at a rate per cell, held over the time.

        Parameters
        ----------
        seconds
            Time to go on.
        rate_m_s
            Water added (or taken, below 0) per cell, rows x columns, in m/s; None for none.

        Raises
        ------
        SurfaceFlowError
            The time step collapsed, or a depth is no number.
        """
        external = self.domain.get_array("ext")
        external[:] = 0.0 if rate_m_s is None else rate_m_s
        self._longest_s = min(LONGEST_STEP_S, LARGEST_RISE_M / max(float(external.max()), 1e-9))
        left = seconds
        while left > 1e-6:
            # Equal steps rather than whole ones and a sliver at the end.
            step = left / math.ceil(left / self._step_s())
            self.solver._dt = step  # to the bit: its setter rounds to a microsecond
            try:
                self.solver.solve_q()
                self._faces.mend(self._cells, COURANT * self.cell_m / step, step)
                self.solver.update_h(compute_vdir=False, compute_froude=False)
            except AssertionError as reason:
                raise self._collapse("not_a_number", step) from reason
            self.solver._commit_discharge_buffers()
            left -= step
            self.updates += external.size
        if not np.isfinite(self.depth_m).all():
            raise self._collapse("not_a_number", step)

    def _step_s(self) -> float:
        """The longest step that the water allows; a depth that is no number is found here at the latest."""
        depth, speed = self.domain.get_padded("water_depth"), self.domain.get_padded("flow_speed")
        flowing = speed * (depth > self.solver.min_flow_depth)
        wave = math.sqrt(self.solver.g * max(float(depth.max()), 0.0))
        wave = max(wave, WAVE_OF_SPEED * float(flowing.max()))
        sheets = float(speed.max())
        step = self.cell_m / max(wave / COURANT, sheets / COURANT_OF_SHEETS, self.cell_m / self._longest_s)
        self._cells = self._faces.cells(flowing, step)
        if not step > SHORTEST_STEP_S:  # nor where it is no number
            raise self._collapse("time_step", step)
        return step

    def _collapse(self, reason: str, seconds: float) -> SurfaceFlowError:
        """The error, at the cell whose waves or water are fastest: it is what the step came to."""
        faster = np.maximum(self.solver.g * self.depth_m, (WAVE_OF_SPEED * self.speed_m_s) ** 2)
        faster = np.where(np.isfinite(self.depth_m) & np.isfinite(faster), faster, np.inf)
        row, column = np.unravel_index(int(np.argmax(faster)), faster.shape)
        return SurfaceFlowError(reason, int(row), int(column), seconds)

"""One storm over one system: rain on the ground and in the pipes at the same time, each drop counted once.

Roofs with downpipes, sewage and the pipes are SWMM's; rain on the ground falls on the grid. Every step inlets
take water from their cell, as much as their grate lets through, and what SWMM cannot hold at a node (its
flooding) comes back on to the ground at that node.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from swmm.toolkit import solver
from swmm.toolkit.shared_enum import NodeResult

from spongecalc.overland.ground_water import GroundCover, GroundWater
from spongecalc.swmm import statistics

if TYPE_CHECKING:
    from spongecalc.overland.surface_flow import SurfaceFlow

EXCHANGE_S = 1.0
L_S = 1e-3  # the models are in litres per second
FRAME_S = 300.0
CAME = ("rain_on_ground", "rain_on_roofs", "sewage")
WENT = ("infiltrated", "on_ground", "left_over_ground", "left_by_pipes", "in_pipes_change", "on_roofs")
WADING_M, LANE_M = 0.05, 0.15
WEIR, ORIFICE, GRAVITY = 1.66, 0.67, 9.80665


@dataclass(frozen=True)
class Grate:
    """An inlet's opening: length of its rim and area in m and m2, and its rated capacity in l/s."""

    rim_m: float
    area_m2: float
    capacity_l_s: float

    def intake_m3_s(self, depth_m: float) -> float:
        """What it takes in at a depth of water on it, the least of weir, orifice and rated capacity.

        References
        ----------
        FHWA (2013), Urban Drainage Design Manual, HEC-22, section 4.4: grates in a sag (weir 1.66, orifice
        0.67); capacity as rated in the national drawings.
        """
        if depth_m <= 0:
            return 0.0
        weir = WEIR * self.rim_m * depth_m**1.5
        orifice = ORIFICE * self.area_m2 * math.sqrt(2 * GRAVITY * depth_m)
        return min(weir, orifice, self.capacity_l_s / 1000)


@dataclass(frozen=True)
class Exchange:
    """A node that exchanges water with a cell; ``grate`` is None where it only gives back."""

    model_id: str
    row: int
    column: int
    grate: Grate | None


_Place = tuple[int, int, int, Grate | None]
"""An exchange with the number of its node in SWMM."""


@dataclass(frozen=True)
class CoupledResult:
    """What one coupled run gave.

    Rasters are rows x columns: largest depth, speed and depth x speed, hours above 5 and 15 cm, and the last
    time in hours at which 5 cm stood. ``frames_mm`` are depths every five minutes. ``balance_m3`` holds the
    terms of the water balance, ``error_percent`` what they miss of all water that came in.
    """

    max_depth_m: np.ndarray
    max_speed_m_s: np.ndarray
    max_hazard_m2_s: np.ndarray
    wading_h: np.ndarray
    lane_h: np.ndarray
    last_wet_h: np.ndarray
    frames_mm: np.ndarray
    balance_m3: dict[str, float]
    error_percent: float
    updates: int


def run_coupled(
    inp: Path,
    elevation_m: np.ndarray,
    cell_m: float,
    cover: GroundCover,
    exchanges: Sequence[Exchange],
    rain_mm_h: Sequence[tuple[float, float]],
    duration_s: float,
    on_hour: Callable[[float], None] | None = None,
) -> CoupledResult:
    """Run a SWMM model and the flow over the ground in steps of one second.

    Parameters
    ----------
    inp
        The model, with fixed routing steps of one second, without ponding and without the ground's
        subcatchments. Its report and results are written beside it.
    elevation_m, cell_m, cover
        The grid and what covers it.
    exchanges
        Nodes and their cells.
    rain_mm_h
        Start in seconds and intensity of each interval of the storm; the last one ends it with 0.
    duration_s
        Simulated time.

    Raises
    ------
    SurfaceFlowError
        The flow over the ground collapsed.
    """
    from spongecalc.overland.surface_flow import SurfaceFlow  # noqa: PLC0415  itzi-core is an extra

    flow = SurfaceFlow(elevation_m, cover.manning_n, cell_m)
    ground = GroundWater(cover)
    area = flow.cell_area_m2
    shape = elevation_m.shape
    record = _Record(shape)
    rained_m3 = taken_m3 = given_m3 = 0.0
    paths = [str(p) for p in (inp, inp.with_suffix(".rpt"), inp.with_suffix(".out"))]
    solver.swmm_open(*paths)
    try:
        solver.swmm_start(False)
        model = statistics.read_objects("utf-8")
        initial_m3 = sum(statistics.stored_m3(model))
        numbers = {name: n for n, name in enumerate(model.nodes)}
        at = [(numbers[e.model_id], e.row, e.column, e.grate) for e in exchanges if e.model_id in numbers]
        elapsed = 0.0
        starts = [s for s, _ in rain_mm_h]
        while elapsed < duration_s - 1e-6:
            step = EXCHANGE_S
            depth = flow.depth_m
            index = int(np.searchsorted(starts, elapsed + 1e-9, side="right")) - 1
            rain_m = (rain_mm_h[index][1] if index >= 0 else 0.0) * 1e-3 / 3600 * step
            rain = cover.rain_share * rain_m
            loss = ground.take(depth + rain, elapsed, step)
            change = rain - loss
            taken_m3 += _take(at, depth, change, area, step)
            if solver.swmm_step() <= 0 and elapsed + step < duration_s - 1e-6:
                break
            given_m3 += _give_back(at, change, area, step)
            rained_m3 += float(rain.sum()) * area
            flow.advance(step, change / step)
            elapsed += step
            record.see(flow, elapsed, step)
            if on_hour is not None and elapsed % 600 < step / 2:
                on_hour(elapsed / duration_s)
        stored = statistics.stored_m3(model)
        totals = statistics.system_totals_m3(model, initial_m3, stored)
        solver.swmm_end()
    finally:
        solver.swmm_close()
    held_m3 = float(ground.taken_m.sum()) * area
    balance = {
        "rain_on_ground": rained_m3,
        "rain_on_roofs": totals.get("rainfall", 0.0),
        "sewage": totals.get("dry_weather_inflow", 0.0),
        "infiltrated": held_m3,
        "on_ground": flow.stored_m3,
        "left_over_ground": flow.left_m3,
        "left_by_pipes": totals.get("outflow", 0.0),
        "in_pipes_change": sum(stored) - initial_m3,
        "on_roofs": totals.get("surface_storage_change", 0.0) + totals.get("infiltration", 0.0),
        "taken_by_inlets": taken_m3,
        "given_back": given_m3,
        "created": flow.created_m3,
    }
    return record.result(balance, balance_error_percent(balance), flow.updates)


def balance_error_percent(balance_m3: dict[str, float]) -> float:
    """What the terms of a water balance miss, in percent of all water that came in."""
    came = sum(balance_m3[k] for k in CAME)
    went = sum(balance_m3[k] for k in WENT)
    return 100 * (went - came) / came if came > 0 else 0.0


def _take(at: Sequence[_Place], depth: np.ndarray, change: np.ndarray, area_m2: float, step_s: float) -> float:
    """Let every inlet take its water of a step from its cell into SWMM; returns the volume in m3."""
    room: dict[tuple[int, int], float] = {}
    taken_m3 = 0.0
    for number, row, column, grate in at:
        if grate is None:
            continue
        # Half of what is there at most: the other half may be on its way to a neighbour.
        there_m = max(float(depth[row, column] + change[row, column]), 0.0)
        left = room.get((row, column), 0.5 * there_m * area_m2)
        volume = min(grate.intake_m3_s(float(depth[row, column])) * step_s, left)
        room[row, column] = left - volume
        solver.node_set_total_inflow(number, volume / step_s / L_S)
        change[row, column] -= volume / area_m2
        taken_m3 += volume
    return taken_m3


def _give_back(at: Sequence[_Place], change: np.ndarray, area_m2: float, step_s: float) -> float:
    """Put on the ground what SWMM could not hold at its nodes in a step; returns the volume in m3."""
    given_m3 = 0.0
    for number, row, column, _ in at:
        flooded = solver.node_get_result(number, NodeResult.FLOOD.value) * L_S * step_s
        if flooded > 0:
            change[row, column] += flooded / area_m2
            given_m3 += flooded
    return given_m3


class _Record:
    """What is kept of the depths while time goes on."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.depth, self.speed, self.hazard = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.wading, self.lane, self.last = np.zeros(shape), np.zeros(shape), np.full(shape, np.nan)
        self.frames: list[np.ndarray] = []

    def see(self, flow: SurfaceFlow, elapsed_s: float, step_s: float) -> None:
        depth, speed = flow.depth_m, flow.speed_m_s
        np.maximum(self.depth, depth, out=self.depth)
        deep = depth > 0.01
        np.maximum(self.speed, np.where(deep, speed, 0.0), out=self.speed)
        np.maximum(self.hazard, np.where(deep, depth * speed, 0.0), out=self.hazard)
        wet = depth >= WADING_M
        self.wading += wet * step_s
        self.lane += (depth >= LANE_M) * step_s
        self.last[wet] = elapsed_s
        if elapsed_s % FRAME_S < step_s / 2:
            self.frames.append(np.round(np.minimum(depth, 65.0) * 1000).astype(np.uint16))

    def result(self, balance: dict[str, float], error: float, updates: int) -> CoupledResult:
        return CoupledResult(
            self.depth,
            self.speed,
            self.hazard,
            self.wading / 3600,
            self.lane / 3600,
            self.last / 3600,
            np.array(self.frames),
            balance,
            error,
            updates,
        )

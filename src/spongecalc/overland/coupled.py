"""One storm over one system: rain on the ground and in the pipes at the same time, each drop counted once.

Roofs with downpipes, sewage and the pipes are SWMM's; rain on the ground falls on the grid. Every step inlets
take water from their cell, as much as their grate lets through, and what SWMM cannot hold at a node (its
flooding) comes back on to the ground at that node.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from spongecalc.overland.ground_water import GroundCover, GroundWater
from spongecalc.overland.made_water import MadeWater, worst_place
from spongecalc.surfaces.grate import Grate

if TYPE_CHECKING:
    from spongecalc.overland.surface_flow import SurfaceFlow
    from spongecalc.swmm.open_model import OpenModel

EXCHANGE_S = 1.0
# Stands in the key of kept runs; another number when the flow over the ground is calculated in another way.
SCHEME = 4
L_S = 1e-3  # the models are in litres per second
FRAME_S = 300.0
# Durations, speeds and hazard are read at this interval; the largest depth is the kernel's, of every step.
SEEN_S = 5.0
CAME = ("rain_on_ground", "rain_on_roofs", "sewage", "ground_water", "came_by_outfalls")
WENT = ("infiltrated", "on_ground", "left_over_ground", "left_by_pipes", "in_pipes_change", "on_roofs")
WADING_M, LANE_M = 0.05, 0.15


@dataclass(frozen=True)
class Exchange:
    """A node that exchanges water with a cell; ``grate`` is None where it only gives back."""

    model_id: str
    row: int
    column: int
    grate: Grate | None


@dataclass(frozen=True)
class CoupledResult:
    """The result of one coupled run.

    Rasters are rows x columns: largest depth, speed and depth x speed, hours above 5 and 15 cm, and the last
    time in hours at which 5 cm stood. ``frames_mm`` are depths every five minutes. ``balance_m3`` holds the
    terms of the water balance, ``error_percent`` what they miss of all water that came in; ``made`` is the place
    where most water was made by the calculation.
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
    made: MadeWater


def run_coupled(
    inp: Path,
    elevation_m: np.ndarray,
    cell_m: float,
    cover: GroundCover,
    exchanges: Sequence[Exchange],
    rain_mm_h: Sequence[tuple[float, float]],
    duration_s: float,
    ground_water_l_s: float = 0.0,
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
    ground_water_l_s
        Ground water that the model's pipes take in, and clean water that nodes are given, at all times.

    Raises
    ------
    SurfaceFlowError
        The flow over the ground collapsed.
    """
    from spongecalc.overland.surface_flow import SurfaceFlow  # noqa: PLC0415  itzi-core is an extra

    # pyswmm is imported where the engine runs, which is in a worker; who only plans a batch need not wait for it.
    from spongecalc.swmm import statistics  # noqa: PLC0415
    from spongecalc.swmm.backflow import watched  # noqa: PLC0415
    from spongecalc.swmm.input_file import parse_input  # noqa: PLC0415
    from spongecalc.swmm.open_model import OpenModel  # noqa: PLC0415

    flow = SurfaceFlow(elevation_m, cover.manning_n, cell_m)
    ground = GroundWater(cover)
    area = flow.cell_area_m2
    record = _Record(elevation_m.shape)
    rained_m3 = 0.0
    rained_on_m2 = float(cover.rain_share.sum()) * area
    text = parse_input(inp.read_bytes())
    engine = OpenModel(*(str(p) for p in (inp, inp.with_suffix(".rpt"), inp.with_suffix(".out"))))
    engine.swmm_open()
    try:
        engine.swmm_start(False)  # pyswmm.Simulation always saves results, which nobody reads here
        model = statistics.read_objects(engine, "utf-8")
        initial_m3 = sum(statistics.stored_m3(model))
        numbers = {name: n for n, name in enumerate(model.nodes)}
        backflow = watched(engine, model.units, model.outfall_numbers, text, ())
        joints = _Joints(engine, [(numbers[e.model_id], e) for e in exchanges if e.model_id in numbers], area)
        elapsed = 0.0
        starts = [s for s, _ in rain_mm_h]
        while elapsed < duration_s - 1e-6:
            step = EXCHANGE_S
            depth = flow.depth_m
            index = int(np.searchsorted(starts, elapsed + 1e-9, side="right")) - 1
            rain_m = (rain_mm_h[index][1] if index >= 0 else 0.0) * 1e-3 / 3600 * step
            rain = cover.rain_share * rain_m
            change = rain - ground.take(depth + rain, elapsed, step)
            joints.take(depth, change, step)
            if engine.swmm_step() <= 0 and elapsed + step < duration_s - 1e-6:
                break
            if backflow is not None:
                backflow.add(elapsed + step, step)
            joints.give_back(change, step)
            rained_m3 += rained_on_m2 * rain_m
            flow.advance(step, change / step)
            elapsed += step
            if elapsed % SEEN_S < step / 2:
                record.see(flow, elapsed, SEEN_S)
            if on_hour is not None and elapsed % 600 < step / 2:
                on_hour(elapsed / duration_s)
        totals = statistics.system_totals_m3(model, initial_m3, statistics.stored_m3(model))
        engine.swmm_end()
    finally:
        engine.swmm_close()
    balance = {
        "rain_on_ground": rained_m3,
        "ground_water": ground_water_l_s * L_S * elapsed + totals.get("rdii_inflow", 0.0),
        "came_by_outfalls": sum(backflow.volumes_m3.values()) if backflow is not None else 0.0,
        **_of_pipes(totals),
        # Storages and channels with a bottom that lets water through lose some of theirs.
        "infiltrated": float(ground.taken_m.sum()) * area + totals.get("network_exfiltration", 0.0),
        "on_ground": flow.stored_m3,
        "left_over_ground": flow.left_m3,
        "taken_by_inlets": joints.taken_m3,
        "given_back": joints.given_m3,
        "created": flow.created_m3,
    }
    return record.result(flow, balance, balance_error_percent(balance), flow.updates)


def _of_pipes(totals_m3: dict[str, float]) -> dict[str, float]:
    """The terms of the balance that SWMM sums itself."""
    return {
        "rain_on_roofs": totals_m3.get("rainfall", 0.0),
        "sewage": totals_m3.get("dry_weather_inflow", 0.0),
        "left_by_pipes": totals_m3.get("outflow", 0.0),
        "in_pipes_change": totals_m3.get("storage_change", 0.0),
        "on_roofs": totals_m3.get("surface_storage_change", 0.0) + totals_m3.get("infiltration", 0.0),
    }


def balance_error_percent(balance_m3: dict[str, float]) -> float:
    """Continuity error of a water balance (terms in m3), in percent of all water that came in."""
    came = sum(balance_m3[k] for k in CAME)
    went = sum(balance_m3[k] for k in WENT)
    return 100 * (went - came) / came if came > 0 else 0.0


class _Joints:
    """The places where ground and pipes exchange water, with what went each way so far in m3."""

    def __init__(self, engine: OpenModel, places: Sequence[tuple[int, Exchange]], area_m2: float) -> None:
        from pyswmm.toolkitapi import NodeResults  # noqa: PLC0415  as above

        self._engine = engine
        self._overflow = NodeResults.overflow.value
        self.area_m2 = area_m2
        self.taken_m3 = self.given_m3 = 0.0
        self._back = [(number, e.row, e.column) for number, e in places]
        self._inlets = [(number, e.row, e.column, e.grate) for number, e in places if e.grate is not None]
        self._rows = np.array([r for _, r, _, _ in self._inlets], dtype=int)
        self._columns = np.array([c for _, _, c, _ in self._inlets], dtype=int)
        self._running = [False] * len(self._inlets)

    def take(self, depth_m: np.ndarray, change_m: np.ndarray, step_s: float) -> None:
        """Let every inlet take its water of a step from its cell into SWMM."""
        depths = depth_m[self._rows, self._columns].tolist()
        changes = change_m[self._rows, self._columns].tolist()
        room: dict[tuple[int, int], float] = {}
        for place, (number, row, column, grate) in enumerate(self._inlets):
            volume = 0.0
            if depths[place] > 0:
                # Half of what is there at most: the other half may be on its way to a neighbour.
                there_m = max(depths[place] + changes[place], 0.0)
                left = room.get((row, column), 0.5 * there_m * self.area_m2)
                volume = min(grate.intake_m3_s(depths[place]) * step_s, left)
                room[row, column] = left - volume
            if volume > 0 or self._running[place]:  # SWMM holds an inflow until it is told another
                self._engine.setNodeInflow(number, volume / step_s / L_S)
                change_m[row, column] -= volume / self.area_m2
                self.taken_m3 += volume
                self._running[place] = volume > 0

    def give_back(self, change_m: np.ndarray, step_s: float) -> None:
        """Put on the ground what SWMM could not hold at its nodes in a step."""
        for number, row, column in self._back:
            flooded = self._engine.getNodeResult(number, self._overflow) * L_S * step_s
            if flooded > 0:
                change_m[row, column] += flooded / self.area_m2
                self.given_m3 += flooded


class _Record:
    """The record of depths while time goes on: largest values, times and frames."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.speed, self.hazard = np.zeros(shape), np.zeros(shape)
        self.wading, self.lane, self.last = np.zeros(shape), np.zeros(shape), np.full(shape, np.nan)
        self.frames: list[np.ndarray] = []

    def see(self, flow: SurfaceFlow, elapsed_s: float, step_s: float) -> None:
        """Look at the water; what is seen is held to have been so for ``step_s``."""
        depth = flow.depth_m
        speed = np.where(depth > 0.01, flow.speed_m_s, 0.0)
        np.maximum(self.speed, speed, out=self.speed)
        np.maximum(self.hazard, depth * speed, out=self.hazard)
        wet = depth >= WADING_M
        self.wading += wet * step_s
        self.lane += (depth >= LANE_M) * step_s
        self.last[wet] = elapsed_s
        if elapsed_s % FRAME_S < step_s / 2:
            self.frames.append(np.round(np.minimum(depth, 65.0) * 1000).astype(np.uint16))

    def result(self, flow: SurfaceFlow, balance: dict[str, float], error: float, updates: int) -> CoupledResult:
        return CoupledResult(
            flow.max_depth_m,
            self.speed,
            self.hazard,
            self.wading / 3600,
            self.lane / 3600,
            self.last / 3600,
            np.array(self.frames),
            balance,
            error,
            updates,
            worst_place(flow.made_m, flow.max_depth_m, flow.cell_m),
        )

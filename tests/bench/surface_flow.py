"""Cell updates per second of the flow over the ground beside those of itzi-core's bare kernels, in one run.

The second pair is a whole coupled run (rain, infiltration, inlets, SWMM's steps and the record) on the small grid
of a community, where a step's fixed cost weighs most, beside the bare kernels on that grid.

Both move the same rain over the same ground in the same steps; the bare ones are ``solve_q`` and ``solve_h``
alone, without a time step chosen, checks or rates. Taken in turns, the best of five each.

Then what it costs to calculate fast, hard dragged and walled faces again: coupled runs of the example with and
without it, in turns. At last the table of 60 streets of docs/ponding.md, a line per slope and cell.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np

from spongecalc.overland.coupled_model import CoupledRun, perform
from spongecalc.overland.face_flow import FaceFlow
from spongecalc.overland.surface_flow import SurfaceFlow
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.ponding import coupled_runs
from tests.bench.example import REPOSITORY
from tests.overland.streets import CELLS_M, SLOPES, passed

CELLS, STEPS = 400, 100
FLOWS_M3_S = (0.2, 0.3, 0.5, 1.0)
# The example's steepest ground and its largest ponding.
COSTED = ("EY04", "EY16")


def fresh(cells: int = CELLS) -> SurfaceFlow:
    """A ground of 400 x 400 cells of 2 m with water on it."""
    y, x = np.mgrid[0:cells, 0:cells]
    ground = 0.02 * y + 0.2 * np.sin(x / 7) * np.sin(y / 9)
    flow = SurfaceFlow(ground, np.full(ground.shape, 0.02), 2.0)
    flow.set_depth(np.full(ground.shape, 0.05))
    flow.advance(1.0)
    return flow


def ours_s() -> float:
    """Seconds of the steps as a coupled run takes them."""
    flow = fresh()
    rate = np.full(flow.depth_m.shape, 1e-5)
    began, before = time.perf_counter(), flow.updates
    while flow.updates - before < STEPS * flow.depth_m.size:
        flow.advance(0.5, rate)
    return (time.perf_counter() - began) / (flow.updates - before)


def coupled_s() -> tuple[float, int]:
    """Seconds per cell update of a coupled run of the example's first community, and the side of its grid."""
    built = pipeline.build(pipeline.check(load_project(REPOSITORY), ["EY01"], ("after",)))
    checked = built.checked
    runs, _ = coupled_runs(checked.systems, built.models, built.storms[:1], checked.project.settings)
    run = replace(runs[0], duration_s=1800.0)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        result = perform(run, Path(folder))
        spent = time.perf_counter() - began
    return spent / result.updates, round(run.ground.elevation_m.size**0.5)


def costed() -> list[CoupledRun]:
    """Coupled runs of 90 minutes of the headline storm, before and after."""
    built = pipeline.build(pipeline.check(load_project(REPOSITORY), COSTED, ("before", "after")))
    checked = built.checked
    runs, _ = coupled_runs(checked.systems, built.models, built.storms[:1], checked.project.settings)
    return [replace(run, duration_s=5400.0) for run in runs]


def processor_s(runs: list[CoupledRun]) -> tuple[float, float]:
    """Processor seconds of the runs, and updates of a cell."""
    spent = updates = 0.0
    for run in runs:
        with tempfile.TemporaryDirectory() as folder:
            began = time.process_time()
            result = perform(run, Path(folder))
            spent += time.process_time() - began
        updates += result.updates / run.ground.elevation_m.size
    return spent, updates


def cost() -> None:
    """Print the time of coupled runs with and without the faces that are calculated again."""
    runs = costed()
    with_s, without_s = [], []
    for _ in range(3):
        with_s.append(processor_s(runs))
        with patch.object(FaceFlow, "mend", lambda *_: None):
            without_s.append(processor_s(runs))
    (spent, updates), (plain, plain_updates) = min(with_s), min(without_s)
    print(f"{len(runs)} coupled runs ({', '.join(COSTED)}): {spent:.2f} s with, {plain:.2f} s without faces")
    print(f"calculated again; ratio {spent / plain:.2f}, updates of a cell {updates:.0f} and {plain_updates:.0f}")


def streets() -> None:
    """Print the table of streets: depths over Manning's, the front's, and the water made."""
    print("| slope | cell m | Froude | normal depth mm | steady, farthest off % | front % | made % |")
    for slope in SLOPES:
        for cell_m in CELLS_M:
            ends = [passed(slope, flow, cell_m) for flow in FLOWS_M3_S]
            froude, normal = [e.froude for e in ends], [1000 * e.normal_m for e in ends]
            steady = max((100 * (e.farthest - 1) for e in ends), key=abs)
            front, made = max(100 * (e.front - 1) for e in ends), max(e.made_percent for e in ends)
            print(
                f"| {100 * slope:g} % | {cell_m:g} | {min(froude):.2f} to {max(froude):.2f} |"
                f" {min(normal):.0f} to {max(normal):.0f} | {steady:+.2f} | {front:+.2f} | {made:.3f} |"
            )


def bare_s(cells: int = CELLS, count: int = STEPS) -> float:
    """Seconds per cell update of the kernels alone."""
    solver = fresh(cells).solver
    solver.solve_dt()
    began = time.perf_counter()
    for _ in range(count):
        solver.solve_q()
        solver.update_h(compute_vdir=False, compute_froude=False)
        solver._commit_discharge_buffers()
    return (time.perf_counter() - began) / (count * cells * cells)


def main() -> None:
    """Print both and their ratio."""
    pairs = [(ours_s(), bare_s()) for _ in range(5)]
    ours, bare = min(p[0] for p in pairs), min(p[1] for p in pairs)
    print(f"flow over the ground: {1e-6 / ours:.1f} million cell updates per second")
    print(f"itzi-core's kernels:  {1e-6 / bare:.1f} million; ratio {bare / ours:.2f}")
    whole = [coupled_s() for _ in range(3)]
    spent, side = min(whole)
    alone = min(bare_s(side, 2000) for _ in range(3))
    print(
        f"coupled run of a community, {side} x {side} cells: {1e-6 / spent:.1f} million cell updates per second"
    )
    print(f"itzi-core's kernels on that grid: {1e-6 / alone:.1f} million; ratio {alone / spent:.2f}")
    cost()
    streets()


if __name__ == "__main__":
    main()

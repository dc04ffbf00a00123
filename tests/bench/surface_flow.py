"""Cell updates per second of the flow over the ground beside those of itzi-core's bare kernels, in one run.

The second pair is a whole coupled run (rain, infiltration, inlets, SWMM's steps and the record) on the small grid
of a community, where a step's fixed cost weighs most, beside the bare kernels on that grid.

Both move the same rain over the same ground in the same steps; the bare ones are ``solve_q`` and ``solve_h``
alone, without a time step chosen, checks or rates. Taken in turns, the best of five each.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from spongecalc.overland.coupled_model import perform
from spongecalc.overland.surface_flow import SurfaceFlow
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.ponding import coupled_runs
from tests.bench.example import REPOSITORY

CELLS, STEPS = 400, 100


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


if __name__ == "__main__":
    main()

"""Cell updates per second of the flow over the ground beside those of itzi-core's bare kernels, in one run.

Both move the same rain over the same ground in the same steps; the bare ones are ``solve_q`` and ``solve_h``
alone, without a time step chosen, checks or rates. Taken in turns, the best of five each.
"""

from __future__ import annotations

import time

import numpy as np

from spongecalc.overland.surface_flow import SurfaceFlow

CELLS, STEPS = 400, 100


def fresh() -> SurfaceFlow:
    """A ground of 400 x 400 cells of 2 m with water on it."""
    y, x = np.mgrid[0:CELLS, 0:CELLS]
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


def bare_s() -> float:
    """Seconds of the kernels alone."""
    solver = fresh().solver
    solver.solve_dt()
    began = time.perf_counter()
    for _ in range(STEPS):
        solver.solve_q()
        solver.update_h(compute_vdir=False, compute_froude=False)
        solver._commit_discharge_buffers()
    return (time.perf_counter() - began) / (STEPS * CELLS * CELLS)


def main() -> None:
    """Print both and their ratio."""
    pairs = [(ours_s(), bare_s()) for _ in range(5)]
    ours, bare = min(p[0] for p in pairs), min(p[1] for p in pairs)
    print(f"flow over the ground: {1e-6 / ours:.1f} million cell updates per second")
    print(f"itzi-core's kernels:  {1e-6 / bare:.1f} million; ratio {bare / ours:.2f}")


if __name__ == "__main__":
    main()

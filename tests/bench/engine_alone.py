"""One input file run by the engine alone, and as users of other packages run it.

In a module of its own that imports little: every process of a pool imports what its function lies in, and what
a benchmark needs for other things would count as the engine's time.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from swmm.toolkit import solver

STRIDE_S = 10**8


def bare_run(inp: Path) -> None:
    """What swmm_run does, without the progress that it prints; an earlier run's files are removed first."""
    rpt, out = inp.with_suffix(".rpt"), inp.with_suffix(".out")
    rpt.unlink(missing_ok=True)  # to cut them to nothing would take longer on some file systems
    out.unlink(missing_ok=True)
    solver.swmm_open(str(inp), str(rpt), str(out))
    solver.swmm_start(True)
    while solver.swmm_stride(STRIDE_S):
        pass
    solver.swmm_end()
    solver.swmm_close()


def pyswmm_run(inp: Path) -> None:
    """As pyswmm's documentation shows it."""
    from pyswmm import Simulation  # in the processes that need it only

    with Simulation(str(inp)) as simulation:
        for _ in simulation:
            pass


def swmm_api_run(inp: Path) -> None:
    """As swmm-api's documentation shows it."""
    from swmm_api import swmm5_run

    with quiet():
        swmm5_run(inp)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Send what the engine prints nowhere."""
    kept = os.dup(1)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)


def bare_cpu_s(inp: Path) -> float:
    """Run, and return the processor time that it took."""
    began = time.process_time()
    bare_run(inp)
    return time.process_time() - began

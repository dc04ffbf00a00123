"""``make bench``: what surrounds the engine costs, as a ratio within one run.

The worked example's batch, from models to results on disk, against the same input files run one after the
other by swmm-toolkit alone, divided by the cores. 1.00 would mean that nothing but the engine takes time.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
import time
from pathlib import Path

from swmm.toolkit import solver

from spongecalc import steps
from spongecalc.cli.app import cores
from spongecalc.project.load import Project, load_project

STRIDE_S = 10**8
REPOSITORY = Path(__file__).resolve().parents[2]


def bare_engine_s(inputs: list[Path], folder: Path) -> float:
    """Seconds that the engine itself takes for the files, one after the other."""
    began = time.perf_counter()
    for inp in inputs:
        # What swmm_run does, without the progress that it prints.
        solver.swmm_open(str(inp), str(folder / "bare.rpt"), str(folder / "bare.out"))
        solver.swmm_start(True)
        while solver.swmm_stride(STRIDE_S):
            pass
        solver.swmm_end()
        solver.swmm_close()
    return time.perf_counter() - began


def main() -> None:
    """Print the table."""
    jobs = cores()
    project = load_project(REPOSITORY)
    rows: list[tuple[str, float]] = []

    def timed(label: str, began: float) -> None:
        rows.append((label, time.perf_counter() - began))

    began = time.perf_counter()
    checked = steps.check(project)
    timed("read and check layers", began)
    began = time.perf_counter()
    built = steps.build(checked)
    timed("build models", began)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        elsewhere = dataclasses.replace(built, checked=dataclasses.replace(checked, project=_in(folder, project)))
        runs = steps.plan(elsewhere)
        inputs = []
        for number, run in enumerate(runs):
            inputs.append(folder / f"{number}.inp")
            inputs[-1].write_text(run.text, encoding="utf-8")
        bare = bare_engine_s(inputs, folder)
        began = time.perf_counter()
        results = steps.run(elsewhere, jobs)
        batch = time.perf_counter() - began
        began = time.perf_counter()
        review = steps.assess(elsewhere, results)
        timed("assess", began)
        began = time.perf_counter()
        steps.write_results(elsewhere, review)
        steps.report(elsewhere, review)
        timed("tables and report", began)
    for label, seconds in rows:
        print(f"{label:<40} {seconds:8.2f} s")
    print(f"{f'bare engine, {len(runs)} runs one by one':<40} {bare:8.2f} s")
    print(f"{f'batch on {jobs} cores':<40} {batch:8.2f} s")
    print(f"{'batch / (bare engine / cores)':<40} {batch / (bare / jobs):8.2f}")
    sys.stdout.flush()


def _in(folder: Path, project: Project) -> Project:
    """The project, writing into another folder."""
    return dataclasses.replace(project, folder=folder)


if __name__ == "__main__":
    main()

"""The batch against the bare engine: what ``tests.bench.overhead`` prints."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from spongecalc.batch.cores import cores
from spongecalc.batch.pool import get_ready
from spongecalc.batch.run import RunDone
from spongecalc.batch.runs import execute
from spongecalc.project.load import Project, load_project
from spongecalc.project.settings import StormSettings
from spongecalc.steps import pipeline
from tests.bench.engine_alone import bare_cpu_s, bare_run, pyswmm_run, swmm_api_run
from tests.bench.example import REPOSITORY
from tests.bench.processes import cpu_s, tree

RETURN_PERIODS_A = (3, 1, 2, 5, 10, 15, 20, 30, 40, 50, 100)


def one_by_one_s(inputs: list[Path]) -> tuple[float, float]:
    """Seconds that the engine itself takes for the files, one after the other in a process of its own.

    Wall time, and processor time.
    """
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.map(bare_run, inputs[:1])  # imports are not counted
        began = time.perf_counter()
        cpu_s = sum(pool.apply(bare_cpu_s, (inp,)) for inp in inputs)
        return time.perf_counter() - began, cpu_s


def pool_s(inputs: list[Path], run: Callable[[Path], None], jobs: int) -> float:
    """Seconds that a plain pool of processes takes, its start included, as users write it."""
    began = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        for _ in pool.imap_unordered(run, inputs):
            pass
    return time.perf_counter() - began


def compare(wanted: int | None) -> None:
    """Print the table, of all runs or of the first ``wanted``."""
    jobs = cores()
    get_ready()  # as the commands do, while layers are read
    project = _with_storms(load_project(REPOSITORY))
    rows: list[tuple[str, float]] = []

    def timed(label: str, began: float) -> None:
        rows.append((label, time.perf_counter() - began))

    began = time.perf_counter()
    checked = pipeline.check(project)
    timed("read and check layers", began)
    began = time.perf_counter()
    built = pipeline.build(checked)
    timed("build models", began)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        elsewhere = dataclasses.replace(built, checked=dataclasses.replace(checked, project=_in(folder, project)))
        began = time.perf_counter()
        runs = pipeline.plan(elsewhere)[:wanted]
        timed("write out what is to be run", began)
        inputs = []
        for number, run in enumerate(runs):
            inputs.append(folder / f"{number}.inp")
            inputs[-1].write_text(run.text, encoding="utf-8")
        measured = [one_by_one_s(inputs)]
        began, before_s = time.perf_counter(), cpu_s(tree(os.getpid()))
        spent: list[float] = []

        def told(event: RunDone) -> None:
            if event.done == len(runs):  # the workers are still there
                spent.append(cpu_s(tree(os.getpid())) - before_s)

        execute(runs, processes=jobs, on_event=told)
        batch = time.perf_counter() - began
        measured.append(one_by_one_s(inputs))
        bare = [wall for wall, _ in measured]
        began = time.perf_counter()
        execute(runs, processes=jobs)
        timed("batch again, nothing due", began)
        others = [
            (f"bare engine in a pool of {jobs}", pool_s(inputs, bare_run, jobs)),
            (f"pyswmm in a pool of {jobs}", pool_s(inputs, pyswmm_run, jobs)),
            (f"swmm-api in a pool of {jobs}", pool_s(inputs, swmm_api_run, jobs)),
        ]
        if wanted is None:
            began = time.perf_counter()
            results = pipeline.run(elsewhere, jobs)
            review = pipeline.assess(elsewhere, results)
            timed("assess", began)
            began = time.perf_counter()
            pipeline.write_results(elsewhere, review)
            pipeline.report(elsewhere, review)
            timed("tables and report", began)
    _print_times(len(runs), jobs, rows, bare, [("spongecalc's batch", batch), *others])
    _print_processor_times([cpu for _, cpu in measured], spent[0])


def _print_processor_times(engine: list[float], batch_s: float) -> None:
    if sys.platform != "linux":
        return
    engine_s = sum(engine) / len(engine)
    print(
        f"processor time: bare engine {engine_s:.2f} s, spongecalc's batch with all its processes "
        f"{batch_s:.2f} s, ratio {batch_s / engine_s:.2f}"
    )


def _print_times(
    runs: int, jobs: int, rows: list[tuple[str, float]], bare: list[float], batches: list[tuple[str, float]]
) -> None:
    """Wall times: of the steps, of the bare engine, and of each batch as a ratio to it."""
    mean = sum(bare) / len(bare)
    print(f"{runs} runs, {jobs} processes")
    for label, seconds in rows:
        print(f"{label:<44} {seconds:8.2f} s")
    print(f"{'bare engine one by one, before and after':<44} {bare[0]:8.2f} s {bare[1]:8.2f} s")
    for label, seconds in batches:
        print(f"{label:<44} {seconds:8.2f} s   / (bare / {jobs}) = {seconds / (mean / jobs):5.2f}")


def _in(folder: Path, project: Project) -> Project:
    """The project, writing into another folder."""
    return dataclasses.replace(project, folder=folder)


def _with_storms(project: Project) -> Project:
    """The project under eleven storms; with dry weather that makes twelve events."""
    storms = tuple(StormSettings.model_validate({"return_period": p, "duration": 120}) for p in RETURN_PERIODS_A)
    return dataclasses.replace(project, settings=project.settings.model_copy(update={"storms": storms}))

"""A Dask cluster of two workers on this machine against local processes: the same runs, the same results.

The example's first runs are made by local processes, by the cluster, and by the cluster with one worker killed
half-way; results are compared bit for bit, and times given as a ratio to the local ones.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import signal
import tempfile
import time
from pathlib import Path

import distributed

from spongecalc.batch.cluster import cluster_executor
from spongecalc.batch.pool import Executor
from spongecalc.batch.run import Run, RunDone
from spongecalc.batch.runs import execute
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from tests.batch.test_faults import contents
from tests.bench.example import REPOSITORY

WORKERS = 2


def elsewhere(runs: tuple[Run, ...], folder: Path) -> tuple[Run, ...]:
    """The same runs with folders below another."""
    return tuple(dataclasses.replace(r, folder=folder / r.model / r.scenario / r.event.storm_id) for r in runs)


def seconds(runs: tuple[Run, ...], executor: Executor | None, victim: int | None = None) -> float:
    """Time that the batch takes; ``victim`` is the process to kill when half of it is done."""
    killed: list[int] = []

    def told(event: RunDone) -> None:
        if victim is not None and not killed and event.done >= len(runs) // 2:
            os.kill(victim, signal.SIGKILL)
            killed.append(victim)

    began = time.perf_counter()
    results = execute(runs, processes=WORKERS, executor=executor, on_event=told)
    took = time.perf_counter() - began
    assert {r.status for r in results.values()} == {"done"}
    return took


def say(label: str, took_s: float, local_s: float) -> None:
    """One line of the table."""
    print(f"{label:<40} {took_s:7.2f} s   / local = {took_s / local_s:.2f}", flush=True)


def main() -> None:
    """Print the three times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=60)
    wanted = parser.parse_args().runs
    built = pipeline.build(pipeline.check(load_project(REPOSITORY)))
    runs = pipeline.plan(built)[:wanted]
    with tempfile.TemporaryDirectory() as name:
        here, there, again = (elsewhere(runs, Path(name) / part) for part in ("here", "there", "again"))
        local_s = seconds(here, None)
        say(f"{len(runs)} runs, {WORKERS} local processes", local_s, local_s)
        with distributed.LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, processes=True, dashboard_address=None, local_directory=name
        ) as cluster:
            cluster_s = seconds(there, cluster_executor(cluster.scheduler_address))
            say(f"Dask, {WORKERS} workers", cluster_s, local_s)
            victim = next(iter(cluster.workers.values())).process.pid
            killed_s = seconds(again, cluster_executor(cluster.scheduler_address), victim)
            say("Dask, one of them killed half-way", killed_s, local_s)
        same = contents(here) == contents(there) == contents(again)
        print(f"results bit for bit the same: {'yes' if same else 'NO'}")
        assert same


if __name__ == "__main__":
    main()

"""A batch on a Dask cluster of this machine gives what local processes give, also when a worker is killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from tests.batch.test_faults import contents, tiny_runs

from spongecalc.batch.cluster import ClusterError, cluster_executor
from spongecalc.batch.run import RunDone
from spongecalc.batch.runs import execute

distributed = pytest.importorskip("distributed")


def test_the_same_results_with_a_worker_killed_half_way(tmp_path: Path) -> None:
    here, there = tiny_runs(tmp_path / "here"), tiny_runs(tmp_path / "there")
    execute(here, processes=2)
    killed: list[int] = []
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, local_directory=tmp_path
    ) as cluster:
        pids = [worker.process.pid for worker in cluster.workers.values()]

        def kill_one(event: RunDone) -> None:
            if event.done == len(there) // 2 and not killed:
                os.kill(pids[0], signal.SIGKILL)
                killed.append(pids[0])

        results = execute(
            there, processes=1, executor=cluster_executor(cluster.scheduler_address), on_event=kill_one
        )
    assert killed
    assert {r.status for r in results.values()} == {"done"}
    assert contents(there) == contents(here)


def test_nobody_at_the_address() -> None:
    with pytest.raises(ClusterError, match=r"127\.0\.0\.1:9"):
        cluster_executor("tcp://127.0.0.1:9")

"""A batch on a Dask cluster: the same jobs, carried by the tasks, on machines that share no disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from typing import Any

from spongecalc.batch.pool import Executor, Job, Outcome, Worker, run_all

ANSWER_WITHIN_S = 10
IN_FLIGHT_PER_THREAD = 3
"""Tasks on their way to each thread of the cluster, so that none waits for the next one."""


class ClusterError(Exception):
    """The cluster cannot be used; its text says why."""


def cluster_executor(address: str) -> Executor:
    """Executor of jobs on the Dask cluster of a scheduler.

    Parameters
    ----------
    address
        Of the scheduler, such as "tcp://10.0.0.5:8786".

    Raises
    ------
    ClusterError
        Dask is not installed here, or nobody answers at the address.
    """
    try:
        from distributed import Client  # noqa: PLC0415  of the extra [cluster]
    except ImportError:
        raise ClusterError("pip install 'spongecalc[cluster]'") from None
    try:
        client = Client(address, timeout=ANSWER_WITHIN_S)
    except (OSError, ValueError) as error:
        raise ClusterError(f"{address}: {error}") from None

    def run(jobs: Sequence[Job]) -> Generator[tuple[int, Outcome]]:
        with client:
            yield from _finished(client, jobs)

    return run


def _finished(client: Any, jobs: Sequence[Job]) -> Iterator[tuple[int, Outcome]]:
    """Keep the cluster busy with the largest jobs first; each job's number with its outcome as it comes.

    A worker that dies takes its tasks with it; Dask gives them to another one, and its nanny starts it again.
    """
    from distributed import as_completed  # noqa: PLC0415

    waiting = deque(sorted(range(len(jobs)), key=lambda n: -jobs[n].size))
    numbers: dict[Any, int] = {}

    def submit() -> Any:
        number = waiting.popleft()
        # Dask knows a task by its key: a job of an earlier call must not pass for one of this.
        job = jobs[number]
        future = client.submit(run_on_worker, job, pure=False, retries=job.retries)
        numbers[future] = number
        return future

    threads = max(1, sum(client.nthreads().values()))
    first = [submit() for _ in range(min(len(jobs), threads * IN_FLIGHT_PER_THREAD))]
    flow = as_completed(first)
    for future in flow:
        number = numbers.pop(future)
        if waiting:
            flow.add(submit())
        try:
            outcome: Outcome = future.result()
        except Exception as error:  # whatever Dask raises for a task that it gave up
            outcome = Outcome(jobs[number].key, "failed", reason="killed", detail=type(error).__name__)
        future.release()
        yield number, outcome


_idle: deque[Worker] = deque()


def run_on_worker(job: Job) -> Outcome:
    """Run one job in a process of its own beside Dask's worker, which the engine cannot take down then.

    The process stays for the next job; limits and crashes are dealt with as on one machine.
    """
    try:
        worker = _idle.pop()
    except IndexError:
        worker = Worker()
    outcome = run_all([job], processes=1, workers=[worker])[0]
    _idle.append(worker)
    return outcome

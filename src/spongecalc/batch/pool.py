"""Jobs in warm worker processes, one at a time in each, none of which can take the others down.

SWMM keeps its state in globals and can end its process (a crash in the engine, a run that never comes to an
end), so every job runs in a worker process, also when only one is asked for: a job that dies must not take
the caller along, and a caller whose process is deep in the engine could not be interrupted. Workers import
what jobs need once and live until all jobs are done; one that dies or overruns its time is replaced.

Workers start by ``forkserver`` where the system has it, else by ``spawn``: the server imports once and each
worker is a copy of it. Measured on two cores: one job costs 0.05 s over its own time by forkserver, 0.35 s by
spawn; forty runs of 0.05 s take two workers 1.1 s, against 2.1 s in a plain loop. Plain ``fork`` would be as
quick, but copies a parent with threads and locks.
"""

import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import dataclass, replace
from importlib import import_module
from multiprocessing.context import BaseContext
from typing import Any, Literal

from pebble import ProcessExpired, ProcessPool

PRELOADED: tuple[str, ...] = ("spongecalc.swmm.engine",)
"""Modules that workers hold before their first job."""

Reason = Literal["", "raised", "time_limit", "worker_died"]


@dataclass(frozen=True)
class Job:
    """One piece of work for a worker.

    Attributes
    ----------
    key : str
        Name for progress and reports.
    function : callable
        Module-level function; it, its arguments and its result must be picklable.
    args : tuple
    size : float
        Hint at the work; larger jobs start first, so that none is left alone at the end.
    time_limit_s : float or None
        After this time [s] from its start the job's worker is killed.
    """

    key: str
    function: Callable[..., Any]
    args: tuple[Any, ...] = ()
    size: float = 0.0
    time_limit_s: float | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Attributes
    ----------
    key : str
        The job's.
    status : "done" or "failed"
    value : object
        What the function returned; None when failed.
    reason : str
        "" when done; "raised", "time_limit", "worker_died".
    detail : str
        For "raised" the exception, for "time_limit" the limit in seconds, for "worker_died" the exit code
        (negative: the signal that ended it).
    seconds : float
        Time in the worker; from the handing over to the end for a job that failed.
    """

    key: str
    status: Literal["done", "failed"]
    value: Any = None
    reason: Reason = ""
    detail: str = ""
    seconds: float = 0.0


def start_context() -> BaseContext:
    """Return the way workers are started on this system."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*PRELOADED, __name__])
    return context


def _warm(modules: tuple[str, ...]) -> None:
    for module in modules:
        import_module(module)


def _timed(function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, float]:
    began = time.perf_counter()
    value = function(*args)
    return value, time.perf_counter() - began


def _outcome(job: Job, future: "Future[tuple[Any, float]]", began: float) -> Outcome:
    failed = Outcome(job.key, "failed", seconds=time.perf_counter() - began)
    try:
        value, seconds = future.result()
    except TimeoutError as error:
        if error.args and len(error.args) > 1 and error.args[1] == job.time_limit_s:
            return replace(failed, reason="time_limit", detail=f"{job.time_limit_s:g}")
        return replace(failed, reason="raised", detail=f"{type(error).__name__}: {error}")
    except ProcessExpired as error:
        return replace(failed, reason="worker_died", detail=str(error.exitcode))
    except Exception as error:
        return replace(failed, reason="raised", detail=f"{type(error).__name__}: {error}")
    return Outcome(job.key, "done", value, seconds=seconds)


def run_all(
    jobs: Sequence[Job], *, processes: int, on_done: Callable[[Outcome], None] | None = None
) -> list[Outcome]:
    """Run all jobs and return their outcomes in the order of the jobs.

    A job that raises, overruns its time limit or ends its process fails alone; the others finish.

    Parameters
    ----------
    jobs : sequence of Job
    processes : int
        Workers at work at the same time; never more than jobs.
    on_done : callable, optional
        Called in the caller's thread with each outcome as it comes.

    Returns
    -------
    list of Outcome

    Raises
    ------
    ValueError
        ``processes`` below 1.
    """
    if processes < 1:
        raise ValueError(f"processes is {processes}: at least one is needed")
    if not jobs:
        return []
    outcomes: dict[int, Outcome] = {}
    began = time.perf_counter()
    pool = ProcessPool(
        max_workers=min(processes, len(jobs)),
        initializer=_warm,
        initargs=(PRELOADED,),
        context=start_context(),
    )
    try:
        numbers: dict[Future[tuple[Any, float]], int] = {}
        for number in sorted(range(len(jobs)), key=lambda n: -jobs[n].size):
            job = jobs[number]
            numbers[pool.schedule(_timed, (job.function, job.args), timeout=job.time_limit_s)] = number
        for future in as_completed(numbers):
            number = numbers[future]
            outcomes[number] = _outcome(jobs[number], future, began)
            if on_done:
                on_done(outcomes[number])
    finally:
        pool.stop()
        pool.join()
    return [outcomes[number] for number in range(len(jobs))]

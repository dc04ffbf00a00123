"""Jobs in warm worker processes, one at a time in each, none of which can take the others down.

SWMM keeps its state in globals and can end its process (a crash in the engine, a run that never comes to an
end), so every job runs in a worker process, also when only one is asked for: a job that dies must not take
the caller along, and a caller whose process is deep in the engine could not be interrupted. Workers import
what jobs need once and live for many jobs; one that dies, overruns its limits or has done its number is replaced.

Each worker has a pipe of its own to the caller, and nothing is shared between workers: no lock, no queue that
a worker killed at a bad moment could leave locked. The caller holds at most one job per worker in flight and
hands on each outcome as it comes, so a batch of any length needs the memory of a few jobs. When the caller
dies, its workers read the end of their pipe, or where the system can tell them, die at once.

Workers start by ``forkserver`` where the system has it, else by ``spawn``: the server imports once and each
worker is a copy of it. Plain ``fork`` would be as quick, but copies a parent with threads and locks.
"""

import contextlib
import ctypes
import multiprocessing
import os
import re
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.reduction import ForkingPickler
from typing import Any, Literal, Protocol

try:
    import resource
except ImportError:  # Windows: no limits of size and memory there
    resource = None  # type: ignore[assignment]

PRELOADED: tuple[str, ...] = (
    "spongecalc.swmm.engine",
    "spongecalc.swmm.gutter_water",
    "spongecalc.swmm.ground_reader",
    "spongecalc.batch.engine_task",
    "spongecalc.batch.runoff_job",
)
"""Modules that workers hold before their first job: what runs models imports them once for all workers."""

JOBS_OF_A_WORKER = 1000
"""Jobs after which a worker gives way to a new one: the engine keeps a little memory of every run."""

RETRIES = 2
"""How often a job whose failure would be kept begins again after someone killed its worker."""

Reason = Literal["", "raised", "system", "time_limit", "size_limit", "memory_limit", "worker_died", "killed"]
SAYS_NOTHING: tuple[Reason, ...] = ("killed", "system")
"""Reasons that say nothing of the job: what is remembered of it must not stand for its own answer."""

_OF_THE_SYSTEM = re.compile(r"\w+: \[Errno \d+\] ")
_GIVEN_UP: list[str] = []
_MEGABYTE = 1_000_000
_MAIN_IN_USE = threading.Lock()
_KILLED_FROM_OUTSIDE = (-signal.SIGTERM, -getattr(signal, "SIGKILL", signal.SIGTERM))
_TOO_LARGE = -getattr(signal, "SIGXFSZ", 0)
_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux


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
    file_limit_mb : float or None
        A job that lets a file grow beyond this [MB] is ended (POSIX).
    memory_limit_mb : float or None
        Memory that a job may take beyond what its worker holds at its start [MB] (POSIX).
    retries : int
        How often the job begins again after its worker was killed from outside, which is not its own fault.
    """

    key: str
    function: Callable[..., Any]
    args: tuple[Any, ...] = ()
    size: float = 0.0
    time_limit_s: float | None = None
    file_limit_mb: float | None = None
    memory_limit_mb: float | None = None
    retries: int = 0


@dataclass(frozen=True)
class Outcome:
    """The end of a job: done with a value, or failed with a reason.

    Attributes
    ----------
    key : str
        The job's.
    status : "done" or "failed"
    value : object
        What the function returned; None when failed.
    reason : str
        "" when done; "raised", "system" (an error of the operating system's was raised), "time_limit",
        "size_limit", "memory_limit", "worker_died" (by itself), "killed" (by someone).
    detail : str
        For "raised" and "system" the exception, for "time_limit" the limit in seconds, for "size_limit" and
        "memory_limit" the limit in megabytes, for "worker_died" and "killed" the exit code
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


class Executor(Protocol):
    """A place to run jobs: gets jobs and yields each one's number with its outcome, in any order."""

    def __call__(self, jobs: Sequence[Job]) -> Generator[tuple[int, Outcome]]:
        """Run the jobs; whoever stops asking closes it."""


def start_context() -> BaseContext:
    """Return the way workers are started on this system.

    Each worker does one job at a time on one thread. OpenMP reads its number of threads when its library loads,
    which the engine's library makes happen before any job could say so: it must stand in the environment that
    workers are born with. Without it every worker computes with a thread per core, and they wait for each other.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*PRELOADED, __name__, "spongecalc.batch.orphaned_start"])
    return context


def given_up() -> int:
    """Return how many jobs this process has given up since it began, because somebody kept killing their worker.

    That says nothing of the job: whoever remembers what was made of it must not take it for done.
    """
    return len(_GIVEN_UP)


def get_ready() -> None:
    """Let what workers are copies of import in its own process while the caller goes on with something else."""
    if start_context().get_start_method() == "forkserver":
        forkserver.ensure_running()


def run_all(
    jobs: Sequence[Job],
    *,
    processes: int,
    on_done: Callable[[Outcome], None] | None = None,
    workers: "Sequence[Worker] | None" = None,
) -> list[Outcome]:
    """Run all jobs and return their outcomes in the order of the jobs.

    A job that raises, overruns its limits or ends its process fails alone; the others finish.

    Parameters
    ----------
    jobs : sequence of Job
    processes : int
        Workers at work at the same time; never more than jobs.
    on_done : callable, optional
        Called in the caller's thread with each outcome as it comes.
    workers : sequence of Worker, optional
        Idle workers to use, which stay for the next call; by default new ones that end with this call.

    Returns
    -------
    list of Outcome

    Raises
    ------
    ValueError
        ``processes`` below 1.
    """
    outcomes: dict[int, Outcome] = {}
    with contextlib.closing(finished(jobs, processes=processes, workers=workers)) as coming:
        for number, outcome in coming:
            outcomes[number] = outcome
            if on_done:
                on_done(outcome)
    return [outcomes[number] for number in range(len(jobs))]


def finished(
    jobs: Sequence[Job], *, processes: int, workers: "Sequence[Worker] | None" = None
) -> Generator[tuple[int, Outcome]]:
    """Run all jobs, largest first; yield each job's number with its outcome as it comes.

    Outcomes are not kept, and a worker has its next job before the caller is given the outcome of the last.
    Closing it ends the workers at once. Loops over it stand in ``contextlib.closing``: an exception holds the
    frames that it came through, and what is only forgotten would go on until that exception is.

    Parameters
    ----------
    jobs, processes, workers
        As for :func:`run_all`.

    Raises
    ------
    ValueError
        ``processes`` below 1.
    """
    if processes < 1:
        raise ValueError(f"processes is {processes}: at least one is needed")
    waiting = deque(sorted(range(len(jobs)), key=lambda n: -jobs[n].size))
    tries = dict.fromkeys(waiting, 0)
    own = [Worker() for _ in range(min(processes, len(jobs)))] if workers is None else []
    workers = own or list(workers or ())
    try:
        ready: deque[tuple[int, Outcome]] = deque()
        while True:
            for worker in workers:
                _feed(worker, jobs, waiting, ready)
            while ready:
                yield ready.popleft()
            busy = [w for w in workers if w.number is not None]
            if not busy:
                return
            for worker in _awaited(busy):
                number = worker.number
                outcome = worker.outcome()
                assert number is not None
                if outcome is None:
                    continue
                if outcome.reason == "killed" and tries[number] < jobs[number].retries:
                    tries[number] += 1
                    waiting.appendleft(number)
                else:
                    _GIVEN_UP.extend([outcome.key] * (outcome.reason in SAYS_NOTHING))
                    ready.append((number, outcome))
    finally:
        for worker in own:
            worker.end()


def _feed(worker: "Worker", jobs: Sequence[Job], waiting: deque[int], ready: deque[tuple[int, Outcome]]) -> None:
    """Give an idle worker the next job that can travel; one that cannot has failed."""
    while worker.number is None and waiting:
        number = waiting.popleft()
        refused = worker.take(number, jobs[number])
        if refused is not None:
            ready.append((number, refused))


def _awaited(busy: "Sequence[Worker]") -> "list[Worker]":
    """Wait for the next worker that answers, dies or overruns its time; those that did."""
    now = time.monotonic()
    nearest = min((w.deadline for w in busy), default=float("inf"))
    timeout = None if nearest == float("inf") else max(0.0, nearest - now)
    events: dict[Any, Worker] = {w.connection: w for w in busy}
    events |= {w.sentinel: w for w in busy}
    ready = wait(list(events), timeout)
    now = time.monotonic()
    return [w for w in busy if any(events[e] is w for e in ready) or w.deadline <= now]


class Worker:
    """One warm process that does one job at a time, and is replaced when it dies or is ended.

    ``number`` is that of the job it has, None when idle; ``deadline`` when the job's time is up.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        self.deadline = float("inf")
        self._job: Job | None = None
        self._began = 0.0
        self._given_up = False
        self._changing = threading.Lock()
        self._start()

    def _start(self) -> None:
        context = start_context()
        self.connection, other = context.Pipe()
        with _children_allowed(), _without_main():
            self.process = context.Process(target=_serve, args=(other,), daemon=True)  # type: ignore[attr-defined]
            self.process.start()
        other.close()
        self.sentinel: int = self.process.sentinel
        self._jobs = 0

    def take(self, number: int, job: Job) -> Outcome | None:
        """Hand a job over; returns its outcome if it cannot even travel."""
        try:
            message = ForkingPickler.dumps((job.function, job.args, _limits(job)))
        except Exception as error:
            return Outcome(job.key, "failed", reason="raised", detail=f"{type(error).__name__}: {error}")
        if self._jobs >= JOBS_OF_A_WORKER:
            self._replace()
        self._jobs += 1
        for _ in range(3):  # a worker that died while idle is replaced; its successor gets the job
            try:
                self.connection.send_bytes(message)
                break
            except OSError:
                self._replace()
        self.number, self._job, self._began = number, job, time.monotonic()
        self.deadline = self._began + job.time_limit_s if job.time_limit_s is not None else float("inf")
        return None

    def outcome(self) -> Outcome | None:
        """Outcome of the job, None while it runs; with an outcome the worker is idle, or a new one."""
        job = self._job
        assert job is not None
        failed = Outcome(job.key, "failed", seconds=time.monotonic() - self._began)
        try:
            if self.connection.poll():
                done, value, seconds = ForkingPickler.loads(self.connection.recv_bytes())
                self._idle()
                if done:
                    return Outcome(job.key, "done", value, seconds=seconds)
                if value.startswith(MemoryError.__name__) and job.memory_limit_mb is not None:
                    return replace(
                        failed, reason="memory_limit", detail=f"{job.memory_limit_mb:g}", seconds=seconds
                    )
                reason: Reason = "system" if _OF_THE_SYSTEM.match(value) else "raised"
                return replace(failed, reason=reason, detail=value, seconds=seconds)
        except (EOFError, OSError):
            pass
        except Exception as error:  # a value that cannot be put together here, such as a class of the worker's
            self._idle()
            return replace(failed, reason="raised", detail=f"{type(error).__name__}: {error}")
        else:
            if self.process.exitcode is None and time.monotonic() < self.deadline:
                return None
            if self.process.exitcode is None:
                self._replace()
                return replace(failed, reason="time_limit", detail=f"{job.time_limit_s:g}")
        self.process.join(1.0)
        code = self.process.exitcode
        self._replace()
        if code is not None and code == _TOO_LARGE and job.file_limit_mb is not None:
            return replace(failed, reason="size_limit", detail=f"{job.file_limit_mb:g}")
        if code in _KILLED_FROM_OUTSIDE:
            return replace(failed, reason="killed", detail=str(code))
        return replace(failed, reason="worker_died", detail=str(code))

    def _idle(self) -> None:
        self.number, self._job, self.deadline = None, None, float("inf")

    def _replace(self) -> None:
        self.end()
        self._idle()
        with self._changing:
            if not self._given_up:
                self._start()

    def give_up(self) -> None:
        """End the process from another thread than the one that waits for its job: no successor starts.

        The pipe stays open, which the waiting thread reads: two threads that close one descriptor may close
        somebody else's file. :meth:`end` closes it once no thread waits any more.
        """
        with self._changing:
            self._given_up = True
            with contextlib.suppress(OSError, ValueError):
                self.process.kill()

    def end(self) -> None:
        """End the process at once; for the thread that hands over its jobs."""
        with contextlib.suppress(OSError, ValueError):
            self.process.kill()
        with contextlib.suppress(OSError, ValueError, AssertionError):
            self.process.join()
        self.connection.close()


def _limits(job: Job) -> tuple[float | None, float | None, float | None]:
    return job.time_limit_s, job.file_limit_mb, job.memory_limit_mb


@contextlib.contextmanager
def _children_allowed() -> Iterator[None]:
    """Let a process that is itself a daemon, such as a worker of Dask under its nanny, start a worker.

    The standard library forbids it because a daemon's children would outlive it; ours end with their pipe.
    """
    config = getattr(multiprocessing.process.current_process(), "_config", {})
    daemon = config.pop("daemon", None)
    try:
        yield
    finally:
        if daemon is not None:
            config["daemon"] = daemon


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Keep a worker from importing the program that starts it.

    The standard library has every child process import its parent's main module, in case a job is of it. Jobs
    are functions of modules, so that would only take time; and a plain script that runs a project would begin
    once more in each of its workers.
    """
    main = sys.modules["__main__"]
    with _MAIN_IN_USE:
        names = ("__spec__", "__file__")
        held: dict[str, Any] = {name: main.__dict__[name] for name in names if name in main.__dict__}
        main.__spec__ = None
        main.__dict__.pop("__file__", None)
        try:
            yield
        finally:
            main.__dict__.update(held)


def _serve(connection: Connection) -> None:
    """The life of a worker: jobs in, answers out, until the pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of the terminal
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    for module in PRELOADED:
        import_module(module)
    while True:
        try:
            message = connection.recv_bytes()
        except (EOFError, OSError):
            return
        began = time.perf_counter()
        try:
            function, args, limits = ForkingPickler.loads(message)
            with _limited(*limits):
                value = function(*args)
            answer = ForkingPickler.dumps((True, value, time.perf_counter() - began))
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            answer = ForkingPickler.dumps((False, reason, time.perf_counter() - began))
        try:
            connection.send_bytes(answer)
        except OSError:
            return


@contextlib.contextmanager
def _limited(
    time_limit_s: float | None, file_limit_mb: float | None, memory_limit_mb: float | None
) -> Iterator[None]:
    """Limits of this process for the time of a job, kept by the system.

    The limit of processor time only matters when the caller, who watches the clock, is gone.
    """
    if resource is None:
        yield
        return
    limits: dict[int, float] = {}
    if time_limit_s is not None:
        limits[resource.RLIMIT_CPU] = time.process_time() + 2 * time_limit_s + 5
    if file_limit_mb is not None:
        limits[resource.RLIMIT_FSIZE] = file_limit_mb * _MEGABYTE
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it, and the engine does not look
    if memory_limit_mb is not None and sys.platform == "linux":
        with open("/proc/self/statm", encoding="ascii") as held:  # noqa: PTH123  no need of pathlib in a worker
            pages = int(held.read().split()[0])
        limits[resource.RLIMIT_AS] = pages * os.sysconf("SC_PAGE_SIZE") + memory_limit_mb * _MEGABYTE
    before = {kind: resource.getrlimit(kind) for kind in limits}
    try:
        for kind, limit in limits.items():
            hard = before[kind][1]
            whole = int(limit)
            resource.setrlimit(kind, (whole if hard == resource.RLIM_INFINITY else min(whole, hard), hard))
        yield
    finally:
        for kind, values in before.items():
            resource.setrlimit(kind, values)

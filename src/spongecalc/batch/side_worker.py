"""One warm worker that does jobs one after the other while the caller goes on with its own work."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from types import TracebackType
from typing import Any, Self

from spongecalc.batch.pool import Job, Outcome, Worker, run_all


class SideWorker:
    """A second process beside the caller's, for work whose result is wanted later; it starts with its first job.

    The work of a job that fails in the worker (it died, it was killed, its result could not travel) is done once
    more in the caller when its result is asked for, so that it succeeds, or raises, as it would have without
    a worker. A job that the worker has not come to by then is done in the caller, which would only wait.
    Without a worker (``processes`` 1) all work is done when its result is asked for.

    Parameters
    ----------
    processes
        Processes that may be at work at the same time, the caller's included.
    """

    def __init__(self, processes: int) -> None:
        self._worker: Worker | None = None
        # The thread only waits for the worker.
        self._thread = ThreadPoolExecutor(1) if processes > 1 else None

    def __enter__(self) -> Self:
        """The worker itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the worker, at once where the caller is leaving because of an error."""
        if self._thread is not None:
            if kind is not None:
                self._thread.shutdown(wait=False, cancel_futures=True)
                if self._worker is not None:
                    self._worker.give_up()
            self._thread.shutdown(wait=True)
            if self._worker is not None:
                self._worker.end()

    def hold(self, *modules: str) -> None:
        """Have the worker import modules now, so that they are there when a job needs them."""
        if self._thread is not None:
            self.begin(_import, modules)

    def begin[T](self, function: Callable[..., T], *args: Any) -> Callable[[], T]:
        """Begin a job; returns what waits for its result and gives it.

        Parameters
        ----------
        function
            Of a module; it, its arguments and its result must be picklable.
        *args
            Its arguments, which must not change until the result is there.
        """
        if self._thread is None:
            return lambda: function(*args)
        if self._worker is None:
            self._worker = Worker()
        workers = [self._worker]
        job = Job(getattr(function, "__name__", "job"), function, args)
        waiting: Future[list[Outcome]] = self._thread.submit(run_all, [job], processes=1, workers=workers)

        def result() -> T:
            if waiting.cancel():
                return function(*args)
            outcome = waiting.result()[0]
            return outcome.value if outcome.status == "done" else function(*args)

        return result


def _import(modules: tuple[str, ...]) -> None:
    for name in modules:
        import_module(name)

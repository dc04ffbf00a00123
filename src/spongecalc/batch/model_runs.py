"""SWMM runs in worker processes, with a result whatever becomes of the worker.

The engine crashes on some damaged files (a line of garbage is enough) and does not end on others (without a
start date it begins in 2004). A file of unknown origin therefore runs apart from the program that asks for
it.
"""

import os
from pathlib import Path

from spongecalc.batch.disk_fault import disk_fault
from spongecalc.batch.pool import Job, Outcome
from spongecalc.swmm.run_result import Message, RunResult, SeriesRequest

OUTCOMES = {
    "worker_died": ("engine.run.engine_crashed", "code"),
    "killed": ("engine.run.killed", "code"),
    "time_limit": ("engine.run.time_limit", "seconds"),
    "size_limit": ("engine.run.size_limit", "megabytes"),
    "memory_limit": ("engine.run.memory_limit", "megabytes"),
    "raised": ("engine.run.not_run", "reason"),
    "system": ("engine.run.of_the_system", "reason"),
}


def model_job(
    key: str,
    inp: Path,
    folder: Path,
    *,
    mark_s: float | None = None,
    series: SeriesRequest | None = None,
    keep_out: bool = False,
    how_far: Path | None = None,
    size: float = 0.0,
    time_limit_s: float | None = None,
) -> Job:
    """Return the job that runs one model.

    Parameters
    ----------
    key : str
        Name for progress.
    inp, folder, mark_s, series, keep_out, how_far
        As for :func:`spongecalc.swmm.engine.run_inp`; paths are absolute.
    size : float
        Hint at the work, such as links times simulated hours.
    time_limit_s : float, optional
        After this time [s] the run is ended.
    """
    return Job(key, _run_model, (inp, folder, mark_s, series, keep_out, how_far), size, time_limit_s)


def _run_model(
    inp: Path,
    folder: Path,
    mark_s: float | None,
    series: SeriesRequest | None,
    keep_out: bool,
    how_far: Path | None,
) -> RunResult:
    # In the worker: the engine comes with pyswmm, for which who only plans a run need not wait.
    from spongecalc.swmm.engine import run_inp  # noqa: PLC0415

    # Some files (LID units' reports, rain-derived inflow) the engine takes for ones of the folder that the
    # process is in, whatever the model's.
    os.chdir(inp.parent)
    return run_inp(inp, folder, mark_s=mark_s, series=series, keep_out=keep_out, how_far=how_far)


def model_result(outcome: Outcome) -> RunResult:
    """Return the run's result; a failed one with its reason when the worker died, overran or raised.

    Parameters
    ----------
    outcome : Outcome
        Of a :func:`model_job`.
    """
    if outcome.status == "done":
        result: RunResult = outcome.value
        return result
    if disk_fault(outcome) is not None:
        key, field = "engine.run.folder_not_writable", "reason"
    else:
        key, field = OUTCOMES[outcome.reason]
    message = Message("error", key, subject=outcome.key, values=((field, outcome.detail),))
    return RunResult("failed", (message,), seconds=outcome.seconds)

"""SWMM runs in worker processes, with a result whatever becomes of the worker.

The engine crashes on some damaged files (a line of garbage is enough) and does not end on others (without a
start date it begins in 2004). A file of unknown origin therefore runs apart from the program that asks for
it.
"""

from pathlib import Path

from spongecalc.batch.pool import Job, Outcome, run_all
from spongecalc.swmm.run_result import Message, RunResult, SeriesRequest

OUTCOMES = {
    "worker_died": ("engine.run.engine_crashed", "code"),
    "killed": ("engine.run.killed", "code"),
    "time_limit": ("engine.run.time_limit", "seconds"),
    "size_limit": ("engine.run.size_limit", "megabytes"),
    "memory_limit": ("engine.run.memory_limit", "megabytes"),
    "raised": ("engine.run.not_run", "reason"),
}


def model_job(
    key: str,
    inp: Path,
    folder: Path,
    *,
    mark_s: float | None = None,
    series: SeriesRequest | None = None,
    keep_out: bool = False,
    size: float = 0.0,
    time_limit_s: float | None = None,
) -> Job:
    """Return the job that runs one model.

    Parameters
    ----------
    key : str
        Name for progress.
    inp, folder, mark_s, series, keep_out
        As for :func:`spongecalc.swmm.engine.run_inp`.
    size : float
        Hint at the work, such as links times simulated hours.
    time_limit_s : float, optional
        After this time [s] the run is ended.
    """
    return Job(key, _run_model, (inp, folder, mark_s, series, keep_out), size, time_limit_s)


def _run_model(
    inp: Path, folder: Path, mark_s: float | None, series: SeriesRequest | None, keep_out: bool
) -> RunResult:
    # In the worker: the engine comes with pyswmm, for which who only plans a run need not wait.
    from spongecalc.swmm.engine import run_inp  # noqa: PLC0415

    return run_inp(inp, folder, mark_s=mark_s, series=series, keep_out=keep_out)


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
    if "[Errno" in outcome.detail and outcome.reason == "raised":
        key, field = "engine.run.folder_not_writable", "reason"
    else:
        key, field = OUTCOMES[outcome.reason]
    message = Message("error", key, subject=outcome.key, values=((field, outcome.detail),))
    return RunResult("failed", (message,), seconds=outcome.seconds)


def run_inp_apart(
    inp: Path,
    folder: Path,
    *,
    mark_s: float | None = None,
    series: SeriesRequest | None = None,
    keep_out: bool = False,
    time_limit_s: float | None = None,
) -> RunResult:
    """Run one model in a process of its own: as :func:`run_inp`, but nothing the engine does can end the
    caller.

    Parameters
    ----------
    inp, folder, mark_s, series, keep_out
        As for :func:`spongecalc.swmm.engine.run_inp`.
    time_limit_s : float, optional
        After this time [s] the run is ended and counts as failed.

    Returns
    -------
    RunResult
    """
    job = model_job(
        inp.name,
        inp.absolute(),
        folder.absolute(),
        mark_s=mark_s,
        series=series,
        keep_out=keep_out,
        time_limit_s=time_limit_s,
    )
    return model_result(run_all([job], processes=1)[0])

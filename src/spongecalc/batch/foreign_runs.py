"""A run of a SWMM model of unknown origin, which writes nowhere but in its own folder.

What the file holds is looked at first; then a copy of it runs in a process of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from spongecalc.batch.model_runs import model_job, model_result
from spongecalc.batch.pool import run_all
from spongecalc.progress import Progress, no_progress
from spongecalc.swmm.foreign_copy import (
    FileUse,
    ForeignCopy,
    file_messages,
    foreign_copy,
    nothing_written,
    of_the_model,
    put_in_place,
)
from spongecalc.swmm.how_far import read_how_far
from spongecalc.swmm.idle_outfalls import idle_outfalls
from spongecalc.swmm.input_file import decode, parse_input, preflight
from spongecalc.swmm.report_continuity import ReportBalance, balance_messages, report_balances
from spongecalc.swmm.run_result import Message, RunResult
from spongecalc.swmm.surprises import surprises
from spongecalc.swmm.unsound_input import unsound_input

STEP = "run"


@dataclass(frozen=True)
class ForeignRun:
    """The outcome of a model: its result, the files it named, and the balances of its report."""

    result: RunResult
    files: tuple[FileUse, ...] = ()
    balances: tuple[ReportBalance, ...] = ()


def run_foreign_model(
    model: Path,
    folder: Path,
    *,
    anywhere: bool = False,
    time_limit_s: float | None = None,
    tell: Progress = no_progress,
) -> ForeignRun:
    """Run a model of unknown origin.

    Parameters
    ----------
    model : Path
        The input file.
    folder : Path
        An empty folder for the copy and the engine's files.
    anywhere : bool
        True where the model may write outside its own folder.
    time_limit_s : float, optional
        After this time [s] the run is ended and counts as failed.
    tell : Progress
        Told how much of the run is simulated, in percent.

    Returns
    -------
    ForeignRun
    """
    data, refusal = preflight(model)
    refusals = (refusal,) if refusal else unsound_input(data, model.name)
    if refusals:
        return ForeignRun(RunResult("failed", refusals))
    try:
        copy = foreign_copy(model.absolute(), data, folder, anywhere=anywhere)
    except OSError as error:
        reason = (("reason", error.strerror or type(error).__name__),)
        return ForeignRun(
            RunResult("failed", (Message("error", "engine.run.folder_not_writable", values=reason),))
        )
    result = _run_copy(copy, time_limit_s, tell)
    copy = put_in_place(copy) if result.start else nothing_written(copy)
    balances: tuple[ReportBalance, ...] = ()
    if result.start:
        balances = report_balances(decode((folder / "model.rpt").read_bytes())[0], result.flow_units)
    return ForeignRun(_with_findings(result, copy, balances), copy.files, balances)


def _run_copy(copy: ForeignCopy, time_limit_s: float | None, tell: Progress) -> RunResult:
    folder = copy.path.parent
    how_far = folder / "how_far"
    job = model_job(copy.model.name, copy.path, folder, how_far=how_far, time_limit_s=time_limit_s)
    with _watched(how_far, tell):
        outcome = run_all([job], processes=1)[0]
    if outcome.reason != "time_limit":
        return model_result(outcome)
    done_s, whole_s = read_how_far(how_far) or (0.0, 0.0)
    values = {
        "seconds": outcome.detail,
        "done_h": f"{done_s / 3600:.2f}",
        "whole_h": f"{whole_s / 3600:.2f}",
        "percent": f"{100 * done_s / whole_s:.0f}" if whole_s else "0",
        "needed": f"{outcome.seconds * whole_s / done_s:.0f}" if done_s > 0 else "-",
    }
    key = "engine.run.time_limit_at" if whole_s else "engine.run.time_limit_before"
    message = Message("error", key, subject=copy.model.name, values=tuple(values.items()))
    return RunResult("failed", (message,), seconds=outcome.seconds)


@contextmanager
def _watched(how_far: Path, tell: Progress) -> Iterator[None]:
    """Tell how far a run has got, a few times a second, until it has ended."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.25):
            known = read_how_far(how_far)
            if known is not None and known[1] > 0:
                done_h, whole_h = (seconds / 3600 for seconds in known)
                tell(STEP, int(100 * done_h / whole_h), 100, f"{done_h:.1f} / {whole_h:.1f} h")

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _with_findings(result: RunResult, copy: ForeignCopy, balances: tuple[ReportBalance, ...]) -> RunResult:
    messages = [_named(of_the_model(message, copy), copy) for message in result.messages]
    # Of a run that did not end nothing is written, and nobody need be told of it file by file.
    messages += [m for m in file_messages(copy) if result.start or m.key != "engine.run.file_not_written"]
    if result.start:  # the engine read it
        messages += [*surprises(parse_input(copy.data)), *idle_outfalls(result), *balance_messages(balances)]
    warnings = tuple(of_the_model(warning, copy) for warning in result.warnings)
    return replace(result, messages=tuple(messages), warnings=warnings)


def _named(message: Message, copy: ForeignCopy) -> Message:
    """A message about the copy's own file as one about the model's."""
    return replace(message, subject=copy.model.name) if message.subject == copy.path.name else message

"""The runs of a project: each model through each event, with its result kept by its key.

Whatever needs the engine hands a list of :class:`~spongecalc.batch.run.Run` to :func:`execute` and gets
results by run id. What has been run before is not run again; what is missing is run and stored, one result
after the other, by the one process that calls.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, overload

from spongecalc.batch.disk_fault import refuse_faults
from spongecalc.batch.engine_task import EngineAnswer, EngineTask, remove_dead, run_task, scratch_folder
from spongecalc.batch.model_runs import model_result
from spongecalc.batch.pool import RETRIES, Executor, Job, Outcome, finished
from spongecalc.batch.result_file import (
    INPUT,
    OUT,
    packed,
    read_head,
    read_result,
    result_path,
    show,
    used,
    write_result,
)
from spongecalc.batch.results import Results
from spongecalc.batch.run import Run, RunDone
from spongecalc.batch.time_limit import LEAST_S
from spongecalc.catalogue.structure_form import PASSING
from spongecalc.swmm.event import DRY, Event
from spongecalc.swmm.identifiers import run_folder_name
from spongecalc.swmm.model import BETWEEN, COMES_UP, TANK_FLOWS, SwmmModel
from spongecalc.swmm.run_result import Message, RunResult, SeriesRequest
from spongecalc.whole_file import OF_THE_DISK, only_regular, replace_file

Again = Literal["nothing", "failed", "all"]
"""What is run though it has been run before."""

Why = Literal["missing", "changed", "failed", "forced"]
"""Why a run is due: no result, results of another input only, failed and to be repeated, or asked for."""


def plan_runs(
    models: Sequence[SwmmModel], events: Sequence[Event], folder: Path, *, keep_out: bool
) -> tuple[Run, ...]:
    """All runs of the models through the events; each in ``folder``/model/scenario/event."""
    runs = []
    for model in models:
        roles = model.elements.groupby("role")["model_id"].agg(list)
        series = SeriesRequest(
            subcatchment_runoff=True,
            outfall_inflow=True,
            node_lateral_inflow=tuple(roles.get("tank", [])),
            node_depth=tuple(g.model_id for g in model.gutters),
            link_flow=tuple(link for role in (*TANK_FLOWS, *PASSING) for link in roles.get(role, [])),
        )
        backs = tuple(g.back for g in model.gutters)
        nodes = model.elements[(model.elements["element"] == "node") & (model.elements["layer"] == "nodes")]
        pipes = model.elements[(model.elements["element"] == "link") & (model.elements["layer"] == "pipes")]
        between = [link for role in BETWEEN for link in roles.get(role, [])]
        everything = replace(
            series,
            node_depth=tuple(nodes["model_id"]),
            # What sewage spills, and what flows back through a joint, is read of this run.
            node_flooding=tuple(n for role in COMES_UP for n in roles.get(role, [])),
            link_flow=tuple(dict.fromkeys((*series.link_flow, *between, *pipes["model_id"], *backs))),
        )
        for event, text in zip(events, model.texts(events), strict=True):
            place = folder / run_folder_name(model.name) / model.scenario / event.storm_id
            wanted = everything if event.report_all else series
            if event.storm_id == DRY:
                passing = tuple(link for role in PASSING for link in roles.get(role, []))
                wanted = SeriesRequest(link_flow=(*backs, *passing))
            runs.append(
                Run(
                    model.name,
                    model.scenario,
                    model.communities,
                    model.as_run(event),
                    place,
                    wanted,
                    keep_out,
                    text=text,
                    gutters=model.gutters,
                )
            )
    return tuple(runs)


def due_runs(runs: Sequence[Run], again: Again = "nothing") -> dict[str, Why]:
    """The runs that have to be made with the reason of each, by run id in the order of ``runs``.

    A run that failed counts as made until its input changes or the limit that ended it does: it would fail
    again. ``again`` repeats the failed ones, or all.
    """
    due: dict[str, Why] = {}
    for run in runs:
        head = read_head(run.folder, run.key)
        if head is None or (head.limit and head.limit not in _limits(run)):
            due[run.run_id] = "changed" if (run.folder / INPUT).is_file() else "missing"
        elif run.keep_out and not (run.folder / OUT).is_file():
            due[run.run_id] = "missing"
        elif again == "all":
            due[run.run_id] = "forced"
        elif again == "failed" and head.status != "done":
            due[run.run_id] = "failed"
    return due


def execute(
    runs: Sequence[Run],
    *,
    processes: int,
    on_done: Callable[[int], None] | None = None,
    again: Again = "nothing",
    executor: Executor | None = None,
    on_event: Callable[[RunDone], None] | None = None,
    on_due: Callable[[Collection[str]], None] | None = None,
) -> Results:
    """Make the runs that are due; results of all of them by run id, in the order of ``runs``.

    A run whose worker dies, overruns a limit or raises counts as failed, with its reason; the others finish.
    Of runs that are alike (:attr:`Run.key`), such as those of a community that two scenarios leave as it is, one
    is made and the others get its result.
    A result is on disk before its run counts as done, and what is on disk stays when this call is stopped.
    A disk that takes no results ends the call: what it would go on to compute could not be kept.

    Parameters
    ----------
    runs
        Ids and folders must differ.
    processes
        Worker processes on this machine.
    on_done
        Told how many runs have their result, those of earlier calls included.
    again
        What to repeat of what has been run before.
    executor
        Where to run; by default worker processes on this machine.
    on_event
        Told of each run that was made.
    on_due
        Told the ids of the runs that will be made, before the first.

    Raises
    ------
    OSError
        The disk takes nothing (full, read-only, damaged, no right to write).
    """
    due = due_runs(runs, again)
    if on_due:
        on_due(due)
    unstored: dict[str, RunResult] = {}
    alike: dict[str, list[Run]] = {}
    for run in runs:
        if run.run_id in due:
            alike.setdefault(run.key, []).append(run)
    for run in runs:
        if run.run_id not in due and not _shows(run):
            with contextlib.suppress(OSError):  # for the reader only; the result itself is there
                show(run.folder, run.text, read_result(run.folder, run.key)[1])
                used(run.folder, run.key)
    done, failed = len(runs) - len(due), 0
    if done and on_done:
        on_done(done)

    def told(run: Run, status: str, reason: str, seconds: float) -> None:
        nonlocal done, failed
        done, failed = done + 1, failed + (status != "done")
        if on_done:
            on_done(done)
        if on_event:
            on_event(RunDone(run.run_id, status, reason, seconds, done, len(runs), failed))

    kept = {run.key: run for run in runs if run.run_id not in due} if len(due) < len(runs) else {}
    for key in [key for key in alike if key in kept]:
        for run in alike.pop(key):
            told(run, *_keep_alike(kept[key], run, unstored), 0.0)
    waiting = [same[0] for same in alike.values()]
    with scratch_folder() as scratch:
        place = scratch if executor is None else None
        jobs = _Jobs(waiting, place)
        outcomes = executor(jobs) if executor else finished(jobs, processes=processes)
        with contextlib.closing(outcomes):
            for number, outcome in outcomes:
                run = waiting[number]
                if outcome.reason in ("size_limit", "time_limit", "worker_died", "killed"):
                    remove_dead(scratch)  # what its worker wrote may be gigabytes
                refuse_faults([] if executor else [outcome], scratch)
                told(run, *_keep(run, outcome, unstored), outcome.seconds)
                for other in alike[run.key][1:]:
                    told(other, *_keep_alike(run, other, unstored), 0.0)
    stored = [run for run in runs if run.run_id not in unstored]
    return Results(stored, unstored, [run.run_id for run in runs])


def stored_results(runs: Sequence[Run]) -> tuple[Results, tuple[str, ...]]:
    """Results that earlier calls left on disk, and the ids of the runs that are missing or out of date.

    A result counts only if it is that of exactly the run asked for.
    """
    due = due_runs(runs)
    stored = [run for run in runs if run.run_id not in due]
    return Results(stored, {}, [run.run_id for run in stored]), tuple(due)


def stored_files(runs: Sequence[Run]) -> list[Path]:
    """Files that hold the results of runs which have one."""
    paths = (result_path(run.folder, run.key) for run in runs)
    return [path for path in paths if path.is_file()]


class _Jobs(Sequence[Job]):
    """The jobs of runs, each made when it is its turn: the tasks of a county would not fit into memory."""

    def __init__(self, runs: Sequence[Run], scratch: Path | None) -> None:
        self._runs, self._scratch = runs, scratch
        self._contents: dict[Path, bytes] = {}

    def __len__(self) -> int:
        return len(self._runs)

    @overload
    def __getitem__(self, number: int) -> Job: ...

    @overload
    def __getitem__(self, number: slice) -> list[Job]: ...

    def __getitem__(self, number: int | slice) -> Job | list[Job]:
        if isinstance(number, slice):
            return [self[n] for n in range(*number.indices(len(self)))]
        return self._job(self._runs[number])

    def _job(self, run: Run) -> Job:
        settings = run.event.settings
        for _, path in run.files:
            if path not in self._contents:
                self._contents[path] = path.read_bytes()
        files = tuple((name, self._contents[path]) for name, path in run.files)
        task = EngineTask(
            run.key,
            run.text,
            files,
            run.event.mark_s,
            run.series,
            run.keep_out,
            self._scratch,
            run.gutters,
        )
        return Job(
            run.run_id,
            run_task,
            (task,),
            size=run.size,
            time_limit_s=run.time_limit_s,
            file_limit_mb=settings.file_limit_mb,
            memory_limit_mb=settings.memory_limit_mb,
            retries=RETRIES,
        )


def _keep(run: Run, outcome: Outcome, unstored: dict[str, RunResult]) -> tuple[str, str]:
    """Store what came of a run, the engine's failures as well; returns its status and the reason.

    What has nothing to do with the model is not stored, so that the run stays due: someone killed the worker
    again and again, the disk was full, the program has a fault.
    """
    if isinstance(outcome.value, EngineAnswer):
        answer = outcome.value
        content, report, out = answer.content, answer.report, answer.out
        status, reason = answer.status, answer.message if answer.status != "done" else ""
    else:
        result = _overran(run, outcome) if outcome.reason == "time_limit" else model_result(outcome)
        status, reason = "failed", result.messages[0].key
        if outcome.reason not in ("time_limit", "size_limit", "memory_limit", "worker_died"):
            unstored[run.run_id] = result
            return status, reason
        limit = f"{outcome.reason}={outcome.detail}" if outcome.reason != "worker_died" else ""
        content, report, out = packed(result, "", run.key, limit), "", None
    try:
        if out is not None:
            replace_file(run.folder / OUT, out)
        write_result(run.folder, run.key, content, run.text, report)
    except OSError as error:
        _refuse_of_the_disk(run, error)
        return _not_writable(run, error, outcome.seconds, unstored)
    return status, reason


def _overran(run: Run, outcome: Outcome) -> RunResult:
    """The result of a run that was ended: how large it is, and whether the limit or the model is at fault."""
    default_s = run.default_time_limit_s
    if run.time_limit_s < default_s:
        key = "engine.run.time_limit_below_size"
    else:
        key = "engine.run.time_limit_large" if default_s > LEAST_S else "engine.run.time_limit_small"
    values = {
        "seconds": outcome.detail,
        "elements": str(run.elements),
        "steps": f"{run.steps:.0f}",
        "default": f"{default_s:g}",
        "longer": f"{3 * max(run.time_limit_s, default_s):g}",
    }
    message = Message("error", key, subject=run.run_id, values=tuple(values.items()))
    return RunResult("failed", (message,), seconds=outcome.seconds)


def _keep_alike(made: Run, run: Run, unstored: dict[str, RunResult]) -> tuple[str, str]:
    """Store the result of a run as that of another one that is alike, under its own title; status and reason."""
    if made.run_id in unstored:
        result = unstored[run.run_id] = unstored[made.run_id]
        return result.status, result.messages[0].key if result.messages else ""
    head = read_head(made.folder, made.key)
    result, report = read_result(made.folder, made.key)
    for own, line in zip(run.title, made.title, strict=False):
        report = report.replace(line, own, 1)
    limit = head.limit if head is not None else ""
    try:
        if (made.folder / OUT).is_file() and run.keep_out:
            replace_file(run.folder / OUT, (made.folder / OUT).read_bytes())
        write_result(run.folder, run.key, packed(result, report, run.key, limit), run.text, report)
    except OSError as error:
        _refuse_of_the_disk(run, error)
        return _not_writable(run, error, result.seconds, unstored)
    return result.status, result.messages[0].key if result.status != "done" and result.messages else ""


def _refuse_of_the_disk(run: Run, error: OSError) -> None:
    """Raise an error in storing a run that every other run would meet too, with the name of a file."""
    if error.errno in OF_THE_DISK:
        raise error if error.filename else OSError(error.errno, error.strerror, str(run.folder))


def _not_writable(run: Run, error: OSError, seconds: float, unstored: dict[str, RunResult]) -> tuple[str, str]:
    values = (("reason", error.strerror or type(error).__name__),)
    message = Message("error", "engine.run.folder_not_writable", subject=run.run_id, values=values)
    unstored[run.run_id] = RunResult("failed", (message,), seconds=seconds)
    return "failed", message.key


def _limits(run: Run) -> tuple[str, ...]:
    settings = run.event.settings
    return (
        f"time_limit={run.time_limit_s:g}",
        f"size_limit={settings.file_limit_mb:g}",
        f"memory_limit={settings.memory_limit_mb:g}",
    )


def _shows(run: Run) -> bool:
    """True if the input in the run's folder is the run's: after going back to an earlier state it is not."""
    try:
        return only_regular(run.folder / INPUT).read_bytes() == run.text.encode()
    except OSError:
        return False

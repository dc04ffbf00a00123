"""Reference runs: models once more by the reference scheme, where their run found pipes under pressure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from spongecalc.batch.run import Run
from spongecalc.swmm.reference_scheme import STEP_S, is_under_pressure, reference_text
from spongecalc.swmm.run_result import RunResult

REFERENCE = "reference"
"""Variant of a reference run, and name of its folder in that of the run that it is held against."""


def plan_reference_runs(runs: Sequence[Run], results: Mapping[str, RunResult], storm_id: str) -> dict[str, Run]:
    """The reference runs that a storm's runs call for, by the id of the run that each is held against.

    A run that failed calls for none, nor does one in which no pipe was under pressure.

    Parameters
    ----------
    runs
        Every run of the batch.
    results
        Their results by run id; those of other storms are not looked at.
    storm_id
        The storm.
    """
    found = {}
    for run in runs:
        if run.event.storm_id != storm_id or run.run_id not in results:
            continue
        result = results[run.run_id]
        if result.status == "done" and is_under_pressure(result):
            found[run.run_id] = reference_run(run)
    return found


def reference_run(run: Run) -> Run:
    """The run by the reference scheme; its limit of time is longer by as much as its steps are shorter.

    One that the project does not state follows from the steps by itself.
    """
    settings = run.event.settings
    if settings.time_limit_s is not None:
        longer = max(1.0, run.event.routing_step_s / STEP_S)
        settings = settings.model_copy(update={"time_limit_s": settings.time_limit_s * longer})
    event = replace(run.event, routing_step_s=STEP_S, settings=settings)
    return replace(
        run,
        event=event,
        folder=run.folder / REFERENCE,
        keep_out=False,
        text=reference_text(run.text),
        variant=REFERENCE,
    )

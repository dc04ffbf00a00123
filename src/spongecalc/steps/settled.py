"""The step that tells whether figures are settled: reference runs of the models, made and kept like all runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spongecalc.batch.pool import Executor
from spongecalc.batch.reference_runs import REFERENCE, plan_reference_runs
from spongecalc.batch.run import Run
from spongecalc.batch.runs import Again, execute, stored_results
from spongecalc.progress import Progress, no_progress
from spongecalc.steps.built import Built
from spongecalc.swmm.run_result import RunResult


def make_reference_runs(
    built: Built,
    results: Mapping[str, RunResult],
    jobs: int,
    progress: Progress = no_progress,
    *,
    again: Again = "nothing",
    executor: Executor | None = None,
) -> None:
    """Make the reference runs that are due, in ``jobs`` processes or by an ``executor``.

    ``again`` and ``executor`` are those of :func:`spongecalc.batch.runs.execute`.
    """
    runs = list(_called_for(built, results, built.runs).values())
    if not runs:
        return
    progress("settled", 0, len(runs))
    execute(
        runs,
        processes=jobs,
        on_done=lambda done: progress("settled", done, len(runs)),
        again=again,
        executor=executor,
    )


def begun_reference_runs(built: Built, results: Mapping[str, RunResult]) -> dict[str, Run]:
    """The reference runs that some call has begun to make, by the id of the run that each belongs to."""
    # Most models have none: their results need not be read to know that.
    begun = [run for run in built.runs if (run.folder / REFERENCE).is_dir()]
    return _called_for(built, results, begun)


def kept_references(built: Built, results: Mapping[str, RunResult]) -> dict[str, RunResult]:
    """Results of reference runs on disk that still belong to the models, by the id of the run they belong to."""
    runs = begun_reference_runs(built, results)
    stored, _ = stored_results(list(runs.values()))
    return {run_id: stored[run.run_id] for run_id, run in runs.items() if run.run_id in stored}


def _called_for(built: Built, results: Mapping[str, RunResult], runs: Sequence[Run]) -> dict[str, Run]:
    """The reference runs that the results of the headline storm call for; none where nobody asks for them."""
    if not built.checked.project.settings.simulation.settled:
        return {}
    return plan_reference_runs(runs, results, built.headline.storm_id)

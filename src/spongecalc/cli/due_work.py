"""The work that would be done, found by reading and building everything without writing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spongecalc.batch.runs import Why, due_runs
from spongecalc.cli.command_project import built_project
from spongecalc.steps import pipeline
from spongecalc.steps.model_files import stale_models

if TYPE_CHECKING:
    from spongecalc.cli.call import Call


def due_work(call: Call) -> tuple[list[str], dict[str, Why], int]:
    """Models to write, runs to make with the reason of each, and how many runs there are.

    Raises RefusedError where the project cannot be read.
    """
    built = built_project(call)
    folder = built.checked.project.folder
    models = [p.relative_to(folder).as_posix() for p in stale_models(built)]
    runs = pipeline.plan(built)
    return models, due_runs(runs, call.again), len(runs)

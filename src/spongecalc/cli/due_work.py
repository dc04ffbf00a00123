"""The work that would be done, found by reading and building everything without writing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spongecalc.batch.runs import Why
from spongecalc.cli.command_project import built_project
from spongecalc.steps.model_files import edited_models

if TYPE_CHECKING:
    from spongecalc.cli.call import Call


def due_work(call: Call) -> tuple[list[str], list[str], dict[str, Why], int]:
    """Models to write, those of them that somebody changed, runs to make with the reason of each, and all runs.

    Raises RefusedError where the project cannot be read.
    """
    project = built_project(call)
    stale = project.stale_models()
    models, edited = (
        [p.relative_to(project.folder).as_posix() for p in found]
        for found in (stale, edited_models(project.built, stale))
    )
    return models, edited, project.due(call.again), len(project.built.runs)

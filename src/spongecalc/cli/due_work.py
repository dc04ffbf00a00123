"""The work that would be done, found by reading and building everything without writing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spongecalc.batch.runs import Why
from spongecalc.cli.command_project import built_project
from spongecalc.steps.model_files import edited_models, models_left_out

if TYPE_CHECKING:
    from spongecalc.cli.call import Call


def due_work(call: Call) -> tuple[list[str], list[str], list[str], dict[str, Why], int]:
    """Models to write, those of them that somebody changed, those that errors keep out; runs to make, and all.

    The runs to make come with the reason of each, of all only their number.

    Raises RefusedError where the project cannot be read.
    """
    project = built_project(call)
    stale = project.stale_models()
    kept_out = models_left_out(project.built, call.communities)
    models, edited, left_out = (
        [p.relative_to(project.folder).as_posix() for p in found]
        for found in (stale, edited_models(project.built, stale), kept_out)
    )
    return models, edited, left_out, project.due(call.again), len(project.built.runs)

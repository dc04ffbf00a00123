"""The work that would be done, found by reading and building everything without writing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spongecalc.batch.runs import Why
from spongecalc.cli.command_project import built_project

if TYPE_CHECKING:
    from spongecalc.cli.call import Call


def due_work(call: Call) -> tuple[list[str], dict[str, Why], int]:
    """Models to write, runs to make with the reason of each, and how many runs there are.

    Raises RefusedError where the project cannot be read.
    """
    project = built_project(call)
    models = [p.relative_to(project.folder).as_posix() for p in project.stale_models()]
    return models, project.due(call.again), len(project.built.runs)

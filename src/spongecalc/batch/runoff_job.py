"""The work of a worker on one model of runoff alone.

Apart from what plans such models: workers import this module, and would wait for all that a plan is made from.
"""

from __future__ import annotations

from pathlib import Path

from spongecalc.batch.disk_fault import refuse_little_room
from spongecalc.swmm.runoff_volumes import RunoffVolumes, run_runoff


def run_model(
    text: str,
    folder: Path,
    marks_s: tuple[int, ...],
    lines: tuple[str, ...],
    fine: list[int] | None,
    coarse: tuple[int, ...] | None,
    states: tuple[int, ...],
) -> RunoffVolumes:
    """Run a model of runoff alone; the arguments are those of :func:`run_runoff`, in order.

    Raises
    ------
    RunoffError
        If the engine refuses the model or stops.
    OSError
        The disk is full, or takes nothing: nothing that was computed is to be trusted.
    """
    try:
        made = run_runoff(
            text, folder, marks_s, rain_lines=lines, fine=fine, coarse_marks=coarse, state_marks=states
        )
    finally:
        if folder.parent.is_dir():
            refuse_little_room(folder.parent)
    return made

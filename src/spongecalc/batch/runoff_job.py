"""The work of a worker on one model of runoff alone.

Apart from what plans such models: workers import this module, and would wait for all that a plan is made from.
"""

from __future__ import annotations

from pathlib import Path

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
    """
    return run_runoff(text, folder, marks_s, rain_lines=lines, fine=fine, coarse_marks=coarse, state_marks=states)

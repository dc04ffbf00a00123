"""Many grounds through one rain, in a few models of runoff alone, spread over worker processes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from spongecalc.batch.pool import Job, Outcome, run_all
from spongecalc.project.settings import SurfaceSettings
from spongecalc.surfaces.cover import Cover
from spongecalc.swmm.runoff_only import Ground, RainInput, RunoffClimate, runoff_text
from spongecalc.swmm.runoff_volumes import RunoffVolumes, run_runoff

# Enough to make the start of a run small beside it, few enough to share the work evenly.
SUBCATCHMENTS_A_MODEL = 600


@dataclass(frozen=True)
class RunoffTask:
    """Grounds under one rain: what is read of each, and when.

    ``fine_keys`` are the grounds read at every mark, the others at ``coarse`` positions of ``marks_s`` only;
    without fine keys every ground is read at every mark.
    """

    grounds: tuple[Ground, ...]
    settings: SurfaceSettings
    paving_surface: Cover
    rain: RainInput
    climate: RunoffClimate
    marks_s: tuple[int, ...]
    fine_keys: frozenset[tuple[str, ...]] | None = None
    coarse: tuple[int, ...] | None = None

    def digest(self) -> str:
        """Digest of all that determines the result."""
        text = runoff_text(self.grounds, self.settings, self.paving_surface, self.rain, self.climate)
        parts = [
            text,
            *self.rain.lines,
            repr([g.key for g in self.grounds]),
            repr(self.marks_s),
            repr(self.coarse),
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class GroundVolumes:
    """What came of one ground: arrays of marks x its subcatchments in m3, gathered since the start."""

    volumes: RunoffVolumes


def run_task(
    task: RunoffTask,
    *,
    processes: int,
    time_limit_s: float,
    on_done: Callable[[int, int], None] | None = None,
) -> tuple[dict[tuple[str, ...], GroundVolumes], dict[tuple[str, ...], str]]:
    """Run all grounds of a task.

    Models hold several grounds. One that fails is run again ground by ground, so that a bad ground costs
    nobody but itself its result.

    Returns
    -------
    Volumes by the grounds' keys, and for grounds without, the reason.
    """
    groups = _groups(task.grounds)
    with TemporaryDirectory(prefix="spongecalc-") as folder:
        done, failed = _run_groups(task, groups, Path(folder), processes, time_limit_s, on_done)
        again = [(g,) for key, g in ((g.key, g) for group in groups for g in group) if key in failed]
        if again and max(len(g) for g in groups) > 1:
            more, failed = _run_groups(task, again, Path(folder), processes, time_limit_s, None)
            done |= more
    return {g.key: done[g.key] for g in task.grounds if g.key in done}, failed


def _groups(grounds: Sequence[Ground]) -> list[tuple[Ground, ...]]:
    groups: list[list[Ground]] = [[]]
    size = 0
    for ground in grounds:
        if groups[-1] and size + len(ground.areas) > SUBCATCHMENTS_A_MODEL:
            groups.append([])
            size = 0
        groups[-1].append(ground)
        size += len(ground.areas)
    return [tuple(g) for g in groups if g]


def _run_groups(
    task: RunoffTask,
    groups: Sequence[tuple[Ground, ...]],
    folder: Path,
    processes: int,
    time_limit_s: float,
    on_done: Callable[[int, int], None] | None,
) -> tuple[dict[tuple[str, ...], GroundVolumes], dict[tuple[str, ...], str]]:
    jobs = []
    for number, group in enumerate(groups):
        text = runoff_text(group, task.settings, task.paving_surface, task.rain, task.climate)
        fine: list[int] | None = None
        if task.fine_keys is not None:
            fine, start = [], 0
            for ground in group:
                if ground.key in task.fine_keys:
                    fine.extend(range(start, start + len(ground.areas)))
                start += len(ground.areas)
        args = (text, folder / str(number), task.marks_s, task.rain.lines, fine, task.coarse)
        size = sum(len(g.areas) for g in group)
        jobs.append(Job(str(number), _run, args, size=size, time_limit_s=time_limit_s))
    finished = 0

    def count(_: Outcome) -> None:
        nonlocal finished
        finished += 1
        if on_done:
            on_done(finished, len(jobs))

    done: dict[tuple[str, ...], GroundVolumes] = {}
    failed: dict[tuple[str, ...], str] = {}
    for group, outcome in zip(groups, run_all(jobs, processes=processes, on_done=count), strict=True):
        if outcome.status != "done":
            failed |= {g.key: f"{outcome.reason} {outcome.detail}".strip() for g in group}
            continue
        start = 0
        for ground in group:
            end = start + len(ground.areas)
            v: RunoffVolumes = outcome.value
            done[ground.key] = GroundVolumes(v.of(slice(start, end)))
            start = end
    return done, failed


def _run(
    text: str,
    folder: Path,
    marks_s: tuple[int, ...],
    lines: tuple[str, ...],
    fine: list[int] | None,
    coarse: tuple[int, ...] | None,
) -> RunoffVolumes:
    return run_runoff(text, folder, marks_s, rain_lines=lines, fine=fine, coarse_marks=coarse)


def per_mark(gathered: np.ndarray) -> np.ndarray:
    """What came between the marks, from what was gathered until each."""
    return np.diff(np.vstack([np.zeros_like(gathered[:1]), gathered]), axis=0)

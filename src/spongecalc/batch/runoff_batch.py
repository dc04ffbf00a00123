"""Many grounds through one rain, in a few models of runoff alone, spread over worker processes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from spongecalc.batch.pool import Job, Outcome, run_all
from spongecalc.project.settings import SurfaceSettings
from spongecalc.surfaces.subcatchment import Subcatchment
from spongecalc.swmm.runoff_only import Ground, RainInput, RunoffClimate, runoff_text
from spongecalc.swmm.runoff_volumes import RunoffVolumes, run_runoff

# Enough to make the start of a run small beside it, few enough to share the work evenly; whatever the count of
# processes, so that the same input gives the same bytes.
SUBCATCHMENTS_A_MODEL = 130


@dataclass(frozen=True)
class RunoffTask:
    """Grounds under one rain: what is read of each, and when.

    ``fine_keys`` are the grounds read at every mark, the others at ``coarse`` positions of ``marks_s`` only;
    without fine keys every ground is read at every mark.
    """

    grounds: tuple[Ground, ...]
    settings: SurfaceSettings
    rain: RainInput
    climate: RunoffClimate
    marks_s: tuple[int, ...]
    fine_keys: frozenset[tuple[str, ...]] | None = None
    coarse: tuple[int, ...] | None = None

    def digest(self) -> str:
        """Digest of all that determines the result."""
        text = runoff_text(self.grounds, self.settings, self.rain, self.climate)
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
    """Volumes of one ground: arrays of marks x its subcatchments in m3, gathered since the start."""

    volumes: RunoffVolumes


def run_task(
    task: RunoffTask,
    *,
    processes: int,
    time_limit_s: float,
    on_done: Callable[[int, int], None] | None = None,
) -> tuple[dict[tuple[str, ...], GroundVolumes], dict[tuple[str, ...], str]]:
    """Run all grounds of a task, each model within ``time_limit_s`` seconds.

    Models hold the subcatchments of several grounds; subcatchments that are alike in all that runoff depends on
    are run once. A ground with a part in a model that fails is run again by itself, so that a bad ground costs
    nobody but itself its result.

    Returns
    -------
    Volumes by the grounds' keys, and for grounds without, the reason.
    """
    with TemporaryDirectory(prefix="spongecalc-") as folder:
        args = (Path(folder), processes, time_limit_s)
        done, failed = _run_grounds(task, task.grounds, *args, on_done)
        again = [g for g in task.grounds if g.key in failed]
        if again and len(task.grounds) > 1:
            failed = {}
            for ground in again:
                own, reason = _run_grounds(task, (ground,), *args, None)
                done |= own
                failed |= reason
    return {g.key: done[g.key] for g in task.grounds if g.key in done}, failed


def _likeness(areas: Sequence[Subcatchment]) -> Hashable:
    """The properties that the runoff of a cascade depends on, beside the task's rain and settings."""
    place = {area.name: n for n, area in enumerate(areas)}
    return tuple(
        (
            area.area_m2,
            area.width_m,
            area.slope_percent,
            area.mix,
            tuple(area.paving_m2.items()),
            area.paving_run_on,
            tuple((u.unit, u.area_m2, u.catchment_m2, u.run_on) for u in area.units),
            place.get(area.runs_on_to, -1),
        )
        for area in areas
    )


def cascades(areas: Sequence[Subcatchment]) -> list[list[int]]:
    """Positions of the subcatchments that must be in one model: a lawn with what runs on to it, others alone."""
    below = {area.name: area.runs_on_to for area in areas if area.runs_on_to}
    lawns = set(below.values())
    found: dict[Hashable, list[int]] = {}
    for number, area in enumerate(areas):
        last = area.name
        while last in below:
            last = below[last]
        found.setdefault(last if last in lawns else number, []).append(number)
    return list(found.values())


class _Plan:
    """Models of the distinct cascades of some grounds, each with as many as fit.

    Those with LID units are in models of their own: while a base holds water, SWMM takes short steps for all.
    """

    def __init__(self) -> None:
        self.models: list[list[tuple[Subcatchment, ...]]] = []
        self._open: dict[bool, tuple[int, int]] = {}
        self._known: dict[Hashable, tuple[int, int]] = {}

    def place(self, areas: tuple[Subcatchment, ...]) -> list[tuple[int, int]]:
        """Model and column of each subcatchment of a cascade; one alike is not run twice."""
        likeness = _likeness(areas)
        if likeness not in self._known:
            layered = any(area.paving_m2 or area.units for area in areas)
            model, size = self._open.get(layered, (-1, SUBCATCHMENTS_A_MODEL))
            if model < 0 or size + len(areas) > SUBCATCHMENTS_A_MODEL:
                self.models.append([])
                model, size = len(self.models) - 1, 0
            self.models[model].append(areas)
            self._known[likeness] = (model, size)
            self._open[layered] = (model, size + len(areas))
        model, first = self._known[likeness]
        return [(model, first + n) for n in range(len(areas))]


def _run_grounds(
    task: RunoffTask,
    grounds: Sequence[Ground],
    folder: Path,
    processes: int,
    time_limit_s: float,
    on_done: Callable[[int, int], None] | None,
) -> tuple[dict[tuple[str, ...], GroundVolumes], dict[tuple[str, ...], str]]:
    """Run the distinct cascades of some grounds in as few models as there are hundreds of subcatchments."""
    plan = _Plan()
    fine: set[tuple[int, int]] = set()
    places: list[list[tuple[int, int]]] = []
    for ground in grounds:
        own = [(-1, -1)] * len(ground.areas)
        for numbers in cascades(ground.areas):
            for number, at in zip(numbers, plan.place(tuple(ground.areas[n] for n in numbers)), strict=True):
                own[number] = at
        places.append(own)
        if task.fine_keys is not None and ground.key in task.fine_keys:
            fine.update(own)
    jobs: list[Job] = []
    for number, model in enumerate(plan.models):
        # Each stands for itself: facilities of two grounds may share an id but not their layers.
        parts = tuple(Ground((str(n),), areas) for n, areas in enumerate(model))
        text = runoff_text(parts, task.settings, task.rain, task.climate)
        chosen = None if task.fine_keys is None else sorted(column for m, column in fine if m == number)
        args = (text, folder / str(number), task.marks_s, task.rain.lines, chosen, task.coarse)
        size = sum(len(areas) for areas in model)
        jobs.append(Job(str(number), _run, args, size=size, time_limit_s=time_limit_s))
    finished = 0

    def count(_: Outcome) -> None:
        nonlocal finished
        finished += 1
        if on_done:
            on_done(finished, len(jobs))

    outcomes = run_all(jobs, processes=processes, on_done=count)
    done: dict[tuple[str, ...], GroundVolumes] = {}
    failed: dict[tuple[str, ...], str] = {}
    for ground, own in zip(grounds, places, strict=True):
        bad = next((outcomes[m] for m in sorted({m for m, _ in own}) if outcomes[m].status != "done"), None)
        if bad is not None:
            failed[ground.key] = f"{bad.reason} {bad.detail}".strip()
        else:
            done[ground.key] = GroundVolumes(_gathered(outcomes, own))
    return done, failed


def _gathered(outcomes: Sequence[Outcome], places: Sequence[tuple[int, int]]) -> RunoffVolumes:
    """The volumes of some subcatchments by their models and columns."""
    columns = [(outcomes[model].value, column) for model, column in places]

    def joined(name: str) -> np.ndarray:
        return np.stack([getattr(volumes, name)[:, place] for volumes, place in columns], axis=1)

    return RunoffVolumes(
        joined("rain_m3"),
        joined("runoff_m3"),
        joined("infiltration_m3"),
        joined("evaporation_m3"),
        max((v.continuity_percent for v, _ in columns), key=abs),
    )


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
    """Increments between the marks, from the sums gathered until each (marks x subcatchments)."""
    return np.diff(np.vstack([np.zeros_like(gathered[:1]), gathered]), axis=0)

"""Many grounds through one rain, in a few models of runoff alone, spread over worker processes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from spongecalc.batch.disk_fault import refuse_faults
from spongecalc.batch.pool import RETRIES, Job, Outcome, run_all
from spongecalc.batch.runoff_job import run_model
from spongecalc.project.settings import SurfaceSettings
from spongecalc.surfaces.subcatchment import Subcatchment, cascades
from spongecalc.swmm.continuity import shortfall
from spongecalc.swmm.ground_state import READY, GroundReadings, GroundState
from spongecalc.swmm.runoff_only import Ground, KeptGrounds, RainInput, RunoffClimate, runoff_text
from spongecalc.swmm.runoff_volumes import RunoffVolumes

# Enough to make the start of a run small beside it, few enough to share the work evenly; whatever the count of
# processes, so that the same input gives the same bytes.
SUBCATCHMENTS_A_MODEL = 130


@dataclass(frozen=True)
class RunoffTask:
    """Grounds under one rain: what is read of each, and when.

    ``fine_keys`` are the grounds read at every mark, the others at ``coarse`` positions of ``marks_s`` only;
    without fine keys every ground is read at every mark. ``state_marks`` are the positions at which the state of
    the ground is read, ``state_keys`` the grounds whose states are wanted; None wants all.
    """

    grounds: tuple[Ground, ...]
    settings: SurfaceSettings
    rain: RainInput
    climate: RunoffClimate
    marks_s: tuple[int, ...]
    fine_keys: frozenset[tuple[str, ...]] | None = None
    coarse: tuple[int, ...] | None = None
    state_marks: tuple[int, ...] = ()
    state_keys: frozenset[tuple[str, ...]] | None = None

    def is_fine(self, ground: Ground) -> bool:
        """True for a ground that is read at every mark."""
        return self.fine_keys is None or self.coarse is None or ground.key in self.fine_keys


@dataclass(frozen=True)
class GroundVolumes:
    """Volumes of one ground: arrays of marks x its subcatchments in m3, gathered since the start.

    A ``coarse`` ground has rows for the task's coarse marks only.
    """

    volumes: RunoffVolumes
    coarse: bool = False

    def at(self, values: np.ndarray, positions: Sequence[int]) -> np.ndarray:
        """The rows of some of its values at positions among the marks; of a coarse ground these are its rows."""
        return values if self.coarse else values[list(positions)]


type Volumes = dict[tuple[str, ...], GroundVolumes]
"""By the grounds' keys."""
type Failures = dict[tuple[str, ...], str]
"""Reasons by the keys of the grounds without a result."""


def run_task(
    task: RunoffTask,
    *,
    processes: int,
    time_limit_s: float,
    on_done: Callable[[int, int], None] | None = None,
) -> tuple[Volumes, Failures]:
    """Run all grounds of a task; see :func:`run_tasks`."""
    return run_tasks((task,), processes=processes, time_limit_s=time_limit_s, on_done=on_done)[0]


def run_tasks(
    tasks: Sequence[RunoffTask],
    *,
    processes: int,
    time_limit_s: float,
    on_done: Callable[[int, int], None] | None = None,
) -> list[tuple[Volumes, Failures]]:
    """Run all grounds of some tasks together, each model within ``time_limit_s`` seconds.

    Models hold the subcatchments of several grounds; subcatchments that are alike in all that runoff depends on
    are run once. A ground with a part in a model that fails is run again by itself, so that a bad ground costs
    nobody but itself its result.

    Returns
    -------
    For each task volumes by the grounds' keys, and for grounds without, the reason.
    """
    with TemporaryDirectory(prefix="spongecalc-") as folder:
        args = (Path(folder), processes, time_limit_s)
        found = []
        for task, (done, lost) in zip(tasks, _run_grounds(tasks, *args, on_done), strict=True):
            again = [g for g in task.grounds if g.key in lost] if len(task.grounds) > 1 else []
            failed = {} if again else lost
            for ground in again:
                own, reason = _run_grounds((replace(task, grounds=(ground,)),), *args, None)[0]
                done.update(own)
                failed.update(reason)
            found.append(({g.key: done[g.key] for g in task.grounds if g.key in done}, failed))
        return found


def _likeness(areas: Sequence[Subcatchment]) -> Hashable:
    """The properties that the runoff of a cascade depends on, beside its state, rain and settings."""
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


@dataclass(frozen=True)
class _Cascade:
    """Subcatchments that must be in one model: their numbers in their ground, and what tells them from others.

    Cascades of one ``kind`` are alike in all that runoff depends on, but for the state of the ground.
    """

    numbers: tuple[int, ...]
    areas: tuple[Subcatchment, ...]
    kind: int


class _Cascades:
    """The cascades of grounds, found once for all tasks that run the same ground under other rain."""

    def __init__(self) -> None:
        self._of: dict[int, tuple[tuple[Subcatchment, ...], list[_Cascade]]] = {}
        self._kinds: dict[Hashable, int] = {}

    def of(self, areas: tuple[Subcatchment, ...]) -> list[_Cascade]:
        """The cascades of a ground's subcatchments."""
        # They are kept with what was found: no other object can have their identity.
        if id(areas) not in self._of:
            self._of[id(areas)] = (areas, [self._cascade(areas, numbers) for numbers in cascades(areas)])
        return self._of[id(areas)][1]

    def _cascade(self, areas: tuple[Subcatchment, ...], numbers: Sequence[int]) -> _Cascade:
        own = tuple(areas[n] for n in numbers)
        kind = self._kinds.setdefault(_likeness(own), len(self._kinds))
        return _Cascade(tuple(numbers), own, kind)


class _Models:
    """Models of the distinct cascades of some grounds, each with as many as fit.

    Those with LID units are in models of their own: while a base holds water, SWMM takes short steps for all.
    """

    def __init__(self) -> None:
        self.parts: list[list[Ground]] = []
        self._open: dict[bool, tuple[int, int]] = {}
        self._known: dict[Hashable, tuple[int, int]] = {}

    def place(self, cascade: _Cascade, states: tuple[GroundState, ...]) -> list[tuple[int, int]]:
        """Model and column of each subcatchment of a cascade; one alike is not run twice."""
        areas, likeness = cascade.areas, (cascade.kind, states)
        if likeness not in self._known:
            layered = any(area.paving_m2 or area.units for area in areas)
            model, size = self._open.get(layered, (-1, SUBCATCHMENTS_A_MODEL))
            if model < 0 or size + len(areas) > SUBCATCHMENTS_A_MODEL:
                self.parts.append([])
                model, size = len(self.parts) - 1, 0
            own = self.parts[model]
            # Each stands for itself: facilities of two grounds may share an id but not their layers.
            own.append(Ground((str(len(own)),), areas, states))
            self._known[likeness] = (model, size)
            self._open[layered] = (model, size + len(areas))
        model, first = self._known[likeness]
        return [(model, first + n) for n in range(len(areas))]


@dataclass(frozen=True)
class _Planned:
    """The models of a task, and by ground the model and column of each of its subcatchments."""

    jobs: tuple[Job, ...]
    places: tuple[tuple[tuple[int, int], ...], ...]


def _planned(
    task: RunoffTask, folder: Path, name: str, time_limit_s: float, known: _Cascades, kept: KeptGrounds
) -> _Planned:
    """The distinct cascades of a task's grounds in as few models as there are hundreds of subcatchments.

    ``known`` and ``kept`` are cascades and rows of grounds that other tasks have, too.
    """
    models = _Models()
    fine: set[tuple[int, int]] = set()
    places: list[tuple[tuple[int, int], ...]] = []
    for ground in task.grounds:
        own = [(-1, -1)] * len(ground.areas)
        states = ground.states or (READY,) * len(ground.areas)
        for cascade in known.of(ground.areas):
            found = models.place(cascade, tuple(states[n] for n in cascade.numbers))
            for number, at in zip(cascade.numbers, found, strict=True):
                own[number] = at
        places.append(tuple(own))
        if task.fine_keys is not None and ground.key in task.fine_keys:
            fine.update(own)
    jobs: list[Job] = []
    for number, parts in enumerate(models.parts):
        text = runoff_text(parts, task.settings, task.rain, task.climate, kept=kept)
        chosen = None if task.fine_keys is None else sorted(column for model, column in fine if model == number)
        key = f"{name}-{number}"
        args = (text, folder / key, task.marks_s, task.rain.lines, chosen, task.coarse, task.state_marks)
        size = sum(len(part.areas) for part in parts)
        jobs.append(Job(key, run_model, args, size=size, time_limit_s=time_limit_s, retries=RETRIES))
    return _Planned(tuple(jobs), tuple(places))


def _run_grounds(
    tasks: Sequence[RunoffTask],
    folder: Path,
    processes: int,
    time_limit_s: float,
    on_done: Callable[[int, int], None] | None,
) -> list[tuple[Volumes, Failures]]:
    """Run the models of some tasks, all in one batch."""
    known, kept = _Cascades(), KeptGrounds()
    planned = [_planned(task, folder, str(n), time_limit_s, known, kept) for n, task in enumerate(tasks)]
    jobs = [job for one in planned for job in one.jobs]
    finished = 0

    def count(_: Outcome) -> None:
        nonlocal finished
        finished += 1
        if on_done:
            on_done(finished, len(jobs))

    outcomes = run_all(jobs, processes=processes, on_done=count)
    refuse_faults(outcomes, folder)
    found, begin = [], 0
    for task, one in zip(tasks, planned, strict=True):
        own = outcomes[begin : begin + len(one.jobs)]
        begin += len(one.jobs)
        done: Volumes = {}
        failed: Failures = {}
        for ground, places in zip(task.grounds, one.places, strict=True):
            models = sorted({model for model, _ in places})
            bad = next((own[m] for m in models if own[m].status != "done"), None)
            if bad is not None:
                failed[ground.key] = f"{bad.reason} {bad.detail}".strip()
                continue
            fine = task.is_fine(ground)
            stated = task.state_keys is None or ground.key in task.state_keys
            volumes = _gathered(own, places, None if fine else task.coarse, with_states=stated)
            # No figure rests on runoff that does not close, as in a run of the pipes.
            if short := shortfall("done", {"runoff": volumes.continuity_percent}):
                failed[ground.key] = short
            else:
                done[ground.key] = GroundVolumes(volumes, coarse=not fine)
        found.append((done, failed))
    return found


def _gathered(
    outcomes: Sequence[Outcome],
    places: Sequence[tuple[int, int]],
    coarse: Sequence[int] | None,
    *,
    with_states: bool,
) -> RunoffVolumes:
    """The volumes of some subcatchments by their models and columns.

    ``coarse`` are the positions of the marks that are wanted, None all: a model that shares them with a ground
    read at every mark has the others, too.
    """
    columns = [(outcomes[model].value, column) for model, column in places]

    def rows(values: np.ndarray) -> np.ndarray:
        return values if coarse is None or len(values) == len(coarse) else values[list(coarse)]

    def joined(name: str) -> np.ndarray:
        return np.stack([rows(getattr(volumes, name))[:, place] for volumes, place in columns], axis=1)

    return RunoffVolumes(
        joined("rain_m3"),
        joined("runoff_m3"),
        joined("infiltration_m3"),
        joined("evaporation_m3"),
        max((v.continuity_percent for v, _ in columns), key=abs),
        _gathered_readings(columns) if with_states else None,
    )


def _gathered_readings(columns: Sequence[tuple[RunoffVolumes, int]]) -> GroundReadings | None:
    """The readings of some subcatchments, each from its model's; None where none were asked for."""
    own = [v.readings.of([place]) for v, place in columns if v.readings is not None]
    if not own:
        return None
    units = max(r.storage_mm.shape[2] for r in own)

    def layers(values: np.ndarray) -> np.ndarray:
        return np.pad(values, ((0, 0), (0, 0), (0, units - values.shape[2])), constant_values=np.nan)

    return GroundReadings(
        np.concatenate([r.horton_s for r in own], axis=1),
        np.concatenate([layers(r.soil_moisture) for r in own], axis=1),
        np.concatenate([layers(r.storage_mm) for r in own], axis=1),
    )


def per_mark(gathered: np.ndarray) -> np.ndarray:
    """Increments between the marks, from the sums gathered until each (marks x subcatchments)."""
    return np.diff(np.vstack([np.zeros_like(gathered[:1]), gathered]), axis=0)

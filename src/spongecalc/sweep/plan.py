"""The runs of a sweep: every model of every set of parameters through every storm, each input once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from spongecalc.batch.packed_text import SharedParts
from spongecalc.batch.pool import Job, finished
from spongecalc.batch.run import Run
from spongecalc.project.design_storms import design_storms
from spongecalc.project.load import Project, mistakes_of
from spongecalc.project.long_rain import LongRain
from spongecalc.project.settings import Settings, StormSettings
from spongecalc.project.sweep_settings import SweepSettings
from spongecalc.rainfall.storm import Storm
from spongecalc.scenario import DrainageSystem
from spongecalc.sweep.error import SweepError, ValuesError
from spongecalc.sweep.parameter_sets import ParameterSet, parameter_sets
from spongecalc.sweep.parameters import changed_settings
from spongecalc.sweep.shared_models import SystemModels, versions_of
from spongecalc.swmm.event import Event, storm_event
from spongecalc.swmm.identifiers import run_folder_name
from spongecalc.swmm.inp_text import SECTION_ORDER
from spongecalc.swmm.model import SwmmModel
from spongecalc.swmm.run_result import SeriesRequest

AT_A_TIME = 500
"""Sets of a large sweep that a worker makes at a time: what they share, each worker makes once for them."""

FOLDER = "sweeps"
"""Folder of the results in which each sweep has its table and its runs."""


@dataclass(frozen=True)
class Point:
    """One row of a sweep's table: a set, a model, a storm, and the id of the run that answers for it.

    Sets that give a model the same input file share one run. ``tanks`` and ``reuse`` are the model's rain tanks
    and the outfalls that stand for their reuse. ``outfalls_above_rim`` counts the outfalls whose water outside
    comes up at a manhole: the street inside is then under water before any rain falls.
    """

    parameters: ParameterSet
    model: str
    communities: tuple[str, ...]
    scenario: str
    storm: Storm
    run_id: str
    tanks: tuple[str, ...] = ()
    reuse: tuple[str, ...] = ()
    outfalls_above_rim: int = 0


@dataclass(frozen=True)
class SweepPlan:
    """All points of a sweep, and the runs that they need."""

    sweep: SweepSettings
    points: tuple[Point, ...]
    runs: tuple[Run, ...]


_OfSet = list[tuple[Point, Run]]
_Set = tuple[ParameterSet, Settings]
"""A set of parameters, and the project's settings with its values in them."""
_Given = tuple[Path, Project, tuple[DrainageSystem, ...]]


def plan_sweep(
    sweep: SweepSettings,
    project: Project,
    systems: Sequence[DrainageSystem],
    on_built: Callable[[int, int], None] | None = None,
    communities: Collection[str] = (),
    processes: int = 1,
) -> SweepPlan:
    """Make the models of a sweep and plan its runs.

    Parameters
    ----------
    sweep, project
        One of the project's sweeps, and the project.
    systems
        The checked systems of the sweep's scenarios.
    on_built
        Told how many of how many models are made.
    communities
        Ids of the project's communities, to tell one that is misspelt from one that errors keep out; none: not
        looked at.
    processes
        How many make the models of a large sweep side by side.

    Raises
    ------
    SweepError
        Its parameters, its storms or its communities cannot be used.
    """
    if communities:
        refuse_unknown(sweep, communities)
    settings = with_storms(sweep, project.settings)
    # Every mistake is found before the first model is made.
    sets = [
        (parameters, changed_settings(settings, sweep.name, parameters.values))
        for parameters in parameter_sets(sweep, settings, project.folder)
    ]
    scenarios = sweep.scenarios or project.settings.scenario_names
    asked = set(sweep.communities)
    kept = tuple(
        system
        for system in systems
        if system.scenario in scenarios and (not asked or asked & set(system.communities))
    )
    points: list[Point] = []
    runs: dict[str, Run] = {}
    told = _Told(on_built, len(sets) * len(kept))
    given = (project.results_folder / FOLDER / sweep.name / "runs", project, kept)
    for of_set in _side_by_side(sets, given, processes, told):
        for point, run in of_set:
            known = runs.setdefault(run.key, run)
            points.append(replace(point, run_id=known.run_id))
    return SweepPlan(sweep, tuple(points), tuple(runs.values()))


class _Told:
    """A count of the models that are made, told to whoever asked for it."""

    def __init__(self, listener: Callable[[int, int], None] | None, total: int) -> None:
        self._listener, self._total, self._made = listener, total, 0

    def more(self, count: int) -> None:
        """Tell of so many models more."""
        self._made += count
        if self._listener:
            self._listener(self._made, self._total)


def _side_by_side(sets: Sequence[_Set], given: _Given, processes: int, told: _Told) -> Iterator[_OfSet]:
    """The points and runs of each set in order; those of many sets made by several processes."""
    if processes < 2 or len(sets) <= AT_A_TIME:
        yield from _of_sets(sets, *given, on_system=lambda: told.more(len(sets)))
        return
    parts = [sets[start : start + AT_A_TIME] for start in range(0, len(sets), AT_A_TIME)]
    made: dict[int, list[_OfSet]] = {}
    jobs = [Job(str(number), _made_by_worker, (part, *given)) for number, part in enumerate(parts)]
    following = 0
    with closing(finished(jobs, processes=processes)) as coming:
        for number, outcome in coming:
            # A worker that was killed takes nothing along: its sets are made here.
            made[number] = outcome.value if outcome.status == "done" else _of_sets(parts[number], *given)
            told.more(len(parts[number]) * len(given[-1]))
            while following in made:
                yield from made.pop(following)
                following += 1


def _made_by_worker(sets: Sequence[_Set], *given: Any) -> list[_OfSet]:
    """The points and runs of some sets, with the keys of the runs worked out."""
    made = _of_sets(sets, *given)
    for of_set in made:
        for _, run in of_set:
            _ = run.key
    return made


def _of_sets(
    sets: Sequence[_Set],
    folder: Path,
    project: Project,
    systems: Sequence[DrainageSystem],
    on_system: Callable[[], None] = lambda: None,
) -> list[_OfSet]:
    """The points of each set, with their runs: by system, then by storm.

    One system after the other is taken through all sets: what its models have in common is kept no longer.
    """
    rain = LongRain(project.folder, project.settings)
    storms = _Storms()
    of_sets = []
    for parameters, own in sets:
        # Settings of the rain are seldom those that a sweep changes.
        own_rain = rain if own.sponge == rain.settings.sponge else LongRain(project.folder, own)
        of_sets.append((parameters, own, own_rain, storms.of(own), versions_of(parameters.values)))
    made: list[_OfSet] = [[] for _ in sets]
    for system in systems:
        models, texts = SystemModels(system), SharedParts()
        for into, (parameters, own, own_rain, events, versions) in zip(made, of_sets, strict=True):
            model = models.model(parameters.values, own, own_rain, versions)
            into.extend(_of_model(parameters, *model, models, texts, events, folder))
        on_system()
    return made


def refuse_unknown(sweep: SweepSettings, communities: Collection[str]) -> None:
    """Raise SweepError where a sweep names a community that is not among the project's."""
    unknown = [c for c in sweep.communities if c not in communities]
    if unknown:
        raise SweepError("community", sweep=sweep.name, name=unknown[0], known=", ".join(communities))


class _Storms:
    """The storms of sets with their events, which most sets have in common."""

    def __init__(self) -> None:
        self._basis: tuple[object, ...] = ()
        self._known: tuple[tuple[Storm, Event], ...] = ()

    def of(self, settings: Settings) -> tuple[tuple[Storm, Event], ...]:
        """Return the storms of a set's settings."""
        basis = (settings.rainfall, settings.storms, settings.simulation)
        if basis != self._basis:
            self._basis = basis
            self._known = tuple((s, storm_event(s, settings.simulation)) for s in design_storms(settings))
        return self._known


def _of_model(
    parameters: ParameterSet,
    model: SwmmModel,
    above_rim: int,
    models: SystemModels,
    shared: SharedParts,
    storms: Sequence[tuple[Storm, Event]],
    folder: Path,
) -> Iterator[tuple[Point, Run]]:
    """The points of one set for one system, with the run of each, in the order of storms."""
    depths = SeriesRequest(node_depth=tuple(g.model_id for g in model.gutters))
    for storm, event in storms:
        # Each file holds its own storm only: a storm more in the sweep leaves the other runs what they are.
        text = shared.packed(models.texts(model, event, storm), SECTION_ORDER)
        place = folder / run_folder_name(model.name) / model.scenario / storm.storm_id
        run = Run(
            model.name,
            model.scenario,
            model.communities,
            event,
            place,
            depths,
            keep_out=False,
            text=text,
            gutters=model.gutters,
            variant=parameters.name,
        )
        run = run.within(run.sha256[:16])
        answered = (parameters, model.name, model.communities, model.scenario, storm, run.run_id)
        yield Point(*answered, model.by_role.tanks, model.by_role.reuse, above_rim), run


def with_storms(sweep: SweepSettings, settings: Settings) -> Settings:
    """Settings with the sweep's storms in place of the project's.

    Every return period with every duration; one whose id is that of a storm of the project is that storm, with
    its pattern. A sweep without return periods takes the project's storms.

    Raises
    ------
    ValuesError
        The storm formula does not give such a storm.
    """
    if not sweep.return_periods_a:
        return settings
    known = {storm.storm_id: storm for storm in settings.storms}
    made = (
        StormSettings(return_period_a=period, duration_min=duration)
        for period in sweep.return_periods_a
        for duration in sweep.durations_min
    )
    storms = [known.get(storm.storm_id, storm).model_dump() for storm in made]
    document = {**settings.model_dump(), "storms": storms, "headline": None}
    try:
        return Settings.model_validate(document)
    except ValidationError as reason:
        mistakes = mistakes_of(f"[[sweeps]] {sweep.name}", reason, document)
        sentences = {lang: [m.sentence(lang) for m in mistakes] for lang in ("zh", "en")}
        raise ValuesError(sentences, sweep=sweep.name) from None

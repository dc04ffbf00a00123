"""The runs of a sweep: every model of every set of parameters through every storm, each input once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from spongecalc.batch.packed_text import SharedParts
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
from spongecalc.sweep.shared_models import SystemModels
from spongecalc.swmm.event import Event, storm_event
from spongecalc.swmm.identifiers import run_folder_name
from spongecalc.swmm.inp_text import SECTION_ORDER
from spongecalc.swmm.run_result import SeriesRequest

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


def plan_sweep(
    sweep: SweepSettings,
    project: Project,
    systems: Sequence[DrainageSystem],
    on_built: Callable[[int, int], None] | None = None,
    communities: Collection[str] = (),
) -> SweepPlan:
    """Make the models of a sweep and plan its runs.

    Parameters
    ----------
    sweep, project
        One of the project's sweeps, and the project.
    systems
        The checked systems of the sweep's scenarios.
    on_built
        Told how many of how many sets are made.
    communities
        Ids of the project's communities, to tell one that is misspelt from one that errors keep out; none: not
        looked at.

    Raises
    ------
    SweepError
        Its parameters, its storms or its communities cannot be used.
    """
    if communities:
        refuse_unknown(sweep, communities)
    settings = with_storms(sweep, project.settings)
    sets = parameter_sets(sweep, settings, project.folder)
    # Every mistake is found before the first model is made.
    settings_of = {s.name: changed_settings(settings, sweep.name, s.values) for s in sets}
    folder = project.results_folder / FOLDER / sweep.name / "runs"
    rain = LongRain(project.folder, project.settings)
    points: list[Point] = []
    runs: dict[str, Run] = {}
    scenarios = sweep.scenarios or project.settings.scenario_names
    asked = set(sweep.communities)
    kept = [
        SystemModels(system)
        for system in systems
        if system.scenario in scenarios and (not asked or asked & set(system.communities))
    ]
    storms = _Storms()
    shared = [SharedParts() for _ in kept]
    for number, parameters in enumerate(sets, start=1):
        own = settings_of[parameters.name]
        # Settings of the rain are seldom those that a sweep changes.
        own_rain = rain if own.sponge == rain.settings.sponge else LongRain(project.folder, own)
        of_set = storms.of(own)
        for models, texts in zip(kept, shared, strict=True):
            for point, run in _of_model(parameters, models, texts, own, own_rain, of_set, folder):
                known = runs.setdefault(run.key, run)
                points.append(replace(point, run_id=known.run_id))
        if on_built:
            on_built(number, len(sets))
    return SweepPlan(sweep, tuple(points), tuple(runs.values()))


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
    models: SystemModels,
    shared: SharedParts,
    settings: Settings,
    rain: LongRain,
    storms: Sequence[tuple[Storm, Event]],
    folder: Path,
) -> Iterator[tuple[Point, Run]]:
    """The points of one set for one system, with the run of each, in the order of storms."""
    model, above_rim = models.model(parameters.values, settings, rain)
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

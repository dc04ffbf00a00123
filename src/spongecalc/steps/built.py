"""Result of building: the model of each checked system, and every event that it is run through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from pathlib import Path

from spongecalc.batch.run import Run
from spongecalc.batch.runs import plan_runs
from spongecalc.batch.traced_runs import plan_traced_runs
from spongecalc.ground.grid import Ground
from spongecalc.ground.of_system import site_ground
from spongecalc.layers.finding import Finding
from spongecalc.network.cross_connections import cross_connections
from spongecalc.project.long_rain import LongRain
from spongecalc.project.ponding_settings import PondingSettings
from spongecalc.rainfall.storm import Storm
from spongecalc.scenario import DrainageSystem
from spongecalc.steps.checked import Checked
from spongecalc.swmm.event import DRY, Event, storm_event
from spongecalc.swmm.model import SwmmModel

SEARCH_FOLDER = "ponding_search"


@dataclass(frozen=True)
class SearchBasis:
    """Basis of the searches for causes of ponding and for return periods, and the folder that keeps them.

    ``headline`` is the storm that communities.csv speaks of, ``event`` the run of it by which a model is told
    from another; ``systems`` and ``grounds`` are by model and scenario, ``site_ground`` gives the ground by which
    level 1 tells low spots.
    """

    folder: Path
    models: tuple[SwmmModel, ...]
    systems: Mapping[tuple[str, str], DrainageSystem]
    grounds: Mapping[tuple[str, str], Ground]
    ponding: PondingSettings
    site_ground: Callable[[DrainageSystem], Ground | None]
    headline: Storm
    event: Event


@dataclass(frozen=True)
class Built:
    """The models of the checked systems, in their order, every event they are run through, and the long rain."""

    checked: Checked
    models: tuple[SwmmModel, ...]
    storms: tuple[Storm, ...]
    events: tuple[Event, ...]
    findings: tuple[Finding, ...]
    grounds: Mapping[tuple[str, str], Ground] = field(default_factory=dict)
    traced: Event | None = None
    _: KW_ONLY
    rain: LongRain

    @cached_property
    def headline(self) -> Storm:
        """The storm that communities.csv speaks of."""
        wanted = self.checked.project.settings.headline_storm
        return next(s for s in self.storms if s.storm_id == wanted)

    def site_ground(self, system: DrainageSystem) -> Ground | None:
        """The ground by which level 1 tells the low spots of a system: read anew at level 1, which keeps none."""
        known = self.grounds.get((system.model, system.scenario))
        return known or site_ground(system, self.checked.project.settings.ponding)

    @property
    def dry(self) -> Event:
        """Dry weather."""
        return next(e for e in self.events if e.storm_id == DRY)

    @cached_property
    def search(self) -> SearchBasis:
        """Basis of its searches."""
        project = self.checked.project
        settings = project.settings
        event = storm_event(self.headline, settings.simulation)
        folder = project.results_folder / SEARCH_FOLDER
        return SearchBasis(
            folder,
            self.models,
            {(s.model, s.scenario): s for s in self.checked.systems},
            self.grounds,
            settings.ponding,
            self.site_ground,
            self.headline,
            event,
        )

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Every run, each in its folder under the project's results."""
        project = self.checked.project
        folder = project.results_folder / "runs"
        keep_out = project.settings.simulation.keep_out
        runs = plan_runs(self.models, self.events, folder, keep_out=keep_out)
        if self.traced is None:
            return runs
        crossed = [
            model
            for system, model in zip(self.checked.systems, self.models, strict=True)
            if cross_connections(system)
        ]
        return (*runs, *plan_traced_runs(crossed, self.traced, folder))

"""What building gives: the model of each checked system, and every event that it is run through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from spongecalc.batch.run import Run
from spongecalc.batch.runs import plan_runs
from spongecalc.batch.traced_runs import plan_traced_runs
from spongecalc.ground.grid import Ground
from spongecalc.layers.finding import Finding
from spongecalc.network.cross_connections import cross_connections
from spongecalc.rainfall.storm import Storm
from spongecalc.steps.checked import Checked
from spongecalc.swmm.event import Event
from spongecalc.swmm.model import SwmmModel


@dataclass(frozen=True)
class Built:
    """The models of the checked systems, in their order, and every event they are run through."""

    checked: Checked
    models: tuple[SwmmModel, ...]
    storms: tuple[Storm, ...]
    events: tuple[Event, ...]
    findings: tuple[Finding, ...]
    grounds: Mapping[tuple[str, str], Ground] = field(default_factory=dict)
    traced: Event | None = None

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

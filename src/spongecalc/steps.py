"""The steps from a project to its review, each a function of what the one before it returned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from spongecalc.layers.finding import Finding, communities_with_errors
from spongecalc.layers.geometry_rules import check_overlaps, mend_geometries
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.level_rules import check_levels, ground_from_dem
from spongecalc.layers.membership import assign_communities
from spongecalc.layers.pipe_ends import join_pipe_ends
from spongecalc.layers.read import read_layers
from spongecalc.layers.value_rules import check_values
from spongecalc.network.connectivity import check_connectivity
from spongecalc.network.lateral_rules import check_laterals
from spongecalc.project.load import Project
from spongecalc.rainfall.storm import Storm, design_storms
from spongecalc.scenario import DrainageSystem, drainage_systems
from spongecalc.swmm.event import Event, dry_event, storm_event
from spongecalc.swmm.identifiers import folder_name
from spongecalc.swmm.tank import tanks_of
from spongecalc.swmm.model import SwmmModel, build_model

SCENARIOS = ("before", "after")

Progress = Callable[[str, int, int], None]
"""Told the step's name, how many are done, and how many there are."""


def no_progress(step: str, done: int, total: int) -> None:  # noqa: ARG001
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Checked:
    """A project's layers after reading and checking, and the drainage systems cut from them."""

    project: Project
    layers: LayerSet
    systems: tuple[DrainageSystem, ...]
    findings: tuple[Finding, ...]
    community_ids: tuple[str, ...]

    @property
    def excluded(self) -> frozenset[str]:
        """Communities that an error keeps from being modelled."""
        return communities_with_errors(self.findings)


def check(project: Project, communities: Iterable[str] = (), scenarios: Sequence[str] = SCENARIOS) -> Checked:
    """Read and check a project's layers and cut them into drainage systems.

    Parameters
    ----------
    project
        A loaded project.
    communities
        Ids to work on; none means all. Communities that drain through a named one are modelled with it.
    scenarios
        Which of "before" and "after" to work on.
    """
    settings = project.settings
    layers, read = read_layers(project.folder, settings.layers, settings.crs)
    findings: list[Finding] = list(read)
    for step in (
        assign_communities,
        mend_geometries,
        lambda given: join_pipe_ends(given, settings.checks.snap_tolerance_m),
        ground_from_dem,
    ):
        layers, found = step(layers)
        findings.extend(found)
    findings.extend(check_values(layers))
    findings.extend(check_levels(layers))
    statuses = {name: tuple(s.status) for name, s in settings.scenarios.items()}
    for scenario in scenarios:
        findings.extend(check_overlaps(layers, statuses[scenario]))
        for system in drainage_systems(layers, scenario, statuses[scenario])[0]:
            findings.extend(check_connectivity(system))
            findings.extend(check_laterals(system))
            findings.extend(tanks_of(system, settings.tanks.depth_m)[1])
    wanted = set(communities)
    systems: list[DrainageSystem] = []
    for scenario in scenarios:
        excluded = communities_with_errors(findings)
        cut, found = drainage_systems(layers, scenario, statuses[scenario], excluded)
        findings.extend(found)
        systems.extend(s for s in cut if not wanted or wanted & set(s.communities))
    ids = tuple(c for c in layers.community_ids if not wanted or c in wanted)
    return Checked(project, layers, tuple(systems), tuple(findings), ids)

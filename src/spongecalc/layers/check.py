"""Layers from their sources to findings: read, placed, completed where that leaves no doubt, and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.layers.coordinates import bounds_of, misplaced
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.geometry_rules import check_overlaps, mend_geometries
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.level_rules import check_levels
from spongecalc.layers.levels import fill_levels, ground_from_dem, levels_from_depth
from spongecalc.layers.membership import assign_communities, with_places
from spongecalc.layers.pipe_ends import join_pipe_ends
from spongecalc.layers.read import read_layers, source_file
from spongecalc.layers.rules.community_rules import check_communities
from spongecalc.layers.rules.lost_layers import check_lost_layers
from spongecalc.layers.rules.network_rules import check_network
from spongecalc.layers.rules.pipe_rules import check_pipes
from spongecalc.layers.rules.place_rules import check_places
from spongecalc.layers.rules.run_on_rules import check_run_on
from spongecalc.layers.rules.surroundings_rules import check_surroundings
from spongecalc.layers.sources.form import usual_axes
from spongecalc.layers.value_rules import check_values
from spongecalc.project.check_settings import CheckSettings
from spongecalc.project.layer_source import LayerSource
from spongecalc.project.scenario_settings import Scenario


def read_and_placed(
    folder: Path,
    sources: Mapping[str, Sequence[LayerSource]],
    crs: str | None,
    scenario_columns: Sequence[str] = (),
    catalogue: Catalogue | None = None,
) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Layers with the community of every feature, and what was found on the way; see ``read_layers``."""
    layers, read = read_layers(folder, sources, crs, scenario_columns, catalogue)
    layers, found = assign_communities(layers)
    lost = check_lost_layers(layers, read)
    return layers, (*with_places(read, layers), *lost, *check_coordinates(layers), *found)


def check_coordinates(layers: LayerSet) -> list[Finding]:
    """Sources whose coordinates are swapped, carry a zone's number, or are degrees; one finding a community."""
    near = bounds_of(layers["communities"])
    findings = []
    for name, frame in layers.frames.items():
        for file, own in frame.groupby("file", sort=False):
            wrong = misplaced(own, layers.crs, None if name == "communities" else near)
            if wrong is not None:
                usual = usual_axes(LayerSource(source=source_file(str(file))))
                axes = "north_east" if usual == "east_north" else "east_north"
                found = {
                    "file": file,
                    "layer": name,
                    "zone": wrong.zone,
                    "crs": layers.crs.name,
                    "axes": axes,
                }
                # Communities may know these features by name although they lie elsewhere: none is modelled so.
                for community in sorted(own["community_id"].dropna().unique()) or [""]:
                    where = Feature(name, community_id=str(community), file=str(file))
                    findings.append(Finding(wrong.rule, where, found))
    return findings


def completed(layers: LayerSet, settings: CheckSettings) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Layers with what follows from them without doubt: ends joined, levels filled; each is named."""
    findings: list[Finding] = []
    for step in (
        mend_geometries,
        lambda given: join_pipe_ends(given, settings.snap_tolerance_m),
        ground_from_dem,
        levels_from_depth,
        fill_levels,
    ):
        layers, found = step(layers)
        findings.extend(found)
    return layers, tuple(findings)


def check_layers(layers: LayerSet, settings: CheckSettings, scenarios: Sequence[Scenario]) -> list[Finding]:
    """Every rule on features, the network and what lies around it.

    Parameters
    ----------
    layers
        Completed layers.
    settings
        Tolerances.
    scenarios
        Those in which the features are looked at together; a fault that shows in several is named once.
    """
    findings = [
        *check_values(layers),
        *check_levels(layers),
        *check_communities(layers),
        *check_places(layers, settings),
        *check_pipes(layers, settings),
        *check_network(layers, scenarios),
        *check_surroundings(layers, settings, scenarios),
        *check_run_on(layers, scenarios),
    ]
    overlaps = (finding for scenario in scenarios for finding in check_overlaps(layers, scenario))
    findings.extend(_once(overlaps))
    return findings


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Findings without those that say the same of the same features."""
    return list({(f.rule, f.feature.feature_id, repr(f.found)): f for f in findings}.values())

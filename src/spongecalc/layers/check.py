"""Layers from their sources to findings: read, placed, completed where that leaves no doubt, and checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import geopandas as gpd

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.layers.border_cut import cut_at_borders
from spongecalc.layers.central_meridian import other_meridian
from spongecalc.layers.coordinates import bounds_of, misplaced
from spongecalc.layers.crs_area import check_crs_area
from spongecalc.layers.doubles.double_pipes import leave_out_double_pipes
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.geometry_rules import mend_geometries
from spongecalc.layers.id_text import match_case
from spongecalc.layers.impossible_levels import without_impossible_levels
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.level_rules import check_levels
from spongecalc.layers.levels import fill_levels, ground_from_dem, levels_from_depth
from spongecalc.layers.made_ids import name_features
from spongecalc.layers.membership import assign_communities, with_places
from spongecalc.layers.pipe_ends import join_pipe_ends
from spongecalc.layers.read import read_layers, source_file
from spongecalc.layers.rules.community_rules import check_communities
from spongecalc.layers.rules.ground_rules import check_overlaps, check_roofs
from spongecalc.layers.rules.lateral_rules import check_lateral_sources, check_underdrains
from spongecalc.layers.rules.lost_layers import check_lost_layers
from spongecalc.layers.rules.network_rules import check_network
from spongecalc.layers.rules.pipe_rules import check_pipes
from spongecalc.layers.rules.place_rules import check_places
from spongecalc.layers.rules.run_on_rules import check_run_on
from spongecalc.layers.rules.structure_rules import check_structures
from spongecalc.layers.rules.surroundings_rules import check_surroundings
from spongecalc.layers.same_place import join_same_place
from spongecalc.layers.sources.form import usual_axes
from spongecalc.layers.value_rules import check_values
from spongecalc.layers.zero_levels import without_zero_levels
from spongecalc.project.check_settings import CheckSettings
from spongecalc.project.ground_settings import GroundSettings
from spongecalc.project.layer_source import LayerSource
from spongecalc.project.scenario_settings import Scenario


def read_and_placed(
    folder: Path,
    sources: Mapping[str, Sequence[LayerSource]],
    crs: str | None,
    scenario_columns: Sequence[str] = (),
    catalogue: Catalogue | None = None,
    *,
    tolerance_m: float,
    ground: GroundSettings | None = None,
) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Layers with an id and the community of every feature, and what was found on the way; see ``read_layers``.

    ``tolerance_m`` is how near to a node a pipe ends there.
    """
    layers, read = read_layers(folder, sources, crs, scenario_columns, catalogue, ground)
    layers, matched = match_case(layers)
    layers, found = assign_communities(layers, tolerance_m)
    read = with_places(read, layers)
    layers, named = name_features(layers, tolerance_m)
    if named:
        # What was found at a feature without a name is at the name that it has now.
        layers, found = assign_communities(layers, tolerance_m)
    coordinates = check_coordinates(layers)
    lost = check_lost_layers(layers, coordinates)
    layers, zeros = without_zero_levels(layers)
    return layers, (*read, *matched, *lost, *coordinates, *named, *found, *zeros)


def check_coordinates(layers: LayerSet) -> list[Finding]:
    """Sources whose coordinates are swapped, carry a zone's number, or are degrees; one finding a community.

    Also a project whose CRS is not made for its place.
    """
    near = bounds_of(layers["communities"])
    stated = {(s.layer, s.file): s.crs for s in layers.read}
    findings: list[Finding] = []
    for name, frame in layers.frames.items():
        for file, own in frame.groupby("file", sort=False):
            wrong = misplaced(own, layers.crs, None if name == "communities" else near)
            other = None
            if wrong is None and name != "communities" and near is not None:
                other = other_meridian(own, layers.crs, near, stated.get((name, str(file)), ""))
            if other is not None:
                found = {"file": file, "layer": name, "km": f"{other.off_m / 1000:.0f}"}
                found |= {"stated": stated[name, str(file)], "fits": other.fits}
                findings.extend(_for_communities("crs.wrong_meridian", name, str(file), own, found))
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
                findings.extend(_for_communities(wrong.rule, name, str(file), own, found))
    # What lies elsewhere for another reason is told of that.
    if near is not None and not findings:
        findings.extend(check_crs_area(layers.crs, near))
    return findings


def _for_communities(
    rule: str, layer: str, file: str, own: gpd.GeoDataFrame, found: Mapping[str, object]
) -> Iterator[Finding]:
    """A finding for each community of a source that lies elsewhere: they may know its features by name.

    None is modelled so.
    """
    for community in sorted(own["community_id"].dropna().unique()) or [""]:
        yield Finding(rule, Feature(layer, community_id=str(community), file=file), found)


def completed(
    layers: LayerSet, settings: CheckSettings, scenarios: Sequence[Scenario]
) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Layers with what follows from them without doubt: no doubles, ends joined, levels filled; each is named.

    ``scenarios`` are all of the project's: what never stands together is no double.
    """
    findings: list[Finding] = []
    for step in (
        without_impossible_levels,
        mend_geometries,
        cut_at_borders,
        lambda given: join_same_place(given, settings.node_distance_m),
        lambda given: leave_out_double_pipes(given, scenarios, settings.snap_tolerance_m),
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
        *check_structures(layers),
        *check_network(layers, scenarios),
        *check_surroundings(layers, settings, scenarios),
        *check_lateral_sources(layers, settings.snap_tolerance_m),
        *check_underdrains(layers),
        *check_run_on(layers, scenarios),
    ]
    overlaps = [f for s in scenarios for f in (*check_overlaps(layers, s), *check_roofs(layers, s))]
    findings.extend(_once(overlaps))
    return findings


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Findings without those that say the same of the same features."""
    return list(
        {(f.rule, f.feature.feature_id, f.feature.community_id, repr(f.found)): f for f in findings}.values()
    )

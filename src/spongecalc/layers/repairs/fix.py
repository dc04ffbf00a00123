"""All repairs in their order, and the repaired copy of the layers."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd

from spongecalc.layers.doubles.double_pipes import leave_out_double_pipes
from spongecalc.layers.finding import Finding
from spongecalc.layers.geometry_rules import mend_geometries, placeable
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.levels import ground_from_dem, levels_from_depth
from spongecalc.layers.membership import assign_communities
from spongecalc.layers.pipe_ends import join_pipe_ends
from spongecalc.layers.repairs.coordinates import mend_coordinates
from spongecalc.layers.repairs.direction import orient_to_outfalls
from spongecalc.layers.repairs.lines import flip_lines, snap_ends, split_at_nodes
from spongecalc.layers.repairs.missing_nodes import close_gaps, fill_ids, part_ends
from spongecalc.layers.repairs.parts import split_parts
from spongecalc.layers.repairs.values import fill_ground, fill_inverts, fill_pipe_inverts, fill_sizes
from spongecalc.layers.same_place import join_same_place
from spongecalc.layers.standing import REPLACED_BY
from spongecalc.layers.unread_values import keep_unread
from spongecalc.layers.value_change import NOW, WAS
from spongecalc.project.check_settings import CheckSettings, RepairSettings
from spongecalc.project.scenario_settings import Scenario


@dataclass(frozen=True)
class Repaired:
    """Repaired layers, a finding for each change, and what cannot be placed or read and so stays as it was.

    ``unplaced`` holds, by layer, features whose geometry cannot be used: they are in no model, but they belong
    into the repaired copy, so that their error stays until someone draws them. ``refused`` are the sources of
    each layer that could not be read: they stay sources of the copy. ``before`` are the layers as they were read.
    """

    before: LayerSet
    layers: LayerSet
    changes: tuple[Finding, ...]
    unplaced: Mapping[str, gpd.GeoDataFrame]
    refused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def repaired(
    layers: LayerSet, checks: CheckSettings, repair: RepairSettings, scenarios: Sequence[Scenario]
) -> Repaired:
    """Layers with every repair made that can be made, and what was changed.

    Parameters
    ----------
    layers
        As they were read; nothing need be complete.
    checks
        ``snap_tolerance`` says how far an end may be moved.
    repair
        What may be assumed.
    scenarios
        All of the project's: what never stands together is no double.

    Returns
    -------
    The repaired layers and, for every change, a finding whose rule begins with "repair." (or is that of the
    completion which every check makes: ends joined by place, ground from the DEM, levels from depths).
    """
    findings: list[Finding] = []
    before = layers
    tolerance = checks.snap_tolerance_m
    layers, found = mend_coordinates(layers)
    findings.extend(found)
    if found:
        layers, _ = assign_communities(layers)
    for early in (lambda given: fill_ids(given, tolerance), split_parts):
        layers, found = early(layers)
        findings.extend(found)
    unplaced = _without_place(layers)

    def doubles(given: LayerSet) -> tuple[LayerSet, tuple[Finding, ...]]:
        found, told = leave_out_double_pipes(given, scenarios, tolerance)
        # That one replaces another is seen again in the copy, by the same rule.
        return found.with_frame("pipes", found["pipes"].drop(columns=REPLACED_BY, errors="ignore")), told

    completion = (
        "end.joined",
        "node.ground_from_dem",
        "level.from_depth",
        "geometry.mended",
        "node.joined",
        "pipe.double",
    )
    for step in (
        mend_geometries,
        lambda given: join_same_place(given, checks.node_distance_m),
        doubles,
        lambda given: join_pipe_ends(given, tolerance),
        part_ends,
        lambda given: close_gaps(given, tolerance, at_every_end=repair.nodes_at_ends),
        lambda given: flip_lines(given, tolerance),
        lambda given: snap_ends(given, tolerance),
        split_at_nodes,
        # A pipe that passed a node may lie on another between nodes only now that it is split.
        doubles,
        orient_to_outfalls,
        ground_from_dem,
        fill_ground,
        levels_from_depth,
        lambda given: fill_inverts(given, repair),
        fill_pipe_inverts,
        lambda given: fill_sizes(given, repair),
    ):
        layers, found = step(layers)
        findings.extend(f for f in found if f.rule.startswith("repair.") or f.rule in completion)
    layers, findings = keep_unread(layers, findings)
    return Repaired(before, layers, tuple(_as_repair(f) for f in findings), unplaced)


def _as_repair(finding: Finding) -> Finding:
    """The finding; of what a check warns of and takes for the better, the copy has a change that was made."""
    if finding.rule == "geometry.mended":
        return dataclasses.replace(finding, rule="repair.mended", found={**finding.found, "column": "geometry"})
    if finding.rule == "node.joined":
        words = {"column": "node_id", WAS: finding.feature.feature_id, NOW: finding.found["other"]}
        return dataclasses.replace(finding, rule="repair.joined", found=words)
    if finding.rule == "pipe.double":
        words = {"column": "geometry", WAS: finding.feature.feature_id, NOW: finding.found["other"]}
        words |= {"was_m": finding.found["drawn_m"], "now_m": 0.0}
        return dataclasses.replace(finding, rule="repair.double", found={**finding.found, **words})
    return finding


def _without_place(layers: LayerSet) -> dict[str, gpd.GeoDataFrame]:
    """Features that no model can hold, by layer."""
    masks = {name: ~placeable(name, frame) for name, frame in layers.frames.items()}
    return {name: layers[name][mask].reset_index(drop=True) for name, mask in masks.items() if mask.any()}

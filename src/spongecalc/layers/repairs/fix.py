"""All repairs in their order, and the repaired copy of the layers."""

from __future__ import annotations

import dataclasses

from spongecalc.layers.finding import Finding
from spongecalc.layers.geometry_rules import mend_geometries
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.levels import ground_from_dem, levels_from_depth
from spongecalc.layers.membership import assign_communities
from spongecalc.layers.pipe_ends import join_pipe_ends
from spongecalc.layers.repairs.coordinates import mend_coordinates
from spongecalc.layers.repairs.direction import orient_to_outfalls
from spongecalc.layers.repairs.lines import flip_lines, snap_ends, split_at_nodes
from spongecalc.layers.repairs.missing_nodes import close_gaps, fill_ids
from spongecalc.layers.repairs.values import fill_ground, fill_inverts, fill_pipe_inverts, fill_sizes
from spongecalc.project.check_settings import CheckSettings, RepairSettings


def repaired(
    layers: LayerSet, checks: CheckSettings, repair: RepairSettings
) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Layers with every repair made that can be made, and what was changed.

    Parameters
    ----------
    layers
        As they were read; nothing need be complete.
    checks
        ``snap_tolerance`` says how far an end may be moved.
    repair
        What may be assumed.

    Returns
    -------
    The repaired layers and, for every change, a finding whose rule begins with "repair." (or is that of the
    completion which every check makes: ends joined by place, ground from the DEM, levels from depths).
    """
    findings: list[Finding] = []
    tolerance = checks.snap_tolerance_m
    layers, found = mend_coordinates(layers)
    findings.extend(found)
    if found:
        layers, _ = assign_communities(layers)
    completion = ("end.joined", "node.ground_from_dem", "level.from_depth", "geometry.mended")
    for step in (
        mend_geometries,
        fill_ids,
        lambda given: join_pipe_ends(given, tolerance),
        lambda given: close_gaps(given, tolerance, at_every_end=repair.nodes_at_ends),
        lambda given: flip_lines(given, tolerance),
        lambda given: snap_ends(given, tolerance),
        split_at_nodes,
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
    return layers, tuple(dataclasses.replace(f, severity="info") for f in findings)

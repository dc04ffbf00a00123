"""Levels that follow from others without doubt: ground from the DEM, inverts from depths, nodes and pipes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from spongecalc.layers.dem import GroundError
from spongecalc.layers.dem_judgement import refusals
from spongecalc.layers.finding import Finding
from spongecalc.layers.impossible_levels import within_bounds
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.provenance import INFERRED, MAPPED, flagged
from spongecalc.layers.rules.findings_at_rows import found_at, numbers


def ground_from_dem(layers: LayerSet) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Give nodes without ``ground_m`` the elevation of the DEM at their place; each is named.

    In a community at which the DEM is refused it gives none.
    """
    nodes = layers["nodes"]
    missing = nodes["ground_m"].isna().to_numpy()
    if layers.dem is None or not missing.any():
        return layers, ()
    missing = missing & ~nodes["community_id"].isin(refusals(layers)).to_numpy()
    try:
        levels = layers.dem.levels_at(nodes.geometry.to_numpy()[missing], layers.crs)
    except GroundError:
        # What is wrong with it is a finding of the check.
        return layers, ()
    values = nodes["ground_m"].to_numpy(float).copy()
    values[missing] = levels
    filled = missing & np.isfinite(values)
    words = {"ground": numbers(np.nan_to_num(values), 2)}
    findings = tuple(found_at("node.ground_from_dem", "nodes", nodes, filled, **words))
    nodes = flagged(nodes.assign(ground_m=values), filled, "ground_m", INFERRED)
    return layers.with_frame("nodes", nodes), findings


def levels_from_depth(layers: LayerSet) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Inverts of nodes and pipe ends whose survey gives the depth below the ground instead.

    The depth of a gravity pipe is measured to its inside bottom (CJJ 61-2017). It counts only where no
    level is given; the value is flagged "mapped".
    """
    findings: list[Finding] = []
    nodes, pipes = layers["nodes"], layers["pipes"]
    possible = within_bounds("nodes", "ground_m", nodes["ground_m"])
    nodes, found = _from_depth(nodes, "nodes", "invert_m", "depth_m", possible.to_numpy(float))
    findings.extend(found)
    named = nodes["node_id"].notna() & ~nodes["node_id"].duplicated()
    ground = possible[named].set_axis(nodes["node_id"][named])
    for node, column, depth in (
        ("from_node", "invert_up_m", "depth_up_m"),
        ("to_node", "invert_down_m", "depth_down_m"),
    ):
        at = pipes[node].map(ground).to_numpy(float)
        pipes, found = _from_depth(pipes, "pipes", column, depth, at)
        findings.extend(found)
    return layers.with_frame("nodes", nodes).with_frame("pipes", pipes), tuple(findings)


def _from_depth(
    frame: gpd.GeoDataFrame, layer: str, column: str, depth_column: str, ground: np.ndarray
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    level = frame[column].to_numpy(float)
    depth = within_bounds(layer, depth_column, frame[depth_column]).to_numpy(float)
    filled = np.isnan(level) & np.isfinite(depth) & np.isfinite(ground)
    if not filled.any():
        return frame, []
    values = np.where(filled, np.round(ground - depth, 6), level)
    words = {
        "column": column,
        "depth": numbers(np.nan_to_num(depth), 3),
        "level": numbers(np.nan_to_num(values), 3),
    }
    findings = list(found_at("level.from_depth", layer, frame, filled, **words))
    return flagged(frame.assign(**{column: values}), filled, column, MAPPED), findings


def lowest_pipe_m(pipes: gpd.GeoDataFrame) -> pd.Series:
    """The lowest invert of the pipes at each node; one that is impossible does not count."""
    ends = pd.concat(
        [
            pd.DataFrame({"node": pipes[node], "invert": within_bounds("pipes", column, pipes[column])})
            for node, column in (("from_node", "invert_up_m"), ("to_node", "invert_down_m"))
        ]
    ).dropna()
    return ends.groupby("node")["invert"].min().astype(float)


def fill_levels(layers: LayerSet) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Missing inverts: a node's from its lowest pipe, a pipe's from its node; each is named."""
    findings: list[Finding] = []
    nodes, pipes = layers["nodes"], layers["pipes"]
    lowest = nodes["node_id"].map(lowest_pipe_m(pipes)).to_numpy(float)
    inverts = nodes["invert_m"].to_numpy(float)
    missing = np.isnan(inverts) & np.isfinite(lowest)
    above = inverts > lowest + 0.001
    shown = numbers(np.nan_to_num(lowest), 3)
    findings.extend(found_at("node.invert_from_pipe", "nodes", nodes, missing, invert=shown))
    words = {"invert": numbers(np.nan_to_num(inverts), 3), "pipe": shown}
    findings.extend(found_at("node.invert_above_pipe", "nodes", nodes, above, **words))
    nodes = nodes.assign(invert_m=np.where(missing | above, lowest, inverts))
    nodes = flagged(nodes, missing | above, "invert_m", INFERRED)
    by_node = nodes.dropna(subset=["node_id"]).drop_duplicates("node_id").set_index("node_id")["invert_m"]
    for node_column, column in (("from_node", "invert_up_m"), ("to_node", "invert_down_m")):
        level = pipes[column].to_numpy(float)
        node_level = pipes[node_column].map(by_node).to_numpy(float)
        filled = np.isnan(level) & np.isfinite(node_level)
        about = {"column": column, "invert": numbers(np.nan_to_num(node_level), 3)}
        findings.extend(found_at("pipe.invert_from_node", "pipes", pipes, filled, **about))
        pipes = flagged(pipes.assign(**{column: np.where(filled, node_level, level)}), filled, column, INFERRED)
    return layers.with_frame("nodes", nodes).with_frame("pipes", pipes), tuple(findings)

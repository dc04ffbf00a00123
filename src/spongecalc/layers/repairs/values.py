"""Repairs of values: inverts along the path, sizes from neighbours, and what a project allows to assume."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import shapely

from spongecalc.catalogue.pipe_section import PipeSections
from spongecalc.layers.finding import Finding
from spongecalc.layers.impossible_levels import within_bounds
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.levels import lowest_pipe_m
from spongecalc.layers.provenance import DEFAULT, INFERRED, flagged
from spongecalc.layers.repairs.change import changed
from spongecalc.project.check_settings import RepairSettings

# Ground farther off than this tells nothing of the ground here.
NEAR_M = 300.0


def fill_ground(layers: LayerSet) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Ground of nodes that neither the survey nor the DEM gives: the mean of the nodes that pipes join to it.

    Goes on from node to node until nothing more is found; what is left takes the ground of the nearest node
    within ``NEAR_M``.
    """
    nodes, pipes = layers["nodes"], layers["pipes"]
    was = nodes["ground_m"].to_numpy(float)
    if not np.isnan(was).any() or pipes.empty:
        return layers, ()
    index = pd.Index(nodes["node_id"])
    if not index.is_unique:
        return layers, ()
    a, b = index.get_indexer(pipes["from_node"]), index.get_indexer(pipes["to_node"])
    both = (a >= 0) & (b >= 0)
    ends, others = np.concatenate([a[both], b[both]]), np.concatenate([b[both], a[both]])
    ground = within_bounds("nodes", "ground_m", nodes["ground_m"]).to_numpy(float).copy()
    while True:
        seen = pd.Series(ground[others]).groupby(ends).mean().reindex(range(len(nodes))).to_numpy()
        fresh = np.isnan(ground) & np.isfinite(seen)
        if not fresh.any():
            break
        ground = np.where(fresh, seen, ground)
    ground = _from_nearest(ground, nodes.geometry.to_numpy())
    mask = np.isnan(was) & np.isfinite(ground)
    now = np.where(mask, np.round(ground, 3), was)
    words = {"column": "ground_m", "method": "ground of the nodes beside it 取相邻节点地面"}
    findings = tuple(changed("repair.inferred", "nodes", nodes, mask, was, now, **words))
    return layers.with_frame("nodes", flagged(nodes.assign(ground_m=now), mask, "ground_m", INFERRED)), findings


def _from_nearest(ground: np.ndarray, points: np.ndarray) -> np.ndarray:
    known = np.flatnonzero(np.isfinite(ground))
    lacking = np.flatnonzero(np.isnan(ground))
    if not len(known) or not len(lacking):
        return ground
    tree = shapely.STRtree(points[known])
    which, nearest = tree.query_nearest(points[lacking], max_distance=NEAR_M, all_matches=False)
    filled = ground.copy()
    filled[lacking[which]] = ground[known[nearest]]
    return filled


def fill_inverts(layers: LayerSet, settings: RepairSettings) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Inverts of nodes that have none: between known ones along the path, else from the ground.

    A node between two known levels on its way downstream takes the level that a straight slope between the
    nearest known node above and the nearest below gives, by the lengths of the pipes. Where the path has no
    known level on one side, ``default_depth`` below the ground counts, if the project allows it, and not less
    than ``default_slope`` upward from the node below; its flag is "default".
    """
    nodes, pipes = layers["nodes"], layers["pipes"]
    frame = nodes.dropna(subset=["node_id"]).drop_duplicates("node_id").set_index("node_id")
    known: dict[str, float] = within_bounds("nodes", "invert_m", frame["invert_m"]).dropna().to_dict()
    for name, level in lowest_pipe_m(pipes).items():
        known.setdefault(str(name), float(level))
    missing = [n for n in frame.index if n not in known]
    if not missing:
        return layers, ()
    graph = nx.DiGraph()
    graph.add_nodes_from(frame.index)
    lengths = pipes.geometry.length
    for a, b, length in zip(pipes["from_node"], pipes["to_node"], lengths, strict=True):
        if a in frame.index and b in frame.index and a != b:
            weight = min(length, graph.edges[a, b]["length"]) if graph.has_edge(a, b) else length
            graph.add_edge(a, b, length=float(weight))
    # Rings have no order; what lies in one is left to the assumed depth.
    acyclic = nx.DiGraph(graph)
    for ring in list(nx.strongly_connected_components(graph)):
        if len(ring) > 1:
            acyclic.remove_edges_from([(a, b) for a, b in graph.edges(ring) if a in ring and b in ring])
    below = _nearest_known(acyclic, known, downstream=True)
    above = _nearest_known(acyclic, known, downstream=False)
    inferred: dict[str, float] = {}
    for node in missing:
        if node in below and node in above:
            (d_low, low), (d_high, high) = below[node], above[node]
            if high >= low:
                inferred[node] = low + (high - low) * d_low / max(d_low + d_high, 1e-9)
    assumed = _assumed(
        acyclic, within_bounds("nodes", "ground_m", frame["ground_m"]).to_dict(), {**known, **inferred}, settings
    )
    layers, first = _set_inverts(
        layers, inferred, "repair.inferred", INFERRED, "interpolated along the path 沿程内插"
    )
    words = "ground less default depth 地面减缺省埋深"
    layers, second = _set_inverts(layers, assumed, "repair.default", DEFAULT, words)
    return layers, (*first, *second)


def _nearest_known(
    graph: nx.DiGraph, known: dict[str, float], *, downstream: bool
) -> dict[str, tuple[float, float]]:
    """Distance and level of the nearest node with a level below (or above) each node, along the pipes."""
    best: dict[str, tuple[float, float]] = {}
    order = list(nx.topological_sort(graph))
    for node in reversed(order) if downstream else order:
        ways = graph.out_edges(node, data=True) if downstream else graph.in_edges(node, data=True)
        found = []
        for a, b, edge in ways:
            other = b if downstream else a
            if other in known:
                found.append((edge["length"], known[other]))
            elif other in best:
                found.append((edge["length"] + best[other][0], best[other][1]))
        if found:
            best[node] = min(found)
    return best


def _assumed(
    graph: nx.DiGraph, ground: dict[str, float], known: dict[str, float], settings: RepairSettings
) -> dict[str, float]:
    """Levels from the ground where nothing else tells, from the lower ends upward."""
    if settings.default_depth_m is None:
        return {}
    levels = dict(known)
    assumed: dict[str, float] = {}
    slope = settings.default_slope_percent / 100
    for node in reversed(list(nx.topological_sort(graph))):
        if node in levels or np.isnan(ground.get(node, np.nan)):
            continue
        wanted = ground[node] - settings.default_depth_m
        lower = [levels[b] + e["length"] * slope for _, b, e in graph.out_edges(node, data=True) if b in levels]
        # Not above a spot just under the ground, however far the outlet is.
        level = min(max([wanted, *lower]), ground[node] - 0.3)
        # Nor above what comes from higher up with a known level.
        levels[node] = assumed[node] = round(level, 3)
    # Ground that rises downstream: a node above must not lie below the one it drains to.
    return assumed


def _set_inverts(
    layers: LayerSet, levels: dict[str, float], rule: str, flag: str, method: str
) -> tuple[LayerSet, tuple[Finding, ...]]:
    if not levels:
        return layers, ()
    nodes = layers["nodes"]
    given = nodes["node_id"].map(levels).to_numpy(float)
    was = nodes["invert_m"].to_numpy(float)
    mask = np.isnan(was) & np.isfinite(given)
    now = np.where(mask, np.round(given, 3), was)
    findings = [*changed(rule, "nodes", nodes, mask, was, now, column="invert_m", method=method)]
    layers = layers.with_frame("nodes", flagged(nodes.assign(invert_m=now), mask, "invert_m", flag))
    return layers, tuple(findings)


def fill_pipe_inverts(layers: LayerSet) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Inverts of pipe ends from the nodes they end at, with the flag that the node's own level has."""
    nodes, pipes = layers["nodes"], layers["pipes"]
    findings: list[Finding] = []
    about = nodes.dropna(subset=["node_id"]).drop_duplicates("node_id").set_index("node_id")
    for node, column in (("from_node", "invert_up_m"), ("to_node", "invert_down_m")):
        was = pipes[column].to_numpy(float)
        at = pipes[node].map(within_bounds("nodes", "invert_m", about["invert_m"])).to_numpy(float)
        mask = np.isnan(was) & np.isfinite(at)
        assumed = (
            pipes[node].map(about["flags"]).fillna("").astype(str).str.contains("invert_m=default").to_numpy()
        )
        now = np.where(mask, at, was)
        for rule, flag, part in (
            ("repair.inferred", INFERRED, mask & ~assumed),
            ("repair.default", DEFAULT, mask & assumed),
        ):
            method = "invert of the node 取节点底高程"
            findings.extend(changed(rule, "pipes", pipes, part, was, now, column=column, method=method))
            pipes = flagged(pipes, part, column, flag)
        pipes = pipes.assign(**{column: now})
    return layers.with_frame("pipes", pipes), tuple(findings)


def fill_sizes(layers: LayerSet, settings: RepairSettings) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Diameters of round pipes that have none: the largest that flows in, else the smallest that flows on.

    Where no neighbour has one, after as many rounds as it takes, ``default_diameter`` counts if the project
    allows it.
    """
    pipes = layers["pipes"]
    round_ = PipeSections.of(pipes).is_circular
    was = pipes["diameter_mm"].to_numpy(float)
    size = was.copy()
    up, down = pipes["from_node"].to_numpy(object), pipes["to_node"].to_numpy(object)
    while True:
        lacking = round_ & np.isnan(size)
        table = pd.DataFrame({"up": up, "down": down, "size": size}).dropna(subset=["size"])
        inflow = pd.Series(up).map(table.groupby("down")["size"].max()).to_numpy(float)
        onward = pd.Series(down).map(table.groupby("up")["size"].min()).to_numpy(float)
        found = np.where(np.isnan(inflow), onward, inflow)
        fresh = lacking & np.isfinite(found)
        if not fresh.any():
            break
        size = np.where(fresh, found, size)
    inferred = round_ & np.isnan(was) & np.isfinite(size)
    method = "size of a neighbour 取相邻管道"
    findings = [
        *changed("repair.inferred", "pipes", pipes, inferred, was, size, column="diameter_mm", method=method)
    ]
    pipes = flagged(pipes.assign(diameter_mm=size), inferred, "diameter_mm", INFERRED)
    lacking = round_ & np.isnan(size)
    if settings.default_diameter_mm is not None and lacking.any():
        now = np.where(lacking, settings.default_diameter_mm, size)
        method = "default diameter 缺省管径"
        words = {"column": "diameter_mm", "method": method}
        findings.extend(changed("repair.default", "pipes", pipes, lacking, size, now, **words))
        pipes = flagged(pipes.assign(diameter_mm=now), lacking, "diameter_mm", DEFAULT)
    return layers.with_frame("pipes", pipes), tuple(findings)

"""Join pipes to nodes: by the ids given, or by place where an id is missing."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.provenance import INFERRED, flagged
from spongecalc.layers.rules.findings_at_rows import found_at, numbers
from spongecalc.layers.rules.place_rules import exist_together

# Ends and the vertex each lies at.
PIPE_ENDS = {"from_node": 0, "to_node": -1}
STRUCTURE_ENDS = PIPE_ENDS
LINE_STRING = 1
LATERAL_ENDS = {"to_node": -1}
# A node lies on a pipe, or at its end, if it is no farther off than a line is drawn by hand on a manhole.
ON_PIPE_M = 0.05


def join_pipe_ends(layers: LayerSet, tolerance_m: float) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Fill missing ``from_node``/``to_node`` with the nearest node within ``tolerance_m`` of that end.

    An id that names no node is an error at that pipe, as is an end without an id and without a node near it.
    An end drawn farther than ``tolerance_m`` from the node it names is a warning: the id counts. An end
    that is nearer, but not at the node, is a note, since its line may be too short. A warning is also a
    pipe whose ends lie at each other's nodes, and one that passes a node without ending there. A lateral
    without ``to_node`` is joined in the same way.
    """
    findings: list[Finding] = []
    nodes = layers["nodes"].dropna(subset=["node_id"]).drop_duplicates("node_id").reset_index(drop=True)
    nodes = nodes[nodes.geometry.notna()].reset_index(drop=True)
    every = (("pipes", PIPE_ENDS), ("connections", LATERAL_ENDS), ("structures", STRUCTURE_ENDS))
    for layer, ends in every:
        frame, found = _joined(layers[layer], layer, ends, nodes, tolerance_m)
        layers = layers.with_frame(layer, frame)
        findings.extend(found)
    for layer in ("pipes", "structures"):
        frame = layers[layer]
        loop = frame["from_node"].notna() & (frame["from_node"] == frame["to_node"])
        findings.extend(found_at("pipe.loop", layer, frame, loop, node=frame["from_node"].to_numpy(object)))
    return layers, tuple(findings)


def end_points(frame: gpd.GeoDataFrame, vertex: int) -> np.ndarray:
    """The first (0) or last (-1) point of each line."""
    points: np.ndarray = shapely.get_point(frame.geometry.to_numpy(), vertex)
    return points


def places_of(nodes: gpd.GeoDataFrame, ids: pd.Series) -> np.ndarray:
    """The point of each named node; None where there is no such node."""
    index = pd.Index(nodes["node_id"]).get_indexer(ids)
    points: np.ndarray = np.append(nodes.geometry.to_numpy(), [None])[index]
    return points


def _joined(
    frame: gpd.GeoDataFrame, layer: str, ends: dict[str, int], nodes: gpd.GeoDataFrame, tolerance_m: float
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    findings: list[Finding] = []
    if frame.empty:
        return frame, findings
    reversed_ = _reversed(frame, nodes, tolerance_m) if layer == "pipes" else np.zeros(len(frame), dtype=bool)
    for column, vertex in ends.items():
        named = frame[column]
        # A structure drawn as a point is near to both of its nodes, and at neither.
        lines = shapely.get_type_id(frame.geometry.to_numpy()) == LINE_STRING
        points = end_points(frame, vertex).copy()
        points[~lines] = None
        near = nearest_nodes(points, nodes, tolerance_m)
        missing = named.isna().to_numpy()
        found = missing & (near != "")
        words: dict[str, object] = {"column": column, "tolerance": tolerance_m}
        findings.extend(found_at("end.joined", layer, frame, found, node=near, **words))
        findings.extend(found_at("end.no_node", layer, frame, missing & ~found, node="", **words))
        places = places_of(nodes, named)
        unknown = ~missing & shapely.is_missing(places)
        findings.extend(
            found_at("end.unknown_node", layer, frame, unknown, column=column, node=named.to_numpy(object))
        )
        gap = np.where(lines, shapely.distance(points, places), 0.0)
        far = (gap > tolerance_m) & ~reversed_
        # Only a node of the same pipe's kind is meant by a line that ends right at it.
        other = far & (near != "") & (near != named.to_numpy(object))
        about = {"column": column, "node": named.to_numpy(object), "gap": numbers(np.nan_to_num(gap), 2)}
        findings.extend(found_at("end.other_node", layer, frame, other, other=near, **about))
        findings.extend(found_at("end.far", layer, frame, far & ~other, **about))
        near_it = (gap > ON_PIPE_M) & (gap <= tolerance_m) & ~reversed_
        findings.extend(found_at("end.near", layer, frame, near_it, **about))
        if found.any():
            filled = named.to_numpy(object).copy()
            filled[found] = near[found]
            frame = flagged(
                frame.assign(**{column: pd.Series(filled, index=frame.index, dtype=object)}),
                found,
                column,
                INFERRED,
            )
    if layer == "pipes":
        words = {"from_": frame["from_node"].to_numpy(object), "to": frame["to_node"].to_numpy(object)}
        findings.extend(found_at("end.reversed", layer, frame, reversed_, **words))
        findings.extend(_passing(frame, nodes))
    return frame, findings


def nearest_nodes(points: np.ndarray, nodes: gpd.GeoDataFrame, tolerance_m: float) -> np.ndarray:
    """Id of the nearest node within reach of each point; "" where there is none."""
    found = np.full(len(points), "", dtype=object)
    if nodes.empty:
        return found
    tree = shapely.STRtree(nodes.geometry.to_numpy())
    which, nearest = tree.query_nearest(points, max_distance=max(tolerance_m, 1e-9), all_matches=False)
    found[which] = nodes["node_id"].to_numpy(object)[nearest]
    return found


def _reversed(frame: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame, tolerance_m: float) -> np.ndarray:
    """Pipes drawn from the node that they name as their lower end."""
    first, last = end_points(frame, 0), end_points(frame, -1)
    upper, lower = places_of(nodes, frame["from_node"]), places_of(nodes, frame["to_node"])
    turned: np.ndarray = (
        (shapely.distance(first, lower) <= tolerance_m)
        & (shapely.distance(last, upper) <= tolerance_m)
        & (shapely.distance(first, upper) > tolerance_m)
        & (shapely.distance(last, lower) > tolerance_m)
    )
    return turned


def nodes_on_pipes(pipes: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Positions of pipes and of nodes of their system that they pass without ending there."""
    if pipes.empty or nodes.empty:
        return np.array([], dtype=int), np.array([], dtype=int)
    shapes, points = pipes.geometry.to_numpy(), nodes.geometry.to_numpy()
    pipe, node = shapely.STRtree(points).query(shapes, predicate="dwithin", distance=ON_PIPE_M)
    ids = nodes["node_id"].to_numpy(object)[node]
    clear = (shapely.distance(end_points(pipes, 0)[pipe], points[node]) > 2 * ON_PIPE_M) & (
        shapely.distance(end_points(pipes, -1)[pipe], points[node]) > 2 * ON_PIPE_M
    )
    keep = (
        clear
        & (ids != pipes["from_node"].to_numpy(object)[pipe])
        & (ids != pipes["to_node"].to_numpy(object)[pipe])
        & (pipes["system"].to_numpy(object)[pipe] == nodes["system"].to_numpy(object)[node])
        & exist_together(pipes["status"].to_numpy(object)[pipe], nodes["status"].to_numpy(object)[node])
    )
    return pipe[keep], node[keep]


def _passing(pipes: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame) -> Iterator[Finding]:
    pipe, node = nodes_on_pipes(pipes, nodes)
    names = np.full(len(pipes), "", dtype=object)
    mask = np.zeros(len(pipes), dtype=bool)
    for p, n in zip(pipe, nodes["node_id"].to_numpy(object)[node], strict=True):
        names[p] = f"{names[p]}, {n}" if mask[p] else n
        mask[p] = True
    yield from found_at("pipe.passes_node", "pipes", pipes, mask, node=names)

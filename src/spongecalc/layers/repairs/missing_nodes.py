"""Nodes that a survey lacks: where pipes meet, or end, without one; and ids of features that have none."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from spongecalc.contract import SCHEMAS
from spongecalc.layers.finding import Finding
from spongecalc.layers.geometry_rules import MIN_LENGTH_M
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.made_ids import free_name, made_ids
from spongecalc.layers.pipe_ends import PIPE_ENDS, end_points, places_of
from spongecalc.layers.provenance import INFERRED, flagged, read_flags
from spongecalc.layers.repairs.change import changed
from spongecalc.layers.rules.findings_at_rows import numbers


def fill_ids(layers: LayerSet, tolerance_m: float) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Ids of features without one, as :mod:`spongecalc.layers.made_ids` makes them; without a place, the row."""
    findings: list[Finding] = []
    for layer, schema in SCHEMAS.items():
        column, frame = schema.id_column, layers[layer]
        if layer == "communities" or not frame[column].isna().any():
            continue
        made, _ = made_ids(layers, layer, tolerance_m)
        missing = frame[column].isna().to_numpy()
        taken = set(made.dropna())
        ids = made.to_numpy(object).copy()
        for position in np.flatnonzero(made.isna()):
            ids[position] = free_name(f"{column.removesuffix('_id')}_{frame['file_row'].iloc[position]}", taken)
        words = {"column": column, "method": "its nodes or its place 取所连节点或所在位置"}
        findings.extend(changed("repair.inferred", layer, frame, missing, frame[column], ids, **words))
        named = frame.assign(**{column: pd.Series(ids, index=frame.index, dtype=object)})
        layers = layers.with_frame(layer, flagged(named, missing, column, INFERRED))
    return layers, tuple(findings)


def part_ends(layers: LayerSet) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Give pipes that were joined to one node at both ends, by place, a junction at the end farther from it.

    A pipe shorter than the snapping tolerance reaches the same node with either end; snapped there it would be a
    line without length.
    """
    pipes, nodes = layers["pipes"], layers["nodes"]
    if pipes.empty:
        return layers, ()
    flags = [read_flags(f) for f in pipes["flags"]]
    first, last = end_points(pipes, 0), end_points(pipes, -1)
    same = (pipes["from_node"].notna() & (pipes["from_node"] == pipes["to_node"])).to_numpy()
    one = same & (shapely.distance(first, last) > MIN_LENGTH_M)
    places = places_of(nodes.drop_duplicates("node_id"), pipes["from_node"])
    farther = np.where(shapely.distance(first, places) > shapely.distance(last, places), "from_node", "to_node")
    # Where the survey names one end, it is the other that the place told.
    by_place = {c: np.array([f.get(c) == INFERRED for f in flags], dtype=bool) for c in PIPE_ENDS}
    farther = np.where(by_place["from_node"] & ~by_place["to_node"], "from_node", farther)
    farther = np.where(by_place["to_node"] & ~by_place["from_node"], "to_node", farther)
    taken = set(nodes["node_id"].dropna())
    findings: list[Finding] = []
    rows = []
    for column, points in (("from_node", first), ("to_node", last)):
        chosen = one & by_place[column] & (farther == column)
        names = pipes[column].to_numpy(object).copy()
        for position in np.flatnonzero(chosen):
            names[position] = free_name(f"{pipes['pipe_id'].iloc[position]}_END", taken)
            rows.append(_junction(nodes, pipes.iloc[position], names[position], points[position]))
        words = {"column": column, "gap": numbers(np.nan_to_num(shapely.distance(points, places)), 2)}
        findings.extend(changed("repair.parted", "pipes", pipes, chosen, pipes[column], names, **words))
        pipes = pipes.assign(**{column: pd.Series(names, index=pipes.index, dtype=object)})
    if not rows:
        return layers, ()
    return layers.with_frame("nodes", _with_rows(nodes, rows)).with_frame("pipes", pipes), tuple(findings)


def close_gaps(
    layers: LayerSet, tolerance_m: float, *, at_every_end: bool
) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Put a junction where ends of pipes of one system meet without a node.

    Parameters
    ----------
    tolerance_m
        Ends this near to each other meet.
    at_every_end
        Whether a node is also put at an end that meets no other.
    """
    pipes, nodes = layers["pipes"], layers["nodes"]
    if pipes.empty:
        return layers, ()
    # A node is named after the pipe that ends there, rather than after one that begins.
    columns = ["to_node", "from_node"]
    points = np.concatenate([end_points(pipes, PIPE_ENDS[c]) for c in columns])
    pipe = np.tile(np.arange(len(pipes)), len(columns))
    loose = np.flatnonzero(np.concatenate([pipes[c].isna().to_numpy() for c in columns]))
    if not len(loose):
        return layers, ()
    label, size = _clusters(points[loose], pipes["system"].to_numpy(object)[pipe[loose]], tolerance_m)
    label, size = _without_stubs(label, size, points[loose], pipe[loose], pipes["system"].to_numpy(object))
    several = pd.Series(pipe[loose]).groupby(label).nunique().reindex(range(len(size))).to_numpy() > 1
    chosen = np.flatnonzero((several | at_every_end)[label])
    if not len(chosen):
        return layers, ()
    taken = set(nodes["node_id"].dropna())
    names: dict[int, str] = {}
    rows: list[dict[str, object]] = []
    ends = {c: pipes[c].to_numpy(object).copy() for c in columns}
    masks = {c: np.zeros(len(pipes), dtype=bool) for c in columns}
    gaps = np.full(len(pipes), "0.000", dtype=object)
    first: dict[int, object] = {}
    for position in chosen:
        end, cluster = int(loose[position]), int(label[position])
        owner = int(pipe[end])
        if cluster not in names:
            names[cluster] = free_name(f"{pipes['pipe_id'].iloc[owner]}_END", taken)
            first[cluster] = points[end]
            rows.append(_junction(nodes, pipes.iloc[owner], names[cluster], points[end]))
        column = columns[end // len(pipes)]
        ends[column][owner], masks[column][owner] = names[cluster], True
        gaps[owner] = f"{shapely.distance(points[end], first[cluster]):.3f}"
    findings: list[Finding] = []
    for column in columns:
        words = {"column": column, "gap": gaps}
        findings.extend(
            changed("repair.gap_closed", "pipes", pipes, masks[column], pipes[column], ends[column], **words)
        )
        filled = pipes.assign(**{column: pd.Series(ends[column], index=pipes.index, dtype=object)})
        pipes = flagged(filled, masks[column], column, INFERRED)
    return layers.with_frame("nodes", _with_rows(nodes, rows)).with_frame("pipes", pipes), tuple(findings)


def _clusters(points: np.ndarray, system: np.ndarray, tolerance_m: float) -> tuple[np.ndarray, np.ndarray]:
    """The group of ends, near to each other and of one system, of each end; and the groups' sizes."""
    a, b = shapely.STRtree(points).query(points, predicate="dwithin", distance=tolerance_m)
    same = system[a] == system[b]
    graph = coo_matrix((np.ones(int(same.sum())), (a[same], b[same])), shape=(len(points), len(points)))
    total, label = connected_components(graph, directed=False)
    return label, np.bincount(label, minlength=total)


def _without_stubs(
    label: np.ndarray, size: np.ndarray, points: np.ndarray, pipe: np.ndarray, system: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The groups, with those that hold both ends of a short pipe taken apart, so that it keeps its length.

    Within such a group ends meet that are nearer to each other than half the length of its shortest pipe.
    """
    label = label.copy()
    total = len(size)
    for group in np.flatnonzero(size > 1):
        own = np.flatnonzero(label == group)
        ends = pd.Series(own).groupby(pipe[own]).agg(["first", "last", "size"])
        both = ends[ends["size"] > 1]
        if both.empty:
            continue
        spans = shapely.distance(points[both["first"].to_numpy()], points[both["last"].to_numpy()])
        spans = spans[spans > MIN_LENGTH_M]
        if not len(spans):
            continue
        fresh, sizes = _clusters(points[own], system[pipe[own]], float(spans.min()) / 2.1)
        label[own] = total + fresh
        total += len(sizes)
    return label, np.bincount(label, minlength=total)


def _with_rows(nodes: gpd.GeoDataFrame, rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    new = gpd.GeoDataFrame(rows, geometry="geometry", crs=nodes.crs)
    return gpd.GeoDataFrame(pd.concat([nodes, new], ignore_index=True), geometry="geometry", crs=nodes.crs)


def _junction(nodes: gpd.GeoDataFrame, pipe: pd.Series, name: str, place: shapely.Point) -> dict[str, object]:
    row: dict[str, object] = {c: np.nan if nodes[c].dtype.kind == "f" else None for c in nodes.columns}
    return row | {
        "node_id": name,
        "system": pipe["system"],
        "kind": "junction",
        "status": pipe["status"],
        "community_id": pipe["community_id"],
        "file": pipe["file"],
        "file_row": 0,
        "flags": "kind=inferred,system=inferred",
        "geometry": place,
    }

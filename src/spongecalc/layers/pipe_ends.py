"""Join pipes to nodes: by the ids given, or by place where an id is missing."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from spongecalc.layers.feature import finding_at
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet


def join_pipe_ends(layers: LayerSet, tolerance_m: float) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Fill missing ``from_node``/``to_node`` with the nearest node within ``tolerance_m`` of that end.

    An id that names no node is an error at that pipe, as is an end without an id and without a node near it.
    An end drawn farther than ``tolerance_m`` from the node it names is a warning: the id counts. A lateral
    without ``to_node`` is joined in the same way. Elevations missing in a pipe are taken from its nodes, and
    a node's missing invert from the lowest pipe at it; both are named as findings.
    """
    findings: list[Finding] = []
    nodes = layers["nodes"].dropna(subset=["node_id"]).drop_duplicates("node_id").reset_index(drop=True)
    places = dict(zip(nodes["node_id"], nodes.geometry, strict=True))
    tree = shapely.STRtree(nodes.geometry.to_numpy()) if len(nodes) else None

    def nearest(point: shapely.Point) -> str | None:
        if tree is None:
            return None
        index = tree.query_nearest(point, max_distance=tolerance_m, all_matches=False)
        return str(nodes["node_id"].iloc[int(index[0])]) if len(index) else None

    def ends(frame: gpd.GeoDataFrame, layer: str, columns: dict[str, int]) -> gpd.GeoDataFrame:
        filled = {column: frame[column].tolist() for column in columns}
        for position, row in enumerate(frame.itertuples()):
            for column, vertex in columns.items():
                named = filled[column][position]
                point = shapely.Point(row.geometry.coords[vertex])
                if named is None:
                    found = nearest(point)
                    filled[column][position] = found
                    rule, severity = ("end.joined", "info") if found else ("end.no_node", "error")
                    findings.append(
                        finding_at(rule, severity, layer, row, column=column, node=found, tolerance=tolerance_m)
                    )
                elif named not in places:
                    findings.append(
                        finding_at("end.unknown_node", "error", layer, row, column=column, node=named)
                    )
                elif (gap := point.distance(places[named])) > tolerance_m:
                    findings.append(
                        finding_at("end.far", "warning", layer, row, column=column, node=named, gap=f"{gap:.2f}")
                    )
        return frame.assign(**filled)

    pipes = ends(layers["pipes"], "pipes", {"from_node": 0, "to_node": -1})
    for row in pipes[pipes["from_node"].notna() & (pipes["from_node"] == pipes["to_node"])].itertuples():
        findings.append(finding_at("pipe.loop", "error", "pipes", row, node=row.from_node))
    connections = ends(layers["connections"], "connections", {"to_node": -1})
    joined = layers.with_frame("pipes", pipes).with_frame("connections", connections)
    leveled, more = _levels(joined)
    return leveled, (*findings, *more)


def _levels(layers: LayerSet) -> tuple[LayerSet, list[Finding]]:
    """Missing inverts: a node's from its lowest pipe, a pipe's from its node."""
    findings: list[Finding] = []
    nodes, pipes = layers["nodes"], layers["pipes"]
    lowest: dict[str, float] = {}
    for node_column, invert_column in (("from_node", "invert_up_m"), ("to_node", "invert_down_m")):
        known = pipes.dropna(subset=[node_column, invert_column])
        for node, invert in zip(known[node_column], known[invert_column], strict=True):
            lowest[node] = min(lowest.get(node, np.inf), invert)
    inverts = nodes["invert_m"].tolist()
    for position, row in enumerate(nodes.itertuples()):
        if np.isnan(row.invert_m) and row.node_id in lowest:
            inverts[position] = lowest[row.node_id]
            findings.append(
                finding_at("node.invert_from_pipe", "info", "nodes", row, invert=f"{inverts[position]:.3f}")
            )
        elif row.invert_m > lowest.get(row.node_id, np.inf) + 0.001:
            inverts[position] = lowest[row.node_id]
            findings.append(
                finding_at(
                    "node.invert_above_pipe",
                    "warning",
                    "nodes",
                    row,
                    invert=f"{row.invert_m:.3f}",
                    pipe=f"{lowest[row.node_id]:.3f}",
                )
            )
    nodes = nodes.assign(invert_m=inverts)
    by_node = dict(zip(nodes["node_id"], nodes["invert_m"], strict=True))
    filled = {}
    for node_column, invert_column in (("from_node", "invert_up_m"), ("to_node", "invert_down_m")):
        values = pipes[invert_column].tolist()
        for position, row in enumerate(pipes.itertuples()):
            invert = by_node.get(getattr(row, node_column), np.nan)
            if np.isnan(values[position]) and not np.isnan(invert):
                values[position] = invert
                findings.append(
                    finding_at(
                        "pipe.invert_from_node",
                        "info",
                        "pipes",
                        row,
                        column=invert_column,
                        invert=f"{invert:.3f}",
                    )
                )
        filled[invert_column] = values
    return layers.with_frame("nodes", nodes).with_frame("pipes", pipes.assign(**filled)), findings

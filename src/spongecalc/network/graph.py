"""The drainage network as a directed graph: nodes, and what leads water from one to the next."""

from __future__ import annotations

import math

import networkx as nx

from spongecalc.scenario import DrainageSystem

# An opening counts as an overflow if it lies this much above the lowest other way out of its node: more
# than a survey's error, less than any weir.
OVERFLOW_STEP_M = 0.05


def drainage_graph(system: DrainageSystem) -> nx.MultiDiGraph:
    """The directed graph of a system.

    Vertices are node ids with attributes ``system``, ``kind``, ``receives`` and ``community_id``. Edges run
    from the upper to the lower end; their key is (layer, feature id) and they carry ``system`` (None for
    inlet leads and tank overflows), ``community_id``, ``up_m`` (level of the upper end, NaN where it is
    not known) and ``length_m``. Edges are pipes, laterals that start at a node (inlet leads), and tank
    overflows.
    """
    graph = nx.MultiDiGraph()
    for row in system.nodes.sort_values("node_id").itertuples():
        graph.add_node(
            row.node_id,
            system=row.system,
            kind=row.kind,
            receives=row.receives,
            community_id=row.community_id,
        )
    for row in system.pipes.sort_values("pipe_id").itertuples():
        ends = (row.from_node, row.to_node)
        _add(graph, ends, ("pipes", row.pipe_id), row, row.system, _level(row))
    for row in system.connections.sort_values("connection_id").itertuples():
        _add(graph, (row.source, row.to_node), ("connections", row.connection_id), row, None)
    for row in system.facilities.sort_values("facility_id").itertuples():
        _add(graph, (row.from_node, row.overflow_to), ("facilities", row.facility_id), row, None)
    return graph


def _level(row: object) -> float:
    value = getattr(row, "invert_up_m", None)
    return float(value) if value is not None else math.nan


def _add(
    graph: nx.MultiDiGraph,
    ends: tuple[str | None, str | None],
    key: tuple[str, str],
    row: object,
    system: str | None,
    up_m: float = math.nan,
) -> None:
    upper, lower = ends
    if upper in graph and lower in graph:
        geometry = getattr(row, "geometry", None)
        length_m = geometry.length if geometry is not None and key[0] != "facilities" else 0.0
        graph.add_edge(
            upper,
            lower,
            key=key,
            system=system,
            community_id=getattr(row, "community_id", None),
            up_m=up_m,
            length_m=float(length_m),
        )


def is_overflow(graph: nx.MultiDiGraph, upper: str, lower: str, key: tuple[str, str]) -> bool:
    """Whether an edge carries only what another way out of its upper node leaves.

    A tank's overflow is one; a pipe is one if its upper end lies more than 0.05 m above the lowest other
    way out that stays in the upper node's system.
    """
    if key[0] == "facilities":
        return True
    crest_m = graph.edges[upper, lower, key]["up_m"]
    own = graph.nodes[upper]["system"]
    others = [
        edge["up_m"]
        for _, other, other_key, edge in graph.out_edges(upper, keys=True, data=True)
        if other_key != key and graph.nodes[other]["system"] == own
    ]
    known = [level for level in others if not math.isnan(level)]
    return bool(known) and not math.isnan(crest_m) and crest_m > min(known) + OVERFLOW_STEP_M

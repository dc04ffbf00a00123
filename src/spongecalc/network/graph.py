"""The drainage network as a directed graph: nodes, and what leads water from one to the next."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import networkx as nx

from spongecalc.scenario import DrainageSystem


def drainage_graph(system: DrainageSystem) -> nx.MultiDiGraph:
    """The directed graph of a system.

    Vertices are node ids with attributes ``system``, ``kind``, ``receives`` and ``community_id``. Edges run
    from the upper to the lower end; their key is (layer, feature id) and they carry ``system`` (None for
    inlet leads and tank overflows) and ``community_id``. Edges are pipes, laterals that start at a node
    (inlet leads), and tank overflows.
    """
    graph = nx.MultiDiGraph()
    nodes = ("node_id", "system", "kind", "receives", "community_id")
    for identifier, own, kind, receives, community in _rows(system.nodes, *nodes):
        graph.add_node(identifier, system=own, kind=kind, receives=receives, community_id=community)
    pipes = ("pipe_id", "from_node", "to_node", "system", "community_id")
    for identifier, upper, lower, own, community in _rows(system.pipes, *pipes):
        _add(graph, upper, lower, "pipes", identifier, own, community)
    laterals = ("connection_id", "source", "to_node", "community_id")
    for identifier, upper, lower, community in _rows(system.connections, *laterals):
        _add(graph, upper, lower, "connections", identifier, None, community)
    facilities = ("facility_id", "from_node", "overflow_to", "community_id")
    for identifier, upper, lower, community in _rows(system.facilities, *facilities):
        _add(graph, upper, lower, "facilities", identifier, None, community)
    return graph


def _rows(frame: gpd.GeoDataFrame, *columns: str) -> Iterator[tuple]:
    """Some columns of a frame, row by row in the order of the first; ten times as fast as its own rows."""
    rows = zip(*(frame[c].tolist() for c in columns), strict=True)
    return iter(sorted(rows, key=lambda row: (row[0] is None, row[0] or "")))


def _add(
    graph: nx.MultiDiGraph,
    upper: str | None,
    lower: str | None,
    layer: str,
    feature_id: str,
    system: str | None,
    community_id: str,
) -> None:
    if upper in graph and lower in graph:
        graph.add_edge(upper, lower, key=(layer, feature_id), system=system, community_id=community_id)

"""The drainage network as a directed graph: nodes, and what leads water from one to the next."""

from __future__ import annotations

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
    for row in system.nodes.sort_values("node_id").itertuples():
        graph.add_node(
            row.node_id,
            system=row.system,
            kind=row.kind,
            receives=row.receives,
            community_id=row.community_id,
        )
    for row in system.pipes.sort_values("pipe_id").itertuples():
        _add(graph, row.from_node, row.to_node, "pipes", row.pipe_id, row.system, row.community_id)
    for row in system.connections.sort_values("connection_id").itertuples():
        _add(graph, row.source, row.to_node, "connections", row.connection_id, None, row.community_id)
    for row in system.facilities.sort_values("facility_id").itertuples():
        _add(graph, row.from_node, row.overflow_to, "facilities", row.facility_id, None, row.community_id)
    return graph


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

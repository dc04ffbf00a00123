"""Leftovers that keep a community from being separated: removed pipes that still carry, outfalls that lead to the
wrong receiver, and sources that reach nothing.
"""

from __future__ import annotations

import networkx as nx

from spongecalc.network.cross_connections import (
    OWN_SYSTEM,
    RIGHT_RECEIVERS,
    CrossConnection,
    Joint,
    outfalls_below,
    records,
)
from spongecalc.network.graph import drainage_graph
from spongecalc.network.sources import Source, sources
from spongecalc.scenario import DrainageSystem

# Kinds whose water mixes with nothing by what is known; they are listed, and do not break separation.
NOT_CROSSING = frozenset({"reaches_nothing"})


def leftovers(system: DrainageSystem, graph: nx.MultiDiGraph | None = None) -> tuple[CrossConnection, ...]:
    """Records of three kinds, ordered by community, kind and feature.

    - *removed_still_carries*: water enters at a node that no pipe of the scenario leads on from, while a
      removed pipe does: nothing has taken its place, so it still carries (or the water stands).
    - *wrong_receiver*: an outfall of the sewage system that water reaches and that leads to rain pipes or a
      river, or one of the rain system that leads to a sewage main. The outfall itself has to be mended.
    - *reaches_nothing*: a source whose water reaches no outfall, neither by the scenario's pipes nor by
      removed ones. It is listed, and does not by itself make a community unseparated.
    """
    graph = drainage_graph(system) if graph is None else graph
    ends = outfalls_below(graph)
    passing: dict[Joint, list[Source]] = {}
    removed = _removed(system, graph)
    for source in sources(system):
        reached = ends[source.node_id]
        for outfall in sorted(reached):
            data = graph.nodes[outfall]
            wrong = data["receives"] is not None and data["receives"] not in RIGHT_RECEIVERS[source.water]
            # Water of another system at this outfall got there by a joint, which has a record of its own.
            if wrong and data["system"] == OWN_SYSTEM[source.water] and data["receives"] != "municipal_combined":
                passing.setdefault(("wrong_receiver", "nodes", outfall, outfall), []).append(source)
        if reached:
            continue
        below = {source.node_id} | nx.descendants(graph, source.node_id)
        pipes = sorted((pipe, node) for node in below for pipe in removed.get(node, ()))
        if pipes:
            pipe, node = pipes[0]
            passing.setdefault(("removed_still_carries", "pipes", pipe, node), []).append(source)
        else:
            joint = ("reaches_nothing", source.layer, source.feature_id, source.node_id)
            passing.setdefault(joint, []).append(source)
    return records(system, graph, passing, ends)


def _removed(system: DrainageSystem, graph: nx.MultiDiGraph) -> dict[str, list[str]]:
    """Removed pipes by the node of the scenario that they start at."""
    pipes: dict[str, list[str]] = {}
    if system.removed_pipes is not None:
        for row in system.removed_pipes.sort_values("pipe_id").itertuples():
            if row.from_node in graph:
                pipes.setdefault(row.from_node, []).append(row.pipe_id)
    return pipes

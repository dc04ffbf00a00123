"""The ways that water takes over a cross-connection: from its sources to it, and on to the outfalls."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import pairwise

import networkx as nx

from spongecalc.network.cross_connections import CrossConnection
from spongecalc.network.sources import Source

ON_THE_WAY = ("pipes", "connections", "structures")


def features_on_the_way(
    joint: CrossConnection, graph: nx.MultiDiGraph, entering: Sequence[Source]
) -> tuple[str, ...]:
    """Ids of the laterals, pipes and structures that lie on a cross-connection's ways, sorted: a map draws them.

    A way is the shortest from where a source enters to the cross-connection's node, and from there to each of its
    outfalls. Of parallel pipes that leave a node for the same next one all are named.

    Parameters
    ----------
    joint
        The cross-connection, with its sources and outfalls.
    graph
        The system's drainage graph.
    entering
        The system's sources.
    """
    own = set(joint.sources)
    passing = [s for s in entering if s.feature_id in own]
    found = {s.feature_id for s in passing if s.layer == "connections"}
    if joint.layer in ON_THE_WAY:
        found.add(joint.feature_id)
    ways = [_way(graph, node, joint.at_node) for node in sorted({s.node_id for s in passing})]
    ways += [_way(graph, joint.at_node, outfall) for outfall in joint.outfalls]
    for way in ways:
        for first, second in pairwise(way):
            keys = graph[first][second]
            found |= {feature for layer, feature in keys if layer in ON_THE_WAY}
    return tuple(sorted(found))


def _way(graph: nx.MultiDiGraph, start: str, end: str) -> list[str]:
    """The nodes of the shortest way downstream, both ends included; empty where there is none.

    What lies downstream of a node is little, while upstream of an outfall lies the whole network: so the search
    goes down, and stops at the end.
    """
    came: dict[str, str] = {start: start}
    waiting = deque([start])
    while waiting and end not in came:
        node = waiting.popleft()
        for lower in graph.successors(node):
            if lower not in came:
                came[lower] = node
                waiting.append(lower)
    if end not in came:
        return []
    way = [end]
    while way[-1] != start:
        way.append(came[way[-1]])
    return way[::-1]

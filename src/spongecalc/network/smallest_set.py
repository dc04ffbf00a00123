"""The smallest set of connections whose removal separates rain from sewage: a minimum cut on the graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from spongecalc.network.cross_connections import OWN_SYSTEM, RIGHT_RECEIVERS, combined_stretches
from spongecalc.network.graph import drainage_graph
from spongecalc.network.sources import Source, sources
from spongecalc.scenario import DrainageSystem

Connection = tuple[str, str]
"""What can be cut: (layer, feature id) of a lateral, pipe or overflow; a combined stretch by its last pipe."""

# Beyond this size no connection is tried for being needless: each try looks through the whole network.
MOST_TRIED = 400


@dataclass(frozen=True)
class SmallestSet:
    """The connections to cut, ordered, and whether no smaller set can exist.

    ``at_least`` is a lower bound on the size of any set that separates; the set is proven to be smallest
    where its size equals the bound.
    """

    cut: tuple[Connection, ...]
    at_least: int

    @property
    def proven(self) -> bool:
        """True where the set has the size of the lower bound."""
        return len(self.cut) == self.at_least


@dataclass(frozen=True)
class FlowNetwork:
    """The drainage graph as arrays: ends of every edge, and the connection that can be cut in it (or -1).

    Vertices are numbered; 0 is where a water starts, 1 where it must not get to. ``starts`` and ``ends``
    hold, by water, the edges from 0 and to 1.
    """

    tails: np.ndarray
    heads: np.ndarray
    cuts: np.ndarray
    starts: Mapping[str, tuple[np.ndarray, np.ndarray]]
    ends: Mapping[str, np.ndarray]
    vertices: int
    connections: tuple[Connection, ...]
    preferred: np.ndarray

    def edges(self, water: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Tails, heads and connections of all edges for one water."""
        heads, cuts = self.starts[water]
        ends = self.ends[water]
        none = np.full(len(ends), -1)
        return (
            np.concatenate([self.tails, np.zeros(len(heads), dtype=int), ends]),
            np.concatenate([self.heads, heads, np.ones(len(ends), dtype=int)]),
            np.concatenate([self.cuts, cuts, none]),
        )

    def crosses(self, water: str, cut: Iterable[int]) -> bool:
        """True where a water still gets where it must not, with connections (by number) taken out."""
        tails, heads, cuts = self.edges(water)
        stays = ~np.isin(cuts, list(cut))
        matrix = csr_array(
            (np.ones(stays.sum(), dtype=np.int32), (tails[stays], heads[stays])),
            shape=(self.vertices, self.vertices),
        )
        return bool(np.isin(1, breadth_first_order(matrix, 0, return_predecessors=False)))


def smallest_set(system: DrainageSystem, graph: nx.MultiDiGraph | None = None) -> SmallestSet:
    """The smallest set of connections whose removal keeps sewage from rain outfalls and rain from sewage ones.

    Only cross-connections may be cut: laterals that enter another system, pipes and overflows between the
    systems, and old combined stretches, each as one connection (taking the old pipe out of service). Mains and
    outfalls are never cut. Each water's minimum cut is found by maximum flow (Ford and Fulkerson 1956; Dinic's
    algorithm in scipy); the second water's after the first one's connections are out, in both orders, and what
    the other's cut has made needless is dropped. Two waters at a time are a multicut, which has no fast exact
    method: ``at_least`` says how much smaller another set could be at most.

    Parameters
    ----------
    system
        The drainage system.
    graph
        Its drainage graph, if the caller has it already.
    """
    graph = drainage_graph(system) if graph is None else graph
    network = flow_network(graph, sources(system))
    alone = {water: _minimum_cut(network, water, frozenset()) for water in OWN_SYSTEM}
    best: frozenset[int] | None = None
    for first, second in (("sewage", "rain"), ("rain", "sewage")):
        chosen = alone[first] | _minimum_cut(network, second, alone[first])
        chosen = _without_needless(network, chosen)
        if best is None or len(chosen) < len(best):
            best = chosen
    assert best is not None
    sizes = [len(c) for c in alone.values()]
    # A set that separates both holds a cut for each water; they can share only what lies on both waters' ways.
    at_least = sum(sizes) - min(len(_on_both_ways(network)), *sizes)
    return SmallestSet(tuple(sorted(network.connections[c] for c in best)), at_least)


def flow_network(graph: nx.MultiDiGraph, entering: Sequence[Source]) -> FlowNetwork:
    """The drainage graph for minimum cuts: what leads where, and which of it can be cut."""
    stretches = combined_stretches(graph)
    numbers: dict[object, int] = {}
    connections: dict[Connection, int] = {}
    preferred: list[bool] = []

    def number(vertex: object) -> int:
        return numbers.setdefault(vertex, len(numbers) + 2)

    def connection(key: Connection, wanted: bool) -> int:
        if key not in connections:
            connections[key] = len(connections)
            preferred.append(wanted)
        return connections[key]

    def inlet(node: str) -> int:
        return number(("in", stretches[node]) if node in stretches else node)

    def outlet(node: str) -> int:
        return number(("out", stretches[node]) if node in stretches else node)

    rows: list[tuple[int, int, int]] = []
    for joint in dict.fromkeys(stretches.values()):
        key = (joint[1], joint[2])
        rows.append((number(("in", joint)), number(("out", joint)), connection(key, True)))
    for upper, lower, key, edge in graph.edges(keys=True, data=True):
        systems = (graph.nodes[upper]["system"], graph.nodes[lower]["system"])
        if systems == ("combined", "combined"):
            continue
        if systems[0] == systems[1] and edge["system"] in (None, systems[0]):
            cut = -1
        else:
            cut = connection(key, "combined" not in systems or "structure" in edge)
        rows.append((outlet(upper), inlet(lower), cut))
    starts, ends = {}, {}
    for water, own in OWN_SYSTEM.items():
        heads, cuts = [], []
        for source in entering:
            if source.water != water:
                continue
            entered = graph.nodes[source.node_id]["system"]
            key = (source.layer, source.feature_id)
            heads.append(inlet(source.node_id))
            cuts.append(-1 if entered == own else connection(key, entered != "combined"))
        starts[water] = (np.array(heads, dtype=int), np.array(cuts, dtype=int))
        wrong = [n for n, d in graph.nodes(data=True) if d["kind"] == "outfall" and _is_wrong(d, water)]
        ends[water] = np.array([outlet(n) for n in wrong], dtype=int)
    table = np.array(rows, dtype=int).reshape(-1, 3)
    return FlowNetwork(
        table[:, 0],
        table[:, 1],
        table[:, 2],
        starts,
        ends,
        len(numbers) + 2,
        tuple(connections),
        np.array(preferred, dtype=bool),
    )


def _is_wrong(outfall: Mapping[str, object], water: str) -> bool:
    """True where an outfall belongs to the other water; one of the own system that leads to the wrong receiver
    is a record of its own, and no cut mends it.
    """
    if outfall["system"] == "combined":
        return outfall["receives"] not in RIGHT_RECEIVERS[water]
    return outfall["system"] != OWN_SYSTEM[water]


def _minimum_cut(network: FlowNetwork, water: str, out: frozenset[int]) -> frozenset[int]:
    """The fewest connections that keep a water where it belongs, with others out already.

    Of sets of the same size the one with the fewest connections that are not cross-connections by tracing is
    taken: each connection weighs more than all such differences together.
    """
    tails, heads, cuts = network.edges(water)
    stays = ~np.isin(cuts, list(out))
    tails, heads, cuts = tails[stays], heads[stays], cuts[stays]
    count = len(network.connections)
    weight = count + 1
    if weight * (weight + 1) > np.iinfo(np.int32).max // 2:
        weight = 1
    endless = np.iinfo(np.int32).max // 2
    extra = np.append(~network.preferred, False).astype(int) if weight > 1 else np.zeros(count + 1, dtype=int)
    capacity = np.where(cuts < 0, endless, weight + extra[cuts])
    size = network.vertices
    pairs, inverse = np.unique(tails * size + heads, return_inverse=True)
    summed = np.minimum(np.bincount(inverse, weights=capacity).astype(np.int64), endless).astype(np.int32)
    matrix = csr_array((summed, (pairs // size, pairs % size)), shape=(size, size))
    flow = maximum_flow(matrix, 0, 1).flow
    rest = csr_array(matrix - flow)
    rest.data = (rest.data > 0).astype(np.int32)
    rest.eliminate_zeros()
    # Seen from the end: of several smallest sets the one farthest downstream, where the systems meet.
    before_end = np.zeros(size, dtype=bool)
    before_end[breadth_first_order(csr_array(rest.T), 1, return_predecessors=False)] = True
    crossing = ~before_end[tails] & before_end[heads] & (cuts >= 0)
    return frozenset(int(c) for c in cuts[crossing])


def _without_needless(network: FlowNetwork, chosen: frozenset[int]) -> frozenset[int]:
    """A set that separates, without what it separates without."""
    kept = set(chosen)
    if len(kept) > MOST_TRIED:
        return frozenset(kept)
    # What is no joint by tracing goes first.
    for one in sorted(chosen, key=lambda c: (bool(network.preferred[c]), network.connections[c])):
        if not any(network.crosses(water, kept - {one}) for water in OWN_SYSTEM):
            kept.remove(one)
    return frozenset(kept)


def _on_both_ways(network: FlowNetwork) -> set[int]:
    """Connections that lie on a way of each water from its sources to where it must not get."""
    on_way = []
    for water in OWN_SYSTEM:
        tails, heads, cuts = network.edges(water)
        size = (network.vertices, network.vertices)
        forth = csr_array((np.ones(len(tails), dtype=np.int32), (tails, heads)), shape=size)
        from_start = np.zeros(network.vertices, dtype=bool)
        to_end = from_start.copy()
        from_start[breadth_first_order(forth, 0, return_predecessors=False)] = True
        to_end[breadth_first_order(csr_array(forth.T), 1, return_predecessors=False)] = True
        on_way.append({int(c) for c in cuts[(cuts >= 0) & from_start[tails] & to_end[heads]]})
    return on_way[0] & on_way[1]

"""Cross-connections of rain and sewage that break a separate system, found by tracing water from its sources.

A rain source may flow through rain pipes only, a sewage source through sewage pipes only. The first place
on a source's way downstream where that ends is a cross-connection. All sources that pass the same one belong
to one record. Old combined pipes that still carry water are one for each connected stretch of them; a pump, weir,
orifice or outlet that leads out of such a stretch to where its water does not belong is one besides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import networkx as nx

from spongecalc.catalogue.structure_form import KINDS
from spongecalc.network.graph import drainage_graph, is_overflow
from spongecalc.network.sources import Source, households_of, sources
from spongecalc.scenario import DrainageSystem

BETWEEN = "_between_systems"
STRUCTURE_JOINTS = tuple(f"{kind}{BETWEEN}" for kind in KINDS)
"""Kinds of joints that are pumps, weirs, orifices and outlets."""
OWN_SYSTEM = {"sewage": "sewage", "rain": "storm"}

# Where each water may go: the receivers that are right for it.
RIGHT_RECEIVERS: Mapping[str, frozenset[str]] = {
    "sewage": frozenset({"municipal_sewage"}),
    "rain": frozenset({"municipal_storm", "river", "reuse"}),
}


@dataclass(frozen=True)
class CrossConnection:
    """One cross-connection between rain and sewage.

    ``kind`` is sewage_lateral_to_storm, rain_lateral_to_sewage, pipe_between_systems,
    overflow_between_systems, one of :data:`STRUCTURE_JOINTS` or combined_in_service (and, from
    :mod:`spongecalc.network.leftovers`, removed_still_carries, wrong_receiver or reaches_nothing); ``layer`` and
    ``feature_id`` name what to mend; ``at_node`` is where the water enters the wrong system; ``carries`` is
    "sewage", "rain" or "both"; ``from_system`` and ``to_system`` are the systems that it joins; ``sources`` are
    the ids of the laterals and inlets whose water passes; ``outfalls`` the ids of the outfalls it ends at.
    """

    kind: str
    layer: str
    feature_id: str
    at_node: str
    community_id: str
    carries: str
    sources: tuple[str, ...]
    outfalls: tuple[str, ...]
    buildings: tuple[str, ...]
    households: float
    x_m: float
    y_m: float
    from_system: str = ""
    to_system: str = ""

    @property
    def joint_id(self) -> str:
        """An id that stays the same as long as the feature does."""
        return f"{self.kind}:{self.feature_id}"


JOINT_COLUMNS = [
    "community_id",
    "scenario",
    "connection_id",
    "kind",
    "at",
    "from_system",
    "to_system",
    "sources",
    "source_count",
    "households",
    "layer",
    "feature_id",
    "at_node",
    "carries",
    "outfalls",
    "x_m",
    "y_m",
]


def joint_facts(joint: CrossConnection, scenario: str) -> dict[str, object]:
    """The columns of separation.csv that tracing alone fills, without any run: :data:`JOINT_COLUMNS`."""
    of_its_own = {
        "scenario": scenario,
        "connection_id": joint.joint_id,
        "at": joint.at_node,
        "sources": ";".join(joint.sources),
        "source_count": len(joint.sources),
        "outfalls": ";".join(joint.outfalls),
    }
    return {c: of_its_own[c] if c in of_its_own else getattr(joint, c) for c in JOINT_COLUMNS}


Joint = tuple[str, str, str, str]
"""Kind, layer, feature id and the node at which the water enters."""


def cross_connections(
    system: DrainageSystem, graph: nx.MultiDiGraph | None = None
) -> tuple[CrossConnection, ...]:
    """All cross-connections of a system, ordered by community, kind and feature.

    ``graph`` is the system's :func:`drainage_graph`, if the caller has it already.
    """
    graph = drainage_graph(system) if graph is None else graph
    stretches = combined_stretches(graph)
    spills = _spills_below(graph)
    entering = sources(system)
    passing: dict[Joint, list[Source]] = {}
    for water in ("rain", "sewage"):
        own = [s for s in entering if s.water == water]
        below = _joints_below(graph, stretches, spills, water)
        for source in own:
            for joint in _joints_of(source, graph, stretches, spills, below):
                passing.setdefault(joint, []).append(source)
    outfalls = outfalls_below(graph)
    return records(system, graph, passing, outfalls)


def records(
    system: DrainageSystem,
    graph: nx.MultiDiGraph,
    passing: Mapping[Joint, list[Source]],
    outfalls: Mapping[str, frozenset[str]],
) -> tuple[CrossConnection, ...]:
    """Cross-connections with the sources that pass them as records, harmless combined stretches left out."""
    households = households_of(system).to_dict()
    places = dict(zip(system.nodes["node_id"], system.nodes.geometry, strict=True))
    found = []
    for (kind, layer, feature_id, at_node), through in passing.items():
        waters = {s.water for s in through}
        ends = sorted(outfalls.get(at_node, ()))
        if kind == "combined_in_service" and not _mixes(waters, ends, graph):
            continue
        if (
            kind in STRUCTURE_JOINTS
            and _leaves_combined(feature_id, at_node, graph)
            and not _mixes(waters, ends, graph)
        ):
            continue
        buildings = tuple(sorted({s.building_id for s in through if s.building_id}))
        from_system, to_system = _systems(kind, waters, feature_id, at_node, graph)
        found.append(
            CrossConnection(
                kind,
                layer,
                feature_id,
                at_node,
                graph.nodes[at_node]["community_id"],
                "both" if len(waters) == 2 else next(iter(waters)),
                tuple(sorted({s.feature_id for s in through})),
                tuple(ends),
                buildings,
                float(sum(households.get(b, 0.0) for b in buildings)),
                places[at_node].x,
                places[at_node].y,
                from_system,
                to_system,
            )
        )
    return tuple(sorted(found, key=lambda r: (r.community_id, r.kind, r.feature_id, r.at_node)))


def _systems(
    kind: str, waters: set[str], feature_id: str, at_node: str, graph: nx.MultiDiGraph
) -> tuple[str, str]:
    """The systems that a cross-connection joins: that of the water that comes, and that of the node it enters."""
    to_system = str(graph.nodes[at_node]["system"])
    if kind.endswith(BETWEEN):
        for upper, _, key in graph.in_edges(at_node, keys=True):
            if key[1] == feature_id:
                return str(graph.nodes[upper]["system"]), to_system
    if len(waters) == 2:
        return "combined", to_system
    return OWN_SYSTEM[next(iter(waters))], to_system


def _leaves_combined(feature_id: str, at_node: str, graph: nx.MultiDiGraph) -> bool:
    """True for a structure whose upper node is of combined pipes."""
    uppers = [upper for upper, _, key in graph.in_edges(at_node, keys=True) if key == ("structures", feature_id)]
    return any(graph.nodes[upper]["system"] == "combined" for upper in uppers)


def outfalls_below(graph: nx.MultiDiGraph) -> dict[str, frozenset[str]]:
    """For each node, the outfalls that its water can reach; the node itself where it is one."""
    found: dict[str, frozenset[str]] = {}
    for members, below in _upwards(graph):
        own = {n for n in members if graph.nodes[n]["kind"] == "outfall"}
        union = frozenset(own.union(*(found[n] for n in below)))
        for node in members:
            found[node] = union
    return found


def _upwards(graph: nx.DiGraph) -> Iterable[tuple[list[str], list[str]]]:
    """Sets of nodes that lie on common circles, from the outfalls up, each with the nodes right below it."""
    condensed = nx.condensation(nx.DiGraph(graph))
    for part in reversed(list(nx.topological_sort(condensed))):
        members = sorted(condensed.nodes[part]["members"])
        inside = set(members)
        below = {lower for n in members for lower in graph.successors(n) if lower not in inside}
        yield members, sorted(below)


def _mixes(waters: set[str], outfalls: Iterable[str], graph: nx.MultiDiGraph) -> bool:
    """True where a combined stretch does harm: it carries both waters, or one to where that does not belong.

    A pipe that is called combined but by now carries nothing but sewage to the sewage main, or nothing but
    rain to a rain outfall, is a wrong label and not a cross-connection.
    """
    if len(waters) == 2:
        return True
    right = RIGHT_RECEIVERS[next(iter(waters))]
    return any(graph.nodes[o]["receives"] not in right for o in outfalls)


def combined_stretches(graph: nx.MultiDiGraph) -> dict[str, Joint]:
    """For each combined node, the cross-connection that stands for its connected stretch.

    The cross-connection's feature is the stretch's last pipe before its outfall (or its lowest node's id where a
    stretch has no pipe), so that it names the same thing whatever else changes upstream.
    """
    combined = graph.subgraph([n for n, d in graph.nodes(data=True) if d["system"] == "combined"])
    stretches: dict[str, Joint] = {}
    for members in nx.weakly_connected_components(combined):
        inner = combined.subgraph(members)
        ends = sorted(n for n in inner if inner.out_degree(n) == 0) or sorted(inner)
        end = next((n for n in ends if graph.nodes[n]["kind"] == "outfall"), ends[0])
        pipes = sorted(key[1] for _, _, key in inner.in_edges(end, keys=True) if key[0] == "pipes")
        layer, feature = ("pipes", pipes[0]) if pipes else ("nodes", end)
        for node in members:
            stretches[node] = ("combined_in_service", layer, feature, end)
    return stretches


def _spills_below(graph: nx.MultiDiGraph) -> dict[str, tuple[Joint, ...]]:
    """For each combined node, the structures downstream of it by which water leaves the combined pipes."""
    combined = graph.subgraph([n for n, d in graph.nodes(data=True) if d["system"] == "combined"])
    leaving: dict[str, list[Joint]] = {}
    for upper, lower, key, edge in graph.out_edges(list(combined), keys=True, data=True):
        if "structure" in edge and lower not in combined:
            leaving.setdefault(upper, []).append((f"{edge['structure']}{BETWEEN}", *key, lower))
    return _gathered(nx.DiGraph(combined), leaving) if leaving else {}


def _gathered(inside: nx.DiGraph, leaving: Mapping[str, list[Joint]]) -> dict[str, tuple[Joint, ...]]:
    """For each node, the joints that leave it or a node downstream of it."""
    found: dict[str, tuple[Joint, ...]] = {}
    for members, below_nodes in _upwards(inside):
        joints = [j for n in members for j in leaving.get(n, ())]
        joints.extend(j for n in below_nodes for j in found[n])
        unique = tuple(dict.fromkeys(joints))
        for node in members:
            found[node] = unique
    return found


def _joints_below(
    graph: nx.MultiDiGraph, stretches: Mapping[str, Joint], spills: Mapping[str, tuple[Joint, ...]], water: str
) -> dict[str, tuple[Joint, ...]]:
    """For each node of a water's own system, the first cross-connections on the ways downstream from it."""
    own = OWN_SYSTEM[water]
    lateral = "sewage_lateral_to_storm" if water == "sewage" else "rain_lateral_to_sewage"
    inside = nx.DiGraph()
    inside.add_nodes_from(n for n, d in graph.nodes(data=True) if d["system"] == own)
    leaving: dict[str, list[Joint]] = {}
    for upper in list(inside):
        for _, lower, key, edge in graph.out_edges(upper, keys=True, data=True):
            layer, feature = key
            below = graph.nodes[lower]["system"]
            if below == "combined":
                leaving.setdefault(upper, []).extend((stretches[lower], *spills.get(lower, ())))
            elif edge["system"] not in (None, own, "combined") or below != own:
                kind = "pipe_between_systems"
                if layer == "connections":
                    kind = lateral
                elif "structure" in edge:
                    kind = f"{edge['structure']}{BETWEEN}"
                elif is_overflow(graph, upper, lower, key):
                    kind = "overflow_between_systems"
                leaving.setdefault(upper, []).append((kind, layer, feature, lower))
            elif edge["system"] == "combined":
                leaving.setdefault(upper, []).append(("combined_in_service", layer, feature, lower))
            else:
                inside.add_edge(upper, lower)
    return _gathered(inside, leaving)


def _joints_of(
    source: Source,
    graph: nx.MultiDiGraph,
    stretches: Mapping[str, Joint],
    spills: Mapping[str, tuple[Joint, ...]],
    below: Mapping[str, tuple[Joint, ...]],
) -> tuple[Joint, ...]:
    """The first cross-connections on a source's ways downstream."""
    own = OWN_SYSTEM[source.water]
    entered = graph.nodes[source.node_id]["system"]
    if entered == "combined":
        return (stretches[source.node_id], *spills.get(source.node_id, ()))
    if entered != own:
        lateral = "sewage_lateral_to_storm" if source.water == "sewage" else "rain_lateral_to_sewage"
        return ((lateral, source.layer, source.feature_id, source.node_id),)
    return below[source.node_id]

"""Where rain and sewage meet: the joints that break a separate system, by tracing water from its sources.

A rain source may flow through rain pipes only, a sewage source through sewage pipes only. The first place
on a source's way downstream where that ends is a joint. All sources that pass one joint belong to one
record. Old combined pipes that still carry water are one joint for each connected stretch of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import networkx as nx

from spongecalc.network.graph import drainage_graph
from spongecalc.network.sources import Source, households_of, sources
from spongecalc.scenario import DrainageSystem

OWN_SYSTEM = {"sewage": "sewage", "rain": "storm"}


@dataclass(frozen=True)
class CrossConnection:
    """One joint between rain and sewage.

    ``kind`` is sewage_lateral_to_storm, rain_lateral_to_sewage, pipe_between_systems or
    combined_in_service; ``layer`` and ``feature_id`` name what to mend; ``at_node`` is where the water
    enters the wrong system; ``carries`` is "sewage", "rain" or "both"; ``sources`` are the ids of the laterals
    and inlets whose water passes; ``outfalls`` the ids of the outfalls it ends at.
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

    @property
    def joint_id(self) -> str:
        """An id that stays the same as long as the feature does."""
        return f"{self.kind}:{self.feature_id}"


def cross_connections(system: DrainageSystem) -> tuple[CrossConnection, ...]:
    """All joints of a system, ordered by community, kind and feature."""
    graph = drainage_graph(system)
    stretches = _combined_stretches(graph)
    passing: dict[tuple[str, str, str, str], list[Source]] = {}
    for source in sources(system):
        for joint in _joints_of(source, graph, stretches):
            passing.setdefault(joint, []).append(source)
    households = households_of(system)
    places = dict(zip(system.nodes["node_id"], system.nodes.geometry, strict=True))
    records = []
    for (kind, layer, feature_id, at_node), through in passing.items():
        waters = {s.water for s in through}
        below = {at_node} | nx.descendants(graph, at_node)
        outfalls = sorted(n for n in below if graph.nodes[n]["kind"] == "outfall")
        if kind == "combined_in_service" and not _mixes(waters, outfalls, graph):
            continue
        buildings = tuple(sorted({s.building_id for s in through if s.building_id}))
        records.append(
            CrossConnection(
                kind,
                layer,
                feature_id,
                at_node,
                graph.nodes[at_node]["community_id"],
                "both" if len(waters) == 2 else next(iter(waters)),
                tuple(sorted({s.feature_id for s in through})),
                tuple(outfalls),
                buildings,
                float(households.reindex(list(buildings)).fillna(0).sum()),
                places[at_node].x,
                places[at_node].y,
            )
        )
    return tuple(sorted(records, key=lambda r: (r.community_id, r.kind, r.feature_id)))


def _mixes(waters: set[str], outfalls: Iterable[str], graph: nx.MultiDiGraph) -> bool:
    """Whether a combined stretch does harm: it carries both waters, or one to where that does not belong.

    A pipe that is called combined but by now carries nothing but sewage to the sewage main, or nothing but
    rain to a rain outfall, is a wrong label and not a joint.
    """
    if len(waters) == 2:
        return True
    right = {"sewage": {"municipal_sewage"}, "rain": {"municipal_storm", "river", "reuse"}}[next(iter(waters))]
    return any(graph.nodes[o]["receives"] not in right for o in outfalls)


def _combined_stretches(graph: nx.MultiDiGraph) -> dict[str, tuple[str, str, str, str]]:
    """For each combined node, the joint that stands for its connected stretch.

    The joint's feature is the stretch's last pipe before its outfall (or its lowest node's id where a
    stretch has no pipe), so that it names the same thing whatever else changes upstream.
    """
    combined = graph.subgraph([n for n, d in graph.nodes(data=True) if d["system"] == "combined"])
    stretches: dict[str, tuple[str, str, str, str]] = {}
    for members in nx.weakly_connected_components(combined):
        inner = combined.subgraph(members)
        ends = sorted(n for n in inner if inner.out_degree(n) == 0) or sorted(inner)
        end = next((n for n in ends if graph.nodes[n]["kind"] == "outfall"), ends[0])
        pipes = sorted(key[1] for _, _, key in inner.in_edges(end, keys=True) if key[0] == "pipes")
        layer, feature = ("pipes", pipes[0]) if pipes else ("nodes", end)
        for node in members:
            stretches[node] = ("combined_in_service", layer, feature, end)
    return stretches


def _joints_of(
    source: Source, graph: nx.MultiDiGraph, stretches: dict[str, tuple[str, str, str, str]]
) -> list[tuple[str, str, str, str]]:
    """The first joints on a source's ways downstream, as (kind, layer, feature id, node)."""
    own = OWN_SYSTEM[source.water]
    lateral = "sewage_lateral_to_storm" if source.water == "sewage" else "rain_lateral_to_sewage"
    entered = graph.nodes[source.node_id]["system"]
    if entered == "combined":
        return [stretches[source.node_id]]
    if entered != own:
        return [(lateral, source.layer, source.feature_id, source.node_id)]
    joints: list[tuple[str, str, str, str]] = []
    seen = {source.node_id}
    waiting = [source.node_id]
    while waiting:
        upper = waiting.pop()
        for _, lower, (layer, feature), edge in graph.out_edges(upper, keys=True, data=True):
            below = graph.nodes[lower]["system"]
            if below == "combined":
                joints.append(stretches[lower])
            elif edge["system"] not in (None, own, "combined") or below != own:
                kind = lateral if layer == "connections" else "pipe_between_systems"
                joints.append((kind, layer, feature, lower))
            elif edge["system"] == "combined":
                joints.append(("combined_in_service", layer, feature, lower))
            elif lower not in seen:
                seen.add(lower)
                waiting.append(lower)
    return list(dict.fromkeys(joints))

"""Upstream and downstream of any place: what lies on the way, how long it is, and who lives on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import networkx as nx

from spongecalc.network.graph import drainage_graph
from spongecalc.network.sources import Source, sources
from spongecalc.scenario import DrainageSystem

Direction = Literal["upstream", "downstream"]


@dataclass(frozen=True, repr=False)
class Trace:
    """Everything upstream or downstream of a place.

    ``nodes``, ``pipes``, ``laterals``, ``buildings`` and ``structures`` (pumps, weirs, orifices, outlets) are ids
    in sorted order; ``outfalls`` those among the nodes. ``length_m`` is that of the pipes and leads on the way;
    ``area_m2`` of the ground and roofs that drain to a node on the way; ``households`` and ``residents`` those of
    the buildings whose water enters there.
    """

    place: str
    direction: Direction
    nodes: tuple[str, ...]
    pipes: tuple[str, ...]
    laterals: tuple[str, ...]
    buildings: tuple[str, ...]
    outfalls: tuple[str, ...]
    structures: tuple[str, ...]
    length_m: float
    area_m2: float
    households: float
    residents: float

    def __repr__(self) -> str:
        """Place, direction and the size of what lies there; the ids are in the attributes."""
        return (
            f"<Trace {self.direction} of {self.place}: {len(self.nodes)} nodes, {len(self.pipes)} pipes, "
            f"{self.length_m:.1f} m, {self.area_m2:.0f} m2, {self.households:g} households>"
        )


def trace(
    system: DrainageSystem,
    place: str,
    direction: Direction,
    *,
    residents_per_household: float,
    areas_m2: Mapping[str, float] | None = None,
) -> Trace:
    """Trace from a node, outfall, pipe, lateral or building.

    Parameters
    ----------
    system
        The drainage system in a scenario.
    place
        Id of a node, pipe, lateral, structure, facility or building. Downstream of a building or lateral begins
        where its water enters; upstream of a pipe begins at its upper end, the pipe included.
    direction
        "upstream" or "downstream".
    residents_per_household
        For buildings whose residents are not known.
    areas_m2
        Area of the ground and roofs that drain to each node, in m2; without it ``area_m2`` is 0.

    Raises
    ------
    KeyError
        If the system has no such place.
    """
    graph = drainage_graph(system)
    entering = sources(system)
    starts, first = _starts(graph, entering, place, direction)
    reach = nx.descendants if direction == "downstream" else nx.ancestors
    nodes = set(starts).union(*(reach(graph, n) for n in starts)) if starts else set()
    edges = [(key, edge) for u, v, key, edge in graph.edges(keys=True, data=True) if u in nodes and v in nodes]
    edges += [(key, edge) for _, _, key, edge in graph.edges(keys=True, data=True) if key == first]
    lengths = {key: edge["length_m"] for key, edge in edges}
    own = [s for s in entering if s.node_id in nodes]
    if direction == "downstream" and place in {s.building_id for s in entering}:
        own = [s for s in own if s.building_id == place]
    buildings = {s.building_id for s in own if s.building_id}
    table = system.buildings.drop_duplicates("building_id").set_index("building_id")
    households = table["households"].reindex(sorted(buildings))
    residents = table["residents"].reindex(sorted(buildings)).fillna(households * residents_per_household)
    laterals = {s.feature_id for s in own if s.layer == "connections"}
    laterals |= {key[1] for key in lengths if key[0] == "connections"}
    return Trace(
        place,
        direction,
        tuple(sorted(nodes)),
        tuple(sorted(key[1] for key in lengths if key[0] == "pipes")),
        tuple(sorted(laterals)),
        tuple(sorted(buildings)),
        tuple(sorted(n for n in nodes if graph.nodes[n]["kind"] == "outfall")),
        tuple(sorted(key[1] for key in lengths if key[0] == "structures")),
        float(sum(lengths.values())),
        float(sum((areas_m2 or {}).get(n, 0.0) for n in nodes)),
        float(households.fillna(0).sum()),
        float(residents.fillna(0).sum()),
    )


def _starts(
    graph: nx.MultiDiGraph, entering: tuple[Source, ...], place: str, direction: Direction
) -> tuple[list[str], tuple[str, str] | None]:
    """The nodes to begin at, and the edge to begin with where the place is one."""
    if place in graph:
        return [place], None
    for upper, lower, key in graph.edges(keys=True):
        if key[1] == place:
            return [lower if direction == "downstream" else upper], key
    nodes = sorted({s.node_id for s in entering if place in (s.feature_id, s.building_id)})
    if not nodes:
        raise KeyError(place)
    return (nodes if direction == "downstream" else []), None

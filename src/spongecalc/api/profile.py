"""The way of a long section through a model: its nodes, its links, and how far along each lies."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import networkx as nx
import pandas as pd


@dataclass(frozen=True)
class Profile:
    """A way along the flow: ``nodes`` and the ``links`` between them by model id, ``stations_m`` of the nodes."""

    nodes: tuple[str, ...]
    links: tuple[str, ...]
    stations_m: tuple[float, ...]


class NoWayError(ValueError):
    """No water gets from one node to the other."""


def flow_graph(conduits: pd.DataFrame, regulators: pd.DataFrame) -> nx.DiGraph:
    """A model's nodes and links along the flow; of two links between the same nodes the shorter one.

    Pumps, orifices, weirs and outlets have no length.
    """
    graph = nx.DiGraph()
    for frame in (conduits, regulators):
        lengths = frame["length_m"] if "length_m" in frame else pd.Series(0.0, index=frame.index)
        for link, upper, lower, length_m in zip(
            frame.index, frame["from_node"], frame["to_node"], lengths, strict=True
        ):
            known = graph.get_edge_data(upper, lower)
            if known is None or known["length_m"] > length_m:
                graph.add_edge(upper, lower, link=link, length_m=float(length_m))
    return graph


def profile_of(graph: nx.DiGraph, start: str | None, end: str | None) -> Profile:
    """The shortest way from one node to another.

    Without ``end`` it leads to the farthest node below ``start``, without ``start`` from the farthest above
    ``end``; without both it is the longest of the shortest ways that end where no link goes on.

    Raises
    ------
    NoWayError
        There is none.
    """
    nodes = [n for n in (start, end) if n is not None and n not in graph]
    if nodes or graph.number_of_edges() == 0:
        raise NoWayError(start, end)
    if start is not None and end is not None:
        try:
            return _profile(graph, nx.shortest_path(graph, start, end, weight="length_m"))
        except nx.NetworkXNoPath:
            raise NoWayError(start, end) from None
    if start is not None:
        ways = nx.single_source_dijkstra_path(graph, start, weight="length_m")
        return max((_profile(graph, way) for way in ways.values()), key=_longer)
    ends = [end] if end is not None else [n for n in graph if graph.out_degree(n) == 0] or list(graph)
    upwards = graph.reverse(copy=False)
    ways_up = [
        way for n in ends for way in nx.single_source_dijkstra_path(upwards, n, weight="length_m").values()
    ]
    return max((_profile(graph, way[::-1]) for way in ways_up), key=_longer)


def _longer(profile: Profile) -> tuple[float, tuple[str, ...]]:
    return profile.stations_m[-1], profile.nodes


def _profile(graph: nx.DiGraph, nodes: list[str]) -> Profile:
    links, stations = [], [0.0]
    for upper, lower in pairwise(nodes):
        edge = graph.edges[upper, lower]
        links.append(edge["link"])
        stations.append(stations[-1] + edge["length_m"])
    return Profile(tuple(nodes), tuple(links), tuple(stations))

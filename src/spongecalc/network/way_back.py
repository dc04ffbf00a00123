"""The way back of water that is cut off: the nearest node of its own system that takes it by gravity."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from spongecalc.network.cross_connections import OWN_SYSTEM, RIGHT_RECEIVERS
from spongecalc.scenario import DrainageSystem

if TYPE_CHECKING:
    from scipy.spatial import KDTree

FIRST_LOOK = 16


@dataclass(frozen=True)
class WayBack:
    """The new way of water that was cut off: to ``node_id`` of its own system, over ``length_m``.

    ``level_m`` is the level at which it starts and ``fall_m`` what the new pipe falls.
    """

    node_id: str
    length_m: float
    fall_m: float


class WaysBack:
    """Finds ways back in one system.

    A node takes water if it belongs to the water's own system, reaches one of that system's right outfalls
    through that system's pipes only, is no outfall, and lies low enough: the start's level less the least
    slope over the straight distance is not below the node's invert.

    Parameters
    ----------
    system
        The drainage system.
    graph
        Its drainage graph.
    min_slope_percent
        Least slope of a new lateral or pipe, in percent.
    """

    def __init__(self, system: DrainageSystem, graph: nx.MultiDiGraph, min_slope_percent: float) -> None:
        from scipy.spatial import KDTree  # noqa: PLC0415  a check of layers asks for no way back

        self._graph = graph
        self._slope = min_slope_percent / 100
        nodes = system.nodes.drop_duplicates("node_id")
        place = {r.node_id: (r.geometry.x, r.geometry.y, float(r.invert_m)) for r in nodes.itertuples()}
        self._ids: dict[str, list[str]] = {}
        self._places: dict[str, np.ndarray] = {}
        self._trees: dict[str, KDTree | None] = {}
        for water in OWN_SYSTEM:
            ids = sorted(n for n in _taking(graph, water) if n in place and not math.isnan(place[n][2]))
            self._ids[water] = ids
            self._places[water] = np.array([place[n] for n in ids], dtype=float).reshape(-1, 3)
            self._trees[water] = KDTree(self._places[water][:, :2]) if ids else None

    def find(
        self, water: str, x_m: float, y_m: float, level_m: float, start: str | None = None
    ) -> WayBack | None:
        """The nearest node that takes the water by gravity; None where there is none.

        Parameters
        ----------
        water
            "sewage" or "rain".
        x_m, y_m, level_m
            Place and level at which the water starts.
        start
            The node it starts at, if it is one: a node upstream of it would lead the water in a circle.
        """
        tree, ids, places = self._trees[water], self._ids[water], self._places[water]
        if tree is None or math.isnan(level_m):
            return None
        circle = {start} | nx.ancestors(self._graph, start) if start in self._graph else set()
        wanted = min(FIRST_LOOK, len(ids))
        looked = 0
        while looked < len(ids):
            _, order = tree.query((x_m, y_m), k=list(range(1, wanted + 1)))
            for position in np.atleast_1d(order)[looked:]:
                x, y, invert = places[position]
                length = math.hypot(x - x_m, y - y_m)
                if ids[position] not in circle and invert <= level_m - self._slope * length:
                    return WayBack(ids[position], length, level_m - invert)
            looked, wanted = wanted, min(4 * wanted, len(ids))
        return None


def _taking(graph: nx.MultiDiGraph, water: str) -> set[str]:
    """Nodes from which a water's own system leads to a right outfall, and by none of its ways elsewhere."""
    own = OWN_SYSTEM[water]
    inside = nx.DiGraph()
    inside.add_nodes_from(n for n, d in graph.nodes(data=True) if d["system"] == own)
    astray = set()
    for upper, lower, edge in graph.edges(data=True):
        if upper in inside and lower in inside and edge["system"] in (None, own):
            inside.add_edge(upper, lower)
        elif upper in inside:
            astray.add(upper)
    ends = [n for n in inside if graph.nodes[n]["kind"] == "outfall"]
    backwards = inside.reverse(copy=False)
    right = [n for n in ends if graph.nodes[n]["receives"] in (*RIGHT_RECEIVERS[water], None)]
    good = _from_any(backwards, right)
    wrong = _from_any(backwards, [*astray, *(n for n in ends if n not in right)])
    return {n for n in good - wrong if graph.nodes[n]["kind"] not in ("outfall", "storage")}


def _from_any(graph: nx.DiGraph, starts: list[str] | set[str]) -> set[str]:
    seen = set(starts)
    waiting = list(starts)
    while waiting:
        for node in graph.successors(waiting.pop()):
            if node not in seen:
                seen.add(node)
                waiting.append(node)
    return seen

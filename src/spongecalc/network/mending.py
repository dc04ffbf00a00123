"""A drainage system with connections cut, and each source given back its way."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import networkx as nx
import pandas as pd
from shapely import LineString

from spongecalc.catalogue.structure_form import PUMP
from spongecalc.network.cross_connections import OWN_SYSTEM, combined_stretches, cross_connections
from spongecalc.network.graph import drainage_graph
from spongecalc.network.smallest_set import Connection, SmallestSet, smallest_set
from spongecalc.network.sources import Source, sources
from spongecalc.network.way_back import WayBack, WaysBack
from spongecalc.scenario import DrainageSystem

MOST_ROUNDS = 6


@dataclass(frozen=True)
class Reconnection:
    """One thing to lay anew when a connection is cut: which end moves, and to which node.

    ``cut`` is the connection that is cut, ``layer`` and ``feature_id`` what is led elsewhere because of it
    (itself, or a lateral or pipe that came to the combined stretch that is cut), ``water`` what it carries,
    ``way`` the node that takes it by gravity, None where there is none. An overflow, or a pipe beside another
    way that stays in its system, is ``plugged``: its water goes on by that way, and nothing is laid.
    """

    cut: Connection
    layer: str
    feature_id: str
    water: str
    way: WayBack | None
    plugged: bool = False


@dataclass(frozen=True)
class Mending:
    """The works that separate a system: connections to cut, what to lay anew, and the system afterwards.

    ``separated`` says whether tracing finds no cross-connection any more; ``at_least`` is the lower bound on the
    number of connections.
    """

    cut: tuple[Connection, ...]
    at_least: int
    reconnections: tuple[Reconnection, ...]
    system: DrainageSystem
    separated: bool


@dataclass(frozen=True)
class MendingRules:
    """Assumptions on new laterals and pipes: least slope, and depth of a lateral where it starts."""

    min_slope_percent: float = 0.5
    lateral_depth_m: float = 0.8


def separate(system: DrainageSystem, rules: MendingRules, graph: nx.MultiDiGraph | None = None) -> Mending:
    """Cut a system's smallest set, give each source back its way, and trace again.

    Water that is given back its way may meet a cross-connection that nothing passed before; those
    it meets join the set, at most six times over.
    """
    first = graph = drainage_graph(system) if graph is None else graph
    found: SmallestSet = smallest_set(system, graph)
    cut: list[Connection] = list(found.cut)
    at_least = found.at_least
    for _ in range(MOST_ROUNDS):
        mended, ways = mend(system, cut, rules, first)
        graph = drainage_graph(mended)
        more = [c for c in smallest_set(mended, graph).cut if c not in cut]
        if not more:
            break
        cut.extend(more)
    separated = not cross_connections(mended, graph)
    return Mending(tuple(sorted(cut)), at_least, ways, mended, separated)


def mend(
    system: DrainageSystem,
    cut: Iterable[Connection],
    rules: MendingRules,
    graph: nx.MultiDiGraph | None = None,
) -> tuple[DrainageSystem, tuple[Reconnection, ...]]:
    """The system with connections cut and what they carried led to the nearest node of its own system.

    A lateral, pipe or overflow keeps its upper end and gets a new lower one; where no node takes it by
    gravity it is taken out. Of a combined stretch the laterals and the pipes that came to it are led
    elsewhere, and inlets on it become inlets of the rain system by a new lead.

    Parameters
    ----------
    system
        The drainage system.
    cut
        Connections as (layer, feature id); a combined stretch by its last pipe (or node).
    rules
        What is assumed of new laterals and pipes.
    graph
        The system's drainage graph, if the caller has it already.
    """
    graph = drainage_graph(system) if graph is None else graph
    wanted = list(dict.fromkeys(cut))
    parts = _moved_ends(system, graph, wanted)
    left = graph.copy()
    ends = {(p.layer, p.feature_id) for p in parts}
    left.remove_edges_from([(u, v, k) for u, v, k in graph.edges(keys=True) if k in ends or k in set(wanted)])
    ways = WaysBack(system, left, rules.min_slope_percent)
    starts = _starts(system, rules)
    done = []
    for part in parts:
        x_m, y_m, level_m, node = starts[part.layer, part.feature_id]
        if part.plugged and node is not None:
            way: WayBack | None = WayBack(node, 0.0, 0.0)
        else:
            way = ways.find(part.water, x_m, y_m, level_m, node)
        done.append(replace(part, way=way))
    return _applied(system, graph, wanted, done, starts), tuple(done)


def _moved_ends(system: DrainageSystem, graph: nx.MultiDiGraph, cut: list[Connection]) -> list[Reconnection]:
    """Waters to be led elsewhere for each connection that is cut."""
    entering = sources(system)
    by_feature: dict[Connection, list[Source]] = {}
    for source in entering:
        by_feature.setdefault((source.layer, source.feature_id), []).append(source)
    stretches = combined_stretches(graph)
    members: dict[Connection, set[str]] = {}
    for node, joint in stretches.items():
        members.setdefault((joint[1], joint[2]), set()).add(node)
    edges = {key: (upper, lower) for upper, lower, key in graph.edges(keys=True)}
    parts: list[Reconnection] = []
    for key in cut:
        if key in members:
            inside = members[key]
            parts.extend(
                Reconnection(key, s.layer, s.feature_id, s.water, None) for s in entering if s.node_id in inside
            )
            for node in sorted(inside):
                for upper, _, edge_key in graph.in_edges(node, keys=True):
                    water = _water_of(graph.nodes[upper]["system"])
                    if water:
                        parts.append(Reconnection(key, edge_key[0], edge_key[1], water, None))
        elif key in edges:
            water = _water_of(graph.nodes[edges[key][0]]["system"])
            if water:
                upper = edges[key][0]
                own = graph.nodes[upper]["system"]
                others = [
                    other_key
                    for _, lower, other_key, edge in graph.out_edges(upper, keys=True, data=True)
                    if other_key != key and graph.nodes[lower]["system"] == own and edge["system"] in (None, own)
                ]
                parts.append(Reconnection(key, key[0], key[1], water, None, bool(others)))
            elif key[0] == "structures":
                # Out of combined pipes: what it spilled stays in them.
                parts.append(Reconnection(key, key[0], key[1], "sewage", None, True))
        else:
            parts.extend(
                Reconnection(key, s.layer, s.feature_id, s.water, None)
                for s in by_feature.get(key, ())
                if graph.nodes[s.node_id]["system"] != OWN_SYSTEM[s.water]
            )
    return list({(p.layer, p.feature_id, p.water): p for p in parts}.values())


def _water_of(system: object) -> str:
    return {"sewage": "sewage", "storm": "rain"}.get(str(system), "")


def _starts(
    system: DrainageSystem, rules: MendingRules
) -> Mapping[tuple[str, str], tuple[float, float, float, str | None]]:
    """Start of each lateral, pipe and overflow: place, level, and its node if it starts at one."""
    nodes = {r.node_id: r for r in system.nodes.itertuples()}
    starts: dict[tuple[str, str], tuple[float, float, float, str | None]] = {}
    for layer, id_column, column in (
        ("pipes", "pipe_id", "from_node"),
        ("connections", "connection_id", "source"),
        ("facilities", "facility_id", "from_node"),
        ("structures", "structure_id", "from_node"),
    ):
        for row in getattr(system, layer).itertuples():
            node = nodes.get(getattr(row, column))
            if node is not None:
                up_m = float(getattr(row, "invert_up_m", math.nan))
                level_m = float(node.invert_m) if math.isnan(up_m) else up_m
                # A pump lifts its water to whatever node takes it.
                level_m = math.inf if layer == "structures" and row.kind == PUMP else level_m
                starts[layer, getattr(row, id_column)] = (node.geometry.x, node.geometry.y, level_m, node.node_id)
            elif layer == "connections" and row.to_node in nodes:
                x_m, y_m = row.geometry.coords[0]
                starts[layer, row.connection_id] = (x_m, y_m, _lateral_level_m(nodes[row.to_node], rules), None)
    for row in system.buildings.itertuples():
        place = row.geometry.representative_point()
        node = nodes.get(row.sewage_to, nodes.get(row.roof_to))
        level_m = math.nan if node is None else _lateral_level_m(node, rules)
        starts["buildings", row.building_id] = (place.x, place.y, level_m, None)
    for node in nodes.values():
        starts["nodes", node.node_id] = (node.geometry.x, node.geometry.y, float(node.invert_m), node.node_id)
    return starts


def _lateral_level_m(node: object, rules: MendingRules) -> float:
    """The level at which a lateral leaves its house: its depth below ground, but above where it enters now."""
    ground, invert = float(node.ground_m), float(node.invert_m)  # type: ignore[attr-defined]
    return invert if math.isnan(ground) else max(ground - rules.lateral_depth_m, invert)


def _applied(
    system: DrainageSystem,
    graph: nx.MultiDiGraph,
    cut: list[Connection],
    parts: list[Reconnection],
    starts: Mapping[tuple[str, str], tuple[float, float, float, str | None]],
) -> DrainageSystem:
    """The frames with the moved ends; what has no way is taken out, and so are combined pipes that are cut."""
    place = dict(zip(system.nodes["node_id"], system.nodes.geometry, strict=True))
    invert = dict(zip(system.nodes["node_id"], system.nodes["invert_m"], strict=True))
    frames: dict[str, gpd.GeoDataFrame] = {}
    for layer, id_column, column in (
        ("pipes", "pipe_id", "to_node"),
        ("connections", "connection_id", "to_node"),
        ("facilities", "facility_id", "overflow_to"),
        ("structures", "structure_id", "to_node"),
    ):
        frame = getattr(system, layer).copy()
        if frame.empty:
            frames[layer] = frame
            continue
        for part in (p for p in parts if p.layer == layer):
            row = frame.index[frame[id_column] == part.feature_id]
            way = None if part.plugged else part.way
            frame.loc[row, column] = way.node_id if way else None
            if way and layer not in ("facilities", "structures"):
                x_m, y_m = starts[layer, part.feature_id][:2]
                end = place[way.node_id]
                frame.loc[row, "geometry"] = LineString([(x_m, y_m), (end.x, end.y)])
            if way and layer == "pipes":
                frame.loc[row, "invert_down_m"] = invert[way.node_id]
        if layer != "facilities":
            out = {p.feature_id for p in parts if p.layer == layer and (p.way is None or p.plugged)}
            out |= _inside_cut_stretches(graph, cut) if layer == "pipes" else set()
            frame = frame[~frame[id_column].isin(list(out))]
        frames[layer] = frame.reset_index(drop=True)
    buildings = system.buildings.copy()
    for part in (p for p in parts if p.layer == "buildings"):
        column = "sewage_to" if part.water == "sewage" else "roof_to"
        row = buildings.index[buildings["building_id"] == part.feature_id]
        buildings.loc[row, column] = part.way.node_id if part.way else None
    nodes = system.nodes.copy()
    leads = []
    for part in (p for p in parts if p.layer == "nodes"):
        nodes.loc[nodes["node_id"] == part.feature_id, "system"] = OWN_SYSTEM[part.water]
        if part.way:
            start, end = place[part.feature_id], place[part.way.node_id]
            leads.append(
                {
                    "connection_id": f"{part.feature_id}__LEAD",
                    "source": part.feature_id,
                    "kind": "yard_drain",
                    "to_node": part.way.node_id,
                    "status": "proposed",
                    "community_id": graph.nodes[part.feature_id]["community_id"],
                    "geometry": LineString([(start.x, start.y), (end.x, end.y)]),
                }
            )
    if leads:
        new = gpd.GeoDataFrame(leads, geometry="geometry", crs=system.crs)
        new = new.reindex(columns=frames["connections"].columns)
        frames["connections"] = pd.concat([frames["connections"], new], ignore_index=True)
    return replace(system, nodes=nodes, buildings=buildings, **frames)


def _inside_cut_stretches(graph: nx.MultiDiGraph, cut: list[Connection]) -> set[str]:
    """Pipes that lie between two nodes of a combined stretch that is cut."""
    stretches = combined_stretches(graph)
    nodes = {n for n, joint in stretches.items() if (joint[1], joint[2]) in cut}
    return {
        key[1]
        for upper, lower, key in graph.edges(keys=True)
        if key[0] == "pipes" and upper in nodes and lower in nodes
    }

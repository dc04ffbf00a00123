"""Entries of water into the network: households' sewage, roofs' and yards' rain, each with its node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import pandas as pd

from spongecalc.scenario import DrainageSystem

SEWAGE_LATERALS = ("toilet", "kitchen", "balcony_drain")
RAIN_LATERALS = ("roof_drain", "yard_drain", "underdrain")

LATERAL_WATER = {**dict.fromkeys(SEWAGE_LATERALS, "sewage"), **dict.fromkeys(RAIN_LATERALS, "rain")}


@dataclass(frozen=True)
class Source:
    """One place where water enters: ``water`` is "sewage" or "rain", ``node_id`` the node it enters at.

    ``layer`` and ``feature_id`` name the lateral, inlet or building by which it enters; ``building_id`` the
    building behind it, if there is one; ``part`` the lateral's kind.
    """

    water: str
    node_id: str
    layer: str
    feature_id: str
    part: str
    building_id: str | None
    community_id: str


# Every step of the assessment asks for the same system's sources; they go when the system goes.
_found: WeakKeyDictionary[DrainageSystem, tuple[Source, ...]] = WeakKeyDictionary()


def sources(system: DrainageSystem) -> tuple[Source, ...]:
    """All sources of a system, in a fixed order.

    A lateral from a building enters at its ``to_node``; an inlet's rain at the inlet itself (its lead is an
    edge of the graph); a building without laterals of a kind enters by its ``sewage_to`` or ``roof_to``. An
    underdrain starts at a surface. A septic tank that nothing recorded drains into is a source by itself, and so
    is a node of sewage or combined pipes that is given a flow.
    """
    if system not in _found:
        _found[system] = _sources(system)
    return _found[system]


def _sources(system: DrainageSystem) -> tuple[Source, ...]:
    nodes = set(system.nodes["node_id"])
    surfaces = set(system.surfaces["surface_id"].dropna())
    buildings = set(system.buildings["building_id"].dropna())
    found: list[Source] = []
    served: dict[str, set[str]] = {"sewage": set(), "rain": set()}
    for row in _sorted(system.connections, "connection_id"):
        if row.source in buildings and row.to_node in nodes:
            water = LATERAL_WATER[row.kind]
            if row.kind not in ("yard_drain", "underdrain"):
                served[water].add(row.source)
            found.append(
                Source(
                    water,
                    row.to_node,
                    "connections",
                    row.connection_id,
                    row.kind,
                    row.source,
                    row.community_id,
                )
            )
        elif row.kind == "underdrain" and row.source in surfaces and row.to_node in nodes:
            found.append(
                Source("rain", row.to_node, "connections", row.connection_id, row.kind, None, row.community_id)
            )
    for row in _sorted(system.buildings, "building_id"):
        for water, node, part in (("sewage", row.sewage_to, "sewage"), ("rain", row.roof_to, "roof_drain")):
            if row.building_id not in served[water] and node in nodes:
                found.append(
                    Source(water, node, "buildings", row.building_id, part, row.building_id, row.community_id)
                )
    fed = {s.node_id for s in found} | set(system.pipes["to_node"]) | set(system.connections["to_node"])
    found.extend(
        Source("sewage", node, "nodes", node, "septic_tank", None, community)
        for node, community in _nodes_of(system, "septic_tank")
        if node not in fed
    )
    named = {s.node_id for s in found if s.layer == "nodes"}
    found.extend(
        Source("sewage", node, "nodes", node, "inflow", None, community)
        for node, community in _given_sewage(system)
        if node not in named
    )
    found.extend(
        Source("rain", node, "nodes", node, "inlet", None, community)
        for node, community in _nodes_of(system, "inlet")
    )
    return tuple(found)


def _sorted(frame: pd.DataFrame, column: str) -> Iterator[Any]:
    """Rows in the order of their ids; of an empty frame no tuple is made."""
    if len(frame):
        yield from frame.sort_values(column).itertuples()


def _nodes_of(system: DrainageSystem, kind: str) -> list[tuple[str, str]]:
    """Ids and communities of the nodes of a kind, in the order of their ids."""
    nodes = system.nodes
    own = (nodes["kind"] == kind).to_numpy()
    return sorted(zip(nodes["node_id"].to_numpy()[own], nodes["community_id"].to_numpy()[own], strict=True))


def _given_sewage(system: DrainageSystem) -> list[tuple[str, str]]:
    """Ids and communities of the nodes that are given a flow of sewage, in the order of their ids."""
    nodes = system.nodes
    if "inflow_l_s" not in nodes or not (nodes["inflow_l_s"] > 0).any():
        return []
    own = ((nodes["inflow_l_s"] > 0) & (nodes["system"] != "storm") & (nodes["kind"] != "outfall")).to_numpy()
    return sorted(zip(nodes["node_id"].to_numpy()[own], nodes["community_id"].to_numpy()[own], strict=True))


def households_of(system: DrainageSystem) -> pd.Series:
    """Households by building id; unknown counts as 0."""
    return system.buildings.set_index("building_id")["households"].fillna(0.0)

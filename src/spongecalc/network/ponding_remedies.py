"""Works that could end a ponding site, each as the drainage system with that one thing changed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import networkx as nx
import pandas as pd

from spongecalc.catalogue.pipe_section import PipeSection
from spongecalc.catalogue.structure_form import PUMP
from spongecalc.network.graph import drainage_graph
from spongecalc.scenario import DrainageSystem

# From the least work to the most; where several end a site, the first of them is named as its cause.
CAUSES = ("silt", "inlets", "pump", "outfall_level", "pipe", "ground")
SIZES_UP = 3
# A channel is widened by this factor in place of a trade size.
WIDER = 1.25


@dataclass(frozen=True)
class Remedy:
    """One change: the ``cause`` it takes away, the features changed, and the system with it."""

    cause: str
    changed: tuple[str, ...]
    system: DrainageSystem


@dataclass(frozen=True)
class WayDown:
    """The way of water from a node: pipes, leads that begin at the node, outfalls and pumps, by id."""

    pipes: tuple[str, ...]
    leads: tuple[str, ...]
    outfalls: tuple[str, ...]
    pumps: tuple[str, ...] = ()


def way_down(system: DrainageSystem, node_ids: Iterable[str]) -> WayDown:
    """The way from some nodes to the outfalls; nodes that the system does not have are left out."""
    graph = drainage_graph(system)
    starts = [n for n in node_ids if n in graph]
    nodes = set(starts).union(*(nx.descendants(graph, n) for n in starts)) if starts else set()
    edges = [(u, key) for u, _, key in graph.edges(keys=True) if u in nodes]
    return WayDown(
        tuple(sorted({key[1] for _, key in edges if key[0] == "pipes"})),
        tuple(sorted({key[1] for u, key in edges if key[0] == "connections" and u in starts})),
        tuple(sorted(n for n in nodes if graph.nodes[n]["kind"] == "outfall")),
        tuple(sorted(key[1] for u, _, key, e in graph.edges(keys=True, data=True) if u in nodes and _is_pump(e))),
    )


def _is_pump(edge: Mapping[str, object]) -> bool:
    return edge.get("structure") == PUMP


def remedies(system: DrainageSystem, node_ids: Iterable[str]) -> tuple[Remedy, ...]:
    """Every change to pipes, inlets and outfalls that may end the flooding of some nodes.

    - silt: every pipe on the way down without its sediment;
    - inlets: a second lead for each inlet among the nodes;
    - pump: one more pump on duty at every pump on the way down, as a standby pump would be;
    - outfall_level: the outfalls on the way discharge freely;
    - pipe: every pipe on the way one, two and three trade sizes larger, but for those under pressure, which pumps
      fill, and sections of which no size is known.

    A change that changes nothing (no silt, a free outfall) is not among them. The ground is not the system's:
    see :mod:`spongecalc.ground.way_out`.
    """
    way = way_down(system, node_ids)
    found = [
        _without_silt(system, way),
        _second_leads(system, way),
        _more_pumps(system, way),
        _free_outfalls(system, way),
    ]
    found.extend(_larger(system, way, steps) for steps in range(1, SIZES_UP + 1))
    return tuple(r for r in found if r is not None)


def _without_silt(system: DrainageSystem, way: WayDown) -> Remedy | None:
    pipes = system.pipes
    at = pipes["pipe_id"].isin(way.pipes) & (pipes["sediment_mm"] > 0)
    if not at.any():
        return None
    clean = pipes.assign(sediment_mm=pipes["sediment_mm"].mask(at, 0.0))
    return Remedy("silt", tuple(sorted(pipes.loc[at, "pipe_id"])), replace(system, pipes=clean))


def _second_leads(system: DrainageSystem, way: WayDown) -> Remedy | None:
    leads = system.connections
    own = leads[leads["connection_id"].isin(way.leads)]
    if own.empty:
        return None
    second = own.assign(connection_id=own["connection_id"] + "__second")
    both = gpd.GeoDataFrame(pd.concat([leads, second], ignore_index=True), geometry="geometry", crs=leads.crs)
    return Remedy("inlets", tuple(sorted(own["source"].astype(str))), replace(system, connections=both))


def _more_pumps(system: DrainageSystem, way: WayDown) -> Remedy | None:
    if not way.pumps:
        return None
    structures = system.structures
    at = structures["structure_id"].isin(way.pumps)
    duty = structures["duty"].astype(float).fillna(1.0).clip(lower=1.0)
    more = structures.assign(duty=duty.where(~at, duty + 1))
    return Remedy("pump", tuple(sorted(structures.loc[at, "structure_id"])), replace(system, structures=more))


def _free_outfalls(system: DrainageSystem, way: WayDown) -> Remedy | None:
    nodes = system.nodes
    at = nodes["node_id"].isin(way.outfalls) & (system.highest_outfall_levels_m > nodes["invert_m"])
    if not at.any():
        return None
    free = nodes.assign(outfall_level_m=nodes["outfall_level_m"].mask(at, math.nan))
    freed = tuple(sorted(nodes.loc[at, "node_id"]))
    over_time = {o: s for o, s in system.outfall_levels.items() if o not in freed}
    return Remedy("outfall_level", freed, replace(system, nodes=free, outfall_levels=over_time))


def _larger(system: DrainageSystem, way: WayDown, steps: int) -> Remedy | None:
    pipes = system.pipes.copy()
    changed = []
    for index in pipes.index[pipes["pipe_id"].isin(way.pipes)]:
        name, diameter = pipes.at[index, "pipe_id"], float(pipes.at[index, "diameter_mm"])
        if pipes.at[index, "hazen_williams"] > 0:
            continue
        if PipeSection.of_pipe(pipes.loc[index]).is_circular and diameter > 0:
            size = diameter
            for _ in range(steps):
                size = system.catalogue.next_size_mm(size)
            if math.isnan(size):
                continue
            pipes.at[index, "diameter_mm"] = size
            changed.append(f"{name} DN{diameter:g}>DN{size:g}")
        else:
            width, height = (float(pipes.at[index, c]) for c in ("width_mm", "height_mm"))
            if not (width > 0 and height > 0):
                continue
            pipes.at[index, "width_mm"], pipes.at[index, "height_mm"] = (
                width * WIDER**steps,
                height * WIDER**steps,
            )
            changed.append(f"{name} x{WIDER**steps:.2f}")
    return Remedy("pipe", tuple(changed), replace(system, pipes=pipes)) if changed else None

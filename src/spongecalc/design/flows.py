"""Design flows of every pipe: households' sewage with its peak factor, and rain by the rational method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from spongecalc.design.circular_pipe import full_velocity_m_s
from spongecalc.design.network import DesignNetwork
from spongecalc.design.peak_factor import peak_factor
from spongecalc.network.graph import is_overflow
from spongecalc.surfaces.rational_method import rational_flow_l_s

# Time in a pipe that has no fall, or no size: as if water moved at the least velocity of a sewer.
SLOW_M_S = 0.6
FLOW_COLUMNS = [
    "mean_sewage_l_s",
    "peak_factor",
    "sewage_l_s",
    "area_m2",
    "runoff_coefficient",
    "time_min",
    "intensity_l_s_ha",
    "storm_l_s",
    "in_loop",
]


@dataclass(frozen=True)
class _Load:
    """The load that has gathered at a place on the way down."""

    sewage_l_s: float = 0.0
    area_m2: float = 0.0
    effective_m2: float = 0.0
    time_min: float = 0.0

    def with_(self, other: _Load) -> _Load:
        return _Load(
            self.sewage_l_s + other.sewage_l_s,
            self.area_m2 + other.area_m2,
            self.effective_m2 + other.effective_m2,
            max(self.time_min, other.time_min),
        )


def pipe_flows(
    net: DesignNetwork,
    coefficients: Mapping[str, float],
    intensity_l_s_ha: Callable[[float], float],
    inlet_time_min: float,
    infiltration_percent: float = 0.0,
) -> pd.DataFrame:
    """Flows of every pipe of a network, by pipe id.

    Mean sewage and drained area are added up from the top of the network down; at a node with several
    ways out they are shared out evenly, without weirs and other structures whose crest lies above another way.
    The time of concentration is the inlet time plus the longest time in
    pipes upstream, at the velocity of the full pipe. Rain tanks hold nothing back here.

    Parameters
    ----------
    net
        The network.
    coefficients
        Runoff coefficient by cover.
    intensity_l_s_ha
        The storm intensity at the required return period, for a duration in minutes.
    inlet_time_min
        Time over ground to the inlet, 5 to 15 min in GB 50014-2021, 4.1.
    infiltration_percent
        Groundwater in sewage, as a share of its mean flow.

    Returns
    -------
    Columns :data:`FLOW_COLUMNS`; ``in_loop`` marks pipes in a ring, where no direction is sure.
    """
    velocity = full_velocity_m_s(
        net.pipes["diameter_m"].to_numpy(), net.pipes["slope"].to_numpy(), net.pipes["manning_n"].to_numpy()
    )
    minutes = net.pipes["length_m"].to_numpy() / np.where(np.isnan(velocity), SLOW_M_S, velocity) / 60
    travel_min = dict(zip(net.pipes["pipe_id"], minutes, strict=True))
    at_node = _entering(net, coefficients, inlet_time_min)
    groups = nx.condensation(nx.DiGraph(net.graph))
    carried: dict[str, tuple[_Load, bool]] = {}
    for group in nx.topological_sort(groups):
        members = groups.nodes[group]["members"]
        loop = len(members) > 1
        load = _Load()
        for node in members:
            load = load.with_(at_node.get(node, _Load()))
        inner: list[Any] = []
        outer: list[Any] = []
        for edge in net.graph.out_edges(members, keys=True):
            (inner if edge[1] in members else outer).append(edge)
        # What an overflow weir takes, others do not have to carry: the design flow goes on by the lower ways.
        outer = [edge for edge in outer if not _spills(net.graph, edge)] or outer
        for _, _, (layer, feature) in inner:
            if layer == "pipes":
                carried[feature] = (load, True)
        for _, lower, (layer, feature) in outer:
            share = _Load(
                load.sewage_l_s / len(outer),
                load.area_m2 / len(outer),
                load.effective_m2 / len(outer),
                load.time_min,
            )
            if layer == "pipes":
                carried[feature] = (share, loop)
                share = replace(share, time_min=share.time_min + travel_min.get(feature, 0.0))
            at_node[lower] = at_node.get(lower, _Load()).with_(share)
    return _flow_table(net, carried, intensity_l_s_ha, infiltration_percent)


def _spills(graph: nx.MultiDiGraph, edge: tuple[str, str, tuple[str, str]]) -> bool:
    upper, lower, key = edge
    return key[0] == "structures" and is_overflow(graph, upper, lower, key)


def _entering(net: DesignNetwork, coefficients: Mapping[str, float], inlet_time_min: float) -> dict[str, _Load]:
    """The load that enters at each node from outside the network."""
    found = {node: _Load(sewage_l_s=flow) for node, flow in net.sewage_l_s.items()}
    for area in net.areas:
        whole = sum(area.covers_m2.values())
        effective = sum(m2 * coefficients[cover] for cover, m2 in area.covers_m2.items())
        found[area.node_id] = found.get(area.node_id, _Load()).with_(_Load(0.0, whole, effective, inlet_time_min))
    return found


def _flow_table(
    net: DesignNetwork,
    carried: Mapping[str, tuple[_Load, bool]],
    intensity_l_s_ha: Callable[[float], float],
    infiltration_percent: float,
) -> pd.DataFrame:
    rows = []
    for pipe in net.pipes["pipe_id"]:
        load, loop = carried.get(pipe, (_Load(), False))
        mean = load.sewage_l_s
        factor = float(peak_factor(np.array(mean))) if mean > 0 else float("nan")
        coefficient = load.effective_m2 / load.area_m2 if load.area_m2 > 0 else float("nan")
        intensity = intensity_l_s_ha(load.time_min) if load.area_m2 > 0 else float("nan")
        storm = rational_flow_l_s(coefficient, intensity, load.area_m2) if load.area_m2 > 0 else 0.0
        sewage = mean * factor + mean * infiltration_percent / 100 if mean > 0 else 0.0
        rows.append((mean, factor, sewage, load.area_m2, coefficient, load.time_min, intensity, storm, loop))
    return pd.DataFrame(rows, columns=FLOW_COLUMNS, index=pd.Index(net.pipes["pipe_id"], name="pipe_id"))

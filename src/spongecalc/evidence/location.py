"""The place on a rain network where an unknown misconnection best explains the dry-weather measurements.

Every node is tried as the place where sewage enters. The likelihood of the measured flows and
concentrations is summed over what is not known (how much sewage, how strong, how much ground water enters
a metre of pipe), which gives each reach between sensors its probability.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pandas as pd

PLACE_COLUMNS = ["rank", "reach", "probability", "flow_l_s", "sensors_below", "nodes"]


@dataclass(frozen=True)
class Sensor:
    """Means over dry weather at one node; NaN where not measured."""

    node_id: str
    flow_l_s: float
    nh3_mg_l: float
    conductivity_us_cm: float = math.nan
    temperature_c: float = math.nan


@dataclass(frozen=True)
class EndMembers:
    """A substance in clean water and in sewage: values, standard errors of both, and those of a reading.

    What the two waters hold is known to their errors only, which is added to that of the mixture by its share
    of each.
    """

    clean: float
    sewage: float
    clean_error: float
    sewage_error: float
    relative_error: float
    floor: float


@dataclass(frozen=True)
class Assumptions:
    """Assumptions of the search for a place; flows in l/s, concentrations in mg/l.

    ``relative_error`` is that of each measurement; the floors are what an instrument does not see. Clean
    water holds ``clean_nh3_mg_l``; sewage between the two limits of ``sewage_nh3_mg_l``. A misconnection
    brings between the limits of ``flow_l_s``. ``nh3_error`` is the relative error of NH3-N, where it is not
    that of the rest; the end members of conductivity and temperature are given where they were measured.
    """

    relative_error: float = 0.10
    flow_floor_l_s: float = 0.01
    nh3_floor_mg_l: float = 0.1
    clean_nh3_mg_l: float = 0.5
    sewage_nh3_mg_l: tuple[float, float] = (20.0, 60.0)
    flow_l_s: tuple[float, float] = (0.005, 5.0)
    nh3_error: float | None = None
    conductivity: EndMembers | None = None
    temperature: EndMembers | None = None


def shares_below(graph: nx.MultiDiGraph, sensors: Sequence[str]) -> dict[str, np.ndarray]:
    """For each node, the share of what enters there that passes each sensor, 0 to 1.

    Where a node has several ways on, they take equal shares. Nodes on a circle give their water on without
    going round.
    """
    position = {s: i for i, s in enumerate(sensors)}
    shares: dict[str, np.ndarray] = {}
    condensed = nx.condensation(nx.DiGraph(graph))
    for part in reversed(list(nx.topological_sort(condensed))):
        members = condensed.nodes[part]["members"]
        lower = sorted({w for n in members for w in graph.successors(n) if w not in members})
        below = np.mean([shares[w] for w in lower], axis=0) if lower else np.zeros(len(sensors))
        for node in members:
            own = below.copy()
            if node in position:
                own[position[node]] = 1.0
            shares[node] = own
    return shares


def locate(
    graph: nx.MultiDiGraph,
    sensors: Sequence[Sensor],
    assumptions: Assumptions | None = None,
    lengths_m: Mapping[tuple[str, str], float] | None = None,
) -> pd.DataFrame:
    """Rank the reaches between sensors by how well one misconnection in them explains the measurements.

    A reach is the nodes whose water passes the same sensors. All nodes are equally likely beforehand; the
    flow of sewage and ground water per metre are uniform in their logarithm, the sewage's NH3-N is uniform.
    The reach below all sensors is one of the candidates: it is likely where every sensor shows clean water.

    Parameters
    ----------
    graph
        Nodes of the rain network, edges from upper to lower; ``length_m`` on edges.
    sensors
        What was measured, at nodes of the graph.
    assumptions
        Errors and end members; the defaults if not given.
    lengths_m
        Lengths by (upper, lower), where the edges have none.

    Returns
    -------
    Rows by falling probability, columns ``PLACE_COLUMNS``: ``reach`` is the sensor next below (empty below
    all), ``flow_l_s`` the expected flow of sewage if it enters there, ``nodes`` ids between semicolons.

    Raises
    ------
    ValueError
        If there is no sensor, or a sensor is not on the network.

    References
    ----------
    Bayes' theorem over a grid; see docs/separation.md. Validity: one misconnection, dry weather, a network
    that does not flow backwards.
    """
    given = assumptions or Assumptions()
    unknown = [s.node_id for s in sensors if s.node_id not in graph]
    if unknown or not sensors:
        raise ValueError(f"sensors not on the network: {', '.join(unknown) or 'none given'}")
    names = [s.node_id for s in sensors]
    shares = shares_below(graph, names)
    base_m = np.zeros(len(names))
    for upper, lower, edge in graph.edges(data=True):
        length = (lengths_m or {}).get((upper, lower), edge.get("length_m", 1.0))
        base_m += length * shares[upper]
    base_m = np.maximum(base_m, 1.0)
    nodes = sorted(shares)
    patterns, inverse = np.unique(np.round([shares[n] for n in nodes], 9), axis=0, return_inverse=True)
    logs, flows = zip(*(_evidence(p, base_m, sensors, given) for p in patterns), strict=True)
    groups: dict[tuple[bool, ...], list[int]] = {}
    for i, number in enumerate(np.ravel(inverse)):
        groups.setdefault(tuple(patterns[number] > 0), []).append(i)
    top = max(logs)
    weights = np.exp(np.array(logs) - top)
    rows = []
    for passed, members in groups.items():
        own = [int(np.ravel(inverse)[i]) for i in members]
        weight = float(weights[own].sum())
        flow = float(np.average([flows[k] for k in own], weights=np.maximum(weights[own], 1e-300)))
        below = [n for n, p in zip(names, passed, strict=True) if p]
        rows.append(
            {
                "reach": _next(graph, below, [nodes[i] for i in members]),
                "probability": weight,
                "flow_l_s": flow,
                "sensors_below": len(below),
                "nodes": ";".join(nodes[i] for i in members),
            }
        )
    table = pd.DataFrame(rows)
    table["probability"] /= table["probability"].sum()
    table = table.sort_values(["probability", "nodes"], ascending=[False, True], ignore_index=True)
    table["rank"] = range(1, len(table) + 1)
    return table[PLACE_COLUMNS]


def _evidence(
    share: np.ndarray, base_m: np.ndarray, sensors: Sequence[Sensor], given: Assumptions
) -> tuple[float, float]:
    """Log of the probability of the measurements if sewage enters with these shares, and its expected flow."""
    measured_q = np.array([s.flow_l_s for s in sensors])
    measured_c = np.array([s.nh3_mg_l for s in sensors])
    per_m = np.nanmax(np.where(np.isnan(measured_q), 0.0, measured_q) / base_m)
    q = np.geomspace(*given.flow_l_s, 40)[:, None, None, None]
    ground = np.geomspace(max(per_m, 1e-6) / 300, max(per_m, 1e-6) * 1.5, 20)[None, :, None, None]
    strength = np.linspace(*given.sewage_nh3_mg_l, 5)[None, None, :, None]
    sewage = q * share
    clean = ground * base_m
    flow = sewage + clean
    nh3 = (strength * sewage + given.clean_nh3_mg_l * clean) / flow
    log = _log_normal(measured_q, flow, given.relative_error, given.flow_floor_l_s)
    nh3_error = given.relative_error if given.nh3_error is None else given.nh3_error
    log = log + _log_normal(measured_c, nh3, nh3_error, given.nh3_floor_mg_l)
    for column, two in (("conductivity_us_cm", given.conductivity), ("temperature_c", given.temperature)):
        measured = np.array([getattr(s, column) for s in sensors])
        if two is not None and not np.isnan(measured).all():
            part = sewage / flow
            unsure = np.hypot(part * two.sewage_error, (1 - part) * two.clean_error)
            mixture = two.clean + (two.sewage - two.clean) * part
            log = log + _log_normal(measured, mixture, two.relative_error, np.hypot(two.floor, unsure))
    total = log.sum(axis=-1)
    top = float(total.max())
    weight = np.exp(total - top)
    expected = float((weight * q[..., 0]).sum() / weight.sum())
    return top + float(np.log(weight.mean())), expected


def _log_normal(
    measured: np.ndarray, expected: np.ndarray, relative: float, floor: float | np.ndarray
) -> np.ndarray:
    """Log density of measurements about expected values; 0 where nothing was measured."""
    error = np.sqrt((relative * expected) ** 2 + floor**2)
    log = -0.5 * ((np.nan_to_num(measured) - expected) / error) ** 2 - np.log(error)
    return np.where(np.isnan(measured), 0.0, log)


def _next(graph: nx.MultiDiGraph, below: list[str], members: list[str]) -> str:
    """The sensor that ends a reach: of those below, the one that none of the others lies above."""
    for sensor in below:
        if sensor in members or not any(other != sensor and nx.has_path(graph, other, sensor) for other in below):
            return sensor
    return below[0] if below else ""

"""Sewage that floods onto the surface: where, and how much of what floods is sewage."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import networkx as nx
import numpy as np
import pandas as pd

from spongecalc.assess.modelled import Modelled
from spongecalc.assess.scenario_order import in_order
from spongecalc.network.graph import drainage_graph
from spongecalc.swmm.inflows import SEWAGE, TRACER_MG_L
from spongecalc.swmm.model import COMES_UP
from spongecalc.swmm.run_result import RunResult
from spongecalc.swmm.tracer_event import TRACED

SPILL_COLUMNS = [
    "community_id",
    "scenario",
    "event",
    "node_id",
    "system",
    "flooded_m3",
    "sewage_m3",
    "sewage_percent",
    "basis",
    "x_m",
    "y_m",
]

# Less than this is a cup, and within the engine's error of balance. The sum over nodes keeps its second decimal.
LEAST_M3 = 0.001


def spill_rows(one: Modelled, headline: str, dry_carrier_l_s: float) -> list[dict[str, object]]:
    """Nodes of one model that flood in the headline storm or in dry weather, for :func:`spill_table`."""
    return [*_of_storm(one, headline), *_of_dry_weather(one, dry_carrier_l_s)]


def spill_table(rows: Sequence[Mapping[str, object]], scenarios: Sequence[str]) -> pd.DataFrame:
    """Rows of separation_spills.csv: a node from which sewage floods, in the headline storm or in dry weather.

    Under the storm it is what SWMM floods in the run without tracers, step by step, times the share of sewage
    that the tracer shows in the node at that moment of the storm, in the run with tracers (``basis`` "tracer"):
    with the carrier of that run more water floods, and earlier, than in the storm. A model in which rain and
    sewage do not meet has no such run: what floods from its sewage pipes is sewage altogether ("all"), as is what
    floods in dry weather but for the carrier in it. Water that floods may run back when the pipes have room.

    Parameters
    ----------
    rows
        Of all models, by :func:`spill_rows`.
    scenarios
        The project's, in order; the latest comes first.
    """
    table = pd.DataFrame(rows, columns=SPILL_COLUMNS)
    table = table[table["sewage_m3"].astype(float) >= LEAST_M3]
    by = ["community_id", "scenario", "event", "node_id"]
    return table.sort_values(by, key=in_order(scenarios, latest_first=True), ignore_index=True)


def spills_known(modelled: Modelled, headline: str) -> bool:
    """True where sound runs tell what a model spills in the headline storm."""
    traced = modelled.results.get(TRACED)
    return modelled.finished(headline) is not None and (traced is None or modelled.followed(TRACED) is not None)


def spilled_m3(spills: pd.DataFrame, community_id: str, scenario: str) -> float:
    """The sum of a community's spills in the headline storm, in m3."""
    own = spills[
        (spills["community_id"] == community_id) & (spills["scenario"] == scenario) & (spills["event"] == "storm")
    ]
    return float(own["sewage_m3"].astype(float).sum())


def _of_storm(one: Modelled, headline: str) -> list[dict[str, object]]:
    plain, traced = one.finished(headline), one.followed(TRACED)
    if plain is None or not spills_known(one, headline):
        return []
    volumes = _came_up_m3(plain)
    if traced is None:
        return _rows(one, "storm", volumes, volumes, "all", ("sewage",))
    sewage = volumes * pd.Series(
        {node: _sewage_share(plain, traced, str(node)) for node in volumes.index[volumes > 0]}, dtype=float
    )
    return _rows(one, "storm", volumes, sewage, "tracer", ("storm", "sewage", "combined"))


def _sewage_share(plain: RunResult, traced: RunResult, node: str) -> float:
    """Share of sewage in what floods from a node; NaN where no saved step of both runs shows flooding.

    The storm begins at the mark of the run with tracers, and at the start of the other.
    """
    flooding, mixed = f"flooding_l_s:{node}", f"concentration:{SEWAGE}:{node}"
    if flooding not in plain.series or mixed not in traced.series:
        return math.nan
    minutes = traced.series.index.to_numpy() - (traced.mark_s or 0.0) / 60
    at = plain.series.index.to_numpy()
    rate_l_s = plain.series[flooding].to_numpy()
    if not rate_l_s.sum() > 0:
        return math.nan
    share = np.interp(at, minutes, traced.series[mixed].to_numpy()) / TRACER_MG_L
    return float((rate_l_s * share).sum() / rate_l_s.sum())


def _came_up_m3(run: RunResult, ending: str = "") -> pd.Series:
    """Volumes that came up out of the pipes, by node; those flooded, where no node is behind a grate."""
    column = f"came_up_m3{ending}"
    return run.nodes[column if column in run.nodes else f"flood_volume_m3{ending}"]


def _of_dry_weather(one: Modelled, carrier_l_s: float) -> list[dict[str, object]]:
    run = one.finished("dry")
    if run is None or "flood_volume_m3_after_mark" not in run.nodes:
        return []
    volumes = _came_up_m3(run, "_after_mark")
    wet = list(volumes.index[volumes > 0])
    shares = _dry_shares(one, wet, carrier_l_s) if wet else {}
    water, sewage = (
        volumes * pd.Series({n: s[part] for n, s in shares.items()}, index=volumes.index, dtype=float)
        for part in (0, 1)
    )
    return _rows(one, "dry", water, sewage, "all", ("storm", "sewage", "combined"))


def _dry_shares(one: Modelled, nodes: Sequence[object], carrier_l_s: float) -> dict[object, tuple[float, float]]:
    """By node what is no carrier of the water in it, and what is sewage, by all that enters above it."""
    elements = one.model.elements
    of_nodes = elements[(elements["element"] == "node") & (elements["layer"] == "nodes")]
    feature = dict(zip(of_nodes["model_id"], of_nodes["feature_id"], strict=True))
    graph = drainage_graph(one.system)
    sewage_l_s: dict[object, float] = {}
    for name, _, flow_l_s, *_ in one.model.sections["DWF"]:
        sewage_l_s[feature.get(name)] = sewage_l_s.get(feature.get(name), 0.0) + float(flow_l_s)
    ground_l_s = {feature.get(name): flow for name, flow in one.model.groundwater_l_s.items()}
    shares = {}
    for node in nodes:
        above = {feature.get(node)}
        if feature.get(node) in graph:
            above |= nx.ancestors(graph, feature[node])
        sewage = sum(sewage_l_s.get(n, 0.0) for n in above)
        carrier = carrier_l_s * sum(n in sewage_l_s for n in above)
        whole = sewage + carrier + sum(ground_l_s.get(n, 0.0) for n in above)
        shares[node] = (1 - carrier / whole, sewage / whole) if whole > 0 else (1.0, 1.0)
    return shares


def _rows(
    one: Modelled, event: str, flooded: pd.Series, sewage: pd.Series, basis: str, systems: Sequence[str]
) -> list[dict[str, object]]:
    elements = one.model.elements
    junctions = elements[(elements["element"] == "node") & elements["role"].isin(COMES_UP)]
    nodes = one.system.nodes.drop_duplicates("node_id").set_index("node_id")
    wet = junctions[junctions["model_id"].map(flooded).fillna(0.0) > 0]
    rows = []
    for element in wet.itertuples():
        node = nodes.loc[element.feature_id]
        if node["system"] not in systems:
            continue
        volume, part = float(flooded[element.model_id]), float(sewage[element.model_id])
        rows.append(
            {
                "community_id": element.community_id,
                "scenario": one.system.scenario,
                "event": event,
                "node_id": element.feature_id,
                "system": node["system"],
                "flooded_m3": volume,
                "sewage_m3": part,
                "sewage_percent": 100 * part / volume,
                "basis": basis,
                "x_m": node.geometry.x,
                "y_m": node.geometry.y,
            }
        )
    return rows

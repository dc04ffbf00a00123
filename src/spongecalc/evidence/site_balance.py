"""The mass balance between measuring sites: sewage and clean water that each reach adds, with their errors."""

from __future__ import annotations

import math
from collections.abc import Sequence

import networkx as nx
import pandas as pd

from spongecalc.evidence.mass_balance import Measured, reach_gain, sewage_flow
from spongecalc.evidence.site import Site
from spongecalc.project.evidence_settings import EvidenceSettings, TwoWaters

M3_D_PER_L_S = 86.4

BALANCE_COLUMNS = [
    "community_id",
    "node_id",
    "system",
    "above",
    "flow_m3_d",
    "flow_error_m3_d",
    "tracers",
    "sewage_m3_d",
    "sewage_error_m3_d",
    "clean_m3_d",
    "clean_error_m3_d",
    "gain_m3_d",
    "gain_error_m3_d",
    "sewage_gain_m3_d",
    "sewage_gain_error_m3_d",
    "answer",
]

# A gain is called one from this many standard errors on: nineteen in twenty, both ways.
SURE_ERRORS = 2.0


def sites_above(graph: nx.MultiDiGraph, nodes: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """For each measured node, those next upstream: on whose way down to it no other is measured."""
    measured = set(nodes)
    above: dict[str, tuple[str, ...]] = {}
    for node in nodes:
        found, seen, waiting = set(), {node}, [node]
        while waiting:
            for upper in graph.predecessors(waiting.pop()):
                if upper in seen:
                    continue
                seen.add(upper)
                if upper in measured:
                    found.add(upper)
                else:
                    waiting.append(upper)
        above[node] = tuple(sorted(found))
    return above


def sewage_at(site: Site, settings: EvidenceSettings) -> tuple[Measured, tuple[str, ...]] | None:
    """Sewage in a site's flow in l/s, from every substance measured there, and which they are.

    Estimates of several substances are weighted by their inverse variances. None without flow or substance.
    """
    flow = site.means.get("flow_l_s")
    waters: dict[str, TwoWaters] = {
        "nh3_mg_l": settings.nh3,
        "conductivity_us_cm": settings.conductivity,
        "temperature_c": settings.temperature,
    }
    if flow is None:
        return None
    found: list[tuple[str, Measured]] = []
    for quantity, two in waters.items():
        measured = site.means.get(quantity)
        if measured is not None:
            clean, sewage = Measured(two.clean, two.clean_error), Measured(two.sewage, two.sewage_error)
            found.append((quantity, sewage_flow(flow, measured, clean, sewage)))
    if not found:
        return None
    weights = [1 / max(m.error, 1e-9) ** 2 for _, m in found]
    value = sum(w * m.value for w, (_, m) in zip(weights, found, strict=True)) / sum(weights)
    return Measured(value, 1 / math.sqrt(sum(weights))), tuple(q for q, _ in found)


def balance_table(
    graphs: Sequence[nx.MultiDiGraph], sites: Sequence[Site], settings: EvidenceSettings
) -> pd.DataFrame:
    """Rows of evidence_balance.csv: a site, the sites next above it, and what the reach between adds.

    ``answer`` is "gains_sewage" or "gains_clean" (in sewage pipes: ground water or rain that does not belong
    there) where the gain is sure at two standard errors, "loses" where the flow falls by as much, "no_change",
    or "unknown" without a flow at the site or at one above.
    """
    rows = []
    for graph in graphs:
        own = [s for s in sites if s.node_id in graph]
        by_node = {s.node_id: s for s in own}
        for node, above in sites_above(graph, sorted(by_node)).items():
            rows.append(_row(by_node[node], [by_node[a] for a in above], settings))
    return pd.DataFrame(rows, columns=BALANCE_COLUMNS)


def _row(site: Site, above: Sequence[Site], settings: EvidenceSettings) -> dict[str, object]:
    nothing = Measured(math.nan, math.nan)
    flow = site.means.get("flow_l_s", nothing)
    at = sewage_at(site, settings)
    sewage, tracers = at if at is not None else (nothing, ())
    clean = Measured(flow.value - sewage.value, math.hypot(flow.error, sewage.error))
    flows_above = [s.means.get("flow_l_s", nothing) for s in above]
    found_above = [sewage_at(s, settings) for s in above]
    gain = reach_gain(flow, flows_above)
    sewage_gain = reach_gain(sewage, [f[0] if f is not None else nothing for f in found_above])
    figures = {
        "flow": flow,
        "sewage": sewage,
        "clean": clean,
        "gain": gain,
        "sewage_gain": sewage_gain,
    }
    row: dict[str, object] = {
        "community_id": site.community_id,
        "node_id": site.node_id,
        "system": site.system,
        "above": ";".join(s.node_id for s in above),
        "tracers": ";".join(tracers),
        "answer": answer_of(site.system, gain, sewage_gain),
    }
    for name, figure in figures.items():
        row[f"{name}_m3_d"] = figure.value * M3_D_PER_L_S
        row[f"{name}_error_m3_d"] = figure.error * M3_D_PER_L_S
    return row


def answer_of(system: str, gain: Measured, sewage_gain: Measured) -> str:
    """Verdict on a reach from its gain of flow and of sewage in l/s, as far as their errors allow one."""
    if math.isnan(gain.value):
        return "unknown"
    if gain.value < -SURE_ERRORS * gain.error:
        return "loses"
    if system != "sewage":
        if math.isnan(sewage_gain.value):
            return "unknown"
        return "gains_sewage" if sewage_gain.value > SURE_ERRORS * sewage_gain.error else "no_change"
    clean = gain.value - (0.0 if math.isnan(sewage_gain.value) else sewage_gain.value)
    error = math.hypot(gain.error, 0.0 if math.isnan(sewage_gain.error) else sewage_gain.error)
    if math.isnan(sewage_gain.value):
        return "unknown"
    return "gains_clean" if clean > SURE_ERRORS * error else "no_change"

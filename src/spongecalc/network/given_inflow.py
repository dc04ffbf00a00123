"""Dry-weather flow that the layers give nodes: sewage, or at a node of rain clean water."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from spongecalc.layers.finding import Finding, finding_at
from spongecalc.scenario import DrainageSystem


@dataclass(frozen=True)
class GivenInflows:
    """Mean flows by node id, in l/s: sewage, with the day's pattern, and clean water, steady."""

    sewage_l_s: Mapping[str, float] = field(default_factory=dict)
    clean_l_s: Mapping[str, float] = field(default_factory=dict)


def given_inflows(
    system: DrainageSystem, of_buildings_l_s: Mapping[str, float]
) -> tuple[GivenInflows, tuple[Finding, ...]]:
    """Return the flows that a system's nodes are given, and a note of each that buildings' sewage joins.

    Parameters
    ----------
    system
        The drainage system.
    of_buildings_l_s
        Mean sewage of buildings by node id.
    """
    column = system.nodes["inflow_l_s"]
    if not (column > 0).any():
        return GivenInflows(), ()
    sewage: dict[str, float] = {}
    clean: dict[str, float] = {}
    findings: list[Finding] = []
    for row in system.nodes[(column > 0).to_numpy()].sort_values("node_id").itertuples():
        if row.kind == "outfall":
            continue
        own = clean if row.system == "storm" else sewage
        own[row.node_id] = float(row.inflow_l_s)
        beside = of_buildings_l_s.get(row.node_id, 0.0)
        if beside > 0:
            words = {"inflow": f"{row.inflow_l_s:g}", "sewage": f"{beside:.3f}", "scenario": system.scenario}
            findings.append(finding_at("node.inflow_and_sewage", "nodes", row, **words))
    return GivenInflows(sewage, clean), tuple(findings)

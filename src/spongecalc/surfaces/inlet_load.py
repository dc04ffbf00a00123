"""The load of inlets: what the ground brings to each at a storm's peak, against what its grate takes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from spongecalc.layers.finding import Finding, finding_at
from spongecalc.rainfall.storm import Storm
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.rational_method import rational_flow_l_s
from spongecalc.surfaces.subcatchment import Subcatchment

SHORT = "inlet.short"
MM_H_IN_L_S_HA = 1 / 0.36


def short_inlets(
    system: DrainageSystem,
    areas: Sequence[Subcatchment],
    storm: Storm,
    capacity_l_s: float,
    coefficients: Mapping[str, float],
) -> tuple[Finding, ...]:
    """Findings of the inlets that a storm's peak brings more to than they take, with the grates that would do.

    The flow is that of the rational method under the storm's most intense step, without what runs on from other
    inlets.

    Parameters
    ----------
    system
        Its nodes.
    areas
        Its subcatchments.
    storm
        The headline storm.
    capacity_l_s
        What one inlet takes at most, its clogged share taken off.
    coefficients
        Runoff coefficient by cover.
    """
    intensity_l_s_ha = float(storm.hyetograph.max()) * MM_H_IN_L_S_HA
    area_m2: dict[str, float] = {}
    flow_l_s: dict[str, float] = {}
    for area in areas:
        if area.kind != "ground":
            continue
        for cover, m2 in area.covers_m2.items():
            node = area.outlet_node
            area_m2[node] = area_m2.get(node, 0.0) + m2
            flow = rational_flow_l_s(coefficients[cover], intensity_l_s_ha, m2)
            flow_l_s[node] = flow_l_s.get(node, 0.0) + flow
    rows = system.nodes.drop_duplicates("node_id").sort_values("node_id")
    return tuple(
        finding_at(
            SHORT,
            "nodes",
            row,
            scenario=system.scenario,
            storm=storm.storm_id,
            area=f"{area_m2[row.node_id]:.0f}",
            flow=f"{flow_l_s[row.node_id]:.1f}",
            capacity=f"{capacity_l_s:.1f}",
            grates=math.ceil(flow_l_s[row.node_id] / capacity_l_s),
        )
        for row in rows.itertuples()
        if row.kind not in ("outfall", "storage") and flow_l_s.get(row.node_id, 0.0) > capacity_l_s
    )

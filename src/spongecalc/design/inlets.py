"""Checks of inlets: their spacing, what they take in, and their leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import shapely

from spongecalc.design.check import EXACT, Check, Limit, at_least, at_most, not_checkable
from spongecalc.design.limits import Limits
from spongecalc.design.network import DesignNetwork, subject_of
from spongecalc.layers.feature import feature_of
from spongecalc.surfaces.rational_method import rational_flow_l_s


def check_inlets(
    net: DesignNetwork,
    limits: Limits,
    *,
    kind: str,
    coefficients: Mapping[str, float],
    intensity_l_s_ha: Callable[[float], float],
    inlet_time_min: float,
    lead_diameter_mm: float,
) -> list[Check]:
    """Spacing and capacity of every inlet; size, length and available fall of every lead.

    Spacing is the distance to the nearest other inlet of the community: an inlet further than the limit
    from every other leaves a gap. Where the ground falls by more than 2 % between the two the distance is not
    limited (GB 50014-2021, 5.7.6). The flow to an inlet is that of the ground nearest to it, over the inlet
    time, and must fit, with the margin of the standard, into what its grating takes half clogged (5.7.2).
    """
    return [
        *_spacing(net, limits),
        *_capacity(net, limits, kind, coefficients, intensity_l_s_ha, inlet_time_min),
        *_leads(net, limits, lead_diameter_mm),
    ]


def _inlets(net: DesignNetwork) -> list[Any]:
    return list(net.nodes[net.nodes["kind"] == "inlet"].itertuples())


def _spacing(net: DesignNetwork, limits: Limits) -> list[Check]:
    limit = limits.find("max_inlet_spacing", "inlets along a road")
    steep = limits.find("steep_road", "inlets along a road")
    checks = []
    by_community: dict[str, list[Any]] = {}
    for row in _inlets(net):
        by_community.setdefault(str(row.community_id), []).append(row)
    for rows in by_community.values():
        points = np.array([row.geometry for row in rows], dtype=object)
        for i, row in enumerate(rows):
            subject = subject_of("nodes", row)
            if len(rows) == 1:
                checks.append(
                    not_checkable("inlet_spacing", subject, "inlets along a road", "only_one_inlet", limit)
                )
                continue
            distances = shapely.distance(points[i], points)
            distances[i] = np.inf
            nearest = int(np.argmin(distances))
            distance_m = round(float(distances[nearest]), 3)
            other = feature_of("nodes", rows[nearest])
            applies = "inlets along a road"
            fall_m = abs(float(row.ground_m) - float(rows[nearest].ground_m))
            if distance_m > limit.value and fall_m / distance_m > steep.value + EXACT:
                # Their number follows from what they take in, not from their distance.
                checks.append(
                    not_checkable("inlet_spacing", subject, applies, "steep_road", steep, distance_m, other=other)
                )
                continue
            checks.append(at_most("inlet_spacing", subject, applies, distance_m, limit, other=other))
    return checks


def _capacity(
    net: DesignNetwork,
    limits: Limits,
    kind: str,
    coefficients: Mapping[str, float],
    intensity_l_s_ha: Callable[[float], float],
    inlet_time_min: float,
) -> list[Check]:
    takes = limits.find("inlet_capacity", kind)
    clogged = limits.find("inlet_clogging", kind)
    margin = limits.find("inlet_safety", "inlet and lead")
    flows: dict[str, float] = {}
    intensity = intensity_l_s_ha(inlet_time_min)
    for area in net.areas:
        whole = sum(area.covers_m2.values())
        if whole > 0 and area.node_id == area.feature_id:
            share = sum(m2 * coefficients[c] for c, m2 in area.covers_m2.items()) / whole
            flows[area.node_id] = flows.get(area.node_id, 0.0) + rational_flow_l_s(share, intensity, whole)
    left = takes.value * (1 - clogged.value / 100)
    source = f"{takes.source}; {clogged.source}; {margin.source}"
    limit = Limit(left / margin.value, "l/s", source, takes.how_known)
    return [
        at_most("inlet_capacity", subject_of("nodes", row), kind, flows[row.node_id], limit)
        if row.node_id in flows
        else not_checkable("inlet_capacity", subject_of("nodes", row), kind, "no_ground", limit)
        for row in _inlets(net)
    ]


def _leads(net: DesignNetwork, limits: Limits, lead_diameter_mm: float) -> list[Check]:
    nodes = net.node_rows
    longest = limits.find("max_lead_length", "inlet lead")
    least = limits.find("min_diameter", "inlet lead")
    slope = limits.find("min_slope", "inlet lead", lead_diameter_mm)
    checks = []
    for row in net.connections.itertuples():
        upper, lower = nodes.get(row.source), nodes.get(row.to_node)
        if upper is None or lower is None or upper.kind != "inlet":
            continue
        subject = subject_of("connections", row)
        length = float(row.geometry.length)
        checks.append(at_most("lead_length", subject, "inlet lead", round(length, 3), longest))
        checks.append(
            at_least(
                "min_diameter", subject, "inlet lead", lead_diameter_mm, least, reason="size_assumed_by_project"
            )
        )
        fall = float(upper.invert_m) - float(lower.invert_m)
        if np.isnan(fall) or length <= 0:
            checks.append(not_checkable("min_slope", subject, "inlet lead", "no_levels", slope))
        else:
            checks.append(
                at_least(
                    "min_slope", subject, "inlet lead", fall / length, slope, reason="fall_between_node_inverts"
                )
            )
    return checks

"""Hydraulic checks of pipes: capacity, fullness and velocity at the design flow."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.catalogue.material import METAL
from spongecalc.design.check import EXACT, LIMIT_NOT_READ, Check, Limit, at_least, at_most, not_checkable
from spongecalc.design.circular_pipe import full_flow_l_s, full_velocity_m_s, fullness_of, velocity_ratio
from spongecalc.design.limits import Limits
from spongecalc.design.network import DesignNetwork, subject_of
from spongecalc.design.sizes import size_kind
from spongecalc.standards.provenance import decides

HYDRAULIC_COLUMNS = [
    "community_id",
    "pipe_id",
    "system",
    "status",
    "diameter_mm",
    "slope",
    "manning_n",
    "full_flow_l_s",
    "full_velocity_m_s",
    "area_m2",
    "runoff_coefficient",
    "time_min",
    "intensity_l_s_ha",
    "storm_l_s",
    "mean_sewage_l_s",
    "peak_factor",
    "sewage_l_s",
    "design_flow_l_s",
    "fullness",
    "velocity_m_s",
    "in_loop",
]


def pipe_hydraulics(net: DesignNetwork, flows: pd.DataFrame) -> pd.DataFrame:
    """Every pipe with its design flow and how it carries it.

    The design flow of a sewage pipe is its peak sewage, that of a storm pipe its rain, that of a combined pipe
    its rain and the mean sewage of a day (GB 50014-2021, 4.1.22). Fullness and velocity are those of uniform
    flow; NaN where the pipe cannot carry the flow. Pipes side by side carry the flow together. A pressure pipe
    has no flow by gravity: its full flow, fullness and velocity are NaN.
    """
    pipes = net.pipes
    diameter, slope, n = (pipes[c].to_numpy(float) for c in ("diameter_m", "slope", "manning_n"))
    diameter = np.where(pipes["under_pressure"].to_numpy(bool), np.nan, diameter)
    full = full_flow_l_s(diameter, slope, n) * pipes["side_by_side"].to_numpy(float)
    speed = full_velocity_m_s(diameter, slope, n)
    own = flows.reindex(pipes["pipe_id"]).reset_index(drop=True)
    system = pipes["system"].to_numpy()
    design = np.where(system == "sewage", own["sewage_l_s"], own["storm_l_s"]) + np.where(
        system == "combined", own["mean_sewage_l_s"], 0.0
    )
    fullness = fullness_of(design / full)
    table = pd.DataFrame(
        {
            "community_id": pipes["community_id"],
            "pipe_id": pipes["pipe_id"],
            "system": pipes["system"],
            "status": pipes["status"],
            "diameter_mm": pipes["diameter_mm"],
            "slope": slope,
            "manning_n": n,
            "full_flow_l_s": full,
            "full_velocity_m_s": speed,
            "design_flow_l_s": design,
            "fullness": fullness,
            "velocity_m_s": np.where(fullness > 0, speed * velocity_ratio(fullness), np.nan),
            **{c: own[c].to_numpy() for c in own.columns},
        }
    )
    return table[HYDRAULIC_COLUMNS]


def check_hydraulics(
    net: DesignNetwork, hydraulics: pd.DataFrame, limits: Limits, period: Limit, network: str
) -> list[Check]:
    """Capacity at the required return period, fullness, least and greatest velocity of every pipe.

    ``network`` is "community" or "municipal": whose least sizes and slopes the heads of sewers are held to.
    """
    by_id = {row.pipe_id: row for row in hydraulics.itertuples()}
    return [
        check
        for row in net.pipes.itertuples()
        for check in (
            _sewage(row, by_id[row.pipe_id], limits, network, net.catalogue)
            if row.system == "sewage"
            else _storm(row, by_id[row.pipe_id], limits, period, net.catalogue)
        )
    ]


def why_unknown(row: Any, found: Any) -> str:
    """Code of why a pipe's hydraulics cannot be worked out; "" where they can."""
    if math.isnan(row.diameter_m):
        return "not_circular_or_no_size"
    if math.isnan(row.slope):
        return "no_levels"
    if row.slope <= 0:
        return "no_fall"
    return "in_loop" if found.in_loop else ""


def _sewage(row: Any, found: Any, limits: Limits, network: str, catalogue: Catalogue) -> list[Check]:
    subject = subject_of("pipes", row)
    size = row.diameter_m * 1000
    fullest = limits.find("max_fullness", "sewage", size)
    least = limits.find("min_velocity", "sewage")
    if reason := why_unknown(row, found):
        return [
            not_checkable("max_fullness", subject, "sewage", reason, fullest),
            not_checkable("min_velocity", subject, "sewage", reason, least),
            _fastest(row, found, limits, reason, catalogue),
        ]
    if found.design_flow_l_s <= 0:
        return [
            not_checkable(c, subject, "sewage", "no_flow", t)
            for c, t in (("max_fullness", fullest), ("min_velocity", least))
        ] + [_fastest(row, found, limits, "no_flow", catalogue)]
    depth = found.fullness
    checks = [
        at_most("max_fullness", subject, "sewage", 1.0, fullest, reason="over_capacity")
        if math.isnan(depth)
        else at_most("max_fullness", subject, "sewage", depth, fullest)
    ]
    speed = found.velocity_m_s
    slope = initial_slope(row, limits, network)
    if not math.isnan(speed) and speed < least.value and slope is not None and not decides(slope.how_known):
        # What nobody has read is a slope: the check says the pipe's slope beside it, not its velocity.
        head = "sewage (initial section, by slope)"
        checks.append(not_checkable("min_velocity", subject, head, LIMIT_NOT_READ, slope, float(row.slope)))
    elif not math.isnan(speed) and speed < least.value and is_initial(row, limits, network):
        # The head of a sewer has too few households for any size: its least size and slope decide instead.
        checks.append(not_checkable("min_velocity", subject, "sewage", "initial_section", least, speed))
    else:
        checks.append(
            at_least(
                "min_velocity", subject, "sewage", found.full_velocity_m_s if math.isnan(speed) else speed, least
            )
        )
    return [*checks, _fastest(row, found, limits, "", catalogue)]


def initial_slope(row: Any, limits: Limits, network: str) -> Limit | None:
    """The slope from which on a sewer of its size may be too slow at its head; None above the least size.

    References
    ----------
    GB 50014-2021, commentary on 5.2.7: the first pipes of a sewer that do not reach the velocity have the least
    slope of table 5.2.10, which is that of the least size; of smaller sizes within a community GB 50015 says it.
    """
    size_mm = float(row.diameter_m) * 1000
    if not size_mm <= limits.find("min_diameter", "sewage (municipal)").value:
        return None
    return limits.find("min_slope", size_kind("sewage", size_mm, None, network)[1], size_mm)


def is_initial(row: Any, limits: Limits, network: str) -> bool:
    """True for a sewer of a least size with at least the least slope of its own size."""
    slope = initial_slope(row, limits, network)
    return slope is not None and float(row.slope) >= slope.value - EXACT


def _storm(row: Any, found: Any, limits: Limits, period: Limit, catalogue: Catalogue) -> list[Check]:
    subject = subject_of("pipes", row)
    least = limits.find("min_velocity", "storm or combined")
    applies = f"P = {period.value:g} a"
    if reason := why_unknown(row, found):
        return [
            not_checkable("capacity", subject, applies, reason, period),
            not_checkable("min_velocity", subject, "storm or combined", reason, least),
            _fastest(row, found, limits, reason, catalogue),
        ]
    capacity = Limit(found.full_flow_l_s, "l/s", period.source, period.how_known)
    flow = found.design_flow_l_s
    return [
        at_most("capacity", subject, applies, flow, capacity)
        if flow > 0
        else not_checkable("capacity", subject, applies, "no_flow", capacity),
        at_least("min_velocity", subject, "storm or combined", found.full_velocity_m_s, least),
        _fastest(row, found, limits, "", catalogue),
    ]


def _fastest(row: Any, found: Any, limits: Limits, reason: str, catalogue: Catalogue) -> Check:
    """The greatest velocity that the material stands; that of the full pipe for rain, of the design flow else."""
    subject = subject_of("pipes", row)
    family = catalogue.family(row.material)
    applies = "metal pipe" if family == METAL else "non-metal pipe"
    limit = limits.find("max_velocity", applies)
    if reason:
        return not_checkable("max_velocity", subject, applies, reason, limit)
    speed = found.velocity_m_s if row.system == "sewage" else found.full_velocity_m_s
    if math.isnan(speed):
        speed = found.full_velocity_m_s
    return at_most("max_velocity", subject, applies, speed, limit, reason="" if family else "material_unknown")

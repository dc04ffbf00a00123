"""The head that a pump has to overcome in its rising main: lift, and friction by Hazen and Williams."""

from __future__ import annotations

import math

from spongecalc.scenario import DrainageSystem


def friction_m(length_m: float, diameter_m: float, hazen_williams: float, flow_l_s: float) -> float:
    """Return the head lost in a full pipe, h = 10.67 L Q^1.852 / (C^1.852 D^4.871) with Q in m3/s.

    Parameters
    ----------
    length_m, diameter_m
        Of the pipe, the diameter inside.
    hazen_williams
        Its C.
    flow_l_s
        Flow.

    References
    ----------
    Rossman (2000), EPANET 2 Users Manual, table 3.1, in metric units.
    """
    slope = (
        10.67 * math.pow(flow_l_s / 1000, 1.852) / (math.pow(hazen_williams, 1.852) * math.pow(diameter_m, 4.871))
    )
    return length_m * slope


def duty_head_m(system: DrainageSystem, node_id: str, well_m: float, flow_l_s: float) -> float:
    """Return the head of a flow from a water level up the pressure pipes that begin at a node.

    NaN where none does. Of branches the first pipe by id is followed, to where a pipe is none of pressure.

    Parameters
    ----------
    system
        The drainage system.
    node_id
        Where the pump lifts to.
    well_m
        Water level in its well [m].
    flow_l_s
        Flow.
    """
    pressed = system.pipes[system.pipes["hazen_williams"].notna()].sort_values("pipe_id")
    after = {row.from_node: row for row in reversed(list(pressed.itertuples()))}
    head_m, end_m, node, seen = 0.0, math.nan, node_id, set()
    while node in after and node not in seen:
        seen.add(node)
        row = after[node]
        diameter_m = float(row.diameter_mm) / 1000
        head_m += friction_m(row.geometry.length, diameter_m, float(row.hazen_williams), flow_l_s / _beside(row))
        end_m, node = float(row.invert_down_m) + diameter_m, row.to_node
    return head_m + max(end_m - well_m, 0.0) if seen else math.nan


def _beside(row: object) -> float:
    """Number of a pipe's barrels."""
    barrels = float(row.barrels)  # type: ignore[attr-defined]
    return barrels if barrels > 1 else 1.0

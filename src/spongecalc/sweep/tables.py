"""Results of a sweep: a row per set, model and storm, and a row per set, scenario and storm."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from spongecalc.sweep.plan import Point, SweepPlan
from spongecalc.swmm.run_result import RunResult
from spongecalc.swmm.tank_water import held_by_tanks_m3

FIGURES = (
    "rainfall_m3",
    "infiltration_m3",
    "runoff_m3",
    "outflow_m3",
    "backflow_m3",
    "flooding_m3",
    "ponded_m3",
    "flooded_nodes",
    "surcharged_pipes",
    "outfalls_above_rim",
)
"""Figures that are added over models in the second table."""

ROW_COLUMNS = ("model", "communities", "scenario", "storm_id", "return_period_a", "duration_min", "rainfall_mm")
_TOTALS = ("rainfall", "infiltration", "outflow", "flooding")


def sweep_tables(plan: SweepPlan, results: Mapping[str, RunResult]) -> dict[str, pd.DataFrame]:
    """The two tables of a sweep by their names: the sweep's, and that with ``_totals`` behind it.

    A run that failed or is missing has a row without figures; a total over models is only given where every
    one of them is done.
    """
    keys = changed_keys(plan)
    kept = {point.run_id: point for point in plan.points}
    figures = {run.run_id: _figures(kept[run.run_id], results.get(run.run_id)) for run in plan.runs}
    rows = [
        {
            "set": point.parameters.name,
            **{key: point.parameters.values.get(key) for key in keys},
            **_what(point),
            **figures[point.run_id],
        }
        for point in plan.points
    ]
    columns = ["set", *keys, *ROW_COLUMNS, "status", *FIGURES, "routing_error_percent"]
    table = pd.DataFrame(rows, columns=columns)
    return {plan.sweep.name: table, f"{plan.sweep.name}_totals": _totals(table, keys)}


def changed_keys(plan: SweepPlan) -> list[str]:
    """Return every key that a set of the sweep changes, in the order in which they first come."""
    return list(dict.fromkeys(key for point in plan.points for key in point.parameters.values))


def _what(point: Point) -> dict[str, object]:
    return {
        "model": point.model,
        "communities": ";".join(point.communities),
        "scenario": point.scenario,
        "storm_id": point.storm.storm_id,
        "return_period_a": point.storm.return_period_a,
        "duration_min": point.storm.duration_min,
        "rainfall_mm": point.storm.depth_mm,
    }


def _figures(point: Point, result: RunResult | None) -> dict[str, object]:
    """Figures of one run, all of them SWMM's own: system totals, and nodes and links of its statistics.

    The runoff is that of sponge.csv: SWMM's total leaves out what drains of LID units give off, which is all that
    leaves a lined pavement's base or a green roof; and rain tanks keep of it what they hold. Its outflow is what
    left: what flowed in at outfalls under a level stands beside it.
    """
    if result is None or result.status != "done":
        return {"status": "missing" if result is None else result.status}
    nodes, links = result.nodes, result.links
    return {
        "status": result.status,
        **{f"{term}_m3": float(result.totals_m3.get(term, math.nan)) for term in _TOTALS},
        "backflow_m3": float(result.outfalls["volume_in_m3"].sum()),
        "runoff_m3": _given_off_m3(result) - held_by_tanks_m3(result, point.tanks, point.reuse),
        "ponded_m3": float(nodes["max_ponded_m3"].sum()),
        "flooded_nodes": int((nodes["flood_volume_m3"] > 0).sum()),
        "surcharged_pipes": int((links["surcharged_h"] > 0).sum()),
        "outfalls_above_rim": point.outfalls_above_rim,
        "routing_error_percent": result.routing_error_percent,
    }


def _given_off_m3(result: RunResult) -> float:
    """Water that the ground gave to the pipes: SWMM's surface runoff, and what drains of LID units gave off."""
    totals = result.totals_m3
    return float(totals.get("runoff", math.nan)) + float(totals.get("lid_drainage", 0.0))


def _totals(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    by = ["set", "scenario", "storm_id"]
    same = [*keys, "return_period_a", "duration_min", "rainfall_mm"]
    groups = table.groupby(by, sort=False)
    found = groups[same].first()
    found["models"] = groups.size()
    found["models_done"] = groups["status"].agg(lambda status: int((status == "done").sum()))
    sums = groups[list(FIGURES)].sum(min_count=1).astype("float64")
    sums[found["models_done"] < found["models"]] = math.nan
    columns = ["set", *keys, *by[1:], *same[len(keys) :], "models", "models_done", *FIGURES]
    return found.join(sums).reset_index()[columns]

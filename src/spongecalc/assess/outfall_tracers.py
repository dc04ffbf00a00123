"""Sewage and rain that each outfall discharges, in dry weather and under rain, by SWMM's tracers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from spongecalc.assess.joint_flows import M3_PER_KG, TRACER
from spongecalc.assess.modelled import Modelled
from spongecalc.assess.scenario_order import in_order
from spongecalc.network.cross_connections import OWN_SYSTEM, RIGHT_RECEIVERS
from spongecalc.swmm.continuity import tracers_close
from spongecalc.swmm.inflows import GROUNDWATER, RDII, SEWAGE
from spongecalc.swmm.tracer_event import TRACED, WEEK

OUTFALL_COLUMNS = [
    "community_id",
    "scenario",
    "event",
    "outfall_id",
    "system",
    "receives",
    "volume_m3",
    "sewage_m3",
    "rain_m3",
    "groundwater_m3",
    "rdii_m3",
    "misplaced_m3",
    "sewage_in_m3",
    "rain_in_m3",
    "came_in_m3",
    "hours",
    "wet_dry_ratio",
    "quality_error_percent",
]


def outfall_tracer_table(modelled: Sequence[Modelled], scenarios: Sequence[str] = ()) -> pd.DataFrame:
    """Rows of separation_outfalls.csv: an outfall in an event, over the event's measured part.

    ``misplaced_m3`` is sewage at an outfall to rain pipes or a river, and rain at one to a sewage main; at one
    to a combined main it is what the outfall's own pipes are not for (of combined pipes, all).
    ``groundwater_m3`` and ``rdii_m3`` are what entered pipes through the ground, each by a tracer of its own, so
    that it is not taken for rain of a misconnection; empty where the project does not ask for them.
    ``wet_dry_ratio`` is all of these waters per hour under rain over that in dry weather: what rain adds to a
    sewage main. ``volume_m3`` is their sum: the carrier of clean water, which the run needs and no outfall gives
    off, is in none of these volumes. All are net: what left less what came back in, which is ``sewage_in_m3`` and
    ``rain_in_m3``; ``came_in_m3`` is all water that came in at the outfall, that of the river included. These
    three are empty where no level outside lets water into the model. A run whose tracers do not close has none of
    the tracers' volumes, only its error.
    """
    return outfall_tracer_table_of([row for one in modelled for row in outfall_rows(one)], scenarios)


def outfall_rows(one: Modelled) -> list[dict[str, object]]:
    """Rows of one model for :func:`outfall_tracer_table`, without the ratio of wet to dry."""
    return [row for event in ("dry", TRACED, WEEK) for row in _rows(one, event)]


def outfall_tracer_table_of(rows: Sequence[dict[str, object]], scenarios: Sequence[str]) -> pd.DataFrame:
    """The table of the rows of all models, with the ratios of wet to dry; the latest of the scenarios first."""
    table = pd.DataFrame(rows, columns=OUTFALL_COLUMNS)
    per_hour = table["volume_m3"].astype(float) / table["hours"]
    key = [*zip(table["community_id"], table["scenario"], table["outfall_id"], strict=True)]
    dry = {k: v for k, v, e in zip(key, per_hour, table["event"], strict=True) if e == "dry"}
    table["wet_dry_ratio"] = [
        v / dry[k] if e != "dry" and dry.get(k, 0.0) > 1e-6 else math.nan
        for k, v, e in zip(key, per_hour, table["event"], strict=True)
    ]
    by = ["community_id", "scenario", "outfall_id", "event"]
    return table.sort_values(by, key=in_order(scenarios, latest_first=True), ignore_index=True)


def dry_outfall_rows(modelled: Modelled) -> list[dict[str, object]]:
    """The rows of separation_outfalls.csv of one model in dry weather; none without its run."""
    return _rows(modelled, "dry")


def misplaced_at(water: str, receives: str, system: object) -> bool:
    """True where a water does not belong at an outfall, by what takes it and by the pipes that lead there."""
    if receives == "municipal_combined":
        return system != OWN_SYSTEM[water]
    return receives not in RIGHT_RECEIVERS[water]


def _through_the_ground(loads: pd.DataFrame, tracer: str) -> float:
    """Water of a tracer that only some projects have; NaN where it is not in the model."""
    column = f"load_{tracer}_kg_after_mark"
    return float(loads[column].sum()) * M3_PER_KG if column in loads else math.nan


def _came_back(loads: pd.DataFrame, tracer: str) -> float:
    """Water of a tracer that came in at outfalls; NaN where no level outside lets any into the model."""
    column = f"load_{tracer}_in_kg_after_mark"
    return float(loads[column].sum()) * M3_PER_KG if column in loads else math.nan


def _came_in_m3(loads: pd.DataFrame) -> float:
    """All water that came in at outfalls; NaN as for the tracers."""
    watched = f"load_{SEWAGE}_in_kg_after_mark" in loads
    return float(loads["volume_in_m3_after_mark"].sum()) if watched else math.nan


def _rows(one: Modelled, event: str) -> list[dict[str, object]]:
    run = one.finished(event)
    if run is None or "load_SEWAGE_kg_after_mark" not in run.outfalls:
        return []
    nodes = one.system.nodes.drop_duplicates("node_id").set_index("node_id")
    elements = one.model.elements
    chosen = elements[(elements["element"] == "node") & (elements["layer"] == "nodes")]
    outfalls = chosen[chosen["role"].str.startswith("outfall_")]
    hours = run.duration_h - (run.mark_s or 0.0) / 3600
    close = tracers_close(run)
    rows = []
    for (feature, community), group in outfalls.groupby(["feature_id", "community_id"], sort=True):
        loads = run.outfalls.loc[group["model_id"]]
        back = {w: _came_back(loads, t) for w, t in TRACER.items()}
        water = {w: float(loads[f"load_{t}_kg_after_mark"].sum()) * M3_PER_KG for w, t in TRACER.items()}
        ground, rdii = (_through_the_ground(loads, t) for t in (GROUNDWATER, RDII))
        receives = str(nodes.loc[feature, "receives"])
        system = nodes.loc[feature, "system"]
        misplaced = sum(v for w, v in water.items() if misplaced_at(w, receives, system))
        by_tracers = {
            "volume_m3": sum(v for v in (*water.values(), ground, rdii) if not math.isnan(v)),
            "sewage_m3": water["sewage"],
            "rain_m3": water["rain"],
            "groundwater_m3": ground,
            "rdii_m3": rdii,
            "misplaced_m3": misplaced,
            "sewage_in_m3": back["sewage"],
            "rain_in_m3": back["rain"],
        }
        rows.append(
            {
                "community_id": community,
                "scenario": one.system.scenario,
                "event": event,
                "outfall_id": feature,
                "system": system,
                "receives": receives,
                **{name: value if close else math.nan for name, value in by_tracers.items()},
                "came_in_m3": _came_in_m3(loads),
                "hours": hours,
                "wet_dry_ratio": math.nan,
                "quality_error_percent": run.quality_error_percent,
            }
        )
    return rows

"""Pumps, weirs, orifices and outlets under each event: what they are, and what they did."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from spongecalc.assess.modelled import Modelled
from spongecalc.catalogue.point_pairs import known_pairs
from spongecalc.catalogue.structure_form import PUMP, form_taken
from spongecalc.rainfall.storm import Storm
from spongecalc.swmm.event import DRY
from spongecalc.swmm.model_frames import regulator_frame
from spongecalc.swmm.run_result import RunResult

STRUCTURE_COLUMNS = [
    "community_id",
    "scenario",
    "storm_id",
    "structure_id",
    "kind",
    "form",
    "system",
    "status",
    "from_node",
    "to_node",
    "crest_m",
    "diameter_mm",
    "width_mm",
    "height_mm",
    "duty",
    "standby",
    "design_flow_l_s",
    "head_m",
    "on_level_m",
    "off_level_m",
    "starts",
    "starts_1_h",
    "on_h",
    "mean_l_s",
    "peak_l_s",
    "volume_m3",
    "energy_kwh",
]


def structure_rows(one: Modelled, storms: Sequence[Storm]) -> list[dict[str, object]]:
    """Rows of structures.csv of a model, by structure and event; of a run that did not finish nothing is known.

    A pump's figures are SWMM's own statistics of the whole run, of all pumps on duty together: starts, hours
    on, the flow on average while they run, volume, and the energy that the water takes up, without the pumps'
    losses.
    Of weirs, orifices and outlets the peak is SWMM's, and the volume is added up of the flows that it saves, from
    step to step; what flows back counts against it.
    """
    frame = one.system.structures
    if frame.empty:
        return []
    elements = one.model.elements
    own = elements[(elements["element"] == "link") & (elements["layer"] == "structures")]
    names = dict(zip(own["feature_id"], own["model_id"], strict=True))
    crests = regulator_frame(one.model)["crest_m"]
    events = [*(s.storm_id for s in storms), DRY]
    rows: list[dict[str, object]] = []
    for row in frame.sort_values("structure_id").itertuples():
        name = names.get(row.structure_id)
        said = _said(row, one.system.scenario, float(crests.get(name, math.nan)))
        rows.extend({**said, "storm_id": event, **_did(row.kind, name, one.finished(event))} for event in events)
    return rows


def _said(row: Any, scenario: str, crest_m: float) -> dict[str, object]:
    """Columns of what stands there, by the layers; a crest that the survey does not have is that of the model."""
    head, curve = row.head_m > 0, bool(known_pairs(row.curve))
    pump = row.kind == PUMP
    duty = max(float(row.duty), 1.0) if not math.isnan(row.duty) else 1.0
    standby = 0.0 if math.isnan(row.standby) else float(row.standby)
    return {
        "community_id": row.community_id,
        "scenario": scenario,
        "structure_id": row.structure_id,
        "kind": row.kind,
        "form": form_taken(row.kind, row.form, curve=curve, head=head),
        "system": row.system,
        "status": row.status,
        "from_node": row.from_node,
        "to_node": row.to_node,
        "crest_m": math.nan if pump else crest_m,
        **{c: float(getattr(row, c)) for c in ("diameter_mm", "width_mm", "height_mm")},
        "duty": duty if pump else math.nan,
        "standby": standby if pump else math.nan,
        "design_flow_l_s": float(row.flow_l_s),
        **{c: float(getattr(row, c)) for c in ("head_m", "on_level_m", "off_level_m")},
    }


def _did(kind: str, name: str | None, result: RunResult | None) -> dict[str, object]:
    """Columns of what it did in a run; none of one that is not in the model or whose run did not finish."""
    if result is None or name is None or name not in result.links.index:
        return {}
    if kind == PUMP:
        pump = result.pumps.loc[name]
        hours = result.duration_h
        return {
            "starts": int(pump["starts"]),
            "starts_1_h": float(pump["starts"]) / hours if hours > 0 else math.nan,
            **{c: float(pump[c]) for c in ("on_h", "mean_l_s", "peak_l_s", "volume_m3", "energy_kwh")},
        }
    peak_l_s = float(result.links.loc[name, "peak_l_s"])
    return {"peak_l_s": peak_l_s, "volume_m3": passed_m3(result.series, name)}


def passed_m3(series: pd.DataFrame, link: str) -> float:
    """Volume in m3 that passed a link by its saved flows, straight between them; NaN where none are saved."""
    column = f"flow_l_s:{link}"
    if column not in series or len(series) < 2:
        return math.nan
    return float(np.trapezoid(series[column].to_numpy(float), series.index.to_numpy(float))) * 60 / 1000

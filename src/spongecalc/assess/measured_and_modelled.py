"""Sensors' readings in dry weather beside the values of SWMM's dry-weather run at the same place."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import networkx as nx
import pandas as pd

from spongecalc.assess.modelled import Modelled
from spongecalc.project.evidence_settings import EvidenceSettings, TwoWaters
from spongecalc.swmm.continuity import tracers_close
from spongecalc.swmm.gutters import ON_GROUND
from spongecalc.swmm.inflows import TRACER_MG_L
from spongecalc.swmm.run_result import RunResult
from spongecalc.swmm.silted_outfalls import known_depths_m

COMPARISON_COLUMNS = [
    "community_id",
    "scenario",
    "sensor_id",
    "place",
    "measurand",
    "unit",
    "measured",
    "measured_error",
    "modelled",
    "modelled_error",
    "difference",
    "difference_in_errors",
    "agrees",
]

# Apart by more than this many standard errors: nineteen times in twenty that is no chance.
AGREE_ERRORS = 2.0
# With less water than this a concentration means nothing: the pipe is dry in the model.
NOTHING_L_S = 1e-4


def comparison_table(
    sensors: pd.DataFrame,
    modelled: Sequence[Modelled],
    graphs: Mapping[tuple[str, str], nx.MultiDiGraph],
    settings: EvidenceSettings,
) -> pd.DataFrame:
    """Rows of evidence_comparison.csv from those of evidence_sensors.csv.

    Flow is that of all waters that carry a tracer, without the carrier of clean water that the run adds.
    Concentrations follow from the modelled shares of sewage and clean water and the project's two waters; their
    error is that of the two waters. A depth or level is the highest of the dry-weather run against the highest
    hour of the mean day.
    """
    rows = []
    for sensor in sensors.itertuples():
        one = next((m for m in modelled if sensor.node_id in graphs[m.model.name, m.model.scenario]), None)
        value, error = math.nan, math.nan
        run = one.finished("dry") if one is not None else None
        if one is not None and run is not None:
            graph = graphs[one.model.name, one.model.scenario]
            value, error = modelled_value(
                one, run, graph, str(sensor.place), str(sensor.node_id), str(sensor.measurand), settings
            )
        difference = value - float(sensor.measured)
        allowed = math.hypot(float(sensor.measured_error), error)
        apart = difference / allowed if allowed > 0 else math.nan
        rows.append(
            {
                "community_id": sensor.community_id,
                "scenario": one.system.scenario if one is not None else "",
                "sensor_id": sensor.sensor_id,
                "place": sensor.place,
                "measurand": sensor.measurand,
                "unit": sensor.unit,
                "measured": sensor.measured,
                "measured_error": sensor.measured_error,
                "modelled": value,
                "modelled_error": error,
                "difference": difference,
                "difference_in_errors": apart,
                "agrees": "" if math.isnan(apart) else "yes" if abs(apart) <= AGREE_ERRORS else "no",
            }
        )
    return pd.DataFrame(rows, columns=COMPARISON_COLUMNS)


def modelled_value(
    one: Modelled,
    run: RunResult,
    graph: nx.MultiDiGraph,
    place: str,
    node: str,
    quantity: str,
    settings: EvidenceSettings,
) -> tuple[float, float]:
    """The value that a sensor would show in the dry-weather run, and its error, in the unit of its quantity.

    Both are NaN where nobody knows.
    """
    if quantity in ("depth_m", "level_m"):
        ids = _ids(one, "node", "nodes", node)
        known = [i for i in ids if i in run.nodes.index]
        if not known:
            return math.nan, math.nan
        depth_m = float(known_depths_m(run.nodes.loc[known, "max_depth_m"], one.model.sections).max())
        nodes = one.system.nodes.drop_duplicates("node_id").set_index("node_id")
        return (depth_m if quantity == "depth_m" else depth_m + float(nodes.loc[node, "invert_m"])), 0.0
    if not tracers_close(run):
        return math.nan, math.nan
    sewage_l_s, clean_l_s = waters_l_s(one, run, graph, place, node)
    total = sewage_l_s + clean_l_s
    if quantity == "flow_l_s":
        return total, 0.0
    two: TwoWaters = {
        "nh3_mg_l": settings.nh3,
        "conductivity_us_cm": settings.conductivity,
        "temperature_c": settings.temperature,
    }[quantity]
    if not total > NOTHING_L_S:
        return math.nan, math.nan
    share = sewage_l_s / total
    value = share * two.sewage + (1 - share) * two.clean
    return value, math.hypot(share * two.sewage_error, (1 - share) * two.clean_error)


def waters_l_s(
    one: Modelled, run: RunResult, graph: nx.MultiDiGraph, place: str, node: str
) -> tuple[float, float]:
    """Sewage and clean water that pass a place, from the tracers' loads of its links, in l/s."""
    if place != node:
        links = _ids(one, "link", "pipes", place)
    else:
        keys = sorted({key for _, _, key in graph.out_edges(node, keys=True)})
        links = [i for layer, feature in keys for i in _ids(one, "link", layer, feature)]
    frame, ids = run.links, [i for i in links if i in run.links.index]
    if not ids and place == node:
        frame, ids = run.outfalls, [i for i in _ids(one, "node", "nodes", node) if i in run.outfalls.index]
    columns = {t: f"load_{t}_kg_after_mark" for t in run.pollutants if f"load_{t}_kg_after_mark" in frame}
    if not ids or not columns:
        return math.nan, math.nan
    seconds = 3600 * run.duration_h - (run.mark_s or 0.0)
    flows = {t: float(frame.loc[ids, c].sum()) * 1e6 / TRACER_MG_L / seconds for t, c in columns.items()}
    return flows.pop("SEWAGE", 0.0), sum(flows.values())


def _ids(one: Modelled, element: str, layer: str, feature: str) -> list[str]:
    table = one.model.elements
    own = table[(table["element"] == element) & (table["layer"] == layer) & (table["feature_id"] == feature)]
    own = own[~own["role"].isin(ON_GROUND)]
    ids: list[str] = own["model_id"].tolist()
    return ids

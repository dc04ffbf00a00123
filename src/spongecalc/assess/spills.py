"""Sewage that floods onto the surface: where, and how much of what floods is sewage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from spongecalc.assess.joint_flows import M3_PER_KG
from spongecalc.assess.modelled import Modelled
from spongecalc.assess.scenario_order import in_order
from spongecalc.swmm.model import FLOODING
from spongecalc.swmm.tracer_event import TRACED

SPILL_COLUMNS = [
    "community_id",
    "scenario",
    "event",
    "node_id",
    "system",
    "flooded_m3",
    "sewage_m3",
    "sewage_percent",
    "basis",
    "x_m",
    "y_m",
]

# Less than this is a bucket, and within the engine's error of balance.
LEAST_M3 = 0.01


def spill_rows(one: Modelled, headline: str) -> list[dict[str, object]]:
    """Nodes of one model that flood in the headline storm or in dry weather, for :func:`spill_table`."""
    return [*_of_storm(one, headline), *_of_dry_weather(one)]


def spill_table(rows: Sequence[Mapping[str, object]], scenarios: Sequence[str]) -> pd.DataFrame:
    """Rows of separation_spills.csv: a node from which sewage floods, in the headline storm or in dry weather.

    Under the storm it is SWMM's flood volume times the tracer's concentration in the node while it floods, from
    the run with tracers (``basis`` "tracer"). A model in which rain and sewage do not meet has no such run: what
    floods from its sewage pipes is sewage altogether ("all"), as is all that floods in dry weather, with the
    carrier of clean water in it. Water that floods may run back when the pipes have room.

    Parameters
    ----------
    rows
        Of all models, by :func:`spill_rows`.
    scenarios
        The project's, in order; the latest comes first.
    """
    table = pd.DataFrame(rows, columns=SPILL_COLUMNS)
    table = table[table["sewage_m3"].astype(float) >= LEAST_M3]
    by = ["community_id", "scenario", "event", "node_id"]
    return table.sort_values(by, key=in_order(scenarios, latest_first=True), ignore_index=True)


def spills_known(modelled: Modelled, headline: str) -> bool:
    """True where a run finished that tells what a model spills in the headline storm."""
    return modelled.finished(TRACED) is not None or modelled.finished(headline) is not None


def spilled_m3(spills: pd.DataFrame, community_id: str, scenario: str) -> float:
    """The sum of a community's spills in the headline storm, in m3."""
    own = spills[
        (spills["community_id"] == community_id) & (spills["scenario"] == scenario) & (spills["event"] == "storm")
    ]
    return float(own["sewage_m3"].astype(float).sum())


def _of_storm(one: Modelled, headline: str) -> list[dict[str, object]]:
    run = one.finished(TRACED)
    column = "flood_SEWAGE_kg"
    if run is not None and column in run.nodes:
        volumes = run.nodes["flood_volume_m3"]
        sewage = run.nodes[column] * M3_PER_KG
        return _rows(one, "storm", volumes, sewage, "tracer", ("storm", "sewage", "combined"))
    run = one.finished(headline)
    if run is None:
        return []
    volumes = run.nodes["flood_volume_m3"]
    return _rows(one, "storm", volumes, volumes, "all", ("sewage",))


def _of_dry_weather(one: Modelled) -> list[dict[str, object]]:
    run = one.finished("dry")
    if run is None or "flood_volume_m3_after_mark" not in run.nodes:
        return []
    volumes = run.nodes["flood_volume_m3_after_mark"]
    return _rows(one, "dry", volumes, volumes, "all", ("storm", "sewage", "combined"))


def _rows(
    one: Modelled, event: str, flooded: pd.Series, sewage: pd.Series, basis: str, systems: Sequence[str]
) -> list[dict[str, object]]:
    elements = one.model.elements
    junctions = elements[(elements["element"] == "node") & elements["role"].isin(FLOODING)]
    nodes = one.system.nodes.drop_duplicates("node_id").set_index("node_id")
    wet = junctions[junctions["model_id"].map(flooded).fillna(0.0) > 0]
    rows = []
    for element in wet.itertuples():
        node = nodes.loc[element.feature_id]
        if node["system"] not in systems:
            continue
        volume, part = float(flooded[element.model_id]), float(sewage[element.model_id])
        rows.append(
            {
                "community_id": element.community_id,
                "scenario": one.system.scenario,
                "event": event,
                "node_id": element.feature_id,
                "system": node["system"],
                "flooded_m3": volume,
                "sewage_m3": part,
                "sewage_percent": 100 * part / volume,
                "basis": basis,
                "x_m": node.geometry.x,
                "y_m": node.geometry.y,
            }
        )
    return rows

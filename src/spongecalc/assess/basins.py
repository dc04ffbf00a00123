"""Detention basins under each storm: inflow, outflow and storage."""

from __future__ import annotations

from collections.abc import Sequence

from spongecalc.assess.modelled import Modelled
from spongecalc.project.settings import Settings
from spongecalc.rainfall.storm import Storm
from spongecalc.swmm.basin import basins_of

BASIN_COLUMNS = [
    "community_id",
    "scenario",
    "storm_id",
    "facility_id",
    "node_id",
    "volume_m3",
    "outlet_mm",
    "inflow_peak_l_s",
    "throttle_peak_l_s",
    "overflow_peak_l_s",
    "max_volume_m3",
    "final_volume_m3",
    "flooded_m3",
]


def basin_rows(one: Modelled, storms: Sequence[Storm], settings: Settings) -> list[dict[str, object]]:
    """Rows of basins.csv of a model, by basin and storm; figures of a run that did not finish are missing.

    ``volume_m3`` is what the basin holds up to its overflow in the model; ``outlet_mm`` its throttle, missing
    where a pipe of the layers empties it or a pump does.
    """
    rows: list[dict[str, object]] = []
    elements = one.model.elements
    nodes = elements[elements["role"] == "basin"].set_index("feature_id")["model_id"]
    links = elements[elements["role"].isin(("basin_throttle", "basin_overflow"))]
    links = links.set_index(["role", "feature_id"])["model_id"]
    for basin in basins_of(one.system, settings.basins)[0]:
        shape, node = basin.shape, nodes[basin.node_id]
        for storm in storms:
            row: dict[str, object] = {
                "community_id": basin.community_id,
                "scenario": one.system.scenario,
                "storm_id": storm.storm_id,
                "facility_id": basin.facility_id,
                "node_id": basin.node_id,
                "volume_m3": shape.held_m3,
                "outlet_mm": basin.throttle_mm or float("nan"),
            }
            result = one.finished(storm.storm_id)
            if result is not None:
                row |= {
                    "inflow_peak_l_s": float(result.nodes.loc[node, "inflow_peak_l_s"]),
                    "max_volume_m3": float(result.storages.loc[node, "max_volume_m3"]),
                    "final_volume_m3": float(result.storages.loc[node, "final_volume_m3"]),
                    "flooded_m3": float(result.nodes.loc[node, "flood_volume_m3"]),
                }
                for role in ("throttle", "overflow"):
                    link = links.get((f"basin_{role}", basin.facility_id))
                    if link is not None:
                        row[f"{role}_peak_l_s"] = float(result.links.loc[link, "peak_l_s"])
            rows.append(row)
    return rows

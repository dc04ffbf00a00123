"""Storages and wet wells of the layers under each event: how high their water stood, and what came over."""

from __future__ import annotations

import math
from collections.abc import Sequence

from spongecalc.assess.modelled import Modelled
from spongecalc.project.structure_settings import StructureSettings
from spongecalc.rainfall.storm import Storm
from spongecalc.swmm.event import DRY
from spongecalc.swmm.storage_nodes import ROLES, storage_nodes_of

STORAGE_COLUMNS = [
    "community_id",
    "scenario",
    "storm_id",
    "node_id",
    "role",
    "system",
    "status",
    "invert_m",
    "ground_m",
    "volume_full_m3",
    "inflow_peak_l_s",
    "max_depth_m",
    "max_level_m",
    "max_volume_m3",
    "final_volume_m3",
    "flooded_m3",
]


def storage_rows(one: Modelled, storms: Sequence[Storm], settings: StructureSettings) -> list[dict[str, object]]:
    """Rows of storages.csv of a model, by node and event; figures of a run that did not finish are missing.

    They are the nodes that hold water by a shape of their own; basins and tanks of facilities have their own
    tables. ``volume_full_m3`` is what one holds up to the ground.
    """
    elements = one.model.elements
    own = elements[(elements["element"] == "node") & elements["role"].isin(ROLES)]
    if own.empty:
        return []
    shapes = storage_nodes_of(one.system, settings)[0]
    about = one.system.nodes.drop_duplicates("node_id").set_index("node_id")
    rows: list[dict[str, object]] = []
    for node, role, name in sorted(zip(own["feature_id"], own["role"], own["model_id"], strict=True)):
        row = about.loc[node]
        shape = shapes[node].shape if node in shapes else None
        said: dict[str, object] = {
            "community_id": row["community_id"],
            "scenario": one.system.scenario,
            "node_id": node,
            "role": role,
            "system": row["system"],
            "status": row["status"],
            "invert_m": float(row["invert_m"]),
            "ground_m": float(row["ground_m"]),
            "volume_full_m3": math.nan if shape is None else shape.volume_m3(shape.top_m - shape.bottom_m),
        }
        for event in (*(s.storm_id for s in storms), DRY):
            result = one.finished(event)
            did: dict[str, object] = {}
            if result is not None:
                depth_m = float(result.nodes.loc[name, "max_depth_m"])
                did = {
                    "inflow_peak_l_s": float(result.nodes.loc[name, "inflow_peak_l_s"]),
                    "max_depth_m": depth_m,
                    "max_level_m": float(row["invert_m"]) + depth_m,
                    "max_volume_m3": float(result.storages.loc[name, "max_volume_m3"]),
                    "final_volume_m3": float(result.storages.loc[name, "final_volume_m3"]),
                    "flooded_m3": float(result.nodes.loc[name, "flood_volume_m3"]),
                }
            rows.append({**said, "storm_id": event, **did})
    return rows

"""What was laid: lengths along the centre line, by system, status, size, material and depth."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd

from spongecalc.layers.layer_set import LayerSet

DEPTH_EDGES_M = (0.0, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, np.inf)
UNKNOWN = "unknown"

QUANTITY_COLUMNS = [
    "community_id",
    "phase",
    "item",
    "system",
    "status",
    "shape",
    "diameter_mm",
    "material",
    "depth_band",
    "length_m",
    "count",
]


def trench_depth_m(pipes: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame) -> pd.Series:
    """Mean depth from ground to invert over a pipe's two ends, in m; NaN where neither end is known."""
    ground = dict(zip(nodes["node_id"], nodes["ground_m"], strict=True))
    upper = pipes["from_node"].map(ground).astype(float) - pipes["invert_up_m"]
    lower = pipes["to_node"].map(ground).astype(float) - pipes["invert_down_m"]
    return pd.concat([upper, lower], axis=1).mean(axis=1)


def depth_band(depth_m: pd.Series) -> pd.Series:
    """The band of trench depth, such as "1.5-2.0 m"; a depth on an edge belongs to the band above it."""
    last = len(DEPTH_EDGES_M) - 2
    labels = [
        f">={low:.1f} m" if i == last else f"{low:.1f}-{high:.1f} m"
        for i, (low, high) in enumerate(pairwise(DEPTH_EDGES_M))
    ]
    bands = pd.cut(depth_m.clip(lower=0), list(DEPTH_EDGES_M), labels=labels, right=False)
    return bands.astype(object).where(bands.notna(), UNKNOWN)


def quantities(layers: LayerSet) -> pd.DataFrame:
    """Lengths of pipes and other lines as rows of quantities.csv.

    The length is the plan length of the centre line from node to node, manholes not deducted (the rule of
    GB 50857-2013 for pipes), measured from the geometry in the projected CRS.
    """
    pipes = layers["pipes"]
    laid = pd.DataFrame(
        {
            "community_id": pipes["community_id"],
            "item": "pipe",
            "system": pipes["system"],
            "status": pipes["status"],
            "shape": pipes["shape"].fillna("circular"),
            "diameter_mm": pipes["diameter_mm"],
            "material": pipes["material"].fillna(UNKNOWN),
            "depth_band": depth_band(trench_depth_m(pipes, layers["nodes"])),
            "length_m": pipes.geometry.length,
        }
    )
    lines = layers["utilities"]
    other = pd.DataFrame(
        {
            "community_id": lines["community_id"],
            "item": lines["utility"],
            "system": "",
            "status": lines["status"],
            "shape": "",
            "diameter_mm": lines["diameter_mm"],
            "material": "",
            "depth_band": "",
            "length_m": lines.geometry.length,
        }
    )
    parts = [part for part in (laid, other) if len(part)]
    if not parts:
        return pd.DataFrame(columns=QUANTITY_COLUMNS)
    rows = pd.concat(parts, ignore_index=True)
    phases = layers["communities"].drop_duplicates("community_id").set_index("community_id")["phase"]
    rows["phase"] = rows["community_id"].map(phases)
    rows[["community_id", "phase"]] = rows[["community_id", "phase"]].fillna("")
    keys = [c for c in QUANTITY_COLUMNS if c not in ("length_m", "count")]
    table = rows.groupby(keys, dropna=False)["length_m"].agg(["sum", "count"]).reset_index()
    return table.rename(columns={"sum": "length_m"})[QUANTITY_COLUMNS]


def laid_m(layers: LayerSet, community_id: str, system: str) -> float:
    """Meters of proposed pipe of a system in a community: plan length of the geometry."""
    pipes = layers["pipes"]
    chosen = (
        (pipes["community_id"] == community_id) & (pipes["system"] == system) & (pipes["status"] == "proposed")
    )
    return float(pipes.geometry[chosen].length.sum())

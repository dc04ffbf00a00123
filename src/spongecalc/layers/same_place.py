"""Nodes that stand twice at one place: one manhole with two names parts the network without a gap to be seen."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd
import shapely

from spongecalc.layers.finding import Finding
from spongecalc.layers.id_text import REFERENCES
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.rules.findings_at_rows import found_at

# Of two kinds at one place the first of these counts: what a junction is else, it still is.
KINDS = ("outfall", "storage", "pump", "septic_tank", "inlet", "manhole", "junction")
# Inverts that differ by more are two chambers, or a slip: nobody can say which.
SAME_LEVEL_M = 0.05


def join_same_place(layers: LayerSet) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Take nodes of one system, status and community at one place (to the millimetre) as one; each is named.

    The one whose kind says most stays, of two of a kind the one with the lower invert, else with the first id; it
    gets what it lacks from the other, and all that names the other names it. Where their inverts differ by more
    than ``SAME_LEVEL_M`` nothing is joined, and that is named.
    """
    nodes = layers["nodes"]
    if len(nodes) < 2:
        return layers, ()
    places = shapely.to_wkb(nodes.geometry.to_numpy())
    keys = nodes[["system", "status", "community_id"]].astype(object).assign(place=list(places))
    whole = keys.notna().all(axis=1) & nodes["node_id"].notna() & nodes["kind"].isin(KINDS)
    double = whole & keys.duplicated(keep=False) & ~nodes["node_id"].duplicated(keep=False)
    if not double.any():
        return layers, ()
    renamed: dict[str, str] = {}
    apart: dict[str, str] = {}
    filled = nodes.copy()
    for _, group in nodes[double].groupby([keys[c][double] for c in keys], sort=False):
        rank = group["kind"].map({k: n for n, k in enumerate(KINDS)})
        ordered = group.assign(_rank=rank).sort_values(["_rank", "invert_m", "node_id"], kind="stable")
        first = ordered.index[0]
        for label in ordered.index[1:]:
            own, kept = str(nodes.at[label, "node_id"]), str(nodes.at[first, "node_id"])
            if abs(nodes.at[label, "invert_m"] - nodes.at[first, "invert_m"]) > SAME_LEVEL_M:
                apart[own] = kept
                continue
            renamed[own] = kept
            for column in ("ground_m", "invert_m", "receives", "outfall_level_m"):
                if pd.isna(filled.at[first, column]):
                    filled.at[first, column] = nodes.at[label, column]
    ids = nodes["node_id"]
    findings = [
        *found_at("node.joined", "nodes", nodes, ids.isin(renamed), other=ids.map(renamed).to_numpy(object)),
        *found_at("node.same_place", "nodes", nodes, ids.isin(apart), other=ids.map(apart).to_numpy(object)),
    ]
    if renamed:
        layers = layers.with_frame("nodes", filled[~ids.isin(renamed)].reset_index(drop=True))
        for layer, columns in REFERENCES.items():
            layers = layers.with_frame(layer, _renamed(layers[layer], tuple(columns), renamed))
    return layers, tuple(findings)


def _renamed(frame: gpd.GeoDataFrame, columns: tuple[str, ...], names: Mapping[str, str]) -> gpd.GeoDataFrame:
    """The frame with other names of nodes."""
    if frame.empty:
        return frame
    values = {c: frame[c].map(lambda v: names.get(v, v)).astype(object) for c in columns}
    return frame.assign(**{c: v.where(v.notna(), None) for c, v in values.items()})

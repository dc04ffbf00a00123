"""Nodes that stand twice at one place: one manhole with two names parts the network without a gap to be seen."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from spongecalc.layers.finding import Finding
from spongecalc.layers.id_text import REFERENCES
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.rules.findings_at_rows import found_at, numbers

# Of two kinds at one place the first of these counts: what a junction is else, it still is.
KINDS = ("outfall", "storage", "pump", "septic_tank", "inlet", "manhole", "junction")
# Inverts that differ by more are two chambers, or a slip: nobody can say which.
SAME_LEVEL_M = 0.05
# What the node that stays takes over where it lacks it.
FILLED = ("ground_m", "invert_m", "receives", "outfall_level_m")


# Nearer than this two nodes are at one place: coordinates are read to the millimetre.
ONE_PLACE_M = 0.0015


def join_same_place(layers: LayerSet, distance_m: float) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Take nodes of one system, status and community at one place as one; each is named.

    At one place (to the millimetre) nodes of any two kinds are one, within ``distance_m`` those of one kind that
    no pipe joins: a second digitising. The one whose kind says most stays, of two of a kind the one with the
    lower invert, then the one of which more is known; it gets what it lacks from the other, and all that names
    the other names it. Where their inverts differ by more than ``SAME_LEVEL_M``, or they lead to different
    receivers, nothing is joined, and that is named.

    Parameters
    ----------
    layers
        Layers whose geometry is mended.
    distance_m
        How far from one another two nodes of a kind are one, in m.
    """
    nodes = layers["nodes"]
    if len(nodes) < 2:
        return layers, ()
    left, right, gap = _pairs(layers, distance_m)
    if not len(left):
        return layers, ()
    pairs = coo_matrix((np.ones(len(left)), (left, right)), shape=(len(nodes), len(nodes)))
    _, label = connected_components(pairs, directed=False)
    members = np.unique(np.concatenate([left, right]))
    order = np.argsort(label[members], kind="stable")
    gaps = dict(zip(zip(left.tolist(), right.tolist(), strict=True), gap.tolist(), strict=True))
    renamed: dict[str, tuple[str, float]] = {}
    apart: dict[str, str] = {}
    filled = nodes.copy()
    for group in np.split(members[order], np.flatnonzero(np.diff(label[members][order])) + 1):
        first, *others = _ranked(nodes.iloc[group])
        kept = str(nodes.at[first, "node_id"])
        at = nodes.index.get_loc(first)
        for other in others:
            own, its = str(nodes.at[other, "node_id"]), nodes.index.get_loc(other)
            off = gaps.get((min(at, its), max(at, its)))
            if off is None:
                continue
            if _differ(nodes.loc[first], nodes.loc[other]):
                # What lies beside it is named as near to it.
                apart |= {own: kept} if off <= ONE_PLACE_M else {}
                continue
            renamed[own] = kept, float(off)
            for column in FILLED:
                if pd.isna(filled.at[first, column]):
                    filled.at[first, column] = nodes.at[other, column]
    ids = nodes["node_id"]
    other = ids.map({k: v[0] for k, v in renamed.items()}).to_numpy(object)
    off_m = ids.map({k: v[1] for k, v in renamed.items()}).to_numpy(float)
    mask = ids.isin(renamed)
    findings = [
        *found_at("node.joined", "nodes", nodes, mask, other=other, gap=numbers(np.nan_to_num(off_m), 3)),
        *found_at("node.same_place", "nodes", nodes, ids.isin(apart), other=ids.map(apart).to_numpy(object)),
    ]
    if renamed:
        names = {k: v[0] for k, v in renamed.items()}
        layers = layers.with_frame("nodes", filled[~mask].reset_index(drop=True))
        for layer, columns in REFERENCES.items():
            layers = layers.with_frame(layer, _renamed(layers[layer], tuple(columns), names))
    return layers, tuple(findings)


def _pairs(layers: LayerSet, distance_m: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions of nodes that may be one, the smaller first, and the distances between them in m."""
    nodes = layers["nodes"]
    shapes = nodes.geometry.to_numpy()
    reach = max(distance_m, ONE_PLACE_M)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=reach)
    once = left < right
    left, right = left[once], right[once]
    keys = nodes[["system", "status", "community_id", "node_id"]]
    whole = (
        keys.notna().all(axis=1) & nodes["kind"].isin(KINDS) & ~nodes["node_id"].duplicated(keep=False)
    ).to_numpy()
    keep = whole[left] & whole[right]
    for column in ("system", "status", "community_id"):
        values = nodes[column].to_numpy(object)
        keep &= values[left] == values[right]
    gap = shapely.distance(shapes[left], shapes[right])
    kind, ids = nodes["kind"].to_numpy(object), nodes["node_id"].to_numpy(object)
    keep &= (gap <= ONE_PLACE_M) | (kind[left] == kind[right])
    left, right, gap = left[keep], right[keep], gap[keep]
    pipes = layers["pipes"]
    ends = set(zip(pipes["from_node"], pipes["to_node"], strict=True)) if len(left) else set()
    free = np.array(
        [
            off <= ONE_PLACE_M or ((ids[a], ids[b]) not in ends and (ids[b], ids[a]) not in ends)
            for a, b, off in zip(left, right, gap, strict=True)
        ],
        dtype=bool,
    )
    return left[free], right[free], gap[free]


def _ranked(group: gpd.GeoDataFrame) -> list[object]:
    """Labels of nodes that may be one, the one that stays first; ids tell only where all else is equal."""
    places = group.geometry
    ordered = group.assign(
        _rank=group["kind"].map({k: n for n, k in enumerate(KINDS)}),
        _unknown=group[list(FILLED)].isna().sum(axis=1),
        _x=places.x,
        _y=places.y,
    ).sort_values(["_rank", "invert_m", "_unknown", "ground_m", "_x", "_y", "node_id"], kind="stable")
    return list(ordered.index)


def _differ(one: pd.Series, two: pd.Series) -> bool:
    """True where two nodes at one place cannot be one: by their levels, or by where they lead."""
    receivers = {r for r in (one["receives"], two["receives"]) if pd.notna(r)}
    return bool(abs(one["invert_m"] - two["invert_m"]) > SAME_LEVEL_M) or len(receivers) > 1


def _renamed(frame: gpd.GeoDataFrame, columns: tuple[str, ...], names: Mapping[str, str]) -> gpd.GeoDataFrame:
    """The frame with other names of nodes."""
    if frame.empty:
        return frame
    values = {c: frame[c].map(lambda v: names.get(v, v)).astype(object) for c in columns}
    return frame.assign(**{c: v.where(v.notna(), None) for c, v in values.items()})

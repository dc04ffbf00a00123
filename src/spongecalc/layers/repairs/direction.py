"""The direction of pipes that neither names nor levels tell: along the shortest way to an outfall."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.provenance import INFERRED, flagged, read_flags
from spongecalc.layers.repairs.change import changed


def orient_to_outfalls(layers: LayerSet) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Turn pipes so that they lead to the nearest outfall, where the survey states no direction.

    A pipe's direction is open if both its ends were joined by place and it has no invert at either end. Such
    a pipe runs from the end that is farther from an outfall, along the pipes, to the nearer one. Parts of the
    network without an outfall stay as they are drawn.
    """
    nodes, pipes = layers["nodes"], layers["pipes"]
    index = pd.Index(nodes["node_id"])
    if pipes.empty or not index.is_unique:
        return layers, ()
    up, down = index.get_indexer(pipes["from_node"]), index.get_indexer(pipes["to_node"])
    flags = [read_flags(f) for f in pipes["flags"]]
    joined = np.array([f.get("from_node") == f.get("to_node") == INFERRED for f in flags], dtype=bool)
    level = pipes["invert_up_m"].isna().to_numpy() & pipes["invert_down_m"].isna().to_numpy()
    open_ = joined & level & (up >= 0) & (down >= 0)
    ends = np.flatnonzero((nodes["kind"] == "outfall").to_numpy())
    if not open_.any() or not len(ends):
        return layers, ()
    both = (up >= 0) & (down >= 0)
    length = np.maximum(pipes.geometry.length.to_numpy()[both], 1e-3)
    # Of parallel pipes the sum is taken, which changes no order along a tree and little in a mesh.
    graph = coo_matrix((length, (up[both], down[both])), shape=(len(nodes), len(nodes))).tocsr()
    far = dijkstra(graph, directed=False, indices=ends, min_only=True)
    turn = open_ & np.isfinite(far[up]) & (far[up] < far[down])
    if not turn.any():
        return layers, ()
    first, last = pipes["from_node"].to_numpy(object), pipes["to_node"].to_numpy(object)
    before = [f"{a} -> {b}" for a, b in zip(first, last, strict=True)]
    after = [f"{b} -> {a}" for a, b in zip(first, last, strict=True)]
    findings = tuple(changed("repair.flipped", "pipes", pipes, turn, before, after, column="from_node, to_node"))
    shapes = pipes.geometry.to_numpy().copy()
    shapes[turn] = shapely.reverse(shapes[turn])
    turned = pipes.assign(
        from_node=pd.Series(np.where(turn, last, first), index=pipes.index, dtype=object),
        to_node=pd.Series(np.where(turn, first, last), index=pipes.index, dtype=object),
    ).set_geometry(gpd.GeoSeries(list(shapes), index=pipes.index, crs=pipes.crs))
    return layers.with_frame("pipes", flagged(turned, turn, "geometry", INFERRED)), findings

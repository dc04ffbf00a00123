"""The community that a feature belongs to: by its id, else by its place, else by the pipes that touch it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.contract import SCHEMAS
from spongecalc.layers.feature import feature_of
from spongecalc.layers.finding import Finding, finding_at
from spongecalc.layers.layer_set import LayerSet


def assign_communities(layers: LayerSet, tolerance_m: float = 0.0) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Give every feature its community.

    ``tolerance_m`` is how near to a node a pipe ends that names none there.

    A stated community_id counts if that community exists. Where it is missing, a point of the feature that
    lies on it (the middle of a line) decides by place. A pipe that has no place takes the community of the
    nodes that it names, so that its fault is counted where the pipe is missing; a node outside every
    community takes that of a pipe at it, a connection that of its source. What is left belongs to none, is
    not modelled, and is named.
    """
    findings: list[Finding] = []
    known = set(layers.community_ids)
    areas = layers["communities"].dropna(subset=["community_id", "geometry"])
    areas = areas[["community_id", "geometry"]].drop_duplicates("community_id")
    frames = dict(layers.frames)
    strays: dict[str, pd.Series] = {}
    for name, frame in layers.frames.items():
        if name == "communities" or frame.empty:
            continue
        stated = frame["community_id"]
        unknown = stated.notna() & ~stated.isin(known)
        strays[name] = stated[unknown]
        frames[name] = frame.assign(community_id=stated.where(stated.isin(known), _by_place(frame, areas)))
    frames["pipes"] = _pipes_by_nodes(frames["pipes"], frames["nodes"])
    frames["nodes"] = _nodes_by_pipes(frames["nodes"], frames["pipes"])
    frames["nodes"] = _nodes_by_ends(frames["nodes"], frames["pipes"], tolerance_m)
    frames["connections"] = _connections_by_source(frames)
    for name, frame in frames.items():
        if name == "communities" or frame.empty:
            continue
        for row in frame.loc[strays[name].index].itertuples():
            stated_id = strays[name][row.Index]
            findings.append(finding_at("community.unknown", name, row, community=stated_id))
        for row in frame[frame["community_id"].isna()].itertuples():
            findings.append(finding_at("community.none", name, row))
    return replace(layers, frames=frames), tuple(findings)


def with_places(findings: Iterable[Finding], layers: LayerSet) -> tuple[Finding, ...]:
    """Findings made while reading, each with the community and the place that its feature has by now.

    An error at a thing that no feature could be made of is in each community it lies in. Without a community it
    would keep none from being modelled.
    """
    rows: dict[str, dict[tuple[str, str], object]] = {}
    placed: list[Finding] = []
    for finding in findings:
        at = finding.feature
        if at.feature_id and not at.community_id and at.layer in layers.frames:
            if at.layer not in rows:
                rows[at.layer] = {
                    (row.file, getattr(row, SCHEMAS[at.layer].id_column) or f"#{row.file_row}"): row
                    for row in layers[at.layer].itertuples()
                }
            row = rows[at.layer].get((at.file, at.feature_id))
            if row is not None:
                finding = replace(finding, feature=feature_of(at.layer, row))  # noqa: PLW2901
            elif finding.severity == "error" and math.isfinite(at.x_m + at.y_m):
                here = _communities_at(shapely.Point(at.x_m, at.y_m), layers["communities"])
                placed.extend(replace(finding, feature=replace(at, community_id=c)) for c in here or [""])
                continue
        placed.append(finding)
    return tuple(placed)


def _communities_at(point: shapely.Point, communities: gpd.GeoDataFrame) -> list[str]:
    """The communities that a point lies in: two on their border."""
    here = communities.geometry.intersects(point) & communities["community_id"].notna()
    return [str(c) for c in communities["community_id"][here]]


def _by_place(frame: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.Series:
    """The community each feature lies in, by a point on it; None outside all and for empty geometries."""
    found = pd.Series([None] * len(frame), index=frame.index, dtype=object)
    placed = frame[frame.geometry.notna() & ~frame.geometry.is_empty]
    if placed.empty or areas.empty:
        return found
    lines = placed.geom_type == "LineString"
    points = placed.geometry.representative_point()
    points[lines] = placed.geometry[lines].interpolate(0.5, normalized=True)
    inside = gpd.sjoin(gpd.GeoDataFrame(geometry=points), areas, predicate="within")
    inside = inside[~inside.index.duplicated()]
    found.loc[inside.index] = inside["community_id"]
    return found


def _pipes_by_nodes(pipes: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Pipes without a place take the community of their upper node, else of their lower one."""
    if pipes.empty or nodes.empty:
        return pipes
    known = nodes.dropna(subset=["node_id", "community_id"]).drop_duplicates("node_id")
    community = known.set_index("node_id")["community_id"]
    lost = pipes.geometry.isna() | pipes.geometry.is_empty
    by_nodes = pipes["from_node"].map(community).fillna(pipes["to_node"].map(community)).where(lost)
    return pipes.assign(community_id=pipes["community_id"].fillna(by_nodes))


def _nodes_by_pipes(nodes: gpd.GeoDataFrame, pipes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Nodes outside every community (the municipal manhole in the street) take that of a pipe at them."""
    if nodes.empty or pipes.empty:
        return nodes
    ends = pd.concat(
        [
            pipes[["to_node", "community_id"]].rename(columns={"to_node": "node_id"}),
            pipes[["from_node", "community_id"]].rename(columns={"from_node": "node_id"}),
        ]
    ).dropna()
    by_node = ends.sort_values("community_id").drop_duplicates("node_id").set_index("node_id")["community_id"]
    return nodes.assign(community_id=nodes["community_id"].fillna(nodes["node_id"].map(by_node)))


def _nodes_by_ends(nodes: gpd.GeoDataFrame, pipes: gpd.GeoDataFrame, tolerance_m: float) -> gpd.GeoDataFrame:
    """Nodes outside every community take that of a pipe that ends at them without naming a node there."""
    lost = nodes["community_id"].isna().to_numpy() & nodes.geometry.notna().to_numpy()
    open_ = pipes[pipes["community_id"].notna() & (pipes.geom_type == "LineString")]
    if not tolerance_m or not lost.any() or open_.empty:
        return nodes
    ends = [open_[open_[column].isna()] for column in ("to_node", "from_node")]
    shapes = [shapely.get_point(own.geometry.to_numpy(), n) for own, n in zip(ends, (-1, 0), strict=True)]
    points = np.concatenate(shapes)
    if not len(points):
        return nodes
    # Of several pipes at one node the first community counts, whatever the order of the file.
    community = np.concatenate([own["community_id"].to_numpy(object) for own in ends])
    order = np.argsort(community.astype(str), kind="stable")
    tree = shapely.STRtree(points[order])
    found = nodes["community_id"].to_numpy(object).copy()
    for position in np.flatnonzero(lost):
        near = tree.query(nodes.geometry.iloc[position], predicate="dwithin", distance=tolerance_m)
        if len(near):
            found[position] = community[order][near.min()]
    return nodes.assign(community_id=pd.Series(found, index=nodes.index, dtype=object))


def _connections_by_source(frames: dict[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """A lateral that lies in no community belongs to that of the building or inlet it comes from."""
    connections = frames["connections"]
    if connections.empty:
        return connections
    sources = pd.concat(
        [
            frames["buildings"].set_index("building_id")["community_id"],
            frames["nodes"].set_index("node_id")["community_id"],
        ]
    )
    sources = sources[~sources.index.duplicated()]
    return connections.assign(community_id=connections["community_id"].fillna(connections["source"].map(sources)))

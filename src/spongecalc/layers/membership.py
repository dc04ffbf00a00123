"""The community that a feature belongs to: by its id, else by its place, else by the pipes that touch it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.contract import POLYGON, SCHEMAS
from spongecalc.layers.border_cut import CUT, home_grounds
from spongecalc.layers.community_ground import community_grounds
from spongecalc.layers.feature import NOWHERE, feature_of
from spongecalc.layers.finding import Finding, finding_at
from spongecalc.layers.layer_set import LayerSet

OUTFALL_REACH_M = 50.0
"""How far outside its pipe's community an outfall on a neighbour's ground still belongs to it."""
ON_BORDER_M = 0.01


def assign_communities(layers: LayerSet, tolerance_m: float = 0.0) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Give every feature its community.

    ``tolerance_m`` is how near to a node a pipe ends that names none there.

    A stated community_id counts if that community exists. Where it is missing, a point of the feature that
    lies on it (the middle of a line) decides by place, of an area the ground that holds most of it; a surface
    that reaches over borders is one of ``across``, to be cut there (:mod:`spongecalc.layers.border_cut`). A
    pipe that has no place takes the community of the nodes that it names, so that its fault is counted where
    the pipe is missing; a node outside every community takes that of a pipe at it, a connection that of its
    source. An outfall on a neighbour's ground that only pipes of one community lead to is that one's, within
    ``OUTFALL_REACH_M``. A pipe whose middle lies in none is that of the community in which it begins, else
    ends. What is left belongs to none, is not modelled, and is named.
    """
    findings: list[Finding] = []
    known = set(layers.community_ids)
    grounds = community_grounds(layers["communities"])
    across = set(layers.across)
    frames = dict(layers.frames)
    strays: dict[str, pd.Series] = {}
    for name, frame in layers.frames.items():
        if name == "communities" or frame.empty:
            continue
        stated = frame["community_id"]
        unknown = stated.notna() & ~stated.isin(known)
        strays[name] = stated[unknown]
        by_place, over_border = _by_place(frame, grounds)
        free = ~stated.isin(known)
        frames[name] = frame.assign(community_id=stated.where(~free, by_place))
        if name == CUT:
            own = frame[(free & over_border).to_numpy()]
            across.update(zip(own["file"], own["file_row"], strict=True))
    frames["pipes"] = _pipes_by_ends(frames["pipes"], grounds)
    frames["pipes"] = _pipes_by_nodes(frames["pipes"], frames["nodes"])
    free = ~layers["nodes"]["community_id"].isin(known)
    frames["nodes"] = _outfalls_by_pipes(frames["nodes"], frames["pipes"], grounds, free, tolerance_m)
    frames["nodes"] = _nodes_by_pipes(frames["nodes"], frames["pipes"], grounds, tolerance_m)
    by_pipe = set(layers.by_pipe)
    for name in ("nodes", "pipes"):
        moved = frames[name][
            (~layers[name]["community_id"].isin(known) & frames[name]["community_id"].notna()).to_numpy()
        ]
        moved = moved[_lies_off(moved, grounds)]
        by_pipe.update((name, *key) for key in zip(moved["file"], moved["file_row"], strict=True))
    frames["connections"] = _connections_by_source(frames)
    for name, frame in frames.items():
        if name == "communities" or frame.empty:
            continue
        for row in frame.loc[strays[name].index].itertuples():
            stated_id = strays[name][row.Index]
            findings.append(finding_at("community.unknown", name, row, community=stated_id))
        for row in frame[frame["community_id"].isna()].itertuples():
            findings.append(finding_at("community.none", name, row, size=_size(row.geometry)))
    return replace(layers, frames=frames, across=frozenset(across), by_pipe=frozenset(by_pipe)), tuple(findings)


def _size(geometry: shapely.Geometry | None) -> str:
    """The area or length of what has one, as a finding says it; "" for a point and for what has no place."""
    if geometry is None or not np.isfinite(shapely.get_coordinates(geometry)).all():
        return ""
    if geometry.area > 0:
        return f" ({geometry.area:.1f} m2)"
    return f" ({geometry.length:.2f} m)" if geometry.length > 0 else ""


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
            now = feature_of(at.layer, row) if row is not None else NOWHERE
            # A feature of which a vertex lies nowhere has no shape, but the rest of it lies somewhere.
            by_rest = finding.severity == "error" and math.isfinite(at.x_m + at.y_m)
            if now.community_id or (now.feature_id and not by_rest):
                finding = replace(finding, feature=now)  # noqa: PLW2901
            elif by_rest:
                here = _communities_at(shapely.Point(at.x_m, at.y_m), layers["communities"])
                placed.extend(replace(finding, feature=replace(at, community_id=c)) for c in here or [""])
                continue
        placed.append(finding)
    return tuple(placed)


def _communities_at(point: shapely.Point, communities: gpd.GeoDataFrame) -> list[str]:
    """The communities that a point lies in: two on their border."""
    here = communities.geometry.intersects(point) & communities["community_id"].notna()
    return [str(c) for c in communities["community_id"][here]]


def _by_place(frame: gpd.GeoDataFrame, grounds: gpd.GeoDataFrame) -> tuple[pd.Series, pd.Series]:
    """The community each feature lies in, None outside all and for empty shapes; a mask: areas over a border."""
    found = pd.Series([None] * len(frame), index=frame.index, dtype=object)
    over_border = pd.Series(np.zeros(len(frame), dtype=bool), index=frame.index)
    placed = frame[frame.geometry.notna() & ~frame.geometry.is_empty]
    if placed.empty or grounds.empty:
        return found, over_border
    flat = placed.geom_type.isin(POLYGON)
    homes, alone = home_grounds(placed.geometry[flat].to_numpy(), grounds)
    found.loc[placed.index[flat]] = homes
    over_border.loc[placed.index[flat]] = ~alone & (homes != None)  # noqa: E711  on an array
    placed = placed[~flat]
    lines = placed.geom_type == "LineString"
    points = placed.geometry.representative_point()
    points[lines] = placed.geometry[lines].interpolate(0.5, normalized=True)
    inside = gpd.sjoin(gpd.GeoDataFrame(geometry=points), grounds, predicate="within")
    inside = inside[~inside.index.duplicated()]
    found.loc[inside.index] = inside["community_id"]
    return found, over_border


def _lies_off(frame: gpd.GeoDataFrame, grounds: gpd.GeoDataFrame) -> np.ndarray:
    """A mask of the nodes, and the pipes by their middles, that lie off the ground of their community."""
    off = np.zeros(len(frame), dtype=bool)
    shapes = frame.geometry.to_numpy()
    placed = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    if not len(placed) or grounds.empty:
        return off
    own = grounds.set_index("community_id").geometry.reindex(frame["community_id"].iloc[placed]).to_numpy()
    lines = shapely.get_dimensions(shapes[placed]) == 1
    points = shapes[placed].copy()
    single = lines & (shapely.get_type_id(points) == 1)
    points[single] = shapely.line_interpolate_point(points[single], 0.5, normalized=True)
    # On the border is in it.
    off[placed] = shapely.distance(points, own) > ON_BORDER_M
    return off


def _pipes_by_ends(pipes: gpd.GeoDataFrame, grounds: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Pipes whose middle lies in no community take that in which they begin, else in which they end."""
    lost = (
        pipes["community_id"].isna() & (pipes.geom_type == "LineString") & ~pipes.geometry.is_empty
    ).to_numpy()
    if not lost.any() or grounds.empty:
        return pipes
    tree = shapely.STRtree(grounds.geometry.to_numpy())
    ids = grounds["community_id"].to_numpy(object)
    found = pipes["community_id"].to_numpy(object).copy()
    own = np.flatnonzero(lost)
    for end in (-1, 0):
        pipe, ground = tree.query(shapely.get_point(pipes.geometry.to_numpy()[own], end), predicate="within")
        found[own[pipe]] = ids[ground]
    return pipes.assign(community_id=pd.Series(found, index=pipes.index, dtype=object))


def _outfalls_by_pipes(
    nodes: gpd.GeoDataFrame,
    pipes: gpd.GeoDataFrame,
    grounds: gpd.GeoDataFrame,
    free: pd.Series,
    tolerance_m: float,
) -> gpd.GeoDataFrame:
    """Outfalls that name no community, on the ground of another one than all their pipes are of, take the pipes'.

    That is so within ``OUTFALL_REACH_M`` of the pipes' community; farther on the outfall is the other one's,
    and the two drain through one another.
    """
    out = (
        free & (nodes["kind"] == "outfall") & nodes["community_id"].notna() & nodes.geometry.notna()
    ).to_numpy()
    placed = pipes[pipes["community_id"].notna() & (pipes.geom_type == "LineString")]
    if not out.any() or placed.empty or grounds.empty:
        return nodes
    own = grounds.set_index("community_id").geometry
    found = nodes["community_id"].to_numpy(object).copy()
    for position, communities in _at_nodes(nodes, placed, np.flatnonzero(out), tolerance_m).items():
        (first, *others) = sorted(communities)
        point = nodes.geometry.iloc[position]
        elsewhere = not others and first != found[position] and first in own.index
        if elsewhere and own[first].distance(point) <= OUTFALL_REACH_M:
            found[position] = first
    return nodes.assign(community_id=pd.Series(found, index=nodes.index, dtype=object))


def _at_nodes(
    nodes: gpd.GeoDataFrame, pipes: gpd.GeoDataFrame, positions: np.ndarray, tolerance_m: float
) -> dict[int, set[str]]:
    """The communities of the pipes at some nodes: that name them, or end at them without naming any."""
    of_name: dict[str, set[int]] = {}
    for position in positions.tolist():
        of_name.setdefault(str(nodes["node_id"].iloc[position]), set()).add(position)
    found: dict[int, set[str]] = {}
    tree = shapely.STRtree(nodes.geometry.to_numpy()[positions])
    for column, end in (("from_node", 0), ("to_node", -1)):
        for name, community in zip(pipes[column], pipes["community_id"], strict=True):
            for position in of_name.get(str(name), ()):
                found.setdefault(position, set()).add(community)
        unnamed = pipes[pipes[column].isna() & (pipes.geom_type == "LineString")]
        ends = shapely.get_point(unnamed.geometry.to_numpy(), end)
        pipe, near = tree.query(ends, predicate="dwithin", distance=tolerance_m)
        for community, node in zip(unnamed["community_id"].iloc[pipe], positions[near].tolist(), strict=True):
            found.setdefault(node, set()).add(community)
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


def _nodes_by_pipes(
    nodes: gpd.GeoDataFrame, pipes: gpd.GeoDataFrame, grounds: gpd.GeoDataFrame, tolerance_m: float
) -> gpd.GeoDataFrame:
    """Nodes outside every community (the municipal manhole in the street) take that of a pipe at them.

    Of pipes of several communities that which lies nearest counts, of two as near the first by place.
    """
    lost = np.flatnonzero(nodes["community_id"].isna().to_numpy())
    open_ = pipes[pipes["community_id"].notna()]
    if not len(lost) or open_.empty or grounds.empty:
        return nodes
    order = {community: n for n, community in enumerate(grounds["community_id"])}
    found = nodes["community_id"].to_numpy(object).copy()
    for position, communities in _at_nodes(nodes, open_, lost, tolerance_m).items():
        ranks = sorted(order[c] for c in communities if c in order)
        if not ranks:
            continue
        point, shapes = nodes.geometry.iloc[position], grounds.geometry.to_numpy()[ranks]
        away = np.zeros(len(ranks)) if point is None else np.round(shapely.distance(point, shapes), 3)
        found[position] = grounds["community_id"].iloc[ranks[int(np.argmin(np.nan_to_num(away)))]]
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

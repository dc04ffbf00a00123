"""Repairs of lines: turned round, snapped to their nodes, split at nodes, joined end to end."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.pipe_ends import LATERAL_ENDS, PIPE_ENDS, end_points, nodes_on_pipes, places_of
from spongecalc.layers.provenance import INFERRED, flagged
from spongecalc.layers.repairs.change import changed

# Nearer than this an end is at its node as far as a survey can tell.
AT_NODE_M = 0.001


def _known(layers: LayerSet) -> gpd.GeoDataFrame:
    nodes = layers["nodes"].dropna(subset=["node_id"]).drop_duplicates("node_id")
    return nodes[nodes.geometry.notna()].reset_index(drop=True)


def _pair(points: np.ndarray) -> np.ndarray:
    return np.array([f"({p.x:.3f} {p.y:.3f})" if p is not None else "-" for p in points], dtype=object)


def flip_lines(layers: LayerSet, tolerance_m: float) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Turn pipes that are drawn from the node they name as their lower end; names and levels stay."""
    pipes, nodes = layers["pipes"], _known(layers)
    if pipes.empty or nodes.empty:
        return layers, ()
    first, last = end_points(pipes, 0), end_points(pipes, -1)
    upper, lower = places_of(nodes, pipes["from_node"]), places_of(nodes, pipes["to_node"])
    turn = (
        (shapely.distance(first, lower) <= tolerance_m)
        & (shapely.distance(last, upper) <= tolerance_m)
        & (shapely.distance(first, upper) > shapely.distance(last, upper))
    )
    if not turn.any():
        return layers, ()
    shapes = pipes.geometry.to_numpy().copy()
    shapes[turn] = shapely.reverse(shapes[turn])
    before = [f"{b} -> {a}" for a, b in zip(pipes["from_node"], pipes["to_node"], strict=True)]
    after = [f"{a} -> {b}" for a, b in zip(pipes["from_node"], pipes["to_node"], strict=True)]
    findings = tuple(changed("repair.flipped", "pipes", pipes, turn, before, after, column="geometry"))
    turned = pipes.set_geometry(gpd.GeoSeries(list(shapes), index=pipes.index, crs=pipes.crs))
    return layers.with_frame("pipes", flagged(turned, turn, "geometry", INFERRED)), findings


def snap_ends(layers: LayerSet, tolerance_m: float) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Move the ends of pipes and laterals onto the nodes they name, where those lie within the tolerance."""
    nodes = _known(layers)
    findings: list[Finding] = []
    for layer, ends in (("pipes", PIPE_ENDS), ("connections", LATERAL_ENDS)):
        frame = layers[layer]
        if frame.empty or nodes.empty:
            continue
        shapes = frame.geometry.to_numpy().copy()
        for column, vertex in ends.items():
            points, places = shapely.get_point(shapes, vertex), places_of(nodes, frame[column])
            gap = shapely.distance(points, places)
            near = (gap > AT_NODE_M) & (gap <= tolerance_m)
            for position in np.flatnonzero(near):
                coordinates = shapely.get_coordinates(shapes[position])
                coordinates[vertex] = shapely.get_coordinates(places[position])[0]
                shapes[position] = shapely.LineString(coordinates)
            findings.extend(
                changed(
                    "repair.snapped",
                    layer,
                    frame,
                    near,
                    _pair(points),
                    _pair(places),
                    node=frame[column].to_numpy(object),
                    gap=np.array([f"{g:.3f}" for g in np.nan_to_num(gap)], dtype=object),
                    column="geometry",
                )
            )
            frame = flagged(frame, near, "geometry", INFERRED)
        moved = frame.set_geometry(gpd.GeoSeries(list(shapes), index=frame.index, crs=frame.crs))
        layers = layers.with_frame(layer, moved)
    return layers, tuple(findings)


def split_at_nodes(layers: LayerSet) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Split pipes at nodes of their system that they pass; inverts between are interpolated along the line.

    The first piece keeps the pipe's id, the others get it with a number behind it.
    """
    pipes, nodes = layers["pipes"], _known(layers)
    pipe, node = nodes_on_pipes(pipes, nodes)
    if not len(pipe):
        return layers, ()
    taken = set(pipes["pipe_id"].dropna())
    pieces, gone = [], []
    findings: list[Finding] = []
    for position in dict.fromkeys(int(p) for p in pipe):
        row = pipes.iloc[[position]]
        line = row.geometry.iloc[0]
        through = [int(n) for p, n in zip(pipe, node, strict=True) if int(p) == position]
        through.sort(key=lambda n, own=line: own.project(nodes.geometry.iloc[n]))  # type: ignore[misc]
        stops = [0.0, *(line.project(nodes.geometry.iloc[n]) for n in through), line.length]
        names = [row["from_node"].iloc[0], *(nodes["node_id"].iloc[n] for n in through), row["to_node"].iloc[0]]
        up, down = float(row["invert_up_m"].iloc[0]), float(row["invert_down_m"].iloc[0])
        made = []
        for number in range(len(stops) - 1):
            identifier = str(row["pipe_id"].iloc[0])
            if number:
                identifier = _free(f"{identifier}_{number + 1}", taken)
            part = shapely.ops.substring(line, stops[number], stops[number + 1])
            coordinates = shapely.get_coordinates(part)
            if number:
                coordinates[0] = shapely.get_coordinates(nodes.geometry.iloc[through[number - 1]])[0]
            if number < len(through):
                coordinates[-1] = shapely.get_coordinates(nodes.geometry.iloc[through[number]])[0]
            levels = [up + (down - up) * stops[n] / line.length for n in (number, number + 1)]
            piece = row.assign(
                pipe_id=identifier,
                from_node=names[number],
                to_node=names[number + 1],
                invert_up_m=round(levels[0], 3),
                invert_down_m=round(levels[1], 3),
                length_m=np.nan,
            ).set_geometry([shapely.LineString(coordinates)], crs=pipes.crs)
            if number:
                piece = flagged(piece, [True], "invert_up_m", INFERRED)
            if number < len(through):
                piece = flagged(piece, [True], "invert_down_m", INFERRED)
            pieces.append(piece)
            made.append(identifier)
        gone.append(position)
        words = {"node": ", ".join(str(nodes["node_id"].iloc[n]) for n in through), "column": "geometry"}
        before, after = [str(row["pipe_id"].iloc[0])], [", ".join(made)]
        findings.extend(changed("repair.split", "pipes", row, [True], before, after, **words))
    rest = pipes.drop(index=pipes.index[gone])
    joined = pd.concat([rest, *pieces], ignore_index=True)
    return layers.with_frame("pipes", gpd.GeoDataFrame(joined, geometry="geometry", crs=pipes.crs)), tuple(
        findings
    )


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def close_gaps(layers: LayerSet, tolerance_m: float) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Put a junction where the end of one pipe meets the start of another without a node.

    Both ends lack a node's name, lie within the tolerance of each other, and are of one system.
    """
    pipes, nodes = layers["pipes"], layers["nodes"]
    loose_down = np.flatnonzero(pipes["to_node"].isna().to_numpy())
    loose_up = np.flatnonzero(pipes["from_node"].isna().to_numpy())
    if not len(loose_down) or not len(loose_up):
        return layers, ()
    ends, starts = end_points(pipes, -1)[loose_down], end_points(pipes, 0)[loose_up]
    which, nearest = shapely.STRtree(starts).query_nearest(ends, max_distance=tolerance_m, all_matches=False)
    taken = set(nodes["node_id"].dropna())
    made, used = [], set()
    findings: list[Finding] = []
    to_node, from_node = pipes["to_node"].to_numpy(object).copy(), pipes["from_node"].to_numpy(object).copy()
    mask_down, mask_up = np.zeros(len(pipes), dtype=bool), np.zeros(len(pipes), dtype=bool)
    gaps = np.full(len(pipes), "", dtype=object)
    for w, n in zip(which, nearest, strict=True):
        upper, lower = int(loose_down[w]), int(loose_up[n])
        if upper == lower or lower in used or pipes["system"].iloc[upper] != pipes["system"].iloc[lower]:
            continue
        used.add(lower)
        name = _free(f"{pipes['pipe_id'].iloc[upper]}_END", taken)
        gap = float(shapely.distance(ends[w], starts[n]))
        to_node[upper], from_node[lower] = name, name
        mask_down[upper], mask_up[lower] = True, True
        gaps[upper] = gaps[lower] = f"{gap:.3f}"
        row: dict[str, object] = dict.fromkeys(nodes.columns)
        row |= {c: np.nan for c in nodes.columns if nodes[c].dtype.kind == "f"}
        row |= {
            "node_id": name,
            "system": pipes["system"].iloc[upper],
            "kind": "junction",
            "status": pipes["status"].iloc[upper],
            "community_id": pipes["community_id"].iloc[upper],
            "file": pipes["file"].iloc[upper],
            "file_row": 0,
            "flags": "kind=inferred",
            "geometry": ends[w],
        }
        made.append(row)
    if not made:
        return layers, ()
    words = {"gap": gaps}
    for column, mask, now in (("to_node", mask_down, to_node), ("from_node", mask_up, from_node)):
        findings.extend(
            changed("repair.gap_closed", "pipes", pipes, mask, pipes[column], now, column=column, **words)
        )
    pipes = pipes.assign(
        to_node=pd.Series(to_node, index=pipes.index, dtype=object),
        from_node=pd.Series(from_node, index=pipes.index, dtype=object),
    )
    pipes = flagged(flagged(pipes, mask_down, "to_node", INFERRED), mask_up, "from_node", INFERRED)
    new = gpd.GeoDataFrame(made, geometry="geometry", crs=nodes.crs)
    joined = gpd.GeoDataFrame(pd.concat([nodes, new], ignore_index=True), geometry="geometry", crs=nodes.crs)
    return layers.with_frame("nodes", joined).with_frame("pipes", pipes), tuple(findings)

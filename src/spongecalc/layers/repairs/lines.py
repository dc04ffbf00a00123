"""Repairs of lines: turned round, snapped to their nodes, split at nodes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.layers.finding import Finding
from spongecalc.layers.geometry_rules import MIN_LENGTH_M
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.made_ids import free_name
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
    """Move the ends of pipes and laterals onto the nodes they name, where those lie within the tolerance.

    An end stays where it is if its line would have no length afterwards.
    """
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
            was_m = shapely.length(shapes)
            for position in np.flatnonzero(near):
                coordinates = shapely.get_coordinates(shapes[position])
                coordinates[vertex] = shapely.get_coordinates(places[position])[0]
                moved = shapely.LineString(coordinates)
                if moved.length < MIN_LENGTH_M:
                    near[position] = False
                else:
                    shapes[position] = moved
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
                    was_m=was_m,
                    now_m=shapely.length(shapes),
                )
            )
            frame = flagged(frame, near, "geometry", INFERRED)
        snapped = frame.set_geometry(gpd.GeoSeries(list(shapes), index=frame.index, crs=frame.crs))
        layers = layers.with_frame(layer, snapped)
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
        through = _apart(line, through, nodes)
        stops = [0.0, *(line.project(nodes.geometry.iloc[n]) for n in through), line.length]
        names = [row["from_node"].iloc[0], *(nodes["node_id"].iloc[n] for n in through), row["to_node"].iloc[0]]
        up, down = float(row["invert_up_m"].iloc[0]), float(row["invert_down_m"].iloc[0])
        made = []
        for number in range(len(stops) - 1):
            identifier = str(row["pipe_id"].iloc[0])
            if number:
                identifier = free_name(f"{identifier}_{number + 1}", taken)
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
                length_m=float(row["length_m"].iloc[0]) * (stops[number + 1] - stops[number]) / line.length,
            ).set_geometry([shapely.LineString(coordinates)], crs=pipes.crs)
            if number:
                piece = flagged(piece, [True], "invert_up_m", INFERRED)
            if number < len(through):
                piece = flagged(piece, [True], "invert_down_m", INFERRED)
            pieces.append(piece)
            made.append(identifier)
        gone.append(position)
        names_passed = ", ".join(str(nodes["node_id"].iloc[n]) for n in through)
        lengths = {"was_m": line.length, "now_m": sum(p.length.iloc[0] for p in pieces[-len(made) :])}
        before, after = [str(row["pipe_id"].iloc[0])], [", ".join(made)]
        words = {"node": names_passed, "column": "geometry", **lengths}
        findings.extend(changed("repair.split", "pipes", row, [True], before, after, **words))
    rest = pipes.drop(index=pipes.index[gone])
    joined = pd.concat([rest, *pieces], ignore_index=True)
    return layers.with_frame("pipes", gpd.GeoDataFrame(joined, geometry="geometry", crs=pipes.crs)), tuple(
        findings
    )


def _apart(line: shapely.LineString, through: list[int], nodes: gpd.GeoDataFrame) -> list[int]:
    """Of the nodes that a line passes, in order, those between which a piece has a length."""
    kept: list[int] = []
    last = 0.0
    for number in through:
        at = line.project(nodes.geometry.iloc[number])
        if at - last >= MIN_LENGTH_M and line.length - at >= MIN_LENGTH_M:
            kept.append(number)
            last = at
    return kept

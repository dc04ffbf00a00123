"""Ids of features that the survey gives none: after the nodes that a pipe joins, else after their place.

They rest on nothing but names and coordinates, so that the order of a file decides none of them.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.contract import SCHEMAS
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.pipe_ends import PIPE_ENDS, end_points, nearest_nodes
from spongecalc.layers.provenance import INFERRED, flagged
from spongecalc.layers.rules.findings_at_rows import found_at
from spongecalc.layers.value_change import NOW, WAS

# Layers without which there is no model.
NAMED = ("nodes", "pipes", "surfaces")


def name_features(layers: LayerSet, tolerance_m: float) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Give an id to nodes, pipes and surfaces that have none, and a finding for each.

    ``tolerance_m`` is how near a node lies that names the end of a pipe. A feature without a place keeps none.
    """
    findings: list[Finding] = []
    for layer in NAMED:
        frame = layers[layer]
        column = SCHEMAS[layer].id_column
        ids, made = made_ids(layers, layer, tolerance_m)
        if not made.any():
            continue
        named = flagged(frame.assign(**{column: ids}), made, column, INFERRED)
        layers = layers.with_frame(layer, named)
        # Pipes and laterals name nodes: the survey has to say theirs.
        rule = "id.missing" if layer == "nodes" else "id.made"
        findings.extend(found_at(rule, layer, named, made, column=column, made=ids.to_numpy(object)))
    return layers, tuple(findings)


def is_named(finding: Finding) -> bool:
    """True for a finding of an id that was made."""
    return finding.rule in ("id.missing", "id.made") and "made" in finding.found


def as_repair(finding: Finding) -> Finding:
    """The change that an id which was made is in a repaired copy, where it stands from then on."""
    method = "its nodes or its place 取所连节点或所在位置"
    words = {"column": finding.found["column"], WAS: "-", NOW: finding.found["made"], "method": method}
    return Finding("repair.inferred", finding.feature, words)


def made_ids(layers: LayerSet, layer: str, tolerance_m: float) -> tuple[pd.Series, np.ndarray]:
    """Ids of a layer with those that were missing made, and a mask of the latter.

    A pipe is called after its nodes, those it names or those at its ends ("Y1-Y2"); what has none after the layer
    and its place to the decimetre. Of two with one name the second gets an underscore, by the order of their
    shapes.
    """
    frame = layers[layer]
    column = SCHEMAS[layer].id_column
    ids = frame[column].to_numpy(object).copy()
    shapes = frame.geometry.to_numpy()
    missing = frame[column].isna().to_numpy() & ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if not missing.any():
        return frame[column], missing
    kind = column.removesuffix("_id")
    points = shapely.point_on_surface(shapes[missing])
    names = [f"{kind}_{p.x:.1f}_{p.y:.1f}" for p in points]
    if layer == "pipes":
        ends = _ends(layers, frame[missing], tolerance_m)
        names = [between or name for between, name in zip(ends, names, strict=True)]
    taken = set(frame[column].dropna())
    positions = np.flatnonzero(missing)
    order = sorted(range(len(names)), key=lambda n: (names[n], shapely.to_wkb(shapes[positions[n]])))
    for number in order:
        ids[positions[number]] = free_name(names[number], taken)
    return pd.Series(ids, index=frame.index, dtype=object), missing


def _ends(layers: LayerSet, pipes: gpd.GeoDataFrame, tolerance_m: float) -> list[str]:
    """The names of both nodes of each pipe; "" where one of them has none of the survey's."""
    nodes = layers["nodes"].dropna(subset=["node_id"]).drop_duplicates("node_id")
    nodes = nodes[nodes.geometry.notna() & ~nodes["node_id"].str.startswith("node_")].reset_index(drop=True)
    lines = shapely.get_type_id(pipes.geometry.to_numpy()) == shapely.GeometryType.LINESTRING
    names = []
    for column, vertex in PIPE_ENDS.items():
        near = np.full(len(pipes), "", dtype=object)
        if lines.any():
            near[lines] = nearest_nodes(end_points(pipes[lines], vertex), nodes, tolerance_m)
        stated = pipes[column].fillna("").to_numpy(object)
        names.append(np.where(stated != "", stated, near))
    return [f"{a}-{b}" if a and b else "" for a, b in zip(*names, strict=True)]


def free_name(name: str, taken: set[str]) -> str:
    """The name, with underscores behind it where it is taken; it is taken from now on."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name

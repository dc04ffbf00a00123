"""Lines drawn in several parts: one feature for each part, with the ends and levels that belong to it."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.contract import LINE, SCHEMAS
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.made_ids import free_name
from spongecalc.layers.pipe_ends import LATERAL_ENDS, PIPE_ENDS, places_of
from spongecalc.layers.provenance import INFERRED, read_flags, write_flags
from spongecalc.layers.repairs.change import changed

# Values that belong to one end of a line, by the column that names the node there.
AT_END: Mapping[str, tuple[str, ...]] = {
    "from_node": ("invert_up_m", "depth_up_m"),
    "to_node": ("invert_down_m", "depth_down_m"),
}
ENDS = {"pipes": PIPE_ENDS, "connections": LATERAL_ENDS}


def split_parts(layers: LayerSet) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Make each part of a line that is drawn in several a feature of its own; no part and no metre is lost.

    The first part keeps the id, the others get it with a number behind it. The node that a line names at an end,
    and the level there, belong to the part that ends nearest to that node; the part's other end is open, so that
    the next steps join it by place, put a node where two parts nearly meet, or leave it as an error.
    A length as written is shared out by the parts' lengths. Parts that touch were one line when they were read.
    """
    findings: list[Finding] = []
    nodes = layers["nodes"].dropna(subset=["node_id"]).drop_duplicates("node_id")
    nodes = nodes[nodes.geometry.notna()].reset_index(drop=True)
    for layer, schema in SCHEMAS.items():
        frame = layers[layer]
        if schema.geometry != LINE or frame.empty:
            continue
        several = shapely.get_type_id(frame.geometry.to_numpy()) == shapely.GeometryType.MULTILINESTRING
        if not several.any():
            continue
        taken = set(frame[schema.id_column].dropna())
        made: dict[int, gpd.GeoDataFrame] = {}
        names = np.full(len(frame), "-", dtype=object)
        for position in np.flatnonzero(several):
            made[int(position)] = _parts(layer, frame.iloc[[int(position)]], nodes, taken)
            names[position] = ", ".join(made[int(position)][schema.id_column])
        lengths = shapely.length(frame.geometry.to_numpy())
        words = {"column": "geometry", "was_m": lengths, "now_m": lengths}
        before = frame[schema.id_column]
        findings.extend(changed("repair.parts", layer, frame, several, before, names, **words))
        joined = pd.concat([frame[~several], *made.values()], ignore_index=True)
        layers = layers.with_frame(layer, gpd.GeoDataFrame(joined, geometry="geometry", crs=frame.crs))
    return layers, tuple(findings)


def _parts(layer: str, row: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame, taken: set[str]) -> gpd.GeoDataFrame:
    """A row for each part of one line, in the order in which they are drawn."""
    parts = shapely.get_parts(row.geometry.to_numpy())
    count = len(parts)
    pieces = gpd.GeoDataFrame(row.iloc[[0] * count].reset_index(drop=True), crs=row.crs)
    pieces = pieces.set_geometry(gpd.GeoSeries(list(parts), crs=row.crs))
    column = SCHEMAS[layer].id_column
    name = str(row[column].iloc[0])
    ids = [name, *(free_name(f"{name}_{n}", taken) for n in range(2, count + 1))]
    pieces[column] = pd.Series(ids, dtype=object)
    flags = [{**read_flags(f), "geometry": INFERRED} for f in pieces["flags"]] if "flags" in pieces else []
    for end, vertex in ENDS.get(layer, {}).items():
        owner = _owner(parts, vertex, places_of(nodes, row[end])[0] if len(nodes) else None)
        others = np.arange(count) != owner
        pieces.loc[others, end] = None
        for value in AT_END[end]:
            if value in pieces:
                pieces.loc[others, value] = np.nan
    if layer == "pipes" and pd.notna(row["length_m"].iloc[0]):
        lengths = shapely.length(parts)
        pieces["length_m"] = float(row["length_m"].iloc[0]) * lengths / lengths.sum()
        flags = [{**f, "length_m": INFERRED} for f in flags]
    if flags:
        pieces["flags"] = pd.Series([write_flags(f) for f in flags], dtype=object)
    return pieces


def _owner(parts: np.ndarray, vertex: int, place: shapely.Point | None) -> int:
    """The part whose end lies nearest to the node named there; without a place the first, or the last."""
    if place is None:
        return 0 if vertex == 0 else len(parts) - 1
    return int(np.argmin(shapely.distance(shapely.get_point(parts, vertex), place)))

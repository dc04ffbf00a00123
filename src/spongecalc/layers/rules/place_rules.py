"""Rules on where nodes and pipes lie: doubles, near misses, crossings."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import shapely

from spongecalc.contract import SCHEMAS
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.rules.findings_at_rows import found_at, numbers
from spongecalc.layers.same_place import ONE_PLACE_M
from spongecalc.project.check_settings import CheckSettings

# Streets between communities are narrower, and an outfall stands no further out.
AWAY_M = 100.0
# A copy that was moved by less is drawn on the first: rounding and snapping, no second thing.
DRAWN_TWICE_M = 0.01
# Several pumps of a well and the weir over an orifice run between the same two nodes, and are drawn alike: only
# those that are the same in all of these are one structure drawn twice.
STRUCTURE_FIGURES = (
    *("form", "crest_m", "diameter_mm", "width_mm", "height_mm", "curve"),
    *("flow_l_s", "head_m", "on_level_m", "off_level_m"),
)


def exist_together(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """True where two features are ever there at once: one that is removed never meets one that is proposed."""
    together: np.ndarray = ~(
        ((first == "removed") & (second == "proposed")) | ((first == "proposed") & (second == "removed"))
    )
    return together


def check_places(layers: LayerSet, settings: CheckSettings) -> Iterator[Finding]:
    """Findings about features drawn twice, nodes on top of each other, pipes that cross without a node."""
    for layer, frame in layers.frames.items():
        # Of pipes drawn twice one counts: they have rules of their own.
        if layer not in ("communities", "pipes", "ponding_records", "monitoring") and len(frame):
            yield from _duplicates(layer, frame)
    yield from _away(layers)
    yield from _close_nodes(layers["nodes"], settings.node_distance_m)
    yield from _other_kind(layers["nodes"])
    yield from _crossings(layers["pipes"])


def _away(layers: LayerSet) -> Iterator[Finding]:
    """Features far from the community that they are said to be of: a digit wrong in a place or an id."""
    outlines = layers["communities"].drop_duplicates("community_id").set_index("community_id").geometry
    for layer, frame in layers.frames.items():
        if layer == "communities" or frame.empty or outlines.empty:
            continue
        own = frame["community_id"].map(outlines).to_numpy(object)
        distance = np.nan_to_num(shapely.distance(frame.geometry.to_numpy(), own))
        words = {"distance": numbers(distance, 0), "community": frame["community_id"].to_numpy(object)}
        yield from found_at("feature.away", layer, frame, distance > AWAY_M, **words)


def _duplicates(layer: str, frame: gpd.GeoDataFrame) -> Iterator[Finding]:
    """The second and further of features of the same kind and status that lie within ``DRAWN_TWICE_M``.

    Two pumps between the same nodes that start at different levels are two; so are two weirs of different crests.
    """
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=DRAWN_TWICE_M)
    once = left < right
    left, right = left[once], right[once]
    own = STRUCTURE_FIGURES if layer == "structures" else ()
    for column in ("status", "system", "kind", "cover", "utility", "source", *own):
        if column in frame.columns:
            values = frame[column].astype(object).where(frame[column].notna(), "").to_numpy(object)
            same = values[left] == values[right]
            left, right = left[same], right[same]
    if not len(left):
        return
    # The greatest distance between the two: an extra vertex and the direction do not count.
    lies_on = shapely.hausdorff_distance(shapes[left], shapes[right]) <= DRAWN_TWICE_M
    again = np.zeros(len(frame), dtype=bool)
    others = np.full(len(frame), "", dtype=object)
    ids = frame[SCHEMAS[layer].id_column].to_numpy(object)
    for i, j in sorted(zip(left[lies_on].tolist(), right[lies_on].tolist(), strict=True)):
        if not again[i] and not again[j]:
            again[j], others[j] = True, ids[i]
    yield from found_at("geometry.duplicate", layer, frame, again, other=others)


def _other_kind(nodes: gpd.GeoDataFrame) -> Iterator[Finding]:
    """Rain nodes on the spot of a sewage node: one chamber that lets the two mix, or one of them misplaced."""
    if len(nodes) < 2:
        return
    shapes = nodes.geometry.to_numpy()
    rain, sewage = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=ONE_PLACE_M)
    status, system = nodes["status"].to_numpy(object), nodes["system"].to_numpy(object)
    keep = (system[rain] == "storm") & (system[sewage] == "sewage") & exist_together(status[rain], status[sewage])
    others = np.full(len(nodes), "", dtype=object)
    ids = nodes["node_id"].to_numpy(object)
    for i, j in zip(rain[keep], sewage[keep], strict=True):
        others[i] = f"{others[i]}, {ids[j]}" if others[i] else str(ids[j])
    yield from found_at("node.on_other_kind", "nodes", nodes, others != "", other=others)


def _close_nodes(nodes: gpd.GeoDataFrame, distance_m: float) -> Iterator[Finding]:
    if len(nodes) < 2 or not distance_m:
        return
    shapes = nodes.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=distance_m)
    status, system = nodes["status"].to_numpy(object), nodes["system"].to_numpy(object)
    keep = (left < right) & exist_together(status[left], status[right]) & (system[left] == system[right])
    # The same place to the millimetre is one node; of two statuses nothing joins them.
    gap = shapely.distance(shapes[left], shapes[right])
    keep &= (gap > 0) | (status[left] != status[right])
    others = np.full(len(nodes), "", dtype=object)
    gaps = np.zeros(len(nodes))
    mask = np.zeros(len(nodes), dtype=bool)
    ids = nodes["node_id"].to_numpy(object)
    for i, j, d in zip(left[keep], right[keep], gap[keep], strict=True):
        if not mask[j]:
            mask[j], others[j], gaps[j] = True, ids[i], d
    yield from found_at("node.close", "nodes", nodes, mask, other=others, gap=numbers(gaps, 3))


def _crossings(pipes: gpd.GeoDataFrame) -> Iterator[Finding]:
    """Pipes that cross where their bodies meet, without a node there."""
    if len(pipes) < 2:
        return
    shapes = pipes.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="crosses")
    keep = left < right
    left, right = left[keep], right[keep]
    status = pipes["status"].to_numpy(object)
    keep = exist_together(status[left], status[right])
    left, right = left[keep], right[keep]
    if not len(left):
        return
    places = shapely.point_on_surface(shapely.intersection(shapes[left], shapes[right]))
    low, high = {}, {}
    for name, index in (("left", left), ("right", right)):
        up, down = (pipes[c].to_numpy(float)[index] for c in ("invert_up_m", "invert_down_m"))
        size = pipes["diameter_mm"].fillna(pipes["height_mm"]).to_numpy(float)[index] / 1000
        share = shapely.line_locate_point(shapes[index], places, normalized=True)
        low[name] = up + (down - up) * share
        high[name] = low[name] + size
    meets = (low["left"] < high["right"]) & (low["right"] < high["left"])
    mask = np.zeros(len(pipes), dtype=bool)
    others = np.full(len(pipes), "", dtype=object)
    level = np.zeros(len(pipes))
    ids = pipes["pipe_id"].to_numpy(object)
    for i, j, z in zip(left[meets], right[meets], low["left"][meets], strict=True):
        others[i] = f"{others[i]}, {ids[j]}" if mask[i] else ids[j]
        mask[i], level[i] = True, z
    yield from found_at("pipe.crossing", "pipes", pipes, mask, other=others, level=numbers(level, 2))

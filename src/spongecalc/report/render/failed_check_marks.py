"""Failed design checks on a community's map: halos under lines, rings at nodes, signs where a clearance fails."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from spongecalc.report.content.number_format import cell_text, is_known
from spongecalc.report.render.map_svg import Frame, element, mark, number, path_data, titled

Place = tuple[str, str, tuple[float, float] | None]
"""A feature's layer and id, and where on it (x and y in m); None for the whole feature."""

LAYER = "checks"
# The layers whose features a check can be about, with the column that holds their id.
KEYS: Mapping[str, str] = {
    "pipes": "pipe_id",
    "connections": "connection_id",
    "nodes": "node_id",
    "facilities": "facility_id",
}


def failed_check_marks(
    failed: pd.DataFrame,
    layers: Mapping[str, gpd.GeoDataFrame],
    frame: Frame,
    naming: Callable[[str, object], str],
) -> tuple[str, str]:
    """The layer of failed checks in two parts: what is drawn under the features and what over them.

    A line with failed checks has a halo along it, a node or facility a ring around it. A check between two
    features (a clearance) has a sign where the two are nearest, and so has a feature that the map does not
    draw. Every sign's title names the feature and each of its failed checks with value and limit. The layer
    is hidden until the reader of the page switches it on: clearances crowd narrow lanes.

    Parameters
    ----------
    failed
        The community's failed rows of design_checks.csv.
    layers
        The community's layers after the works, by name.
    frame
        The frame of the map.
    naming
        Names columns and values in the report's language.
    """
    if failed.empty:
        return "", ""
    shapes = shapes_of(layers)
    under, over = [], []
    for place, rows in _grouped(failed, shapes).items():
        layer, feature_id, at = place
        words = " · ".join([feature_id, *(_said(row, naming) for row in rows)])
        known = {"data-f": feature_id}
        if at is not None:
            sign = mark("failed-place", *frame.at(*at), frame, words=words)
            over.append(element("g", {"class": "place", **known}, sign))
            continue
        shape = shapes[layer, feature_id]
        data = path_data(shape, frame) if shape.geom_type.endswith("LineString") else ""
        if data:
            under.append(element("path", {"class": "failed", "d": data, **known}, titled(words)))
        else:
            centre = frame.at(shape.centroid.x, shape.centroid.y)
            under.append(
                element("g", {"class": "ring", **known}, mark("failed-node", *centre, frame, words=words))
            )
    return _layer(under), _layer(over)


def _layer(parts: list[str]) -> str:
    # Hidden by an attribute, so that paper, which has no switches, never shows it.
    return f'<g class="l-{LAYER}" display="none">{"".join(parts)}</g>' if parts else ""


def shapes_of(layers: Mapping[str, gpd.GeoDataFrame]) -> dict[tuple[str, str], BaseGeometry]:
    """The geometry of every feature that can be drawn, by its layer and id."""
    found: dict[tuple[str, str], BaseGeometry] = {}
    for layer, key in KEYS.items():
        rows = layers.get(layer)
        if rows is None or not {key, "geometry"} <= set(rows.columns):
            continue
        for feature_id, shape in zip(rows[key], rows["geometry"], strict=True):
            drawable = isinstance(shape, BaseGeometry) and not shape.is_empty
            if drawable and all(math.isfinite(v) for v in shape.bounds):
                found.setdefault((layer, str(feature_id)), shape)
    return found


def _grouped(
    failed: pd.DataFrame, shapes: Mapping[tuple[str, str], BaseGeometry]
) -> dict[Place, list[dict[str, object]]]:
    """Failed checks by what shows them: a whole feature, or a place of it.

    Places that a map cannot tell apart are one. Rows with neither a shape nor a place stay in the tables only.
    """
    groups: dict[Place, list[dict[str, object]]] = {}
    for found in failed.to_dict("records"):
        row = {str(k): v for k, v in found.items()}
        feature = (str(row["layer"]), str(row["feature_id"]))
        between = is_known(row.get("other_id")) and row.get("other_id") != ""
        if feature in shapes and not between:
            groups.setdefault((*feature, None), []).append(row)
            continue
        x_m, y_m = (float(row[c]) if is_known(row.get(c)) else math.nan for c in ("x_m", "y_m"))
        if math.isfinite(x_m) and math.isfinite(y_m):
            at = (float(number(x_m)), float(number(y_m)))
            groups.setdefault((*feature, at), []).append(row)
    return groups


def _said(row: Mapping[str, object], naming: Callable[[str, object], str]) -> str:
    """One failed check in words: its name, the other feature, the value, the limit and the unit."""
    other = row.get("other_id")
    name = naming("check", row.get("check"))
    if is_known(other) and other != "":
        name = f"{name} – {other}"
    value, limit = (cell_text(c, row.get(c)) for c in ("value", "limit"))
    unit = row.get("unit")
    measured = f"{value} ({naming('column', 'limit').lower()} {limit})"
    return f"{name}: {measured} {unit}" if is_known(unit) and unit else f"{name}: {measured}"

"""Figures that are not settled on a community's map: halos along pipes, rings around nodes, with both values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import geopandas as gpd
import pandas as pd

from spongecalc.assess.settled import NODE, OUTFALL, PIPE
from spongecalc.report.content.table import ranged
from spongecalc.report.render.failed_check_marks import shapes_of
from spongecalc.report.render.map_svg import Frame, element, mark, path_data, titled

LAYERS: Mapping[str, str] = {PIPE: "pipes", NODE: "nodes", OUTFALL: "nodes"}
"""Layers of the objects of settled.csv that a map draws."""


def unsettled_marks(
    unsettled: pd.DataFrame,
    layers: Mapping[str, gpd.GeoDataFrame],
    frame: Frame,
    naming: Callable[[str, object], str],
) -> tuple[list[str], list[str]]:
    """Halos of pipes and rings of nodes whose figures are not settled; they lie under the features.

    Each one's title names the feature, and each figure with both ends of its range.

    Parameters
    ----------
    unsettled
        The community's rows of settled.csv in the map's scenario.
    layers
        The community's layers in it, by name.
    frame
        The frame of the map.
    naming
        Names figures in the report's language.
    """
    shapes = shapes_of(layers)
    own = unsettled.assign(layer=unsettled["object"].map(LAYERS))
    halos, rings = [], []
    for (layer, feature_id), rows in own.dropna(subset="layer").groupby(["layer", "object_id"], sort=True):
        shape = shapes.get((str(layer), str(feature_id)))
        if shape is None:
            continue
        words = _said(str(feature_id), rows.to_dict("records"), naming)
        known = {"data-f": str(feature_id)}
        if layer == "pipes":
            data = path_data(shape, frame)
            halos.append(element("path", {"class": "swing", "d": data, **known}, titled(words)))
        else:
            centre = frame.at(shape.centroid.x, shape.centroid.y)
            rings.append(
                element("g", {"class": "ring", **known}, mark("unsettled-node", *centre, frame, words=words))
            )
    return halos, rings


def _said(feature_id: str, rows: Sequence[Mapping[object, object]], naming: Callable[[str, object], str]) -> str:
    parts = []
    for row in rows:
        figure = str(row["figure"])
        parts.append(f"{naming('figure', figure)} {ranged(figure, row['value'], row['reference_value']).text}")
    return " · ".join([feature_id, *parts])

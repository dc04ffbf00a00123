"""Subcatchments of a model as polygons."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd
import shapely

from spongecalc.layers.sources.swmm.places import Place, Tags
from spongecalc.layers.sources.swmm.reading import Reading
from spongecalc.layers.sources.swmm.sections import ModelFile


def outlined(file: ModelFile, rings: Mapping[str, list[Place]]) -> dict[str, shapely.Polygon]:
    """The outline of each subcatchment that has one, by its name as it is spelt.

    One of fewer than three corners, or whose corners lie on a line, has no ground.
    """
    found = {}
    for row in file.of("SUBCATCHMENTS"):
        ring = rings.get(row.words[0].lower(), [])
        if len(set(ring)) > 2:
            outline = shapely.Polygon(ring)
            if outline.area > 0:
                found[row.words[0]] = outline
    return found


def surface_frame(reading: Reading, rings: Mapping[str, list[Place]], tags: Tags) -> gpd.GeoDataFrame:
    """The subcatchments of a model that have an outline, with their tag and outlet."""
    outlines = outlined(reading.file, rings)
    rows = [
        {
            "surface_id": row.words[0],
            "tag": tags.get(("SUBCATCH", row.words[0].lower())),
            "outlet": row.word(2) or None,
            "geometry": outlines[row.words[0]],
        }
        for row in reading.file.of("SUBCATCHMENTS")
        if row.words[0] in outlines
    ]
    return gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=["surface_id", "tag", "outlet", "geometry"]), geometry="geometry"
    )

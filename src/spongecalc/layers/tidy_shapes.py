"""Shapes as every layer holds them: flat, on the millimetre, in as few parts as they draw, rings turned alike."""

from __future__ import annotations

import math
from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.layers.coordinates import MOST_DEGREES

# A survey is kept to the millimetre: coordinates read from two files that differ by less are the same place.
GRID_M = 0.001
# No grid on the earth, its zone before the easting or not, has larger coordinates.
BEYOND_M = 1e9


def tidy(geometry: gpd.GeoSeries) -> np.ndarray:
    """Two dimensions, on the millimetre; a multi-line of touching parts becomes the line it draws."""
    shapes: np.ndarray = np.array(geometry.to_numpy(), dtype=object)
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    shapes[missing] = None
    shapes = shapely.force_2d(shapes)
    for row, _ in vertices_without_place(shapes):
        shapes[row] = None
    # Degrees that claim to be metres: a thousandth of one is a hundred metres, and a check names them.
    reach = np.abs(shapely.bounds(shapes))
    if not np.isfinite(reach).any() or np.nanmax(reach) > MOST_DEGREES:
        shapes = shapely.transform(shapes, lambda xy: np.round(xy / GRID_M) * GRID_M)
    for position in np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.MULTILINESTRING):
        shapes[position] = joined_parts(shapes[position])
    kinds = shapely.get_type_id(shapes)
    single = np.isin(kinds, (4, 5, 6)) & (shapely.get_num_geometries(shapes) == 1)
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    # Forms differ in which way round they write a ring; a model must not.
    areas = np.isin(shapely.get_type_id(shapes), (3, 6))
    shapes[areas] = shapely.orient_polygons(shapes[areas])
    return shapes


def vertices_without_place(shapes: Iterable[shapely.Geometry]) -> list[tuple[int, int]]:
    """Positions of features of which a vertex lies nowhere, with the number of the first such vertex.

    It has no coordinates, or such as no grid on the earth has.
    """
    array = np.array(list(shapes), dtype=object)
    coordinates, owner = shapely.get_coordinates(array, return_index=True)
    lost = np.flatnonzero(~(np.abs(coordinates) < BEYOND_M).all(axis=1))
    first = pd.Series(lost).groupby(owner[lost]).first()
    return [(int(n), int(v - np.searchsorted(owner, n)) + 1) for n, v in first.items()]


def middle_of_the_rest(shape: shapely.Geometry) -> tuple[float, float]:
    """The mean of those vertices of a feature that have a place, which tells where it belongs; NaN without."""
    places = np.unique(shapely.get_coordinates(shape), axis=0)
    places = places[(np.abs(places) < BEYOND_M).all(axis=1)]
    if not len(places):
        return (math.nan, math.nan)
    x, y = places.mean(axis=0)
    return (float(x), float(y))


def joined_parts(line: shapely.MultiLineString) -> shapely.MultiLineString:
    """The line with parts that touch joined, in the order and the direction in which they are drawn."""
    parts = shapely.get_parts(line)
    joined = shapely.get_parts(shapely.line_merge(line))
    if len(joined) == len(parts):
        return line
    ordered: dict[int, shapely.LineString] = {}
    for one in joined:
        first = next(n for n, part in enumerate(parts) if shapely.covers(one, part))
        start, end = (one.project(shapely.get_point(parts[first], n)) for n in (0, 1))
        ordered[first] = shapely.reverse(one) if end < start else one
    return shapely.MultiLineString([ordered[n] for n in sorted(ordered)])

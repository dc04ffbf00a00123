"""The ground of each community: its outline, and of outlines that overlap each square metre once."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

# What outlines drawn by hand along one wall may share.
OVERLAP_M2 = 1.0


def community_grounds(communities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the ground of each community, in an order by place: columns community_id and geometry.

    Ground that two outlines share, by more than ``OVERLAP_M2``, is that of the smaller one, of two of a size
    that of the one farther west, then south: neither ids nor the order of the file decide.

    Parameters
    ----------
    communities
        The layer; a row without id or outline has no ground, of several with one id the first has it.
    """
    own = communities.dropna(subset=["community_id", "geometry"])
    own = own[["community_id", "geometry"]].drop_duplicates("community_id")
    own = own[~own.geometry.is_empty].reset_index(drop=True)
    if own.empty:
        return own
    shapes = sound_areas(own.geometry.to_numpy())
    bounds = np.round(shapely.bounds(shapes), 3)
    places = (bounds[:, 1], bounds[:, 0])
    order = np.lexsort((*places, np.round(shapely.area(shapes), 3)))
    shapes = shapes[order]
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    shared = shapely.area(shapely.intersection(shapes[first], shapes[second])) > OVERLAP_M2
    grounds = shapes.copy()
    for a, b in zip(first[shared].tolist(), second[shared].tolist(), strict=True):
        grounds[b] = areas_of(shapely.difference(grounds[b], shapes[a]))
    ids = own["community_id"].to_numpy(object)[order]
    return gpd.GeoDataFrame({"community_id": ids}, geometry=list(grounds), crs=own.crs)


def sound_areas(shapes: np.ndarray) -> np.ndarray:
    """Return the shapes with outlines that cross themselves mended; one with a vertex at no place is empty."""
    sound = shapes.copy()
    for position in np.flatnonzero(~shapely.is_valid(shapes)):
        shape = shapes[position]
        finite = bool(np.isfinite(shapely.get_coordinates(shape)).all())
        sound[position] = areas_of(shapely.make_valid(shape)) if finite else shapely.Polygon()
    return sound


def areas_of(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a shape, without the lines and points that overlaying leaves behind."""
    parts = shapely.get_parts(shape)
    nested = [p for part in parts for p in shapely.get_parts(part)]
    polygons = [p for p in nested if p.geom_type == "Polygon" and p.area > 0]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)

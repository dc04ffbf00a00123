"""The ground that a community's maps show, the same in every scenario."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import geopandas as gpd
from shapely.geometry.base import BaseGeometry

from spongecalc.report.content.figures import Extent

# Other utilities run on along the street and are not drawn.
DRAWN = ("surfaces", "buildings", "connections", "pipes", "nodes", "facilities", "structures")
# Beyond the boundary a map shows pipes up to this share of the community's size (and to the next street).
# A stray outfall far off must not shrink all the rest.
REACH, LEAST_REACH_M = 0.6, 60.0


def map_extent(
    boundary: BaseGeometry | None, scenarios: Iterable[Mapping[str, gpd.GeoDataFrame]]
) -> Extent | None:
    """The ground that a community's maps show: its boundary, and the pipes that reach a little beyond.

    Without a boundary, all that its layers hold; None where there is nothing to show.

    Parameters
    ----------
    boundary
        The community's outline.
    scenarios
        Its layers by name, of each scenario.
    """
    layers = [layer for named in scenarios for name, layer in named.items() if name in DRAWN]
    limit: Extent | None = None
    bounds: list[Extent] = []
    if boundary is not None and not boundary.is_empty:
        left, bottom, right, top = boundary.bounds
        reach = max(REACH * max(right - left, top - bottom), LEAST_REACH_M)
        limit = (left - reach, bottom - reach, right + reach, top + reach)
        bounds.append((left, bottom, right, top))
    for layer in layers:
        if "geometry" not in layer:
            continue
        for geometry in layer["geometry"]:
            if not isinstance(geometry, BaseGeometry) or geometry.is_empty:
                continue
            box = geometry.bounds
            if not all(math.isfinite(v) for v in box):
                continue
            if limit is not None:
                box = (
                    min(max(box[0], limit[0]), limit[2]),
                    min(max(box[1], limit[1]), limit[3]),
                    max(min(box[2], limit[2]), limit[0]),
                    max(min(box[3], limit[3]), limit[1]),
                )
            bounds.append(box)
    return extent_of(bounds)


def extent_of(bounds: Iterable[tuple[float, ...]]) -> Extent | None:
    """The rectangle around rectangles (in m); None where none of them is known."""
    known = [b for b in bounds if len(b) == 4 and all(math.isfinite(v) for v in b)]
    if not known:
        return None
    return min(b[0] for b in known), min(b[1] for b in known), max(b[2] for b in known), max(b[3] for b in known)

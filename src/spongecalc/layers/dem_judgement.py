"""The one judgement of a DEM at a place: what slopes, ponded areas, ways of water and lakes may rest on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import rasterio.features
import shapely
from affine import Affine
from pyproj import CRS

from spongecalc.layers.dem import Dem, DemPiece, GroundError
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet

MOST_VOID_PERCENT = 5.0
# Surveyed ground levels and the DEM differ by no more than this in the middle of all nodes.
LEVEL_DIFFERENCE_M = 1.0
# Levels at fewer nodes than this contradict nothing.
FEWEST_LEVELS = 3

type Level = tuple[float, float, float]
"""East, north and surveyed ground level of a node in m."""


def judged_piece(
    dem: Dem, crs: CRS, areas: Sequence[shapely.Geometry], margin_m: float, levels: Sequence[Level] = ()
) -> DemPiece:
    """The DEM around some areas, if it will do there.

    Parameters
    ----------
    dem
        The ground as delivered.
    crs
        The project's.
    areas
        Where the ground must be known: communities.
    margin_m
        Ground around the areas that is taken along.
    levels
        Surveyed ground levels; the DEM is held against them.

    Raises
    ------
    GroundError
        The DEM cannot be read, has no CRS, is coarser than a lane, has gaps, leaves the areas uncovered, or
        contradicts the levels.
    """
    whole = shapely.union_all(list(areas))
    piece = dem.piece(whole.buffer(margin_m).bounds, crs)
    data, transform = piece.elevation_m, piece.transform
    _check_cover(dem.name, data, transform, whole)
    _check_voids(dem, piece, rasterio.features.geometry_mask(areas, data.shape, transform, invert=True))
    _check_levels(dem.name, data, transform, levels)
    return piece


def judged(layers: LayerSet) -> Iterator[tuple[str, shapely.Geometry, DemPiece | GroundError]]:
    """Each community with its outline and the ground in it, or why the DEM gives none; nothing without a DEM."""
    dem = layers.dem
    if dem is None:
        return
    nodes = layers["nodes"]
    known = nodes[nodes["ground_m"].notna() & nodes.geometry.notna() & ~nodes.geometry.is_empty]
    of = {str(c): own for c, own in known.groupby("community_id", sort=False)}
    for row in layers["communities"].dropna(subset=["community_id"]).itertuples():
        if row.geometry is None or row.geometry.is_empty or not row.geometry.area > 0:
            continue
        own = of.get(str(row.community_id))
        levels = [] if own is None else list(zip(own.geometry.x, own.geometry.y, own["ground_m"], strict=True))
        try:
            found: DemPiece | GroundError = judged_piece(dem, layers.crs, [row.geometry], 0.0, levels)
        except GroundError as reason:
            found = reason
        yield str(row.community_id), row.geometry, found


def refusals(layers: LayerSet) -> dict[str, GroundError]:
    """Communities whose ground the DEM is not, and why."""
    return {community: found for community, _, found in judged(layers) if isinstance(found, GroundError)}


def check_dem(layers: LayerSet) -> list[Finding]:
    """A warning for each community at which the DEM is refused: nothing rests on it there."""
    name = layers.dem.name if layers.dem is not None else ""
    return [
        Finding(reason.rule, Feature("dem", community_id=community, file=name), reason.found)
        for community, reason in refusals(layers).items()
    ]


def _check_cover(name: str, data: np.ndarray, transform: Affine, area: shapely.Geometry) -> None:
    rows, columns = data.shape
    covered = shapely.box(
        transform.c, transform.f + rows * transform.e, transform.c + columns * transform.a, transform.f
    )
    share = shapely.intersection(area, covered).area / area.area
    if share < 0.999 or min(data.shape) < 3:
        raise GroundError("dem.not_covering", file=name, percent=f"{100 * share:.0f}")


def _check_voids(dem: Dem, piece: DemPiece, inside: np.ndarray) -> None:
    data = piece.elevation_m
    percent = 100 * float(np.isnan(data[inside]).mean()) if inside.any() else 100.0
    if percent <= MOST_VOID_PERCENT:
        return
    found: dict[str, object] = {"file": dem.name, "percent": f"{percent:.0f}", "most": f"{MOST_VOID_PERCENT:g}"}
    if dem.measured is None or piece.distance_m is None:
        raise GroundError("dem.voids", **found)
    farthest = float(piece.distance_m[inside].max()) if inside.any() else math.nan
    raise GroundError("dem.far", **found, reach=f"{dem.measured.reach_m:g}", farthest=f"{farthest:.0f}")


def _check_levels(name: str, data: np.ndarray, transform: Affine, levels: Sequence[Level]) -> None:
    """Refuse a DEM that contradicts the surveyed levels: upside down, of another datum, in feet."""

    def differences(grid: np.ndarray) -> np.ndarray:
        found = []
        for x, y, level in levels:
            column = math.floor((x - transform.c) / transform.a)
            row = math.floor((y - transform.f) / transform.e)
            if 0 <= row < grid.shape[0] and 0 <= column < grid.shape[1] and math.isfinite(level):
                found.append(grid[row, column] - level)
        off = np.array(found)
        return off[np.isfinite(off)]

    off = differences(data)
    if len(off) < FEWEST_LEVELS:
        return
    middle = float(np.median(np.abs(off)))
    if middle <= LEVEL_DIFFERENCE_M:
        return
    turned = differences(data[::-1])
    fits = len(turned) >= FEWEST_LEVELS and float(np.median(np.abs(turned))) < 0.5 * middle
    rule = "dem.upside_down" if fits else "dem.other_levels"
    raise GroundError(rule, file=name, difference=f"{middle:.1f}", most=f"{LEVEL_DIFFERENCE_M:g}")

"""Ground elevations around a place: the slope of an inlet's area, the ground on which water stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import rasterio.features
import shapely
from affine import Affine
from rasterio.transform import rowcol
from scipy import ndimage


@dataclass(frozen=True)
class Terrain:
    """A piece of a DEM: ``elevation_m`` is rows x columns, NaN where unknown; ``transform`` places it."""

    elevation_m: np.ndarray
    transform: Affine

    def _cell(self, x: float, y: float) -> tuple[int, int]:
        """Row and column of the cell at a place; they may lie outside."""
        row, column = rowcol(self.transform, x, y)
        return int(row), int(column)

    def at(self, x: float, y: float) -> float:
        """Elevation in m of the cell at a place given by its coordinates in m; NaN outside."""
        row, column = self._cell(x, y)
        rows, columns = self.elevation_m.shape
        return float(self.elevation_m[row, column]) if 0 <= row < rows and 0 <= column < columns else np.nan

    def rims_m(
        self, points: Sequence[shapely.Point], surveyed_m: Sequence[float], most_apart_m: float
    ) -> list[float]:
        """Levels of the rims of nodes in m to which this DEM's ground may be compared.

        A surveyed level stands for itself; the DEM's own takes its place where the two lie more than
        ``most_apart_m`` apart, since by such a level either no ground around the node is low enough for water to
        stand on, or all of it is.
        """
        own = (self.at(point.x, point.y) for point in points)
        # A level that the DEM does not know is no farther apart than any: the survey's stands.
        return [z if abs(level - z) > most_apart_m else level for z, level in zip(own, surveyed_m, strict=True)]

    def slope_percent(self, point: shapely.Point, area: shapely.Geometry) -> float:
        """Fall from the farthest corner of ``area`` to ``point`` over their distance; NaN where unknown."""
        corners = shapely.get_coordinates(area)
        distances = np.hypot(corners[:, 0] - point.x, corners[:, 1] - point.y)
        farthest = int(np.argmax(distances))
        fall = self.at(*corners[farthest]) - self.at(point.x, point.y)
        return 100 * abs(fall) / float(distances[farthest]) if distances[farthest] > 0 else np.nan

    def ponded_areas_m2(
        self,
        points: Sequence[shapely.Point],
        rims_m: Sequence[float],
        depth_m: float,
        radius_m: float,
        walls: Sequence[shapely.Geometry] = (),
        ground: shapely.Geometry | None = None,
    ) -> np.ndarray:
        """The ground on which water from each of several nodes stands; no cell is counted for two of them.

        A node reaches the ground joined to it that lies no more than ``depth_m`` above its rim and within
        ``radius_m``. Ground that several nodes reach belongs to the nearest one.

        Parameters
        ----------
        points, rims_m
            Places of the nodes and the levels of their rims [m].
        depth_m, radius_m
            How high water may stand above a rim, and how far from it [m].
        walls
            Buildings, on which no water stands.
        ground
            Where water may stand, such as a community's area; nodes outside of it are not bound by it.

        Returns
        -------
        One area in m2 for each node; 0 where the DEM does not cover its place or has no elevation there.
        """
        owner = np.full(self.elevation_m.shape, -1)
        nearest_m = np.full(self.elevation_m.shape, np.inf)
        dry = _covered(walls, self.elevation_m.shape, self.transform)
        outside = ~_covered([ground], self.elevation_m.shape, self.transform) if ground is not None else None
        for number, (point, rim_m) in enumerate(zip(points, rims_m, strict=True)):
            piece, distance_m = self._around(point, radius_m)
            own = self._cell(point.x, point.y)
            inside = all(0 <= cell < size for cell, size in zip(own, self.elevation_m.shape, strict=True))
            if not inside or np.isnan(self.elevation_m[own]):
                continue
            low = (self.elevation_m[piece] <= rim_m + depth_m) & (distance_m <= radius_m) & ~dry[piece]
            if outside is not None and not outside[own]:
                low &= ~outside[piece]
            at = own[0] - piece[0].start, own[1] - piece[1].start
            low[at] = True
            labels, _ = ndimage.label(low, structure=np.ones((3, 3)))
            reached = (labels == labels[at]) & (distance_m < nearest_m[piece])
            owner[piece][reached] = number
            nearest_m[piece][reached] = distance_m[reached]
        cells = np.bincount(owner[owner >= 0], minlength=len(points))
        return cells * abs(self.transform.a * self.transform.e)

    def _around(self, point: shapely.Point, radius_m: float) -> tuple[tuple[slice, slice], np.ndarray]:
        """The cells within a square around a point, and the distances of their middles from it in m."""
        top, left = self._cell(point.x - radius_m, point.y + radius_m)
        bottom, right = self._cell(point.x + radius_m, point.y - radius_m)
        piece = (slice(max(top, 0), max(bottom + 1, 0)), slice(max(left, 0), max(right + 1, 0)))
        rows, columns = np.mgrid[piece]
        rows, columns = (
            cells[: self.elevation_m[piece].shape[0], : self.elevation_m[piece].shape[1]]
            for cells in (rows, columns)
        )
        x = self.transform.c + (columns + 0.5) * self.transform.a
        y = self.transform.f + (rows + 0.5) * self.transform.e
        return piece, np.hypot(x - point.x, y - point.y)


def _covered(shapes: Sequence[shapely.Geometry], size: tuple[int, ...], transform: Affine) -> np.ndarray:
    """Mask of the cells that have their middle in one of the shapes."""
    solid = [s for s in shapes if s is not None and not s.is_empty]
    if not solid or 0 in size:
        return np.zeros(size, dtype=bool)
    inside: np.ndarray = rasterio.features.geometry_mask(solid, size, transform, invert=True)
    return inside

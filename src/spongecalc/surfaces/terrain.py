"""Ground elevations around a place: the slope of an inlet's area, the ground on which water stands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
import rasterio.features
import shapely
from affine import Affine
from rasterio.errors import RasterioIOError
from rasterio.transform import rowcol
from rasterio.windows import Window, from_bounds
from rasterio.windows import transform as window_transform
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
        """Elevation of the cell at a place; NaN outside."""
        row, column = self._cell(x, y)
        rows, columns = self.elevation_m.shape
        return float(self.elevation_m[row, column]) if 0 <= row < rows and 0 <= column < columns else np.nan

    def slope_percent(self, point: shapely.Point, area: shapely.Geometry) -> float:
        """Fall from the farthest corner of ``area`` to ``point`` over their distance; NaN where unknown."""
        corners = shapely.get_coordinates(area)
        distances = np.hypot(corners[:, 0] - point.x, corners[:, 1] - point.y)
        farthest = int(np.argmax(distances))
        fall = self.at(*corners[farthest]) - self.at(point.x, point.y)
        return 100 * abs(fall) / float(distances[farthest]) if distances[farthest] > 0 else np.nan

    def ponded_area_m2(
        self,
        point: shapely.Point,
        rim_m: float,
        depth_m: float,
        radius_m: float,
        walls: list[shapely.Geometry],
    ) -> float:
        """Ground joined to ``point`` that lies no more than ``depth_m`` above the rim, within ``radius_m``.

        Buildings (``walls``) are left out. 0 where the DEM does not cover the place.
        """
        x0, y0, x1, y1 = point.buffer(radius_m).bounds
        top, left = (max(cell, 0) for cell in self._cell(x0, y1))
        bottom, right = self._cell(x1, y0)
        piece = self.elevation_m[top : max(bottom + 1, top), left : max(right + 1, left)]
        if piece.size == 0:
            return 0.0
        window = Window(left, top, piece.shape[1], piece.shape[0])
        transform = window_transform(window, self.transform)
        rows, columns = np.indices(piece.shape)
        x = transform.c + (columns + 0.5) * transform.a
        y = transform.f + (rows + 0.5) * transform.e
        low = (piece <= rim_m + depth_m) & (np.hypot(x - point.x, y - point.y) <= radius_m)
        if walls:
            low &= rasterio.features.geometry_mask(walls, piece.shape, transform)
        own_row, own_column = (int(cell) for cell in rowcol(transform, point.x, point.y))
        if not (0 <= own_row < piece.shape[0] and 0 <= own_column < piece.shape[1]):
            return 0.0
        low[own_row, own_column] = True
        labels, _ = ndimage.label(low, structure=np.ones((3, 3)))
        cells = int((labels == labels[own_row, own_column]).sum())
        return cells * abs(transform.a * transform.e)


def read_terrain(dem: Path | None, bounds: tuple[float, float, float, float], margin_m: float) -> Terrain | None:
    """The DEM around ``bounds`` (xmin, ymin, xmax, ymax); None without a DEM or outside of it."""
    if dem is None:
        return None
    try:
        with rasterio.open(dem) as source:
            x0, y0, x1, y1 = bounds
            wanted = from_bounds(x0 - margin_m, y0 - margin_m, x1 + margin_m, y1 + margin_m, source.transform)
            whole = Window(0, 0, source.width, source.height)
            rows, columns = wanted.toslices()
            cells = [(math.floor(s.start), math.ceil(s.stop)) for s in (rows, columns)]
            window = Window.from_slices(*cells, boundless=True).intersection(whole)
            data = source.read(1, window=window, masked=True).astype(float)
            return Terrain(data.filled(np.nan), source.window_transform(window))
    except (RasterioIOError, rasterio.errors.WindowError):
        return None

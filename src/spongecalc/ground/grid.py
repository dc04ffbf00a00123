"""The ground as a grid: a DEM cut to a place, with its gaps, its spikes, its buildings, walls and kerbs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import rasterio.features
import shapely
from affine import Affine
from pyproj import CRS

from spongecalc.ground.depressions import NEIGHBOURS
from spongecalc.layers.dem import Dem
from spongecalc.layers.dem_judgement import Level, judged_piece

BUILDING_M = 3.0
# A single cell this far off all of its neighbours is a vehicle, a bird or an echo, not ground.
SPIKE_M = 1.0


@dataclass(frozen=True)
class Barrier:
    """Something along a line that steers water: a wall or kerb of a height, a breakline of a level."""

    line: shapely.Geometry
    kind: str
    height_m: float = math.nan
    top_m: float = math.nan


@dataclass(frozen=True)
class Ground:
    """A grid of ground: ``elevation_m`` without gaps, north up; ``transform`` places it.

    ``building`` marks the cells of buildings, which are raised. ``notes`` are what was done to the DEM: a
    rule with what fills its sentences.
    """

    elevation_m: np.ndarray
    transform: Affine
    building: np.ndarray
    notes: tuple[tuple[str, dict[str, object]], ...] = field(default=())

    @property
    def cell_m(self) -> float:
        """Side of a cell."""
        return float(self.transform.a)

    @property
    def cell_area_m2(self) -> float:
        """Area of a cell."""
        return float(abs(self.transform.a * self.transform.e))

    def cell(self, x: float, y: float) -> tuple[int, int] | None:
        """Row and column of a place given by its coordinates in m; None outside."""
        column, row = placed(~self.transform, x, y)
        rows, columns = self.elevation_m.shape
        inside = 0 <= row < rows and 0 <= column < columns
        return (int(row), int(column)) if inside else None

    def place(self, row: int, column: int) -> tuple[float, float]:
        """Middle of a cell."""
        x, y = placed(self.transform, column + 0.5, row + 0.5)
        return float(x), float(y)

    def low_cell(self, x: float, y: float) -> tuple[int, int] | None:
        """The lowest open cell, as row and column, at or beside a place given by its coordinates in m.

        An inlet stands in the gutter, not on the wall by it. None outside.
        """
        middle = self.cell(x, y)
        if middle is None:
            return None
        rows, columns = self.elevation_m.shape
        for reach in (1, 2, 3, 4):
            around = [
                (middle[0] + r, middle[1] + c)
                for r in range(-reach, reach + 1)
                for c in range(-reach, reach + 1)
                if 0 <= middle[0] + r < rows and 0 <= middle[1] + c < columns
            ]
            open_cells = [p for p in around if not self.building[p]]
            if open_cells:
                return min(open_cells, key=lambda p: (self.elevation_m[p], p))
        return middle


def placed(transform: Affine, across: float, down: float) -> tuple[float, float]:
    """A point taken through a transform (affine's own operator for it changed its name with version 3)."""
    return (
        transform.a * across + transform.b * down + transform.c,
        transform.d * across + transform.e * down + transform.f,
    )


def read_ground(
    dem: Dem,
    crs: CRS,
    areas: Sequence[shapely.Geometry],
    *,
    cell_m: float,
    margin_m: float,
    buildings: Sequence[shapely.Geometry] = (),
    barriers: Sequence[Barrier] = (),
    levels: Sequence[Level] = (),
) -> Ground:
    """The ground around some areas, as water sees it.

    Parameters
    ----------
    dem
        The ground as it was delivered.
    crs
        CRS of everything else; a DEM of another one is warped.
    areas
        Where the ground must be known: communities.
    cell_m
        Wished side of a cell in m. The next whole multiple of the DEM's cell is taken.
    margin_m
        Ground around the areas that is taken along.
    buildings
        Footprints; they are raised by 3 m.
    barriers
        Walls, kerbs and breaklines.
    levels
        x, y, and surveyed ground level in m of points; the DEM is held against them.

    Returns
    -------
    Ground

    Raises
    ------
    GroundError
        The DEM cannot be read, has no CRS, is coarser than a lane, has gaps, leaves the areas uncovered, or
        contradicts the levels.
    """
    piece = judged_piece(dem, crs, areas, margin_m, levels)
    data, transform, notes = piece.elevation_m, piece.transform, [(note.rule, note.found) for note in piece.notes]
    areas_mask = rasterio.features.geometry_mask(areas, data.shape, transform, invert=True)
    data, spikes = _without_spikes(data)
    if spikes:
        notes.append(("dem.spikes", {"file": dem.name, "cells": spikes}))
    voids = np.isnan(data)
    if voids.any():
        inside = int((voids & areas_mask).sum())
        if inside:
            notes.append(("dem.voids_filled", {"file": dem.name, "cells": inside}))
        data = _filled(data, voids)
    factor = max(1, round(cell_m / transform.a))
    data = resampled(data, factor)
    transform = Affine(transform.a * factor, 0.0, transform.c, 0.0, transform.e * factor, transform.f)
    mask = _footprints(buildings, data.shape, transform)
    return Ground(_raised(data, transform, mask, barriers), transform, mask, tuple(notes))


def _without_spikes(data: np.ndarray) -> tuple[np.ndarray, int]:
    """Single cells that stand off from all eight neighbours the same way, set to their neighbours' median."""
    padded = np.pad(data, 1, constant_values=np.nan)
    rows, columns = data.shape
    around = np.stack([padded[1 + r : 1 + r + rows, 1 + c : 1 + c + columns] for r, c in NEIGHBOURS])
    known = np.isfinite(around).sum(axis=0) >= 3
    above = data - np.nanmax(np.where(known, around, 0.0), axis=0)
    below = np.nanmin(np.where(known, around, 0.0), axis=0) - data
    spike = known & np.isfinite(data) & ((above > SPIKE_M) | (below > SPIKE_M))
    if not spike.any():
        return data, 0
    mended = data.copy()
    mended[spike] = np.nanmedian(around[:, spike], axis=0)
    return mended, int(spike.sum())


def _filled(data: np.ndarray, voids: np.ndarray) -> np.ndarray:
    """Voids filled from their rim, smoothed until the surface is as flat as the rim allows (Laplace)."""
    from scipy import ndimage  # noqa: PLC0415  projects without a raster need not wait for it

    nearest = ndimage.distance_transform_edt(voids, return_distances=False, return_indices=True)
    filled: np.ndarray = data[tuple(nearest)]
    kernel = np.array([[0, 0.25, 0], [0.25, 0, 0.25], [0, 0.25, 0]])
    for _ in range(200):
        smooth = ndimage.convolve(filled, kernel, mode="nearest")
        filled = np.where(voids, smooth, filled)
    return filled


def resampled(elevation_m: np.ndarray, factor: int) -> np.ndarray:
    """Cells of ``factor`` x ``factor`` joined: their mean, but the lowest where water would stand on them.

    A mean would fill the low spots that the grid is made for. Rows and columns beyond the last whole block are
    completed with copies of the last.

    Parameters
    ----------
    elevation_m
        Rows x columns, in m.
    factor
        Cells of a new one along a side; 1 or less changes nothing.
    """
    if factor <= 1:
        return elevation_m.copy()
    rows, columns = (math.ceil(n / factor) * factor for n in elevation_m.shape)
    padded = np.pad(
        elevation_m, ((0, rows - elevation_m.shape[0]), (0, columns - elevation_m.shape[1])), mode="edge"
    )
    blocks = padded.reshape(rows // factor, factor, columns // factor, factor).swapaxes(1, 2)
    hollow = (lowest_rim_m(padded) - padded > 1e-9).reshape(rows // factor, factor, columns // factor, factor)
    hollow = hollow.swapaxes(1, 2)
    mean, low = blocks.mean(axis=(2, 3)), np.where(hollow, blocks, np.inf).min(axis=(2, 3))
    lower: np.ndarray = np.minimum(mean, low)
    return lower


def lowest_rim_m(elevation_m: np.ndarray, ends: np.ndarray | None = None) -> np.ndarray:
    """Level in m to which each cell can be filled before water finds a way to the edge of the grid.

    Parameters
    ----------
    elevation_m
        Ground, rows x columns, in m; no NaN.
    ends
        Cells at which water is let out, too.

    References
    ----------
    The reconstruction by erosion of Soille & Gratin (1994); the result is that of Barnes, Lehman & Mulla
    (2014), Priority-flood, Computers & Geosciences 62, 117-127.
    """
    from scipy import ndimage  # noqa: PLC0415  projects without a raster need not wait for it

    level = np.full(elevation_m.shape, np.inf)
    level[[0, -1], :] = elevation_m[[0, -1], :]
    level[:, [0, -1]] = elevation_m[:, [0, -1]]
    if ends is not None:
        level[ends] = elevation_m[ends]
    while True:
        lower = np.maximum(ndimage.minimum_filter(level, size=3, mode="nearest"), elevation_m)
        lower = np.minimum(level, lower)
        if np.array_equal(lower, level):
            return level
        level = lower


def _footprints(buildings: Sequence[shapely.Geometry], shape: tuple[int, ...], transform: Affine) -> np.ndarray:
    known = [b for b in buildings if not b.is_empty]
    if not known:
        return np.zeros(shape, dtype=bool)
    inside: np.ndarray = rasterio.features.geometry_mask(known, shape, transform, invert=True)
    return inside


def _raised(
    elevation_m: np.ndarray, transform: Affine, building: np.ndarray, barriers: Sequence[Barrier]
) -> np.ndarray:
    """The ground with what stands on it; an opening comes after the walls and is ground again."""
    ground = elevation_m
    made = np.where(building, ground + BUILDING_M, ground)
    order = {"breakline": 0, "kerb": 1, "wall": 2, "opening": 3}
    for barrier in sorted(barriers, key=lambda b: order[b.kind]):
        if barrier.line.is_empty:
            continue
        at = rasterio.features.geometry_mask([barrier.line], made.shape, transform, all_touched=True, invert=True)
        at &= ~building
        if barrier.kind == "breakline":
            made = np.where(at, barrier.top_m, made)
        elif barrier.kind == "opening":
            made = np.where(at, ground, made)
        else:
            made = np.where(at, np.maximum(made, ground + barrier.height_m), made)
    return made

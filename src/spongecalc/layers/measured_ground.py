"""Ground between measured points, contours and faces: a surface through them, cut to a grid where asked for."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from affine import Affine

# A line is followed by points so far apart at most, so that no triangle crosses it.
ALONG_M = 1.0
# Points nearer than this to each other are one.
SAME_PLACE_M = 0.001
# Levels of a contour differ by less.
LEVEL_LINE_M = 0.001
LEAST_INTERVAL_M = 0.1
FEWEST = 3
# A polygon of more corners is no face, and may be bent anyhow between them.
FACE_CORNERS = 4


@dataclass(frozen=True, eq=False)
class MeasuredGround:
    """Levels that were measured, in a projected CRS.

    ``points`` has a row for each: east, north and level [m]; vertices of lines are among them. ``faces`` are
    triangles of three such corners. ``interval_m`` is the interval of the contours among the points, 0 without
    any. ``cell_m`` is the side of the cells that it is cut into, ``reach_m`` the distance to the nearest point
    beyond which it is not known.

    Notes
    -----
    Where a face lies, its plane is the ground. Elsewhere the points are joined to Delaunay's triangles: with
    linear interpolation, which keeps planes and breaklines exact; where there are contours by the piecewise cubic
    of Clough & Tocher on the same triangles, since triangles with all corners on one contour are flat and a
    linear surface has steps there. It is kept within one interval of each triangle's corners: between contours
    the ground goes no farther, or there were another one.

    References
    ----------
    Alfeld (1984), A trivariate Clough-Tocher scheme for tetrahedral data, Computer Aided Geometric Design 1,
    169-181; Nielson (1983), A method for interpolating scattered data based upon a minimum norm network,
    Mathematics of Computation 40, 253-271 (the gradients), as in scipy.interpolate.
    """

    points: np.ndarray
    faces: np.ndarray
    interval_m: float
    cell_m: float
    reach_m: float

    @property
    def count(self) -> int:
        """Number of measured places: points, vertices of lines and corners of faces."""
        return len(self._places)

    def levels_m(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Levels at places (rows of east and north [m]), NaN where unknown; distances to the nearest [m]."""
        distance = self._nearest.query(places)[0] if len(places) else np.zeros(0)
        levels = np.full(len(places), np.nan)
        if self._surface is not None and len(places):
            levels = self._between_points(places - self._middle)
        on_face = self._on_faces(places)
        levels = np.where(np.isnan(on_face), levels, on_face)
        levels[distance > self.reach_m] = np.nan
        return levels, distance

    def cut(self, bounds: tuple[float, float, float, float]) -> tuple[np.ndarray, np.ndarray, Affine]:
        """Levels of the cells within bounds (west, south, east, north [m]), their distances, and their transform.

        The cells' corners are whole multiples of their side, so that a place is in the same cell however it is
        asked for.
        """
        side = self.cell_m
        west, south = (math.floor(v / side) for v in bounds[:2])
        east, north = (math.ceil(v / side) for v in bounds[2:])
        x = (np.arange(west, east) + 0.5) * side
        y = (np.arange(north, south, -1) - 0.5) * side
        places = np.column_stack([np.tile(x, len(y)), np.repeat(y, len(x))])
        levels, distance = self.levels_m(places)
        shape = (len(y), len(x))
        return (
            levels.reshape(shape),
            distance.reshape(shape),
            Affine(side, 0.0, west * side, 0.0, -side, north * side),
        )

    @cached_property
    def _places(self) -> np.ndarray:
        every = np.vstack([self.points, self.faces.reshape(-1, 3)])
        return np.unique(every[:, :2], axis=0)

    @cached_property
    def _nearest(self) -> Any:
        from scipy.spatial import KDTree  # noqa: PLC0415  most projects have no ground of points

        return KDTree(self._places)

    @cached_property
    def _middle(self) -> np.ndarray:
        # Triangles are found with fewer rounding errors near the origin.
        middle: np.ndarray = np.floor(self.points[:, :2].mean(axis=0))
        return middle

    @cached_property
    def _surface(self) -> Any:
        if len(self.points) < FEWEST:
            return None
        # Most projects have no ground of points, and need not wait for these to be imported.
        from scipy.interpolate import CloughTocher2DInterpolator, LinearNDInterpolator  # noqa: PLC0415
        from scipy.spatial import Delaunay, QhullError  # noqa: PLC0415

        try:
            triangles = Delaunay(self.points[:, :2] - self._middle)
        except QhullError:
            # All on one line: there is no ground beside it.
            return None
        if self.interval_m:
            return CloughTocher2DInterpolator(triangles, self.points[:, 2], tol=1e-6, maxiter=1000)
        return LinearNDInterpolator(triangles, self.points[:, 2])

    def _between_points(self, places: np.ndarray) -> np.ndarray:
        levels: np.ndarray = np.asarray(self._surface(places), dtype=float).reshape(-1)
        if not self.interval_m:
            return levels
        triangles = self._surface.tri
        of = triangles.find_simplex(places)
        corners = self.points[triangles.simplices[of], 2]
        least, most = corners.min(axis=1) - self.interval_m, corners.max(axis=1) + self.interval_m
        return np.where(of < 0, np.nan, np.clip(levels, least, most))

    @cached_property
    def _plans(self) -> Any:
        return shapely.STRtree(shapely.polygons(self.faces[:, :, :2]))

    def _on_faces(self, places: np.ndarray) -> np.ndarray:
        """Levels on the faces; where several lie over each other (on edges, too) their mean."""
        found = np.full(len(places), np.nan)
        if not len(self.faces) or not len(places):
            return found
        at, face = self._plans.query(shapely.points(places), predicate="intersects")
        a, b, c = (self.faces[face, corner] for corner in range(3))
        ab, ac, ap = (b - a)[:, :2], (c - a)[:, :2], places[at] - a[:, :2]
        area = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
        u = (ap[:, 0] * ac[:, 1] - ap[:, 1] * ac[:, 0]) / area
        v = (ab[:, 0] * ap[:, 1] - ab[:, 1] * ap[:, 0]) / area
        level = a[:, 2] + u * (b - a)[:, 2] + v * (c - a)[:, 2]
        count = np.bincount(at, minlength=len(places))
        total = np.bincount(at, weights=level, minlength=len(places))
        met = count > 0
        found[met] = total[met] / count[met]
        return found


@dataclass(frozen=True)
class Merged:
    """Measured ground without doubled places; how many had two levels, and the greatest difference in m."""

    ground: MeasuredGround
    doubled: int
    difference_m: float


def measured_ground(shapes: Sequence[shapely.Geometry], cell_m: float, reach_m: float) -> Merged:
    """Make the ground of shapes that carry their level as Z, all of them known.

    Parameters
    ----------
    shapes
        Points; lines, which are followed by a point every ``ALONG_M`` at least; polygons of three or four
        corners, which are faces and cut into triangles. The rings of any other polygon are lines.
    cell_m
        Side of the cells that it is cut into [m].
    reach_m
        Distance to the nearest point beyond which it is not known [m].

    Notes
    -----
    Points at one place count as one, midway between their lowest and highest level: neither their order nor that
    of the files matters.
    """
    kinds = shapely.get_type_id(np.array(shapes, dtype=object))
    every = np.array(shapes, dtype=object)
    points = shapely.get_coordinates(every[kinds == 0], include_z=True)
    flat = [p for p in every[kinds == 3] if _is_face(p)]
    rings = [ring for p in every[kinds == 3] if not _is_face(p) for ring in (p.exterior, *p.interiors)]
    lines = [shapely.get_coordinates(line, include_z=True) for line in (*every[kinds == 1], *rings)]
    level_lines = {round(float(line[0, 2]), 3) for line in lines if np.ptp(line[:, 2]) < LEVEL_LINE_M}
    along = [_followed(line) for line in lines]
    faces = [face for polygon in flat for face in _triangles(polygon)]
    merged, doubled, difference = _merged(np.vstack([points, *along]) if along else points)
    triangles = np.array(faces) if faces else np.zeros((0, 3, 3))
    ground = MeasuredGround(merged, triangles, contour_interval_m(level_lines), cell_m, reach_m)
    return Merged(ground, doubled, difference)


def contour_interval_m(levels_m: Collection[float]) -> float:
    """The interval of contours in m, of the levels of level lines; 0 where these are none.

    Levels of contours are whole multiples of their interval; a kerb's foot and head, level as they may be, are
    not, and nobody draws contours closer than ``LEAST_INTERVAL_M``.
    """
    levels = np.unique(np.fromiter(levels_m, float))
    if len(levels) < 2:
        return 0.0
    interval = float(np.diff(levels).min())
    off = np.abs(levels / interval - np.round(levels / interval)) * interval
    return interval if interval > LEAST_INTERVAL_M - LEVEL_LINE_M and off.max() < 2 * LEVEL_LINE_M else 0.0


def _followed(line: np.ndarray) -> np.ndarray:
    """Points along a line, its vertices among them."""
    parts = []
    for start, end in pairwise(line):
        pieces = max(1, math.ceil(math.hypot(*(end - start)[:2]) / ALONG_M))
        parts.append(start + (end - start) * (np.arange(pieces) / pieces)[:, None])
    return np.vstack([*parts, line[-1:]])


def _is_face(polygon: shapely.Polygon) -> bool:
    return len(polygon.exterior.coords) - 1 <= FACE_CORNERS and not polygon.interiors


def _triangles(polygon: shapely.Polygon) -> list[np.ndarray]:
    corners = shapely.get_coordinates(polygon.exterior, include_z=True)[:-1]
    _, first = np.unique(corners[:, :2], axis=0, return_index=True)
    corners = corners[np.sort(first)]
    found = [corners[[0, n, n + 1]] for n in range(1, len(corners) - 1)]
    return [t for t in found if shapely.Polygon(t[:, :2]).area > SAME_PLACE_M**2]


def _merged(points: np.ndarray) -> tuple[np.ndarray, int, float]:
    """Points in order of place, those at one place joined; how many had two levels, how far apart."""
    if not len(points):
        return points.reshape(0, 3), 0, 0.0
    grid = np.round(points[:, :2] / SAME_PLACE_M).astype(np.int64)
    _, first, of, counts = np.unique(grid, axis=0, return_index=True, return_inverse=True, return_counts=True)
    of = of.reshape(-1)
    low, high = np.full(len(first), np.inf), np.full(len(first), -np.inf)
    np.minimum.at(low, of, points[:, 2])
    np.maximum.at(high, of, points[:, 2])
    placed = grid[first] * SAME_PLACE_M
    # The middle of the lowest and the highest does not hang on the order of the sum.
    joined = np.column_stack([np.where(counts[:, None] > 1, placed, points[first, :2]), (low + high) / 2])
    apart = high - low
    several = apart > LEVEL_LINE_M
    return joined, int(several.sum()), float(apart.max())

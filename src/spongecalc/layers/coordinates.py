"""Coordinates as surveys in China deliver them: what system they are in, and what is wrong with them.

CGCS2000, Beijing 1954 and Xian 1980 are used in Gauss-Kruger zones of 3 or 6 degrees. An easting has six
digits, or eight where the zone's number stands in front (39 500 000); X is north on a survey sheet and east in
GIS; and a file exported from a GIS may hold degrees.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from pyproj.transformer import TransformerGroup

# China with its coast, in degrees: what lies outside is no survey of a Chinese community.
CHINA = (73.0, 3.0, 136.0, 54.0)
ZONE_M = 1_000_000.0
# What goes beyond is no longitude or latitude.
MOST_DEGREES = 360.0
# In metres or feet, of any system on Earth: what goes beyond is no place.
NOWHERE = 1e9
# 3-degree zones 25 to 45 (central meridian 3 n) and 6-degree zones 13 to 23 (6 n - 3), CGCS2000.
THREE_DEGREE, SIX_DEGREE = range(25, 46), range(13, 24)
CGCS2000 = "EPSG:4490"
# A transformation between datums without known parameters is only good for a map.
BALLPARK_M = 1.0


@dataclass(frozen=True)
class Misplaced:
    """A mistake in coordinates: its rule, the change that would mend it, the zone's number if any."""

    rule: str
    mend: str
    zone: int = 0


def in_no_degrees(frame: gpd.GeoDataFrame) -> bool:
    """True where most of a frame's features have coordinates that are no degrees: one stray is not the layer."""
    boxes = shapely.bounds(frame.geometry.to_numpy())
    known = ~np.isnan(boxes).any(axis=1)
    beyond = known & (np.abs(boxes) > MOST_DEGREES).any(axis=1)
    return bool(2 * beyond.sum() > known.sum())


def bounds_of(frame: gpd.GeoDataFrame) -> tuple[float, float, float, float] | None:
    """West, south, east and north of the middle of a frame's features (one stray point does not count)."""
    shapes = frame.geometry[frame.geometry.notna() & ~frame.geometry.is_empty]
    if shapes.empty:
        return None
    boxes = shapely.bounds(shapes.to_numpy())
    # Of few features a stray one counts: with a vertex that is nowhere on Earth it is left out.
    boxes = boxes[(np.abs(boxes) < NOWHERE).all(axis=1)]
    if not len(boxes):
        return None
    low, high = np.quantile(boxes, 0.05, axis=0), np.quantile(boxes, 0.95, axis=0)
    return float(low[0]), float(low[1]), float(high[2]), float(high[3])


def middle_of(bounds: tuple[float, float, float, float]) -> tuple[float, float]:
    """The middle of bounds."""
    return (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2


def in_degrees(x: float, y: float) -> bool:
    """True where a point can only be longitude and latitude, in degrees, of a place in China."""
    return CHINA[0] <= x <= CHINA[2] and CHINA[1] <= y <= CHINA[3]


def zone_of(easting_m: float) -> int:
    """The zone's number in front of an easting; 0 where there is none."""
    zone = int(easting_m // ZONE_M)
    inside = easting_m - zone * ZONE_M
    return zone if zone in (*THREE_DEGREE, *SIX_DEGREE) and 150_000 <= inside <= 850_000 else 0


def _northing(value: float) -> bool:
    return 300_000 <= value <= 6_000_000


def _easting(value: float) -> bool:
    return 150_000 <= value <= 850_000 or zone_of(value) > 0


def guess_crs(
    frame: gpd.GeoDataFrame, target: CRS, near: tuple[float, float, float, float] | None
) -> tuple[str, str] | None:
    """The system that coordinates without one are most likely in, and the reason's key; None for no idea.

    Parameters
    ----------
    frame
        The features, without a CRS.
    target
        The project's CRS.
    near
        Bounds of the communities in ``target``, if they are known.
    """
    bounds = bounds_of(frame)
    if bounds is None:
        return None
    x, y = middle_of(bounds)
    # Swapped, it still is in that system: a check then names what is wrong with it.
    if near is not None and (inside((x, y), near) or inside((y, x), near)):
        return code_of(target), "near"
    if in_degrees(x, y):
        return CGCS2000, "degrees"
    if zone_of(x) and _northing(y):
        zone = zone_of(x)
        return f"EPSG:{4513 + zone - 25 if zone in THREE_DEGREE else 4491 + zone - 13}", "zone"
    if _easting(x) and _northing(y) and is_gauss_kruger(target):
        return code_of(target), "easting"
    return None


def code_of(crs: CRS) -> str:
    """The EPSG code of a CRS ("EPSG:4543"), or its definition where it has none."""
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else crs.to_string()


def is_gauss_kruger(crs: CRS) -> bool:
    """True for a transverse Mercator system, as Gauss-Kruger zones are."""
    operation = crs.coordinate_operation
    return operation is not None and "Transverse Mercator" in operation.method_name


def _of_china(crs: CRS) -> bool:
    """True for a CRS made for a part of China; other countries number and order their grids otherwise."""
    area = crs.area_of_use
    return area is None or (area.west >= CHINA[0] and area.east <= CHINA[2] and area.north <= CHINA[3])


def margin_m(bounds: tuple[float, float, float, float]) -> float:
    """The distance from bounds that still counts as beside them: their size, and 2 km at least."""
    return max(bounds[2] - bounds[0], bounds[3] - bounds[1], 2000.0)


def inside(point: tuple[float, float], bounds: tuple[float, float, float, float]) -> bool:
    """True for a point within bounds, or beside them by no more than their size, and 2 km at least."""
    margin = margin_m(bounds)
    return (
        bounds[0] - margin <= point[0] <= bounds[2] + margin
        and bounds[1] - margin <= point[1] <= bounds[3] + margin
    )


def misplaced(
    frame: gpd.GeoDataFrame, crs: CRS, near: tuple[float, float, float, float] | None
) -> Misplaced | None:
    """Find the mistake in coordinates that claim to be in a projected CRS; None where nothing shows.

    Parameters
    ----------
    frame
        A layer's features in ``crs``.
    crs
        The CRS they claim to be in, projected, in metres.
    near
        Bounds of the communities in ``crs``; without them only what can be nowhere in China is recognised.

    Returns
    -------
    "crs.degrees", "crs.zone_prefix" or "crs.axes_swapped", where that change, and only that, brings the
    features to the communities (or to a possible place, without communities).
    """
    bounds = bounds_of(frame)
    if bounds is None or not crs.is_projected or not is_gauss_kruger(crs) or not _of_china(crs):
        return None
    x, y = middle_of(bounds)
    own_zone = zone_of(_false_easting(crs))
    if near is not None and inside((x, y), near):
        return None

    def fits(point: tuple[float, float]) -> bool:
        if near is not None:
            return inside(point, near)
        return _easting(point[0]) and _northing(point[1]) and point[0] < ZONE_M

    if in_degrees(x, y) or in_degrees(y, x):
        first, second = (x, y) if in_degrees(x, y) else (y, x)
        placed = _projected(first, second, crs)
        if placed is not None and (near is None or inside(placed, near)):
            return Misplaced("crs.degrees", "degrees" if in_degrees(x, y) else "degrees_swapped")
        return None
    for easting, northing, swapped in ((x, y, False), (y, x, True)):
        zone = zone_of(easting) if not own_zone else 0
        plain = easting - zone * ZONE_M
        if zone and fits((plain, northing)):
            rule = "crs.axes_swapped" if swapped else "crs.zone_prefix"
            return Misplaced(rule, "swap_zone" if swapped else "zone", zone)
        if swapped and not zone and fits((easting, northing)) and not (near is None and fits((x, y))):
            return Misplaced("crs.axes_swapped", "swap")
    return None


def _false_easting(crs: CRS) -> float:
    operation = crs.coordinate_operation
    values = {p.name: p.value for p in operation.params} if operation is not None else {}
    return float(values.get("False easting", 0.0))


def _projected(longitude: float, latitude: float, crs: CRS) -> tuple[float, float] | None:
    try:
        x, y = Transformer.from_crs(CGCS2000, crs, always_xy=True).transform(longitude, latitude)
    except ProjError:
        return None
    return (x, y) if np.isfinite([x, y]).all() else None


def mended(frame: gpd.GeoDataFrame, wrong: Misplaced, crs: CRS) -> gpd.GeoDataFrame:
    """The features with what ``wrong`` says put right."""
    mend = wrong.mend

    def turn(coordinates: np.ndarray) -> np.ndarray:
        if mend in ("swap", "swap_zone", "degrees_swapped"):
            coordinates = coordinates[:, ::-1]
        if mend in ("zone", "swap_zone"):
            coordinates = coordinates - np.array([wrong.zone * ZONE_M, 0.0])
        return coordinates

    turned = shapely.transform(frame.geometry.to_numpy(), turn)
    if mend.startswith("degrees"):
        placed = gpd.GeoSeries(turned, index=frame.index, crs=CGCS2000).to_crs(crs)
        return frame.set_geometry(placed.round(3) if hasattr(placed, "round") else placed)
    return frame.set_geometry(gpd.GeoSeries(turned, index=frame.index, crs=crs))


def transformation_accuracy_m(source: CRS, target: CRS) -> float:
    """Accuracy of a transformation between two systems, in m; 0 within one datum, NaN for unknown."""
    if source.geodetic_crs == target.geodetic_crs:
        return 0.0
    try:
        with warnings.catch_warnings():
            # That a better grid is not on this machine is what the accuracy says.
            warnings.simplefilter("ignore")
            best = TransformerGroup(source, target, always_xy=True)
    except ProjError:
        return float("nan")
    if not best.transformers:
        return float("nan")
    accuracy = best.transformers[0].accuracy
    return float(accuracy) if accuracy is not None and accuracy >= 0 else float("nan")


def shifted(frame: gpd.GeoDataFrame, swap: bool, offset_x_m: float, offset_y_m: float) -> gpd.GeoDataFrame:
    """The features of a local grid: X and Y swapped if need be, then moved by the stated offset."""
    if not swap and not offset_x_m and not offset_y_m:
        return frame

    def turn(coordinates: np.ndarray) -> np.ndarray:
        moved = coordinates.copy()
        moved[:, :2] = coordinates[:, 1::-1] if swap else coordinates[:, :2]
        moved[:, :2] += (offset_x_m, offset_y_m)
        return moved

    # Levels that geometries carry stay.
    turned = shapely.transform(frame.geometry.to_numpy(), turn, include_z=None)
    return frame.set_geometry(gpd.GeoSeries(turned, index=frame.index, crs=frame.crs))


def communities_bounds(frames: pd.Series | gpd.GeoDataFrame) -> tuple[float, float, float, float] | None:
    """Bounds of the communities, or None where there are none with a place."""
    return bounds_of(frames) if len(frames) else None

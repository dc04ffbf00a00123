"""A source labelled with another central meridian, zone or projection than its coordinates are in."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
import numpy as np
from pyproj import CRS, Proj, Transformer
from pyproj.exceptions import CRSError, ProjError

from spongecalc.layers.coordinates import bounds_of, inside, margin_m, middle_of


@dataclass(frozen=True)
class Grids:
    """Gauss-Kruger systems that follow one another in the EPSG registry, from the meridian of 75 degrees east on.

    ``step_deg`` is how far their meridians lie apart; ``zoned`` where the zone stands before the easting.
    """

    first: int
    last: int
    step_deg: int
    zoned: bool

    @property
    def codes(self) -> range:
        """Their EPSG codes."""
        return range(self.first, self.last + 1)

    def meridian_deg(self, code: int) -> int:
        """The central meridian of one."""
        return _FIRST_MERIDIAN_DEG + (code - self.first) * self.step_deg

    def false_easting_m(self, code: int) -> float:
        """The easting of its central meridian."""
        zone = (self.meridian_deg(code) + (3 if self.step_deg == _WIDE_DEG else 0)) // self.step_deg
        return 500_000.0 + (1_000_000.0 * zone if self.zoned else 0.0)


_FIRST_MERIDIAN_DEG, _WIDE_DEG = 75, 6
# Of CGCS2000, Beijing 1954 and Xian 1980, of 3 and of 6 degrees, with and without the zone's number.
CGCS2000_GRIDS = (
    Grids(4534, 4554, 3, zoned=False),
    Grids(4513, 4533, 3, zoned=True),
    Grids(4491, 4501, 6, zoned=True),
    Grids(4502, 4512, 6, zoned=False),
)
BEIJING_GRIDS = (
    Grids(2422, 2442, 3, zoned=False),
    Grids(2401, 2421, 3, zoned=True),
    Grids(21413, 21423, 6, zoned=True),
    Grids(21453, 21463, 6, zoned=False),
)
XIAN_GRIDS = (
    Grids(2370, 2390, 3, zoned=False),
    Grids(2349, 2369, 3, zoned=True),
    Grids(2327, 2337, 6, zoned=True),
    Grids(2338, 2348, 6, zoned=False),
)
ALL_GRIDS = (*CGCS2000_GRIDS, *BEIJING_GRIDS, *XIAN_GRIDS)
# Nearer than this a source is where its communities are, or beside them.
FAR_M = 2000.0


@dataclass(frozen=True)
class OtherMeridian:
    """Distance of a source from its communities, in m, and the label with which its coordinates lie there."""

    off_m: float
    fits: str


# No grid of the country, its zone before the easting or not, has coordinates beyond: none need be tried.
LEAST_M, EASTERNMOST_M, NORTHERNMOST_M = -1e6, 5e7, 1e7


@lru_cache(maxsize=512)
def _to(code: int, crs_wkt: str) -> Transformer:
    """From a grid of the country; one takes a tenth of a second to make, and each source may ask again."""
    return Transformer.from_crs(f"EPSG:{code}", CRS.from_wkt(crs_wkt), always_xy=True)


def other_meridian(
    frame: gpd.GeoDataFrame, crs: CRS, near: tuple[float, float, float, float], stated: str
) -> OtherMeridian | None:
    """Find the label with which a source's own coordinates lie at its communities; None where none does.

    Parameters
    ----------
    frame
        The source's features in ``crs``, where its label puts them.
    crs
        The project's CRS.
    near
        Bounds of the communities in ``crs``, m.
    stated
        The label, as "EPSG:4542".
    """
    bounds = bounds_of(frame)
    if bounds is None or not stated:
        return None
    x, y = middle_of(bounds)
    off_m = math.dist((x, y), middle_of(near))
    if off_m <= FAR_M or inside((x, y), near):
        return None
    try:
        own = Transformer.from_crs(crs, CRS.from_user_input(stated), always_xy=True).transform(x, y)
    except (CRSError, ProjError):
        return None
    if not (LEAST_M < own[0] < EASTERNMOST_M and LEAST_M < own[1] < NORTHERNMOST_M):
        return None
    # The project's own system first, then those of the same datum: older ones fit as well, some 100 m off.
    for code in dict.fromkeys(c for c in (crs.to_epsg(), *_roughly_near(own, crs, near)) if c):
        try:
            place = _to(code, crs.to_wkt()).transform(*own)
        except (CRSError, ProjError):
            continue
        if all(map(math.isfinite, place)) and inside(place, near):
            return OtherMeridian(off_m, f"EPSG:{code}")
    return None


# The ellipsoids and datums of the country differ by less than this on the ground, with the rounding of degrees.
_ROUGH_M = 5000.0
# A degree is longer than this, but for the meridians beyond 57 degrees north.
_DEGREE_M = 60_000.0


def _roughly_near(own: tuple[float, float], crs: CRS, near: tuple[float, float, float, float]) -> Iterator[int]:
    """The grids in which coordinates lie at the communities or not far off: all but a few need not be made."""
    codes = [(grids, code) for grids in ALL_GRIDS for code in grids.codes]
    try:
        to_degrees = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
        west, south, east, north = to_degrees.transform_bounds(*near)
    except (CRSError, ProjError):
        yield from (code for _, code in codes)
        return
    margin_deg = (margin_m(near) + _ROUGH_M) / _DEGREE_M
    off_meridian_m = own[0] - np.array([grids.false_easting_m(code) for grids, code in codes])
    # One projection does for all meridians: how far east of its own a place lies does not turn on which it is.
    off_deg, lat_deg = _FROM_MERIDIAN(off_meridian_m, np.full(len(codes), own[1]), inverse=True)
    for (grids, code), off, lat in zip(codes, off_deg, lat_deg, strict=True):
        lon = grids.meridian_deg(code) + off
        # What cannot be told is tried: bounds that are none, too.
        if not (
            lon < west - margin_deg
            or lon > east + margin_deg
            or lat < south - margin_deg
            or lat > north + margin_deg
        ):
            yield code


_FROM_MERIDIAN = Proj("+proj=tmerc +lat_0=0 +lon_0=0 +k=1 +x_0=0 +y_0=0 +ellps=GRS80")

"""A source labelled with another central meridian, zone or projection than its coordinates are in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from spongecalc.layers.coordinates import bounds_of, inside, middle_of

# Gauss-Kruger systems of CGCS2000, Beijing 1954 and Xian 1980 in the EPSG registry, by first and last code: of 3
# and of 6 degrees, with and without the zone's number in front of the easting.
CGCS2000_CODES = ((4534, 4554), (4513, 4533), (4491, 4501), (4502, 4512))
BEIJING_CODES = ((2422, 2442), (2401, 2421), (21413, 21423), (21453, 21463))
XIAN_CODES = ((2370, 2390), (2349, 2369), (2327, 2337), (2338, 2348))
ALL_CODES = (*CGCS2000_CODES, *BEIJING_CODES, *XIAN_CODES)
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
    """From a grid of the country; a hundred of them take seconds to make, and each source may ask for all."""
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
    codes = [crs.to_epsg(), *(c for a, b in ALL_CODES for c in range(a, b + 1))]
    for code in dict.fromkeys(c for c in codes if c):
        try:
            place = _to(code, crs.to_wkt()).transform(*own)
        except (CRSError, ProjError):
            continue
        if all(map(math.isfinite, place)) and inside(place, near):
            return OtherMeridian(off_m, f"EPSG:{code}")
    return None

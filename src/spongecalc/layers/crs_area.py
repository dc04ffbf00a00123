"""A project whose CRS is made for another part of the earth: its lengths and areas come out wrong."""

from __future__ import annotations

from collections.abc import Iterator

from pyproj import CRS, Proj, Transformer
from pyproj.exceptions import CRSError, ProjError

from spongecalc.layers.coordinates import code_of, middle_of
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding

BESIDE_DEG = 0.3
"""A place this far beside the area that a CRS is made for is still taken to be in it: zones overlap in use."""
MOST_PERCENT = 0.25
"""Lengths that are off by more are told wherever a place lies: a zone of 6 degrees has 0.12 % at its edge."""
ZONE_DEG = 3


def check_crs_area(crs: CRS, near: tuple[float, float, float, float]) -> Iterator[Finding]:
    """Find a project's CRS that is not made for its place.

    Parameters
    ----------
    crs
        The project's CRS.
    near
        Bounds of the communities in ``crs``, m.
    """
    x, y = middle_of(near)
    try:
        to_degrees = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
        lon, lat = to_degrees.transform(x, y, errcheck=True)
        factors = Proj(crs).get_factors(lon, lat, errcheck=True)
    except (CRSError, ProjError):
        return
    percent = 100 * (max(factors.meridional_scale, factors.parallel_scale) - 1)
    area = crs.area_of_use
    beside = area is not None and not (
        area.west - BESIDE_DEG <= lon <= area.east + BESIDE_DEG
        and area.south - BESIDE_DEG <= lat <= area.north + BESIDE_DEG
    )
    if beside or abs(percent) > MOST_PERCENT:
        found = {
            "crs": f"{code_of(crs)} ({crs.name})",
            "lon": f"{lon:.2f}",
            "lat": f"{lat:.2f}",
            "percent": f"{percent:.2f}",
            "meridian": ZONE_DEG * round(lon / ZONE_DEG),
        }
        yield Finding("crs.not_made_for_place", Feature("communities"), found)

"""The shape of what stores water: upright, with banks, or by a table of areas; and how SWMM writes it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from spongecalc.catalogue.point_pairs import Points
from spongecalc.swmm.inp_text import fixed

Rows = list[tuple[str, ...]]
FINEST = 1e-9
"""Part of a figure that its digits may be off."""


@dataclass(frozen=True)
class StorageShape:
    """Areas of water by its depth; elevations and depths in m, areas in m2.

    Attributes
    ----------
    bottom_m, top_m : float
        Floor, and the level at which it is full to the brim.
    area_m2 : float
        Area at the floor.
    bank_slope : float
        How far the banks run out per metre of height, on all sides of a square floor.
    points : tuple of (depth, area)
        Go before area and slope; straight between them, and upright above the last.
    """

    bottom_m: float
    top_m: float
    area_m2: float
    bank_slope: float = 0.0
    points: Points = ()

    @property
    def is_upright(self) -> bool:
        """True where the area is the same at all depths."""
        return not self.points and not self.bank_slope > 0

    def area_at_m2(self, depth_m: float) -> float:
        """Area of the water at a depth [m2]."""
        if self.points:
            depths, areas = zip(*self.points, strict=True)
            return float(np.interp(depth_m, depths, areas))
        return (math.sqrt(self.area_m2) + 2 * self.bank_slope * depth_m) ** 2

    def volume_m3(self, depth_m: float) -> float:
        """Water below a depth [m3]: the integral of the area, which is exact for either form."""
        if self.points:
            depths = [0.0, *(d for d, _ in self.points if 0 < d < depth_m), depth_m]
            areas = [self.area_at_m2(d) for d in depths]
            return float(np.trapezoid(areas, depths))
        if self.bank_slope > 0:
            side, most = math.sqrt(self.area_m2), math.sqrt(self.area_at_m2(depth_m))
            return (most**3 - side**3) / (6 * self.bank_slope)
        return self.area_m2 * depth_m

    def words(self, curve: str) -> tuple[str, ...]:
        """SWMM's words for the shape, ``curve`` the name of its table."""
        if self.points:
            return ("TABULAR", curve)
        if self.bank_slope > 0:
            side = fixed(math.sqrt(self.area_m2), 4)
            return ("PYRAMIDAL", side, side, fixed(self.bank_slope, 4))
        return ("FUNCTIONAL", "0", "0", fixed(self.area_m2, 3))

    def whole(self) -> Self:
        """The same with a table that goes from the floor to the brim.

        SWMM takes a table's area down to nought below its first depth, without any volume there, and lets it grow
        on above its last.
        """
        if not self.points:
            return self
        points, depth_m = self.points, self.top_m - self.bottom_m
        below = ((0.0, points[0][1]),) if points[0][0] > 0 else ()
        above = ((depth_m, points[-1][1]),) if points[-1][0] < depth_m else ()
        return replace(self, points=(*below, *points, *above))

    def curve_rows(self, curve: str) -> Rows:
        """CURVES of its table, none where it needs none."""
        kinds = ["Storage", *[""] * len(self.points)]
        return [(curve, kind, _figure(d), _figure(a)) for kind, (d, a) in zip(kinds, self.points, strict=False)]


def _figure(value: float) -> str:
    """A number to the tenth of a millimetre; a finer one with its digits, as depths of a table must rise."""
    plain = fixed(value, 4)
    return plain if abs(float(plain) - value) <= FINEST * abs(value) else f"{value:.10g}"


def banked_depth_m(volume_m3: float, area_m2: float, bank_slope: float) -> float:
    """Depth of a volume of water above a square floor with banks.

    Parameters
    ----------
    volume_m3
        What it holds.
    area_m2
        Area at the floor.
    bank_slope
        Metres out per metre of height; 0 for upright walls.

    Returns
    -------
    h of V = ((a + 2 m h)^3 - a^3) / (6 m), with a the side of the floor: the volume of a frustum of a pyramid.
    """
    if not bank_slope > 0:
        return volume_m3 / area_m2
    side = math.sqrt(area_m2)
    return (math.cbrt(side**3 + 6 * bank_slope * volume_m3) - side) / (2 * bank_slope)

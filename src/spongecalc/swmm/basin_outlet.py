"""The throttle of a detention basin: how long it takes to empty the basin, and the size that does it in time."""

from __future__ import annotations

import math

GRAVITY_M_S2 = 9.81
# A sharp-edged orifice in a thin wall; textbooks give 0.60 to 0.62.
ORIFICE_COEFFICIENT = 0.62
MILLIMETRE_M = 0.001


def emptying_h(area_m2: float, depth_m: float, outlet_mm: float) -> float:
    """Hours in which a full basin with upright walls empties down to the crown of its throttle.

    The throttle is a round orifice with its lowest point at the floor, and discharges freely. Below its crown
    it runs part full, and the last water leaves ever more slowly: that is not counted.

    Parameters
    ----------
    area_m2
        Plan area.
    depth_m
        Water over the floor when full.
    outlet_mm
        Diameter of the throttle, positive.

    Returns
    -------
    t = 2 A (sqrt(H - d/2) - sqrt(d/2)) / (C a sqrt(2 g)); 0 for a throttle as high as the basin is deep.
    """
    diameter_m = outlet_mm / 1000
    if diameter_m >= depth_m:
        return 0.0
    opening_m2 = math.pi / 4 * diameter_m**2
    roots = math.sqrt(depth_m - diameter_m / 2) - math.sqrt(diameter_m / 2)
    return 2 * area_m2 * roots / (ORIFICE_COEFFICIENT * opening_m2 * math.sqrt(2 * GRAVITY_M_S2)) / 3600


def outlet_for_mm(area_m2: float, depth_m: float, within_h: float, least_mm: float) -> float:
    """The smallest throttle in whole millimetres that empties a full basin in time, and not below the least.

    :func:`emptying_h` falls as the throttle grows, to 0 for one as high as the basin is deep.

    Parameters
    ----------
    area_m2
        Plan area.
    depth_m
        Water over the floor when full.
    within_h
        Time in which the basin is to be empty.
    least_mm
        Least diameter that is taken.
    """
    low_mm, high_mm = 0.0, depth_m / MILLIMETRE_M
    while high_mm - low_mm > 0.01:
        middle_mm = (low_mm + high_mm) / 2
        if emptying_h(area_m2, depth_m, middle_mm) > within_h:
            low_mm = middle_mm
        else:
            high_mm = middle_mm
    return max(math.ceil(high_mm - 0.01), least_mm)

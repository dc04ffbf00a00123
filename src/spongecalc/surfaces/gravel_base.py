"""The gravel base of a pavement or facility: its voids, and what its kind lets out.

A "full" base gives its water up into the subgrade, a "half" one is lined and gives it to an underdrain, a
"drained" one does both.
"""

from __future__ import annotations

import math

# An underdrain is laid to empty the base within hours after a storm; six is a middling design value.
DRAIN_HOURS = 6.0


def seepage_mm_h(base_kind: str, subgrade_mm_h: float) -> float:
    """Seepage out of a base in mm/h: as much as the subgrade takes, nothing through the liner of a "half" one."""
    return 0.0 if base_kind == "half" else subgrade_mm_h


def drain_coefficient(base_kind: str, height_mm: float, porosity_percent: float) -> float:
    """SWMM's drain coefficient C of q = C h^0.5 (mm/h, h in mm) of an underdrain.

    A base of height D and porosity n above the drain empties in t = 2 n D^0.5 / C, so that C follows from the
    hours in which an underdrain is to empty it; 0 where nothing lies above the drain, and without a drain.

    Parameters
    ----------
    base_kind
        "full": no drain; any other kind has one.
    height_mm
        Height of the base above the drain.
    porosity_percent
        Voids over total volume of the base.
    """
    if base_kind == "full" or height_mm <= 0:
        return 0.0
    return 2 * porosity_percent / 100 * math.sqrt(height_mm) / DRAIN_HOURS


def void_ratio(porosity_percent: float) -> float:
    """Void ratio e = n / (1 - n) of a material of porosity n.

    Parameters
    ----------
    porosity_percent
        Voids over total volume, in percent, from 0 up to but not including 100.

    Raises
    ------
    ValueError
        If the porosity is outside that range.

    References
    ----------
    Rossman and Huber (2016), SWMM Reference Manual Volume III, section 6, on pavement layers.
    """
    if not 0 <= porosity_percent < 100:
        raise ValueError(f"porosity must be from 0 to below 100 percent, not {porosity_percent}")
    porosity = porosity_percent / 100
    return porosity / (1 - porosity)

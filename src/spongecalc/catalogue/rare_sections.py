"""Sections of SWMM that the contract has no measures for: told in SWMM's words, with measures in m."""

from __future__ import annotations

RARE_SHAPES = (
    "HORIZ_ELLIPSE",
    "VERT_ELLIPSE",
    "ARCH",
    "TRIANGULAR",
    "PARABOLIC",
    "POWER",
    "RECT_TRIANGULAR",
    "RECT_ROUND",
    "MODBASKETHANDLE",
    "HORSESHOE",
    "GOTHIC",
    "CATENARY",
    "SEMIELLIPTICAL",
    "BASKETHANDLE",
    "SEMICIRCULAR",
    "CUSTOM",
    "STREET",
    "FORCE_MAIN",
    "FILLED_CIRCULAR",
    "RECT_OPEN",
    "TRAPEZOIDAL",
    "EGG",
    "DUMMY",
)
# Their second word is the name of a curve or of a street.
_NAMED = {"CUSTOM": 2, "STREET": 1}


def rare_section(cell: object) -> tuple[str, ...] | None:
    """Return the words of a section, the shape in capitals; None where they are none that SWMM takes.

    Parameters
    ----------
    cell
        As "HORSESHOE 1.2" or "CUSTOM 1.5 CURVE_7".
    """
    if not isinstance(cell, str) or not cell.split():
        return None
    shape, *words = cell.split()
    shape = shape.upper()
    if shape not in RARE_SHAPES or (shape != "DUMMY" and not words) or len(words) > 4:
        return None
    name_at = _NAMED.get(shape, 0)
    if name_at and len(words) < name_at:
        return None
    numbers = [w for place, w in enumerate(words, start=1) if place != name_at]
    try:
        values = [float(w) for w in numbers]
    except ValueError:
        return None
    if any(not v >= 0 for v in values) or (shape not in ("STREET", "DUMMY") and not values[0] > 0):
        return None
    return (shape, *words)

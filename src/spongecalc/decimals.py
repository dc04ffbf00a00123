"""The decimals that a figure is given with, by the unit in its column's name."""

from __future__ import annotations

from functools import lru_cache

# Decimals by the suffix of the column's name. The longest suffix decides, so that "_m3_d" is not a "_d".
DECIMALS: dict[str, int] = {
    "_m": 2,
    "length_before_m": 3,
    "length_after_m": 3,
    "_m2": 2,
    "_m3": 2,
    "_m3_d": 2,
    "_l_s": 2,
    "_percent": 2,
    "points": 2,
    "_percent_low": 2,
    "_percent_high": 2,
    "_per_km": 2,
    "_h": 2,
    "_kwh": 2,
    "_mm": 1,
    "_mm_h": 1,
    "coefficient": 3,
    "fullness": 3,
    "slope": 5,
    "_m_s": 3,
    "_l_s_ha": 2,
    "manning_n": 4,
    "factor": 3,
    "dry_ratio": 2,
    "time_min": 2,
    "peak_min": 1,
    "delay_min": 1,
    "cost": 2,
    "price": 2,
    "seconds": 2,
    "measured": 3,
    "measured_error": 3,
    "modelled": 3,
    "modelled_error": 3,
    "difference": 3,
    "difference_in_errors": 1,
}

# Nominal sizes, which are ordered and not measured: 200 and not 200.0, and 63.5 where it is that.
SIZES = ("diameter_mm", "width_mm", "height_mm")


@lru_cache(maxsize=4096)  # a table asks for each of its cells
def decimals(column: str) -> int | None:
    """Decimals of a column's figures; None for counts, years and sizes, written as they are."""
    if column.endswith(SIZES):
        return None
    fitting = [suffix for suffix in DECIMALS if column.endswith(suffix)]
    return DECIMALS[max(fitting, key=len)] if fitting else None

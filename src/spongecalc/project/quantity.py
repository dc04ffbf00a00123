"""Quantities as people type them: "0.5 mm/s", "DN300", "2 h", or a plain number in the expected unit."""

from __future__ import annotations

import math
import re
from functools import cache

import pint

from spongecalc.project.improper import ImproperError

# Sizes are written DN300, φ300, Φ300, d300 on Chinese drawings: a diameter in mm.
NOMINAL_SIZE = re.compile(r"(?:DN|Dn|dn|[φΦøØ]|d|D)\s*(\d+(?:\.\d+)?)")
# "a" is the are in pint; in hydrology it is the year (annus), as in "P = 3 a".
YEARS = re.compile(r"(\d+(?:\.\d+)?)\s*(?:a|年|years?)")
# One number, then a product of units, each to a power of one digit: sums, brackets and towers of powers are
# no quantities, and pint would work them out, for hours if need be.
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_UNIT = r"[^\W\d]\w*(?:\s*(?:\*\*|\^)\s*-?\d)?"
TYPED = re.compile(rf"({_NUMBER})\s*(|%|{_UNIT}(?:\s*[*/·\s]\s*{_UNIT})*)")


@cache
def registry() -> pint.UnitRegistry:
    """The one unit registry of the process; made on first use because reading its definitions takes time."""
    return pint.UnitRegistry(cache_folder=None)


def parse(value: object, unit: str) -> float:
    """A typed quantity as a number in ``unit``.

    Parameters
    ----------
    value
        A number (taken in ``unit``), or a text: a number with a unit that converts to ``unit``; "DN300" where
        ``unit`` is a length; "3 a" or "3 年" where it is a year.
    unit
        Name of the wanted unit as pint spells it, such as "mm/hour"; "" for a pure number.

    Raises
    ------
    ImproperError
        If the text is no quantity, or of another dimension; the message names what was found and an example
        of what is allowed.
    """
    improper = ImproperError("quantity", value, example(unit))
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise improper
    if isinstance(value, (int, float)):
        if not math.isfinite(value):
            raise improper
        return float(value)
    typed = value.strip()
    if unit == "year" and (years := YEARS.fullmatch(typed)):
        return float(years[1])
    if size := NOMINAL_SIZE.fullmatch(typed):
        typed = f"{size[1]} mm"
    parts = TYPED.fullmatch(typed)
    if parts is None or not math.isfinite(number := float(parts[1])):
        raise improper
    if not parts[2]:
        return number
    try:
        return float(registry().Quantity(number, parts[2]).to(unit or "dimensionless").magnitude)
    except (pint.PintError, ValueError, AttributeError, TypeError, AssertionError, SyntaxError) as reason:
        raise improper from reason


def example(unit: str) -> str:
    """How a quantity of that unit may be typed."""
    examples = {
        "minute": '"2 h"',
        "second": '"5 s"',
        "year": '"3 a"',
        "mm/hour": '"0.5 mm/s"',
        "millimeter": '"DN300"',
        "meter": '"0.5 m"',
    }
    return examples.get(unit, f'"1 {unit}"' if unit else '"0.5"')


# What a column's suffix says its unit is, longest first.
SUFFIX_UNITS = {
    "_m3_d": "meter**3/day",
    "_mm_h": "mm/hour",
    "_mm_s": "mm/second",
    "_percent": "percent",
    "_mm": "millimeter",
    "_m3": "meter**3",
    "_m2": "meter**2",
    "_min": "minute",
    "_m": "meter",
}


def column_unit(column: str) -> str:
    """The unit in which the data contract holds a column, by its suffix; "" for a pure number."""
    return next((unit for suffix, unit in SUFFIX_UNITS.items() if column.endswith(suffix)), "")


def factor(unit: str, column: str) -> float:
    """What a value in ``unit`` is to be multiplied by to be in the unit of ``column``.

    Raises
    ------
    ImproperError
        If the units measure different things, or ``unit`` is not known.
    """
    return parse(f"1 {unit}", column_unit(column))

"""Quantities as people type them: "0.5 mm/s", "DN300", "2 h", or a plain number in the expected unit."""

from __future__ import annotations

import math
import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from spongecalc.catalogue.size_text import parse_size
from spongecalc.project.refused_value import RefusedValueError

if TYPE_CHECKING:
    import pint

# "a" is the are in pint; in hydrology it is the year (annus), as in "P = 3 a".
YEARS = re.compile(r"(\d+\.?\d*|\.\d+)\s*(?:a|year|years|)")
# One number, then a product of units, each to a power of one digit: sums, brackets and towers of powers are
# no quantities, and pint would work them out, for hours if need be.
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_UNIT = r"(?:[^\W\d]\w*|[%‰])(?:\s*(?:\*\*|\^)\s*-?\d)?"
TYPED = re.compile(rf"({_NUMBER})\s*(|{_UNIT}(?:\s*[*/·\s]\s*{_UNIT})*)")
# Longer names first, so that 米 does not cut 毫米 in two.
CHINESE_UNITS = {
    "立方米": "m^3",
    "平方米": "m^2",
    "毫米": "mm",
    "厘米": "cm",
    "公里": "km",
    "分钟": "min",
    "小时": "h",
    "米": "m",
    "升": "L",
    "秒": "s",
    "天": "d",
    "日": "d",
    "年": "year",
}

# Units as they are mostly typed, each as its kind and so many of the kind's least: most projects hold no other,
# and need not wait for pint's registry. What is not here is pint's.
_KINDS = {
    "length": {"mm": 1, "millimeter": 1, "cm": 10, "dm": 100, "m": 1000, "meter": 1000, "km": 1_000_000},
    "area": {"m^2": 1, "m**2": 1, "meter**2": 1},
    "volume": {"L": 1, "liter": 1, "m^3": 1000, "m**3": 1000, "meter**3": 1000},
    "time": {"s": 1, "second": 1, "min": 60, "minute": 60, "h": 3600, "hour": 3600, "d": 86400, "day": 86400},
    "speed": {"mm/h": 1, "mm/hour": 1, "mm/s": 3600, "mm/second": 3600},
    "flow": {"L/d": 1, "L/day": 1, "liter/day": 1, "L/s": 86400, "liter/second": 86400},
    "share": {"%": 1, "percent": 1},
    "memory": {"MB": 1, "megabyte": 1},
}
COMMON_UNITS = {name: (kind, size) for kind, units in _KINDS.items() for name, size in units.items()}


@cache
def registry() -> pint.UnitRegistry:
    """The one unit registry of the process; made on first use because reading its definitions takes time."""
    import pint  # noqa: PLC0415  a project typed in plain numbers never needs it

    return pint.UnitRegistry(cache_folder=None)


def parse(value: object, unit: str) -> float:
    """A typed quantity as a number in ``unit``.

    Parameters
    ----------
    value
        A number (taken in ``unit``), or a text: a number with a unit that converts to ``unit``, in Latin or
        Chinese ("2 h", "2 小时", "120 L/(人·d)"); "DN300" where ``unit`` is a length; "3 a" or "3 年" where it
        is a year, and nothing else there.
    unit
        Name of the wanted unit as pint spells it, such as "mm/hour"; "" for a pure number.

    Raises
    ------
    RefusedValueError
        If the text is no quantity, or of another dimension; the message names what was found and an example
        of what is allowed.
    """
    improper = RefusedValueError("quantity", value, example(unit))
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise improper
    if isinstance(value, (int, float)):
        try:
            plain = float(value)
        except OverflowError:
            raise improper from None
        if not math.isfinite(plain):
            raise improper
        return plain
    typed = _latin(value)
    if unit == "year":
        if years := YEARS.fullmatch(typed):
            return float(years[1])
        raise improper
    if typed and not typed[0].isdigit() and (size := parse_size(typed)) is not None:
        if not size.stated or size.diameter_mm is None or size.outer or size.beside:
            raise improper
        typed = f"{size.diameter_mm!r} mm"
    parts = TYPED.fullmatch(typed)
    if parts is None or not math.isfinite(number := float(parts[1])):
        raise improper
    if not parts[2]:
        return number
    try:
        converted = _converted(number, parts[2], unit)
    # What pint does not know it reports by exceptions of several families.
    except (ValueError, AttributeError, TypeError, ArithmeticError, AssertionError, SyntaxError) as reason:
        raise improper from reason
    if not math.isfinite(converted):
        raise improper
    # Twelve digits are more than anyone types: 0.12 m3/d is 120 L/d and not 119.99999999999999.
    return float(f"{converted:.12g}")


def _converted(number: float, typed: str, unit: str) -> float:
    """A number of a typed unit in the wanted one; raises what pint raises where it cannot be."""
    kind, size = COMMON_UNITS.get(typed, ("", 0))
    wanted, least = COMMON_UNITS.get(unit, ("", 0))
    if kind and kind == wanted:
        return number * size / least
    return float(registry().Quantity(number, typed).to(unit or "dimensionless").magnitude)


def _latin(value: str) -> str:
    """The text with Latin units: powers as ^3, full-width signs and Chinese unit names rewritten."""
    typed = value.strip().replace("³", "^3").replace("²", "^2")
    typed = unicodedata.normalize("NFKC", typed)
    for name, latin in CHINESE_UNITS.items():
        typed = typed.replace(name, latin)
    # A quota is written L/(人·d); that it is one resident's is in the key already.
    typed = re.sub(r"\(\s*人\s*[·*.]\s*(\w+)\s*\)", r"\1", typed)
    return re.sub(r"(?<![A-Za-z])([kcdm]?m)([23])(?!\w)", r"\1^\2", typed).replace("·", "*")


def example(unit: str) -> str:
    """The ways to type a quantity of that unit."""
    examples = {
        "minute": '"2 h"',
        "second": '"5 s"',
        "year": '"3 a"',
        "mm/hour": '"0.5 mm/s"',
        "millimeter": '"DN300"',
        "meter": '"0.5 m"',
        "meter**2": '"50 m2"',
        "meter**3": '"0.5 m3"',
        "liter/day": '"120 L/d"',
        "liter/second": '"0.5 L/s"',
        "percent": '"1 %"',
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
    """Return the factor that turns a value in ``unit`` into the unit of ``column``.

    Raises
    ------
    RefusedValueError
        If the units measure different things, or ``unit`` is not known.
    """
    return parse(f"1 {unit}", column_unit(column))

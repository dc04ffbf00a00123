"""Sizes as surveys write them: "DN300", "φ300", "300X400", "0.3m", "300"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_NUMBER = r"(\d+(?:\.\d+)?)"
_UNIT = r"\s*(mm|cm|m|毫米|厘米|米)?"
_PREFIX = r"(?:DN|De|d|[φΦøØ∅⌀])?\s*[=:]?\s*"
ROUND = re.compile(rf"{_PREFIX}{_NUMBER}{_UNIT}", re.IGNORECASE)
BOX = re.compile(rf"{_NUMBER}{_UNIT}\s*[xX*×╳]\s*{_NUMBER}{_UNIT}", re.IGNORECASE)
IN_MM = {"mm": 1.0, "毫米": 1.0, "cm": 10.0, "厘米": 10.0, "m": 1000.0, "米": 1000.0}


@dataclass(frozen=True)
class Size:
    """A pipe's size: a diameter, or width and height of a box, in mm; ``stated`` tells whether with a unit."""

    diameter_mm: float | None = None
    width_mm: float | None = None
    height_mm: float | None = None
    stated: bool = False


def parse_size(text: object) -> Size | None:
    """The size that a text states; None where it states none.

    A prefix (DN, De, d, φ) means millimetres, a unit means itself, a bare number the unit of the field, which
    the caller applies (``stated`` is False). Of a box the first number is its width (CJJ 61: width by height).
    """
    typed = unicodedata.normalize("NFKC", str(text)).strip()
    if box := BOX.fullmatch(typed):
        first, unit_1, second, unit_2 = box.groups()
        unit = (unit_2 or unit_1 or "").lower()
        factor = IN_MM.get(unit, 1.0)
        return Size(width_mm=float(first) * factor, height_mm=float(second) * factor, stated=bool(unit))
    if circle := ROUND.fullmatch(typed):
        number, unit = circle.groups()
        prefixed = not typed[0].isdigit()
        factor = IN_MM.get((unit or "").lower(), 1.0)
        return Size(diameter_mm=float(number) * factor, stated=prefixed or bool(unit))
    return None

"""Sizes as people write them: "DN300", "De315", "φ300", "%%c300", "B×H=600×800", "2DN300", "0.3m", "300"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

_NUMBER = r"(\d+(?:\.\d+)?)"
_UNIT = r"\s*(mm|cm|m|毫米|厘米|米)?"
_TIMES = r"\s*[xX*×╳✕]\s*"
# What a field or a drawing writes before a size, and says nothing of it.
_LABEL = re.compile(r"^(?:管径|直径|口径|孔径|内径|公称直径|规格|尺寸|断面|断面尺寸|管道|管)\s*[=:]?\s*")
# Of the letters before a diameter: those that mean the nominal or inner one, and those that mean the outer one.
_INNER, _OUTER = r"DN|ID|d|[φΦøØ∅⌀фФ]", r"De|dn\(?e\)?|OD"
_PREFIX = rf"(?:(?P<outer>{_OUTER})|(?P<inner>{_INNER}))"
_ROUND = re.compile(rf"(?:{_PREFIX}\s*[=:\-]?|[=:])?\s*(?P<size>\d+(?:\.\d+)?){_UNIT}", re.IGNORECASE)
_BOX_SIGNS = r"(?:(?:B|W|宽)\s*[xX*×╳✕]?\s*(?:H|高)\s*[=:]?\s*)?"
_BOX = re.compile(
    rf"{_BOX_SIGNS}(?:B|W|宽)?\s*[=:]?\s*{_NUMBER}{_UNIT}{_TIMES}(?:H|高)?\s*[=:]?\s*{_NUMBER}{_UNIT}",
    re.IGNORECASE,
)
# Several pipes or cells side by side: 2DN300, 2-DN300, 2×DN300, 2孔600×800, 双孔DN300;
# or said behind it: DN300×2, DN300双管.
_BARRELS = re.compile(
    r"^(?:([1-9]|[单一双两二三四五六七八九])\s*(?:孔|根|条|排|[\-xX*×╳✕])?\s*[\-xX*×╳✕]?\s*)"
    r"(?=\D|\d+(?:\.\d+)?\D*[xX*×╳✕])"
)
# Of a diameter only DN: φ325×8 is a steel pipe and its wall.
_BARRELS_BEHIND = re.compile(
    r"^(DN\s*[=:\-]?\s*\d+\s*(?:mm)?)"
    r"\s*(?:[xX*×╳✕]\s*([2-4])|[,，(（]?\s*([单双]|(?<=[\s,，(（])[2-9]|[一两二三四五六七八九]))\s*[孔根条排]?\s*管?\s*[)）]?$",
    re.IGNORECASE,
)
_COUNT = {"单": 1, "双": 2, "两": 2} | {sign: n for n, sign in enumerate("一二三四五六七八九", 1)}
_IN_MM = {"mm": 1.0, "毫米": 1.0, "cm": 10.0, "厘米": 10.0, "m": 1000.0, "米": 1000.0}
# What follows a size and makes it a range, or a diameter with its wall.
_GOES_ON = re.compile(r"\s*[~～至到xX*×╳✕]\s*\d")
# A size among other words: a diameter has to be marked as one.
_WITHIN = re.compile(
    rf"(?<![A-Za-z0-9]){_PREFIX}\s*[=:\-]?\s*\d+(?:\.\d+)?{_UNIT.replace('(', '(?:')}(?![\d.]|e\d)", re.IGNORECASE
)
_BOX_WITHIN = re.compile(
    rf"(?<![\d.]){_NUMBER}{_UNIT}{_TIMES}{_NUMBER}{_UNIT}(?![\d.])(?!{_TIMES})", re.IGNORECASE
)


@dataclass(frozen=True)
class Size:
    """A pipe's size: a diameter, or width and height of a box, in mm.

    ``stated`` tells whether it came with its unit or a sign that means millimetres; ``outer`` whether the
    diameter is the outer one (De); ``barrels`` how many such pipes lie side by side; ``beside`` what else the
    text says, such as the material of "HDPE DN300".
    """

    diameter_mm: float | None = None
    width_mm: float | None = None
    height_mm: float | None = None
    stated: bool = False
    outer: bool = False
    barrels: int = 1
    beside: str = ""


def parse_size(text: object) -> Size | None:
    """The size that a text states; None where it states none.

    A prefix (DN, De, d, φ, AutoCAD's %%c) means millimetres, a unit means itself, a bare number the unit of the
    field, which the caller applies (``stated`` is False). Of a box the first number is its width (CJJ 61: width
    by height). De is an outer diameter: :meth:`Material.nominal_mm` takes it to the nominal one.
    """
    raw = re.sub(r"%%c", "⌀", str(text), flags=re.IGNORECASE)
    if any(unicodedata.category(sign) == "No" for sign in raw):  # 300² would become 3002
        return None
    bare = _LABEL.sub("", unicodedata.normalize("NFKC", raw).strip())
    if found := _one(bare):
        return found
    several = _BARRELS.match(bare)
    found = _one(bare[several.end() :]) if several else None
    if several and found and (found.stated or found.width_mm):
        return replace(found, barrels=_count(several.group(1)))
    if (several := _BARRELS_BEHIND.match(bare)) and (found := _one(several.group(1))):
        return replace(found, barrels=_count(several.group(2) or several.group(3)))
    if match := _WITHIN.search(bare) or _BOX_WITHIN.search(bare):
        rest = f"{bare[: match.start()]} {bare[match.end() :]}".strip(" ,;，；-_/()管")
        # Two sizes in one text are no size of one pipe.
        if _WITHIN.search(rest) or rest[:1].isdigit() or _GOES_ON.match(bare, match.end()):
            return None
        found = _one(match.group(0).strip())
        return replace(found, beside=rest) if found else None
    return None


def _count(sign: str) -> int:
    return _COUNT.get(sign) or int(sign)


def _one(typed: str) -> Size | None:
    if box := _BOX.fullmatch(typed):
        first, unit_1, second, unit_2 = box.groups()
        unit = (unit_2 or unit_1 or "").lower()
        factor = _IN_MM.get(unit, 1.0)
        return Size(width_mm=float(first) * factor, height_mm=float(second) * factor, stated=bool(unit))
    if circle := _ROUND.fullmatch(typed):
        unit = circle.groups()[-1]
        prefixed = bool(circle["outer"] or circle["inner"])
        factor = _IN_MM.get((unit or "").lower(), 1.0)
        return Size(
            diameter_mm=float(circle["size"]) * factor, stated=prefixed or bool(unit), outer=bool(circle["outer"])
        )
    return None

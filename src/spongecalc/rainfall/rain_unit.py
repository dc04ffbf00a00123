"""Units of rain as headings and projects write them: depths, tenths and hundredths, and intensities."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Millimetres in one of each.
_LENGTHS = {
    "mm": 1.0,
    "毫米": 1.0,
    "millimeter": 1.0,
    "millimetre": 1.0,
    "millimeters": 1.0,
    "millimetres": 1.0,
    "cm": 10.0,
    "厘米": 10.0,
    "in": 25.4,
    "inch": 25.4,
    "inches": 25.4,
    "英寸": 25.4,
    "m": 1000.0,
    "meter": 1000.0,
    "metre": 1000.0,
    "kgm-2": 1.0,
    "kgm**-2": 1.0,
    "kgm^-2": 1.0,
    "kg/m2": 1.0,
    "kg/m^2": 1.0,
    "l/m2": 1.0,
    "l/m²": 1.0,
}
_MINUTES = {
    "s": 1 / 60,
    "sec": 1 / 60,
    "秒": 1 / 60,
    "min": 1.0,
    "minute": 1.0,
    "分": 1.0,
    "分钟": 1.0,
    "h": 60.0,
    "hr": 60.0,
    "hour": 60.0,
    "时": 60.0,
    "小时": 60.0,
    "d": 1440.0,
    "day": 1440.0,
    "日": 1440.0,
    "天": 1440.0,
}
_PARTS = {
    "": 1.0,
    "1": 1.0,
    "0.1": 0.1,
    ".1": 0.1,
    "1/10": 0.1,
    "10^-1": 0.1,
    "1e-1": 0.1,
    "十分之一": 0.1,
    "tenthsof": 0.1,
    "tenthof": 0.1,
    "tenths": 0.1,
    "0.01": 0.01,
    ".01": 0.01,
    "1/100": 0.01,
    "10^-2": 0.01,
    "百分之一": 0.01,
    "hundredthsof": 0.01,
    "hundredths": 0.01,
    "0.001": 0.001,
    "1/1000": 0.001,
    "10^-3": 0.001,
    "0.2": 0.2,
    "0.5": 0.5,
}


def _any(words: dict[str, float]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True) if w)


_UNIT = re.compile(
    rf"(?P<part>{_any(_PARTS)})?[x×*·]?(?:an?|the)?(?P<length>{_any(_LENGTHS)})"
    rf"(?:(?:/|per|每)(?P<count>\d{{1,3}})?(?P<time>{_any(_MINUTES)})|(?P<power>{_any(_MINUTES)})(?:\*\*|\^)?-1)?"
)


@dataclass(frozen=True)
class RainUnit:
    """Millimetres in one of a unit; of an intensity in the time of ``per_min`` minutes, None for a depth."""

    mm: float
    per_min: float | None
    written: str

    def depth_mm(self, step_min: float) -> float:
        """Depth in mm that a reading of 1 has over a step of ``step_min`` minutes."""
        return self.mm if self.per_min is None else self.mm * step_min / self.per_min


def parse_rain_unit(written: str) -> RainUnit | None:
    """A unit as it is written, such as "mm", "0.1毫米", "0.01 in", "mm/h", "kg m-2 s-1"; None if it is none."""
    plain = unicodedata.normalize("NFKC", written).strip().lower().replace(" ", "").replace("_", "/")
    plain = plain.removeprefix("单位").lstrip(":")
    match = _UNIT.fullmatch(plain)
    if match is None:
        return None
    per = match["time"] or match["power"]
    minutes = None if per is None else float(match["count"] or 1) * _MINUTES[per]
    return RainUnit(_PARTS[match["part"] or ""] * _LENGTHS[match["length"]], minutes, written.strip())

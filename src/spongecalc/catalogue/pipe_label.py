"""Labels of pipes as drawings write them: "d300-40.0-5‰", "DN300 i=0.003 L=40", "HDPE DN400 L=32.5m i=5‰"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_NUMBER = r"\d+(?:\.\d+)?"
_END = r"(?![\d.])"
_LENGTH = re.compile(
    rf"(?<![A-Za-z])(?:[Ll]\s*[=:]?|管长\s*[=:]?|长度?\s*[=:]?)\s*({_NUMBER}){_END}\s*(?:m(?!m)|米)?",
    re.IGNORECASE,
)
_SIGN = r"(‰|%)"
_SLOPE = re.compile(
    rf"(?<![A-Za-z])(?:[iIjJ]|坡度)\s*[=:]?\s*({_NUMBER}){_END}\s*{_SIGN}?|({_NUMBER}){_END}\s*{_SIGN}"
)
# d300-40.0-5‰ and φ300/40/0.003: size, length in m, slope.
_IN_A_ROW = re.compile(
    rf"^(?P<size>.*\d(?:mm)?)\s*(?P<sign>[\-—–/])\s*(?P<length>{_NUMBER})\s*(?:m|米)?\s*(?P=sign)\s*(?P<slope>{_NUMBER})\s*{_SIGN}?$"
)
_PARTS = {"‰": 1000.0, "%": 100.0}
# A bare number is a slope only where it can be nothing else.
_STEEPEST = 0.5
_BETWEEN = " \t,;，；-—–/()"


@dataclass(frozen=True)
class PipeLabel:
    """The parts of a label: ``words`` are its size and material; ``slope`` is fall over length (m/m)."""

    words: str
    length_m: float | None = None
    slope: float | None = None


def parse_label(text: object) -> PipeLabel:
    """The length and slope that a label states, and the words without them.

    Parameters
    ----------
    text
        A label. A length is marked (``L=40``, ``管长40m``) or stands between size and slope (``d300-40.0-5‰``,
        ``φ300/40/0.003``); a slope is marked (``i=0.003``), has its sign (‰, %), or stands last of those three
        and is below 0.5. A slope that may be either is none; whatever else is not sure is left among the words.
    """
    bare = unicodedata.normalize("NFKC", re.sub(r"%%c", "⌀", str(text), flags=re.IGNORECASE)).strip()
    if row := _IN_A_ROW.match(bare):
        return PipeLabel(row["size"].strip(), float(row["length"]), _slope(row["slope"], row[row.re.groups]))
    length_m = slope = None
    if found := _SLOPE.search(bare):
        marked = found[1] is not None
        slope = _slope(found[1], found[2]) if marked else _slope(found[3], found[4])
        if slope is not None:
            bare = _without(bare, found)
    if found := _LENGTH.search(bare):
        length_m, bare = float(found[1]), _without(bare, found)
    return PipeLabel(bare, length_m, slope)


def _slope(number: str, sign: str | None) -> float | None:
    value = float(number) / _PARTS[sign] if sign else float(number)
    return value if sign or value < _STEEPEST else None


def _without(text: str, found: re.Match[str]) -> str:
    before, after = text[: found.start()].rstrip(_BETWEEN), text[found.end() :].lstrip(_BETWEEN)
    return f"{before} {after}".strip()

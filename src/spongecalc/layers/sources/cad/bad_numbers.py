"""Entities of a drawing with a number that is none, such as ``541040,5``, ``5.4104D5`` or ``1.#INF``.

The library of drawings reads of such a number what stands before the first strange sign, and puts the thing
somewhere else. Here the whole entity is taken out of the text, and told.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

# Group codes by the kind of their values (DXF reference, group code value types).
_FLOATS = frozenset([*range(10, 60), *range(110, 150), *range(210, 240), *range(460, 470), *range(1010, 1060)])
_INTEGERS = frozenset(
    [
        *range(60, 80),
        *range(90, 100),
        *range(170, 180),
        *range(270, 290),
        *range(370, 390),
        *range(400, 410),
        *range(1060, 1072),
    ]
)
_NAME, _HANDLE, _LAYER, _BLOCK = 2, 5, 8, 2
_EAST, _NORTH = range(10, 19), range(20, 29)
# What stands in the sections of things drawn; parts belong to the thing before them.
_DRAWN = ("ENTITIES", "BLOCKS")
_PARTS = ("VERTEX", "ATTRIB", "SEQEND")
_FRAMES = ("BLOCK", "ENDBLK", "SECTION", "ENDSEC", "EOF")
_EXPONENT = re.compile(r"(?<=[\d.])[dD](?=[+\-]?\d)")
# A comma between thousands, as in 541,040.5; 541040,5 has none.
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")
_LEADING = re.compile(r"[+\-]?\d+(?:\.\d*)?(?:[eE][+\-]?\d+)?")


@dataclass(frozen=True)
class BadNumber:
    """An entity that was taken out: what it is, the line of the file, the words where a number belongs.

    ``x`` and ``y`` are about where it is, in the drawing's unit, NaN where nothing tells. ``block`` is the block
    that it is part of, "" in the drawing itself.
    """

    kind: str
    handle: str
    cad_layer: str
    block: str
    line: int
    words: str
    x: float
    y: float


def without_bad_numbers(text: str) -> tuple[str, tuple[BadNumber, ...]]:
    """The text of a drawing without the entities that hold a number that is none; and what they are.

    Parameters
    ----------
    text
        An ASCII DXF with ends of lines of one sign: pairs of lines, a group code and its value.
    """
    lines = text.split("\n")
    found = []
    kept, after = [], 0
    for start, end, block in _entities(lines):
        bad = _first_bad(lines, start, end)
        if bad is None:
            continue
        found.append(_told(lines, start, end, bad, block))
        kept.extend(lines[after:start])
        after = end
    if not found:
        return text, ()
    kept.extend(lines[after:])
    return "\n".join(kept), tuple(found)


def _code(line: str) -> int:
    try:
        return int(line)
    except ValueError:
        return -1


def _entities(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """First line, line behind the last, and block ("" for none) of each thing drawn with its parts."""
    section, block, start = "", "", None
    for place in range(0, len(lines) - 1, 2):
        # Most lines are no beginning of anything.
        if lines[place].strip() != "0":
            if start is None and section in ("", "BLOCK"):
                code = _code(lines[place])
                if section == "" and code == _NAME:
                    section = lines[place + 1].strip().upper()
                elif section == "BLOCK" and code == _BLOCK:
                    block, section = lines[place + 1].strip(), "BLOCKS"
            continue
        name = lines[place + 1].strip().upper()
        if name in _PARTS and start is not None:
            continue
        if start is not None:
            yield start, place, block
            start = None
        if name == "SECTION":
            section, block = "", ""
        elif name == "ENDSEC":
            section, block = "-", ""
        elif name == "BLOCK" and section in ("BLOCKS", "BLOCK"):
            section, block = "BLOCK", ""
        elif name not in _FRAMES:
            if section == "BLOCK":
                section = "BLOCKS"
            start = place if section in _DRAWN else None


def _first_bad(lines: list[str], start: int, end: int) -> int | None:
    """The line of the first value that is no number though its group code says so; None where all are."""
    for place in range(start, end - 1, 2):
        code = _code(lines[place])
        if code in _FLOATS:
            try:
                if math.isfinite(float(lines[place + 1])):
                    continue
            except ValueError:
                pass
            return place + 1
        if code in _INTEGERS:
            try:
                if float(lines[place + 1]).is_integer():
                    continue
            except (ValueError, OverflowError):
                pass
            return place + 1
    return None


def _told(lines: list[str], start: int, end: int, bad: int, block: str) -> BadNumber:
    values: dict[int, str] = {}
    for place in range(start, end - 1, 2):
        values.setdefault(_code(lines[place]), lines[place + 1].strip())
    # Within a block nobody knows where it is drawn.
    x, y = (math.nan, math.nan) if block else _place(lines, start, end)
    words = lines[bad].strip()
    return BadNumber(
        lines[start + 1].strip().upper(),
        values.get(_HANDLE) or f"#{start + 1}",
        values.get(_LAYER, "0"),
        block,
        bad + 1,
        words,
        x,
        y,
    )


def _place(lines: list[str], start: int, end: int) -> tuple[float, float]:
    """The first point whose coordinates are numbers, else about where the first of all is."""
    firsts: tuple[float, float] | None = None
    east: str | None = None
    for place in range(start, end - 1, 2):
        code = _code(lines[place])
        if code in _EAST:
            east = lines[place + 1]
        elif code in _NORTH and east is not None:
            north = lines[place + 1]
            point = _exact(east), _exact(north)
            if math.isfinite(sum(point)):
                return point
            firsts = firsts or (_about(east), _about(north))
            east = None
    return firsts or (math.nan, math.nan)


def _exact(words: str) -> float:
    try:
        return float(words)
    except ValueError:
        return math.nan


def _about(words: str) -> float:
    """A number as far as its words tell: where a thing is about, and good for nothing else."""
    plain = _THOUSANDS.sub("", words.strip())
    match = _LEADING.match(_EXPONENT.sub("e", plain))
    number = float(match[0]) if match else math.nan
    return number if math.isfinite(number) else math.nan

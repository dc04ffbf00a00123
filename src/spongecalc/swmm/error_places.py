"""The rows that an error of the engine is about where it names an object and no line.

What the engine finds when it has read all of a file (a length below nought, curves out of order, dates) it tells
by the object's name. The row is looked for in the sections that the error can come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from spongecalc.swmm.input_file import InputFile, number_of
from spongecalc.swmm.run_result import Message

_LINKS = ("CONDUIT", "PUMP", "ORIFICE", "WEIR", "OUTLET")
_NODES = ("JUNC", "STORAGE", "DIVIDER", "OUTFALL")
SECTIONS: dict[str, tuple[str, ...]] = {
    "103": _LINKS,
    "108": ("SUBCATCH",),
    "109": ("AQUIFER",),
    "110": ("GROUNDW",),
    "111": ("CONDUIT",),
    "112": ("CONDUIT",),
    "113": ("CONDUIT",),
    "114": ("XSECT", *_LINKS),
    "115": ("CONDUIT",),
    "117": _LINKS,
    "119": ("XSECT",),
    "121": ("PUMP",),
    "122": ("PUMP",),
    "131": _LINKS,
    "133": _NODES,
    "134": _NODES,
    "135": ("DIVIDER",),
    "136": ("DIVIDER",),
    "137": ("DIVIDER",),
    "138": _NODES,
    "139": ("ORIFICE", "WEIR", "OUTLET"),
    "140": ("STORAGE",),
    "141": ("OUTFALL",),
    "143": ("XSECT",),
    "151": ("HYDROGR",),
    "153": ("HYDROGR",),
    "155": ("RDII",),
    "156": ("RAINGAGE",),
    "157": ("RAINGAGE",),
    "158": ("RAINGAGE",),
    "159": ("RAINGAGE",),
    "161": ("TREAT",),
    "171": ("CURVE",),
    "173": ("TIMESERIES",),
    "182": ("SNOWP",),
    "183": ("LID_CONTROL",),
    "184": ("LID_CONTROL",),
    "185": ("LID_CONTROL",),
    "187": ("LID_USAGE",),
    "188": ("LID_USAGE",),
    "361": ("TIMESERIES",),
    "363": ("TIMESERIES",),
}
"""Number of an error -> beginnings of the sections that its object may stand in, the likeliest first."""

OPTIONS: dict[str, tuple[str, ...]] = {
    "191": ("END_DATE", "START_DATE", "END_TIME"),
    "193": ("REPORT_START_DATE",),
    "195": ("REPORT_STEP",),
}
"""Number of an error -> the options that it is about, the likeliest first."""


def with_place(message: Message, inp: InputFile) -> Message:
    """Return an error of the engine with the line that it is about, where it names none and one can be found.

    Parameters
    ----------
    message : Message
    inp : InputFile
        The model.
    """
    code = message.engine_text.removeprefix("ERROR ")[:3]
    if message.line is not None:
        return message
    if code in OPTIONS:
        rows = list(_rows(inp, ("OPTION",)))
        line = next((n for o in OPTIONS[code] for n, words in reversed(rows) if words[0].upper() == o), None)
    else:
        subject = _object(message)
        rows = [
            (n, words)
            for section in SECTIONS.get(code, ())
            for n, words in _rows(inp, (section,))
            if words[0].upper() == subject
        ]
        ordered = {"171": _out_of_order, "173": _out_of_order}.get(code)
        line = (ordered(rows) if ordered else None) or (rows[0][0] if rows else None)
    if line is None:
        return message
    return replace(
        message, line=line, section=inp.sections[line - 1], line_text=inp.lines[line - 1].rstrip()[:200]
    )


def _object(message: Message) -> str:
    """The object's name; of links in a circle the first."""
    if message.subject:
        return message.subject.upper()
    listed = message.engine_text.rpartition(": ")[2].split()
    return listed[0].upper() if listed else ""


def _rows(inp: InputFile, sections: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    for number, (line, section) in enumerate(zip(inp.lines, inp.sections, strict=True), start=1):
        words = [word.strip('"') for word in line.partition(";")[0].split()]
        if words and not words[0].startswith("[") and section.upper().startswith(tuple(sections)):
            yield number, words


def _out_of_order(rows: list[tuple[int, list[str]]]) -> int | None:
    """The first row of a curve or series that does not go on from the one before it; None for one with dates."""
    points: list[tuple[int, float]] = []
    dated = False
    for number, words in rows:
        values = words[1:]
        dated = dated or any("/" in v or v.count("-") == 2 for v in values)
        numbers = [x for x in (_time(v) for v in values) if x is not None]
        points += [(number, x) for x in numbers[::2]]
    if dated:
        return None
    return next((number for (_, x), (number, y) in pairwise(points) if y <= x), None)


def _time(word: str) -> float | None:
    parts = [number_of(part) for part in word.split(":")]
    if any(part is None for part in parts):
        return None
    return sum(part / 60.0**n for n, part in enumerate(parts) if part is not None)

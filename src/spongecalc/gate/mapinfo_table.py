"""The table of a MIF (.mid), looked through for numbers that GDAL would take in part."""

from __future__ import annotations

import re
from pathlib import Path

_COLUMNS = re.compile(rb"^[ \t]*columns[ \t]+\d+[^\r\n]*[\r\n]+(.*?)^[ \t]*data[ \t]*\r?$", re.I | re.M | re.S)
_DELIMITER = re.compile(rb"""^[ \t]*delimiter[ \t]+"([^"\r\n])\"""", re.I | re.M)
_PIECE = 1 << 24
_WHOLE = rb"[+-]?+[0-9]++"
_NUMBER = rb"[+-]?+(?:[0-9]++(?:[.][0-9]*+)?+|[.][0-9]++)(?:[eE][+-]?+[0-9]++)?+"
_OF_TYPES = {b"integer": _WHOLE, b"smallint": _WHOLE, b"largeint": _WHOLE, b"float": _NUMBER, b"decimal": _NUMBER}


def columns_of_mif(data: bytes) -> tuple[int, int]:
    """Places at which the lines of a MIF begin and end that give its columns."""
    found = _COLUMNS.search(data)
    return found.span(1) if found else (0, 0)


def is_plain(head: bytes, table: Path) -> bool:
    """True for a table in which each field of numbers surely is one, or empty, in each line.

    Parameters
    ----------
    head
        The beginning of the .mif, with its columns.
    table
        The .mid.
    """
    begin, end = columns_of_mif(head)
    delimiter = _DELIMITER.search(head, 0, begin)
    lines = _lines(head[begin:end], delimiter[1] if delimiter else b"\t")
    with table.open("rb") as stream:
        rest = b""
        while piece := stream.read(_PIECE):
            rest += piece
            found = lines.match(rest)
            done = found.end() if found else 0
            if done <= rest.rfind(b"\n"):
                return False
            rest = rest[done:]
    return not rest or lines.fullmatch(rest + b"\n") is not None


def _lines(columns: bytes, delimiter: bytes) -> re.Pattern[bytes]:
    """Lines of a table; nothing is given back once it is matched, so that they are gone through once."""
    between = re.escape(delimiter)
    text = rb"""(?:"[^"\r\n]*+"|[^"\r\n%b]*+)""" % between
    cells = []
    for line in columns.splitlines():
        if words := line.replace(b"(", b" ").split():
            number = _OF_TYPES.get(words[1].lower() if len(words) > 1 else b"")
            cells.append(rb"(?: *+(?:%b)?+ *+)" % number if number else text)
    return re.compile(rb"(?:%b\r?\n)*+" % between.join(cells))

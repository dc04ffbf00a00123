"""Grids in text, looked through before GDAL reads them: it takes a cell that is no number for 0."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from spongecalc.gate.not_admitted import NotAdmittedError

# What numbers are written with, that of nothing ("nan", "*") among it; some write a decimal comma.
_OF_NUMBERS = b"0123456789+-.,eE*nNaAiIfF \t\r\n\f\v"
_HEADING = re.compile(rb"\s*([A-Za-z_][\w.]*:?)[ \t]+(\S+)")
_BLANKS = np.isin(np.arange(256), list(b" \t\r\n\f\v"))
_SURFER, _OF_SURFER = b"DSAA", 8
_PIECE = 1 << 24


def refuse_unsound_cells(path: Path, cells: int) -> None:
    """Refuse a grid in text whose cells are not as many numbers as its heading promises.

    Parameters
    ----------
    path
        A grid of Esri (.asc), GRASS or Surfer.
    cells
        The number of its columns times that of its rows, as GDAL has read them.

    Raises
    ------
    NotAdmittedError
        A cell is no number, or there are more or fewer.
    """
    data = path.read_bytes()
    begin = _end_of_heading(data)
    found, within = 0, False
    for start in range(begin, len(data), _PIECE):
        piece = data[start : start + _PIECE]
        if strange := piece.translate(None, _OF_NUMBERS):
            at = start + piece.index(strange[:1])
            raise NotAdmittedError("grid_cell", line=str(data.count(b"\n", 0, at) + 1), found=_word(data, at))
        blank = _BLANKS[np.frombuffer(piece, np.uint8)]
        before = np.concatenate([[not within], blank[:-1]])
        found += int((before & ~blank).sum())
        within = not bool(blank[-1])
    if found != cells:
        raise NotAdmittedError("grid_cells", found=f"{found:,}", wanted=f"{cells:,}")


def _end_of_heading(data: bytes) -> int:
    """Place behind the lines that say how the grid lies: words with one value each, or Surfer's eight numbers."""
    if data.startswith(_SURFER):
        numbers = re.compile(rb"\s*(?:\S+\s+){%d}" % _OF_SURFER)
        found = numbers.match(data, len(_SURFER))
        return found.end() if found else len(data)
    at = 0
    while (line := _HEADING.match(data, at)) and line[1].lower() not in (b"nan", b"inf"):
        at = line.end()
    return at


def _word(data: bytes, at: int) -> str:
    """The word in which a sign stands."""
    blanks = b" \t\r\n"
    begin = max(data.rfind(bytes([sign]), 0, at) for sign in blanks) + 1
    end = min((e for sign in blanks if (e := data.find(bytes([sign]), at)) >= 0), default=len(data))
    return data[begin : min(end, begin + 30)].decode("utf-8", "replace")

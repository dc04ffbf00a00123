"""Grids in text, looked through before GDAL reads them: it takes a cell that is no number for 0."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from spongecalc.gate.not_admitted import NotAdmittedError

_HEADING = re.compile(rb"\s*([A-Za-z_][\w.]*:?)[ \t]+(\S+)")
_NULL_OF_GRASS = (b"null:", b"*")
_BLANK = b" \t\r\n\f\v"
_BLANKS = np.isin(np.arange(256), list(_BLANK))
_SURFER, _OF_SURFER = b"DSAA", 8
_PIECE = 1 << 24
_LONGEST = 1 << 12
"""Letters of a cell beyond which it is none: a file without blanks is not held in memory whole."""


def refuse_unsound_cells(path: Path, cells: int, *, whole: bool = False) -> None:
    """Refuse a grid in text whose cells are not as many numbers as its heading promises.

    Parameters
    ----------
    path
        A grid of Esri (.asc), GRASS or Surfer.
    cells
        The number of its columns times that of its rows, as GDAL has read them.
    whole
        GDAL reads it as whole numbers, of which none says "no data" but by its value.

    Raises
    ------
    NotAdmittedError
        A cell is no number, or there are more or fewer.
    """
    with path.open("rb") as stream:
        piece = stream.read(_PIECE)
        begin, surfer, starred = _heading(piece)
        numbers = _numbers(comma=not surfer, nan=not whole, star=starred)
        line, found = piece.count(b"\n", 0, begin) + 1, 0
        piece = piece[begin:]
        while piece:
            more = stream.read(_PIECE)
            # What stands behind the last blank may go on in the next piece.
            end = len(piece) if not more else max(piece.rfind(sign) for sign in _SIGNS) + 1
            if (sound := _sound(numbers, piece, end)) < end or len(piece) - end > _LONGEST:
                line += piece.count(b"\n", 0, sound)
                raise NotAdmittedError("grid_cell", line=str(line), found=_word(piece, sound))
            found += _count(piece[:end])
            line += piece.count(b"\n", 0, end)
            piece = piece[end:] + more
    if found != cells:
        raise NotAdmittedError("grid_cells", found=f"{found:,}", wanted=f"{cells:,}")


_SIGNS = tuple(bytes([sign]) for sign in _BLANK)


def _numbers(*, comma: bool, nan: bool, star: bool) -> re.Pattern[bytes]:
    """Cells that GDAL takes whole, with the blanks around them: of others it takes what stands before the fault.

    Nothing is given back once it is matched, so that a piece is gone through once.
    """
    point = rb"[.,]" if comma else rb"[.]"
    words = [
        rb"[0-9]++(?:%b[0-9]*+)?+(?:[eE][+-]?+[0-9]++)?+" % point,
        rb"%b[0-9]++(?:[eE][+-]?+[0-9]++)?+" % point,
        *([rb"[nN][aA][nN]"] if nan else []),
    ]
    cell = rb"[+-]?+(?:%b)" % b"|".join(words) + (rb"|[*]" if star else b"")
    return re.compile(rb"(?:[%b]*+(?:%b)(?![^%b]))*+[%b]*+" % (_BLANK, cell, _BLANK, _BLANK))


def _sound(numbers: re.Pattern[bytes], piece: bytes, end: int) -> int:
    """Place up to which a piece is numbers."""
    found = numbers.match(piece, 0, end)
    return found.end() if found else 0


def _count(piece: bytes) -> int:
    """Number of words in a piece that ends with one."""
    blank = _BLANKS[np.frombuffer(piece, np.uint8)]
    return int((blank[:-1] & ~blank[1:]).sum()) + int(not blank[:1].all())


def _heading(data: bytes) -> tuple[int, bool, bool]:
    """Place behind the lines that say how the grid lies: words with one value each, or Surfer's eight numbers.

    Besides, whether it is Surfer's, and whether it says that a star is no data.
    """
    if data.startswith(_SURFER):
        numbers = re.compile(rb"\s*(?:\S+\s+){%d}" % _OF_SURFER)
        found = numbers.match(data, len(_SURFER))
        return found.end() if found else len(data), True, False
    at, starred = 0, False
    while (line := _HEADING.match(data, at)) and line[1].lower() not in (b"nan", b"inf"):
        starred |= (line[1].lower(), line[2]) == _NULL_OF_GRASS
        at = line.end()
    return at, False, starred


def _word(data: bytes, at: int) -> str:
    """The word that begins at a place."""
    return next(iter(data[at : at + 30].split()), b"").decode("utf-8", "replace")

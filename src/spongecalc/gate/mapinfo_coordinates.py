"""Coordinates of a MIF, looked through for what is no number: GDAL takes what stands before the fault, or 0."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from spongecalc.gate.not_admitted import NotAdmittedError

_DATA = re.compile(rb"^[ \t]*data[ \t]*\r?$", re.I | re.M)
_NUMBER = rb"[+-]?+(?:[0-9]++(?:[.][0-9]*+)?+|[.][0-9]++)(?:[eE][+-]?+[0-9]++)?+"
# Lines that begin with a figure, and those of shapes that have their coordinates beside their name.
_UNSOUND = re.compile(
    rb"^[ \t]*+(?:(?:point|line)[ \t]++|(?=[-+.]?[0-9]))(?!(?:%b(?:[ \t]++|(?=\r?$)))++\r?$)([^\r\n]*)" % _NUMBER,
    re.I | re.M,
)
_FIRST = re.compile(rb"(?:%b(?:[ \t]++|$))*+" % _NUMBER)
_PIECE = 1 << 24


def refuse_unsound_shapes(path: Path) -> None:
    """Refuse a MIF with a coordinate that is no number, with its line.

    Raises
    ------
    NotAdmittedError
        With the word that is none.
    """
    state = path.stat()
    _check_file(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=32)
def _check_file(path: Path, *_state: int) -> None:
    """Look through a file; done once for each sound state of it."""
    with path.open("rb") as stream:
        rest = stream.read(_PIECE)
        begin = _DATA.search(rest)
        at = begin.end() if begin else len(rest)
        line = 1
        while rest:
            more = stream.read(_PIECE)
            end = rest.rfind(b"\n") + 1 if more else len(rest)
            if found := _UNSOUND.search(rest, at, end):
                sound = _FIRST.match(found[1])
                word = found[1][sound.end() if sound else 0 :].split()[:1] or [b"-"]
                line += rest.count(b"\n", 0, found.start(1))
                raise NotAdmittedError(
                    "coordinate", line=str(line), found=word[0][:30].decode("utf-8", "replace")
                )
            line += rest.count(b"\n", 0, end)
            rest, at = rest[end:] + more, 0
            if not more:
                break

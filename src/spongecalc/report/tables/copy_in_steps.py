"""A repaired copy's files and what is kept of them as written, so that an end in between is no edit by hand.

Each file is written three times: beside what is kept, in its place, and as what is kept. Whoever finds the first
still there knows from its bytes whether its place holds what spongecalc wrote or what somebody else did.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from spongecalc.whole_file import named_error, replace_file

NEXT = "next"
"""The folder, below what is kept, of the files that are about to be put in their place."""


def next_file(kept: Path, name: str) -> Path:
    """The place for a file that is about to be written into the copy; what lay there is gone."""
    path = kept / NEXT / name
    with named_error(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
    return path


def put(folder: Path, kept: Path, name: str) -> None:
    """Put what :func:`next_file` holds in its place, and keep it as written; what was not made is taken away.

    Raises OSError.
    """
    made, place, written = kept / NEXT / name, folder / name, kept / name
    if made.is_file():
        replace_file(place, made.read_bytes())
        with named_error(written):
            made.replace(written)
        return
    for path in (place, written):
        with named_error(path):
            path.unlink(missing_ok=True)


def settle(folder: Path, kept: Path, names: Iterable[str]) -> None:
    """End what an interrupted call began: what it put in its place is kept as written, all else it made is gone.

    Raises OSError.
    """
    if not (kept / NEXT).is_dir():
        return
    for name in names:
        made, place = kept / NEXT / name, folder / name
        if made.is_file():
            with named_error(made):
                if place.is_file() and place.read_bytes() == made.read_bytes():
                    made.replace(kept / name)
                else:
                    made.unlink()
    with suppress(OSError):  # a part file of a call that was killed may lie there; the next one removes it
        (kept / NEXT).rmdir()

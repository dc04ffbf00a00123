"""The record of the files that spongecalc wrote into a folder: others are the user's, and never removed.

Folders of results, reports and models are places where people put notes, photographs and copies of their own,
also under names like ours. A file is removed as left over only if the record names it and it still is, byte for
byte, what was written; one that was edited since has become the user's. A new file takes the place of one that
the record names, or, since records get lost, of one that begins as ours does; any other stays, and the command
says so. Figures that were kept are taken only if they are what was written: where the record is gone or damaged
nothing is known of them, and they are made again.
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from spongecalc.batch.unchanged import STATE
from spongecalc.gate import stored
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.sealed_json import sealed_json
from spongecalc.whole_file import UnwritableError, only_regular, replace_files

RECORD = "own_files.json"
IGNORED = b"*\n"
"""Content of a .gitignore beside the record: it is of one machine, though models are kept in git."""


BEGINNINGS = {
    ".docx": b"PK\3\4",
    ".dxf": b"  0\nSECTION",
    ".gpkg": b"SQLite format 3\0",
    ".html": b"<!DOCTYPE html>\n<html lang=",
    ".pdf": b"%PDF-",
    ".png": b"\x89PNG",
    ".svg": b"<svg ",
    ".tif": b"II*\0",
    ".xlsx": b"PK\3\4",
}
"""First bytes of every file that this program writes, by its ending; of a table its first line counts."""
_TABLE = ".csv"
_LONGEST_LINE = 1 << 16


class NotOursError(UnwritableError):
    """A file of the user's stands where one is to be written; its name is that of the place."""


@dataclass(frozen=True)
class OwnFiles:
    """The record of a folder, read once: digests of what was written, by name.

    ``is_damaged`` says that there is a record of which nothing can be known, ``is_there`` that there is any.
    """

    folder: Path
    digests: Mapping[str, str]
    is_there: bool = True
    is_damaged: bool = False

    def is_own(self, path: Path) -> bool:
        """True for a file that this program wrote below the folder and that still is what was written."""
        known = self._known(path)
        return known is not None and path.is_file() and _digest(path) == known

    def edited(self, path: Path) -> bool:
        """True for a file that this program wrote below the folder and that somebody has changed since."""
        known = self._known(path)
        return known is not None and path.is_file() and _digest(path) != known

    def is_named(self, path: Path) -> bool:
        """True for a file below the folder that this program wrote, whatever became of it since."""
        return self._known(path) is not None

    def _known(self, path: Path) -> str | None:
        return self.digests.get(path.relative_to(self.folder).as_posix())


def own_files(folder: Path) -> OwnFiles:
    """The record of a folder; without names where there is none, or none that can be trusted."""
    path = folder / STATE / RECORD
    if not path.is_file():
        return OwnFiles(folder, {}, is_there=False)
    try:
        with Entrance(path, "stored"):
            files = dict(stored.sealed(path)["files"])
    except InputRefusedError:
        return OwnFiles(folder, {}, is_damaged=True)
    return OwnFiles(folder, {str(name): digest for name, digest in files.items() if isinstance(digest, str)})


def refuse_files_of_others(folder: Path, places: Iterable[Path], first_lines: Mapping[Path, bytes]) -> None:
    """Look before writing into a folder that no file of the user's is written over.

    Parameters
    ----------
    folder
        The folder with the record.
    places
        Files below it that are about to be written.
    first_lines
        Of each that is a table, its first line.

    Raises
    ------
    NotOursError
        A file is there that no record names and that does not begin as ours does.
    OSError
        A file that is there cannot be read.
    """
    record: OwnFiles | None = None
    for path in places:
        if not path.exists() or path.is_dir():
            continue  # of a folder in the way, the system tells
        record = record or own_files(folder)
        if not record.is_named(path) and not _begins_as_ours(path, first_lines.get(path, b"")):
            raise NotOursError(errno.EEXIST, "not written by spongecalc", str(path))


def _begins_as_ours(path: Path, first_line: bytes) -> bool:
    with only_regular(path).open("rb") as stream:
        if path.suffix != _TABLE:
            beginning = BEGINNINGS.get(path.suffix, b"")
            return stream.read(len(beginning)) == beginning
        there = stream.readline(_LONGEST_LINE).strip().split(b",")
    ours = first_line.strip().split(b",")
    # Scenarios, and values of a sweep, are columns: those of an earlier call may have been others.
    return there[0] == ours[0] and 2 * len({*there} & {*ours}) >= len({*ours})


def note_written(folder: Path, files: Iterable[Path]) -> None:
    """Note files below a folder as written by this program, as they are now. Raises OSError."""
    record = own_files(folder)
    now = dict(record.digests)
    for path in files:
        if path.is_file() and path.is_relative_to(folder):
            now[path.relative_to(folder).as_posix()] = _digest(path)
    _write(record, now)


def remove_left_over(folder: Path, files: Iterable[Path]) -> list[Path]:
    """Remove those files below a folder that this program wrote and nobody has changed since; returns them.

    Others are left alone. Raises OSError where one cannot be removed.
    """
    removed, record = [], own_files(folder)
    for path in files:
        if record.is_own(path):
            path.unlink()
            removed.append(path)
    return removed


def _write(record: OwnFiles, now: dict[str, str]) -> None:
    """Keep the record, without names of what is gone."""
    now = {name: digest for name, digest in sorted(now.items()) if (record.folder / name).is_file()}
    if now == record.digests and record.is_there and not record.is_damaged:
        return
    state = record.folder / STATE
    replace_files({state / RECORD: sealed_json({"files": now}), state / ".gitignore": IGNORED})


def _digest(path: Path) -> str:
    with suppress(OSError), only_regular(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
    return ""

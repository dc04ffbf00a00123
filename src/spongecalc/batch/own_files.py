"""The record of the files that spongecalc wrote into a folder: others are the user's, and never removed.

Folders of results, reports and models are places where people put notes, photographs and copies of their own,
also under names like ours. A file is removed as left over only if the record names it and it still is, byte for
byte, what was written; one that was edited since has become the user's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from spongecalc.batch.unchanged import STATE
from spongecalc.gate import stored
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.whole_file import replace_files

RECORD = "own_files.json"
IGNORED = b"*\n"
"""Content of a .gitignore beside the record: it is of one machine, though models are kept in git."""


def note_written(folder: Path, files: Iterable[Path]) -> None:
    """Note files below a folder as written by this program, as they are now. Raises OSError."""
    known = _read(folder)
    now = dict(known)
    for path in files:
        if path.is_file() and path.is_relative_to(folder):
            now[path.relative_to(folder).as_posix()] = _digest(path)
    _write(folder, known, now)


def remove_left_over(folder: Path, files: Iterable[Path]) -> list[Path]:
    """Remove those files below a folder that this program wrote and nobody has changed since; returns them.

    Others are left alone. Raises OSError where one cannot be removed.
    """
    removed = []
    for path in files:
        if is_own(folder, path):
            path.unlink()
            removed.append(path)
    return removed


def is_own(folder: Path, path: Path) -> bool:
    """True for a file that this program wrote below a folder and that still is what was written."""
    known = _read(folder).get(path.relative_to(folder).as_posix())
    return known is not None and path.is_file() and _digest(path) == known


def edited(folder: Path, path: Path) -> bool:
    """True for a file that this program wrote below a folder and that somebody has changed since."""
    known = _read(folder).get(path.relative_to(folder).as_posix())
    return known is not None and path.is_file() and _digest(path) != known


def has_record(folder: Path) -> bool:
    """True where a folder has a record, of whatever files."""
    return (folder / STATE / RECORD).is_file()


def _read(folder: Path) -> dict[str, str]:
    """Name -> digest; empty where no record can be read: then nothing is known to be ours."""
    try:
        with Entrance(folder / STATE / RECORD, "stored"):
            document = stored.note(folder / STATE / RECORD)
    except InputRefusedError:
        return {}
    if not isinstance(document, dict):
        return {}
    return {str(name): digest for name, digest in document.items() if isinstance(digest, str)}


def _write(folder: Path, known: dict[str, str], now: dict[str, str]) -> None:
    """Keep the record, without names of what is gone."""
    now = {name: digest for name, digest in sorted(now.items()) if (folder / name).is_file()}
    if now == known:
        return
    text = json.dumps(now, ensure_ascii=False, indent=0) + "\n"
    state = folder / STATE
    replace_files({state / RECORD: text.encode("utf-8", "surrogatepass"), state / ".gitignore": IGNORED})


def _digest(path: Path) -> str:
    with suppress(OSError), path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
    return ""

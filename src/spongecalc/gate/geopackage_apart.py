"""A GeoPackage as it may be opened: SQLite writes into what it reads where a journal lies beside it.

It brings rows of a log (-wal) into the file, takes back what a broken-off program began (-journal), and removes
both. Sources are not written to, and the rows are not to be lost: such a file is read as a copy, in which that
is done. So is one of which a view is not to be worked out: the copy has it no more.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from spongecalc.gate.geopackage_views import LARGE_VALUE, refused_relations
from spongecalc.gate.limits import Limits
from spongecalc.gate.not_admitted import NotAdmittedError
from spongecalc.gate.territory import resolved

LOG, JOURNAL = "-wal", "-journal"
"""Endings of what SQLite keeps beside a database, behind its own."""
WAITED_S = 2.0
"""Seconds that a file is waited for which another program holds: the first time it is asked for."""
AGAIN_S = 60.0
"""Seconds after which one that was held is waited for again."""
KEPT = 4
"""Files of which the copy is kept for the next question."""
_TRIES = 3
_HEADING = 100
_OF_LOG = 2
"""The version in a database's heading (bytes 18 and 19) that says that it is written by way of a log."""


@dataclass(frozen=True)
class Readable:
    """The place to open a GeoPackage at, and what stands against layers that are not in it, by name."""

    place: Path
    refused: Mapping[str, NotAdmittedError]


@dataclass(frozen=True)
class _Kept:
    state: tuple[object, ...]
    readable: Readable
    folder: Path | None
    owner: int


_LOCK = threading.RLock()
_KEPT: dict[Path, _Kept] = {}
_HELD: dict[Path, float] = {}


def readable(path: Path, limits: Limits) -> Readable:
    """The place at which a GeoPackage can be read and nothing of it changes; asked again, the same.

    Raises
    ------
    sqlite3.Error
        Another program holds it, or it is damaged.
    OSError
        It cannot be copied.
    NotAdmittedError
        Another program writes to it all the time.
    """
    with _LOCK:
        path = resolved(path)  # SQLite keeps its journals beside the file that a link leads to
        logged, unfinished = _beside(path)
        if not logged:  # whoever writes by way of a log holds nobody up
            _refuse_held(path)
        state = (_state(path), limits)
        kept = _KEPT.get(path)
        if kept is not None and kept.state == state and kept.readable.place.is_file():
            return kept.readable
        _forget(path)
        while len(_KEPT) >= KEPT:
            _forget(next(iter(_KEPT)))
        made = _made(path, limits, state, apart=logged or unfinished)
        _KEPT[path] = made
        return made.readable


def is_copy(place: Path) -> bool:
    """True for a file that is a copy made here."""
    return any(k.folder is not None and place.is_relative_to(resolved(k.folder)) for k in _KEPT.values())


def _made(path: Path, limits: Limits, state: tuple[object, ...], *, apart: bool) -> _Kept:
    folder = _copied(path) if apart else None
    try:
        place = path if folder is None else folder / path.name
        refused = refused_relations(place, limits)
        if out := [name for name, reason in refused.items() if reason.kind != LARGE_VALUE]:
            folder = folder or _copied(path)
            place = folder / path.name
            _take_out(place, out)
    except BaseException:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    return _Kept(state, Readable(place, refused), folder, os.getpid())


def _beside(path: Path) -> tuple[bool, bool]:
    """True where a file is written by way of a log; True where a journal of something unfinished lies there."""
    log, journal = path.with_name(path.name + LOG), path.with_name(path.name + JOURNAL)
    unfinished = journal.is_file() and journal.stat().st_size > 0
    with path.open("rb") as stream:
        heading = stream.read(_HEADING)
    return log.exists() or _OF_LOG in heading[18:20], unfinished


def _state(path: Path) -> tuple[object, ...]:
    found: list[object] = []
    for part in (path, path.with_name(path.name + LOG), path.with_name(path.name + JOURNAL)):
        try:
            state = part.stat()
        except OSError:
            found.append(None)
        else:
            found.append((state.st_mtime_ns, state.st_size, state.st_ino))
    return tuple(found)


def _refuse_held(path: Path) -> None:
    """Refuse a file that another program holds, as SQLite says it; it is waited for once."""
    waits = WAITED_S if time.monotonic() - _HELD.get(path, -AGAIN_S) >= AGAIN_S else 0.0
    address = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=waits)) as connection:
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
        except sqlite3.DatabaseError as reason:
            if "locked" in str(reason):
                _HELD[path] = time.monotonic()
                raise
            return  # the look at what it holds says so
    _HELD.pop(path, None)


def _copied(path: Path) -> Path:
    """A folder of its own that holds a copy of a file, with what its log has and its journal takes back."""
    for _ in range(_TRIES):
        folder = Path(mkdtemp(prefix="spongecalc-"))
        try:
            before = _state(path)
            place = folder / path.name
            shutil.copyfile(path, place)
            for ending in (LOG, JOURNAL):
                beside = path.with_name(path.name + ending)
                if beside.is_file():
                    shutil.copyfile(beside, folder / beside.name)
            if _state(path) == before:
                with closing(sqlite3.connect(place, isolation_level=None)) as connection:
                    connection.execute("PRAGMA journal_mode = DELETE").fetchall()
                return folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        shutil.rmtree(folder, ignore_errors=True)
    raise NotAdmittedError("locked")


def _take_out(place: Path, relations: list[str]) -> None:
    """Take views and tables out of a copy; nothing of the file's own SQL runs over it."""
    with closing(sqlite3.connect(place, isolation_level=None)) as connection:
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, False)
        for name in relations:
            kind = connection.execute("SELECT type FROM sqlite_master WHERE name = ?", [name]).fetchone()
            quoted = name.replace('"', '""')
            connection.execute(f'DROP {kind[0]} "{quoted}"')
            with contextlib.suppress(sqlite3.OperationalError):  # it need not have a list of its tables
                connection.execute("DELETE FROM gpkg_contents WHERE lower(table_name) = lower(?)", [name])


def _forget(path: Path) -> None:
    kept = _KEPT.pop(path, None)
    # A process that was forked off knows its parent's copies, but they are not its own.
    if kept is not None and kept.folder is not None and kept.owner == os.getpid():
        shutil.rmtree(kept.folder, ignore_errors=True)


def _forget_all() -> None:
    for path in list(_KEPT):
        _forget(path)


atexit.register(_forget_all)

"""Writing files whole or not at all, and saying of a write that failed which file it was and why.

Whatever is written goes to a name beside its place first and is moved there when the system has taken every byte,
so that a reader never meets half a file, whatever ends the writer. That the disk has them, should the power fail,
is waited for only where it is asked for (``durable``); what else is kept for later calls has a seal, which tells
half a file. Libraries that write by themselves (GDAL, SQLite, DuckDB, XlsxWriter) tell of a full disk in words of
their own; here all of them become the system's error with the file's name.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import socket
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

PART = ".part"
PROBE_BYTES = 1 << 20
"""Room that a folder must have for a failure of a library not to be the disk's."""
OF_THE_DISK = frozenset(
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EROFS", "EIO", "EFBIG", "ENODEV", "ESTALE", "EACCES", "EPERM")
    if hasattr(errno, name)
)
"""Errors that every further write to the same disk meets as well."""
_OF_WRITING = frozenset(getattr(errno, n) for n in ("ENOSPC", "EDQUOT", "EROFS", "EFBIG") if hasattr(errno, n))
"""Errors that no reading meets."""
LONGEST_STEM = 180
"""Bytes of a file's name that the part beside it repeats."""
LEFT_AFTER_H = 12.0
"""Age from which a part beside a file is left over, where it cannot be found out if its writer is alive."""
_PART = re.compile(
    rf"\.(?P<stem>.+)\.(?:(?P<system>[0-9a-f]+)-)?(?P<process>\d+)(?:-[0-9a-f]+)?{re.escape(PART)}(?P<end>.*)"
)
_in_use: set[str] = set()
"""Names of the parts that this process is writing: one of its number that is not here is an earlier process's."""
_WRITERS = ("pyogrio", "rasterio", "sqlite3", "duckdb", "_duckdb", "xlsxwriter", "zipfile")
"""Libraries whose own errors in writing a file say that it cannot be written."""


class UnwritableError(OSError):
    """A file cannot be written; its name is that of the file, and not of a part beside it."""


class UnreadableError(OSError):
    """A file from which another was to be made cannot be read; its name is that of the file."""


class IrregularError(UnwritableError):
    """A pipe, a socket or a device stands where a file is read or written; its name is that of the place."""


def only_regular(path: Path) -> Path:
    """The path of a file that may be opened.

    Raises
    ------
    OSError
        There is none, or a pipe, a socket or a device stands there: to open one may wait for ever.
    """
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise IrregularError(errno.EEXIST, f"{path.name} is neither a file nor a folder", str(path))
    return path


def _refuse_irregular(path: Path) -> None:
    """Raise IrregularError for a pipe, a socket or a device: a file would take its place."""
    with suppress(FileNotFoundError, NotADirectoryError):
        only_regular(path)


def replace_files(contents: Mapping[Path, bytes | Iterable[bytes]]) -> None:
    """Write every file beside its place first, then move all into place.

    A reader never meets half a file, and a failure (disk full, no right to write) before the moves leaves
    what was there. A content that comes in parts is made when it is written, and never whole in memory. Folders
    are made where they are missing. Raises OSError with the name of the file.
    """
    for path in contents:
        with named_error(path):
            _refuse_irregular(path)
    beside = {path: part_of(path) for path in contents}
    try:
        with _used(*beside.values()):
            for path in {path.parent: path for path in contents}.values():
                with named_error(path):
                    path.parent.mkdir(parents=True, exist_ok=True)
            _remove_parts(contents)
            for path, content in contents.items():
                with named_error(path, beside[path]), beside[path].open("wb") as stream:
                    stream.writelines((content,) if isinstance(content, bytes) else content)
            for path, part in beside.items():
                with named_error(path, part):
                    part.replace(path)
    finally:
        for part in beside.values():
            with suppress(OSError):  # a disk that takes nothing may not let go of anything either
                part.unlink(missing_ok=True)


def replace_file(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Write one file whole or not at all.

    Parameters
    ----------
    path
        The file; its folder is made where it is missing.
    content
        What it is to hold.
    durable
        Wait until the disk has it, so that not even a power cut leaves half of it.

    Raises
    ------
    OSError
        It cannot be written, with its name; what was there is as it was.
    """
    with part_file(path) as part, part.open("wb") as stream:
        stream.write(content)
        if durable:
            stream.flush()
            os.fsync(stream.fileno())


@contextmanager
def part_file(path: Path) -> Iterator[Path]:
    """The place beside a file for a library to write to; moved to the file where all went well.

    Its folder is made where it is missing. The name ends as the file's does: libraries go by that. Raises OSError
    with the file's name for whatever the disk, or the library because of the disk, refuses; UnreadableError where
    a file that it is made of cannot be read.
    """
    part = part_of(path)
    try:
        with named_error(path, part), _used(part):
            _refuse_irregular(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            _remove_parts([path])
            yield part
            part.replace(path)
    finally:
        for left in (part, *(part.with_name(f"{part.name}-{end}") for end in ("journal", "wal", "shm"))):
            with suppress(OSError):
                _remove(left)


@contextmanager
def scratch_beside(path: Path) -> Iterator[Path]:
    """A folder beside a file's place for what a library writes on the way to it; removed at the end.

    What a library would put into the system's folder for such things needs room on another disk, and stays there
    when the writer is killed; here the next writer of the file removes it. Raises OSError with the file's name.
    """
    scratch = part_of(path)
    try:
        with named_error(path, scratch), _used(scratch):
            path.parent.mkdir(parents=True, exist_ok=True)
            _remove_parts([path])
            scratch.mkdir()
            yield scratch
    finally:
        with suppress(OSError):
            _remove(scratch)


@contextmanager
def named_error(path: Path, part: Path | None = None) -> Iterator[None]:
    """Turn what fails in writing a file into an OSError with its name; other faults stay as they are.

    ``part`` is where it is written. An error of another file, from which this one is made, keeps that one's name.
    """
    try:
        yield
    except (UnwritableError, UnreadableError):  # of a file that was written, or read, meanwhile
        raise
    except OSError as error:
        raise _named(error, path, part) from error
    except Exception as error:
        if not (type(error).__module__.partition(".")[0] in _WRITERS or _system_error(error) is not None):
            raise
        raise _why(error, path) from error


def part_of(path: Path) -> Path:
    """A name beside a file's place to write it under: no other process, thread or machine writes there."""
    writer = f"{_system()}-{os.getpid()}-{os.urandom(4).hex()}"
    return path.with_name(f".{_short(path.stem)}.{writer}{PART}{path.suffix}")


def _short(stem: str) -> str:
    """The stem of a part's name: a file whose own name is as long as a disk takes has room beside it, too."""
    encoded = stem.encode("utf-8", "surrogateescape")
    return stem if len(encoded) <= LONGEST_STEM else hashlib.sha256(encoded).hexdigest()[:32]


@cache
def _system() -> str:
    """A short name for what numbers the processes here: two containers on one disk both have a process 1."""
    facts = [socket.gethostname()]
    with suppress(OSError):
        facts.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii"))
    with suppress(OSError):
        facts.append(str(Path("/proc/self/ns/pid").readlink()))
    return hashlib.sha256("\0".join(facts).encode("utf-8", "surrogateescape")).hexdigest()[:8]


@contextmanager
def _used(*parts: Path) -> Iterator[None]:
    """Let nobody in this process take these parts for left over."""
    names = {part.name for part in parts}
    _in_use.update(names)
    try:
        yield
    finally:
        _in_use.difference_update(names)


def _named(error: OSError, path: Path, part: Path | None) -> OSError:
    """The error with the name of the file that it is about: that to be written, or one that it is made from."""
    number = error.errno or errno.EIO
    name = None if isinstance(error.filename, int) else error.filename
    if name is None or number in _OF_WRITING or _is_of(name, path, part):
        return _of_file(number, path, error)
    # A copy names both its files, whichever of them failed.
    if error.filename2 is not None and _is_of(error.filename2, path, part) and why_not_writable(path) is not None:
        return _of_file(number, path, error)
    return UnreadableError(number, error.strerror or str(error), os.fsdecode(name))


def _is_of(name: str | bytes | os.PathLike[str], path: Path, part: Path | None) -> bool:
    """True for the file that is written, the part beside it, what libraries put to it, and the folders above."""
    found = Path(os.path.abspath(os.fsdecode(name)))  # noqa: PTH100  a link stays one
    place = Path(os.path.abspath(path))  # noqa: PTH100
    of_part = part is not None and str(found).startswith(str(place.with_name(part.name)))
    return of_part or place.is_relative_to(found)


def _of_file(number: int, path: Path, error: OSError) -> OSError:
    """The error with the name of the file that was to be written, not of the part beside it."""
    return UnwritableError(number, error.strerror if error.errno else str(error), str(path))


def why_not_writable(path: Path) -> OSError | None:
    """The answer of the disk to a file of a megabyte in a place: its error, or None where it takes it."""
    probe = part_of(path.with_suffix(".probe"))
    try:
        with probe.open("wb") as stream:
            stream.write(b"\0" * PROBE_BYTES)
    except OSError as reason:
        return _of_file(reason.errno or errno.EIO, path, reason)
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)
    return None


def _system_error(error: Exception) -> OSError | None:
    """The system's error that a library's was raised from."""
    return error.__cause__ if isinstance(error.__cause__, OSError) else None


def _why(error: Exception, path: Path) -> OSError:
    """The error of the disk where a library could not write, or else one with what the library said."""
    refused = why_not_writable(path)
    if refused is not None:
        return refused
    # XlsxWriter raises its own while it handles the system's, and does not say from which.
    inner = _system_error(error) or (error.__context__ if isinstance(error.__context__, OSError) else None)
    if inner is not None and inner.errno:
        return _of_file(inner.errno, path, inner)
    return UnwritableError(errno.EIO, str(error).partition("\n")[0], str(path))


def _remove_parts(paths: Iterable[Path]) -> None:
    """Remove what processes that are gone left of these files beside their places."""
    ends: dict[Path, dict[str, list[str]]] = {}
    for path in paths:
        ends.setdefault(path.parent, {}).setdefault(_short(path.stem), []).append(path.suffix)
    for folder, known in ends.items():
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                found = _PART.fullmatch(entry.name) if entry.name.startswith(".") and PART in entry.name else None
                if found is None or not any(found["end"].startswith(e) for e in known.get(found["stem"], ())):
                    continue
                with suppress(OSError):
                    if _is_left(entry, found["system"], int(found["process"])):
                        _remove(folder / entry.name)


def _is_left(entry: os.DirEntry[str], system: str | None, process: int) -> bool:
    """True for a part that nobody writes any more."""
    if system == _system() and os.name == "posix":
        if process == os.getpid():
            return not any(entry.name.startswith(name) for name in _in_use)
        if not _is_alive(process):
            return True
    # Of another machine or container, or of one whose number another process may have: its age tells.
    return time.time() - entry.stat(follow_symlinks=False).st_mtime > LEFT_AFTER_H * 3600


def _remove(path: Path) -> None:
    """Remove a file, or a folder with what is in it. Raises OSError."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True

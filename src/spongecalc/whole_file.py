"""Writing files whole or not at all, and saying of a write that failed which file it was and why.

Whatever is written goes to a name beside its place first and is moved there when every byte is on the disk, so
that a reader never meets half a file. Libraries that write by themselves (GDAL, SQLite, DuckDB, XlsxWriter) tell
of a full disk in words of their own; here all of them become the system's error with the file's name.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
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
_WRITERS = ("pyogrio", "rasterio", "sqlite3", "duckdb", "_duckdb", "xlsxwriter", "zipfile")
"""Libraries whose own errors in writing a file say that it cannot be written."""


def replace_files(contents: Mapping[Path, bytes | Iterable[bytes]]) -> None:
    """Write every file beside its place first, then move all into place.

    A reader never meets half a file, and a failure (disk full, no right to write) before the moves leaves
    what was there. A content that comes in parts is never whole in memory. Folders are made where they are
    missing. Raises OSError with the name of the file.
    """
    beside = {path: part_of(path) for path in contents}
    try:
        for path, content in contents.items():
            with named_error(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                _remove_parts(path)
                with beside[path].open("wb") as stream:
                    stream.writelines((content,) if isinstance(content, bytes) else content)
        for path, part in beside.items():
            with named_error(path):
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
    with the file's name for whatever the disk, or the library because of the disk, refuses.
    """
    part = part_of(path)
    try:
        with named_error(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            _remove_parts(path)
            yield part
            part.replace(path)
    finally:
        for left in (part, *(part.with_name(f"{part.name}-{end}") for end in ("journal", "wal", "shm"))):
            with suppress(OSError):
                left.unlink(missing_ok=True)


@contextmanager
def named_error(path: Path) -> Iterator[None]:
    """Turn what fails in writing a file into an OSError with its name; other faults stay as they are."""
    try:
        yield
    except OSError as error:
        raise _of_file(error.errno or errno.EIO, path, error) from error
    except Exception as error:
        if not (type(error).__module__.partition(".")[0] in _WRITERS or isinstance(error.__cause__, OSError)):
            raise
        raise _why(error, path) from error


def part_of(path: Path) -> Path:
    """The name beside a file's place under which this process writes it."""
    return path.with_name(f".{path.stem}.{os.getpid()}{PART}{path.suffix}")


def _of_file(number: int, path: Path, error: OSError) -> OSError:
    """The error with the name of the file that was to be written, not of the part beside it."""
    return OSError(number, error.strerror if error.errno else str(error), str(path))


def why_not_writable(path: Path) -> OSError | None:
    """The answer of the disk to a file of a megabyte in a place: its error, or None where it takes it."""
    probe = path.with_name(f".{path.stem}.{os.getpid()}{PART}.probe")
    try:
        with probe.open("wb") as stream:
            stream.write(b"\0" * PROBE_BYTES)
    except OSError as reason:
        return _of_file(reason.errno or errno.EIO, path, reason)
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)
    return None


def _why(error: Exception, path: Path) -> OSError:
    """The error of the disk where a library could not write, or else one with what the library said."""
    refused = why_not_writable(path)
    if refused is not None:
        return refused
    inner = error.__cause__ if isinstance(error.__cause__, OSError) else None
    if inner is not None and inner.errno:
        return _of_file(inner.errno, path, inner)
    return OSError(errno.EIO, str(error).partition("\n")[0], str(path))


def _remove_parts(path: Path) -> None:
    """Remove what processes that were killed left of this file beside its place."""
    start = f".{path.stem}."
    with suppress(OSError):
        for left in path.parent.iterdir():
            if not (left.name.startswith(start) and PART in left.name):
                continue
            process, _, end = left.name.removeprefix(start).partition(PART)
            if process.isdigit() and end.startswith(path.suffix) and not _is_alive(int(process)):
                left.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    if process == os.getpid():
        return False  # of an earlier one with the same number: this one writes a file once at a time
    if os.name != "posix":
        return True  # not to be found out without harm there
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True

"""Failures of a worker that are the disk's and not its job's: nothing that came of them is to be kept."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from spongecalc.batch.pool import Outcome
from spongecalc.whole_file import OF_THE_DISK, why_not_writable

LEAST_ROOM_BYTES = 500_000
"""With less room than this left on the disk, what the engine wrote may be cut short."""
ENGINE_CANNOT_WRITE = ("engine.error.303", "engine.error.305", "engine.error.307", "engine.error.309")
"""The engine's words for input, report and result files of its own that it cannot open or write."""

_OF_THE_SYSTEM = re.compile(r"\w+: \[Errno (?P<number>\d+)\] (?P<words>.*?)(: '(?P<file>.*)')?", re.DOTALL)


def disk_fault(outcome: Outcome, written: Path | None = None) -> OSError | None:
    """The error that kept a worker from writing its files; None where a job failed by itself, or did not.

    Memory, processes and open files that were short, and what was to be read and is not there, are no fault of
    the disk's: they cost one job. ``written`` is the folder that workers write in; it may have gone.
    """
    said = _OF_THE_SYSTEM.fullmatch(outcome.detail) if outcome.reason == "system" else None
    if said is None:
        return None
    # A write that fails, unlike an opening, names no file.
    fault = OSError(int(said["number"]), said["words"], said["file"] or (str(written) if written else None))
    gone = fault.errno == errno.ENOENT and written is not None and _is_in(said["file"], written)
    return fault if fault.errno in OF_THE_DISK or gone else None


def _is_in(file: str | None, folder: Path) -> bool:
    return file is not None and Path(os.path.abspath(file)).is_relative_to(os.path.abspath(folder))  # noqa: PTH100


def refuse_faults(outcomes: Iterable[Outcome], written: Path | None = None) -> None:
    """Refuse to go on with what the disk kept from being made; ``written`` is the folder that workers write in.

    Raises OSError: what is kept of such an outcome would stand for the model's own answer at every later call.
    """
    for outcome in outcomes:
        fault = disk_fault(outcome, written)
        if fault is not None:
            raise fault


def refuse_little_room(folder: Path, *, whole: bool = True) -> None:
    """Refuse what the engine wrote into a folder whose disk is all but full, or takes nothing.

    ``whole`` is False where the engine's files are known to be cut short. Raises OSError with the folder's name.
    """
    if shutil.disk_usage(folder).free < LEAST_ROOM_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
    if not whole:
        raise why_not_writable(folder / "room") or OSError(errno.EIO, os.strerror(errno.EIO), str(folder))

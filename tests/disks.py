"""Disks that take nothing, for tests of what is said then and of what is left."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def small_disk(place: Path, size_bytes: int) -> Iterator[bool]:
    """A disk of a few megabytes in memory; yields False where it could not be mounted (only root may)."""
    place.mkdir(parents=True)
    call = ["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(place)]
    mounted = (
        hasattr(os, "geteuid")
        and os.geteuid() == 0
        and shutil.which("mount") is not None
        and subprocess.run(call, capture_output=True, check=False).returncode == 0
    )
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(place)], check=True)


def remount(disk: Path, how: str) -> bool:
    """Mount a small disk again, "ro" or "rw"; False where a file on it is open for writing."""
    words = ["mount", "-o", f"remount,{how}", str(disk)]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def fill_up(disk: Path) -> Path:
    """Fill a disk to its last byte; returns the file that does."""
    filler = disk / "filler"
    with suppress(OSError), filler.open("ab", buffering=0) as stream:
        for size in (1 << 16, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    stream.write(b"\0" * size)
    return filler

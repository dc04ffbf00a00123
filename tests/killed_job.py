"""A job whose worker is killed, in a module of its own that a worker imports in no time."""

from __future__ import annotations

import os
import signal


def killed_at_work(*_: object) -> None:
    """Die as a worker does that somebody kills."""
    os.kill(os.getpid(), signal.SIGKILL)


def refused_by_the_system(number: int, file: str) -> None:
    """Raise an error of the operating system's, as opening a file does."""
    raise OSError(number, os.strerror(number), file)

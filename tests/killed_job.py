"""A job whose worker is killed, in a module of its own that a worker imports in no time."""

from __future__ import annotations

import os
import signal


def killed_at_work(*_: object) -> None:
    """Die as a worker does that somebody kills."""
    os.kill(os.getpid(), signal.SIGKILL)

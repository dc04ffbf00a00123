"""The share of a run that is simulated, told from the process that makes it to the one that waits for it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

_SECONDS_BETWEEN = 0.2


@dataclass
class HowFar:
    """A file that holds how much of a run is simulated [s] and how long it is [s], a few times a second.

    The length of what is written is always the same, so that a reader sees no half of it and half of another.
    """

    path: Path
    whole_s: float
    _next: float = field(default=0.0, init=False)

    def tell(self, elapsed_s: float) -> None:
        """Write the simulated time [s], unless it has just been written."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _SECONDS_BETWEEN
        self.path.write_text(f"{elapsed_s:20.1f} {self.whole_s:20.1f}", encoding="ascii")


def read_how_far(path: Path) -> tuple[float, float] | None:
    """Return simulated time and length of a run [s]; None before its first step."""
    try:
        elapsed_s, whole_s = (float(word) for word in path.read_text(encoding="ascii").split())
    except (OSError, ValueError):
        return None
    return elapsed_s, whole_s

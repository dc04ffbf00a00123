"""The progress of a step, as it is told to whoever watches."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told the step's name, how many are done, how many there are, and what else there is to say of it."""

    def __call__(self, step: str, done: int, total: int, note: str = "", /) -> None:
        """Take note of it."""


def no_progress(step: str, done: int, total: int, note: str = "") -> None:
    """Progress that nobody watches."""

"""How a step tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Told the step's name, how many are done, and how many there are."""


def no_progress(step: str, done: int, total: int) -> None:
    """Progress that nobody watches."""

"""Curves as one types them in a cell: pairs with semicolons between, as "0:120; 1.5:180"."""

from __future__ import annotations

import math
import re

type Points = tuple[tuple[float, float], ...]
"""x and y of each point, x rising."""

_BETWEEN = re.compile(r"[;；\n]")
_WITHIN = re.compile(r"[:：]")


class PairsError(ValueError):
    """A cell that holds no curve; ``reason`` is the key of what is wrong with it, ``part`` where."""

    def __init__(self, reason: str, part: str) -> None:
        super().__init__(f"{reason}: {part}")
        self.reason, self.part = reason, part


def pairs_of(cell: str) -> Points:
    """Return the points of a cell.

    Parameters
    ----------
    cell
        Pairs x:y with semicolons between, x rising.

    Raises
    ------
    PairsError
        "pair" (not two numbers), "order" (x does not rise) or "few" (none at all).
    """
    points: list[tuple[float, float]] = []
    for part in _BETWEEN.split(cell):
        if not part.strip():
            continue
        words = _WITHIN.split(part)
        try:
            x, y = (float(w) for w in words)
        except ValueError:
            raise PairsError("pair", part.strip()) from None
        if not (math.isfinite(x) and math.isfinite(y)):
            raise PairsError("pair", part.strip())
        if points and x <= points[-1][0]:
            raise PairsError("order", part.strip())
        points.append((x, y))
    if not points:
        raise PairsError("few", cell.strip())
    return tuple(points)


def pairs_text(points: Points) -> str:
    """Return points as a cell holds them, without loss."""
    return "; ".join(f"{x:.12g}:{y:.12g}" for x, y in points)


def known_pairs(cell: object) -> Points:
    """Return the points of a cell, none where it is empty or holds no curve."""
    if not isinstance(cell, str) or not cell.strip():
        return ()
    try:
        return pairs_of(cell)
    except PairsError:
        return ()

"""Places of a map's labels, so that none lies on another."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

# Offsets tried around a mark, in order of preference: (share of width, share of height) of the label.
BESIDE = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1))
BELOW = ((0, 1), (0, -1), (1, 0), (-1, 0))

Directions = tuple[tuple[int, int], ...]
Box = tuple[float, float, float, float]

CELL_PX = 32.0
"""Places are kept by square cells of about a label's size, so that only near ones are looked at."""


@dataclass
class LabelPlaces:
    """Places taken so far on one map, as boxes (left, top, right, bottom) in pixels."""

    width_px: float
    height_px: float
    _taken: dict[tuple[int, int], list[Box]] = field(default_factory=dict)

    def take(self, x: float, y: float, radius: float) -> None:
        """Keep labels off a mark of some radius."""
        self.keep_off((x - radius, y - radius, x + radius, y + radius))

    def find(
        self, x: float, y: float, gap: float, size: tuple[float, float], directions: Directions = BESIDE
    ) -> tuple[float, float] | None:
        """Centre of a free box of ``size`` beside a mark of radius ``gap``; None where there is none.

        The box is taken when found.
        """
        width, height = size
        for across, down in directions:
            cx = x + across * (gap + width / 2 + 1)
            cy = y + down * (gap + height / 2 + 1)
            box = (cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2)
            if self._free(box):
                self.keep_off(box)
                return cx, cy
        return None

    def _free(self, box: Box) -> bool:
        inside = box[0] >= 0 and box[1] >= 0 and box[2] <= self.width_px and box[3] <= self.height_px
        return inside and not any(_meet(box, other) for at in _cells(box) for other in self._taken.get(at, ()))

    def keep_off(self, box: Box) -> None:
        """Keep labels off a box."""
        for at in _cells(box):
            self._taken.setdefault(at, []).append(box)


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    """The cells that a box lies in."""
    left, top, right, bottom = (math.floor(v / CELL_PX) for v in box)
    for column in range(left, right + 1):
        for row in range(top, bottom + 1):
            yield column, row


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def grouped(places: Sequence[tuple[float, float]], distance: float) -> list[list[int]]:
    """Indices of places in groups: each joins the first group whose first place is within ``distance``."""
    groups: list[list[int]] = []
    for i, (x, y) in enumerate(places):
        for group in groups:
            first_x, first_y = places[group[0]]
            if (x - first_x) ** 2 + (y - first_y) ** 2 <= distance**2:
                group.append(i)
                break
        else:
            groups.append([i])
    return groups


def number_list(numbers: Sequence[int]) -> str:
    """Numbers of a group in few signs: 1-3,7."""
    parts: list[list[int]] = []
    for n in sorted(numbers):
        if parts and n == parts[-1][-1] + 1:
            parts[-1].append(n)
        else:
            parts.append([n])
    return ",".join(f"{p[0]}-{p[-1]}" if len(p) > 1 else str(p[0]) for p in parts)

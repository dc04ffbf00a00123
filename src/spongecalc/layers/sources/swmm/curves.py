"""Curves of a model as pairs of numbers, and the functions of a storage's area as curves."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence

from spongecalc.layers.sources.swmm.reading import number_of
from spongecalc.layers.sources.swmm.sections import ModelFile

CURVE_KINDS = (
    "STORAGE",
    "DIVERSION",
    "TIDAL",
    "RATING",
    "CONTROL",
    "SHAPE",
    "WEIR",
    "PUMP1",
    "PUMP2",
    "PUMP3",
    "PUMP4",
    "PUMP5",
)
AREA_ERROR = 0.0002
"""How far the area between two points of a curve may be off, over the largest area: the volumes are closer."""
MOST_POINTS = 400

type Pairs = tuple[tuple[float, float], ...]


def curves_of(file: ModelFile) -> dict[str, tuple[str, Pairs]]:
    """Kind ("PUMP2", "" where it names none) and pairs of each curve, by its name in small letters.

    Pairs end where a word is no number.
    """
    words: dict[str, list[str]] = {}
    for row in file.of("CURVES"):
        words.setdefault(row.words[0].lower(), []).extend(row.words[1:])
    found = {}
    for name, given in words.items():
        first = given[0].upper() if given else ""
        kind = next((k for k in CURVE_KINDS if first.startswith(k)), "")
        values = []
        for word in given[1:] if kind else given:
            value = number_of(word)
            if value is None:
                break
            values.append(value)
        found[name] = (kind, tuple(zip(values[::2], values[1::2], strict=False)))
    return found


def pairs_text(pairs: Sequence[tuple[float, float]], first: float, second: float) -> str:
    """Pairs as the layers write them, "0:0; 3:100", each number times its factor.

    Seven digits hold a curve's figures of either system of units.
    """
    return "; ".join(f"{x * first:.7g}:{y * second:.7g}" for x, y in pairs)


def area_curve(area: Callable[[float], float], depth: float) -> Pairs | None:
    """Points between which a straight area is within ``AREA_ERROR`` of a function's; None where it has no value.

    SWMM goes straight from point to point. The stretch that is furthest off is halved until none is off by more.
    """
    try:
        ends = (area(0.0), area(depth))
        if not all(math.isfinite(a) for a in ends):
            return None
        allowed = AREA_ERROR * max(ends)
        points = {0.0: ends[0], depth: ends[1]}
        stretches: list[tuple[float, float, float]] = []

        def look(low: float, high: float) -> None:
            # A root's area is furthest off below the middle.
            tried = [(low + (high - low) * part) for part in (0.25, 0.5)]
            off = max(abs(area(d) - _between(points, low, high, d)) for d in tried)
            heapq.heappush(stretches, (-off, low, high))

        look(0.0, depth)
        while -stretches[0][0] > allowed and len(points) < MOST_POINTS:
            _, low, high = heapq.heappop(stretches)
            middle = (low + high) / 2
            points[middle] = area(middle)
            look(low, middle)
            look(middle, high)
    except (OverflowError, ZeroDivisionError, ValueError):
        return None
    return tuple(sorted(points.items()))


def to_the_brim(pairs: Pairs, depth: float) -> Pairs:
    """A storage's curve up to its full depth: above its last point SWMM lets the area grow on, never shrink."""
    if not pairs or not pairs[-1][0] < depth:
        return pairs
    (x1, y1), (x2, y2) = pairs[-2:] if len(pairs) > 1 else (pairs[0], pairs[0])
    slope = max((y2 - y1) / (x2 - x1), 0.0) if x2 > x1 else 0.0
    return (*pairs, (depth, y2 + slope * (depth - x2)))


def _between(points: dict[float, float], low: float, high: float, depth: float) -> float:
    """The area at a depth, straight between two points."""
    return points[low] + (points[high] - points[low]) * (depth - low) / (high - low)


def storage_function(shape: str, first: float, second: float, third: float) -> Callable[[float], float]:
    """The area of a storage by depth, in the model's units, from the three figures of its row.

    References
    ----------
    SWMM 5.2 User's Manual, section [STORAGE]: a functional storage has the area a0 + a1 d^a2, the others that of
    their solid.
    """
    if shape == "FUNCTIONAL":
        return lambda d: third + first * (1.0 if second == 0 else d**second)
    if shape == "CYLINDRICAL":
        return lambda d: math.pi * first / 2 * second / 2 + 0.0 * d
    if shape == "CONICAL":
        a, b = first / 2, second / 2
        return lambda d: math.pi * (a * b + 2 * b * third * d + b / a * (third * d) ** 2)
    if shape == "PARABOL":
        return lambda d: math.pi * first / 2 * second / 2 * d / third
    return lambda d: first * second + 2 * (first + second) * third * d + 4 * (third * d) ** 2

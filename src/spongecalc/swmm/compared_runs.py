"""Two runs of what should be one model: volumes and peaks side by side, and how far they are apart."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from spongecalc.swmm.run_result import RunResult

ALLOWED_PERCENT = 0.5
"""How far two figures of one model may be apart."""
NOISE = 0.0005
"""Part of the largest figure of a kind below which a difference is none: those of a trickle mean nothing."""

TOTALS = ("wet_weather_inflow", "dry_weather_inflow", "external_inflow", "outflow", "flooding", "storage_final")


@dataclass(frozen=True)
class Figure:
    """One figure of both runs; ``kind`` is "total", or what it is of a node, link or outfall ``name``."""

    kind: str
    name: str
    original: float
    rebuilt: float
    largest: float

    @property
    def percent(self) -> float:
        """Difference over the original's figure [%], or over a part of the largest of its kind."""
        off = abs(self.rebuilt - self.original)
        if math.isnan(off):
            return 0.0 if math.isnan(self.rebuilt) and math.isnan(self.original) else math.inf
        base = max(abs(self.original), self.largest * 100 * NOISE / ALLOWED_PERCENT)
        return 100 * off / base if off > 0 and base > 0 else 0.0

    @property
    def agrees(self) -> bool:
        """True where the figures are within what two runs of one model may be apart."""
        return self.percent <= ALLOWED_PERCENT


@dataclass(frozen=True)
class ComparedRuns:
    """All figures of two runs, totals first; and what only one of them has, by kind."""

    figures: tuple[Figure, ...]
    missing: Mapping[str, tuple[str, ...]]

    @property
    def agree(self) -> bool:
        """True where nothing is missing and every figure agrees."""
        return not self.missing and all(figure.agrees for figure in self.figures)

    @property
    def largest(self) -> Figure | None:
        """The figure that is furthest apart; None without any."""
        return max(self.figures, key=lambda figure: figure.percent, default=None)

    def of(self, kind: str) -> tuple[Figure, ...]:
        """Figures of one kind."""
        return tuple(figure for figure in self.figures if figure.kind == kind)


def compared(original: RunResult, rebuilt: RunResult) -> ComparedRuns:
    """Compare the volumes and peaks of two runs.

    Totals of water; of each outfall volume and peak, of each link its peak, of each node what floods and its
    greatest depth.
    """
    figures: list[Figure] = []
    missing: dict[str, tuple[str, ...]] = {}
    flow = max((abs(original.totals_m3.get(term, 0.0)) for term in TOTALS), default=0.0)
    for term in TOTALS:
        before, after = original.totals_m3.get(term, 0.0), rebuilt.totals_m3.get(term, 0.0)
        if before or after:
            figures.append(Figure("total", term, before, after, flow))
    for table, columns in (
        ("outfalls", ("volume_m3", "peak_l_s")),
        ("links", ("peak_l_s",)),
        ("nodes", ("flood_volume_m3", "max_depth_m")),
    ):
        first, second = getattr(original, table), getattr(rebuilt, table)
        alone = sorted({str(i) for i in first.index.symmetric_difference(second.index)})
        if alone:
            missing[table] = tuple(alone)
        both = first.index.intersection(second.index)
        for column in columns:
            figures.extend(_figures(f"{table}.{column}", first.loc[both, column], second.loc[both, column]))
    return ComparedRuns(tuple(figures), missing)


def _figures(kind: str, first: pd.Series, second: pd.Series) -> list[Figure]:
    largest = float(first.abs().max()) if len(first) else 0.0
    return [
        Figure(kind, str(name), float(a), float(b), largest)
        for name, a, b in zip(first.index, first, second, strict=True)
    ]

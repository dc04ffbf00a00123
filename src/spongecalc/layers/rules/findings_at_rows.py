"""Findings at the rows of a frame that break a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from spongecalc.layers.finding import Finding, finding_at

# Nothing of a town measures as much in any unit.
NO_MEASURE = 1e9


def found_at(
    rule: str, layer: str, frame: gpd.GeoDataFrame, mask: object, **words: Sequence[object] | object
) -> Iterator[Finding]:
    """A finding at each row where ``mask`` holds.

    ``words`` fill the rule's sentences: a sequence as long as the frame gives each row its own, anything
    else is the same for all.
    """
    chosen = np.flatnonzero(np.asarray(mask, dtype=bool))
    if not len(chosen):
        return
    count = len(frame)
    own: dict[str, Figures | np.ndarray] = {}
    common: dict[str, object] = {}
    for name, value in words.items():
        if not isinstance(value, (str, Mapping)) and hasattr(value, "__len__") and len(value) == count:
            own[name] = value if isinstance(value, Figures) else np.asarray(value, dtype=object)
        else:
            common[name] = value
    for position, row in zip(chosen, frame.iloc[chosen].itertuples(), strict=True):
        yield finding_at(rule, layer, row, **common, **{n: v[int(position)] for n, v in own.items()})


@dataclass(frozen=True, eq=False)
class Figures:
    """Numbers as a sentence shows them; each is written where it is asked for, since few rows break a rule."""

    values: np.ndarray
    digits: int

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, position: int) -> str:
        value = self.values[position]
        # What no place or size has (1e308) by its power, not by 308 digits.
        return f"{value:g}" if abs(value) >= NO_MEASURE else f"{value:.{self.digits}f}"


def numbers(values: object, digits: int) -> Figures:
    """Numbers as a sentence shows them."""
    return Figures(np.asarray(values, dtype=float), digits)

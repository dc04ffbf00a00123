"""A water level over time outside an outfall: a tide, or a river in flood."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class LevelSeries:
    """Levels at hours since the storm began, straight between them.

    Before the first hour and after the last the level is that of the first and the last.

    Attributes
    ----------
    file : str
        Name of its file in the project.
    hours : tuple of float
        Hours since the storm began, rising, from 0 on [h].
    levels_m : tuple of float
        Level of the water at each [m].
    """

    file: str
    hours: tuple[float, ...]
    levels_m: tuple[float, ...]

    @property
    def first_m(self) -> float:
        """Level with which storms begin, and which stands in dry weather [m]."""
        return self.levels_m[0]

    @property
    def highest_m(self) -> float:
        """Highest level of all [m]."""
        return max(self.levels_m)

    @property
    def highest_h(self) -> float:
        """Hour at which the highest level is first reached [h]."""
        return self.hours[self.levels_m.index(self.highest_m)]

    def at_m(self, hour: float) -> float:
        """Level at an hour since the storm began [m]."""
        return float(np.interp(hour, self.hours, self.levels_m))

    def raised(self, rise_m: float) -> LevelSeries:
        """The same course of the water, higher by ``rise_m`` throughout."""
        return replace(self, levels_m=tuple(level + rise_m for level in self.levels_m))

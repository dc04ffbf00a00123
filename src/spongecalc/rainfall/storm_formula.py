"""The storm formula of a place: mean intensity by return period and duration."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Protocol

import numpy as np

from spongecalc.rainfall.formula_range import NOT_STATED, FittedRange, range_of, usual_range
from spongecalc.standards.tables import table

# 1 mm/min of rain on a hectare is 10 m3/min, which is 166.67 l/s.
L_S_HA_PER_MM_MIN = 1e4 / 60


class RainFormula(Protocol):
    """Interface of a rain formula of any form, as a design storm needs it."""

    @property
    def place(self) -> str:
        """Whose formula it is."""

    @property
    def source(self) -> str:
        """Publication of the formula."""

    @property
    def how_known(self) -> str:
        """Confidence in the parameters."""

    @property
    def least_return_period_a(self) -> float:
        """Return periods in years below which it holds no more."""

    @property
    def fitted(self) -> FittedRange:
        """Durations and return periods that it was fitted to."""

    def text(self) -> str:
        """The formula with its numbers."""

    def gives_rain(self, return_period_a: float) -> bool:
        """True if it holds for a return period in years."""

    def longest_duration_min(self, return_period_a: float) -> float:
        """The duration in minutes up to which the depth grows."""

    def intensity_l_s_ha(self, return_period_a: float, duration_min: np.ndarray | float) -> np.ndarray:
        """Mean intensity in L/(s ha) over durations in minutes."""

    def depth_mm(self, return_period_a: float, duration_min: np.ndarray | float) -> np.ndarray:
        """Depth in mm within durations in minutes."""


@dataclass(frozen=True)
class StormFormula:
    """q = A (1 + C lg P) / (t + b)^n, q in L/(s ha), P in years, t in minutes."""

    place: str
    A: float
    C: float
    b: float
    n: float
    source: str
    how_known: str
    fitted: FittedRange = field(default_factory=partial(usual_range, NOT_STATED))

    def text(self) -> str:
        """The formula with its numbers, as a report prints it."""
        return f"q = {self.A:g} (1 + {self.C:g} lg P) / (t + {self.b:g})^{self.n:g}"

    @property
    def least_return_period_a(self) -> float:
        """The return period in years at and below which the formula gives no rain: 1 + C lg P = 0."""
        return 10 ** (-1 / self.C) if self.C > 0 else 0.0

    def gives_rain(self, return_period_a: float) -> bool:
        """True if a return period in years gives a positive intensity."""
        return return_period_a > 0 and 1 + self.C * math.log10(return_period_a) > 0

    def longest_duration_min(self, return_period_a: float) -> float:  # noqa: ARG002  the same for every one
        """The duration in minutes at which the depth is greatest; infinite where n is not above 1.

        The depth grows as t / (t + b)^n, whose derivative is zero at t = b / (n - 1).
        """
        return self.b / (self.n - 1) if self.n > 1 else math.inf

    def intensity_l_s_ha(self, return_period_a: float, duration_min: np.ndarray | float) -> np.ndarray:
        """Mean intensity over a duration.

        Parameters
        ----------
        return_period_a
            Return period in years, positive; the formula must give a positive intensity for it.
        duration_min
            Durations in minutes, 0 or more (above 0 where b is 0).

        Returns
        -------
        Intensities in L/(s ha), of the shape of ``duration_min``.

        Raises
        ------
        ValueError
            If the return period gives no positive intensity.

        Notes
        -----
        ``fitted`` tells the durations and return periods that it holds for; what lies beyond extrapolates.
        One formula for all return periods is a compromise: for Guangzhou's six areas, whose formulas of single
        return periods are published too, it departs from those by at most 15 % for 5 to 100 a and 5 to 180 min,
        but by up to 65 % for 1 a. The interval form stays within 0.4 %.

        References
        ----------
        GB 50014-2021, section 4.1, the storm intensity formula in its general form.
        """
        factor = 1 + self.C * np.log10(return_period_a) if return_period_a > 0 else -1.0
        if factor <= 0:
            raise ValueError(
                f"a return period of {return_period_a} a gives no rain by the formula of {self.place}"
            )
        intensity: np.ndarray = self.A * factor / (np.asarray(duration_min, dtype=float) + self.b) ** self.n
        return intensity

    def depth_mm(self, return_period_a: float, duration_min: np.ndarray | float) -> np.ndarray:
        """Depth in mm that falls within a duration in minutes: intensity times duration."""
        minutes = np.asarray(duration_min, dtype=float)
        depth: np.ndarray = self.intensity_l_s_ha(return_period_a, minutes) * minutes / L_S_HA_PER_MM_MIN
        return depth


def formula_of(place: str) -> StormFormula:
    """The formula of a place from the table of storm formulas.

    Raises
    ------
    KeyError
        If the table has no such place.
    """
    return storm_formulas()[place]


@cache
def storm_formulas() -> Mapping[str, StormFormula]:
    """The formulas of the table of storm formulas, by place."""
    return {
        str(row["place"]): StormFormula(
            str(row["place"]),
            float(row["A"]),
            float(row["C"]),
            float(row["b"]),
            float(row["n"]),
            str(row["source"]),
            str(row["how_known"]),
            range_of(row),
        )
        for _, row in table("storm_formulas").iterrows()
    }

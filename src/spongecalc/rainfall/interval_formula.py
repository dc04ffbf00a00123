"""The storm formula whose coefficients are functions of the return period, one set for each interval of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from spongecalc.rainfall.formula_range import NO_DATE, NOT_STATED, FittedRange, Sampling, usual_range
from spongecalc.rainfall.storm_formula import StormFormula
from spongecalc.standards.tables import table

# The published A is that of a formula in mm/min times 167: q = 167 A / (t + b)^n.
L_S_HA_AS_PUBLISHED = 167.0

Coefficients = tuple[float, float, float]


@dataclass(frozen=True)
class Interval:
    """Coefficients k1, k2, k3 of A, b and n = k1 + k2 ln(P - k3) for return periods from one to another."""

    p_from_a: float
    p_to_a: float
    A: Coefficients
    b: Coefficients
    n: Coefficients


@dataclass(frozen=True)
class IntervalFormula:
    """q = 167 A(P) / (t + b(P))^n(P), q in L/(s ha), P in years, t in minutes."""

    place: str
    intervals: tuple[Interval, ...]
    source: str
    how_known: str
    shortest_min: float = field(default_factory=lambda: usual_range(NOT_STATED).shortest_min)
    longest_min: float = field(default_factory=lambda: usual_range(NOT_STATED).longest_min)
    sampling: Sampling = NOT_STATED
    issued: str = NO_DATE

    def text(self) -> str:
        """The formula with its numbers, as a report prints it."""
        parts = []
        for i in self.intervals:
            a, b, n = (f"{k[0]:g}{k[1]:+g} ln(P{-k[2]:+g})" for k in (i.A, i.b, i.n))
            parts.append(f"P {i.p_from_a:g}-{i.p_to_a:g} a: A = {a}, b = {b}, n = {n}")
        return "q = 167 A / (t + b)^n; " + "; ".join(parts)

    @property
    def fitted(self) -> FittedRange:
        """Its durations, and the return periods of all intervals."""
        return FittedRange(
            self.shortest_min,
            self.longest_min,
            self.least_return_period_a,
            max(i.p_to_a for i in self.intervals),
            self.sampling,
            self.issued,
        )

    @property
    def least_return_period_a(self) -> float:
        """The shortest return period in years that an interval covers."""
        return min(i.p_from_a for i in self.intervals)

    def gives_rain(self, return_period_a: float) -> bool:
        """True if the formula holds for a return period in years: an interval with positive A and n covers it."""
        try:
            self.at(return_period_a)
        except ValueError:
            return False
        return True

    def longest_duration_min(self, return_period_a: float) -> float:
        """The duration in minutes at which the depth is greatest; infinite where n is not above 1."""
        return self.at(return_period_a).longest_duration_min(return_period_a)

    def at(self, return_period_a: float) -> StormFormula:
        """The formula of a single return period.

        Parameters
        ----------
        return_period_a
            Return period in years. Where two intervals meet, the upper one holds: the published formulas of
            single return periods at 10 a are those of the upper interval.

        Raises
        ------
        ValueError
            If no interval covers the return period, or its coefficients give no formula there.

        References
        ----------
        The form is that of the storm formula reports of Guangzhou (2021) and of the technical guide of the
        housing ministry and the meteorological administration (2014) on deriving storm formulas.
        """
        covering = [i for i in self.intervals if i.p_from_a <= return_period_a <= i.p_to_a]
        if not covering:
            raise ValueError(f"no interval of the formula of {self.place} covers {return_period_a:g} a")
        interval = max(covering, key=lambda i: i.p_from_a)
        a, b, n = (_value(k, return_period_a) for k in (interval.A, interval.b, interval.n))
        if not (a > 0 and n > 0 and b >= 0):
            raise ValueError(f"the formula of {self.place} gives no rain for {return_period_a:g} a")
        return StormFormula(
            self.place, L_S_HA_AS_PUBLISHED * a, 0.0, b, n, self.source, self.how_known, self.fitted
        )

    def intensity_l_s_ha(self, return_period_a: float, duration_min: np.ndarray | float) -> np.ndarray:
        """Mean intensity in L/(s ha) over durations in minutes; raises ValueError as :meth:`at`."""
        return self.at(return_period_a).intensity_l_s_ha(return_period_a, duration_min)

    def depth_mm(self, return_period_a: float, duration_min: np.ndarray | float) -> np.ndarray:
        """Depth in mm that falls within durations in minutes; raises ValueError as :meth:`at`."""
        return self.at(return_period_a).depth_mm(return_period_a, duration_min)


def _value(k: Coefficients, return_period_a: float) -> float:
    beyond = return_period_a - k[2]
    return k[0] + k[1] * math.log(beyond) if beyond > 0 else math.nan


def interval_places() -> tuple[str, ...]:
    """Places whose interval form the table holds."""
    return tuple(dict.fromkeys(table("storm_formula_intervals")["place"].tolist()))


def interval_formula_of(place: str) -> IntervalFormula:
    """The interval form of a place from the table.

    Raises
    ------
    KeyError
        If the table has no such place.
    """
    rows = table("storm_formula_intervals")
    own = rows[rows["place"] == place].sort_values("p_from_a")
    if own.empty:
        raise KeyError(place)

    def three(row: object, name: str) -> Coefficients:
        return (getattr(row, f"{name}1"), getattr(row, f"{name}2"), getattr(row, f"{name}3"))

    intervals = tuple(
        Interval(r.p_from_a, r.p_to_a, three(r, "A"), three(r, "b"), three(r, "n")) for r in own.itertuples()
    )
    first = own.iloc[0]
    return IntervalFormula(
        place,
        intervals,
        str(first["source"]),
        str(first["how_known"]),
        float(first["t_from_min"]),
        float(first["t_to_min"]),
        first["sampling"],
        str(first["issued"]),
    )

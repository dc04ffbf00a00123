"""Bands in which a city's storm formula and its design rainfall may be expected, from the tables' cities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from spongecalc.rainfall.capture_ratio import PERCENTS_OF_TABLE, CaptureCurve
from spongecalc.rainfall.storm_formula import RainFormula, storm_formulas
from spongecalc.standards.tables import table

COMMON_PERCENT = 80.0
"""The capture ratio whose design rainfall stands for how much rain a city gets."""
DURATIONS_MIN = (10.0, 60.0, 120.0)


@dataclass(frozen=True)
class OutOfBand:
    """A depth in mm outside of a band, with the band, and how far outside as a factor above 1.

    ``least`` and ``most`` are the cities, or places of formulas, at the ends of the band before it was widened.
    """

    depth_mm: float
    low_mm: float
    high_mm: float
    least: str
    most: str

    @property
    def factor(self) -> float:
        """The factor by which the depth lies outside."""
        return max(self.low_mm / self.depth_mm, self.depth_mm / self.high_mm)


@dataclass(frozen=True)
class FormulaDepth:
    """The depth of a return period in years and a duration in minutes that lies farthest outside."""

    return_period_a: float
    duration_min: float
    found: OutOfBand


def limit(item: str) -> float:
    """A limit of ``plausible_rain.csv``: ``margin``, by which a band is wider than its cities; or another."""
    return float(table("plausible_rain").set_index("item").loc[item, "value"])


def formula_out_of_band(
    formula: RainFormula, return_periods_a: tuple[float, ...], design_80_mm: float
) -> FormulaDepth | None:
    """The depth of a formula that lies farthest outside of its band; None where all lie within.

    Parameters
    ----------
    formula
        The formula to look at.
    return_periods_a
        Return periods in years to look at, each for 10, 60 and 120 min.
    design_80_mm
        Design rainfall in mm of the place for a capture ratio of 80 %.

    Notes
    -----
    A formula's depth over the design rainfall of its city is much the same from city to city. The band is the
    least and the greatest of that quotient over the table's formulas that hold for the return period and the
    duration, times ``design_80_mm``, widened by ``margin`` both ways.
    """
    found = [
        FormulaDepth(period, minutes, out)
        for period in return_periods_a
        if formula.gives_rain(period)
        for minutes in DURATIONS_MIN
        if (out := _outside(formula, period, minutes, design_80_mm)) is not None
    ]
    return max(found, key=lambda d: d.found.factor, default=None)


def _outside(formula: RainFormula, period: float, minutes: float, design_80_mm: float) -> OutOfBand | None:
    quotients = dict(_quotients(period, minutes))
    if not quotients:
        return None
    least, most = min(quotients, key=quotients.__getitem__), max(quotients, key=quotients.__getitem__)
    low, high = (
        quotients[least] * design_80_mm / limit("margin"),
        quotients[most] * design_80_mm * limit("margin"),
    )
    depth = float(formula.depth_mm(period, minutes))
    return None if low <= depth <= high else OutOfBand(depth, low, high, least, most)


def _quotients(period: float, minutes: float) -> Iterator[tuple[str, float]]:
    """Places of the table, and their depth over the design rainfall of their city."""
    designs = _designs_mm()
    for place, formula in storm_formulas().items():
        fitted = formula.fitted
        if fitted.shortest_min <= minutes <= fitted.longest_min and fitted.p_from_a <= period <= fitted.p_to_a:
            yield place, float(formula.depth_mm(period, minutes)) / designs[place]


@cache
def _designs_mm() -> Mapping[str, float]:
    """Design rainfall in mm of the city that each place of the storm formulas belongs to."""
    of_city = table("design_rainfall_vcr").set_index("city")[f"p{COMMON_PERCENT:g}_mm"]
    rows = table("storm_formulas")
    return {str(r.place): float(of_city[str(r.city)]) for r in rows.itertuples()}


def ratios_out_of_band(curve: CaptureCurve) -> tuple[float, OutOfBand] | None:
    """The percent, and the design rainfall of a typed curve that lies farthest outside of the guide's cities.

    Parameters
    ----------
    curve
        A curve through points; looked at for the guide's percents that its points span.

    Returns
    -------
    None where all lie within the band of the guide's cities, widened by ``margin`` both ways.
    """
    cities = table("design_rainfall_vcr").set_index("city")
    spanned = [p for p in PERCENTS_OF_TABLE if curve.points[0][1] <= p <= curve.points[-1][1]]
    found = []
    for percent in spanned:
        depths, own = cities[f"p{percent}_mm"], curve.design_mm(percent)
        low, high = float(depths.min()) / limit("margin"), float(depths.max()) * limit("margin")
        if not low <= own <= high:
            out = OutOfBand(own, low, high, str(depths.idxmin()), str(depths.idxmax()))
            found.append((float(percent), out))
    return max(found, key=lambda f: f[1].factor, default=None)


def bend(curve: CaptureCurve) -> tuple[float, float] | None:
    """The two depths in mm between which a curve through points rises faster than before; None if it never does.

    Each further millimetre is reached by fewer days, so that no rain gives a curve that bends upwards.
    """
    points = ((0.0, 0.0), *curve.points)
    slopes = [(p2 - p1) / (h2 - h1) for (h1, p1), (h2, p2) in pairwise(points)]
    for k in range(1, len(slopes)):
        if slopes[k] > slopes[k - 1] * (1 + 1e-9):
            return points[k][0], points[k + 1][0]
    return None

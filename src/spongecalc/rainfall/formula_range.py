"""The durations and return periods that a storm formula holds for, and the sampling that it rests on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from spongecalc.standards.tables import table

Sampling = Literal["annual_maximum", "multiple_samples", "not_stated"]
ANNUAL_MAXIMUM: Sampling = "annual_maximum"
MULTIPLE_SAMPLES: Sampling = "multiple_samples"
NOT_STATED: Sampling = "not_stated"
NO_DATE = "not stated"
"""The date of a paper that prints none."""
RANGE_COLUMNS = ("t_from_min", "t_to_min", "p_from_a", "p_to_a")


@dataclass(frozen=True)
class FittedRange:
    """Durations in minutes and return periods in years that a formula was fitted to.

    ``sampling`` says how its rain was picked: the greatest of each year, or several of a year. ``issued`` is the
    date of its paper.
    """

    shortest_min: float
    longest_min: float
    p_from_a: float
    p_to_a: float
    sampling: Sampling = NOT_STATED
    issued: str = NO_DATE


def usual_range(sampling: Sampling, issued: str = NO_DATE) -> FittedRange:
    """The range that GB 50014-2021 has formulas of a sampling made for, where a paper prints none.

    Parameters
    ----------
    sampling
        How the formula's rain was picked.
    issued
        Date of the paper.

    References
    ----------
    GB 50014-2021, B.0.2 and B.0.3 (annual maxima), B.0.7 (multiple samples): ``formula_ranges.csv``.
    """
    row = table("formula_ranges").set_index("sampling").loc[sampling]
    low, high, p_low, p_high = (float(row[c]) for c in RANGE_COLUMNS)
    return FittedRange(low, high, p_low, p_high, sampling, issued)


def range_of(row: pd.Series) -> FittedRange:
    """The range of a row of the table of storm formulas: as its paper prints it, else the usual one."""
    sampling, issued = row["sampling"], str(row["issued"])
    if row[list(RANGE_COLUMNS)].isna().any():
        return usual_range(sampling, issued)
    low, high, p_low, p_high = (float(row[c]) for c in RANGE_COLUMNS)
    return FittedRange(low, high, p_low, p_high, sampling, issued)


def return_period_of_samples_a(annual_a: float) -> float:
    """The return period in years by multiple samples that is as rare as one of annual maxima.

    Parameters
    ----------
    annual_a
        Return period in years of annual maxima, above 1: the greatest rain of a year reaches it in one of
        ``annual_a`` years.

    Returns
    -------
    1 / -ln(1 - 1/T): 1.44 a for 2 a, 9.49 a for 10 a; 0 for 1 a and less, which every year reaches.

    References
    ----------
    Langbein (1949), Annual floods and the partial-duration flood series, Trans. AGU 30(6).
    """
    return -1 / math.log(1 - 1 / annual_a) if annual_a > 1 else 0.0


def return_period_of_maxima_a(samples_a: float) -> float:
    """The return period in years of annual maxima that is as rare as one by multiple samples, the way back."""
    return 1 / (1 - math.exp(-1 / samples_a))

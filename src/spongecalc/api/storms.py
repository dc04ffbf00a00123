"""Storms without a project: the formula of a place, and the hyetograph it gives."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pandas as pd

from spongecalc.language import text
from spongecalc.language.unknown_name import known_name
from spongecalc.rainfall.chicago import chicago_hyetograph
from spongecalc.rainfall.interval_formula import interval_formula_of, interval_places
from spongecalc.rainfall.storm import Storm
from spongecalc.rainfall.storm_formula import RainFormula, formula_of
from spongecalc.standards.tables import table

GENERAL, INTERVAL = FORMS = ("general", "interval")
OWN = "own"
"""Id of a storm that is given as a hyetograph and not named by the project."""


def storm_formula(place: str, form: Literal["general", "interval"] = "general") -> RainFormula:
    """The storm formula of a place.

    Parameters
    ----------
    place : str
        As the table of storm formulas names it: "昆明 (新)".
    form : "general" or "interval"
        One formula for all return periods, or one whose coefficients depend on the return period.

    Returns
    -------
    RainFormula
        With ``text()``, ``intensity_l_s_ha(return_period_a, duration_min)`` and ``depth_mm(...)``.

    Raises
    ------
    UnknownNameError
        The table has no such place, or there is no such form; a KeyError that names the nearest.

    Examples
    --------
    >>> storm_formula("昆明 (新)").place
    '昆明 (新)'
    """
    if known_name("form", form, FORMS) == INTERVAL:
        return interval_formula_of(known_name("formula", place, interval_places()))
    return formula_of(known_name("formula", place, table("storm_formulas")["place"].tolist()))


def chicago(
    formula: str | RainFormula,
    return_period_a: float,
    duration_min: float = 120.0,
    peak_ratio: float = 0.4,
    step_min: float = 5.0,
) -> pd.Series:
    """The Chicago hyetograph of a storm.

    Parameters
    ----------
    formula : str or RainFormula
        A place, or what :func:`storm_formula` gives.
    return_period_a : float
        Return period [a].
    duration_min, step_min : float
        Duration and time step [min].
    peak_ratio : float
        Time to the peak over the duration, between 0 and 1.

    Returns
    -------
    Series
        ``intensity_mm_h`` by the start of each step in minutes. A model's ``run``, ``write_inp`` and
        ``simulation`` take it as their storm.

    Raises
    ------
    UnknownNameError
        There is no formula of such a place.
    ValueError
        The formula gives no rain for the return period, or a ratio or duration cannot be.

    References
    ----------
    Keifer and Chu (1957), Synthetic storm pattern for drainage design, J. Hydraul. Div. ASCE 83(4).
    """
    chosen = storm_formula(formula) if isinstance(formula, str) else formula
    return chicago_hyetograph(chosen, return_period_a, duration_min, peak_ratio, step_min)


def storm_of_hyetograph(hyetograph: pd.Series, formula: RainFormula, language: str) -> Storm:
    """A storm of a person's own hyetograph: intensity in mm/h by minutes from 0, in equal steps.

    ``formula`` is the project's, which a report would name; the depth is the hyetograph's own.

    Raises
    ------
    ValueError
        The steps or the intensities cannot be.
    """
    try:
        minutes = np.asarray(hyetograph.index, dtype="float64")
    except (TypeError, ValueError):
        found = ", ".join(str(m) for m in hyetograph.index[:5])
        raise ValueError(text("api.error.hyetograph_step", language, found=found)) from None
    values = pd.to_numeric(hyetograph, errors="coerce").to_numpy(dtype="float64")
    steps = np.diff(minutes)
    step = float(steps[0]) if len(steps) else 0.0
    if not (len(steps) and minutes[0] == 0 and step >= 1 and step == int(step) and np.allclose(steps, step)):
        found = ", ".join(f"{m:g}" for m in minutes[:5]) or "-"
        raise ValueError(text("api.error.hyetograph_step", language, found=found))
    wrong = values[~(np.isfinite(values) & (values >= 0))]
    if len(wrong):
        raise ValueError(text("api.error.hyetograph_value", language, found=f"{wrong[0]:g}"))
    rain = pd.Series(values, index=pd.Index(minutes, name="minute"), name="intensity_mm_h")
    return Storm(OWN, math.nan, float(minutes[-1] + step), step, formula, rain, "measured")

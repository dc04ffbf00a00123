"""Grades of misconnection, light, medium or heavy, for points and for communities."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from spongecalc.project.separation_settings import GradeLimits, GradeMeasure
from spongecalc.standards.provenance import Confirmation, confirmed_table, decides

GRADES = ("light", "medium", "heavy")
# What a community without any misconnection has.
NO_GRADE = "none"

# The rows of the table by the names that a project overrides them by.
MEASURES: Mapping[str, str] = {
    "density": "misconnection density (misconnected points per km of surveyed pipe)",
    "flow_ratio": "misconnected flow ratio",
    "diameter": "diameter of the misconnected pipe",
    "flow": "misconnected flow",
    "nh3": "NH3-N of the misconnected flow",
    "cod": "COD of the misconnected flow",
}


def grade_of(
    measure: GradeMeasure,
    value: float,
    overrides: Mapping[GradeMeasure, GradeLimits] | None = None,
    confirmations: Sequence[Confirmation] = (),
) -> str:
    """The grade that one measure gives; empty where the value is not known, or nobody has read its limits.

    Parameters
    ----------
    measure
        "density" (points per km of pipe), "flow_ratio" (percent of the sewage), "diameter" (mm), "flow" (m3/d),
        "nh3" or "cod" (mg/l).
    value
        Its value.
    overrides
        A project's own limits by measure: light below the first, heavy from the second.
    confirmations
        Recalled limits that the project has looked up.

    Raises
    ------
    KeyError
        If there is no such measure.

    References
    ----------
    T/CECS 758-2020, 7.2, as in standards/data/misconnection_grades.csv; which grade a value on its limit has is
    that table's to say.
    """
    rows = confirmed_table("misconnection_grades", confirmations).set_index("measure")
    limits = rows.loc[MEASURES[measure]]
    own = (overrides or {}).get(measure)
    if math.isnan(value) or (own is None and not decides(limits["how_known"])):
        return ""
    if own is not None:
        light, heavy = value < own.light_below, value >= own.heavy_from
    else:
        low, high = float(limits["light_below"]), float(limits["heavy_from"])
        light = value < low or (value == low and limits["light_at_edge"] == "yes")
        heavy = value > high or (value == high and limits["heavy_at_edge"] == "yes")
    return GRADES[0] if light else GRADES[2] if heavy else GRADES[1]


def worst_grade(grades: list[str]) -> str:
    """The worst of several grades; empty where none is known."""
    known = [g for g in grades if g]
    return max(known, key=GRADES.index) if known else ""

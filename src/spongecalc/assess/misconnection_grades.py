"""Grades of misconnection, light, medium or heavy, for points and for communities."""

from __future__ import annotations

import math
from collections.abc import Mapping

from spongecalc.project.separation_settings import GradeLimits, GradeMeasure
from spongecalc.standards.tables import table

GRADES = ("light", "medium", "heavy")
# What a community without any misconnection has.
NO_GRADE = "none"

# The rows of the table by the names that a project overrides them by.
MEASURES: Mapping[str, str] = {
    "density": "misconnection density (misconnected nodes / all nodes)",
    "flow_ratio": "misconnected flow ratio",
    "diameter": "diameter of the misconnected pipe",
    "flow": "misconnected flow",
    "nh3": "NH3-N of the misconnected flow",
}


def grade_of(
    measure: GradeMeasure, value: float, overrides: Mapping[GradeMeasure, GradeLimits] | None = None
) -> str:
    """The grade that one measure gives; empty where the value is not known.

    Parameters
    ----------
    measure
        "density" (percent of nodes), "flow_ratio" (percent of the sewage), "diameter" (mm), "flow" (m3/d) or
        "nh3" (mg/l).
    value
        Its value.
    overrides
        A project's own limits by measure.

    Raises
    ------
    KeyError
        If there is no such measure.

    References
    ----------
    DB31 and T/CECS rules for surveys of misconnections, as in standards/data/misconnection_grades.csv
    (recalled: not checked against the printed text).
    """
    rows = table("misconnection_grades").set_index("measure")
    limits = rows.loc[MEASURES[measure]]
    light_below, heavy_from = float(limits["light_below"]), float(limits["heavy_from"])
    if overrides and measure in overrides:
        light_below, heavy_from = overrides[measure].light_below, overrides[measure].heavy_from
    if math.isnan(value):
        return ""
    return GRADES[0] if value < light_below else GRADES[2] if value >= heavy_from else GRADES[1]


def worst_grade(grades: list[str]) -> str:
    """The worst of several grades; empty where none is known."""
    known = [g for g in grades if g]
    return max(known, key=GRADES.index) if known else ""

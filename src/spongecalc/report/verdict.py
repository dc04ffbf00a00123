"""What the figures of a community mean against the project's limits: a verdict on each question.

Pure: a row of communities.csv and the limits in, verdicts out. A verdict is one of

pass       the figure keeps the limit
attention  it does not
unknown    the figure is missing
no_limit   the figure is known, but the project states no limit to hold it against
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

PASS, ATTENTION, UNKNOWN, NO_LIMIT = "pass", "attention", "unknown", "no_limit"
QUESTIONS = ("pipes", "separation", "runoff", "ponding")

# Half of the last digit that results/*.csv print, so that what prints as 0.000 counts as none.
NO_SEWAGE_M3_D = 0.0005


@dataclass(frozen=True)
class Verdict:
    """The answer to one question: ``limit`` is the limit applied, None where there is none."""

    question: str
    state: str
    limit: float | None = None


def number(row: Mapping[str, object], column: str) -> float:
    """A figure of a row as a float; NaN where it is missing or no number."""
    value = pd.to_numeric(pd.Series([row.get(column)]), errors="coerce").iloc[0]
    return float(value)


def difference_percent(laid_m: float, claimed_m: float) -> float:
    """By how many percent of the claim the laid meters exceed it; NaN where either is missing.

    Meters laid against a claim of none count as infinitely more; none against none as no difference.
    """
    if math.isnan(laid_m) or math.isnan(claimed_m):
        return math.nan
    if claimed_m == 0:
        return 0.0 if laid_m == 0 else math.inf
    return 100.0 * (laid_m - claimed_m) / claimed_m


def pipes_verdict(row: Mapping[str, object], claimed_difference_percent: float | None) -> Verdict:
    """Whether the meters of rain and of sewage pipe in the layers agree with those claimed."""
    differences = [
        difference_percent(number(row, f"{system}_laid_m"), number(row, f"claimed_{system}_m"))
        for system in ("storm", "sewage")
    ]
    limit = claimed_difference_percent
    if limit is not None and any(abs(d) > limit for d in differences if not math.isnan(d)):
        return Verdict("pipes", ATTENTION, limit)
    if any(math.isnan(d) for d in differences):
        return Verdict("pipes", UNKNOWN, limit)
    return Verdict("pipes", PASS if limit is not None else NO_LIMIT, limit)


def separation_verdict(row: Mapping[str, object]) -> Verdict:
    """Whether, after the works, no cross-connection is left and no sewage leaves by a rain outfall."""
    leaving = number(row, "sewage_to_storm_after_m3_d")
    answer = row.get("separated_after")
    if answer == "no" or leaving >= NO_SEWAGE_M3_D:
        return Verdict("separation", ATTENTION, 0.0)
    if answer != "yes" or math.isnan(leaving):
        return Verdict("separation", UNKNOWN, 0.0)
    return Verdict("separation", PASS, 0.0)


def runoff_verdict(row: Mapping[str, object], runoff_reduction_percent: float | None) -> Verdict:
    """Whether runoff of the headline storm falls by the target; without one, whether it grows."""
    fall = number(row, "runoff_reduction_percent")
    limit = runoff_reduction_percent
    if math.isnan(fall):
        return Verdict("runoff", UNKNOWN, limit)
    if limit is None:
        return Verdict("runoff", ATTENTION if fall < 0 else NO_LIMIT, None)
    return Verdict("runoff", PASS if fall >= limit else ATTENTION, limit)


def ponding_verdict(row: Mapping[str, object], ponding_max_m3: float | None) -> Verdict:
    """Whether what still ponds after the works, under the headline storm, keeps the limit."""
    left = number(row, "ponding_after_m3")
    if math.isnan(left):
        return Verdict("ponding", UNKNOWN, ponding_max_m3)
    if ponding_max_m3 is None:
        return Verdict("ponding", NO_LIMIT, None)
    return Verdict("ponding", PASS if left <= ponding_max_m3 else ATTENTION, ponding_max_m3)


def verdicts(row: Mapping[str, object], targets: Mapping[str, float | None]) -> tuple[Verdict, ...]:
    """The verdicts on the four questions, in the order of :data:`QUESTIONS`.

    Parameters
    ----------
    row
        A row of communities.csv.
    targets
        The project's limits: claimed_difference_percent, runoff_reduction_percent, ponding_max_m3.
    """
    return (
        pipes_verdict(row, targets.get("claimed_difference_percent")),
        separation_verdict(row),
        runoff_verdict(row, targets.get("runoff_reduction_percent")),
        ponding_verdict(row, targets.get("ponding_max_m3")),
    )


def overall(row: Mapping[str, object], given: Sequence[Verdict]) -> str:
    """One state for a community: attention before unknown before pass; without any limit, no_limit."""
    states = [v.state for v in given]
    if ATTENTION in states:
        return ATTENTION
    if row.get("status") != "done" or UNKNOWN in states:
        return UNKNOWN
    return PASS if PASS in states else NO_LIMIT


def urgency(row: Mapping[str, object], given: Sequence[Verdict]) -> int:
    """Rank for the order of communities, the most urgent being 0.

    Not computed, not separated, ponding left, meters that differ from the claim, runoff; then what is not
    known, then the rest.
    """
    if row.get("status") != "done":
        return 0
    states = {v.question: v.state for v in given}
    for rank, question in enumerate(("separation", "ponding", "pipes", "runoff"), start=1):
        if states[question] == ATTENTION:
            return rank
    return 5 if UNKNOWN in states.values() else 6

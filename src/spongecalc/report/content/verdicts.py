"""The verdict on each of a community's four questions, from its row of communities.csv."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from spongecalc.assess.ponding_agreement import DIFFER, ELIMINATED, NO_PONDING
from spongecalc.assess.review import Review
from spongecalc.project.scenario_settings import DEFAULT_PAIR
from spongecalc.report.content.number_format import is_known

QUESTIONS = ("lengths", "separation", "runoff", "ponding")

PASS, ATTENTION, UNKNOWN = "pass", "attention", "unknown"
# Of a whole community besides: it could not be modelled, or a run of it failed.
UNANSWERED = "unanswered"
ANSWERS = (PASS, ATTENTION, UNKNOWN, UNANSWERED)

# Lengths agree "to the meter": what a rounded claim and a measured length may differ by.
LENGTH_TOLERANCE_M = 1.0
PONDING_MAX_M3 = 0.0
# Sewage below this is what rounding leaves of none.
SEWAGE_TOLERANCE_M3_D = 0.005


@dataclass(frozen=True)
class Verdict:
    """``answer`` is pass, attention or unknown; ``key`` names its sentence in the report's catalogue."""

    question: str
    answer: str
    key: str
    figures: Mapping[str, float]


def figure(row: Mapping[str, object], column: str) -> float:
    """A figure of a row; NaN where it is missing or not a number."""
    value = row.get(column)
    if not is_known(value):
        return math.nan
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan


def finished(row: Mapping[str, object]) -> bool:
    """True where the community was modelled and all its runs finished."""
    return row.get("status") == "done"


def length_differences_m(row: Mapping[str, object]) -> tuple[float, float]:
    """Measured less claimed length in m, of rain and of sewage pipe; NaN where nothing was claimed."""
    return (
        figure(row, "storm_laid_m") - figure(row, "claimed_storm_m"),
        figure(row, "sewage_laid_m") - figure(row, "claimed_sewage_m"),
    )


Targets = Mapping[str, float | None]
"""A project's own limits by the names of its [targets]; what it leaves out takes the limits above."""

NO_TARGETS: Targets = MappingProxyType({})


def asked(review: Review) -> tuple[str, ...]:
    """The questions that the two scenarios compared can be judged by.

    Runoff is held against the state before the works (whole-area renewal): of two designs, or of two phases,
    it is told but not judged.
    """
    from_before = any(s.is_before_works for s in review.scenarios if s.name == review.compared[0])
    return QUESTIONS if from_before else tuple(q for q in QUESTIONS if q != "runoff")


def verdicts(
    row: Mapping[str, object],
    targets: Targets = NO_TARGETS,
    compared: tuple[str, str] = DEFAULT_PAIR,
    questions: Sequence[str] = QUESTIONS,
) -> tuple[Verdict, ...]:
    """The verdicts of a community on ``questions``, in the order of :data:`QUESTIONS`, by a project's targets.

    ``compared`` are the two scenarios that the row sets side by side; figures are named _first and _last by them.
    A question is "unknown" where its figures are missing; nothing is taken to pass for want of a figure.
    """
    found = (
        _lengths(row, targets),
        _separation(row, compared),
        _runoff(row, targets, compared),
        _ponding(row, targets, compared),
    )
    return tuple(v for v in found if v.question in questions)


def overall(
    row: Mapping[str, object],
    targets: Targets = NO_TARGETS,
    compared: tuple[str, str] = DEFAULT_PAIR,
    questions: Sequence[str] = QUESTIONS,
) -> str:
    """The verdict on the whole community: unanswered, else the worst of its verdicts.

    A question without an answer leaves the whole unknown unless another one needs attention.
    """
    if not finished(row):
        return UNANSWERED
    answers = {v.answer for v in verdicts(row, targets, compared, questions)}
    return next(a for a in (ATTENTION, UNKNOWN, PASS) if a in answers)


def urgency(
    row: Mapping[str, object],
    targets: Targets = NO_TARGETS,
    compared: tuple[str, str] = DEFAULT_PAIR,
    questions: Sequence[str] = QUESTIONS,
) -> int:
    """Place in the order of what needs attention first: 0 is the most urgent.

    Not modelled or failed; not separated after; ponding left; lengths that differ from the claim; runoff
    that does not fall; something not known; all well.
    """
    answers = {v.question: v.answer for v in verdicts(row, targets, compared, questions)}
    reasons = [
        not finished(row),
        answers["separation"] == ATTENTION,
        answers["ponding"] == ATTENTION,
        answers["lengths"] == ATTENTION,
        answers.get("runoff") == ATTENTION,
        UNKNOWN in answers.values(),
    ]
    return reasons.index(True) if any(reasons) else len(reasons)


def by_urgency(
    rows: Sequence[Mapping[str, object]],
    targets: Targets = NO_TARGETS,
    compared: tuple[str, str] = DEFAULT_PAIR,
    questions: Sequence[str] = QUESTIONS,
) -> list[int]:
    """Indices of the rows, the most urgent first, else in the order given."""
    return sorted(range(len(rows)), key=lambda i: (urgency(rows[i], targets, compared, questions), i))


def limit(targets: Targets, name: str, default: float) -> float:
    """A project's limit, or the default where it states none."""
    stated = targets.get(name)
    return default if stated is None else stated


def outfalls_rise(row: Mapping[str, object], compared: tuple[str, str] = DEFAULT_PAIR) -> bool | None:
    """True if the peak that leaves a community is larger in the last scenario, as written; None if not known."""
    first, last = (figure(row, f"outfall_peak_{s}_l_s") for s in compared)
    return None if math.isnan(first) or math.isnan(last) else round(last, 2) > round(first, 2)


def _lengths(row: Mapping[str, object], targets: Targets) -> Verdict:
    limit_m = limit(targets, "length_difference_m", LENGTH_TOLERANCE_M)
    storm, sewage = length_differences_m(row)
    known = [d for d in (storm, sewage) if not math.isnan(d)]
    figures = {
        name: figure(row, name)
        for name in ("storm_laid_m", "claimed_storm_m", "sewage_laid_m", "claimed_sewage_m")
    }
    figures["limit_m"] = limit_m
    if any(abs(d) > limit_m for d in known):
        return Verdict("lengths", ATTENTION, "lengths_differ", figures)
    if len(known) < 2:
        measured = not (math.isnan(figures["storm_laid_m"]) and math.isnan(figures["sewage_laid_m"]))
        return Verdict("lengths", UNKNOWN, "lengths_no_claim" if measured else "lengths_unknown", figures)
    return Verdict("lengths", PASS, "lengths_agree", figures)


def column(name: str, compared: tuple[str, str]) -> str:
    """The column of communities.csv for a figure named after the first or the last scenario compared."""
    for part, scenario in zip(("_first", "_last"), compared, strict=True):
        head, found, tail = name.partition(part)
        if found and (not tail or tail.startswith("_")):
            return f"{head}_{scenario}{tail}"
    return name


def _separation(row: Mapping[str, object], compared: tuple[str, str]) -> Verdict:
    names = (
        "cross_connections_first",
        "cross_connections_last",
        "sewage_to_storm_first_m3_d",
        "sewage_to_storm_last_m3_d",
    )
    figures = {name: figure(row, column(name, compared)) for name in names}
    answer = row.get(column("separated_last", compared))
    leaking = figures["sewage_to_storm_last_m3_d"] > SEWAGE_TOLERANCE_M3_D
    if answer == "no":
        return Verdict("separation", ATTENTION, "not_separated", figures)
    if leaking:
        return Verdict("separation", ATTENTION, "sewage_without_joint", figures)
    if answer == "yes":
        return Verdict("separation", PASS, "separated", figures)
    return Verdict("separation", UNKNOWN, "separation_unknown", figures)


def _runoff(row: Mapping[str, object], targets: Targets, compared: tuple[str, str]) -> Verdict:
    names = (
        "runoff_first_m3",
        "runoff_last_m3",
        "runoff_reduction_percent",
        "peak_first_l_s",
        "peak_last_l_s",
        "peak_reduction_percent",
        "outfall_peak_first_l_s",
        "outfall_peak_last_l_s",
        "ponding_first_m3",
        "ponding_last_m3",
        "over_ground_first_m3",
        "over_ground_last_m3",
    )
    figures = {name: figure(row, column(name, compared)) for name in names}
    figures["outfall_peak_growth_percent"] = -figure(row, "outfall_peak_reduction_percent")
    first, last = figures["runoff_first_m3"], figures["runoff_last_m3"]
    if math.isnan(first) or math.isnan(last):
        return Verdict("runoff", UNKNOWN, "runoff_unknown", figures)
    # A peak that is not known does not make a volume that grew acceptable, nor the other way round.
    if last > first or figures["peak_last_l_s"] > figures["peak_first_l_s"]:
        return Verdict("runoff", ATTENTION, "runoff_grows", figures)
    leaving = outfalls_rise(row, compared)
    if leaving is None:
        return Verdict("runoff", UNKNOWN, "outfalls_unknown", figures)
    if leaving:
        # Water that stood on the ground or left over it did not pass the outfalls.
        water = ("ponding", "over_ground")
        drained = any(figures[f"{w}_first_m3"] > figures[f"{w}_last_m3"] for w in water)
        return Verdict("runoff", ATTENTION, "outfalls_rise_drained" if drained else "outfalls_rise", figures)
    wanted = targets.get("runoff_reduction_percent")
    if wanted is not None and not figures["runoff_reduction_percent"] >= wanted:
        return Verdict("runoff", ATTENTION, "runoff_below_target", {**figures, "target_percent": wanted})
    return Verdict("runoff", PASS, "runoff_falls" if last < first else "runoff_same", figures)


def _ponding(row: Mapping[str, object], targets: Targets, compared: tuple[str, str]) -> Verdict:
    names = (
        "ponding_sites_first",
        "ponding_sites_last",
        "ponding_first_m3",
        "ponding_last_m3",
        "households_relieved",
    )
    figures = {name: figure(row, column(name, compared)) for name in names}
    figures["limit_m3"] = limit(targets, "ponding_max_m3", PONDING_MAX_M3)
    for name in ("ponding_2d_first_m3", "ponding_2d_last_m3", "ponding_level"):
        figures[name] = figure(row, column(name, compared))
    left = figures["ponding_sites_last"]
    if math.isnan(left):
        return Verdict("ponding", UNKNOWN, "ponding_unknown", figures)
    if left > 0:
        allowed = figures["limit_m3"] > 0 and figures["ponding_last_m3"] <= figures["limit_m3"]
        return Verdict("ponding", PASS if allowed else ATTENTION, "ponding_left", figures)
    if row.get("ponding_levels") == DIFFER and row.get("ponding_2d_verdict") not in (ELIMINATED, NO_PONDING):
        return Verdict("ponding", ATTENTION, "ponding_disputed", figures)
    if math.isnan(figures["ponding_sites_first"]):
        return Verdict("ponding", PASS, "ponding_none_after", figures)
    none_first = figures["ponding_sites_first"] == 0
    return Verdict("ponding", PASS, "ponding_never" if none_first else "ponding_gone", figures)

"""The criteria that a community is held against, each judged from its row of communities.csv, and the verdict."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import get_args

from spongecalc.assess.ponding_agreement import DIFFER, ELIMINATED, NO_PONDING
from spongecalc.assess.unsound_runs import INCOMPLETE, listed, not_sound, separation_runs
from spongecalc.project.scenario_settings import DEFAULT_PAIR, Scenario
from spongecalc.project.verdict_settings import Criterion

CRITERIA: tuple[str, ...] = get_args(Criterion)

PASS, FAIL, CONDITIONAL, UNDECIDED = "pass", "fail", "conditional", "undecided"
ANSWERS = (PASS, FAIL, CONDITIONAL, UNDECIDED)

# Lengths agree "to the meter": what a rounded claim and a measured length may differ by.
LENGTH_TOLERANCE_M = 1.0
PONDING_MAX_M3 = 0.0
# Sewage below this is what rounding leaves of none.
SEWAGE_TOLERANCE_M3_D = 0.005
# A list of storms in a row: none of those that were judged.
NO_STORM = "none"
# The same of a list of features.
NOTHING = "none"
SWAYED = ("runoff", "outflow", "ponding", "waterlogging", "design")
"""Criteria that the scheme by which pipes under pressure are solved may sway."""


@dataclass(frozen=True)
class Verdict:
    """A criterion's answer, one of :data:`ANSWERS`; ``key`` names its sentence in the report's catalogue.

    Where the reference runs give another answer than the runs, ``unsettled`` holds both, the runs' first.
    """

    criterion: str
    answer: str
    key: str
    figures: Mapping[str, object]
    unsettled: tuple[str, ...] = ()


def figure(row: Mapping[str, object], column: str) -> float:
    """A figure of a row; NaN where it is missing or not a number."""
    value = row.get(column)
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan


def finished(row: Mapping[str, object]) -> bool:
    """True where the community was modelled and all its storms finished, whatever its runs with tracers did."""
    return row.get("status") in ("done", INCOMPLETE)


def length_differences_m(row: Mapping[str, object]) -> tuple[float, float]:
    """Measured less claimed length in m, of rain and of sewage pipe; NaN where nothing was claimed."""
    return (
        figure(row, "storm_laid_m") - figure(row, "claimed_storm_m"),
        figure(row, "sewage_laid_m") - figure(row, "claimed_sewage_m"),
    )


Targets = Mapping[str, float | None]
"""A project's own limits by the names of its [targets]; what it leaves out takes the limits above."""

NO_TARGETS: Targets = MappingProxyType({})


@dataclass(frozen=True)
class Judging:
    """The basis on which a project's communities are judged.

    ``compared`` are the two scenarios that a row sets side by side; figures of verdicts are named _first and
    _last by them. ``asked`` are the criteria that apply, in the order of :data:`CRITERIA`; ``not_decisive`` gives
    those that only condition the verdict, each with the project's reason.
    """

    targets: Targets = NO_TARGETS
    compared: tuple[str, str] = DEFAULT_PAIR
    asked: tuple[str, ...] = CRITERIA
    not_decisive: Mapping[str, str] = field(default_factory=dict)


def asked_of(first: Scenario, targets: Targets, *, claimed: bool) -> tuple[str, ...]:
    """The criteria that apply to a project.

    Parameters
    ----------
    first
        The first of the scenarios compared. Runoff and outflow are held against the state before the works
        (renewal of a whole area): of two designs, or of two phases, they are told but not judged.
    targets
        The project's. Capture is judged only against a target.
    claimed
        True where a length is claimed for any community; without any claim lengths are told but not judged.
    """
    left_out = set()
    if not first.is_before_works:
        left_out |= {"runoff", "outflow"}
    if targets.get("capture_percent") is None:
        left_out.add("capture")
    if not claimed:
        left_out.add("lengths")
    return tuple(c for c in CRITERIA if c not in left_out)


def verdicts(row: Mapping[str, object], judging: Judging = Judging()) -> tuple[Verdict, ...]:
    """The verdicts of a community on the criteria asked, in the order of :data:`CRITERIA`.

    A criterion is undecided where its figures are missing; nothing is taken to pass for want of a figure.
    """
    found = (
        _lengths(row, judging.targets),
        _separation(row, judging.compared),
        _capture(row, judging),
        _runoff(row, judging),
        _outflow(row, judging.compared),
        _ponding(row, judging),
        _waterlogging(row),
        _design(row),
        _data(row),
    )
    others = dict(part.split("=") for part in _listed(row.get("verdict_unsettled")))
    return tuple(_settled(v, others.get(v.criterion)) for v in found if v.criterion in judging.asked)


def _settled(verdict: Verdict, other: str | None) -> Verdict:
    """A verdict on which the reference runs agree; on condition where they give another answer."""
    if other is None:
        return verdict
    return replace(verdict, answer=CONDITIONAL, unsettled=(verdict.answer, other))


def unsettled_listed(own: Sequence[Verdict], others: Sequence[Verdict]) -> str:
    """Answers of the reference runs that the runs do not give, as communities.csv lists them: "ponding=pass".

    What either of them leaves undecided stays as the runs have it.
    """
    answers = {v.criterion: v.answer for v in others}
    listed = []
    for verdict in own:
        other = answers.get(verdict.criterion, verdict.answer)
        if verdict.criterion in SWAYED and other != verdict.answer and UNDECIDED not in (other, verdict.answer):
            listed.append(f"{verdict.criterion}={other}")
    return "; ".join(listed)


def _listed(value: object) -> list[str]:
    """The parts of a text that lists them with semicolons; none of what is no text."""
    return [part for part in value.split("; ") if part] if isinstance(value, str) else []


def decided(answers: Mapping[str, str], not_decisive: Collection[str] = ()) -> str:
    """The one verdict that follows from the answers to all criteria.

    One that decides and fails: the community fails; else one that decides and is undecided: it is undecided; else
    any that does not pass, also of those that do not decide: it passes on conditions.

    Parameters
    ----------
    answers
        By criterion.
    not_decisive
        Criteria that condition and do not decide.
    """
    deciding = {a for c, a in answers.items() if c not in not_decisive}
    for answer in (FAIL, UNDECIDED):
        if answer in deciding:
            return answer
    return CONDITIONAL if set(answers.values()) - {PASS} else PASS


def overall(row: Mapping[str, object], judging: Judging = Judging()) -> str:
    """The verdict on the whole community; undecided where it was not modelled, or the run of a storm failed."""
    if not finished(row):
        return UNDECIDED
    return decided({v.criterion: v.answer for v in verdicts(row, judging)}, judging.not_decisive)


def reasons(row: Mapping[str, object], judging: Judging = Judging()) -> tuple[Verdict, ...]:
    """The criteria that a community does not pass: those that decide first, failing before undecided ones."""
    open_ones = [v for v in verdicts(row, judging) if v.answer != PASS]
    order = (FAIL, UNDECIDED, CONDITIONAL)
    return tuple(sorted(open_ones, key=lambda v: (v.criterion in judging.not_decisive, order.index(v.answer))))


def reasons_listed(row: Mapping[str, object], judging: Judging = Judging()) -> str:
    """The reasons as communities.csv writes them: "outflow=fail; data=conditional", after a status not done."""
    listed = [f"{v.criterion}={v.answer}" for v in reasons(row, judging)]
    status = [] if finished(row) else [f"status={row.get('status')}"]
    return "; ".join([*status, *listed])


def urgency(row: Mapping[str, object], judging: Judging = Judging()) -> int:
    """Place in the order of what needs attention first: 0 is the most urgent.

    Not modelled or failed; then by the first criterion that fails, in an order of urgency; something undecided;
    conditions; all well.
    """
    answers = {v.criterion: v.answer for v in verdicts(row, judging)}
    order = ("separation", "ponding", "runoff", "outflow", "waterlogging", "capture", "design", "lengths", "data")
    ranks = [
        not finished(row),
        *(answers.get(c) == FAIL for c in order),
        UNDECIDED in answers.values(),
        CONDITIONAL in answers.values(),
    ]
    return ranks.index(True) if any(ranks) else len(ranks)


def by_urgency(rows: Sequence[Mapping[str, object]], judging: Judging = Judging()) -> list[int]:
    """Indices of the rows, the most urgent first, else in the order given."""
    return sorted(range(len(rows)), key=lambda i: (urgency(rows[i], judging), i))


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
        return Verdict("lengths", FAIL, "lengths_differ", figures)
    if len(known) < 2:
        measured = not (math.isnan(figures["storm_laid_m"]) and math.isnan(figures["sewage_laid_m"]))
        return Verdict("lengths", UNDECIDED, "lengths_no_claim" if measured else "lengths_unknown", figures)
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
        return Verdict("separation", FAIL, "not_separated", figures)
    if leaking:
        return Verdict("separation", FAIL, "sewage_without_joint", figures)
    # What tracing finds stands; that the engine finds nothing more is not known without its runs with tracers.
    missing = separation_runs(row, compared[1])
    if answer == "yes" and missing:
        told = {**figures, "runs": "; ".join(missing)}
        return Verdict("separation", UNDECIDED, "separation_not_by_engine", told)
    if answer == "yes":
        return Verdict("separation", PASS, "separated", figures)
    return Verdict("separation", UNDECIDED, "separation_unknown", figures)


CAPTURE_DOUBTS = {"range": "capture_last_percent_low", "assessment": "assessed_capture_last_percent"}
"""Figures that put a target in doubt where they miss it, whatever the ratio judged is."""

CAPTURE_LOST = "clogging"
"""The doubt of paving that clogs: with the cleaning that the project sets, the target is missed in some year."""


def _capture(row: Mapping[str, object], judging: Judging) -> Verdict:
    """The ratio of SWMM's runs is judged: reached, it is on conditions where anything puts it in doubt.

    These are the unfavourable end of its parameters' range, the way to reckon it of GB/T 51345-2018, and paving
    that clogs. The guide's strict reading, which counts control volumes only, conditions nothing: it sizes
    facilities.
    """
    target = judging.targets.get("capture_percent")
    names = (
        "capture_first_percent",
        "capture_last_percent",
        "capture_last_percent_low",
        "capture_last_percent_high",
        "assessed_capture_last_percent",
        "guide_capture_last_percent",
    )
    known = {name: figure(row, column(name, judging.compared)) for name in names}
    lost_year = figure(row, "target_lost_year")
    figures: dict[str, object] = {**known, "method": _word(row, "capture_method"), "lost_year": lost_year}
    if target is None or math.isnan(known["capture_last_percent"]):
        return Verdict("capture", UNDECIDED, "capture_unknown", figures)
    figures["target_percent"] = target
    # As the table writes it: what no table shows does not miss the target.
    if round(known["capture_last_percent"], 2) < target:
        return Verdict("capture", FAIL, "capture_below", figures)
    doubts = [d for d, name in CAPTURE_DOUBTS.items() if round(known[name], 2) < target]
    if lost_year > 0:
        doubts.append(CAPTURE_LOST)
    if doubts:
        return Verdict("capture", CONDITIONAL, "capture_doubted", {**figures, "doubts": ", ".join(doubts)})
    return Verdict("capture", PASS, "capture_reached", figures)


def _runoff(row: Mapping[str, object], judging: Judging) -> Verdict:
    names = (
        "runoff_first_m3",
        "runoff_last_m3",
        "runoff_reduction_percent",
        "peak_first_l_s",
        "peak_last_l_s",
        "peak_reduction_percent",
    )
    known = {name: figure(row, column(name, judging.compared)) for name in names}
    rising = storms_in(row, "ground_peak_rises")
    figures = {**known, "storms": rising or NO_STORM}
    first, last = known["runoff_first_m3"], known["runoff_last_m3"]
    if math.isnan(first) or math.isnan(last):
        return Verdict("runoff", UNDECIDED, "runoff_unknown", figures)
    # A peak that is not known does not make a volume that grew acceptable, nor the other way round.
    if last > first or known["peak_last_l_s"] > known["peak_first_l_s"]:
        return Verdict("runoff", FAIL, "runoff_grows", figures)
    if rising is None or math.isnan(known["peak_first_l_s"]) or math.isnan(known["peak_last_l_s"]):
        return Verdict("runoff", UNDECIDED, "peaks_unknown", figures)
    if rising:
        return Verdict("runoff", FAIL, "ground_peak_rises", figures)
    wanted = judging.targets.get("runoff_reduction_percent")
    if wanted is not None and not known["runoff_reduction_percent"] >= wanted:
        return Verdict("runoff", FAIL, "runoff_below_target", {**figures, "target_percent": wanted})
    return Verdict("runoff", PASS, "runoff_falls" if last < first else "runoff_same", figures)


def _outflow(row: Mapping[str, object], compared: tuple[str, str]) -> Verdict:
    """The receivers' side: no clause forbids that more leaves; what they accept is for their owners to say."""
    names = (
        "outfall_peak_first_l_s",
        "outfall_peak_last_l_s",
        "ponding_first_m3",
        "ponding_last_m3",
        "over_ground_first_m3",
        "over_ground_last_m3",
    )
    known = {name: figure(row, column(name, compared)) for name in names}
    over, open_ones = (storms_in(row, name) for name in ("outfalls_over", "outfalls_to_confirm"))
    figures = {**known, "over": over or NO_STORM, "to_confirm": open_ones or NO_STORM}
    if over:
        return Verdict("outflow", FAIL, "outfalls_over_and_open" if open_ones else "outfalls_over", figures)
    if over is None or open_ones is None:
        return Verdict("outflow", UNDECIDED, "outfalls_unknown", figures)
    if open_ones:
        # Water that stood on the ground or left over it did not pass the outfalls.
        water = ("ponding", "over_ground")
        drained = any(known[f"{w}_first_m3"] > known[f"{w}_last_m3"] for w in water)
        key = "outfalls_to_confirm_drained" if drained else "outfalls_to_confirm"
        return Verdict("outflow", CONDITIONAL, key, figures)
    if not figure(row, "outfalls_judged") > 0:
        return Verdict("outflow", PASS, "outfalls_none", figures)
    key = "outfalls_within" if figure(row, "outfalls_allowed") > 0 else "outfalls_hold"
    return Verdict("outflow", PASS, key, figures)


def _ponding(row: Mapping[str, object], judging: Judging) -> Verdict:
    targets, compared = judging.targets, judging.compared
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
        return Verdict("ponding", UNDECIDED, "ponding_unknown", figures)
    if left > 0:
        allowed = figures["limit_m3"] > 0 and figures["ponding_last_m3"] <= figures["limit_m3"]
        return Verdict("ponding", PASS if allowed else FAIL, "ponding_left", figures)
    if row.get("ponding_levels") == DIFFER and row.get("ponding_2d_verdict") not in (ELIMINATED, NO_PONDING):
        return Verdict("ponding", FAIL, "ponding_disputed", figures)
    figures["headline_a"] = figure(row, "headline_return_period_a")
    figures["sewer_a"] = figure(row, "sewer_return_period_a")
    # Sewers keep the ground dry at their own return period: a milder storm does not show that.
    if not figures["headline_a"] >= figures["sewer_a"]:
        return Verdict("ponding", CONDITIONAL, "ponding_mild", figures)
    if math.isnan(figures["ponding_sites_first"]):
        return Verdict("ponding", PASS, "ponding_none_after", figures)
    none_first = figures["ponding_sites_first"] == 0
    return Verdict("ponding", PASS, "ponding_never" if none_first else "ponding_gone", figures)


def _waterlogging(row: Mapping[str, object]) -> Verdict:
    storm = row.get("waterlogging_storm_id")
    names = ("waterlogging_sites", "waterlogging_over", "waterlogging_open")
    known = {name: figure(row, name) for name in names}
    figures: dict[str, object] = {**known, "storm": storm if isinstance(storm, str) and storm else "-"}
    figures["required_a"] = figure(row, "waterlogging_required_a")
    if figures["storm"] == "-":
        return Verdict("waterlogging", UNDECIDED, "waterlogging_no_storm", figures)
    if math.isnan(known["waterlogging_sites"]):
        return Verdict("waterlogging", UNDECIDED, "waterlogging_unknown", figures)
    if known["waterlogging_over"] > 0:
        return Verdict("waterlogging", FAIL, "waterlogging_over", figures)
    if known["waterlogging_open"] > 0:
        return Verdict("waterlogging", UNDECIDED, "waterlogging_open", figures)
    key = "waterlogging_none" if known["waterlogging_sites"] == 0 else "waterlogging_within"
    return Verdict("waterlogging", PASS, key, figures)


DESIGN_COUNTS = (
    "design_failed_mandatory",
    "design_failed_limit",
    "design_failed_advice",
    "design_unconfirmed",
    "design_open",
)


def _design(row: Mapping[str, object]) -> Verdict:
    known = {name: figure(row, name) for name in DESIGN_COUNTS}
    if any(math.isnan(n) for n in known.values()):
        return Verdict("design", UNDECIDED, "design_unknown", known)
    figures = {**known, "failing": row.get("design_failing") or NOTHING}
    if known["design_failed_mandatory"] or known["design_failed_limit"]:
        return Verdict("design", FAIL, "design_fails", figures)
    if known["design_failed_advice"]:
        return Verdict("design", CONDITIONAL, "design_conditions", figures)
    if known["design_open"]:
        return Verdict("design", CONDITIONAL, "design_unchecked", figures)
    # A limit that nobody has read decides nothing; what would break it is told for the reviewer to confirm.
    return Verdict("design", PASS, "design_unread" if known["design_unconfirmed"] else "design_good", figures)


def _data(row: Mapping[str, object]) -> Verdict:
    names = ("errors", "verdict_warnings", "values_not_read", "worst_continuity_error_percent")
    known = {name: figure(row, name) for name in names}
    if known["errors"] > 0 or math.isnan(known["verdict_warnings"]):
        return Verdict("data", UNDECIDED, "data_errors", known)
    unsound = listed(row)
    if unsound:
        runs = "; ".join(not_sound(*place, reason) for place, reason in unsound.items())
        return Verdict("data", CONDITIONAL, "data_runs_not_sound", {**known, "runs": runs})
    if known["verdict_warnings"] > 0:
        return Verdict("data", CONDITIONAL, "data_warnings", {**known, "features": _word(row, "verdict_warned")})
    if known["values_not_read"] != 0:
        return Verdict("data", CONDITIONAL, "data_not_read", known)
    return Verdict("data", PASS, "data_good", known)


def _word(row: Mapping[str, object], name: str) -> str:
    """A word of a row; "none" where there is none."""
    value = row.get(name)
    return value if isinstance(value, str) and value else NOTHING


def storms_in(row: Mapping[str, object], name: str) -> str | None:
    """The list that a column of a row holds of the storms judged; "" for none, None where it is not known."""
    value = row.get(name)
    if not isinstance(value, str) or not value:
        return None
    return "" if value == NO_STORM else value

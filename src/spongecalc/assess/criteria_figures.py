"""Figures that a community's criteria alone need: rising peaks, waterlogging, failed checks, open warnings."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from spongecalc.assess.criteria import NO_STORM, NOTHING, UNDECIDED
from spongecalc.assess.outfall_peaks import ALL
from spongecalc.design.check import EXACT, FAIL, LIMIT_NOT_READ, NOT_CHECKABLE, Check
from spongecalc.design.force import FORCES, forces
from spongecalc.design.limits import required_return_period
from spongecalc.layers.finding import Finding
from spongecalc.project.settings import Settings
from spongecalc.rainfall.storm import Storm
from spongecalc.standards.tables import table

# What the layers do not hold, and what another check governs, leaves nothing to be checked.
NOTHING_TO_CHECK = (
    "none_in_layers",
    "velocity_governs",
    "initial_section",
    "steep_road",
    "no_intercepted_rain",
    "no_groundwater_given",
    "above_groundwater",
)


def waterlogging_period_a(settings: Settings) -> float:
    """The least return period in years that a town of the project's size is kept from waterlogging at.

    References
    ----------
    GB 50014-2021, 4.1.4; ``return_periods.csv`` carries source and confidence.
    """
    rows = table("return_periods")
    own = rows[rows["purpose"] == "waterlogging control"]
    fitting = own[own["city_size"].str.startswith(settings.design.city)]
    return float(fitting["p_min_a"].max())


def waterlogging_storm(storms: Sequence[Storm], settings: Settings) -> Storm | None:
    """The project's least storm that is as rare as waterlogging is kept out at; None where it has none."""
    least = waterlogging_period_a(settings)
    fitting = [s for s in storms if s.return_period_a >= least]
    return min(fitting, key=lambda s: (s.return_period_a, s.storm_id), default=None)


def criteria_figures(
    storms: Sequence[Storm],
    settings: Settings,
    tables: Mapping[str, pd.DataFrame],
    peaks: Iterable[Check],
    findings: Iterable[Finding],
    *,
    modelled: bool,
) -> dict[str, object]:
    """The columns of a community's row that only its criteria need.

    Parameters
    ----------
    storms
        The project's design storms.
    settings
        The project's.
    tables
        Every table by name, with the rows of this community alone in those that have rows of communities.
    peaks
        The community's checks of peaks before and after (:mod:`spongecalc.assess.peak_checks`).
    findings
        Its findings.
    modelled
        True where all its storms finished: else nothing is known of peaks and ponding.
    """
    rare = waterlogging_storm(storms, settings)
    judged = [settings.headline_storm, *([rare.storm_id] if rare is not None else [])]
    own = list(peaks)
    return {
        "ground_peak_rises": _rising(own, "ground_peak", judged),
        **_outfalls(tables["outfall_peaks"], settings, judged),
        "headline_return_period_a": settings.headline_return_period_a,
        "sewer_return_period_a": required_return_period(settings.design).value,
        "waterlogging_storm_id": rare.storm_id if rare is not None else "",
        "waterlogging_required_a": waterlogging_period_a(settings),
        **_waterlogging(tables["ponding"], settings, rare, modelled=modelled),
        **_design(tables["design_checks"], modelled=modelled),
        **_warnings(findings, settings.compared[1]),
    }


def warnings_of(findings: Iterable[Finding], scenario: str) -> list[Finding]:
    """The warnings that the last scenario compared rests on, without those of another alone."""
    return [f for f in findings if f.severity == "warning" and f.found.get("scenario", scenario) == scenario]


def _warnings(findings: Iterable[Finding], scenario: str) -> dict[str, object]:
    """The count of a community's open warnings, and the features that they are at."""
    found = warnings_of(findings, scenario)
    named = sorted({f.feature.feature_id for f in found} - {""})
    return {"verdict_warnings": len(found), "verdict_warned": _listed(named)}


def _rising(checks: Sequence[Check], name: str, storms: Sequence[str]) -> str:
    """The storms of those judged in which a peak is larger after, "none", or "" where one is not known."""
    own = {c.applies_to: c.verdict for c in checks if c.check == name}
    if any(own.get(s, NOT_CHECKABLE) == NOT_CHECKABLE for s in storms):
        return ""
    return ", ".join(s for s in dict.fromkeys(storms) if own[s] == FAIL) or NO_STORM


def _outfalls(peaks: pd.DataFrame, settings: Settings, storms: Sequence[str]) -> dict[str, object]:
    """Figures of what leaves under the storms judged: rising peaks, and outfalls whose receiver gets too much.

    A list of storms, or of outfalls by storm: "none" where it is empty, "" where it is not known. What is known
    to be too much under one storm stands, whatever is not known of the other.
    """
    whole = peaks[peaks["receives"] == ALL].set_index(["scenario", "storm_id"])
    storms = list(dict.fromkeys(storms))
    first, last = (whole.loc[whole.index.get_level_values(0) == s].droplevel(0) for s in settings.compared)
    known = all(s in last.index for s in storms)
    compared = known and all(s in first.index for s in storms)
    rises = [s for s in storms if compared and last["peak_l_s"][s].round(2) > first["peak_l_s"][s].round(2)]
    decided = known and all(last["discharge_verdict"][s] != UNDECIDED for s in storms)
    return {
        "outfall_peak_rises": (", ".join(rises) or NO_STORM) if compared else "",
        **{c: last[c].reindex(storms).max() for c in ("outfalls_judged", "outfalls_allowed")},
        **{c: _by_storm(last, c, storms, decided=decided) for c in ("outfalls_over", "outfalls_to_confirm")},
    }


def _by_storm(last: pd.DataFrame, column: str, storms: Sequence[str], *, decided: bool) -> str:
    """A list of outfalls by storm: "P3-120: Y5 117.00 > 110.00 l/s"."""
    found = [(s, str(last[column][s])) for s in storms if s in last.index]
    listed = "; ".join(f"{s}: {outfalls} l/s" for s, outfalls in found if outfalls != NO_STORM)
    return listed or (NO_STORM if decided else "")


def _waterlogging(
    sites: pd.DataFrame, settings: Settings, storm: Storm | None, *, modelled: bool
) -> dict[str, object]:
    """Ponding sites of the last scenario compared under the waterlogging storm, and how they keep the limits.

    A site of the first level has no outline of its own: what is known of it is its depth, and that is enough to
    break the limit, never to keep it.
    """
    columns = ("waterlogging_sites", "waterlogging_over", "waterlogging_open")
    if storm is None or not modelled:
        return dict.fromkeys(columns, math.nan)
    own = sites[(sites["storm_id"] == storm.storm_id) & (sites["scenario"] == settings.compared[1])]
    kept = Counter(own["within_limits"].fillna("").astype(str))
    limits = table("ponding_limits")
    depth_m = float(limits.loc[limits["limit"] == "max_depth", "value_max"].iloc[0])
    undecided = own[~own["within_limits"].isin(["yes", "no"])]
    deep = int((pd.to_numeric(undecided["max_depth_m"], errors="coerce") > depth_m).sum())
    over = kept["no"] + deep
    return dict(zip(columns, (len(own), over, len(own) - over - kept["yes"]), strict=True))


# The report's first page names so many features that fail, and counts the others.
NAMED = 6


def _design(checks: pd.DataFrame, *, modelled: bool) -> dict[str, object]:
    """Counts of what is laid that fails, by the force of the limit; what breaks a limit nobody read apart.

    ``design_failing`` names the features, those of the strictest limits first.
    """
    columns = [*(f"design_failed_{f}" for f in FORCES), "design_unconfirmed", "design_open"]
    force = forces()
    own = checks[checks["check"].isin(force) & (checks["status"] != "existing")]
    if not modelled and own.empty:
        return {**dict.fromkeys(columns, math.nan), "design_failing": ""}
    failed = own[own["verdict"] == FAIL]
    counted = Counter(failed["check"].map(force))
    unread = own["reason"] == LIMIT_NOT_READ
    breaks = unread & (pd.to_numeric(own["excess"], errors="coerce") > EXACT)
    open_ones = (own["verdict"] == NOT_CHECKABLE) & ~unread & ~own["reason"].isin(NOTHING_TO_CHECK)
    counts = [counted[f] for f in FORCES] + [int(breaks.sum()), int(open_ones.sum())]
    by_force = [failed[failed["check"].map(force) == f] for f in FORCES]
    named = dict.fromkeys(i for part in [*by_force, own[breaks]] for i in part["feature_id"].astype(str))
    return {**dict(zip(columns, counts, strict=True)), "design_failing": _listed(list(named))}


def _listed(ids: Sequence[str]) -> str:
    """Ids as a row of communities.csv lists them: "A-Y1, A-Y2 +3", or none."""
    more = f" +{len(ids) - NAMED}" if len(ids) > NAMED else ""
    return ", ".join(ids[:NAMED]) + more or NOTHING

"""Columns of communities.csv: which stand once, and which once for each of the two scenarios compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from spongecalc.contract import RECEIVERS

Group = tuple[str, ...]

# What takes the water that leaves, and what is said of each.
_TAKERS = tuple(r for r in RECEIVERS if r != "reuse")
_AT_OUTFALLS: tuple[Group, ...] = tuple(
    (f"{figure}_{r}_{{s}}_{unit}",)
    for r in _TAKERS
    for figure, unit in (("outfall_peak", "l_s"), ("outfall_volume", "m3"), ("receiver_capacity", "l_s"))
)

# Figures of storm runs, each with the column of its other end where the reference runs put it elsewhere.
OTHER_ENDS = {
    "outfall_peak_{s}_l_s": "outfall_peak_{s}_reference_l_s",
    "ponding_{s}_m3": "ponding_{s}_reference_m3",
}

# A text stands once; a group once for each scenario, "{s}" being its name.
LAYOUT: tuple[str | Group, ...] = (
    "community_id",
    "name",
    "phase",
    "district",
    "households",
    "residents",
    "area_m2",
    "storm_laid_m",
    "sewage_laid_m",
    "combined_laid_m",
    "claimed_storm_m",
    "claimed_sewage_m",
    ("separated_{s}",),
    ("cross_connections_{s}",),
    ("sewage_to_storm_{s}_m3_d",),
    ("misplaced_sewage_{s}_percent",),
    ("misconnection_density_{s}_per_km",),
    ("separation_grade_{s}",),
    ("sewage_spilled_{s}_m3",),
    "storm_id",
    "rainfall_m3",
    ("runoff_{s}_m3",),
    "runoff_reduction_percent",
    ("peak_{s}_l_s",),
    "peak_reduction_percent",
    ("outfall_peak_{s}_l_s",),
    (OTHER_ENDS["outfall_peak_{s}_l_s"],),
    "outfall_peak_reduction_percent",
    ("outfall_volume_{s}_m3",),
    *_AT_OUTFALLS,
    "capture_method",
    (
        "capture_{s}_percent",
        "capture_{s}_percent_low",
        "capture_{s}_percent_high",
        "assessed_capture_{s}_percent",
        "guide_capture_{s}_percent",
    ),
    "target_lost_year",
    "target_lost_year_low",
    "target_lost_year_high",
    ("ponding_sites_{s}",),
    ("ponding_{s}_m3",),
    (OTHER_ENDS["ponding_{s}_m3"],),
    ("over_ground_{s}_m3",),
    ("inlets_short_{s}",),
    "ponding_eliminated_percent",
    "ponding_level",
    "ponding_verdict",
    ("ponding_2d_{s}_m3",),
    "ponding_2d_verdict",
    "ponding_levels",
    "ponding_reasons",
    "households_relieved",
    ("dry_return_period_{s}_a",),
    ("pipes_return_period_{s}_a",),
    "ground_peak_rises",
    "outfall_peak_rises",
    "outfalls_judged",
    "outfalls_allowed",
    "outfalls_over",
    "outfalls_to_confirm",
    "headline_return_period_a",
    "sewer_return_period_a",
    "waterlogging_storm_id",
    "waterlogging_required_a",
    "waterlogging_sites",
    "waterlogging_over",
    "waterlogging_open",
    "design_failed_mandatory",
    "design_failed_limit",
    "design_failed_advice",
    "design_unconfirmed",
    "design_open",
    "design_failing",
    "verdict_warnings",
    "verdict_warned",
    "values_not_read",
    "worst_continuity_error_percent",
    "runs_not_sound",
    "errors",
    "warnings",
    "status",
    "verdict",
    "verdict_reasons",
    "verdict_unsettled",
)
PLAIN = tuple(part for part in LAYOUT if isinstance(part, str))
OF_SCENARIO = tuple(template for part in LAYOUT if not isinstance(part, str) for template in part)
# By the longest first: ponding_sites_{s} is tried before ponding_{s}_m3.
_PATTERNS = tuple(
    (template, re.compile(re.escape(template).replace(r"\{s\}", "([a-z][a-z0-9_]*)")))
    for template in sorted(OF_SCENARIO, key=len, reverse=True)
)


def community_columns(compared: Sequence[str]) -> list[str]:
    """The columns of communities.csv, in order, for the scenarios compared."""
    columns: list[str] = []
    for part in LAYOUT:
        columns.extend([part] if isinstance(part, str) else [t.format(s=name) for name in compared for t in part])
    return columns


@lru_cache(maxsize=4096)  # the figures of a page ask for the same few hundred columns a thousand times each
def template_of(column: str) -> tuple[str, str]:
    """Template of a column and its scenario: "ponding_after_m3" gives "ponding_{s}_m3" and "after".

    A column that stands once, or that communities.csv does not have, gives itself and "".
    """
    if column not in PLAIN:
        for template, pattern in _PATTERNS:
            if found := pattern.fullmatch(column):
                return template, found[1]
    return column, ""


def compared_in(columns: Sequence[str]) -> tuple[str, ...]:
    """The scenarios that a communities.csv sets side by side, by its columns; none where it is no such table."""
    named = (template_of(c) for c in columns)
    return tuple(dict.fromkeys(name for template, name in named if template == OF_SCENARIO[0]))

"""The figures of the five questions: a row for each community, and a row TOTAL."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from spongecalc.decimals import decimals

TOTAL = "TOTAL"

COMMUNITY_COLUMNS = [
    "community_id",
    "name",
    "phase",
    "district",
    "households",
    "residents",
    "area_m2",
    "storm_laid_m",
    "sewage_laid_m",
    "claimed_storm_m",
    "claimed_sewage_m",
    "separated_before",
    "separated_after",
    "cross_connections_before",
    "cross_connections_after",
    "sewage_to_storm_before_m3_d",
    "sewage_to_storm_after_m3_d",
    "misplaced_sewage_before_percent",
    "misplaced_sewage_after_percent",
    "misconnection_density_before_percent",
    "misconnection_density_after_percent",
    "separation_grade_before",
    "separation_grade_after",
    "sewage_spilled_before_m3",
    "sewage_spilled_after_m3",
    "storm_id",
    "rainfall_m3",
    "runoff_before_m3",
    "runoff_after_m3",
    "runoff_reduction_percent",
    "peak_before_l_s",
    "peak_after_l_s",
    "peak_reduction_percent",
    "capture_before_percent",
    "capture_before_percent_low",
    "capture_before_percent_high",
    "capture_after_percent",
    "capture_after_percent_low",
    "capture_after_percent_high",
    "target_lost_year",
    "ponding_sites_before",
    "ponding_sites_after",
    "ponding_before_m3",
    "ponding_after_m3",
    "ponding_eliminated_percent",
    "households_relieved",
    "dry_return_period_before_a",
    "dry_return_period_after_a",
    "pipes_return_period_before_a",
    "pipes_return_period_after_a",
    "worst_continuity_error_percent",
    "errors",
    "warnings",
    "status",
]

# What adds up from communities to TOTAL. Peaks do not: those of different communities do not coincide.
SUMMED = (
    "households",
    "residents",
    "area_m2",
    "storm_laid_m",
    "sewage_laid_m",
    "claimed_storm_m",
    "claimed_sewage_m",
    "cross_connections_before",
    "cross_connections_after",
    "sewage_to_storm_before_m3_d",
    "sewage_to_storm_after_m3_d",
    "sewage_spilled_before_m3",
    "sewage_spilled_after_m3",
    "rainfall_m3",
    "runoff_before_m3",
    "runoff_after_m3",
    "ponding_sites_before",
    "ponding_sites_after",
    "ponding_before_m3",
    "ponding_after_m3",
    "households_relieved",
    "errors",
    "warnings",
)

# Shares of the rain that falls on a community: TOTAL states their mean by area.
BY_AREA = (
    "capture_before_percent",
    "capture_before_percent_low",
    "capture_before_percent_high",
    "capture_after_percent",
    "capture_after_percent_low",
    "capture_after_percent_high",
)


def reduction_percent(before: float, after: float) -> float:
    """By how many percent a figure fell; NaN where either is unknown or there was nothing before."""
    if math.isnan(before) or math.isnan(after) or before <= 0:
        return float("nan")
    return 100.0 * (before - after) / before


def with_reductions(row: Mapping[str, object]) -> dict[str, object]:
    """The row with the percentages that follow from its own figures."""

    def reduction(before: str, after: str) -> float:
        return reduction_percent(
            float(row.get(before, math.nan)),  # type: ignore[arg-type]
            float(row.get(after, math.nan)),  # type: ignore[arg-type]
        )

    return {
        **row,
        "runoff_reduction_percent": reduction("runoff_before_m3", "runoff_after_m3"),
        "peak_reduction_percent": reduction("peak_before_l_s", "peak_after_l_s"),
        "ponding_eliminated_percent": reduction("ponding_before_m3", "ponding_after_m3"),
    }


def counted(table: pd.DataFrame, column: str) -> pd.Series:
    """Which communities a column's figure of TOTAL is the sum of, as a mask of ``table``'s rows.

    A figure of one scenario counts only where that of the other is known too, and rainfall only where both
    runoffs are: else TOTAL would set 21 communities before against 22 after. A scenario of which nothing is
    known (a project that ran one only) binds nothing.
    """
    pair = {column}
    for own, other in (("_before", "_after"), ("_after", "_before")):
        if own in column:
            pair.add(column.replace(own, other))
    if column == "rainfall_m3":
        pair |= {"runoff_before_m3", "runoff_after_m3"}
    figures = table[sorted(pair & set(table.columns))].apply(pd.to_numeric, errors="coerce")
    return figures.loc[:, figures.notna().any()].notna().all(axis=1)


def communities_table(
    rows: Sequence[Mapping[str, object]], headline: str, *, whole: bool = True, partial: bool = False
) -> pd.DataFrame:
    """The table of communities.csv from its rows, with the row TOTAL at its end.

    A figure that is unknown for one community is left out of the sum of the others, and so is its counterpart
    of the other scenario (:func:`counted`): before and after are sums over the same communities. TOTAL's
    status says so. Percentages of TOTAL are those of its sums. Figures are summed as they are written:
    whoever adds up the column gets TOTAL to the last decimal.
    ``whole`` is false where an error in the data cannot be laid at any community's door (a file that cannot
    be read): then TOTAL is incomplete whatever the communities say. ``partial`` says that the project has more
    communities than were asked for: TOTAL is that of a part.
    """
    table = pd.DataFrame([with_reductions(r) for r in rows], columns=COMMUNITY_COLUMNS)
    table = table.sort_values("community_id", ignore_index=True)
    total: dict[str, object] = {"community_id": TOTAL, "storm_id": headline}
    for column in SUMMED:
        values = pd.to_numeric(table.loc[counted(table, column), column], errors="coerce")
        values = values.round(decimals(column) or 0)
        total[column] = float(values.sum()) if values.notna().any() else float("nan")
    for column in ("separated_before", "separated_after"):
        total[column] = _all_separated(table[column].tolist())
    worst = pd.to_numeric(table["worst_continuity_error_percent"], errors="coerce").abs()
    total["worst_continuity_error_percent"] = float(worst.max()) if worst.notna().any() else float("nan")
    states = set(table["status"])
    total["status"] = "incomplete" if not whole or states - {"done"} else "partial" if partial else "done"
    for column in BY_AREA:
        both = table[["area_m2", column]].apply(pd.to_numeric, errors="coerce").dropna()
        area = float(both["area_m2"].sum())
        total[column] = float((both["area_m2"] * both[column]).sum() / area) if area > 0 else float("nan")
    percentages = {k: v for k, v in with_reductions(total).items() if k.endswith("_percent")}
    return pd.concat(
        [table, pd.DataFrame([{**total, **percentages}], columns=COMMUNITY_COLUMNS)], ignore_index=True
    )


def _all_separated(answers: Sequence[object]) -> str:
    if any(a == "no" for a in answers):
        return "no"
    return "yes" if answers and all(a == "yes" for a in answers) else "unknown"

"""The figures of the four questions: a row for each community, and a row TOTAL."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from spongecalc.assess.compared_columns import OTHER_ENDS, community_columns, template_of
from spongecalc.assess.settled import moved
from spongecalc.decimals import decimals
from spongecalc.network.quantities import left_out_m

TOTAL = "TOTAL"

REDUCTIONS = {
    "runoff_reduction_percent": "runoff_{s}_m3",
    "peak_reduction_percent": "peak_{s}_l_s",
    "outfall_peak_reduction_percent": "outfall_peak_{s}_l_s",
    "ponding_eliminated_percent": "ponding_{s}_m3",
}
"""By how many percent a figure falls from the first scenario compared to the second."""

# What adds up from communities to TOTAL, "{s}" being a scenario. Peaks do not: those of different communities do
# not coincide. Nor do volumes at outfalls: communities that share one have it each.
SUMMED = (
    "households",
    "residents",
    "area_m2",
    "storm_laid_m",
    "sewage_laid_m",
    "combined_laid_m",
    "claimed_storm_m",
    "claimed_sewage_m",
    "cross_connections_{s}",
    "sewage_to_storm_{s}_m3_d",
    "sewage_spilled_{s}_m3",
    "rainfall_m3",
    "runoff_{s}_m3",
    "ponding_sites_{s}",
    "ponding_{s}_m3",
    "ponding_2d_{s}_m3",
    "over_ground_{s}_m3",
    "inlets_short_{s}",
    "households_relieved",
    "errors",
    "warnings",
)

# Other ends of ranges that add up too, with the column of the figure itself.
ENDS_SUMMED = {end: figure for figure, end in OTHER_ENDS.items() if figure in SUMMED}

# Shares of the rain that falls on a community: TOTAL states their mean by area.
BY_AREA = (
    "capture_{s}_percent",
    "capture_{s}_percent_low",
    "capture_{s}_percent_high",
    "assessed_capture_{s}_percent",
    "guide_capture_{s}_percent",
)


def reduction_percent(before: float, after: float) -> float:
    """By how many percent a figure fell; NaN where either is unknown or there was nothing before."""
    if math.isnan(before) or math.isnan(after) or before <= 0:
        return float("nan")
    return 100.0 * (before - after) / before


def with_reductions(row: Mapping[str, object], compared: Sequence[str]) -> dict[str, object]:
    """The row with the percentages that follow from its own figures."""
    first, last = compared
    return {
        **row,
        **{
            column: reduction_percent(
                float(row.get(figure.format(s=first), math.nan)),  # type: ignore[arg-type]
                float(row.get(figure.format(s=last), math.nan)),  # type: ignore[arg-type]
            )
            for column, figure in REDUCTIONS.items()
        },
    }


def counted(table: pd.DataFrame, column: str) -> pd.Series:
    """Mask of ``table``'s rows: the communities that a column's figure of TOTAL is the sum of.

    A figure of one scenario counts only where that of the other is known too, and rainfall only where both
    runoffs are: else TOTAL would set 21 communities before against 22 after. A scenario of which nothing is
    known (a project that ran one only) binds nothing.
    """
    template, scenario = template_of(column)
    templates = {template} if scenario else {"runoff_{s}_m3"} if column == "rainfall_m3" else set()
    bound = [c for c in table.columns if c == column or template_of(c)[0] in templates]
    figures = table[bound].apply(pd.to_numeric, errors="coerce")
    return figures.loc[:, figures.notna().any()].notna().all(axis=1)


def communities_table(
    rows: Sequence[Mapping[str, object]],
    headline: str,
    compared: Sequence[str],
    *,
    whole: bool = True,
    partial: bool = False,
    by_reference: Mapping[str, Mapping[str, object]] | None = None,
) -> pd.DataFrame:
    """The table of communities.csv from its rows, with the row TOTAL at its end.

    ``compared`` are the two scenarios that it sets side by side.
    A figure that is unknown for one community is left out of the sum of the others, and so is its counterpart
    of the other scenario (:func:`counted`): both are sums over the same communities. TOTAL's
    status says so. Percentages of TOTAL are those of its sums. Figures are summed as they are written:
    whoever adds up the column gets TOTAL to the last decimal.
    ``whole`` is false where an error in the data cannot be laid at any community's door (a file that cannot
    be read): then TOTAL is incomplete whatever the communities say. ``partial`` says that the project has more
    communities than were asked for: TOTAL is that of a part. ``by_reference`` are the rows of the reference
    runs, of the communities that have any: where TOTAL by them is another, it has that as its range's other end.
    """
    columns = community_columns(compared)
    table = pd.DataFrame([with_reductions(r, compared) for r in rows], columns=columns)
    table = table.sort_values("community_id", ignore_index=True)
    total: dict[str, object] = {"community_id": TOTAL, "storm_id": headline}
    for column in columns:
        template, scenario = template_of(column)
        if template in SUMMED:
            values = pd.to_numeric(table.loc[counted(table, column), column], errors="coerce")
            values = values.round(decimals(column) or 0)
            total[column] = float(values.sum()) if values.notna().any() else float("nan")
        elif template in ENDS_SUMMED:
            figure = ENDS_SUMMED[template].format(s=scenario)
            total[column] = _other_end_of_sum(table, figure, by_reference or {})
        elif template in BY_AREA:
            both = table[["area_m2", column]].apply(pd.to_numeric, errors="coerce").dropna()
            area = float(both["area_m2"].sum())
            total[column] = float((both["area_m2"] * both[column]).sum() / area) if area > 0 else float("nan")
        elif template == "separated_{s}":
            total[column] = _all_separated(table[column].tolist())
    worst = pd.to_numeric(table["worst_continuity_error_percent"], errors="coerce").abs()
    total["worst_continuity_error_percent"] = float(worst.max()) if worst.notna().any() else float("nan")
    states = set(table["status"])
    total["status"] = "incomplete" if not whole or states - {"done"} else "partial" if partial else "done"
    percentages = {k: v for k, v in with_reductions(total, compared).items() if k in REDUCTIONS}
    return pd.concat([table, pd.DataFrame([{**total, **percentages}], columns=columns)], ignore_index=True)


def _other_end_of_sum(
    table: pd.DataFrame, figure: str, by_reference: Mapping[str, Mapping[str, object]]
) -> float:
    """A sum with the reference runs' figures where there are any; NaN where that has not moved."""
    own = table.loc[counted(table, figure), ["community_id", figure]]
    values = own[figure].astype(float).round(decimals(figure) or 0)
    known = own["community_id"].map(lambda c: float(str(by_reference.get(c, {}).get(figure, math.nan))))
    reference = known.astype(float).round(decimals(figure) or 0).fillna(values).sum()
    return float(reference) if moved(figure, np.array([values.sum()]), np.array([reference]))[0] else math.nan


def left_out_of(tables: Mapping[str, pd.DataFrame]) -> float:
    """Meters of new pipe of the bill that no row of the communities' table counts.

    Parameters
    ----------
    tables
        The review's; without a bill nothing is known to be left out.
    """
    bill, rows = tables.get("quantities"), tables.get("communities")
    if bill is None or rows is None or rows.empty:
        return 0.0
    return left_out_m(bill, rows.loc[rows["community_id"] != TOTAL, "community_id"].tolist())


def is_summed(column: str) -> bool:
    """True where TOTAL of a column is the sum of the communities."""
    return template_of(column)[0] in SUMMED


def is_other_end(column: str) -> bool:
    """True where a column holds the other end of a summed figure's range."""
    return template_of(column)[0] in ENDS_SUMMED


def is_by_area(column: str) -> bool:
    """True where TOTAL of a column is the mean by area."""
    return template_of(column)[0] in BY_AREA


def _all_separated(answers: Sequence[object]) -> str:
    if any(a == "no" for a in answers):
        return "no"
    return "yes" if answers and all(a == "yes" for a in answers) else "unknown"

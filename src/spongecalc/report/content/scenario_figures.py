"""Figures of the answers by scenario: of every community, and of all of them together."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from spongecalc.assess.answers import FIGURES
from spongecalc.assess.answers import TABLE as ANSWERS
from spongecalc.assess.review import Review
from spongecalc.decimals import decimals
from spongecalc.report.content.wording import Wording

# Lengths that the works laid; and what is a share of the rain on each community.
SUMMED_LENGTHS = ("storm_laid", "sewage_laid", "combined_laid")
BY_AREA = ("capture",)
COUNTED = "separated"
YES, NO = "yes", "no"


def column_name(figure: str) -> str:
    """The figure's name with its unit, which decides its decimals."""
    unit = FIGURES[figure].unit
    return f"{figure}_{unit}" if unit else figure


def titled(figure: str, words: Wording) -> str:
    """The name of a figure, with its unit."""
    unit = FIGURES[figure].unit
    named = words.name("figure", figure)
    return f"{named} ({words.name('unit', unit)})" if unit else named


def by_scenario(review: Review, figure: str) -> pd.DataFrame:
    """Values of a figure under communities.csv's storm: a row for each community, a column for each scenario.

    Communities and scenarios stand in the review's order; what is not known is missing.
    """
    names, ids = [s.name for s in review.scenarios], [p.community_id for p in review.pages]
    answers = review.tables.get(ANSWERS)
    if answers is None or answers.empty:
        return pd.DataFrame(index=ids, columns=names, dtype=object)
    storm = FIGURES[figure].storm_id(review.headline_storm)
    own = answers[(answers["figure"] == figure) & (answers["storm_id"].fillna("") == storm)]
    values = {(row.community_id, row.scenario): row.value for row in own.itertuples()}
    return pd.DataFrame(
        [[values.get((i, s)) for s in names] for i in ids], index=ids, columns=names, dtype=object
    )


def totals(review: Review, figure: str) -> tuple[dict[str, float], int]:
    """A figure of all communities by scenario, and of how many of them.

    Sums, and means by area, are over the same communities in every scenario: those whose figure is known in
    all scenarios that are known at all. Figures are summed as they are written.
    """
    values = by_scenario(review, figure).apply(pd.to_numeric, errors="coerce")
    values = values.loc[:, values.notna().any()]
    values = values[values.notna().all(axis=1)]
    if values.empty:
        return {}, 0
    if figure in BY_AREA:
        areas = pd.to_numeric(pd.Series({p.community_id: p.row.get("area_m2") for p in review.pages}), "coerce")
        areas = areas.reindex(values.index).dropna()
        values = values.loc[areas.index]
        whole = float(areas.sum())
        return ({s: float((values[s] * areas).sum() / whole) for s in values} if whole > 0 else {}), len(values)
    rounded = values.round(decimals(column_name(figure)) or 0)
    return {str(s): float(rounded[s].sum()) for s in rounded}, len(rounded)


def counted(review: Review, scenario: str, answer: str, communities: Sequence[str] | None = None) -> int:
    """The count of communities that are separated ("yes"), or not ("no"), in a scenario."""
    answers = by_scenario(review, COUNTED)[scenario]
    if communities is not None:
        answers = answers.reindex(list(communities))
    return int((answers == answer).sum())

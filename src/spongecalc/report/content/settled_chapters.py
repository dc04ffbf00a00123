"""Settled or not, on the page: figures that the reference scheme puts elsewhere, and models held against it."""

from __future__ import annotations

import pandas as pd

from spongecalc.assess.review import CommunityPage, Review
from spongecalc.assess.settled import (
    COMPARED,
    MODELS_TABLE,
    NOT_RUN,
    REFUSED,
    SETTLED_COLUMNS,
    TABLE,
    settled_counts,
)
from spongecalc.report.content.closed_lists import coded
from spongecalc.report.content.document import Chapter
from spongecalc.report.content.inner_chapter import inner_chapter
from spongecalc.report.content.number_format import cell_text
from spongecalc.report.content.table import Cell, Heading, Table, frame_table
from spongecalc.report.content.wording import Wording

FIGURE_COLUMNS = ("scenario", "object", "object_id", "figure", "value", "reference_value")
MODEL_COLUMNS = (
    "model",
    "scenario",
    "answer",
    "peaks_compared",
    "peaks_moved",
    "peak_change_p95_percent",
    "depths_compared",
    "depths_moved",
    "largest_depth_change_m",
    "volumes_moved",
    "flooded_in_one",
    "reference_error_percent",
)


def settled_rows(review: Review, community_id: str) -> pd.DataFrame:
    """Rows of settled.csv of a community: its figures that are known to a range only."""
    rows = review.tables.get(TABLE)
    return pd.DataFrame(columns=SETTLED_COLUMNS) if rows is None else rows[rows["community_id"] == community_id]


def community_settled(page: CommunityPage, review: Review, words: Wording) -> Chapter | None:
    """A community's figures that are not settled; None where none of its pipes came under pressure."""
    models = review.tables.get(MODELS_TABLE)
    if models is None:
        return None
    of_community = models["model"].map(lambda name: page.community_id in str(name).split("+")).astype(bool)
    own = models[of_community & models["answer"].isin([COMPARED, REFUSED, NOT_RUN])]
    if own.empty:
        return None
    storm = review.headline_storm
    rows = settled_rows(review, page.community_id)
    said = [words("document.settled_text", storm=storm)]
    if rows.empty and (own["answer"] == COMPARED).all():
        said.append(words("document.settled_here", storm=storm))
    missing = own[own["answer"] != COMPARED]
    said += [
        words("document.settled_open", why=f"{words.scenario(m.scenario)} {words.name('answer', m.answer)}")
        for m in missing.itertuples()
    ]
    tables = [(words("document.settled_figures", storm=storm), figure_table(rows, words))] if len(rows) else []
    return inner_chapter(words, "settled", words("document.settled_heading"), said, tables)


def county_settled(review: Review, words: Wording) -> Chapter | None:
    """The county's models held against the reference scheme, and how many figures differ; None without any."""
    models = review.tables.get(MODELS_TABLE)
    if models is None:
        return None
    own = models[models["answer"].isin([COMPARED, REFUSED, NOT_RUN])].reset_index(drop=True)
    if own.empty:
        return None
    said = [words("document.settled_text", storm=review.headline_storm), *settled_said(review, words)]
    tables = [(words("document.settled_models"), frame_table(own, MODEL_COLUMNS, words, name=MODELS_TABLE))]
    return inner_chapter(words, "settled", words("document.settled_heading"), said, tables)


def settled_said(review: Review, words: Wording) -> list[str]:
    """Sentences on models held against the reference scheme, and on verdicts that hang on it; none without."""
    models = review.tables.get(MODELS_TABLE)
    if models is None or not models["answer"].isin([COMPARED, REFUSED, NOT_RUN]).any():
        return []
    found, storm = settled_counts(review.tables), review.headline_storm
    of_last = int(((models["answer"] == COMPARED) & (models["scenario"] == review.compared[1])).sum())
    if not found["compared"]:
        return [words("document.settled_uncompared", storm=storm, open=found["open"])]
    said = [words("document.settled_said", storm=storm, last_compared=of_last, **found)]
    swayed = [p.community_id for p in review.pages if _sways(p)]
    if swayed:
        said.append(words("document.settled_sways", ids=words.listed(swayed)))
    else:
        said.append(words("document.settled_sways_none", storm=storm))
    return said


def _sways(page: CommunityPage) -> bool:
    listed = page.row.get("verdict_unsettled")
    return isinstance(listed, str) and listed != ""


def figure_table(rows: pd.DataFrame, words: Wording) -> Table:
    """Rows of settled.csv, each figure with the decimals of its own unit."""
    numbers = ("value", "reference_value")
    headings = [Heading(words.name("column", c), c in numbers, c) for c in FIGURE_COLUMNS]
    cells = [
        [
            Cell(
                cell_text(str(row["figure"]), row[c]) if c in numbers else coded(c, row[c], words, TABLE),
                column=c,
            )
            for c in FIGURE_COLUMNS
        ]
        for row in rows.to_dict("records")
    ]
    return Table(headings, cells)

"""The project's sweeps in the report: its figures under other conditions, beside the base."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from spongecalc.assess.review import Review
from spongecalc.assess.swept import Swept
from spongecalc.decimals import decimals
from spongecalc.report.content.document import Block, Chapter, Paragraph, TableBlock
from spongecalc.report.content.number_format import cell_text
from spongecalc.report.content.roles import ChapterPlace, TextRole
from spongecalc.report.content.table import Cell, Heading, Table
from spongecalc.report.content.wording import Wording
from spongecalc.sweep.tables import FIGURES

SHOWN = (*(f for f in FIGURES if f not in ("rainfall_m3", "infiltration_m3")), "routing_error_percent")
DONE, PONDED = "done", "ponded_m3"
MOST_ROWS = 200
"""A longer sweep is in its CSV file alone: nobody reads a thousand rows of print."""


def sweeps_chapter(review: Review, words: Wording) -> Chapter | None:
    """Sensitivity (敏感性): each sweep that the project shows in its report; None where it shows none."""
    blocks: list[Block] = []
    for swept in review.swept:
        table = swept.table
        if table is None:
            blocks.append(Paragraph(words("sweeps.due", name=swept.name), TextRole.REMARK))
        elif len(table) > MOST_ROWS:
            blocks.append(Paragraph(words("sweeps.long", name=swept.name, count=len(table)), TextRole.REMARK))
        else:
            caption = words("sweeps.of", name=swept.name, keys=words.listed(_key(k, words) for k in swept.keys))
            blocks.append(Paragraph(_result(swept, table, review, words)))
            blocks.append(TableBlock(caption, _table(swept, table, words), f"sweep-{swept.name}", sortable=True))
    if not blocks:
        return None
    return Chapter(
        "sweeps",
        words("sweeps.heading"),
        [Paragraph(words("sweeps.said")), *blocks],
        place=ChapterPlace.COUNTY,
    )


def _key(key: str, words: Wording) -> str:
    """Return the words for a key of a sweep; a setting by its own name."""
    return words.name("sweep_key", key)


def _result(swept: Swept, table: pd.DataFrame, review: Review, words: Wording) -> str:
    """The result of a sweep in sentences: ponding in the scenarios compared, beside the base."""
    return words.between.join(_ponding(swept, table, scenario, words) for scenario in review.compared)


def _ponding(swept: Swept, table: pd.DataFrame, scenario: str, words: Wording) -> str:
    done = table[(table["status"] == DONE) & (table["scenario"] == scenario)]
    keys, of_model = list(swept.keys), ["communities", "storm_id"]
    is_base = done[keys].isna().all(axis=1)
    both = done[~is_base].merge(done.loc[is_base, [*of_model, PONDED]], on=of_model, suffixes=("", "_base"))
    name = words.scenario(scenario)
    if both.empty:
        return words("sweeps.no_base", scenario=name)
    grown = (both[PONDED] - both[f"{PONDED}_base"]).round(decimals(PONDED) or 0)
    more, less = int((grown > 0).sum()), int((grown < 0).sum())
    counted = words("sweeps.moved", scenario=name, more=more, less=less, total=len(both))
    if not more + less:
        return counted
    row = both.loc[grown.abs().idxmax()]
    at = words.listed(f"{_key(k, words)} {cell_text(k, row[k])}" for k in keys if not pd.isna(row[k]))
    most = words(
        "sweeps.most",
        communities=str(row["communities"]).replace(";", "+"),
        storm=row["storm_id"],
        at=at,
        base=cell_text(PONDED, row[f"{PONDED}_base"]),
        value=cell_text(PONDED, row[PONDED]),
    )
    return f"{counted}{words.between}{most}"


def _table(swept: Swept, table: pd.DataFrame, words: Wording) -> Table:
    """A row per set, model and storm; those of a community in a scenario one below the other."""
    order = [list(dict.fromkeys(table[c])) for c in ("communities", "scenario")]
    places = [table[c].map(o.index) for c, o in zip(("communities", "scenario"), order, strict=True)]
    table = table.iloc[np.lexsort(places[::-1])]
    headings = [
        *(Heading(_key(k, words), True) for k in swept.keys),
        Heading(words("column.communities"), column="communities"),
        Heading(words.name("column", "scenario"), column="scenario"),
        Heading(words.name("column", "storm_id"), column="storm_id"),
        *(Heading(words.name("sweep_figure", c), True, c) for c in SHOWN),
    ]
    return Table(headings, [_row(swept.keys, row, words) for row in table.to_dict("records")])


def _row(keys: Sequence[str], row: dict[str, object], words: Wording) -> list[Cell]:
    # A run that failed has no figures; what is wrong with it stands in the sweep's own folder.
    failed = row["status"] != DONE
    figures = [Cell(words("sweeps.failed") if failed else cell_text(c, row[c]), column=c) for c in SHOWN]
    return [
        *(Cell(words("sweeps.base") if pd.isna(row[k]) else cell_text(k, row[k])) for k in keys),
        Cell(str(row["communities"]).replace(";", ", "), column="communities"),
        Cell(words.scenario(str(row["scenario"])), column="scenario"),
        Cell(str(row["storm_id"]), column="storm_id"),
        *figures,
    ]

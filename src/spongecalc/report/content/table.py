"""Tables of the report: headings and cells as text, each with what it is for the reader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from spongecalc.report.content.closed_lists import CLOSED_LISTS, coded
from spongecalc.report.content.number_format import cell_text, is_known
from spongecalc.report.content.roles import CellRole
from spongecalc.report.content.wording import Wording

# Identifiers may hold digits only, and are still no figures.
_UNIT = re.compile(r"_(l_s|m3)$")
TEXT_COLUMNS = frozenset({*CLOSED_LISTS, "run_id", "feature_id", "node_id", "at_node", "message", "action"})


@dataclass(frozen=True)
class Cell:
    """One cell: its text, what sorts it, what is shown on resting, where it links to, its role.

    ``column`` names the column that it stands in, where that is one of the result tables'; ``over`` is a small
    line above the text; ``badge`` the verdict that the cell shows as a badge; ``trace`` the keys
    (community:column, a comma between) of the figures whose origin a click shows.
    """

    text: str
    sort: str = ""
    title: str = ""
    link: str = ""
    column: str = ""
    role: CellRole = CellRole.PLAIN
    over: str = ""
    badge: str = ""
    trace: str = ""


@dataclass(frozen=True)
class Heading:
    """A column's heading; ``numeric`` columns hold figures, ``column`` is its name in the result tables."""

    text: str
    numeric: bool = False
    column: str = ""


@dataclass(frozen=True)
class Table:
    """A table: headings, rows of cells, and a foot row that may be empty."""

    headings: Sequence[Heading]
    rows: Sequence[Sequence[Cell]]
    foot: Sequence[Cell] = ()


def frame_table(
    frame: pd.DataFrame, columns: Iterable[str], words: Wording, sums: Sequence[str] = (), name: str = ""
) -> Table:
    """A frame's columns as a table, rows in their order; columns that the frame lacks are left out.

    ``sums`` names the columns whose sum the foot row holds; ``name`` is that of the result table, where the
    meaning of a column's codes depends on it.
    """
    shown = [c for c in columns if c in frame.columns]
    headings = [
        Heading(
            words("table.number") if c == "number" else words.name("column", c),
            _numeric(frame[c], c),
            c,
        )
        for c in shown
    ]
    ends = [frame[c].tolist() if (c := other_end(s)) in frame.columns else [None] * len(frame) for s in shown]
    rows = [
        [
            Cell(coded(c, v, words, name), column=c) if not is_known(end) else ranged(c, v, end)
            for c, v, end in zip(shown, values, others, strict=True)
        ]
        for values, others in zip(
            frame[shown].itertuples(index=False, name=None), zip(*ends, strict=True), strict=True
        )
    ]
    foot: list[Cell] = []
    if sums and len(rows) > 1:
        for c in shown:
            total = pd.to_numeric(frame[c], errors="coerce").sum(min_count=1) if c in sums else None
            foot.append(Cell(cell_text(c, total)))
        foot[0] = Cell(words("table.total"))
    return Table(headings, rows, foot)


def other_end(column: str) -> str:
    """Column with the other end of a figure's range: "peak_l_s" gives "peak_reference_l_s"; "" of other units."""
    return _UNIT.sub(r"_reference_\1", column) if _UNIT.search(column) else ""


def figure_text(column: str, row: Mapping[str, object]) -> str:
    """A row's figure as text, both ends where it is known to a range only; "" where it is missing."""
    end = row.get(other_end(column))
    return ranged(column, row[column], end).text if is_known(end) else cell_text(column, row.get(column))


def ranged(column: str, value: object, end: object) -> Cell:
    """A cell with a range, the smaller end first; sorted by the value itself."""
    first, last = sorted((float(str(value)), float(str(end))))
    return Cell(
        f"{cell_text(column, first)}–{cell_text(column, last)}", sort=cell_text(column, value), column=column
    )


def _numeric(values: pd.Series, column: str) -> bool:
    if column in TEXT_COLUMNS or column == "sources":
        return False
    known = [v for v in values if is_known(v)]
    return all(not isinstance(v, str) for v in known)

"""Rows of the standards' tables by how they are known, and which of them may decide a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import pandas as pd

from spongecalc.standards.tables import names, table

PRINTED, SECONDARY, PRACTICE, RECALLED = "printed", "secondary", "practice", "recalled"
HOW_KNOWN = (PRINTED, SECONDARY, PRACTICE, RECALLED)
"""Read in a copy of the document itself; read in another's text that cites it; an engineering value that no
document need print; written from memory of the document, which nobody has looked up."""
READ = (PRINTED, SECONDARY)
"""What names the copy that was read."""
BY_PROJECT = "set by the project"
CONFIRMED = "confirmed by the project"
"""What a project says of a value: that it is its own; that it has looked the recalled one up."""
COPIES = "copies"
"""The table of the copies that were read."""


@dataclass(frozen=True)
class Confirmation:
    """A recalled row of a table by its name; who of the project has looked it up, and why it may be used."""

    table: str
    row: str
    who: str = ""
    why: str = ""

    def means(self, written: str) -> bool:
        """True where a project's file means this row: by its whole name, by its beginning, or by naming none."""
        return not written or self.row == written or self.row.startswith(f"{written} - ")


def decides(how_known: str) -> bool:
    """True where a value that is known so may decide a verdict: any but one recalled from memory."""
    return how_known != RECALLED


def groups(frame: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Columns (source, how_known, read_in) of each group of a table's columns; a table of one group has one."""
    for column in map(str, frame.columns):
        prefix = column.removesuffix("how_known")
        if prefix != column:
            yield f"{prefix}source", column, f"{prefix}read_in"


def counts_by_how_known() -> pd.DataFrame:
    """Counts of each table's rows by how they are known; one with several groups of values counts once for each.

    Returns
    -------
    pd.DataFrame
        A row for each table, with columns ``table`` and those of ``HOW_KNOWN``.
    """
    rows = []
    for name in names():
        frame = table(name)
        said = pd.concat([frame[how] for _, how, _ in groups(frame)] or [pd.Series(dtype=str)])
        if len(said):
            rows.append({"table": name} | {grade: int((said == grade).sum()) for grade in HOW_KNOWN})
    return pd.DataFrame(rows, columns=["table", *HOW_KNOWN])


def row_names(frame: pd.DataFrame) -> list[str]:
    """The name of each row: its first column, and the second with it where that is text, too."""
    first, second = frame.columns[:2]
    whole = pd.api.types.is_string_dtype(frame[second])
    return [f"{a} - {b}" if whole else str(a) for a, b in zip(frame[first], frame[second], strict=True)]


@cache
def recalled_rows(name: str) -> tuple[Confirmation, ...]:
    """The rows of a table of which some value is recalled, each named once and confirmed by nobody."""
    frame = table(name)
    recalled = pd.Series(data=False, index=frame.index)
    for _, how, _ in groups(frame):
        recalled |= frame[how] == RECALLED
    named = pd.Series(row_names(frame), index=frame.index)[recalled]
    return tuple(Confirmation(name, row) for row in dict.fromkeys(named))


def confirmed_table(name: str, confirmations: Sequence[Confirmation]) -> pd.DataFrame:
    """A table in which the recalled rows that a project confirms say so, with who and why behind the source."""
    frame = table(name)
    said = {c.row: c for c in confirmations if c.table == name}
    for source, how, _ in groups(frame) if said else ():
        for place, row in zip(frame.index, row_names(frame), strict=True):
            if row in said and frame.at[place, how] == RECALLED:
                frame.loc[place, how] = CONFIRMED
                frame.loc[place, source] = (
                    f"{frame.at[place, source]}; {CONFIRMED}: {said[row].who}, {said[row].why}"
                )
    return frame

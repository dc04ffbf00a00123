"""Rows of the standards' tables by how they are known, and which of them may decide a verdict."""

from __future__ import annotations

from collections.abc import Iterator

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

"""The standards' tables in the report: how their rows are known, and the copies that were read."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from spongecalc.report.content.document import Block, TableBlock
from spongecalc.report.content.number_format import is_known
from spongecalc.report.content.roles import Medium
from spongecalc.report.content.standard_names import source_name, table_name
from spongecalc.report.content.table import Cell, Heading, Table
from spongecalc.report.content.wording import Wording
from spongecalc.standards import tables as standards
from spongecalc.standards.provenance import COPIES, HOW_KNOWN, Confirmation, counts_by_how_known, groups

SOURCES_LISTED = 3


def standards_read(confirmations: Sequence[Confirmation], words: Wording) -> list[Block]:
    """Blocks on how the standards' rows are known, the copies read, and the values that the project confirms."""
    blocks: list[Block] = [
        TableBlock(words("document.standards"), _tables(words), "standards", medium=Medium.SCREEN),
        TableBlock(words("document.copies"), _copies(words), "copies", medium=Medium.SCREEN),
    ]
    if confirmations:
        headings = [Heading(words(f"document.confirmed_{c}")) for c in ("table", "row", "who", "why")]
        rows = [
            [Cell(table_name(c.table, words.lang)), Cell(c.row), Cell(c.who), Cell(c.why)] for c in confirmations
        ]
        blocks.append(TableBlock(words("document.confirmed"), Table(headings, rows), "confirmed"))
    return blocks


def _tables(words: Wording) -> Table:
    headings = [
        *(Heading(words(f"document.standard_{c}")) for c in ("table", "source")),
        *(Heading(words.of_list("standard_sources.how_known", grade) or grade, True) for grade in HOW_KNOWN),
    ]
    counts = counts_by_how_known()
    rows = [
        [
            Cell(table_name(row["table"], words.lang)),
            Cell(_shortened([source_name(s, words.lang) for s in _sources(row["table"])], words)),
            *(Cell(str(row[grade])) for grade in HOW_KNOWN),
        ]
        for row in counts.to_dict("records")
    ]
    total = [Cell(words("table.total")), Cell(""), *(Cell(str(counts[grade].sum())) for grade in HOW_KNOWN)]
    return Table(headings, rows, total)


def _copies(words: Wording) -> Table:
    headings = [Heading(words(f"document.copy_{c}")) for c in ("document", "form", "address")]
    rows = [
        [
            Cell(str(row[f"document_{words.lang}"])),
            Cell(words.of_list("standard_sources.form", str(row["form"])) or str(row["form"])),
            Cell(str(row["address"])),
        ]
        for row in standards.table(COPIES).to_dict("records")
    ]
    return Table(headings, rows)


def _sources(name: str) -> list[str]:
    """The different sources of a table, whose rows may have several for groups of their columns."""
    frame: pd.DataFrame = standards.table(name)
    return list(dict.fromkeys(str(v) for source, _, _ in groups(frame) for v in frame[source] if is_known(v)))


def _shortened(sources: Sequence[str], words: Wording) -> str:
    """The first sources of a table; how many there are in all where they are more."""
    shown = "; ".join(s if len(s) <= 90 else s[:89] + "…" for s in sources[:SOURCES_LISTED])
    return words("table.and_more", ids=shown, count=len(sources)) if len(sources) > SOURCES_LISTED else shown

"""The comparison of two results as a document."""

from __future__ import annotations

from collections.abc import Sequence

from spongecalc.report.content.comparison import TableDifference
from spongecalc.report.content.document import Block, Chapter, Cover, Document, Facts, Paragraph, TableBlock
from spongecalc.report.content.roles import CellRole, TextRole
from spongecalc.report.content.table import Cell, Heading, Table
from spongecalc.report.content.wording import Wording

# More rows than these make a page nobody reads; their number is given.
MOST_ROWS = 2000


def comparison_document(differences: Sequence[TableDifference], a: str, b: str, lang: str) -> Document:
    """The document: a summary, then for each table what differs; ``a`` and ``b`` name the results."""
    words = Wording(lang)
    names = (words("document.compare_a"), words("document.compare_b"))
    cover = Cover(words("document.compare_title"), "", [(names[0], a), (names[1], b)], "")
    differing = [d for d in differences if d.differs]
    blocks: list[Block] = (
        [Paragraph(words("document.compare_same"))] if not differing else [_summary(differing, words)]
    )
    chapters = [Chapter("summary", words("document.compare_summary"), blocks)]
    chapters += [_chapter(d, words) for d in differing if not d.missing_in]
    return Document(lang, f"{a} · {b}", cover, chapters)


def _summary(differing: Sequence[TableDifference], words: Wording) -> TableBlock:
    headings = [
        Heading(words("document.workbook_file")),
        Heading(words("document.compare_changed"), True),
        Heading(words("document.compare_only_a"), True),
        Heading(words("document.compare_only_b"), True),
        Heading(""),
    ]
    rows = []
    for d in differing:
        where = ""
        if d.missing_in:
            which = words("document.compare_b" if d.missing_in == "a" else "document.compare_a")
            where = words("document.compare_file_only", table=d.table, which=which)
        counted = (len(d.changes), len(d.only_a), len(d.only_b))
        rows.append([Cell(f"{d.table}.csv"), *(Cell(str(n)) for n in counted), Cell(where)])
    return TableBlock(words("document.compare_summary"), Table(headings, rows))


def _chapter(d: TableDifference, words: Wording) -> Chapter:
    headings = [
        Heading(words("document.compare_row")),
        Heading(words("document.compare_column")),
        Heading(words("document.compare_a"), True),
        Heading(words("document.compare_b"), True),
        Heading(words("document.compare_difference"), True),
    ]
    rows = [
        [
            Cell(c.row),
            Cell(words.name("column", c.column), title=c.column),
            Cell(c.a),
            Cell(c.b, role=CellRole.ATTENTION),
            Cell(c.difference_text),
        ]
        for c in d.changes[:MOST_ROWS]
    ]
    blocks: list[Block] = []
    counted = {
        "table": f"{d.table}.csv",
        "changed": len(d.changes),
        "only_a": len(d.only_a),
        "only_b": len(d.only_b),
    }
    blocks.append(Paragraph(words("document.compare_counts", **counted), TextRole.REMARK))
    if rows:
        caption = words("document.compare_table", table=d.table)
        blocks.append(TableBlock(caption, Table(headings, rows), "compare", sortable=True))
    for key, ids in (
        ("compare_only_a", [*d.columns_only_a, *d.only_a]),
        ("compare_only_b", [*d.columns_only_b, *d.only_b]),
    ):
        if ids:
            shown = words.listed(ids[:60]) + (" …" if len(ids) > 60 else "")
            blocks.append(Facts([(words(f"document.{key}"), shown)]))
    return Chapter(f"t-{d.table}", f"{d.table}.csv", blocks)

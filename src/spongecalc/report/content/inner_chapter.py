"""A chapter that stands inside another one: its heading, sentences, figures and tables."""

from __future__ import annotations

from collections.abc import Sequence

from spongecalc.report.content.document import Block, Chapter, Drawing, Group, Paragraph, Subheading, TableBlock
from spongecalc.report.content.roles import Medium, TextRole
from spongecalc.report.content.table import Table
from spongecalc.report.content.wording import Wording


def inner_chapter(
    words: Wording,
    key: str,
    heading: str,
    paragraphs: Sequence[str] = (),
    tables: Sequence[tuple[str, Table]] = (),
    figures: Sequence[Drawing] = (),
    on_screen: Sequence[tuple[str, Table]] = (),
) -> Chapter:
    """A chapter of plain sentences, figures, and tables with their captions; tables without rows are left out.

    Those ``on_screen`` are looked up there, or in the workbook, and do not print.

    Where all of its tables are empty, and it says nothing else, it says so.
    """
    blocks: list[Block] = [*(Paragraph(text) for text in paragraphs), *figures]
    blocks += [TableBlock(caption, table, key) for caption, table in tables if table.rows]
    blocks += [TableBlock(caption, t, key, medium=Medium.SCREEN) for caption, t in on_screen if t.rows]
    if not blocks and tables:
        blocks.append(Paragraph(words("document.part_empty"), TextRole.NOTHING))
    return Chapter(key, heading, blocks)


def held(chapter: Chapter, outer: str = "") -> Group:
    """A chapter's blocks for their place inside another one, which bears the heading ``outer``.

    A heading is not said twice.
    """
    heading = [] if chapter.heading == outer else [Subheading(chapter.heading, 2)]
    return Group(chapter.key, [*heading, *chapter.blocks])

"""The document as it goes to a medium: a screen unfolds everything, paper holds what decides, fails or sums up.

What a reviewer looks for among thousands of rows he looks for in the workbook, where it can be filtered.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import replace

from spongecalc.report.content.document import (
    Beside,
    Block,
    Chapter,
    Document,
    Group,
    MapSet,
    Paragraph,
    Subheading,
    TableBlock,
)
from spongecalc.report.content.roles import ChapterPlace, Medium, TextRole
from spongecalc.report.content.wording import Wording

MOST_PRINTED = 200
"""Rows of a table of features that print: pages of them say no more, and cost the memory of a small machine."""


def for_screen(document: Document) -> Document:
    """The document without what stands elsewhere on paper only."""
    chapters = [
        replace(c, blocks=_of(c.blocks, Medium.SCREEN), details=_of(c.details, Medium.SCREEN))
        for c in document.chapters
    ]
    return replace(document, chapters=chapters)


def for_paper(document: Document) -> Document:
    """The document without what only a screen can show (series over time, origins of figures), or unfolds.

    A chapter whose details are not all there says where they are.
    """
    return replace(document, traces={}, chapters=[_on_paper(c, document.words) for c in document.chapters])


def on_screen_alone(block: Group) -> Group:
    """A part of a chapter that paper leaves out."""
    return replace(block, medium=Medium.SCREEN)


def of_both(screen: Sequence[Block], paper: Sequence[Block]) -> list[Block]:
    """The same matter as it stands on a screen, and as it stands on paper."""
    return [Group("", screen, Medium.SCREEN), Group("", paper, Medium.PAPER)]


def with_tables_on_screen(block: Group) -> Group:
    """A part of a chapter of which paper has the sentences and figures."""
    tables = [replace(b, medium=Medium.SCREEN) if isinstance(b, TableBlock) else b for b in block.blocks]
    return replace(block, blocks=tables)


def _on_paper(chapter: Chapter, words: Wording) -> Chapter:
    every = chapter.place == ChapterPlace.COMMUNITY
    blocks, details = (
        _shortened(_of(part, Medium.PAPER), words, every=every) for part in (chapter.blocks, chapter.details)
    )
    shown = (*chapter.blocks, *chapter.details)
    if _count([*blocks, *details]) < _count(_of(shown, Medium.SCREEN)):
        key = "details_elsewhere" if chapter.place == ChapterPlace.COMMUNITY else "tables_elsewhere"
        (details or blocks).append(Paragraph(words(f"document.{key}"), TextRole.REMARK))
    return replace(chapter, blocks=blocks, details=details)


def _of(blocks: Sequence[Block], medium: Medium) -> list[Block]:
    found: list[Block] = []
    for block in blocks:
        match block:
            case TableBlock() | Beside() | Group() if block.medium not in (Medium.ANY, medium):
                continue
            case Group(key=""):
                found += _of(block.blocks, medium)
            case Group():
                inner = _of(block.blocks, medium)
                if any(not isinstance(b, Subheading) for b in inner):
                    found.append(replace(block, blocks=inner))
            case Beside():
                left, right = _of(block.left, medium), _of(block.right, medium)
                found += [replace(block, left=left, right=right)] if left and right else [*left, *right]
            case MapSet() if medium == Medium.PAPER:
                found.append(replace(block, series=None))
            case _:
                found.append(block)
    return found


def _shortened(blocks: Sequence[Block], words: Wording, *, every: bool) -> list[Block]:
    """Blocks whose long tables of features have their gravest rows, and say how many there are.

    These are the tables whose rows' gravity is known; in a community's chapter every table (``every``).
    """
    found: list[Block] = []
    for block in blocks:
        match block:
            case TableBlock() if len(block.table.rows) > MOST_PRINTED and (every or block.gravity):
                key = f"document.rows_elsewhere_{block.name}" if block.gravity else "document.rows_elsewhere"
                said = words(key, shown=MOST_PRINTED, total=len(block.table.rows))
                found += [Paragraph(said, TextRole.REMARK), _gravest(block)]
            case Group():
                found.append(replace(block, blocks=_shortened(block.blocks, words, every=every)))
            case Beside():
                left, right = (_shortened(b, words, every=every) for b in (block.left, block.right))
                found.append(replace(block, left=left, right=right))
            case _:
                found.append(block)
    return found


def _gravest(block: TableBlock) -> TableBlock:
    """The table with its gravest rows alone, in their order; the foot is that of all rows."""
    rows, gravity = block.table.rows, block.gravity
    shown: Sequence[int] = range(MOST_PRINTED)
    if gravity:
        shown = sorted(heapq.nlargest(MOST_PRINTED, range(len(rows)), key=lambda i: (gravity[i], -i)))
    kept = tuple(gravity[i] for i in shown) if gravity else ()
    return replace(block, table=replace(block.table, rows=[rows[i] for i in shown]), gravity=kept)


def _count(blocks: Sequence[Block]) -> int:
    """The number of tables."""
    count = 0
    for block in blocks:
        match block:
            case Group():
                count += _count(block.blocks)
            case Beside():
                count += _count([*block.left, *block.right])
            case TableBlock():
                count += 1
    return count

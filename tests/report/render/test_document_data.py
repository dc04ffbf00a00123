"""What the PDF's layout reads: widths of columns, tables that stay on one page, headings said once."""

from __future__ import annotations

import pytest
from tests.report.synthetic_review import synthetic_review

from spongecalc.report.content.compose import compose
from spongecalc.report.content.document import Group, Subheading, TableBlock
from spongecalc.report.content.table import Cell, Heading, Table
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.document_data import _block


def laid_out(headings, rows):
    table = Table([Heading(h, n) for h, n in headings], [[Cell(t) for t in r] for r in rows])
    return _block(TableBlock("caption", table), set(), Wording("en"))


def test_a_long_column_takes_room_by_its_text():
    data = laid_out([("Note", False), ("Clause", False), ("m", True)], [["n" * 30, "c" * 80, "1.00"]])
    note, clause, figures = data["long"]
    assert (note, clause, figures) == (3.0, 8.0, 0.0)
    # A column that is mostly empty still shows its one text on a line or two.
    rows = [["", "c" * 80, ""]] * 20 + [["by the inverts of its nodes", "c", ""]]
    assert laid_out([("Note", False), ("Clause", False), ("m", True)], rows)["long"][0] >= 2.7


@pytest.mark.parametrize(
    ("rows", "whole"),
    [
        ([["a", "1"]] * 14, True),
        ([["a", "1"]] * 24, True),
        ([["a", "1"]] * 25, False),
        # Fourteen rows of long text would be taller than a page, which a block that stays whole cannot be.
        ([["a word " * 40, "1"]] * 14, False),
        ([["line\nline", "1"]], False),
    ],
)
def test_only_a_table_that_surely_fits_stays_whole(rows, whole):
    assert laid_out([("Name", False), ("m", True)], rows)["whole"] is whole


def test_a_short_chinese_heading_keeps_to_its_line():
    data = laid_out(
        [("限值", True), ("峰值（l/s）", True), ("最大连续性误差（百分数）", True)], [["1", "2", "3"]]
    )
    short, unit, long = data["room"]
    assert (short, unit) == (4.0, 11.0)
    assert 11.0 < long < 24.0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_topic_repeats_the_heading_of_its_chapter(lang):
    seen = 0
    for chapter in compose(synthetic_review(), lang).chapters:
        for block in chapter.blocks:
            if isinstance(block, Group) and block.blocks and isinstance(block.blocks[0], Subheading):
                seen += 1
                assert block.blocks[0].text != chapter.heading
    assert seen

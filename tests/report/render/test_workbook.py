"""The workbook of a large community: written row by row, and no row dropped without a word."""

from __future__ import annotations

import io

import openpyxl
import pytest
from tests.report.synthetic_review import synthetic_review

from spongecalc.report.content.wording import Wording
from spongecalc.report.render import workbook


def cells(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_rows_taken_some_at_a_time_are_the_same_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = workbook.xlsx_bytes(synthetic_review(), "en")
    monkeypatch.setattr(workbook, "ROWS_AT_ONCE", 1)
    assert workbook.xlsx_bytes(synthetic_review(), "en") == whole


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_sheet_that_cannot_hold_all_rows_says_so(monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    review = synthetic_review()
    words = Wording.of(review, lang)
    longest = max(review.tables, key=lambda n: len(review.tables[n]) if n != "design_checks" else 0)
    rows = len(review.tables[longest])
    monkeypatch.setattr(workbook, "MOST_ROWS", rows - 1)
    held = cells(workbook.xlsx_bytes(review, lang))
    said, *following = held[words(f"document.sheet.{longest}")]
    assert said[0] == words("document.workbook_cut", shown=rows - 1, total=rows)
    assert len(following) == workbook.FIRST_ROW + rows - 1
    told = [name for name, lines in held.items() if lines and str(lines[0][0]).startswith(str(said[0])[:8])]
    assert told == [words(f"document.sheet.{longest}")]

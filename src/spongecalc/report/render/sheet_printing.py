"""Printing of a workbook's sheet: paper and scale by its columns' widths, headings whole and on every page."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from spongecalc.report.render.text_width import text_width
from spongecalc.report.render.xml_text import clean

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

A3, A4 = 8, 9
"""Excel's numbers of paper sizes."""
LONG_SIDE_IN = {A4: 11.69, A3: 16.54}
MARGIN_IN = 0.4
PIXELS_PER_IN = 96
SMALLEST_SCALE = 0.6
"""A sheet set smaller than this is hard to read on paper; it runs over several pages instead."""
SCALE_OVER_PAGES = 70
FONT_POINTS, SMALL = 11.0, 8.0
"""Size of the text, and of the columns' keys under their headings."""
LINE = 1.45
"""Height of a line by the size of its text, Chinese characters included."""
ROW_POINTS = 15.0
BESIDE = 2.5
"""Characters that stay free beside a text."""
BOLD = 1.1
"""Bold letters by the width of the figures that a column's width counts in."""
NARROWEST, WIDE, WIDEST = 8.0, 44.0, 68.0
"""A column holds at least a short figure; words break over lines beyond ``WIDE``, and a word without a space
(a SHA-256 digest) beyond ``WIDEST``."""
PIECES = re.compile(r"[!-~]+|\s+|[^!-~\s]")
LONGEST_HEADER = 80


def column_pixels(width: float) -> float:
    """Pixels that a column of ``width`` characters is wide (Excel's rule for an 11 point font)."""
    return width * 7 + 5


def heading_lines(heading: str, width: float, font_points: float = FONT_POINTS) -> int:
    """Lines that a bold heading takes in a column of ``width`` characters.

    Words stay whole where they fit, and a longer one breaks anywhere; so does Chinese.
    """
    # The room of one character stays free.
    free = max((width - 1) * FONT_POINTS / font_points, 1.0)
    lines, used = 1, 0.0
    for piece in PIECES.findall(heading):
        wide = text_width(piece) * BOLD
        if used and used + wide > free:
            lines, used = lines + 1, 0.0
            if piece.isspace():
                continue
        broken = max(math.ceil(wide / free) - 1, 0)
        lines += broken
        used += wide - broken * free
    return lines


def heading_height(headings: Sequence[str], widths: Sequence[float], font_points: float = FONT_POINTS) -> float:
    """Points that a row of headings is high, so that each shows whole."""
    lines = max((heading_lines(h, w, font_points) for h, w in zip(headings, widths, strict=True)), default=1)
    return round(LINE * font_points * lines + 2, 1)


def column_width(heading: str, texts: Iterable[str], key: str = "") -> float:
    """Characters that a column is wide: its longest text whole, its heading on two or three lines.

    Long text breaks over lines (see :func:`is_broken`). A ``key`` stands in small letters
    under the heading, on two lines at most.
    """
    shown = [t for t in texts if t]
    longest = max((text_width(t) for t in shown), default=0.0) + BESIDE
    if longest > WIDE:
        unbroken = max(text_width(w) for t in shown if text_width(t) + BESIDE > WIDE for w in PIECES.findall(t))
        longest = min(max(unbroken + BESIDE, WIDE), WIDEST)
    word = max((text_width(w) * BOLD for w in PIECES.findall(heading)), default=0.0)
    wanted = max(
        longest,
        text_width(heading) * BOLD / 2 + 3,
        word + 1.5,
        len(key) * BOLD * SMALL / FONT_POINTS / 2 + 3,
        NARROWEST,
    )
    return round(min(wanted, WIDEST), 2)


def is_broken(texts: Iterable[str], width: float) -> bool:
    """True where a column of ``width`` characters holds text that it cannot show on one line."""
    return any(text_width(t) + BESIDE > width + 0.01 for t in texts if t)


def row_height(texts: Iterable[str], widths: Iterable[float]) -> float | None:
    """Points that a row is high whose texts break over lines; None where none does.

    Programs other than Excel do not find it by themselves.
    """
    # The text is not bold.
    lines = max((heading_lines(t, w * BOLD) for t, w in zip(texts, widths, strict=True)), default=1)
    return None if lines == 1 else round(ROW_POINTS * lines, 1)


def set_printing(sheet: Worksheet, widths: Sequence[float], last_heading: int, frozen: int, project: str) -> None:
    """Choose paper, scale and pages of a sheet.

    One page wide on A4 or A3 while that leaves it legible; otherwise A3 over several pages, read from left to
    right, with the frozen columns on each.

    Parameters
    ----------
    sheet
        The sheet, landscape from now on.
    widths
        Its columns' widths in characters, from the first column on.
    last_heading
        Number of the last row of headings, from 0; these rows stand on each page.
    frozen
        Count of leading columns that stand on each page of a wide sheet.
    project
        The project's name, for the foot of each page; text, whatever signs it holds.
    """
    total = sum(column_pixels(w) for w in widths)
    sheet.set_landscape()
    sheet.set_margins(left=MARGIN_IN, right=MARGIN_IN, top=0.5, bottom=0.65)
    sheet.repeat_rows(0, last_heading)
    # "&" begins a command in a foot; "&A" is the sheet's name, "&P" and "&N" page and pages.
    named = clean(project)[:LONGEST_HEADER].replace("&", "&&")
    sheet.set_footer(f"&L{named}&C&A&R&P / &N")
    for paper in (A4, A3):
        if total <= _page_pixels(paper) / SMALLEST_SCALE:
            sheet.set_paper(paper)
            sheet.fit_to_pages(1, 0)
            return
    sheet.set_paper(A3)
    sheet.set_print_scale(SCALE_OVER_PAGES)
    sheet.print_across()
    page = _page_pixels(A3) / SCALE_OVER_PAGES * 100
    if frozen and sum(column_pixels(w) for w in widths[:frozen]) < page / 3:
        sheet.repeat_columns(0, frozen - 1)


def _page_pixels(paper: int) -> float:
    return (LONG_SIDE_IN[paper] - 2 * MARGIN_IN) * PIXELS_PER_IN

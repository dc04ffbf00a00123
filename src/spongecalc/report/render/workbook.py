"""results.xlsx: the result tables as one workbook, with filters, number formats and formulas to be followed."""

from __future__ import annotations

import io
import math
import re
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from numbers import Number
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Format, Workbook
from xlsxwriter.worksheet import Worksheet

from spongecalc.assess.communities import TOTAL, is_summed
from spongecalc.assess.compared_columns import compared_in
from spongecalc.assess.review import Review
from spongecalc.assess.trace_recipes import recipe_of
from spongecalc.decimals import decimals
from spongecalc.design.check import FAIL, NOT_CHECKABLE, PASS
from spongecalc.formula_guard import is_formula
from spongecalc.language import has_text
from spongecalc.report.content.closed_lists import worded_table
from spongecalc.report.content.number_format import cell_text, is_known, places_shown
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.sheet_printing import (
    SMALL,
    column_width,
    heading_height,
    is_broken,
    row_height,
    set_printing,
)
from spongecalc.report.render.xml_text import clean
from spongecalc.whole_file import scratch_beside

FILE_NAME = "results.xlsx"
FIXED_TIME = datetime(2000, 1, 1)
ORDER = ("communities", "quantities", "separation", "ponding", "sponge", "runs", "findings", "elements")
BILLS = ("quantities", "quantity_features")
CHECKS = "design_checks"
# What differs from one making to the next although nothing changed: the time that a run took.
NOT_SHOWN = {"runs": ("seconds",)}
# A sheet's name may not hold these, nor be longer.
UNFIT_NAME, LONGEST_NAME = re.compile(r"[\[\]:*?/\\']"), 31
# Two rows of headings: words, and the columns' names in the CSV files.
FIRST_ROW = 2
LONGEST_CELL = 32_767
MOST_ROWS = 1_048_576 - FIRST_ROW - 1
"""Rows that a sheet can hold besides those above them; the writer drops any more without a word."""
ROWS_AT_ONCE = 5000
# Different texts of a column that are measured for its width.
MOST_TEXTS = 2000


def xlsx_bytes(review: Review, lang: str, folder: Path | None = None) -> bytes:
    """The workbook; the same review gives the same bytes.

    Every text is written as text: none is worked out, whatever it begins with, and none becomes a link.

    Parameters
    ----------
    review
        What the assessment found.
    lang
        "zh" or "en".
    folder
        Where the workbook will stand: there its rows are kept while it is made. Without one, in the system's
        folder for such things.

    Raises
    ------
    OSError
        There is no room for the rows.
    """
    out = io.BytesIO()
    with scratch_beside((folder or Path(tempfile.gettempdir())) / FILE_NAME) as scratch:
        _write(out, review, Wording.of(review, lang), scratch)
    return out.getvalue()


def _write(out: io.BytesIO, review: Review, words: Wording, scratch: Path) -> None:
    options = {
        # Rows go to a file as they are written: those of a large community would fill the memory.
        "constant_memory": True,
        "tmpdir": str(scratch),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": clean(review.project_name), "created": FIXED_TIME})
    formats = _Formats(book)
    names = [n for n in ORDER if n in review.tables] + [n for n in review.tables if n not in ORDER]
    sheets = _sheet_names(names, words)
    _about(book, formats, review, names, sheets, words)
    for name in names:
        table = review.tables[name].drop(columns=list(NOT_SHOWN.get(name, ())), errors="ignore")
        _table_sheet(book.add_worksheet(sheets[name]), formats, name, table, review.project_name, words)
    book.close()


class _Formats:
    """The workbook's cell formats, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[str, bool, bool, bool], Format] = {}
        heading = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#EEF0F2"}
        self.heading = book.add_format({**heading, "align": "left", "indent": 1})
        self.heading_of_figures = book.add_format({**heading, "align": "right"})
        small = {"font_size": SMALL, "text_wrap": True, "valign": "top", "align": "left", "indent": 1}
        self.key = book.add_format({**small, "font_color": "#59616B", "bottom": 2})
        self.note = book.add_format({"bold": True})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})

    def number(self, column: str, value: float, *, bold: bool = False) -> Format:
        """As many decimals as the CSV files write; thousands apart."""
        places = places_shown(column, value)
        pattern = "General" if places is None else "#,##0." + "0" * places if places else "#,##0"
        return self._of(pattern, bold=bold)

    def title(self, text: str) -> Format:
        """The format of the first sheet's title."""
        return self._book.add_format({"bold": True, "font_size": 16, "quote_prefix": is_formula(text)})

    def text(self, text: str, *, bold: bool = False, broken: bool = False) -> Format:
        """Text, kept as text whoever edits it; ``broken`` over lines where it is long.

        One that begins as a formula does is marked as typed with an apostrophe, which programs keep where they
        do not keep the format.
        """
        return self._of("@", bold=bold, broken=broken, quoted=is_formula(text))

    def _of(self, pattern: str, *, bold: bool, broken: bool = False, quoted: bool = False) -> Format:
        key = (pattern, bold, broken, quoted)
        if key not in self._made:
            look = {"num_format": pattern, "bold": bold, "text_wrap": broken, "valign": "top"}
            look |= {"quote_prefix": True} if quoted else {}
            # A text does not touch the figure on its left.
            look |= {"align": "left", "indent": 1} if pattern == "@" else {}
            self._made[key] = self._book.add_format(look)
        return self._made[key]


def _sheet_names(names: list[str], words: Wording) -> dict[str, str]:
    given: dict[str, str] = {}
    for name in names:
        wanted = UNFIT_NAME.sub(" ", _sheet_name(name, words))[:LONGEST_NAME] or name
        taken = {s.lower() for s in given.values()}
        number = 2
        unique = wanted
        while unique.lower() in taken:
            unique, number = f"{wanted[: LONGEST_NAME - 3]} {number}", number + 1
        given[name] = unique
    return given


def _sheet_name(name: str, words: Wording) -> str:
    """The table's name in the report's language; its file's name where it has none."""
    return words(f"document.sheet.{name}") if has_text(f"document.sheet.{name}", words.lang) else name


def _about(
    book: Workbook,
    formats: _Formats,
    review: Review,
    names: list[str],
    sheets: Mapping[str, str],
    words: Wording,
) -> None:
    """The first sheet: what the others hold, and what all of it was made from."""
    sheet = book.add_worksheet(words("document.workbook_about"))
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 70)
    name = clean(review.project_name)[:LONGEST_CELL]
    sheet.write_string(0, 0, name, formats.title(name))
    sheet.merge_range(1, 0, 1, 1, words("document.workbook_said"), formats.wrap)
    sheet.set_row(1, 48)
    row = 3
    for column, key in enumerate(("workbook_sheet", "workbook_file", "workbook_rows")):
        sheet.write_string(row, column, words(f"document.{key}"), formats.heading)
    for name in names:
        row += 1
        sheet.write_url(row, 0, f"internal:'{sheets[name]}'!A1", string=sheets[name])
        sheet.write_string(row, 1, f"results/{name}.csv")
        sheet.write_number(row, 2, len(review.tables[name]))
    row += 2
    for label, value in (*review.versions.items(), *review.inputs.items()):
        for column, said in enumerate((clean(str(label)), clean(str(value)))):
            sheet.write_string(row, column, said, formats.text(said) if is_formula(said) else None)
        row += 1
    sheet.fit_to_pages(1, 0)


def _table_sheet(
    sheet: Worksheet, formats: _Formats, name: str, table: pd.DataFrame, project: str, words: Wording
) -> None:
    printed = _printed_rows(name, table)
    if printed is not None:
        table = _printed_first(table)
    columns = [str(c) for c in table.columns]
    # In the bill a count is of pieces, and a volume not of water.
    named = [f"bill_{c}" if name in BILLS and c in ("count", "volume_m3") else c for c in columns]
    headings = [words.name("column", c) for c in named]
    # Codes are for programs, a reader gets words; formulas go by the table's own ids.
    worded = worded_table(table, name, words)
    shown = [_shown(c, worded.iloc[:, i]) for i, c in enumerate(columns)]
    widths = [column_width(h, t, c) for h, t, c in zip(headings, shown, columns, strict=True)]
    broken = [is_broken(t, w) for t, w in zip(shown, widths, strict=True)]
    wrapped = [i for i, b in enumerate(broken) if b]
    # A row above the headings says what a sheet prints, or holds, that does not print or hold all of its rows.
    said = _said_above(printed, len(table), words)
    head = 1 if said else 0
    first = head + FIRST_ROW
    # Rows are written in their order, and are gone once the next is begun.
    if said:
        sheet.write_string(0, 0, said, formats.note)
    sheet.set_row(head, heading_height(headings, widths))
    for at, heading in enumerate(headings):
        values = table.iloc[:, at]
        figures = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
        sheet.write_string(head, at, heading, formats.heading_of_figures if figures else formats.heading)
        sheet.set_column(at, at, widths[at])
    sheet.set_row(head + 1, heading_height(columns, widths, SMALL))
    for at, column in enumerate(columns):
        sheet.write_string(head + 1, at, column, formats.key)
    given = table.to_dict("records") if name == "communities" else []
    for index, row in enumerate(_records(worded.head(MOST_ROWS))):
        bold = bool(given) and given[index].get("community_id") == TOTAL
        formulas = _formulas(columns, given, index) if given else {}
        height = row_height((cell_text(columns[i], row[i]) for i in wrapped), (widths[i] for i in wrapped))
        if height:
            sheet.set_row(first + index, height)
        for at, column in enumerate(columns):
            formula = formulas.get(column, "")
            place = (first + index, at)
            _cell(sheet, formats, place, column, row[at], formula, bold=bold, broken=broken[at])
    if columns:
        last = max(first + min(len(table), MOST_ROWS) - 1, head + 1)
        # TOTAL stays where it is, whatever is filtered.
        if given and given[-1].get("community_id") == TOTAL:
            last = max(last - 1, head + 1)
        sheet.autofilter(head + 1, 0, last, len(columns) - 1)
    frozen = 2 if len(columns) > 4 else 0
    sheet.freeze_panes(first, frozen)
    set_printing(sheet, widths, first - 1, frozen, project)
    if printed is not None:
        sheet.print_area(0, 0, first + min(printed, MOST_ROWS) - 1, len(columns) - 1)


def _records(table: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """The rows of a table in their order, some at a time: all of a large one would fill the memory."""
    for first in range(0, len(table), ROWS_AT_ONCE):
        yield from table.iloc[first : first + ROWS_AT_ONCE].itertuples(index=False, name=None)


def _said_above(printed: int | None, rows: int, words: Wording) -> str:
    """The line above a sheet's headings: how many of its rows print, and how many it holds where not all."""
    said = []
    if printed is not None:
        key = "document.workbook_printed" if printed else "document.workbook_printed_none"
        said.append(words(key, printed=printed, total=rows, last=1 + FIRST_ROW + printed))
    if rows > MOST_ROWS:
        said.append(words("document.workbook_cut", shown=MOST_ROWS, total=rows))
    return " ".join(said)


def _printed_rows(name: str, table: pd.DataFrame) -> int | None:
    """Count of a sheet's rows that print; None where all do, as of every table but the checks.

    Most checks pass; on paper they are wanted for what does not.
    """
    if name != CHECKS or "verdict" not in table.columns:
        return None
    return int((table["verdict"] != PASS).sum())


def _printed_first(checks: pd.DataFrame) -> pd.DataFrame:
    """The checks with those first that fail, then those that cannot be made; else in their order."""
    rank = checks["verdict"].map({FAIL: 0, NOT_CHECKABLE: 1}).fillna(2)
    return checks.iloc[rank.argsort(kind="stable")]


def _shown(column: str, values: pd.Series) -> list[str]:
    """The texts that decide how wide a column is: all different ones, and of figures the largest and smallest."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        known = values.dropna()
        ends = [known.min(), known.max()] if len(known) else []
        places = decimals(column)
        if places is not None:
            return [f"{v:,.{places}f}" for v in ends]
        values = known.drop_duplicates().head(MOST_TEXTS)
    return [cell_text(column, v) for v in values.drop_duplicates().head(MOST_TEXTS)]


def _cell(
    sheet: Worksheet,
    formats: _Formats,
    place: tuple[int, int],
    column: str,
    value: object,
    formula: str,
    *,
    bold: bool,
    broken: bool,
) -> None:
    row, at = place
    if not is_known(value):
        return
    if isinstance(value, bool) or not isinstance(value, Number):
        text = clean(cell_text(column, value))[:LONGEST_CELL]
        if text:
            sheet.write_string(row, at, text, formats.text(text, bold=bold, broken=broken))
        return
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number):
        said = cell_text(column, value)
        sheet.write_string(row, at, said, formats.text(said, bold=bold))
    elif formula:
        sheet.write_formula(row, at, formula, formats.number(column, number, bold=bold), number)
    else:
        sheet.write_number(row, at, number, formats.number(column, number, bold=bold))


def _formulas(columns: list[str], rows: list[dict[str, Any]], index: int) -> dict[str, str]:
    """Formulas of a row of communities: sums in TOTAL, falls in every row.

    A formula stands only where it gives the figure of the table; where a community without a result makes
    the table leave it out, the figure itself is written.
    """
    row, excel_row = rows[index], FIRST_ROW + index + 1
    place = {c: xl_col_to_name(i) for i, c in enumerate(columns)}
    found: dict[str, str] = {}
    total = row.get("community_id") == TOTAL
    first, last = FIRST_ROW + 1, FIRST_ROW + len(rows) - 1
    compared = compared_in(columns)
    for column in columns:
        if not is_known(row.get(column)):
            continue
        recipe = recipe_of(column, compared)
        if recipe is not None and recipe.ratio and set(recipe.ratio) <= set(place):
            before, after = (f"{place[c]}{excel_row}" for c in recipe.ratio)
            given = [row.get(c) for c in recipe.ratio]
            if all(is_known(v) for v in given) and float(given[0]) > 0:  # type: ignore[arg-type]
                fall = 100 * (float(given[0]) - float(given[1])) / float(given[0])  # type: ignore[arg-type]
                if cell_text(column, fall) == cell_text(column, row[column]):
                    found[column] = f"=100*({before}-{after})/{before}"
        elif total and is_summed(column) and last >= first:
            places = decimals(column) or 0
            others = [round(float(r[column]), places) for r in rows[:-1] if is_known(r.get(column))]
            if cell_text(column, sum(others)) == cell_text(column, row[column]):
                # TOTAL is the sum of the figures as they are written.
                found[column] = f"=SUMPRODUCT(ROUND({place[column]}{first}:{place[column]}{last},{places}))"
    return found

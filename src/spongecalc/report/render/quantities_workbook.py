"""results/quantities.xlsx: the bill as a workbook whose figures are formulas down to the features."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from spongecalc.catalogue.catalogue import Catalogue, shipped
from spongecalc.formula_guard import is_formula
from spongecalc.language import text
from spongecalc.network.ledger import AMOUNTS, KEYS
from spongecalc.report.content.closed_lists import coded
from spongecalc.report.content.number_format import is_known, places_shown
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.sheet_printing import (
    column_width,
    heading_height,
    is_broken,
    row_height,
    set_printing,
)
from spongecalc.whole_file import part_file, scratch_beside

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

FILE_NAME = "quantities.xlsx"
TABLES = ("quantities", "quantity_features", "claims", "costs", "design_checks")
"""Those of the review that it shows, as far as there are any."""
# A workbook is stamped with the time of writing; a fixed one keeps same inputs the same bytes.
FIXED_STAMP = datetime(2000, 1, 1)
EMPTY = "-"
BREAKDOWNS = ("diameter_mm", "material", "depth_band")
MOST_CHECKS = 20000
LARGE_LEDGER = 50_000
"""From this many rows on the sheets are written to disk row by row: a county's do not fit into memory."""
AT_A_TIME = 5000
MOST_LEDGER = 1_048_576 - 2
"""Rows of the ledger that a sheet holds below its headings and above a remark; the writer drops more unsaid."""
LEAST_WIDTH, TOTALS_WIDTH = 9.0, 16.0
MOST_TEXTS = 2000
"""Different texts of a column that are measured for its width."""


class _Book:
    """The workbook with its formats and words."""

    def __init__(self, path: Path, words: Wording, scratch: Path, *, large: bool) -> None:
        options = {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "constant_memory": large,
            "tmpdir": str(scratch),
        }
        self.book = Workbook(str(path), options)
        self.book.set_properties({"created": FIXED_STAMP, "author": "spongecalc"})
        self.words = words
        self.head = self.book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.total = self.book.add_format({"bold": True, "top": 1, "num_format": "0.00"})
        plain = {"text_wrap": True, "valign": "top", "align": "left", "indent": 1}
        self._plain = self.book.add_format(plain)
        self._quoted = self.book.add_format({**plain, "num_format": "@", "quote_prefix": True})
        self._numbers: dict[int | None, Any] = {}

    def say(self, key: str) -> str:
        """A text of the catalogue ``bill``."""
        return text(f"bill.{key}", self.words.lang)

    def heading(self, column: str) -> str:
        """A column's name as a bill of quantities calls it."""
        named = f"bill_{column}"
        own = self.words.name("column", named)
        return self.words.name("column", column) if own == named else own

    def number(self, column: str, value: float = 0.0) -> Any:
        """The format of a figure of a column."""
        places = places_shown(column, value)
        if places not in self._numbers:
            code = "General" if places is None else "0" if places == 0 else "0." + "0" * places
            self._numbers[places] = self.book.add_format({"num_format": code, "valign": "top"})
        return self._numbers[places]

    def text(self, text: str) -> Any:
        """The format of a text: one that begins as a formula does stays a text whoever edits it."""
        return self._quoted if is_formula(text) else self._plain

    def sheet(self, key: str, headings: Sequence[str], texts: Sequence[Sequence[str]] = ()) -> Worksheet:
        """A sheet with its headings in the first row, frozen; ``texts`` of each column decide how wide it is."""
        sheet = self.book.add_worksheet(self.say(f"sheet.{key}"))
        measured = texts or [()] * len(headings)
        widths = _widths(headings, measured)
        sheet.set_row(0, heading_height(headings, widths))
        for column, (heading, width) in enumerate(zip(headings, widths, strict=True)):
            sheet.write_string(0, column, heading, self.head)
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 1)
        set_printing(sheet, widths, 0, 1, "")
        return sheet

    def remark(self, sheet: Worksheet, row: int, key: str, **values: object) -> None:
        """A sentence of the catalogue ``bill`` below a sheet's rows."""
        sheet.write_string(row, 0, text(f"bill.sheet.{key}", self.words.lang, **values))

    def put(self, sheet: Worksheet, row: int, column: int, name: str, value: object) -> None:
        """A value: a number with its decimals, text as text whatever it begins with, nothing where unknown."""
        if not is_known(value):
            return
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            sheet.write_string(row, column, str(value), self.text(str(value)))
        elif math.isfinite(float(value)):
            sheet.write_number(row, column, float(value), self.number(name, float(value)))


def _widths(headings: Sequence[str], texts: Sequence[Sequence[str]]) -> list[float]:
    return [max(column_width(h, t), LEAST_WIDTH) for h, t in zip(headings, texts, strict=True)]


def _texts(
    book: _Book, table: pd.DataFrame, columns: Sequence[str], *, keys: bool = False, name: str = ""
) -> list[list[str]]:
    """Of each column the texts that decide how wide it is; with ``keys`` an empty one as the bill shows it.

    ``name`` is that of the result table.
    """
    found = []
    for column in columns:
        different = table[column].drop_duplicates().head(MOST_TEXTS)
        empty = EMPTY if keys and column in KEYS else ""
        found.append([coded(column, v, book.words, name) or empty for v in different])
    return found


def write_workbook(
    tables: Mapping[str, pd.DataFrame], path: Path, lang: str, catalogue: Catalogue | None = None
) -> Path:
    """Write the workbook, whole or not at all.

    The sheets *ledger* (a row per feature and item, each with the line of the bill it belongs to) and
    *checks* hold values; every amount of the *bill* sums the ledger's rows of its line, and totals,
    breakdowns, costs and differences are formulas on the bill. Each formula carries its result, so that a
    viewer that does not calculate shows it. A ledger of more rows than a sheet holds is cut, and the bill then
    has figures in place of formulas that would sum a part; both sheets say so.

    Parameters
    ----------
    tables
        Of the review: ``TABLES``, of which quantities and quantity_features are needed.
    path
        The file to write.
    lang
        "zh" or "en".
    catalogue
        Names the project's covers; None takes those that ship with the package.
    """
    with part_file(path) as whole, scratch_beside(path) as scratch:
        _write(tables, whole, Wording(lang, catalogue or shipped()), scratch)
    return path


def _write(tables: Mapping[str, pd.DataFrame], whole: Path, words: Wording, scratch: Path) -> None:
    bill, features = tables["quantities"], tables["quantity_features"]
    book = _Book(whole, words, scratch, large=len(features) > LARGE_LEDGER)
    lines = _lines(bill)
    if len(bill):
        _totals(book, bill)
        for column in BREAKDOWNS if len(_laid_pipes(bill)) else ():
            _breakdown(book, bill, column)
    _bill(book, bill, features, lines)
    _ledger(book, features, lines)
    if len(tables.get("claims", ())):
        _claims(book, tables["claims"])
    if len(tables.get("costs", ())):
        _costs(book, tables["costs"])
    if len(tables.get("design_checks", ())):
        _checks(book, tables["design_checks"])
    book.book.close()


def _key(row: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(None if not is_known(row[k]) else row[k] for k in KEYS)


def _lines(bill: pd.DataFrame) -> dict[tuple[object, ...], int]:
    """The bill's lines by their keys, numbered from 1."""
    return {_key(row): i + 1 for i, row in enumerate(bill.to_dict("records"))}


def _records(table: pd.DataFrame) -> Iterator[Mapping[str, Any]]:
    """The rows of a table, of which only some are taken apart at a time."""
    for start in range(0, len(table), AT_A_TIME):
        yield from table.iloc[start : start + AT_A_TIME].to_dict("records")


def _coded(book: _Book, column: str, value: object) -> object:
    """A key as the workbook shows it; never empty, since a criterion that is empty fits nothing."""
    if column == "diameter_mm":
        return value if is_known(value) else EMPTY
    return coded(column, value, book.words) or EMPTY


def _column(name: str) -> str:
    """The bill's column of a key or amount, as a letter; the line's number is in A."""
    return str(xl_col_to_name(1 + [*KEYS, *AMOUNTS].index(name)))


def _range(book: _Book, key: str, letter: str, rows: int) -> str:
    return f"'{book.say(f'sheet.{key}')}'!${letter}$2:${letter}${rows + 1}"


def _summed(ranges: Mapping[str, str], **wanted: str) -> str:
    """The formula of the metres of those lines of the bill whose keys are what other cells hold, sign by sign.

    SUMIFS would take a community =x, >5 or 1* for a condition, and a and A, or 1 and 01, for the same.
    """
    fits = "*".join(f"EXACT({ranges[key]},{cell})" for key, cell in wanted.items())
    return f"SUMPRODUCT({fits},{ranges['length_m']})"


def _bill(
    book: _Book, bill: pd.DataFrame, features: pd.DataFrame, lines: Mapping[tuple[object, ...], int]
) -> None:
    names = [book.heading(c) for c in ("line", *KEYS, *AMOUNTS)]
    sheet = book.sheet("bill", names, [[str(len(lines))], *_texts(book, bill, (*KEYS, *AMOUNTS), keys=True)])
    is_whole = len(features) <= MOST_LEDGER
    in_ledger = {a: str(xl_col_to_name(1 + len(KEYS) + 2 + i)) for i, a in enumerate(AMOUNTS)}
    of_line = _range(book, "ledger", "A", len(features))
    for row, values in enumerate(bill.to_dict("records"), 1):
        sheet.write_number(row, 0, lines[_key(values)])
        for column, key in enumerate(KEYS, 1):
            book.put(sheet, row, column, key, _coded(book, key, values[key]))
        for column, amount in enumerate(AMOUNTS, 1 + len(KEYS)):
            if not is_whole:
                book.put(sheet, row, column, amount, values[amount])
            elif is_known(values[amount]):
                summed = _range(book, "ledger", in_ledger[amount], len(features))
                formula = f"=SUMIFS({summed},{of_line},$A{row + 1})"
                sheet.write_formula(row, column, formula, book.number(amount), float(values[amount]))
    _filtered(sheet, len(bill), len(names))
    if not is_whole:
        _say_cut(book, sheet, len(bill) + 1, len(features))


def _filtered(sheet: Worksheet, rows: int, columns: int) -> None:
    """Put filters on a sheet's headings, where there are rows to choose from."""
    if rows:
        sheet.autofilter(0, 0, rows, columns - 1)


def _say_cut(book: _Book, sheet: Worksheet, row: int, rows: int) -> None:
    book.remark(sheet, row, "ledger_cut", rows=f"{rows:,}", shown=f"{MOST_LEDGER:,}")


def _ledger(book: _Book, features: pd.DataFrame, lines: Mapping[tuple[object, ...], int]) -> None:
    columns = [*KEYS, "layer", "feature_id", *AMOUNTS]
    texts = [[str(len(lines))], *_texts(book, features, columns, keys=True)]
    sheet = book.sheet("ledger", [book.heading(c) for c in ("line", *columns)], texts)
    shown = features.head(MOST_LEDGER)
    for row, values in enumerate(_records(shown), 1):
        sheet.write_number(row, 0, lines[_key(values)])
        for column, name in enumerate(columns, 1):
            value = values[name] if name in AMOUNTS or name == "feature_id" else _coded(book, name, values[name])
            book.put(sheet, row, column, name, value)
    _filtered(sheet, len(shown), len(columns) + 1)
    if len(shown) < len(features):
        _say_cut(book, sheet, len(shown) + 1, len(features))


def _laid(bill: pd.DataFrame) -> pd.DataFrame:
    """The lines of new pipes and other lines, which have a length."""
    return bill[(bill["status"] == "proposed") & bill["length_m"].notna()]


def _laid_pipes(bill: pd.DataFrame) -> pd.DataFrame:
    laid = _laid(bill)
    return laid[laid["item"] == "pipe"]


def _totals(book: _Book, bill: pd.DataFrame) -> None:
    """Meters laid by community, a column for each item and system."""
    laid = _laid(bill)
    kinds = list(dict.fromkeys(zip(laid["item"], laid["system"], strict=True)))
    kinds.sort(key=lambda k: (k[0] != "pipe", k))
    communities = sorted(laid["community_id"].unique())
    sheet = book.book.add_worksheet(book.say("sheet.totals"))
    sheet.set_column(0, len(kinds), TOTALS_WIDTH)
    sheet.freeze_panes(3, 1)
    set_printing(sheet, [TOTALS_WIDTH] * (len(kinds) + 1), 2, 1, "")
    status = coded("status", "proposed", book.words)
    for row, name in enumerate(("item", "system", "status")):
        sheet.write_string(row, 0, book.heading(name), book.head)
        for column, (item, system) in enumerate(kinds, 1):
            value = {"item": item, "system": system}.get(name)
            shown = status if value is None else str(_coded(book, name, value))
            sheet.write_string(row, column, shown, book.head)
    ranges = {
        c: _range(book, "bill", _column(c), len(bill))
        for c in ("length_m", "community_id", "item", "system", "status")
    }
    lengths = laid.groupby(["community_id", "item", "system"])["length_m"].sum().to_dict()
    for row, community in enumerate(communities, 3):
        shown = str(community) or EMPTY
        sheet.write_string(row, 0, shown, book.text(shown) if is_formula(shown) and community else None)
        for column, (item, system) in enumerate(kinds, 1):
            letter = xl_col_to_name(column)
            kind = {"item": f"{letter}$1", "system": f"{letter}$2", "status": f"{letter}$3"}
            formula = f"={_summed(ranges, community_id=f'$A{row + 1}', **kind)}"
            own_m = round(float(lengths.get((community, item, system), 0.0)), 2)
            sheet.write_formula(row, column, formula, book.number("length_m"), own_m)
    last = 2 + len(communities)
    if not kinds:
        book.remark(sheet, 3, "nothing_laid")
        return
    sheet.write_string(last + 1, 0, book.words("table.total"), book.head)
    for column, (item, system) in enumerate(kinds, 1):
        own = laid[(laid["item"] == item) & (laid["system"] == system)]
        span = f"{xl_rowcol_to_cell(3, column)}:{xl_rowcol_to_cell(last, column)}"
        sheet.write_formula(last + 1, column, f"=SUM({span})", book.total, round(float(own["length_m"].sum()), 2))


def _breakdown(book: _Book, bill: pd.DataFrame, by: str) -> None:
    """Meters of new pipe by system and one property, with the sum and its difference from the bill's."""
    pipes = _laid_pipes(bill)
    systems = [s for s in ("storm", "sewage", "combined") if s in set(pipes["system"])]
    values = sorted({_coded(book, by, v) for v in pipes[by]}, key=lambda v: (isinstance(v, str), v))
    headings = [book.words.name("column", by), *(coded("system", s, book.words) for s in systems)]
    labels = [*map(str, values), book.words("table.total"), book.say("sheet.off")]
    sheet = book.sheet(f"by_{by}", headings, [labels, *([] for _ in systems)])
    item, status = (f'"{coded(c, v, book.words)}"' for c, v in (("item", "pipe"), ("status", "proposed")))
    ranges = {
        c: _range(book, "bill", _column(c), len(bill)) for c in ("length_m", by, "item", "system", "status")
    }
    shown = pipes[by].map(lambda v: _coded(book, by, v))
    for row, value in enumerate(values, 1):
        book.put(sheet, row, 0, by, value)
        for column, system in enumerate(systems, 1):
            letter = xl_col_to_name(column)
            own = pipes[(pipes["system"] == system) & (shown == value)]
            formula = (
                f"={_summed(ranges, **{by: f'$A{row + 1}'}, system=f'{letter}$1', item=item, status=status)}"
            )
            sheet.write_formula(
                row, column, formula, book.number("length_m"), round(float(own["length_m"].sum()), 2)
            )
    end = len(values)
    sheet.write_string(end + 1, 0, book.words("table.total"), book.head)
    for column, system in enumerate(systems, 1):
        letter = xl_col_to_name(column)
        total = round(float(pipes.loc[pipes["system"] == system, "length_m"].sum()), 2)
        sheet.write_formula(end + 1, column, f"=SUM({letter}2:{letter}{end + 1})", book.total, total)
    sheet.write_string(end + 2, 0, book.say("sheet.off"), book.head)
    for column in range(1, len(systems) + 1):
        letter = xl_col_to_name(column)
        formula = f"=ROUND({letter}{end + 2}-{_summed(ranges, system=f'{letter}$1', item=item, status=status)},2)"
        sheet.write_formula(end + 2, column, formula, book.total, 0.0)


def _plain_sheet(book: _Book, key: str, name: str, table: pd.DataFrame, formulas: Mapping[str, Any]) -> Worksheet:
    """The result table ``name`` as a sheet; ``formulas`` give a column's formula from the cells of its row."""
    columns = [str(c) for c in table.columns]
    headings = [book.words.name("column", c) for c in columns]
    texts = _texts(book, table, columns, name=name)
    sheet = book.sheet(key, headings, texts)
    widths = _widths(headings, texts)
    broken = {c: w for c, t, w in zip(columns, texts, widths, strict=True) if is_broken(t, w)}
    for row, values in enumerate(table.to_dict("records"), 1):
        cells = {c: xl_rowcol_to_cell(row, i) for i, c in enumerate(columns)}
        height = row_height((coded(c, values[c], book.words, name) for c in broken), broken.values())
        if height:
            sheet.set_row(row, height)
        for at, column in enumerate(columns):
            value = values[column]
            make = formulas.get(column)
            formula = make(values, cells) if make is not None and is_known(value) else None
            if formula:
                sheet.write_formula(row, at, formula, book.number(column, float(value)), float(value))
            else:
                shown = value if isinstance(value, (int, float)) else coded(column, value, book.words, name)
                book.put(sheet, row, at, column, shown)
    _filtered(sheet, len(table), len(columns))
    return sheet


def _claims(book: _Book, claims: pd.DataFrame) -> None:
    # Explanations of a total state what they explain, which is no difference of their cells.
    def difference(values: Mapping[str, Any], cells: Mapping[str, str]) -> str | None:
        off = values["claimed_m"] - values["measured_m"] - values["difference_m"]
        return f"={cells['claimed_m']}-{cells['measured_m']}" if abs(off) < 1e-6 else None

    _plain_sheet(book, "claims", "claims", claims, {"difference_m": difference})


def _costs(book: _Book, costs: pd.DataFrame) -> None:
    sheet = _plain_sheet(
        book,
        "costs",
        "costs",
        costs,
        {"cost": lambda _, cells: f"=ROUND({cells['quantity']}*{cells['unit_price']}+0.000000001,2)"},
    )
    column = list(costs.columns).index("cost")
    first, last = xl_rowcol_to_cell(1, column), xl_rowcol_to_cell(len(costs), column)
    sheet.write_string(len(costs) + 1, 0, book.words("table.total"), book.head)
    sheet.write_formula(
        len(costs) + 1, column, f"=SUM({first}:{last})", book.total, round(float(costs["cost"].sum()), 2)
    )


def _checks(book: _Book, checks: pd.DataFrame) -> None:
    """The checks that fail or cannot be made; those that pass are in design_checks.csv."""
    shown = checks[checks["verdict"] != "pass"].head(MOST_CHECKS)

    def excess(values: Mapping[str, Any], cells: Mapping[str, str]) -> str | None:
        above = values["value"] - values["limit"]
        if abs(above - values["excess"]) < 1e-9:
            return f"={cells['value']}-{cells['limit']}"
        return f"={cells['limit']}-{cells['value']}" if abs(above + values["excess"]) < 1e-9 else None

    _plain_sheet(book, "checks", "design_checks", shown, {"excess": excess})

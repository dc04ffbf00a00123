"""The extent of a workbook's sheets, found out before the library that reads them makes a cell of every place.

One value in the last cell of a sheet makes a table of seventeen thousand million cells; a file of it has 1.5 kB.
"""

from __future__ import annotations

import io
import re
from contextlib import suppress
from functools import cache
from typing import IO
from xml.parsers import expat
from zipfile import ZipFile

from spongecalc.gate.archive_limits import check_archive
from spongecalc.gate.limits import Limits
from spongecalc.gate.not_admitted import NotAdmittedError, TooLargeError

_LETTERS = re.compile(r"\$?([A-Za-z]{1,3})\$?(?=[1-9])")
_LAST_ROW = 1_048_576
OF_MERGED = 50
"""Cells that a merged one counts for: the library makes an object of each, in every sheet."""
# What is further away is as far as this: nobody reads a number of a thousand digits.
_FAR_BEYOND = 10**12
_VALUES = ("v", "is", "f")
_PIECE = 1 << 20
# The element around cells, and that of a formula, with a prefix or without; charts have formulas without cells.
_CELLS = re.compile(rb"<(?:[\w.-]+:)?sheetData\b")
_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f[\s/>]")


def check_workbook(content: bytes, limits: Limits) -> None:
    """Refuse a workbook that takes more than is allowed, or whose parts refer to anything outside them.

    Cells count from the first to the last that has a value, as a table; formatted empty ones count each, so that
    whole formatted columns do no harm. A merged cell counts for ``OF_MERGED``, and sheets count together.

    Raises
    ------
    NotAdmittedError
        With the setting that allows more, or for a document type in a part.
    zipfile.BadZipFile
        It is damaged.
    """
    check_archive(content, limits)
    with ZipFile(io.BytesIO(content)) as archive:
        before = 0
        for name in archive.namelist():
            with archive.open(name) as part:
                read = _Part(name.rpartition("/")[2], limits.cell_limit, before)
                read.read(part)
                before += read.cells


def has_formulas(content: bytes) -> bool:
    """True where a cell of a workbook may hold a formula."""
    with ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            part = archive.read(name)
            if _CELLS.search(part) is not None and _FORMULA.search(part) is not None:
                return True
    return False


def _feed(parser: expat.XMLParserType, part: IO[bytes]) -> None:
    while piece := part.read(_PIECE):
        parser.Parse(piece, False)
    parser.Parse(b"", True)


def _document_type(*_: object) -> None:
    raise NotAdmittedError("document_type", found="")


class _Part:
    """The cells of a part as they are met: any part may be a sheet, whatever its name and root element.

    Where a sheet lies is told by other parts, and its reader takes rows and cells wherever they stand.
    """

    def __init__(self, name: str, limit: int, before: int = 0) -> None:
        self.name, self.limit, self.before = name, limit, before
        self.rows = self.columns = self.count = self.merged = 0
        self.row = self.column = 0

    @property
    def cells(self) -> int:
        """Cells of the part, those that are merged at what they take."""
        return max(self.rows * self.columns, self.count) + OF_MERGED * self.merged

    def read(self, part: IO[bytes]) -> None:
        """Go through the part as far as it is markup; raises NotAdmittedError at the first cell beyond the limit.

        Of a damaged one its own reader, which is stopped at the same place, says what is wrong.
        """
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = _document_type
        parser.StartElementHandler = self._element
        with suppress(expat.ExpatError):
            _feed(parser, part)

    def _element(self, tag: str, given: dict[str, str]) -> None:
        name = tag.rpartition(":")[2] if ":" in tag else tag
        if name == "c":
            self._cell(given.get("r", ""))
        elif name in _VALUES:
            if self.row > self.rows or self.column > self.columns:
                self.rows, self.columns = max(self.rows, self.row), max(self.columns, self.column)
                self._within(self.columns, self.rows)
        elif name == "row":
            self.row = _row(given["r"]) if "r" in given else self.row + 1
            self.column = 0
            if self.row > _LAST_ROW:  # where a sheet is read row by row, all rows before it are made
                self._within(1, self.row, self.row)
        elif name == "mergeCell":
            first, _, last = given.get("ref", "").partition(":")
            begin, end = _place(first), _place(last or first)
            if begin is not None and end is not None:
                self.merged += (end[0] - begin[0] + 1) * (end[1] - begin[1] + 1)
                self._within(end[1], end[0])

    def _cell(self, reference: str) -> None:
        place = _place(reference)
        if place is None:
            self.column += 1
        else:
            self.row, self.column = place
        self.count += 1
        if self.count > self.limit:
            self._within(self.column, self.row)

    def _within(self, column: int, row: int, least: int = 0) -> None:
        cells = self.before + max(self.cells, least)
        if cells > self.limit:
            place = f"{_letters(column)}{row}"
            raise TooLargeError.of_count("cell_limit", cells, self.limit, sheet=self.name, cell=place)


def _place(reference: str) -> tuple[int, int] | None:
    """Row and column of a cell's reference, from 1."""
    found = _LETTERS.match(reference)
    return None if found is None else (_row(reference[found.end() :]), _column(found[1]))


def _row(number: str) -> int:
    """A row's number as the reader of sheets takes it, whatever its length and however it is written."""
    try:
        row = int(number)
    except ValueError:  # of over four thousand digits, or no whole number
        row = _FAR_BEYOND if number.strip("+_").isdecimal() else 0
        with suppress(ValueError, OverflowError):
            row = int(float(number))
    return min(row, _FAR_BEYOND)


@cache
def _column(letters: str) -> int:
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return column


def _letters(column: int) -> str:
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters

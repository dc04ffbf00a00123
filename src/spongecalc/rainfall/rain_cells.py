"""The rows of a rain file as they stand: text with any usual delimiter and encoding, or a sheet of a workbook."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from spongecalc.gate import archive, text, workbook
from spongecalc.rainfall.rain_file_error import UnsureError

DELIMITERS = ("\t", ";", "；", "|", ",", "，")
LOOKED_AT = 60
_WORKBOOK = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Sheet:
    """Rows of cells with their numbers in the file, from 1; empty rows are left out.

    ``blanks`` says that columns are parted by blanks, so that a date and its clock are two.
    """

    name: str
    lines: tuple[int, ...]
    rows: tuple[tuple[object, ...], ...]
    blanks: bool = False


def read_sheets(path: Path) -> tuple[Sheet, ...]:
    """Read all sheets of a workbook, or the one table of a text file.

    Raises
    ------
    UnsureError
        If the bytes are neither.
    RuntimeError
        If no entrance of the gate is open.
    """
    data = text.read_bytes(path)
    if path.suffix.lower() == ".gz":
        data = archive.unzipped(data)
    if data.startswith(_WORKBOOK):
        return _workbook(data)
    if data.startswith(_OLD_WORKBOOK):
        raise UnsureError("old_workbook")
    return (_table(decoded(data)),)


def decoded(data: bytes) -> str:
    """The text of bytes in UTF-8, UTF-16 (with its mark) or GB 18030, which holds GBK; raises UnsureError."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    elif b"\0" in data[:4096]:
        raise UnsureError("not_text")
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnsureError("not_text")


def _workbook(data: bytes) -> tuple[Sheet, ...]:
    book = workbook.opened(data, row_by_row=True)
    sheets = []
    for sheet in book.worksheets:
        numbered = [
            (number, tuple(row))
            for number, row in enumerate(workbook.rows_of(sheet), 1)
            if any(c is not None and str(c).strip() for c in row)
        ]
        sheets.append(Sheet(sheet.title, tuple(n for n, _ in numbered), tuple(r for _, r in numbered)))
    book.close()
    return tuple(sheets)


def _table(content: str) -> Sheet:
    content = content.replace("\r\n", "\n").replace("\r", "\n")
    lines = content.splitlines()
    filled = [line for line in lines if line.strip()]
    # What is looked at lies in the middle as well: titles and remarks stand at the head.
    middle = len(filled) // 2
    delimiter = _delimiter([*filled[:LOOKED_AT], *filled[middle : middle + LOOKED_AT]])
    numbers, rows = [], []
    if delimiter is None:
        for number, line in enumerate(lines, 1):
            if cells := tuple(line.split()):
                numbers.append(number)
                rows.append(cells)
        return Sheet("", tuple(numbers), tuple(rows), blanks=True)
    reader = csv.reader(io.StringIO(content), delimiter=delimiter)
    try:
        for row in reader:
            if any(c.strip() for c in row):
                numbers.append(reader.line_num)
                rows.append(tuple(c.strip() for c in row))
    except csv.Error as reason:
        raise UnsureError("not_of_its_format", str(reason)[:120]) from None
    return Sheet("", tuple(numbers), tuple(rows))


def _delimiter(lines: list[str]) -> str | None:
    """The delimiter that most lines have, the first of DELIMITERS where several do; None where blanks part."""
    found, most = None, 0
    for delimiter in DELIMITERS:
        having = sum(delimiter in line for line in lines)
        if having > most:
            found, most = delimiter, having
    return found if most * 2 > len(lines) else None

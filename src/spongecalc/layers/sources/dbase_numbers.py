"""Numbers in the table of a Shapefile that are none: GDAL takes what stands before the fault."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

import numpy as np

from spongecalc.layers.sources.dbase_text import TableField, fields_of_table

# With its power of ten, as ArcGIS writes the fields of kind F.
_NUMBER = re.compile(rb" *[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)? *")
_WHOLE = re.compile(rb" *[+-]?[0-9]+ *")


def doubtful_numbers(data: bytes) -> Iterator[tuple[TableField, list[TableField], np.ndarray, list[bytes]]]:
    """Values of a table's numeric fields that are no plain number: the field, all fields, records, bytes.

    Fields without any are left out; of whole numbers one with a point or a power of ten is among them.
    """
    if len(data) < 32:
        return
    count, header, length = struct.unpack_from("<IHH", data, 4)
    fields = fields_of_table(data)
    if not length or not fields or fields[-1].at + fields[-1].width > length:
        return
    count = min(count, max(len(data) - header, 0) // length)
    if not count:
        return
    records = np.frombuffer(data, np.uint8, count * length, header).reshape(count, length)
    for field in fields:
        if field.kind not in "NF" or not field.width:
            continue
        cells = np.ascontiguousarray(records[:, field.at : field.at + field.width])
        rows = np.flatnonzero(~_are_plain(cells, whole=not field.decimals))
        found = [(row, cell) for row in rows if not _is_plain(cell := cells[row].tobytes(), field)]
        if found:
            yield field, fields, np.array([row for row, _ in found]), [cell for _, cell in found]


def _is_plain(cell: bytes, field: TableField) -> bool:
    """True for a number; for none, which is written as blanks, zero bytes or, where it was too long, stars."""
    plain = _NUMBER if field.decimals else _WHOLE
    return plain.fullmatch(cell) is not None or not cell.strip(b" \0*")


def _are_plain(cells: np.ndarray, *, whole: bool) -> np.ndarray:
    """Rows of bytes that are blanks, or surely one number: a sign, figures, a point, and blanks around."""
    blank, point = cells == ord(" "), cells == ord(".")
    sign = (cells == ord("-")) | (cells == ord("+"))
    digit = (cells >= ord("0")) & (cells <= ord("9"))
    known = blank | digit | sign | (point & (not whole))
    before = np.ones_like(blank)
    before[:, 1:] = blank[:, :-1]
    sound = known.all(axis=1) & ((before & ~blank).sum(axis=1) <= 1)
    sound &= ~(sign & ~before).any(axis=1) & (point.sum(axis=1) <= 1)
    plain: np.ndarray = sound & (digit.any(axis=1) | blank.all(axis=1))
    return plain

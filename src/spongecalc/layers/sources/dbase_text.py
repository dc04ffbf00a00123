"""The texts of a Shapefile's table as bytes, and what lies beside it that names their encoding."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from spongecalc.gate import text
from spongecalc.layers.sources.raw import source_entrance
from spongecalc.layers.sources.text_encoding import codec_named, encodings_of

# Code pages by the byte of the table's head that dBASE and ArcGIS write; those that say nothing are left out.
_LANGUAGE_DRIVERS = {
    0x03: "1252",
    0x13: "932",
    0x4D: "936",
    0x4E: "949",
    0x4F: "950",
    0x58: "1252",
    0x59: "1252",
    0x78: "950",
    0x79: "949",
    0x7A: "936",
    0x7B: "932",
}


def shapefile_encoding(path: Path) -> str | None:
    """The encoding of a Shapefile's texts, by their bytes; None where they are ASCII or there is no table."""
    return encodings_of_table(path)[1]


def encodings_of_table(path: Path) -> tuple[str | None, str | None, bool]:
    """Encodings of a Shapefile's names of fields and of its texts, and whether the file says them so."""
    table = table_of(path)
    if table is None:
        return None, None, False
    with source_entrance(table, "vector"):
        data = text.read_bytes(table)
        names, values = table_texts(data)
        label = _stated(path) or (_LANGUAGE_DRIVERS.get(data[29], "") if len(data) > 29 else "")
    of_names, of_values = encodings_of(names, values, label)
    told = codec_named(label)
    return of_names, of_values, told is not None and told == of_names == of_values


def _stated(path: Path) -> str:
    """Encoding that the .cpg beside a Shapefile states; empty without one, or where nobody knows it."""
    for suffix in (".cpg", ".CPG", ".Cpg"):
        if (page := path.with_suffix(suffix)).is_file():
            label = text.read_bytes(page).decode("utf-8-sig", errors="replace").strip()
            try:
                codec_named(label)
            except LookupError:
                return ""
            return label
    return ""


def table_texts(data: bytes) -> tuple[list[bytes], list[bytes]]:
    """All names of fields and all text values of a dBASE table, without blanks behind."""
    if len(data) < 32:
        return [], []
    header, length = struct.unpack_from("<HH", data, 8)
    fields = fields_of_table(data)
    values: list[bytes] = []
    if length:
        for start in range(header, len(data) - length + 1, length):
            values.extend(
                words
                for field in fields
                if field.kind == "C"
                and (words := data[start + field.at : start + field.at + field.width].rstrip(b" \0"))
            )
    return [field.name for field in fields], values


@dataclass(frozen=True)
class TableField:
    """A field of a dBASE table: ``at`` is its place in a record, of ``width`` bytes."""

    name: bytes
    kind: str
    at: int
    width: int
    decimals: int


def fields_of_table(data: bytes) -> list[TableField]:
    """Fields of a dBASE table, as its head has them."""
    if len(data) < 32:
        return []
    (header,) = struct.unpack_from("<H", data, 8)
    fields, place = [], 1
    for start in range(32, max(header - 1, 32), 32):
        entry = data[start : start + 32]
        if len(entry) < 32 or entry[0] == 0x0D:
            break
        fields.append(TableField(entry[:11].split(b"\0")[0], chr(entry[11]), place, entry[16], entry[17]))
        place += entry[16]
    return fields


def table_of(path: Path) -> Path | None:
    """The table beside the shapes of a Shapefile."""
    return next((p for s in (".dbf", ".DBF", ".Dbf") if (p := path.with_suffix(s)).is_file()), None)

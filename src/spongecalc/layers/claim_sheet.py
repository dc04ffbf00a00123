"""Read what was claimed: a contractor's sheet (XLSX or CSV), totals, or a bulletin of keys and values."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from spongecalc.gate import text, workbook
from spongecalc.gate.cause import Cause, on_one_line
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.layers.number_text import number_of, with_point
from spongecalc.project.quantity import parse
from spongecalc.project.refused_value import RefusedValueError

# Headings as contractors write them, lower case and without blanks, units or brackets.
HEADINGS: dict[str, tuple[str, ...]] = {
    "feature_id": ("pipe_id", "feature_id", "id", "管段编号", "管道编号", "管线编号", "管段号", "管段", "编号"),
    "length_m": ("length_m", "length", "claimed_m", "长度", "管长", "工程量", "申报长度", "敷设长度", "数量"),
    "system": ("system", "系统", "类别", "管道类别", "管类"),
    "community_id": ("community_id", "community", "小区编号", "小区"),
    "item": ("item", "项目", "项目名称"),
    "diameter_mm": ("diameter_mm", "diameter", "dn", "管径", "规格"),
    "material": ("material", "管材", "材质", "材料"),
}
SYSTEM_WORDS = {
    "雨水": "storm",
    "雨水管": "storm",
    "storm": "storm",
    "rain": "storm",
    "污水": "sewage",
    "污水管": "sewage",
    "sewage": "sewage",
    "合流": "combined",
    "combined": "combined",
}
# Keys of a bulletin and the lines of the bill that they speak of, as (item, system); "" is any.
BULLETIN_KEYS = {
    "storm_pipe_laid": ("pipe", "storm"),
    "sewage_pipe_laid": ("pipe", "sewage"),
    "telecom_line_laid": ("telecom", ""),
    "gas_pipe_laid": ("gas", ""),
    "water_pipe_laid": ("water", ""),
    "power_line_laid": ("power", ""),
    "heat_pipe_laid": ("heat", ""),
}
TOTAL_WORDS = ("合计", "小计", "总计", "total", "subtotal", "sum")
HEADING_ROWS = 20
CLAIM_COLUMNS = [
    "row",
    "feature_id",
    "community_id",
    "item",
    "system",
    "diameter_mm",
    "material",
    "length_m",
    "as_typed",
    "is_total",
]


@dataclass(frozen=True)
class Claim:
    """One file's claim: ``itemised`` where its rows name features; ``lines`` has the columns of a claim."""

    file: str
    itemised: bool
    lines: pd.DataFrame


class ClaimError(InputRefusedError):
    """A file that cannot be read as a claim; ``rule`` is the key of its sentence in ``findings``."""

    def __init__(self, rule: str, **found: object) -> None:
        super().__init__(rule)
        self.rule, self.found = rule, found


def read_claim(path: Path, fields: Mapping[str, str] | None = None, sheet: str | None = None) -> Claim:
    """Read a claim.

    The heading row is the first of the top twenty that names a length and something else; ``fields`` gives
    the heading of a column where it is none of the usual ones. Rows of totals are kept apart. A length that
    is no number stays in the claim with NaN and what was typed.

    Raises
    ------
    ClaimError
        Missing or unreadable file, no such sheet, no heading row: with what was found.
    """

    def refused(cause: Cause) -> ClaimError:
        if cause.kind == "missing":
            return ClaimError("claim.missing", file=on_one_line(path.name))
        return ClaimError("claim.unreadable", file=on_one_line(path.name), reason=cause)

    is_book = path.suffix.lower() in (".xlsx", ".xlsm")
    with Entrance(path, "workbook" if is_book else "table", "", refused):
        rows = _xlsx_rows(path, sheet) if is_book else _csv_rows(path)
        at, columns = _heading(on_one_line(path.name), rows, fields or {})
        if columns.get("key") is not None:
            return Claim(path.name, False, _bulletin(rows, at, columns))
        lines = [line for i, row in enumerate(rows[at + 1 :], at + 2) if (line := _line(row, i, columns))]
        return Claim(path.name, "feature_id" in columns, pd.DataFrame(lines, columns=CLAIM_COLUMNS))


def _xlsx_rows(path: Path, sheet: str | None) -> list[list[object]]:
    book = workbook.opened(text.read_bytes(path), row_by_row=True)
    try:
        if sheet is not None and sheet not in book.sheetnames:
            raise ClaimError("claim.no_sheet", file=path.name, sheet=sheet, sheets=", ".join(book.sheetnames))
        if not book.sheetnames:
            return []
        chosen = book[sheet] if sheet else book[book.sheetnames[0]]
        return [list(row) for row in workbook.rows_of(chosen)]
    finally:
        book.close()


def _csv_rows(path: Path) -> list[list[object]]:
    raw = text.read_bytes(path)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            content = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return [list(row) for row in csv.reader(io.StringIO(content, newline=None))]
    raise ClaimError("claim.unreadable", file=on_one_line(path.name), reason="encoding")


def _plain(value: object) -> str:
    """A heading in lower case without blanks, brackets and units, full-width signs as narrow ones."""
    text = unicodedata.normalize("NFKC", "" if value is None else str(value)).strip().lower()
    text = re.sub(r"[(\[（].*?[)\]）]", "", text)
    return re.sub(r"[\s:：]", "", text)


def _heading(
    file: str, rows: Sequence[Sequence[object]], fields: Mapping[str, str]
) -> tuple[int, dict[str, int]]:
    own = {_plain(heading): column for column, heading in fields.items()}
    usual = {_plain(h): column for column, headings in HEADINGS.items() for h in headings}
    for at, row in enumerate(rows[:HEADING_ROWS]):
        names = [_plain(v) for v in row]
        if "key" in names and "value" in names:
            return at, {"key": names.index("key"), "value": names.index("value")}
        columns: dict[str, int] = {}
        for known in (own, usual):
            for position, name in enumerate(names):
                if (column := known.get(name)) is not None:
                    columns.setdefault(column, position)
        if "length_m" in columns and len(columns) > 1:
            missing = [h for c, h in fields.items() if c not in columns or _plain(h) not in names]
            if not missing:
                return at, columns
    seen = next((r for r in rows if any(v not in (None, "") for v in r)), [])
    raise ClaimError(
        "claim.no_heading", file=file, found=", ".join(str(v) for v in seen if v not in (None, "")) or "-"
    )


def _cell(row: Sequence[object], columns: Mapping[str, int], name: str) -> object:
    at = columns.get(name)
    return None if at is None or at >= len(row) else row[at]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFKC", str(value)).strip()


def _line(row: Sequence[object], number: int, columns: Mapping[str, int]) -> dict[str, object] | None:
    """One line of a claim; None for an empty row."""
    if all(v is None or str(v).strip() == "" for v in row):
        return None
    typed = _cell(row, columns, "length_m")
    identifier = _text(_cell(row, columns, "feature_id"))
    words = [_plain(v) for v in row if isinstance(v, str)]
    total = any(w.startswith(TOTAL_WORDS) for w in words)
    system = _text(_cell(row, columns, "system"))
    return {
        "row": number,
        "feature_id": identifier,
        "community_id": _text(_cell(row, columns, "community_id")),
        "item": _text(_cell(row, columns, "item")) or "pipe",
        "system": SYSTEM_WORDS.get(system.lower(), system),
        "diameter_mm": _quantity(_cell(row, columns, "diameter_mm"), "millimeter"),
        "material": _text(_cell(row, columns, "material")),
        "length_m": _quantity(typed, "meter"),
        "as_typed": with_point(_text(typed)),
        "is_total": total,
    }


def _quantity(value: object, unit: str) -> float:
    if value is None or isinstance(value, bool) or (isinstance(value, str) and not value.strip()):
        return float("nan")
    if isinstance(value, str):
        return number_of(value, unit)
    try:
        return parse(value, unit)
    except RefusedValueError:
        return float("nan")


def _bulletin(rows: Sequence[Sequence[object]], at: int, columns: Mapping[str, int]) -> pd.DataFrame:
    lines = []
    for number, row in enumerate(rows[at + 1 :], at + 2):
        known = BULLETIN_KEYS.get(_text(_cell(row, columns, "key")))
        if known is None:
            continue
        typed = _cell(row, columns, "value")
        lines.append(
            {
                "row": number,
                "feature_id": "",
                "community_id": "",
                "item": known[0],
                "system": known[1],
                "diameter_mm": float("nan"),
                "material": "",
                "length_m": _quantity(typed, "meter"),
                "as_typed": with_point(_text(typed)),
                "is_total": False,
            }
        )
    return pd.DataFrame(lines, columns=CLAIM_COLUMNS)

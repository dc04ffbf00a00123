"""The rows of a rain file under their headings: the sheet, the station and the columns that are meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from spongecalc.rainfall.rain_cells import Sheet
from spongecalc.rainfall.rain_file_choices import RainFileChoices
from spongecalc.rainfall.rain_file_error import UnsureError
from spongecalc.rainfall.rain_headings import TIME_ROLES, Heading, heading_of, hour_of_column, plain
from spongecalc.rainfall.rain_unit import parse_rain_unit
from spongecalc.rainfall.reading_times import has_clock, has_date, plain_time

HEADING_ROWS = 40
# A row with this many columns for hours is one of a day.
HOURS_AT_LEAST = 12
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_REMARK = re.compile(
    r"合计|总计|小计|累计$|平均|最大|最小|统计|说明|备注|注[:：]|制表|total|sum$|mean$|average|max$|min$|note"
)


@dataclass(frozen=True)
class RainSheet:
    """Rows of readings under their headings, each with its line in the file."""

    headings: tuple[Heading, ...]
    lines: tuple[int, ...]
    rows: tuple[tuple[object, ...], ...]

    def cells(self, place: int) -> list[object]:
        """Cells of a column, None where a row is too short."""
        return [row[place] if place < len(row) else None for row in self.rows]

    def places(self, *roles: str) -> list[int]:
        """Places of the columns of some roles."""
        return [n for n, h in enumerate(self.headings) if h.role in roles]


def chosen_sheet(sheets: Sequence[Sheet], choices: RainFileChoices) -> RainSheet:
    """The sheet that the project names, else the only one with times and rain.

    Raises
    ------
    UnsureError
        If there is no such sheet, or more than one.
    """
    if choices.sheet is not None:
        named = [s for s in sheets if plain(s.name) == plain(choices.sheet)]
        if not named:
            raise UnsureError("no_such_sheet", ", ".join(s.name for s in sheets), (("sheet", sheets[0].name),))
        return _body(named[0], choices)
    filled = [s for s in sheets if s.rows]
    if not filled:
        raise UnsureError("empty")
    if len(filled) == 1:
        return _body(filled[0], choices)
    found, first = [], None
    for sheet in filled:
        try:
            body = _body(sheet, choices)
        except UnsureError as reason:
            first = first or reason
            continue
        if body.places("rain", "intensity") and body.places(*TIME_ROLES):
            found.append((sheet.name, body))
    if not found:
        raise first or UnsureError("no_columns", ", ".join(s.name for s in filled))
    if len(found) > 1:
        raise UnsureError("several_sheets", ", ".join(n for n, _ in found), (("sheet", found[0][0]),))
    return found[0][1]


def _body(sheet: Sheet, choices: RainFileChoices) -> RainSheet:
    """The rows under their headings: titles above are passed over, a row of units below is part of them."""
    if choices.headings:
        rows = [(n, r) for n, r in zip(sheet.lines, sheet.rows, strict=True) if not str(r[0]).startswith("#")]
        begin = next((k for k, (_, r) in enumerate(rows) if _is_data(r)), 0)
        named = tuple(heading_of(h) for h in choices.headings)
        return RainSheet(named, tuple(n for n, _ in rows[begin:]), tuple(r for _, r in rows[begin:]))
    best, best_score = None, 0
    for number, row in enumerate(sheet.rows[:HEADING_ROWS]):
        if _is_data(row):
            break
        hours = sum(hour_of_column(c) is not None for c in row)
        score = sum(h.role is not None for h in map(heading_of, row)) + (hours if hours >= HOURS_AT_LEAST else 0)
        if score > best_score and len(row) > 1:
            best, best_score = number, score
    if best is None:
        return _without_headings(sheet)
    headings = [heading_of(c) for c in sheet.rows[best]]
    begin = best + 1
    if begin < len(sheet.rows):
        headings, taken = _with_row_of_units(headings, sheet.rows[begin])
        begin += taken
    kept = [
        (n, r)
        for n, r in zip(sheet.lines[begin:], sheet.rows[begin:], strict=True)
        if not str(r[0] if r[0] is not None else "").startswith("#") and not _is_remark(r, sheet.rows[best])
    ]
    body = tuple(r for _, r in kept)
    if sheet.blanks and body:
        headings = _with_parted_times(headings, body)
    return RainSheet(tuple(headings), tuple(n for n, _ in kept), body)


def _is_data(row: Sequence[object]) -> bool:
    """Tell whether a row holds a date and a number: the headings, if there are any, are above it."""
    numbers = 0
    for cell in row:
        text = plain(cell)
        numbers += bool(_NUMBER.fullmatch(text))
    return numbers > 0 and any(has_date(c) for c in row if c is not None)


def _is_remark(row: Sequence[object], heading: Sequence[object]) -> bool:
    """Tell whether a row below the headings is none of readings: the headings once more, a sum, a note."""
    first = next((plain(c) for c in row if c is not None and str(c).strip()), "")
    return row == heading or bool(_REMARK.match(first))


def _with_row_of_units(headings: list[Heading], below: Sequence[object]) -> tuple[list[Heading], int]:
    """Headings with the units of the row below them, and 1 if that row is one of units."""
    if not any(parse_rain_unit(str(c)) is not None for c in below if isinstance(c, str) and c.strip()):
        return headings, 0
    joined = []
    for n, heading in enumerate(headings):
        unit = str(below[n]).strip() if n < len(below) and below[n] is not None else ""
        rain = heading.role in ("rain", "intensity") and heading.unit is None and unit
        joined.append(heading_of(f"{heading.written} ({unit.strip('()[]')})") if rain else heading)
    return joined, 1


def _with_parted_times(headings: list[Heading], rows: Sequence[Sequence[object]]) -> list[Heading]:
    """Headings of a table parted by blanks, where a date and its clock under one name are two cells."""
    if any(len(r) != len(headings) + 1 for r in rows[:20]):
        return headings
    for n, heading in enumerate(headings):
        cells = [r[n] for r in rows[:20]]
        clocks = [r[n + 1] for r in rows[:20]]
        if (
            heading.role in ("time", "date", "begin", "end")
            and all(map(has_date, cells))
            and all(map(has_clock, clocks))
        ):
            date = Heading(heading.written, "date", zone=heading.zone)
            clock = Heading(heading.written, "clock", zone=heading.zone)
            return [*headings[:n], date, clock, *headings[n + 1 :]]
    return headings


def _without_headings(sheet: Sheet) -> RainSheet:
    """Refuse a table without headings, with those that its columns would have as far as they tell."""
    row = next((r for r in sheet.rows if _is_data(r)), None)
    if row is None and sum(bool(_NUMBER.fullmatch(plain(c))) for c in sheet.rows[0]) > 1:
        shown = " | ".join(str(c) for c in sheet.rows[0][:12])
        raise UnsureError("no_headings", shown, (("headings", ("?",) * len(sheet.rows[0])),))
    if row is None:
        shown = ", ".join(str(c) for c in sheet.rows[0][:12] if c is not None)
        raise UnsureError("no_columns", shown, (("time_column", "?"), ("rain_column", "?")))
    names, dated = [], False
    for n, cell in enumerate(row):
        if not dated and has_date(cell):
            names.append("time")
            dated = True
        elif (
            dated
            and n
            and names[-1] == "time"
            and len(row) > n + 1
            and has_clock(cell)
            and ":" in plain_time(cell)
        ):
            names[-1:] = ["date", "clock"]
        else:
            names.append("?")
    if names.count("?") == 1 and names[-1] == "?":
        names[-1] = "rain_mm"
    shown = " | ".join(str(c) for c in row[:12])
    raise UnsureError("no_headings", shown, (("headings", tuple(names)),))


def of_one_station(body: RainSheet, choices: RainFileChoices) -> RainSheet:
    """The rows of the one station; raises UnsureError with their names where there are several."""
    places = body.places("station")
    if not places:
        return body
    held = {p: filled_down(body.cells(p)) for p in places}
    named = [{n for c in held[p] if (n := _station(c))} for p in places]
    if choices.station is not None:
        wanted = _station(choices.station)
        place = next((p for p, names in zip(places, named, strict=True) if wanted in names), None)
        if place is None:
            raise UnsureError("no_such_station", _listed(named[0]), (("station", min(named[0], default="")),))
        kept = [k for k, c in enumerate(held[place]) if _station(c) == wanted]
        return RainSheet(body.headings, tuple(body.lines[k] for k in kept), tuple(body.rows[k] for k in kept))
    for names in named:
        if len(names) > 1:
            raise UnsureError("several_stations", _listed(names), (("station", min(names)),))
    return body


def _station(cell: object) -> str:
    return plain(cell).removesuffix(".0")


def _listed(names: set[str], most: int = 12) -> str:
    listed = sorted(names)
    return ", ".join(listed[:most]) + (f", ... ({len(listed)})" if len(listed) > most else "")


def column_named(body: RainSheet, name: str, key: str) -> int:
    """Place of the column of that heading; raises UnsureError with the setting ``key`` where there is none."""
    for n, heading in enumerate(body.headings):
        if plain(heading.written) == plain(name):
            return n
    shown = ", ".join(h.written for h in body.headings if h.written)
    raise UnsureError("no_such_column", shown, ((key, "?"),))


def filled_down(cells: Sequence[object]) -> list[object]:
    """Cells with empty ones as the one above: of cells merged in a workbook the first holds the value."""
    found: list[object] = []
    for cell in cells:
        empty = cell is None or not str(cell).strip()
        found.append(found[-1] if empty and found else cell)
    return found


def filled(cells: Sequence[object]) -> list[object]:
    """The cells that hold anything."""
    return [c for c in cells if c is not None and str(c).strip()]

"""Refusals of input files of unknown origin that end in worse than an error once they reach the engine.

The engine takes ``nan`` for a number and gives results of it, begins in 2004 where no start is said, and crashes
or does not end on some rows that are cut short or hold sizes beyond belief. The product's own models hold none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from spongecalc.swmm.input_file import decode, number_of, parse_input
from spongecalc.swmm.input_rows import Row, input_rows
from spongecalc.swmm.named_files import named_files
from spongecalc.swmm.run_result import Message

LONGEST_DAYS, LEAST_STEP_S, LEAST_SECTION = 366 * 200, 0.001, 1e-4
"""Longest run [d], shortest routing step [s] and lowest section (in the model's own metres or feet)."""

# Rows of places and pictures the engine passes over; rules and formulas have words, and rows of files have names.
_NOT_NUMBERS = (
    *("TITLE", "TAG", "MAP", "COORD", "VERT", "POLYG", "SYMB", "LABEL", "BACKD", "PROFIL", "REPORT"),
    *("CONTROL", "TREAT", "FILE"),
)
_NOT_A_NUMBER = re.compile(r"[+-]?(?:nan(?:\(.*\))?|inf|infinity)", re.IGNORECASE)
_EPANET = ("PIPES", "RESERVOIRS", "TANKS", "EMITTERS", "DEMANDS", "ENERGY", "VALVES")
_SWMM = ("SUBCATCH", "CONDUIT", "OUTFALL", "RAINGAGE", "XSECT", "EVAP")
_OUTLET_FORMS = ("TABULAR", "FUNCTIONAL")
_NODES = ("JUNC", "OUTFALL", "STORAGE", "DIVIDER")


def unsound_input(data: bytes, name: str) -> tuple[Message, ...]:
    """Return an error for each thing that must not reach the engine; nothing for a file that may.

    Parameters
    ----------
    data : bytes
        The input file.
    name : str
        Its name.
    """
    text = parse_input(data)
    rows = tuple(input_rows(data))
    encoding = decode(data)[1]

    def at(row: Row, key: str, subject: str = "", **values: str) -> Message:
        return Message(
            "error",
            key,
            subject=subject,
            line=row.line,
            section=text.sections[row.line - 1],
            line_text=text.lines[row.line - 1].rstrip()[:200],
            values=tuple(values.items()),
        )

    headings = {section.upper() for section in text.sections if section}
    if any(h.startswith(_EPANET) for h in headings) and not any(h.startswith(_SWMM) for h in headings):
        return (Message("error", "engine.run.epanet", subject=name),)
    found = [at(row, "engine.run.quoted_heading") for row in rows if row.quoted_heading]
    found += [at(file.row, "engine.error.201") for file in named_files(data) if not file.row.whole]
    cut = (row for row in rows if row.section.startswith("CURVE") and len(row.words) < 2)
    found += [at(row, "engine.error.203") for row in cut]
    found += [at(row, "engine.run.not_a_number", w, word=w) for row, w in _not_numbers(rows, encoding)]
    found += [at(row, "engine.run.outlet_form", w, word=w) for row, w in _formless_outlets(rows)]
    options = _options(rows)
    found += [at(row, "engine.run.beyond_belief", w, word=w) for row, w in _beyond_belief(rows, options)]
    if not any(row.section.startswith((*_NODES, "SUBCATCH")) for row in rows):
        found.append(Message("error", "engine.run.nothing_to_run", subject=name))
    dated = options.get("END_DATE") or options.get("START_DATE")
    for key, values in _dates(options):
        whole = Message("error", key, subject=name, values=tuple(values.items()))
        found.append(at(dated, key, **values) if dated else whole)
    return tuple(found)


def _not_numbers(rows: Sequence[Row], encoding: str) -> Iterable[tuple[Row, str]]:
    """Words that the engine takes for a number that is none or infinite, and that name no object."""
    named = {row.words[0].value.upper() for row in rows}
    for row in rows:
        if row.section.startswith(_NOT_NUMBERS):
            continue
        station = 6 if row.section.startswith("RAINGAGE") else None
        for n, word in enumerate(row.words[1:], start=1):
            if n == station or word.value.upper() in named:
                continue
            spelt = word.value.decode(encoding, "replace")
            if _NOT_A_NUMBER.fullmatch(spelt) or _overflows(spelt):
                yield row, spelt


def _overflows(word: str) -> bool:
    if not ("e" in word.lower() or len(word) > 300):
        return False
    try:
        return math.isinf(float(word))
    except ValueError:
        return False


def _options(rows: Sequence[Row]) -> dict[str, Row]:
    """The last row of each option with a value."""
    return {
        row.words[0].value.decode("ascii", "replace").upper(): row
        for row in rows
        if row.section.startswith("OPTION") and len(row.words) > 1
    }


def _value(row: Row) -> str:
    return row.words[1].value.decode("ascii", "replace")


def _beyond_belief(rows: Sequence[Row], options: dict[str, Row]) -> Iterable[tuple[Row, str]]:
    step = options.get("ROUTING_STEP")
    if step is not None and 0 < (number_of(_value(step)) or 1.0) < LEAST_STEP_S:
        yield step, _value(step)
    for row in rows:
        if row.section.startswith("XSECT") and len(row.words) > 2:
            size = row.words[2].value.decode("ascii", "replace")
            if 0 < (number_of(size) or 1.0) < LEAST_SECTION:
                yield row, size


def _formless_outlets(rows: Sequence[Row]) -> Iterable[tuple[Row, str]]:
    """Outlets as older versions wrote them, without a word on what the flow goes by: the engine crashes there."""
    for row in rows:
        if row.section.startswith("OUTLET") and len(row.words) > 4:
            word = row.words[4].value.decode("ascii", "replace")
            if word.upper().startswith(_OUTLET_FORMS) and not word.partition("/")[2]:
                yield row, word


def _dates(options: dict[str, Row]) -> Iterable[tuple[str, dict[str, str]]]:
    """Yield what is missing of the run's dates. Dates that cannot be read are the engine's to refuse."""
    start, end = (_moment(options, part) for part in ("START", "END"))
    if "START_DATE" not in options and "END_DATE" not in options:
        hours = _hours(options.get("END_TIME")) - _hours(options.get("START_TIME"))
        if not hours > 0:
            yield "engine.run.no_dates", {}
    elif "START_DATE" not in options and end is not None and end > datetime(2005, 1, 1):
        yield "engine.run.no_start_date", {"years": f"{(end - datetime(2004, 1, 1)).days / 365.25:.0f}"}
    elif "END_DATE" not in options:
        yield "engine.run.no_end_date", {}
    if _hours(options.get("END_TIME")) > 24 * LONGEST_DAYS or (
        start is not None and end is not None and end - start > timedelta(days=LONGEST_DAYS)
    ):
        yield "engine.run.endless", {"years": f"{LONGEST_DAYS / 366:.0f}"}


def _moment(options: dict[str, Row], part: str) -> datetime | None:
    row = options.get(f"{part}_DATE")
    if row is None:
        return None
    for form in ("%m/%d/%Y", "%m-%d-%Y"):
        try:
            return datetime.strptime(_value(row), form)
        except ValueError:
            continue
    return None


def _hours(row: Row | None) -> float:
    if row is None:
        return 0.0
    parts = [number_of(part) or 0.0 for part in _value(row).split(":")[:3]]
    return math.fsum(part / 60.0**n for n, part in enumerate(parts))

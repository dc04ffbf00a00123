"""Time series of a model, in its own rows or in a file beside it, as hours from the start of its run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path, PureWindowsPath

from spongecalc.gate import text
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.gate.territory import leads_out
from spongecalc.layers.sources.swmm.reading import number_of
from spongecalc.layers.sources.swmm.sections import ModelFile, decoded_model, words_of_line

type Pairs = tuple[tuple[float, float], ...]
"""Hours from the start of the run, and values."""

_DATE = re.compile(r"(\d{1,2})[-/](\d{1,2}|[A-Za-z]{3})[-/](\d{4})$")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_CLOCK = re.compile(r"(\d+):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?$")


def start_of(file: ModelFile) -> datetime:
    """Start of a model's run; the engine's own where it states none."""
    day = day_of(file.option("START_DATE", "01/01/2004")) or datetime(2004, 1, 1)
    return day + timedelta(hours=hours_of(file.option("START_TIME", "0:00")) or 0.0)


def day_of(word: str) -> datetime | None:
    """A day as models write it: month/day/year, with a number or three letters for the month; None for none."""
    found = _DATE.match(word)
    if not found:
        return None
    month, day = found[1], found[2]
    if not day.isdigit():
        month, day = day, month
    number = (
        int(month) if month.isdigit() else _MONTHS.index(month.upper()) + 1 if month.upper() in _MONTHS else 0
    )
    try:
        return datetime(int(found[3]), number, int(day))
    except ValueError:
        return None


def hours_of(word: str) -> float | None:
    """Hours, as a decimal number or as a clock's; None for none."""
    value = number_of(word)
    if value is not None:
        return value
    clock = _CLOCK.match(word)
    return int(clock[1]) + int(clock[2]) / 60 + int(clock[3] or 0) / 3600 if clock else None


def words_of_series(file: ModelFile) -> dict[str, list[tuple[str, ...]]]:
    """The words of the rows of each time series, by its name in small letters."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for row in file.of("TIMESERIES"):
        found.setdefault(row.words[0].lower(), []).append(row.words[1:])
    return found


def series_pairs(file: ModelFile, name: str, folder: Path) -> Pairs | None:
    """A time series as hours from the start of the run and values; None where it cannot be read as a whole.

    Times without a date count from the start of the run, or from the last date before them. Of a series that
    begins before the run, what is over by then is left out but for its value at the start.
    """
    rows = words_of_series(file).get(name.lower())
    if not rows:
        return None
    lines: Iterable[Sequence[str]] = rows
    if rows[0] and rows[0][0].upper() == "FILE":
        text = _file_text(folder, rows[0][1] if len(rows[0]) > 1 else "")
        if text is None:
            return None
        lines = [words_of_line(bare) for line in text.split("\n") if (bare := line.partition(";")[0].strip())]
    start = start_of(file)
    day_h, pairs = 0.0, []
    for words in lines:
        rest = list(words)
        while rest:
            day = day_of(rest[0])
            if day is not None:
                day_h = (day - start).total_seconds() / 3600
                rest = rest[1:]
            hours = hours_of(rest[0]) if rest else None
            value = number_of(rest[1]) if len(rest) > 1 else None
            if hours is None or value is None:
                return None
            pairs.append((round(day_h + hours, 6), value))
            rest = rest[2:]
    return _from_start(pairs)


def _from_start(pairs: list[tuple[float, float]]) -> Pairs | None:
    """The pairs from hour 0 on; None without any, or where time runs back."""
    if not pairs or any(b[0] < a[0] for a, b in pairwise(pairs)):
        return None
    before = [pair for pair in pairs if pair[0] < 0]
    after = [pair for pair in pairs if pair[0] >= 0]
    if not before or (after and after[0][0] == 0):
        return tuple(after) or ((0.0, before[-1][1]),)
    (h0, v0), (h1, v1) = before[-1], after[0] if after else (0.0, before[-1][1])
    return ((0.0, v0 + (v1 - v0) * (0.0 - h0) / (h1 - h0)), *after) if after else ((0.0, v0),)


def file_of_series(folder: Path, name: str) -> Path | None:
    """The file that a model in a folder names; None where there is none.

    A name with a folder of another machine is looked for beside the model. One outside the project is not looked
    for, unless its section [security] names it.
    """
    for tried in (name, name.replace("\\", "/"), PureWindowsPath(name).name):
        try:
            if tried and not leads_out(folder, tried) and (folder / tried).is_file():
                return folder / tried
        except (OSError, ValueError):
            # No name of a file here: too long, or with a sign that none may have.
            continue
    return None


def files_of_series(file: ModelFile) -> dict[str, str]:
    """The file that each time series is in, as the model names it, by the series' name in small letters."""
    return {
        name: rows[0][1]
        for name, rows in words_of_series(file).items()
        if len(rows[0]) > 1 and rows[0][0].upper() == "FILE"
    }


def _file_text(folder: Path, name: str) -> str | None:
    """The text of a file that a model names; None where there is none, or it cannot be read."""
    path = file_of_series(folder, name)
    if path is None:
        return None
    try:
        with Entrance(path, "model"):
            return decoded_model(text.read_bytes(path))[0]
    except InputRefusedError:
        return None

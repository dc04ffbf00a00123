"""Readings from text: decimal marks, units behind a number, codes for a missing one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from spongecalc.rainfall.rain_file_choices import RainFileChoices
from spongecalc.rainfall.rain_file_error import UnsureError
from spongecalc.rainfall.rain_unit import parse_rain_unit
from spongecalc.standards.tables import rows

INCHES_MISSING = 99.99
_WITH_UNIT = re.compile(r"^([-+]?[\d.,]+)\s*(mm|毫米|in|cm)$")
_COMMA = re.compile(r"^[-+]?\d*,\d+$")
_THOUSANDS = re.compile(r"^[-+]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?$")
_EUROPEAN = re.compile(r"^[-+]?\d{1,3}(?:\.\d{3})+,\d+$")


@dataclass(frozen=True)
class ReadingValues:
    """Numbers in the file's unit, NaN where there is none; ``kind`` tells why: missing, code, trace, unread.

    ``with_units`` holds the units that stand behind the numbers themselves.
    """

    numbers: np.ndarray
    kind: np.ndarray
    with_units: frozenset[str] = frozenset()


@cache
def _codes() -> tuple[dict[float, str], dict[str, str]]:
    numbers: dict[float, str] = {}
    words: dict[str, str] = {}
    for row in rows("rain_missing_codes"):
        try:
            value = float(row["code"])
        except ValueError:
            value = float("nan")
        if np.isfinite(value):
            numbers[value] = row["meaning"]
        else:
            words[row["code"].lower()] = row["meaning"]
    return numbers, words


def reading_values(cells: Sequence[object], choices: RainFileChoices) -> ReadingValues:
    """Numbers of a column of readings.

    Raises
    ------
    UnsureError
        If a comma may be a decimal mark or part thousands.
    """
    text = pd.Series(cells, dtype=object)
    numbers = pd.to_numeric(text, errors="coerce").to_numpy(float, copy=True)
    numbers[np.isinf(numbers)] = np.nan
    kind = np.full(len(text), "", dtype=object)
    open_ = np.flatnonzero(np.isnan(numbers))
    left = [_plain(cells[int(i)]) for i in open_]
    decimal = choices.decimal or _decimal(left, numbers)
    units: set[str] = set()
    words = _codes()[1]
    for place, word in zip(open_, left, strict=True):
        if word in ("", "nan"):
            kind[place] = "missing"
        elif word in words:
            kind[place] = "trace" if words[word] == "trace" else "code"
        else:
            if unit := _WITH_UNIT.match(word):
                units.add(unit[2])
                word = unit[1]  # noqa: PLW2901
            value = _number(word, decimal)
            numbers[place] = value
            if np.isnan(value):
                kind[place] = "unread"
    for code, meaning in _codes()[0].items():
        hit = numbers == code
        if hit.any():
            numbers[hit] = np.nan
            kind[hit] = "trace" if meaning == "trace" else "code"
    if choices.trace == "zero":
        numbers[kind == "trace"] = 0.0
        kind[kind == "trace"] = ""
    return ReadingValues(numbers, kind, frozenset(units))


def without_inch_codes(values: ReadingValues) -> ReadingValues:
    """Values in inches, in which NOAA writes 99.99 for a missing day."""
    hit = np.isclose(values.numbers, INCHES_MISSING)
    numbers, kind = values.numbers.copy(), values.kind.copy()
    numbers[hit], kind[hit] = np.nan, "code"
    return ReadingValues(numbers, kind, values.with_units)


def with_blanks_dry(values: ReadingValues) -> ReadingValues:
    """Values of a record that leaves dry steps blank, with 0 there; codes for missing stay missing."""
    numbers, kind = values.numbers.copy(), values.kind.copy()
    numbers[kind == "missing"], kind[kind == "missing"] = 0.0, ""
    return ReadingValues(numbers, kind, values.with_units)


def _plain(cell: object) -> str:
    return unicodedata.normalize("NFKC", "" if cell is None else str(cell)).strip().strip("\"'").lower()


def _decimal(words: list[str], numbers: np.ndarray) -> str:
    """The decimal mark of a column; raises UnsureError where a comma may be either."""
    bare = [_WITH_UNIT.sub(r"\1", w) for w in words]
    commas = [w for w in bare if "," in w and (_COMMA.match(w) or _THOUSANDS.match(w) or _EUROPEAN.match(w))]
    if not commas or any(_THOUSANDS.match(w) and "." in w for w in commas):
        return "."
    if any(_EUROPEAN.match(w) or (_COMMA.match(w) and not _THOUSANDS.match(w)) for w in commas):
        return ","
    if np.any(numbers[np.isfinite(numbers)] % 1 != 0):
        return "."  # a point has parted decimals in this column already
    if any(_THOUSANDS.match(w) for w in commas):
        raise UnsureError("decimal_unsure", commas[0], (("decimal", ","), ("decimal", ".")))
    return "."


def _number(word: str, decimal: str) -> float:
    plain = word.replace(".", "").replace(",", ".") if decimal == "," and "," in word else word.replace(",", "")
    try:
        value = float(plain)
    except ValueError:
        return float("nan")
    return value if np.isfinite(value) else float("nan")


def one_unit(values: ReadingValues) -> str | None:
    """The unit that stands behind the numbers; None without; raises UnsureError for several."""
    if len(values.with_units) > 1:
        raise UnsureError("units_mixed", ", ".join(sorted(values.with_units)))
    return next((u for u in values.with_units if parse_rain_unit(u) is not None), None)

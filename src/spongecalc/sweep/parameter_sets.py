"""The sets of parameters of a sweep: rows of a table, combinations of values, samples of ranges."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from spongecalc.gate import stored
from spongecalc.gate.cause import Cause
from spongecalc.gate.entrance import Entrance
from spongecalc.project.settings import Settings
from spongecalc.project.sweep_settings import SweepSettings
from spongecalc.sweep.error import SweepError
from spongecalc.sweep.parameters import CHANGES, Value, checked_key, number_of

BASE = "base"
MOST_SETS = 20_000
DIGITS = 6
"""Significant digits of a sample: what a table shows is what the model was given."""


@dataclass(frozen=True)
class ParameterSet:
    """One set of parameters: its name in the tables, and the value of each key that it changes."""

    name: str
    values: Mapping[str, Value]


def parameter_sets(sweep: SweepSettings, settings: Settings, folder: Path) -> tuple[ParameterSet, ...]:
    """All sets of a sweep; the first is the base, in which nothing is changed.

    Parameters
    ----------
    sweep, settings
        The sweep, and the settings that it starts from.
    folder
        The project's, in which the sweep's table is.

    Raises
    ------
    SweepError
        A key that no sweep may change, a table that cannot be read, a range that is none.
    """
    for key in (*sweep.values, *sweep.ranges):
        checked_key(key)
    rows = _table_rows(sweep, folder) if sweep.table else [("", {})]
    grid = [dict(zip(sweep.values, values, strict=True)) for values in itertools.product(*sweep.values.values())]
    samples = latin_hypercube(_bounds(sweep, settings), sweep.samples, sweep.seed) if sweep.ranges else [{}]
    doubled = set(rows[0][1]) & (set(sweep.values) | set(sweep.ranges))
    if doubled:
        raise SweepError("twice", sweep=sweep.name, key=min(doubled))
    count = len(rows) * len(grid) * len(samples)
    if count > MOST_SETS:
        raise SweepError("too_many", sweep=sweep.name, count=count, most=MOST_SETS)
    sets = [ParameterSet(BASE, {})]
    digits = max(3, len(str(count)))
    for number, ((row_name, row), chosen, sample) in enumerate(itertools.product(rows, grid, samples), start=1):
        values: dict[str, Value] = {**row, **chosen, **sample}
        if values:
            alone = row_name and len(grid) == len(samples) == 1
            sets.append(
                ParameterSet(row_name if alone else f"S{number:0{digits}d}", _numbers(values, sweep, settings))
            )
    return tuple(sets)


def latin_hypercube(bounds: Mapping[str, tuple[float, float]], samples: int, seed: int) -> list[dict[str, float]]:
    """Samples of several ranges, each range cut into as many equal parts as there are samples, one in each part.

    Parameters
    ----------
    bounds
        Least and most of each key.
    samples
        How many.
    seed
        The same seed gives the same samples.

    References
    ----------
    McKay, M. D., Beckman, R. J., Conover, W. J. (1979): A Comparison of Three Methods for Selecting Values of
    Input Variables in the Analysis of Output from a Computer Code. Technometrics 21 (2), 239-245.
    """
    from scipy.stats import qmc  # noqa: PLC0415  takes half a second, and only drawn sets need it

    drawn = qmc.LatinHypercube(d=len(bounds), rng=seed).random(samples)
    return [
        {
            key: float(f"{low + share * (high - low):.{DIGITS}g}")
            for (key, (low, high)), share in zip(bounds.items(), row, strict=True)
        }
        for row in drawn
    ]


def _bounds(sweep: SweepSettings, settings: Settings) -> dict[str, tuple[float, float]]:
    found = {}
    for key, ends in sweep.ranges.items():
        low, high = (number_of(settings, sweep.name, key, end) for end in ends)
        if not low < high:
            raise SweepError("range", sweep=sweep.name, key=key, low=low, high=high)
        found[key] = (low, high)
    return found


def _numbers(values: Mapping[str, Value], sweep: SweepSettings, settings: Settings) -> dict[str, Value]:
    """Values as numbers where they are quantities; texts, such as the place of a storm formula, stay."""
    return {key: _number(key, value, sweep, settings) for key, value in values.items()}


def _number(key: str, value: Value, sweep: SweepSettings, settings: Settings) -> Value:
    if isinstance(value, str) or key in CHANGES:
        try:
            return number_of(settings, sweep.name, key, value)
        except SweepError as reason:
            if reason.rule != "no_number":
                raise
    return value


def _table_rows(sweep: SweepSettings, folder: Path) -> list[tuple[str, dict[str, Value]]]:
    """Name and values of each row of a sweep's table; its columns are keys, and "set" the name.

    An empty cell leaves its key as it is.
    """
    assert sweep.table is not None
    path = folder / sweep.table

    def refused(cause: Cause) -> SweepError:
        return SweepError("table_unreadable", file=str(sweep.table), reason=cause)

    with Entrance(path, "table", "", refused):
        try:
            lines = [line for line in stored.rows(path) if any(cell.strip() for cell in line)]
        except UnicodeDecodeError:
            raise SweepError("table_not_utf8", file=sweep.table) from None
    if len(lines) < 2:
        raise SweepError("table_empty", file=sweep.table)
    header = [cell.strip() for cell in lines[0]]
    for key in header:
        if header.count(key) > 1:
            raise SweepError("table_twice", file=sweep.table, key=key)
        if key != "set":
            try:
                checked_key(key)
            except SweepError as reason:
                raise SweepError(
                    "table_column", file=sweep.table, key=key, known=reason.params["known"]
                ) from None
    return _named(sweep.table, header, lines[1:])


def _named(
    file: str, header: Sequence[str], lines: Sequence[Sequence[str]]
) -> list[tuple[str, dict[str, Value]]]:
    rows: list[tuple[str, dict[str, Value]]] = []
    taken = {BASE}
    for number, line in enumerate(lines, start=2):
        if len(line) > len(header):
            raise SweepError("table_long", file=file, line=number, count=len(header))
        cells = {key: cell.strip() for key, cell in zip(header, line, strict=False)}
        name = cells.pop("set", "") or f"row{number}"
        if name.lower() in taken:
            raise SweepError("table_names", file=file, line=number, name=name)
        taken.add(name.lower())
        rows.append((name, {key: _plain(cell) for key, cell in cells.items() if cell}))
    return rows


def _plain(cell: str) -> Value:
    """A cell that is a number as one; anything else as the text that it is."""
    try:
        return float(cell)
    except ValueError:
        return cell

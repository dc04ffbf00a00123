"""A file of the water level over time outside an outfall: two columns, hours and levels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from spongecalc.contract import SCHEMAS
from spongecalc.gate.cause import Cause
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.layers.level_series import LevelSeries
from spongecalc.layers.number_text import numbers_of
from spongecalc.rainfall.rain_cells import Sheet, read_sheets
from spongecalc.rainfall.rain_entrance import rain_entrance
from spongecalc.rainfall.rain_file_error import RainFault, UnsureError

HOUR_DECIMALS = 4
"""Hours are kept to 0.4 s, as a model has them: two that are nearer to one another are the same."""
COLUMNS = ("hours", "level_m")


class LevelFileError(InputRefusedError):
    """A file of levels that cannot be used; ``rule`` names the finding, ``found`` fills its sentences."""

    def __init__(self, rule: str, **found: object) -> None:
        super().__init__(rule)
        self.rule, self.found = rule, found


def read_level_file(path: Path, file: str) -> LevelSeries:
    """Read hours since the storm began [h] and levels [m]: the first two columns of a CSV or of a first sheet.

    Rows above the first number are titles and headings. Delimiters and encodings are those of rain files.

    Parameters
    ----------
    path
        The file.
    file
        Its name in the project.

    Raises
    ------
    LevelFileError
        Missing or unreadable, without a row of numbers, a cell that is no number, an hour that is below nought or
        not after the one before it, a level that no outfall can have.
    """

    def refused(rule: str, cause: Cause) -> LevelFileError:
        if cause.kind == "missing":
            return LevelFileError("outfall.series_missing", file=file)
        return LevelFileError("outfall.series_unreadable", file=file, reason=RainFault(rule, file, cause))

    with rain_entrance(path, refused):
        try:
            sheets = read_sheets(path)
            if not sheets:
                raise UnsureError("not_text")
        except UnsureError as reason:
            fault = RainFault(reason.rule, file, reason.found)
            raise LevelFileError("outfall.series_unreadable", file=file, reason=fault) from None
        return _series(sheets[0], file)


def _series(sheet: Sheet, file: str) -> LevelSeries:
    """The levels of a sheet; raises LevelFileError."""
    cells = pd.DataFrame([[*row[:2], *[None] * (2 - len(row[:2]))] for row in sheet.rows], columns=list(COLUMNS))
    figures = pd.DataFrame(
        {c: numbers_of(cells[c], u)[0] for c, u in zip(COLUMNS, ("hour", "meter"), strict=True)}
    )
    headed = figures.notna().any(axis=1).to_numpy()
    if not headed.any():
        raise LevelFileError("outfall.series_empty", file=file)
    begin = int(headed.argmax())
    hours: list[float] = []
    levels: list[float] = []
    for place in range(begin, len(figures)):
        row = sheet.lines[place]
        for column in COLUMNS:
            if not np.isfinite(figures.at[place, column]):
                cell = str(cells.at[place, column] or "")
                raise LevelFileError("outfall.series_value", file=file, row=row, column=column, value=cell)
        hour = round(float(figures.at[place, "hours"]), HOUR_DECIMALS)
        level_m = float(figures.at[place, "level_m"])
        if hour < 0 or (hours and hour <= hours[-1]):
            before = f"{hours[-1]:g}" if hours else "0"
            raise LevelFileError("outfall.series_hours", file=file, row=row, hour=f"{hour:g}", before=before)
        low_m, high_m = bounds_m()
        if not low_m <= level_m <= high_m:
            said = {"level": f"{level_m:g}", "low": f"{low_m:g}", "high": f"{high_m:g}"}
            raise LevelFileError("outfall.series_bounds", file=file, row=row, **said)
        hours.append(hour)
        levels.append(level_m)
    return LevelSeries(file, tuple(hours), tuple(levels))


def bounds_m() -> tuple[float, float]:
    """Lowest and highest level that an outfall can have by the contract [m]."""
    column = SCHEMAS["nodes"].column("outfall_level_m")
    assert column.minimum is not None and column.maximum is not None
    return column.minimum, column.maximum

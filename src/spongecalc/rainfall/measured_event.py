"""A measured event from a file, as a design storm: a table of time and depth or intensity."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from spongecalc.gate.cause import Cause
from spongecalc.rainfall.rain_entrance import rain_entrance
from spongecalc.rainfall.rain_file_choices import AS_THE_FILE_SAYS, RainFileChoices, lines_to_write
from spongecalc.rainfall.rain_file_error import RainFileError, UnsureError
from spongecalc.rainfall.rain_series import RECORD_MM
from spongecalc.rainfall.rain_table import read_rain_table

LONGEST_MIN = 1440.0
LARGEST_MM = 500.0
# Clocks are kept to the second; steps closer than this are the same.
SAME_STEP_MIN = 1 / 60 + 1e-9


@dataclass(frozen=True)
class MeasuredEvent:
    """Depths in mm of equal steps of ``step_min``, the first at the beginning of the event."""

    step_min: float
    depths_mm: tuple[float, ...]

    def in_steps(self, step_min: float) -> tuple[float, ...]:
        """Depths in mm in steps of ``step_min`` minutes; rain is even within a step, the last one may end dry.

        Raises
        ------
        ValueError
            If the step is not positive.
        """
        if step_min <= 0:
            raise ValueError("the step must be positive")
        fallen = np.append(0.0, np.cumsum(self.depths_mm))
        times = self.step_min * np.arange(len(fallen))
        count = int(np.ceil(times[-1] / step_min - 1e-9))
        edges = step_min * np.arange(count + 1)
        return tuple(float(v) for v in np.diff(np.interp(edges, times, fallen)))


def read_event(
    path: Path, choices: RainFileChoices = AS_THE_FILE_SAYS, *, name: str | None = None
) -> MeasuredEvent:
    """Read an event.

    Parameters
    ----------
    path
        A table in text or a workbook with a row of headings: a time (date and clock in one column or two,
        clock, or minutes from the start; the beginning of each step) and a depth, an intensity or a counter.
    choices
        What the project states of it.
    name
        The file as the project names it, for the line to write.

    Returns
    -------
    The event in the file's own step.

    Raises
    ------
    RainFileError
        If the file cannot be read, lacks a column, leaves open how it is to be read, or has a reading that is
        missing, negative, impossible, out of order, or not one step after the one before. Nothing is filled
        in: an event with a gap is another event.
    """

    def refused(rule: str, found: str | Cause, more: tuple[tuple[str, object], ...] = ()) -> RainFileError:
        return RainFileError(rule, path.name, found, lines_to_write("file", name or path.name, choices, more))

    try:
        with rain_entrance(path, refused):
            table = read_rain_table(path, choices, minutes=True)
    except UnsureError as reason:
        raise refused(reason.rule, reason.found, reason.choices) from None
    frame, step = table.frame, table.step_min

    def at(place: int, column: str) -> str:
        """A cell with its line in the file, and the time beside it where it is a reading."""
        cell = frame[column].iloc[place]
        return f"{'' if cell is None else cell} (line {int(frame['line'].iloc[place])})".strip()

    if len(bad := np.flatnonzero(frame["time"].isna().to_numpy())):
        raise refused("event_time", at(int(bad[0]), "clock"))
    minutes = ((frame["time"] - frame["time"].iloc[0]).dt.total_seconds() / 60).to_numpy(float)
    if len(minutes) < 2:
        raise refused("event_short", str(len(minutes)))
    apart = np.diff(minutes)
    if len(backwards := np.flatnonzero(apart <= 0)):
        raise refused("event_order", at(int(backwards[0]) + 1, "clock"))
    depths = frame["mm"].to_numpy(float)
    if frame["kind"].iloc[0] == "first":
        # What a counter had before the event is no rain of it: its first reading is where it begins.
        frame, depths, apart = frame.iloc[1:], depths[1:], apart[1:]
    step = float(pd.Series(apart).round(3).mode().min()) if len(apart) else step
    if len(uneven := np.flatnonzero(np.abs(apart - step) > SAME_STEP_MIN)):
        raise refused("event_gap", f"{at(int(uneven[0]) + 1, 'clock')}; {step:g} min")
    most = float(np.interp(step, [m for m, _ in RECORD_MM], [d for _, d in RECORD_MM]))
    if len(bad := np.flatnonzero(~np.isfinite(depths) | (depths < 0) | (depths > most))):
        raise refused("event_value", f"{at(int(bad[0]), 'cell')}; 0-{most:g} mm")
    if depths.sum() <= 0:
        raise refused("event_dry", "0 mm")
    if step * len(depths) > LONGEST_MIN + SAME_STEP_MIN:
        raise refused("event_long", f"{step * len(depths):g} min; {LONGEST_MIN:g} min")
    largest = choices.largest_day_mm or LARGEST_MM
    if depths.sum() > largest:
        more = (("largest_day_mm", float(np.ceil(depths.sum() / 10) * 10)),)
        raise refused("day_too_wet", f"{depths.sum():.1f} mm; {largest:g} mm", more)
    return MeasuredEvent(step, tuple(float(d) for d in depths))

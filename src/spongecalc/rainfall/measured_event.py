"""A measured event from a file, as a design storm: a table of time and depth or intensity."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from spongecalc.rainfall.rain_series import RECORD_MM

TIME_NAMES = ("time", "datetime", "minute", "minutes", "min", "时间", "时刻", "历时", "分钟", "观测时间")
DEPTH_NAMES = ("depth_mm", "rain_mm", "rainfall_mm", "rain", "降雨量", "降水量", "雨量")
INTENSITY_NAMES = ("intensity_mm_h", "mm_h", "intensity", "降雨强度", "雨强", "强度")
LONGEST_MIN = 1440.0
# Clocks are kept to the second; steps closer than this are the same.
SAME_STEP_MIN = 1 / 60 + 1e-9


class EventError(ValueError):
    """A file that is no event; ``rule`` names its sentence, ``found`` what is wrong, ``allowed`` what may be."""

    def __init__(self, rule: str, found: str, allowed: str = "") -> None:
        super().__init__(f"{rule}: {found}")
        self.rule, self.found, self.allowed = rule, found, allowed


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


def read_event(path: Path) -> MeasuredEvent:
    """Read an event.

    Parameters
    ----------
    path
        CSV in UTF-8 or GB 18030 with a row of headings: a column of time (date and clock, clock, or minutes from
        the start; the beginning of each step) and one of depth in mm or of intensity in mm/h, by their usual
        names in Chinese or English.

    Returns
    -------
    The event in the file's own step.

    Raises
    ------
    EventError
        If the file cannot be read, lacks a column, or has a reading that is missing, negative, impossible, out
        of order, or not one step after the one before. Nothing is filled in: an event with a gap is another
        event.
    """
    frame = _table(path)
    names = {str(c).strip().lower(): c for c in frame.columns}
    clock, depth, intensity = (
        next((names[n] for n in wanted if n in names), None)
        for wanted in (TIME_NAMES, DEPTH_NAMES, INTENSITY_NAMES)
    )
    if clock is None or (depth is None) == (intensity is None):
        raise EventError("event_columns", ", ".join(map(str, frame.columns)), "time, depth_mm | intensity_mm_h")
    minutes = _minutes(frame[clock])
    if len(minutes) < 2:
        raise EventError("event_short", str(len(minutes)))
    values = pd.to_numeric(frame[depth or intensity], errors="coerce").to_numpy(float)
    bad = np.flatnonzero(~np.isfinite(values) | (values < 0))
    if len(bad):
        raise EventError("event_value", _line(frame[depth or intensity], int(bad[0])), "0 ...")
    apart = np.diff(minutes)
    backwards = np.flatnonzero(apart <= 0)
    if len(backwards):
        raise EventError("event_order", _line(frame[clock], int(backwards[0]) + 1))
    step = float(pd.Series(apart).round(3).mode().min())
    uneven = np.flatnonzero(np.abs(apart - step) > SAME_STEP_MIN)
    if len(uneven):
        raise EventError("event_gap", _line(frame[clock], int(uneven[0]) + 1), f"{step:g}")
    depths = values if depth is not None else values * step / 60
    most = float(np.interp(step, [m for m, _ in RECORD_MM], [d for _, d in RECORD_MM]))
    if depths.max() > most:
        raise EventError("event_value", _line(frame[depth or intensity], int(depths.argmax())), f"0-{most:g} mm")
    if depths.sum() <= 0:
        raise EventError("event_dry", "0 mm")
    if step * len(depths) > LONGEST_MIN + SAME_STEP_MIN:
        raise EventError("event_long", f"{step * len(depths):g} min", f"{LONGEST_MIN:g} min")
    return MeasuredEvent(step, tuple(float(d) for d in depths))


def _table(path: Path) -> pd.DataFrame:
    try:
        data = path.read_bytes()
    except OSError as reason:
        raise EventError("event_unreadable", reason.strerror or str(reason)) from None
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        content = data.decode("gb18030", errors="replace")
    try:
        frame = pd.read_csv(io.StringIO(content), dtype=str, skip_blank_lines=False, index_col=False)
    except (ValueError, pd.errors.ParserError) as reason:
        raise EventError("event_unreadable", str(reason)[:120]) from None
    return frame[~frame.isna().all(axis=1)]


def _line(column: pd.Series, position: int) -> str:
    """A cell with its line in the file, the headings being line 1."""
    value = column.iloc[position]
    return f"{'' if pd.isna(value) else value} (line {int(column.index[position]) + 2})"


def _minutes(column: pd.Series) -> np.ndarray:
    """Times as minutes from the first: numbers are minutes, all others dates or clocks."""
    numbers = pd.to_numeric(column, errors="coerce")
    if numbers.notna().all():
        values: np.ndarray = numbers.to_numpy(float)
        if len(values):
            values = values - values[0]
        return values
    times = pd.to_datetime(column, errors="coerce", format="mixed")
    bad = np.flatnonzero(times.isna().to_numpy())
    if len(bad):
        raise EventError("event_time", _line(column, int(bad[0])))
    minutes: np.ndarray = ((times - times.iloc[0]).dt.total_seconds() / 60).to_numpy(float)
    return minutes

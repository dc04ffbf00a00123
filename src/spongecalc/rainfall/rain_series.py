"""A long rainfall series, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from spongecalc.rainfall.rain_file_error import UnsureError

# More than this in a minute, an hour or a day has not been measured anywhere (world records 31 mm, 305 mm
# and 1825 mm): a typing error, or another unit.
RECORD_MM = ((1.0, 31.0), (60.0, 305.0), (1440.0, 1825.0))
# The oldest gauges were read some 350 years ago: of a wrong year a series in even steps would fill the memory.
LONGEST_YEARS = 400


# Reasons why a reading has no number, besides that nothing stands there.
NO_NUMBER = ("code", "trace", "unread", "first", "fault")


@dataclass(frozen=True)
class SeriesFlaw:
    """One kind of flaw in a series: how often, where first, and how many mm it concerns."""

    flaw: str
    count: int
    first: str
    depth_mm: float = 0.0


# Flaws of readings that have no place in the series.
LEFT_OUT = ("unreadable_time", "off_step", "duplicate_differs")


@dataclass(frozen=True)
class LostReadings:
    """Steps without a reading, of ``steps`` in all; the days they spoil, readings left out, the first of them."""

    missing: int
    steps: int
    days: int
    left_out: int
    first: str

    @property
    def percent(self) -> float:
        """Share of the steps that have no reading."""
        return 100 * self.missing / self.steps


@dataclass(frozen=True)
class RainSeries:
    """Depths in mm of steps of ``step_min``, by the start of their step; a missing one is NaN.

    ``snow`` marks days too cold for rain, where temperature is known. ``generated`` series were never
    measured, and whatever rests on one says so. ``read_as`` says what of the file was taken for what.
    """

    depth_mm: pd.Series
    step_min: float
    source: str
    flaws: tuple[SeriesFlaw, ...] = ()
    snow: pd.Series | None = None
    generated: bool = False
    read_as: tuple[tuple[str, str], ...] = ()

    @property
    def lost(self) -> LostReadings | None:
        """Readings that the record lacks between its first and its last; None where it has all."""
        known = np.flatnonzero(self.depth_mm.notna().to_numpy())
        if not len(known):
            return None
        between = self.depth_mm.iloc[known[0] : known[-1] + 1]
        missing = between.isna()
        left_out = sum(f.count for f in self.flaws if f.flaw in LEFT_OUT)
        if not missing.any() and not left_out:
            return None
        whole = round(1440 / self.step_min) if self.step_min < 1440 else 1
        having = between.resample("D").count()
        # The first and the last day may begin late and end early without having lost anything.
        short = having.iloc[1:-1][having.iloc[1:-1] < whole] if whole > 1 else having[having < 1]
        first = f"{between.index[missing.to_numpy()][0]:%Y-%m-%d %H:%M}" if missing.any() else "-"
        return LostReadings(int(missing.sum()), len(between), len(short), left_out, first)

    @property
    def years(self) -> float:
        """Length in years, gaps included."""
        if self.depth_mm.empty:
            return 0.0
        return len(self.depth_mm) * self.step_min / 60 / 24 / 365.25

    def daily_mm(self) -> pd.Series:
        """Depth of each day that has every step, without snow days."""
        days = self.depth_mm.resample("D")
        whole = round(1440 / self.step_min) if self.step_min < 1440 else 1
        depth = days.sum(min_count=1)[days.count() >= whole]
        if self.snow is not None:
            cold = self.snow.reindex(depth.index, fill_value=False)
            depth = depth[~cold.to_numpy(bool)]
        return depth


def regular_series(
    times: Sequence[object] | pd.DatetimeIndex,
    depths_mm: Sequence[float] | np.ndarray,
    step_min: float,
    source: str,
    *,
    wet_only: bool = False,
    accumulated: Sequence[bool] | np.ndarray | None = None,
    kinds: Sequence[str] | np.ndarray | None = None,
    resets: Sequence[bool] | np.ndarray | None = None,
    snow: pd.Series | None = None,
) -> RainSeries:
    """Lay readings out in even steps, and say what is wrong with them.

    Parameters
    ----------
    times, depths_mm
        Start of each reading's step, and its depth in mm (NaN: missing).
    step_min
        Step in minutes.
    source
        Where the readings come from.
    wet_only
        Whether the source leaves dry steps out, as SWMM's own rain files do: then what is absent is dry, else
        it is a gap.
    accumulated
        Marks readings that hold the rain of several steps; they count as missing.
    kinds
        Why a reading has no number: "missing" (nothing stands there), "code" (a code or word for missing),
        "trace", "unread", "first" and "fault" (of a counter); "" or None without a reason.
    resets
        Marks readings before which a counter was set back.
    snow
        Days (by date) that were too cold for rain.

    Returns
    -------
    The series, its steps where most readings are in the day. Of two readings of one time the first is kept;
    negative, accumulated and impossible ones become missing. Each is a flaw of the series, none is repaired by a
    guess.

    Raises
    ------
    UnsureError
        Its years lie further apart than rain has been measured: a date is wrong.
    """
    frame = pd.DataFrame({"time": pd.to_datetime(pd.Index(times)), "mm": np.asarray(depths_mm, dtype=float)})
    frame["accumulated"] = False if accumulated is None else np.asarray(accumulated, dtype=bool)
    frame["kind"] = "" if kinds is None else np.asarray(kinds, dtype=object)
    frame["reset"] = False if resets is None else np.asarray(resets, dtype=bool)
    flaws: list[SeriesFlaw] = []

    def note(flaw: str, rows: pd.DataFrame) -> None:
        if len(rows):
            total = float(rows["mm"].sum())
            flaws.append(SeriesFlaw(flaw, len(rows), f"{rows['time'].iloc[0]:%Y-%m-%d %H:%M}", total))

    note("unreadable_time", frame[frame["time"].isna()].assign(time=pd.Timestamp(0)))
    frame = frame.dropna(subset=["time"])
    if not frame["time"].is_monotonic_increasing:
        note("unordered", frame[frame["time"].diff() < pd.Timedelta(0)])
        frame = frame.sort_values("time", kind="stable")
    twice = frame["time"].duplicated()
    first = frame[~twice].set_index("time")["mm"].reindex(frame.loc[twice, "time"]).to_numpy()
    other = ~np.isclose(frame.loc[twice, "mm"].to_numpy(float), first, equal_nan=True)
    note("duplicate", frame[twice][~other])
    note("duplicate_differs", frame[twice][other])
    frame = frame[~twice]
    note("reset", frame[frame["reset"]])
    note("accumulated", frame[frame["accumulated"]])
    note("negative", frame[frame["mm"] < 0])
    most = float(np.interp(step_min, [m for m, _ in RECORD_MM], [d for _, d in RECORD_MM]))
    note("impossible", frame[frame["mm"] > most])
    bad = frame["accumulated"] | (frame["mm"] < 0) | (frame["mm"] > most)
    frame.loc[bad, "mm"] = np.nan
    lacking = frame["mm"].isna() & ~bad
    named = frame["kind"].isin(NO_NUMBER)
    note("missing", frame[lacking & ~named])
    for kind in NO_NUMBER:
        note(f"no_number_{kind}", frame[lacking & (frame["kind"] == kind)])
    if frame.empty:
        return RainSeries(
            pd.Series(dtype=float, index=pd.DatetimeIndex([])), step_min, source, tuple(flaws), snow
        )
    first_year, last_year = (frame["time"].iloc[n].year for n in (0, -1))
    if last_year - first_year > LONGEST_YEARS:
        raise UnsureError("span_long", f"{first_year} - {last_year}")
    step = pd.Timedelta(minutes=step_min)
    # A gauge may be read at 08:00, or at half past each hour: the grid goes through most of its readings.
    phases = (frame["time"] - frame["time"].dt.floor("D")) % step
    phase = phases.mode().min()
    grid = pd.date_range(frame["time"].iloc[0].floor("D") + phase, frame["time"].iloc[-1], freq=step)
    off = phases != phase
    note("off_step", frame[off])
    frame = frame[~off]
    laid = frame.set_index("time")["mm"].reindex(grid)
    # What lies before the first reading is no gap.
    absent = ~grid.isin(frame["time"]) & (grid >= frame["time"].iloc[0])
    if wet_only:
        laid[absent] = 0.0
    elif absent.any():
        starts = absent & ~np.append(False, absent[:-1])
        flaws.append(SeriesFlaw("gap", int(starts.sum()), f"{grid[absent][0]:%Y-%m-%d %H:%M}"))
    return RainSeries(laid, step_min, source, tuple(flaws), snow)

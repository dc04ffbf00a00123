"""A long rainfall series, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

# More than this in a minute, an hour or a day has not been measured anywhere (world records 31 mm, 305 mm
# and 1825 mm): a typing error, or another unit.
RECORD_MM = ((1.0, 31.0), (60.0, 305.0), (1440.0, 1825.0))


@dataclass(frozen=True)
class SeriesFlaw:
    """One kind of flaw in a series: how often, where first, and how many mm it concerns."""

    flaw: str
    count: int
    first: str
    depth_mm: float = 0.0


@dataclass(frozen=True)
class RainSeries:
    """Depths in mm of steps of ``step_min``, by the start of their step; a missing one is NaN.

    ``snow`` marks days too cold for rain, where temperature is known. ``generated`` series were never
    measured, and whatever rests on one says so.
    """

    depth_mm: pd.Series
    step_min: float
    source: str
    flaws: tuple[SeriesFlaw, ...] = ()
    snow: pd.Series | None = None
    generated: bool = False

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
    snow
        Days (by date) that were too cold for rain.

    Returns
    -------
    The series. Of two readings of one time the first is kept; negative, accumulated and impossible ones
    become missing. Each is a flaw of the series, none is repaired by a guess.
    """
    frame = pd.DataFrame({"time": pd.to_datetime(pd.Index(times)), "mm": np.asarray(depths_mm, dtype=float)})
    frame["accumulated"] = False if accumulated is None else np.asarray(accumulated, dtype=bool)
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
    note("duplicate", frame[twice])
    frame = frame[~twice]
    note("accumulated", frame[frame["accumulated"]])
    note("negative", frame[frame["mm"] < 0])
    most = float(np.interp(step_min, [m for m, _ in RECORD_MM], [d for _, d in RECORD_MM]))
    note("impossible", frame[frame["mm"] > most])
    bad = frame["accumulated"] | (frame["mm"] < 0) | (frame["mm"] > most)
    frame.loc[bad, "mm"] = np.nan
    note("missing", frame[frame["mm"].isna() & ~bad])
    if frame.empty:
        return RainSeries(
            pd.Series(dtype=float, index=pd.DatetimeIndex([])), step_min, source, tuple(flaws), snow
        )
    step = pd.Timedelta(minutes=step_min)
    grid = pd.date_range(frame["time"].iloc[0].floor("D"), frame["time"].iloc[-1], freq=step)
    off = ~frame["time"].isin(grid)
    note("off_step", frame[off])
    frame = frame[~off]
    laid = frame.set_index("time")["mm"].reindex(grid)
    absent = ~grid.isin(frame["time"])
    if wet_only:
        laid[absent] = 0.0
    elif absent.any():
        starts = absent & ~np.append(False, absent[:-1])
        flaws.append(SeriesFlaw("gap", int(starts.sum()), f"{grid[absent][0]:%Y-%m-%d %H:%M}"))
    return RainSeries(laid, step_min, source, tuple(flaws), snow)

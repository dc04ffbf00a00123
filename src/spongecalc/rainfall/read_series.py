"""Long rainfall series from files: tables, SWMM's own rain files, NOAA GHCN-daily, NetCDF."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from spongecalc.gate import archive, text
from spongecalc.gate.cause import Cause, words_of
from spongecalc.rainfall.accumulated_rain import looks_accumulated, step_depths
from spongecalc.rainfall.netcdf_series import read_netcdf
from spongecalc.rainfall.rain_cells import decoded
from spongecalc.rainfall.rain_entrance import rain_entrance
from spongecalc.rainfall.rain_file_choices import AS_THE_FILE_SAYS, RainFileChoices, lines_to_write
from spongecalc.rainfall.rain_file_error import RainFileError, UnsureError
from spongecalc.rainfall.rain_series import RainSeries, regular_series
from spongecalc.rainfall.rain_table import read_rain_table

# Below this mean temperature of a day its precipitation counts as snow.
SNOW_BELOW_C = 0.0
LARGEST_DAY_MM = 500.0
LARGEST_YEAR_MM = 6000.0
DAY_MIN = 1440.0
# A file with more than this share of times that stand twice with other depths holds several gauges.
MOST_DIFFERING = 0.1
FEW_DIFFERING = 9
# Fewer readings than these do not tell that dry steps are left out.
ENOUGH_READINGS = 10


def read_series(
    path: Path, choices: RainFileChoices = AS_THE_FILE_SAYS, *, key: str = "series", name: str | None = None
) -> RainSeries:
    """Read a series; its ending tells the format (.csv, .tsv, .txt, .xlsx, .dat, .dly, .nc; text also .gz).

    Parameters
    ----------
    path
        The file.
    choices
        What the project states of it.
    key, name
        Key of spongecalc.toml that takes the file, and the file as the project names it: for the line to write.

    Raises
    ------
    RainFileError
        If the file is missing, of another format, holds no readings, leaves open how it is to be read, or has
        more than 500 mm in a day or 6000 mm in a year.
    """
    suffixes = [s.lower() for s in path.suffixes]
    kind = suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else (suffixes or [""])[-1]
    tables = dict.fromkeys((".csv", ".tsv", ".txt", ".xlsx", ".xlsm"), _read_table)
    readers = {**tables, ".dat": _read_dat, ".dly": _read_ghcn, ".nc": _read_netcdf}
    if kind not in readers:
        raise RainFileError("unknown_format", path.name, ", ".join(readers))
    named = name or path.name

    def refused(rule: str, found: str, more: tuple[tuple[str, object], ...]) -> RainFileError:
        return RainFileError(rule, path.name, found, lines_to_write(key, named, choices, more))

    def unread(rule: str, cause: Cause) -> RainFileError:
        return RainFileError(rule, path.name, cause)

    try:
        with rain_entrance(path, unread):
            series = _by(readers[kind], path, choices)
    except UnsureError as reason:
        raise refused(reason.rule, reason.found, reason.choices) from None
    if series.depth_mm.notna().sum() == 0:
        raise RainFileError("empty", path.name)
    if series.step_min > DAY_MIN:
        raise RainFileError("step_long", path.name, f"{series.step_min / DAY_MIN:g}")
    if abs(DAY_MIN / series.step_min - round(DAY_MIN / series.step_min)) > 1e-6:
        raise RainFileError("step_odd", path.name, f"{series.step_min:g} min")
    differing = sum(f.count for f in series.flaws if f.flaw == "duplicate_differs")
    if differing > max(MOST_DIFFERING * series.depth_mm.notna().sum(), FEW_DIFFERING):
        rule = "many_of_a_day" if series.step_min >= DAY_MIN else "many_duplicates"
        raise RainFileError(rule, path.name, str(differing))
    _refuse_too_much(series, choices, refused)
    return series


def _by(
    reader: Callable[[Path, RainFileChoices], RainSeries], path: Path, choices: RainFileChoices
) -> RainSeries:
    """The series that a reader finds; a word where its form has a number is said of the file."""
    try:
        return reader(path, choices)
    except (ValueError, IndexError, OverflowError) as reason:
        raise UnsureError("not_of_its_format", words_of(reason)) from reason


def _refuse_too_much(series: RainSeries, choices: RainFileChoices, refused: object) -> None:
    """Refuse a series above the largest day or year: another unit, a counter, or a faulty reading."""
    depth = series.depth_mm
    days = depth.resample("D").sum()
    day_mm = choices.largest_day_mm or LARGEST_DAY_MM
    assert callable(refused)
    if days.max() > day_mm:
        found = f"{days.max():.1f} mm, {days.idxmax():%Y-%m-%d}"
        more = (("largest_day_mm", float(np.ceil(days.max() / 10) * 10)),)
        raise refused("day_too_wet", f"{found}; {day_mm:g} mm", more)
    years = depth.groupby(depth.index.year).sum()
    year_mm = choices.largest_year_mm or LARGEST_YEAR_MM
    if years.max() > year_mm:
        found = f"{years.max():.0f} mm, {int(years.idxmax())}"
        more = (("largest_year_mm", float(np.ceil(years.max() / 100) * 100)),)
        raise refused("year_too_wet", f"{found}; {year_mm:g} mm", more)


def _read_table(path: Path, choices: RainFileChoices) -> RainSeries:
    """A table of readings; days with a mean temperature below 0 degrees are snow."""
    table = read_rain_table(path, choices)
    frame = table.frame
    if choices.absent is None and dict(table.read_as)["readings"] == "increments":
        _refuse_dry_steps_left_out(frame, table.step_min)
    snow = None
    if "temperature_c" in frame:
        mean = frame["temperature_c"].groupby(frame["time"].dt.floor("D")).mean().dropna()
        snow = mean < SNOW_BELOW_C if len(mean) else None
    series = regular_series(
        frame["time"],
        frame["mm"].to_numpy(float),
        table.step_min,
        path.name,
        wet_only=table.wet_only,
        accumulated=frame["accumulated"].to_numpy(bool),
        kinds=frame["kind"].to_numpy(object),
        resets=frame["reset"].to_numpy(bool),
        snow=snow,
    )
    return replace(series, read_as=table.read_as)


def _refuse_dry_steps_left_out(frame: pd.DataFrame, step_min: float) -> None:
    """Refuse a file that has rain at every reading and lacks most of its steps, unless the project says why."""
    held = frame["mm"].notna()
    times, span = frame.loc[held, "time"].dropna(), frame["time"].dropna()
    if len(times) < ENOUGH_READINGS or not (frame["mm"].dropna() > 0).all():
        return
    steps = (span.max() - span.min()) / pd.Timedelta(minutes=step_min) + 1
    if len(times.unique()) < 0.5 * steps:
        shown = f"{len(times)} / {steps:.0f}"
        raise UnsureError("dry_steps_absent", shown, (("absent", "dry"), ("absent", "missing")))


def _text(path: Path) -> str:
    data = text.read_bytes(path)
    if path.suffix.lower() == ".gz":
        data = archive.unzipped(data)
    return decoded(data)


def _read_dat(path: Path, choices: RainFileChoices) -> RainSeries:
    """SWMM's rain file: station, year, month, day, hour, minute, depth in mm; dry steps are left out."""
    rows = []
    for number, line in enumerate(_text(path).splitlines(), 1):
        parts = line.split()
        if not parts or parts[0].startswith(";"):
            continue
        if len(parts) < 7:
            raise ValueError(f"line {number}: seven columns are needed")
        year, month, day, hour, minute = (int(p) for p in parts[1:6])
        # Hour 24 is midnight of the next day.
        rows.append(
            (parts[0], pd.Timestamp(year, month, day) + pd.Timedelta(hours=hour, minutes=minute), float(parts[6]))
        )
    stations = sorted({s for s, _, _ in rows})
    if choices.station is not None:
        rows = [r for r in rows if r[0] == choices.station]
        if not rows:
            raise UnsureError("no_such_station", ", ".join(stations[:12]), (("station", stations[0]),))
    elif len(stations) > 1:
        raise UnsureError("several_stations", ", ".join(stations[:12]), (("station", stations[0]),))
    times = pd.Series([t for _, t, _ in rows])
    apart = times.drop_duplicates().sort_values().diff().dropna().dt.total_seconds() / 60
    if apart.empty:
        raise UnsureError("one_reading")
    # Dry steps are not there, so the step is the shortest distance of any two readings.
    return regular_series(times, np.array([d for _, _, d in rows]), float(apart.min()), path.name, wet_only=True)


def _read_ghcn(path: Path, choices: RainFileChoices) -> RainSeries:
    """NOAA GHCN-daily: a line of 31 days per month and element; depths in tenths of mm, -9999 missing.

    A value that failed NOAA's quality checks is left out; measurement flag A marks a sum of several days.
    """
    days: dict[str, dict[pd.Timestamp, float]] = {"PRCP": {}, "TMAX": {}, "TMIN": {}}
    summed: set[pd.Timestamp] = set()
    lines = [line for line in _text(path).splitlines() if line[17:21] in days]
    stations = sorted({line[:11] for line in lines})
    if choices.station is not None:
        if choices.station not in stations:
            raise UnsureError("no_such_station", ", ".join(stations[:12]), (("station", (stations or ["?"])[0]),))
        lines = [line for line in lines if line[:11] == choices.station]
    elif len(stations) > 1:
        raise UnsureError("several_stations", ", ".join(stations[:12]), (("station", stations[0]),))
    for line in lines:
        element = line[17:21]
        year, month = int(line[11:15]), int(line[15:17])
        for day in range(1, calendar.monthrange(year, month)[1] + 1):
            cell = line[21 + 8 * (day - 1) : 29 + 8 * (day - 1)]
            value, flag, quality = int(cell[:5]), cell[5:6], cell[6:7]
            date = pd.Timestamp(year, month, day)
            days[element][date] = np.nan if value == -9999 or quality.strip() else value / 10
            if element == "PRCP" and flag == "A":
                summed.add(date)
    rain = pd.Series(days["PRCP"], dtype=float).sort_index()
    mean = (pd.Series(days["TMAX"], dtype=float) + pd.Series(days["TMIN"], dtype=float)) / 2
    snow = mean.dropna() < SNOW_BELOW_C if len(mean.dropna()) else None
    return regular_series(
        rain.index, rain.to_numpy(), DAY_MIN, path.name, accumulated=rain.index.isin(summed), snow=snow
    )


def _read_netcdf(path: Path, choices: RainFileChoices) -> RainSeries:
    """One variable of rain over time; where the file has bounds of its steps, they say when each begins."""
    times, values, stated_min, unit, stamp = read_netcdf(path, choices)
    apart = times.dropna().drop_duplicates().sort_values().diff().dropna().dt.total_seconds() / 60
    if stated_min is None and apart.empty:
        raise UnsureError("one_reading")
    step = stated_min if stated_min is not None else float(apart.mode().min())
    depths, several, resets = values, np.zeros(len(values), dtype=bool), np.zeros(len(values), dtype=bool)
    kinds = np.full(len(values), "", dtype=object)
    readings = choices.readings
    if readings is None:
        if unit.per_min is None and looks_accumulated(values):
            both = (("readings", "accumulated"), ("readings", "increments"))
            raise UnsureError("looks_accumulated", unit.written, both)
        readings = "increments"
    if readings == "accumulated":
        found = step_depths(values)
        depths, several, resets = found.depths, found.several, found.resets
        kinds[found.faults] = "fault"
        kinds[np.isfinite(values) & np.isnan(depths) & ~found.faults] = "first"
    if stamp == "end":
        times = times - pd.Timedelta(minutes=step)
    depths = np.round(depths * unit.depth_mm(step), 6)
    series = regular_series(times, depths, step, path.name, accumulated=several, kinds=kinds, resets=resets)
    told = (("unit", unit.written), ("readings", readings), ("stamp", stamp))
    return replace(series, read_as=told)


def swmm_rain_lines(series: RainSeries, station: str) -> list[str]:
    """A series as the lines of SWMM's own rain file: wet steps only, depths in mm with four decimals."""
    wet = series.depth_mm[series.depth_mm > 0]
    times = pd.DatetimeIndex(wet.index)
    parts = (getattr(times, part).tolist() for part in ("year", "month", "day", "hour", "minute"))
    return [
        f"{station} {year} {month:02d} {day:02d} {hour:02d} {minute:02d} {depth_mm:.4f}"
        for year, month, day, hour, minute, depth_mm in zip(*parts, wet.tolist(), strict=True)
    ]

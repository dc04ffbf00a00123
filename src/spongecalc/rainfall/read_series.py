"""Long rainfall series from files: CSV, SWMM's own rain files, NOAA GHCN-daily, NetCDF."""

from __future__ import annotations

import calendar
import gzip
from pathlib import Path

import numpy as np
import pandas as pd

from spongecalc.rainfall.rain_series import RainSeries, regular_series

# Below this mean temperature of a day its precipitation counts as snow.
SNOW_BELOW_C = 0.0
TIME_NAMES = ("time", "datetime", "date", "day", "日期", "时间", "观测时间")
RAIN_NAMES = ("rain_mm", "depth_mm", "rainfall_mm", "precipitation", "prcp", "rain", "降雨量", "降水量", "雨量")
TEMPERATURE_NAMES = ("temperature_c", "tmean", "tavg", "temp", "气温", "平均气温")
NETCDF_NAMES = ("rain", "precip", "pr", "tp", "prcp", "rainfall", "precipitation")
UNITS_MM = {"mm": 1.0, "mm/day": 1.0, "mm d-1": 1.0, "kg m-2": 1.0, "m": 1000.0, "cm": 10.0}


class SeriesError(Exception):
    """A file that is no rainfall series; ``rule`` names its sentence in the catalogue ``rain``."""

    def __init__(self, rule: str, file: str, found: str = "") -> None:
        super().__init__(f"{file}: {rule} {found}".strip())
        self.rule, self.file, self.found = rule, file, found


def read_series(path: Path) -> RainSeries:
    """Read a series; the file's ending tells its format (.csv, .dat, .dly, .nc; all but .nc also .gz).

    Raises
    ------
    SeriesError
        If the file is missing, of another format, or holds no readings.
    """
    suffixes = [s.lower() for s in path.suffixes]
    kind = suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else (suffixes or [""])[-1]
    readers = {".csv": _read_csv, ".dat": _read_dat, ".dly": _read_ghcn, ".nc": _read_netcdf}
    if kind not in readers:
        raise SeriesError("unknown_format", path.name, ", ".join(readers))
    try:
        series = readers[kind](path)
    except OSError as reason:
        raise SeriesError("unreadable", path.name, reason.strerror or str(reason)) from None
    except (UnicodeDecodeError, ValueError, KeyError, TypeError, IndexError, pd.errors.ParserError) as reason:
        raise SeriesError("not_of_its_format", path.name, str(reason)[:120]) from None
    if series.depth_mm.notna().sum() == 0:
        raise SeriesError("empty", path.name)
    return series


def _text(path: Path) -> str:
    data = path.read_bytes()
    if path.suffix.lower() == ".gz":
        data = gzip.decompress(data)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _read_csv(path: Path) -> RainSeries:
    """Columns of time and depth by their usual names in Chinese or English, else the first two."""
    import io  # noqa: PLC0415

    frame = pd.read_csv(io.StringIO(_text(path)), skip_blank_lines=True, dtype=str)
    columns: list[str] = list(frame.columns)
    names = {str(c).strip().lower(): c for c in columns}

    def column(wanted: tuple[str, ...], place: int | None) -> str | None:
        for name in wanted:
            if name in names:
                return names[name]
        return columns[place] if place is not None and place < len(columns) else None

    time_column, rain_column = column(TIME_NAMES, 0), column(RAIN_NAMES, 1)
    if time_column is None or rain_column is None:
        raise SeriesError("no_columns", path.name, ", ".join(map(str, frame.columns)))
    times = pd.to_datetime(frame[time_column], errors="coerce", format="mixed")
    depths = pd.to_numeric(frame[rain_column], errors="coerce")
    snow = None
    if (temperature := column(TEMPERATURE_NAMES, None)) is not None:
        cold = pd.to_numeric(frame[temperature], errors="coerce").groupby(times.dt.floor("D")).mean()
        snow = cold < SNOW_BELOW_C
    return regular_series(times, depths.to_numpy(), step_of(times), path.name, snow=snow)


def step_of(times: pd.Series) -> float:
    """The step of readings in minutes: the commonest distance between neighbours, the smallest of several.

    Raises
    ------
    ValueError
        With fewer than two readings.
    """
    apart = times.dropna().sort_values().diff().dropna().dt.total_seconds() / 60
    apart = apart[apart > 0]
    if apart.empty:
        raise ValueError("fewer than two readings")
    return float(apart.mode().min())


def _read_dat(path: Path) -> RainSeries:
    """SWMM's rain file: station, year, month, day, hour, minute, depth in mm; dry steps are left out."""
    rows = []
    for number, line in enumerate(_text(path).splitlines(), 1):
        parts = line.split()
        if not parts or parts[0].startswith(";"):
            continue
        if len(parts) < 7:
            raise ValueError(f"line {number}: seven columns are needed")
        rows.append(([int(p) for p in parts[1:6]], float(parts[6])))
    times = pd.Series([pd.Timestamp(*t) for t, _ in rows])
    apart = times.drop_duplicates().sort_values().diff().dropna().dt.total_seconds() / 60
    # Dry steps are not there, so the step is the shortest distance of any two readings.
    return regular_series(times, np.array([d for _, d in rows]), float(apart.min()), path.name, wet_only=True)


def _read_ghcn(path: Path) -> RainSeries:
    """NOAA GHCN-daily: a line of 31 days per month and element; depths in tenths of mm, -9999 missing.

    A value that failed NOAA's quality checks is left out; measurement flag A marks a sum of several days.
    """
    days: dict[str, dict[pd.Timestamp, float]] = {"PRCP": {}, "TMAX": {}, "TMIN": {}}
    summed: set[pd.Timestamp] = set()
    for line in _text(path).splitlines():
        element = line[17:21]
        if element not in days:
            continue
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
        rain.index, rain.to_numpy(), 1440.0, path.name, accumulated=rain.index.isin(summed), snow=snow
    )


def _read_netcdf(path: Path) -> RainSeries:
    """One variable of rain over ``time``, as classic NetCDF, or NetCDF-4 where h5netcdf is installed."""
    if path.open("rb").read(3) == b"CDF":
        from scipy.io import netcdf_file  # noqa: PLC0415

        opened, unpacked = netcdf_file(path, "r", mmap=False, maskandscale=True), True
    else:
        try:
            from h5netcdf import legacyapi  # noqa: PLC0415
        except ImportError:
            raise SeriesError("netcdf4", path.name) from None
        opened, unpacked = legacyapi.Dataset(path, "r"), False
    with opened as data:
        name = next((n for n in data.variables if n.lower() in NETCDF_NAMES), None)
        if name is None or "time" not in data.variables:
            raise SeriesError("no_columns", path.name, ", ".join(data.variables))
        variable, clock = data.variables[name], data.variables["time"]
        units, since = _attribute(clock, "units").split(" since ")
        depths = np.ma.filled(np.ma.asarray(variable[:], dtype=float), np.nan).squeeze()
        if not unpacked:
            depths = _unpacked(variable, depths)
        unit = _attribute(variable, "units") or "mm"
        if depths.ndim != 1 or unit not in UNITS_MM:
            raise SeriesError("netcdf_shape", path.name, f"{depths.shape}, {unit}")
        times = pd.Timestamp(since) + pd.to_timedelta(np.array(clock[:], dtype=float), unit=_pandas_unit(units))
    return regular_series(times, depths * UNITS_MM[unit], step_of(pd.Series(times)), path.name)


def _unpacked(variable: object, values: np.ndarray) -> np.ndarray:
    """Values with fill and missing ones as NaN, and scaled as the CF conventions have it."""
    found = values.copy()
    for name in ("_FillValue", "missing_value"):
        mark = getattr(variable, name, None)
        if mark is not None:
            found[np.isin(values, np.atleast_1d(mark))] = np.nan
    scale, offset = (
        float(np.ravel(getattr(variable, name, default))[0])
        for name, default in (("scale_factor", 1.0), ("add_offset", 0.0))
    )
    return found * scale + offset


def _attribute(variable: object, name: str) -> str:
    value = getattr(variable, name, "")
    return value.decode() if isinstance(value, bytes) else str(value)


def _pandas_unit(units: str) -> str:
    return {"days": "D", "hours": "h", "minutes": "min", "seconds": "s"}[units.strip().lower()]


def swmm_rain_lines(series: RainSeries, station: str) -> list[str]:
    """A series as the lines of SWMM's own rain file: wet steps only, depths in mm with four decimals."""
    wet = series.depth_mm[series.depth_mm > 0]
    return [
        f"{station} {t.year} {t.month:02d} {t.day:02d} {t.hour:02d} {t.minute:02d} {d:.4f}"
        for t, d in zip(wet.index, wet.tolist(), strict=True)
    ]

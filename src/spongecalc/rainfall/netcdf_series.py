"""Rain of one place over time from NetCDF files: units, bounds of the steps, fill values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spongecalc.gate import netcdf, text
from spongecalc.rainfall.rain_file_choices import RainFileChoices
from spongecalc.rainfall.rain_file_error import UnsureError
from spongecalc.rainfall.rain_unit import RainUnit, parse_rain_unit

NAMES = (
    "rain",
    "precip",
    "pr",
    "tp",
    "prcp",
    "rainfall",
    "precipitation",
    "precipitation_amount",
    "rainf",
    "pre",
    "prec",
)
TIME_NAMES = ("time", "valid_time", "datetime", "t")
REAL_CALENDARS = ("", "standard", "gregorian", "proleptic_gregorian")
_UNITS = {"d": "D", "day": "D", "days": "D", "h": "h", "hr": "h", "hour": "h", "hours": "h", "hrs": "h"}
_UNITS |= {"min": "min", "mins": "min", "minute": "min", "minutes": "min"}
_UNITS |= {"s": "s", "sec": "s", "second": "s", "seconds": "s", "secs": "s"}
MISSING_BEYOND = 1e15


def read_netcdf(
    path: Path, choices: RainFileChoices
) -> tuple[pd.Series, np.ndarray, float | None, RainUnit, str]:
    """Read the rain of one place.

    Returns
    -------
    Times at the beginning of each step (at the reading's own where the file has no bounds), readings in the
    file's unit, the step in minutes that bounds state (None without), the unit, and "begin", "end" or
    "bounds": what the times are taken to be.

    Raises
    ------
    UnsureError
        If the file leaves open what is rain, where, or in which unit.
    """
    classic = text.read_beginning(path, 3) == b"CDF"
    try:
        with netcdf.opened(path, classic=classic) as data:
            return _read(data.variables, choices, unpacked=classic)
    except ModuleNotFoundError:
        raise UnsureError("netcdf4") from None


def _read(
    variables: Mapping[str, Any], choices: RainFileChoices, *, unpacked: bool
) -> tuple[pd.Series, np.ndarray, float | None, RainUnit, str]:
    rain, clock = _rain_name(variables, choices), _time_name(variables, choices)
    variable, axis = variables[rain], variables[clock]
    values = np.ma.filled(np.ma.asarray(variable[:], dtype=float), np.nan)
    if not unpacked:
        values = _unpacked(variable, values)
    values = _of_one_place(values, variable, variables, clock, choices)
    values[np.abs(values) > MISSING_BEYOND] = np.nan
    unit = _unit(variable, rain, choices)
    times = _dated(axis, np.asarray(axis[:], dtype=float).ravel(), choices)
    bounds_name = attribute(axis, "bounds")
    if bounds_name and bounds_name in variables and choices.stamp is None:
        bounds = np.asarray(variables[bounds_name][:], dtype=float)
        if bounds.shape != (len(values), 2):
            raise UnsureError("netcdf_shape", f"{bounds_name} {bounds.shape}")
        begin = _dated(axis, bounds.min(axis=1), choices)
        end = _dated(axis, bounds.max(axis=1), choices)
        lasting = (end - begin).dt.total_seconds() / 60
        if lasting.nunique() > 1 and lasting.max() - lasting.min() > 1:
            raise UnsureError("netcdf_steps", f"{lasting.min():g}-{lasting.max():g} min")
        step = float(lasting.iloc[0])
        if step <= 0:
            raise UnsureError("netcdf_steps", f"{step:g} min")
        return begin, values, step, unit, "bounds"
    return times, values, None, unit, choices.stamp or "begin"


def _rain_name(variables: Mapping[str, Any], choices: RainFileChoices) -> str:
    held = ", ".join(variables)
    if choices.rain_column is not None:
        if choices.rain_column not in variables:
            raise UnsureError("no_such_column", held, (("rain_column", "?"),))
        return choices.rain_column
    found = [n for n in variables if n.lower() in NAMES]
    found = found or [
        n
        for n, v in variables.items()
        if "precipitation" in attribute(v, "standard_name") or "rainfall" in attribute(v, "standard_name")
    ]
    if not found:
        raise UnsureError("no_rain", held, (("rain_column", "?"),))
    if len(found) > 1:
        raise UnsureError("several_rains", ", ".join(found), (("rain_column", found[0]),))
    return found[0]


def _time_name(variables: Mapping[str, Any], choices: RainFileChoices) -> str:
    if choices.time_column is not None and choices.time_column in variables:
        return choices.time_column
    found = next((n for n in variables if n.lower() in TIME_NAMES), None)
    if found is None:
        raise UnsureError("no_columns", ", ".join(variables), (("time_column", "?"),))
    return found


def _of_one_place(
    values: np.ndarray, variable: Any, variables: Mapping[str, Any], clock: str, choices: RainFileChoices
) -> np.ndarray:
    """Values over time alone; of several stations the one that the project names."""
    dimensions = tuple(getattr(variable, "dimensions", ()))
    if values.ndim and len(dimensions) == values.ndim and clock in dimensions:
        values = np.moveaxis(values, dimensions.index(clock), 0)
        dimensions = (clock, *(d for d in dimensions if d != clock))
    squeezed = values.reshape(values.shape[0], -1) if values.ndim else values.reshape(1, 1)
    if squeezed.shape[1] == 1:
        return np.array(squeezed[:, 0])
    names = _station_names(variables, dimensions[1:], squeezed.shape[1])
    if not names:
        raise UnsureError("netcdf_shape", f"{dict(zip(dimensions, values.shape, strict=False))}")
    if choices.station is None:
        raise UnsureError("several_stations", ", ".join(names[:12]), (("station", names[0]),))
    if choices.station not in names:
        raise UnsureError("no_such_station", ", ".join(names[:12]), (("station", names[0]),))
    return np.array(squeezed[:, names.index(choices.station)])


def _station_names(variables: Mapping[str, Any], dimensions: tuple[str, ...], count: int) -> list[str]:
    if len(dimensions) != 1:
        return []
    for name, variable in variables.items():
        if "station" not in name.lower() and attribute(variable, "cf_role") != "timeseries_id":
            continue
        held = np.asarray(variable[:])
        if held.ndim == 2 and len(held) == count and held.dtype.kind in "SU":
            return [b"".join(np.asarray(row, dtype="S1")).decode("utf-8", "replace").strip("\0 ") for row in held]
        if held.ndim == 1 and len(held) == count:
            return [v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in held.tolist()]
    return []


def _unit(variable: Any, name: str, choices: RainFileChoices) -> RainUnit:
    written = choices.unit or attribute(variable, "units")
    unit = parse_rain_unit(written)
    if unit is None:
        raise UnsureError("unit_unread", f"{name}: {written or '-'}", (("unit", "mm"),))
    return unit


def _dated(axis: Any, numbers: np.ndarray, choices: RainFileChoices) -> pd.Series:
    calendar = attribute(axis, "calendar").lower()
    if calendar not in REAL_CALENDARS:
        raise UnsureError("netcdf_calendar", calendar)
    unit, since, start = attribute(axis, "units").partition(" since ")
    word = unit.strip().lower()
    if not since or word not in _UNITS:
        raise UnsureError("netcdf_time", attribute(axis, "units") or "-")
    try:
        began = pd.Timestamp(start.strip().removesuffix("UTC").strip())
    except ValueError:
        raise UnsureError("netcdf_time", attribute(axis, "units")) from None
    times = pd.Series(pd.to_timedelta(numbers, unit=_UNITS[word])).dt.round("s")
    zoned = began.tzinfo is not None or start.strip().endswith(("UTC", "Z"))
    if began.tzinfo is not None:
        began = began.tz_convert("UTC").tz_localize(None)
    dated = began + times
    if choices.times == "local" or not (zoned or choices.times == "UTC"):
        return dated
    if choices.utc_offset_min is None:
        if bool((dated.dropna() == dated.dropna().dt.floor("D")).all()):
            return dated
        raise UnsureError("times_utc", attribute(axis, "units"), (("utc_offset", "+08:00"),))
    return dated + pd.Timedelta(minutes=choices.utc_offset_min)


def _unpacked(variable: Any, values: np.ndarray) -> np.ndarray:
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


def attribute(variable: Any, name: str) -> str:
    """A text attribute of a variable; empty without one."""
    value = getattr(variable, name, "")
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)

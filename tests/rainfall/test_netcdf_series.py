"""Rain in NetCDF files: where a step begins, units and rates, stations, calendars, UTC."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.io import netcdf_file

from spongecalc.rainfall.rain_file_choices import RainFileChoices
from spongecalc.rainfall.rain_file_error import RainFileError
from spongecalc.rainfall.read_series import read_series

# Rain of the hours from 20:00 to 04:00, in mm.
DEPTHS = [1.0, 2.0, 0.0, 4.0, 0.0, 0.0, 0.5, 3.0]


def written(
    folder: Path,
    *,
    clock: list[float],
    bounds: list[tuple[float, float]] | None = None,
    values: list[float] | np.ndarray = DEPTHS,
    units: str = "mm",
    since: str = "hours since 2001-01-01 00:00:00",
    calendar: str | None = None,
    stations: tuple[str, ...] = (),
) -> Path:
    path = folder / "r.nc"
    with netcdf_file(path, "w") as file:
        file.createDimension("time", len(clock))
        axis = file.createVariable("time", "d", ("time",))
        axis.units = since
        axis[:] = clock
        if calendar:
            axis.calendar = calendar
        if bounds is not None:
            axis.bounds = "time_bnds"
            file.createDimension("nv", 2)
            file.createVariable("time_bnds", "d", ("time", "nv"))[:] = np.array(bounds)
        if stations:
            file.createDimension("station", len(stations))
            file.createDimension("letters", 4)
            names = file.createVariable("station_name", "c", ("station", "letters"))
            names[:] = np.array([list(s.ljust(4)) for s in stations], dtype="S1")
        rain = file.createVariable("pr", "d", ("time", "station") if stations else ("time",))
        rain.units = units
        rain[:] = np.array(values)
    return path


@pytest.mark.parametrize("moved", [0.0, 0.5, 1.0], ids=["begin", "middle", "end"])
def test_bounds_say_where_a_step_begins(tmp_path: Path, moved: float) -> None:
    hours = np.arange(20.0, 28.0)
    path = written(tmp_path, clock=list(hours + moved), bounds=[(h, h + 1) for h in hours])
    series = read_series(path)
    assert series.depth_mm.loc["2001-01-01 20:00"] == 1.0
    assert series.depth_mm.loc["2001-01-01 23:00"] == 4.0
    assert series.depth_mm.loc["2001-01-02 02:00"] == 0.5
    assert series.depth_mm.dropna().tolist() == DEPTHS
    assert dict(series.read_as)["stamp"] == "bounds"


def test_without_bounds_the_project_may_say_that_times_are_ends(tmp_path: Path) -> None:
    path = written(tmp_path, clock=list(np.arange(21.0, 29.0)))
    assert read_series(path).depth_mm.loc["2001-01-01 21:00"] == 1.0
    assert read_series(path, RainFileChoices(stamp="end")).depth_mm.loc["2001-01-01 20:00"] == 1.0


@pytest.mark.parametrize(
    ("units", "factor"),
    [
        ("mm", 1.0),
        ("kg m-2", 1.0),
        ("m", 1e-3),
        ("mm/h", 1.0),
        ("mm hr-1", 1.0),
        ("mm/day", 24.0),
        ("mm d-1", 24.0),
        ("kg m-2 s-1", 1 / 3600),
        ("kg m**-2 s**-1", 1 / 3600),
        ("0.1 mm", 10.0),
    ],
)
def test_units_and_rates_become_the_depth_of_the_step(tmp_path: Path, units: str, factor: float) -> None:
    values = [d * factor for d in DEPTHS]
    path = written(tmp_path, clock=list(np.arange(8.0)), units=units, values=values)
    assert read_series(path).depth_mm.tolist() == pytest.approx(DEPTHS, abs=1e-5)


def test_utc_is_refused_until_the_place_has_an_offset(tmp_path: Path) -> None:
    path = written(tmp_path, clock=list(np.arange(12.0, 20.0)), since="hours since 2001-01-01T00:00:00Z")
    with pytest.raises(RainFileError) as refusal:
        read_series(path)
    assert refusal.value.rule == "times_utc"
    assert 'utc_offset = "+08:00"' in refusal.value.fault.write
    series = read_series(path, RainFileChoices(utc_offset="+08:00"))
    assert series.depth_mm.loc["2001-01-01 20:00"] == 1.0


def test_stations_are_chosen_by_name(tmp_path: Path) -> None:
    both = np.column_stack([DEPTHS, np.array(DEPTHS) * 2])
    path = written(tmp_path, clock=list(np.arange(8.0)), values=both, stations=("S1", "S2"))
    with pytest.raises(RainFileError) as refusal:
        read_series(path)
    assert (refusal.value.rule, refusal.value.found) == ("several_stations", "S1, S2")
    assert read_series(path, RainFileChoices(station="S2")).depth_mm.sum() == 21.0


def test_an_accumulated_variable_is_taken_apart_when_stated(tmp_path: Path) -> None:
    path = written(tmp_path, clock=list(np.arange(8.0)), values=list(np.cumsum(DEPTHS) - 1.0))
    series = read_series(path, RainFileChoices(readings="accumulated"))
    assert series.depth_mm.tolist() == [0.0, *DEPTHS[1:]]


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"calendar": "noleap"}, "netcdf_calendar"),
        ({"units": "furlong"}, "unit_unread"),
        ({"since": "months since 2001-01-01"}, "netcdf_time"),
        ({"since": "steps"}, "netcdf_time"),
        ({"bounds": [(h, h) for h in range(8)]}, "netcdf_steps"),
        ({"values": [DEPTHS[0], 600.0, *DEPTHS[2:]], "units": "mm"}, None),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, more: dict, rule: str | None) -> None:
    path = written(tmp_path, clock=list(np.arange(8.0)), **more)
    if rule is None:
        # above the record of an hour: missing, and listed
        assert {f.flaw: f.count for f in read_series(path).flaws} == {"impossible": 1}
        return
    with pytest.raises(RainFileError) as refusal:
        read_series(path)
    assert refusal.value.rule == rule

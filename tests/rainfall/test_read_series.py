"""Long series from files, and the flaws that are found in them."""

from __future__ import annotations

import sys
from pathlib import Path

import h5netcdf.legacyapi
import numpy as np
import pandas as pd
import pytest
from scipy.io import netcdf_file

from spongecalc.language import text
from spongecalc.rainfall.generated_series import climate_of, generated_series
from spongecalc.rainfall.rain_file_error import RainFileError
from spongecalc.rainfall.read_series import read_series, swmm_rain_lines


def flaws(series: object) -> dict[str, int]:
    return {f.flaw: f.count for f in series.flaws}  # type: ignore[attr-defined]


def test_csv_with_every_flaw(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(
        "时间,雨量\n2001-01-01 00:00,1\n2001-01-01 01:00,2\n2001-01-01 01:00,9\n2001-01-01 02:00,-3\n"
        "2001-01-01 03:00,4000\n2001-01-01 04:00,\n2001-01-01 07:00,5\n2001-01-01 06:00,6\nx,7\n"
        "2001-01-01 08:13,8\n2001-01-01 09:00,0\n",
        encoding="gb18030",
    )
    series = read_series(path)
    assert series.step_min == 60
    assert flaws(series) == {
        "unreadable_time": 1,
        "unordered": 1,
        "duplicate_differs": 1,
        "negative": 1,
        "impossible": 1,
        "missing": 1,
        "off_step": 1,
        "gap": 2,
    }
    assert series.depth_mm.sum() == 14
    assert series.depth_mm["2001-01-01 01:00"] == 2


def test_ghcn_marks_sums_and_failed_checks(tmp_path: Path) -> None:
    cells = ["   10  7", "   20A 7", "   30 X7", "-9999   ", *["    0  7"] * 27]
    path = tmp_path / "s.dly"
    path.write_text("USX00000001" + "200101" + "PRCP" + "".join(cells) + "\n")
    series = read_series(path)
    assert series.depth_mm.iloc[0] == 1.0
    assert series.depth_mm.isna().sum() == 3
    assert flaws(series) == {"accumulated": 1, "missing": 2}


def test_swmm_rain_file_there_and_back(tmp_path: Path) -> None:
    made = generated_series(climate_of("昆明"), 1, 3)
    path = tmp_path / "r.dat"
    path.write_text("\n".join(swmm_rain_lines(made, "S")) + "\n")
    read = read_series(path)
    assert read.step_min == 60
    assert read.depth_mm.sum() == pytest.approx(made.depth_mm.sum())


def test_netcdf(tmp_path: Path) -> None:
    path = tmp_path / "r.nc"
    with netcdf_file(path, "w") as file:
        file.createDimension("time", 4)
        clock = file.createVariable("time", "d", ("time",))
        clock.units = "hours since 2001-01-01 00:00:00"
        clock[:] = [0, 1, 2, 3]
        rain = file.createVariable("precip", "d", ("time",))
        rain.units = "m"
        rain[:] = [0.001, 0, 0.002, 0]
    assert read_series(path).depth_mm.tolist() == [1.0, 0.0, 2.0, 0.0]


def test_netcdf_4_as_a_weather_service_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "r4.nc"
    with h5netcdf.legacyapi.Dataset(path, "w") as file:
        file.createDimension("time", 6)
        clock = file.createVariable("time", "i4", ("time",))
        clock.units = "minutes since 2001-01-01 00:00:00"
        clock[:] = [0, 60, 120, 180, 240, 300]
        # packed as whole tenths of a millimetre over an offset, a reading missing
        rain = file.createVariable("tp", "i2", ("time",), fill_value=-32768)
        rain.units, rain.scale_factor, rain.add_offset = "mm", 0.1, 1.0
        rain[:] = np.array([-10, 15, -10, -32768, 115, -10], dtype="i2")
    assert path.read_bytes()[:4] == b"\x89HDF"
    series = read_series(path)
    assert series.step_min == 60
    assert series.depth_mm.tolist() == pytest.approx([0.0, 2.5, 0.0, np.nan, 12.5, 0.0], nan_ok=True)
    assert flaws(series) == {"missing": 1}


def test_netcdf_4_without_its_library_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "r4.nc"
    with h5netcdf.File(path, "w") as file:
        file.dimensions = {"time": 1}
    monkeypatch.setitem(sys.modules, "h5netcdf", None)
    with pytest.raises(RainFileError) as refusal:
        read_series(path)
    assert refusal.value.rule == "netcdf4"
    assert "spongecalc[netcdf]" in text("rain.error.netcdf4", "en", file=path.name, found="")


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("a.xyz", "x", "unknown_format"),
        ("a.csv", "time,rain_mm\n", "one_reading"),
        ("a.dat", "S 2001 1\n", "not_of_its_format"),
        ("a.dly", "nothing", "empty"),
        ("a.nc", "CDFnothing", "not_of_its_format"),
    ],
)
def test_a_file_that_is_no_series_is_refused(tmp_path: Path, name: str, content: str, rule: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(RainFileError) as refusal:
        read_series(tmp_path / name)
    assert refusal.value.rule == rule


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RainFileError):
        read_series(tmp_path / "none.csv")


def test_snow_days_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("date,rain_mm,气温\n2001-01-01,10,-2\n2001-01-02,20,5\n2001-01-03,5,\n")
    assert read_series(path).daily_mm().tolist() == [20.0, 5.0]


def test_the_generated_series_matches_its_climate_and_says_that_it_is_generated() -> None:
    climate = climate_of("昆明")
    series = generated_series(climate, 10, 1)
    assert series.generated
    monthly = series.depth_mm.groupby(series.depth_mm.index.month).sum() / 10
    assert monthly.to_numpy() == pytest.approx(climate.rain_mm, rel=0.01)
    daily = series.daily_mm()
    wet = (daily >= 0.1).groupby(daily.index.month).sum() / 10
    assert wet.to_numpy() == pytest.approx(climate.rain_days, abs=2.5)
    again = generated_series(climate, 10, 1).depth_mm
    pd.testing.assert_series_equal(series.depth_mm, again)
    assert not np.array_equal(again.to_numpy(), generated_series(climate, 10, 2).depth_mm.to_numpy())

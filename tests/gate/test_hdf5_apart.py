"""NetCDF of version 4 is read by a process of its own: what holds or ends it is refused, the next is read."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from spongecalc.gate import hdf5_apart
from spongecalc.gate.cause import cause_of
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.limits import Limits
from spongecalc.gate.netcdf import opened
from spongecalc.gate.not_admitted import NotAdmittedError, TooLargeError
from spongecalc.gate.territory import claim

legacyapi = pytest.importorskip("h5netcdf.legacyapi")
# Harmless stand-ins for a library that a damaged file holds, one that it ends, and one that does not even work.
BUSY = "from spongecalc.gate.hdf5_worker import allow; input(); allow(0.1)\nwhile True: pass"
ENDED = "import sys; input(); sys.exit(3)"
IDLE = "import time; input(); time.sleep(600)"


def written(path: Path) -> Path:
    """A sound file: hours, rain as whole numbers with a mark for none, names of stations."""
    with legacyapi.Dataset(path, "w") as file:
        file.createDimension("time", 3)
        file.createDimension("station", 2)
        rain = file.createVariable("tp", "i2", ("time", "station"), fill_value=-1)
        rain.units, rain.scale_factor = "mm", 0.5
        rain[:] = np.arange(6, dtype="i2").reshape(3, 2)
        file.createVariable("station", str, ("station",))[:] = np.array(["东", "west"], dtype=object)
    return path


def test_a_sound_file_comes_whole(tmp_path: Path) -> None:
    path = written(tmp_path / "a.nc")
    with Entrance(path, "netcdf"), opened(path, classic=False) as held:
        assert set(held.variables) == {"tp", "station"}
        rain = held.variables["tp"]
        assert (rain.units, rain.scale_factor, rain._FillValue) == ("mm", 0.5, -1)
        assert rain.dimensions == ("time", "station")
        assert not hasattr(rain, "add_offset")
        assert rain[:].dtype == np.dtype("i2")
        assert rain[:].tolist() == [[0, 1], [2, 3], [4, 5]]
        assert held.variables["station"][:].tolist() == ["东", "west"]


def most_held_bytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_large_variable_comes_in_pieces(tmp_path: Path) -> None:
    """Two processes held it whole, and one of them twice."""
    path = tmp_path / "large.nc"
    with legacyapi.Dataset(path, "w") as file:
        file.createDimension("y", 5000)
        file.createDimension("x", 5000)
        large = file.createVariable("level", "f4", ("y", "x"), chunksizes=(500, 1000), fill_value=-1.0)
        large[1234, 4321] = 7.0
        file.createDimension("none", None)
        file.createVariable("empty", "f8", ("none",))
        file.createVariable("one", "f8")[...] = 3.0
    with Entrance(path, "netcdf"), opened(path, classic=False) as held:
        level = held.variables["level"][:]
        assert level.shape == (5000, 5000)
        assert (level[1234, 4321], int((level != -1.0).sum())) == (7.0, 1)
        assert held.variables["empty"][:].tolist() == []
        assert float(held.variables["one"][:]) == 3.0
        process = hdf5_apart._READER._process
        assert process is not None
        assert most_held_bytes(process.pid) < 250e6


@pytest.mark.parametrize(("program", "kind"), [(BUSY, "too_long"), (IDLE, "too_long"), (ENDED, "reader_ended")])
def test_what_holds_or_ends_the_process_is_told_and_the_next_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, kind: str
) -> None:
    path = written(tmp_path / "a.nc")
    monkeypatch.setattr(hdf5_apart, "LEAST_S", 0.1)
    if program == IDLE:
        monkeypatch.setattr(hdf5_apart, "START_S", 0.3)
    process = hdf5_apart.ReadingProcess(("-c", program))
    with pytest.raises(NotAdmittedError) as told:
        process.ask(path, ask="links", path=str(path))
    assert told.value.kind == kind
    for language in ("en", "zh"):
        assert "CSV" in cause_of(told.value).sentence(language)
    monkeypatch.setattr(hdf5_apart, "LEAST_S", 5.0)
    monkeypatch.setattr(hdf5_apart, "START_S", 60.0)
    process.program = hdf5_apart.PROGRAM
    assert process.ask(path, ask="links", path=str(path)) == ({"link": ""}, None)
    assert process.end() == 0


def test_a_damaged_file_is_told_in_the_words_of_its_library(tmp_path: Path) -> None:
    path = written(tmp_path / "a.nc")
    path.write_bytes(path.read_bytes()[:600])
    with pytest.raises(hdf5_apart.DamagedError, match="truncated"):
        hdf5_apart.refuse_hdf5_links(path)


def test_more_values_than_allowed_name_the_setting(tmp_path: Path) -> None:
    path = written(tmp_path / "a.nc")
    claim(tmp_path, limits=Limits(raster_limit=5))
    with Entrance(path, "netcdf"), opened(path, classic=False) as held, pytest.raises(TooLargeError) as told:
        held.variables["tp"][:]
    assert told.value.values["setting"] == "raster_limit"


def test_a_sound_file_is_read_where_a_queue_limits_processor_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("resource")
    monkeypatch.setattr(hdf5_apart, "LEAST_S", 100.0)
    path = written(tmp_path / "a.nc")
    limited = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (60, 60)); "
    process = hdf5_apart.ReadingProcess(
        ("-P", "-c", limited + "from spongecalc.gate.hdf5_worker import main; main()")
    )
    assert process.ask(path, ask="links", path=str(path)) == ({"link": ""}, None)
    process.end()

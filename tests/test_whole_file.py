"""Files are written whole or not at all, by whatever library; what fails is told with its file and cause."""

from __future__ import annotations

import ast
import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from affine import Affine
from shapely import Point
from xlsxwriter import Workbook

import spongecalc
from spongecalc.assess.review import DepthRaster
from spongecalc.report.tables.csv_tables import write_tables
from spongecalc.report.tables.depth_rasters import write_depth_rasters
from spongecalc.report.tables.geopackage import write_layers
from spongecalc.whole_file import named_error, part_file, part_of, replace_file, replace_files
from tests.disks import fill_up, small_disk

Write = Callable[[Path], object]


def points(count: int) -> gpd.GeoDataFrame:
    places = [Point(n, n) for n in range(count)]
    return gpd.GeoDataFrame({"name": [f"点{n:06d}" * 4 for n in range(count)]}, geometry=places, crs="EPSG:4543")


def raster(size: int) -> DepthRaster:
    depths = np.random.default_rng(1).random((size, size))
    return DepthRaster("Q_after_P3_level3", depths, Affine(1, 0, 500, 0, -1, 500))


def geopackage(folder: Path) -> object:
    return write_layers(folder / "a.gpkg", [("points", points(8000))])


def workbook(folder: Path) -> object:
    with part_file(folder / "a.xlsx") as part:
        book = Workbook(part)
        book.set_properties({"created": datetime(2000, 1, 1)})
        book.add_worksheet("a").write_column(0, 0, np.random.default_rng(2).random(40_000))
        return book.close()


def tables(folder: Path) -> object:
    return write_tables({"a": pd.DataFrame({"x": range(80_000)})}, folder)


def rasters(folder: Path) -> object:
    return write_depth_rasters([raster(600)], "EPSG:4543", folder)


def parquet(folder: Path) -> object:
    duckdb = pytest.importorskip("duckdb")
    with part_file(folder / "a.parquet") as part, duckdb.connect() as book:
        book.execute("create table a as select hash(range) as x from range(200000)")
        return book.execute(f"copy a to '{part}' (format parquet)")


def plain(folder: Path) -> object:
    return replace_file(folder / "a.inp", b"x" * 600_000, durable=True)


WRITES: dict[str, Write] = {f.__name__: f for f in (geopackage, workbook, tables, rasters, parquet, plain)}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 8_000_000) as mounted:
        if not mounted:
            pytest.skip("a small disk can only be mounted by root")
        yield tmp_path / "disk"


@pytest.mark.parametrize("name", list(WRITES))
@pytest.mark.parametrize("room", [0, 8_000])
def test_on_a_full_disk_what_was_there_stays_and_the_same_call_goes_on(disk: Path, name: str, room: int) -> None:
    write = WRITES[name]
    write(disk)
    wanted = {p: p.read_bytes() for p in disk.rglob("*") if p.is_file()}
    older = dict.fromkeys(wanted, b"older")
    for path, content in older.items():
        path.write_bytes(content)
    filler = fill_up(disk)
    os.truncate(filler, filler.stat().st_size - room)
    with pytest.raises(OSError) as failed:
        write(disk)
    assert failed.value.errno == errno.ENOSPC
    assert Path(str(failed.value.filename)) in wanted
    now = {p: p.read_bytes() for p in disk.rglob("*") if p.is_file() and p != filler}
    assert now == older
    filler.unlink()
    write(disk)
    assert {p: p.read_bytes() for p in disk.rglob("*") if p.is_file()} == wanted


LIMITED = """
import resource, sys
from pathlib import Path
from tests.test_whole_file import WRITES
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, resource.RLIM_INFINITY))
try:
    WRITES[sys.argv[1]](Path(sys.argv[2]))
except OSError as error:
    print(error.errno, Path(str(error.filename)).name, sorted(p.name for p in Path(sys.argv[2]).rglob("*.*")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits of the size of files are Linux's")
@pytest.mark.parametrize(
    "name, file", [("geopackage", "a.gpkg"), ("parquet", "a.parquet"), ("rasters", "Q_after_P3_level3.tif")]
)
def test_a_file_larger_than_files_may_be_is_told_so_without_root(
    tmp_path: Path, repository: Path, name: str, file: str
) -> None:
    paths = os.pathsep.join((str(repository), str(repository / "src")))
    words = [sys.executable, "-c", LIMITED, name, str(tmp_path)]
    said = subprocess.run(
        words, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": paths}
    )
    assert said.stdout == f"{errno.EFBIG} {file} []\n", said


def test_an_error_bears_the_name_of_the_file_and_not_of_its_part(tmp_path: Path) -> None:
    (tmp_path / "in the way").write_text("a file")
    with pytest.raises(OSError) as failed:
        replace_files({tmp_path / "in the way" / "a.csv": b"x"})
    assert failed.value.filename == str(tmp_path / "in the way" / "a.csv")
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(OSError) as failed:
        replace_file(tmp_path / "a.csv", b"x")
    assert failed.value.filename == str(tmp_path / "a.csv")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv", "in the way"]


def test_other_faults_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), named_error(tmp_path / "a"):
        raise ZeroDivisionError
    with pytest.raises(KeyError), part_file(tmp_path / "a.txt") as part:
        part.write_text("half")
        raise KeyError("a")
    assert list(tmp_path.iterdir()) == []


def test_parts_of_processes_that_are_gone_are_removed_and_those_of_others_stay(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    file = tmp_path / "layers.gpkg"
    own = part_of(file)
    gone = [own.with_name(own.name.replace(str(os.getpid()), str(ended.pid)) + end) for end in ("", "-journal")]
    others = [
        own.with_name(own.name.replace(str(os.getpid()), str(os.getppid()))),
        tmp_path / ".layers.mine.part.gpkg",
        tmp_path / ".layers.part.gpkg",
        tmp_path / f".other.{ended.pid}.part.gpkg",
    ]
    for path in (*gone, *others):
        path.write_bytes(b"half")
    replace_file(file, b"whole")
    assert set(tmp_path.iterdir()) == {file, *others}


# Files that the engine and libraries are given in scratch folders, and marks that mean nothing once half written.
MAY_WRITE = {
    "whole_file": "it is the one that does",
    "batch.engine_task": "scratch of a worker",
    "batch.watch": "a log, line by line",
    "swmm.foreign_copy": "scratch",
    "swmm.rebuilt_model": "scratch",
    "swmm.how_far": "scratch",
    "swmm.runoff_volumes": "scratch",
    "swmm.stepped_simulation": "scratch",
    "cli.roundtrip": "scratch",
    "overland.coupled_model": "the engine's input, which a later call writes again before it is read",
    "report.tables.taken_along": "within part_file",
}
WRITERS = {
    "write_text",
    "write_bytes",
    "copyfile",
    "copytree",
    "copy",
    "copy2",
    "to_csv",
    "to_file",
    "to_parquet",
}


def test_no_module_writes_a_file_of_the_users_in_another_way() -> None:
    root = Path(spongecalc.__file__).parent
    found = set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute | ast.Name):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            of = (
                node.func.value.id
                if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
                else ""
            )
            words = [
                a.value for a in (*node.args, *(k.value for k in node.keywords)) if isinstance(a, ast.Constant)
            ]
            opened = name == "open" and any(w in ("w", "wb", "a", "ab", "x", "xb", "r+b") for w in words)
            copied = name in WRITERS and (name not in ("copy", "copy2", "copyfile", "copytree") or of == "shutil")
            if opened or copied:
                found.add(".".join(path.relative_to(root).with_suffix("").parts))
    assert found <= set(MAY_WRITE), found - set(MAY_WRITE)
    assert set(MAY_WRITE) <= found, set(MAY_WRITE) - found

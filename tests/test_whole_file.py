"""Files are written whole or not at all, by whatever library; what fails is told with its file and cause."""

from __future__ import annotations

import ast
import errno
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
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
from spongecalc.cli.write_fault import write_fault
from spongecalc.network.ledger import AMOUNTS, KEYS, LEDGER_COLUMNS
from spongecalc.report.render.quantities_workbook import write_workbook
from spongecalc.report.render.workbook import xlsx_bytes
from spongecalc.report.tables import depth_rasters
from spongecalc.report.tables.csv_tables import write_tables
from spongecalc.report.tables.depth_rasters import write_depth_rasters
from spongecalc.report.tables.geopackage import write_layers
from spongecalc.whole_file import (
    LEFT_AFTER_H,
    IrregularError,
    UnreadableError,
    named_error,
    part_file,
    part_of,
    replace_file,
    replace_files,
)
from tests.disks import fill_up, small_disk
from tests.report.synthetic_review import synthetic_review

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


def results_workbook(folder: Path) -> object:
    review = synthetic_review()
    findings = pd.concat([review.tables["findings"]] * 200, ignore_index=True)
    large = replace(review, tables={**review.tables, "findings": findings})
    return replace_file(folder / "results.xlsx", xlsx_bytes(large, "en", folder))


def bill(folder: Path) -> object:
    key = {"community_id": "Q", "item": "pipe", "system": "storm", "status": "new", "diameter_mm": 300.0}
    amounts = dict.fromkeys(AMOUNTS, 1.0)
    features = [{**key, "layer": "pipes", "feature_id": f"P{n}", **amounts} for n in range(4000)]
    tables = {
        "quantities": pd.DataFrame([{**key, **amounts}], columns=[*KEYS, *AMOUNTS]),
        "quantity_features": pd.DataFrame(features, columns=LEDGER_COLUMNS),
    }
    return write_workbook(tables, folder / "quantities.xlsx", "en")


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


WRITES: dict[str, Write] = {
    f.__name__: f for f in (geopackage, workbook, results_workbook, bill, tables, rasters, parquet, plain)
}


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


def test_rasters_are_made_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of a county were all in memory before the first was written."""
    made: list[int] = []
    tiff = depth_rasters._tiff

    def counted(*of: object) -> bytes:
        made.append(len(list(tmp_path.rglob("*.part.*"))))
        return tiff(*of)  # type: ignore[arg-type]

    monkeypatch.setattr(depth_rasters, "_tiff", counted)
    several = [replace(raster(20), name=f"{name}_after_P3_level3") for name in "ABC"]
    files = write_depth_rasters(several, "EPSG:4543", tmp_path)
    # Before each was made, all before it had been written: each has a picture as well.
    assert made == [1, 3, 5]
    assert sorted(p.name for p in files) == sorted(
        f"{name}_after_P3_level3.{end}" for name in "ABC" for end in ("tif", "png")
    )


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


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_in_the_way_is_told_and_stays_and_no_other_file_is_written(tmp_path: Path) -> None:
    pipe = tmp_path / "b.csv"
    os.mkfifo(pipe)
    with pytest.raises(IrregularError) as failed:
        replace_files({tmp_path / "a.csv": b"x", pipe: b"x"})
    assert failed.value.filename == str(pipe)
    with pytest.raises(IrregularError):
        replace_file(pipe, b"x")
    with pytest.raises(IrregularError), part_file(pipe):
        pass
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]
    for lang, words in (("en", "is a pipe"), ("zh", "是管道")):
        said = write_fault(failed.value, tmp_path, lang)
        assert said.startswith("b.csv ")
        assert words in said


def test_other_faults_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), named_error(tmp_path / "a"):
        raise ZeroDivisionError
    with pytest.raises(KeyError), part_file(tmp_path / "a.txt") as part:
        part.write_text("half")
        raise KeyError("a")
    assert list(tmp_path.iterdir()) == []


def test_a_file_to_be_copied_that_cannot_be_read_keeps_its_own_name(tmp_path: Path) -> None:
    """The disk that takes no file, and the file that is not there, were told alike: as the file to be written."""
    gone, target = tmp_path / "survey" / "rain.dat", tmp_path / "copy" / "rain.dat"
    with pytest.raises(UnreadableError) as failed, part_file(target) as part:
        shutil.copyfile(gone, part)
    assert failed.value.errno == errno.ENOENT
    assert failed.value.filename == str(gone)
    for language, said in (("en", "survey/rain.dat cannot be read"), ("zh", "无法读取 survey/rain.dat")):
        assert said in write_fault(failed.value, tmp_path, language)
    # A copy that fails in its middle names both.
    gone.parent.mkdir()
    gone.write_bytes(b"rain")
    for number, file in ((errno.EIO, gone), (errno.ENOSPC, target)):
        with pytest.raises(OSError) as failed, part_file(target) as part:
            raise OSError(number, os.strerror(number), str(gone), None, str(part))
        assert failed.value.filename == str(file)
        assert isinstance(failed.value, UnreadableError) == (file == gone)
    # Of a library's own file beside the part, and of the folder that the file is to lie in.
    for about in (lambda part: f"{part}-journal", lambda part: part, lambda part: part.parent):
        with pytest.raises(OSError) as failed, part_file(target) as part:
            raise OSError(errno.EACCES, "no", str(about(part)))
        assert failed.value.filename == str(target)
        assert not isinstance(failed.value, UnreadableError)
    assert list(target.parent.iterdir()) == []


def test_parts_that_nobody_writes_any_more_are_removed_and_others_stay(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    file = tmp_path / "layers.gpkg"
    own = part_of(file)

    def of(process: int, system: str = "") -> Path:
        name = own.name.replace(f"-{os.getpid()}-", f"-{process}-")
        return own.with_name(name.replace(own.name.split(".")[2].partition("-")[0], system) if system else name)

    gone = [
        of(ended.pid),
        Path(f"{of(ended.pid)}-journal"),
        own,  # of an earlier process with this one's number
        of(1, "0000dead"),  # of another machine, which ended long ago
        tmp_path / ".layers.123456.part.gpkg",  # of an earlier version
    ]
    folder = part_of(file)
    others = [
        of(os.getppid()),
        of(ended.pid, "0000cafe"),
        tmp_path / ".layers.mine.part.gpkg",
        tmp_path / ".layers.part.gpkg",
        tmp_path / of(ended.pid).name.replace("layers", "other"),
    ]
    folder.mkdir()
    (folder / "page.html").write_bytes(b"half")
    for path in (*gone, *others):
        path.write_bytes(b"half")
    for path in gone[3:]:
        os.utime(path, (time.time() - (LEFT_AFTER_H + 1) * 3600,) * 2)
    replace_file(file, b"whole")
    assert set(tmp_path.iterdir()) == {file, *others}


def test_a_name_as_long_as_the_disk_takes_is_written_and_its_left_part_is_removed(tmp_path: Path) -> None:
    file = tmp_path / ("小区" * 41 + ".csv")
    assert len(file.name.encode()) == 250
    part_of(file).write_bytes(b"half")
    replace_file(file, b"whole")
    assert list(tmp_path.iterdir()) == [file]


def test_one_part_that_cannot_be_removed_keeps_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.csv"
    left = [part_of(file) for _ in range(4)]
    for path in left:
        path.write_bytes(b"half")
    unlink = Path.unlink

    def refuses_two(path: Path, *, missing_ok: bool = False) -> None:
        if path in left[1:3]:
            raise PermissionError(errno.EACCES, "no right", str(path))
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refuses_two)
    replace_file(file, b"whole")
    assert set(tmp_path.iterdir()) == {file, *left[1:3]}


def test_two_threads_write_one_file_and_neither_takes_the_others_part(tmp_path: Path) -> None:
    file, meet = tmp_path / "a.csv", threading.Barrier(2, timeout=60)
    places: list[Path] = []

    def written(content: bytes) -> None:
        with part_file(file) as part:
            places.append(part)
            part.write_bytes(content)
            meet.wait()  # both have begun, and neither is done
            replace_file(file, b"third")
            meet.wait()
            assert part.read_bytes() == content

    with ThreadPoolExecutor(2) as both:
        list(both.map(written, (b"one", b"two")))
    assert len(set(places)) == 2
    assert file.read_bytes() in (b"one", b"two")
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_is_looked_through_once_however_many_files_go_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2,000 files of a county took 12 s: the folder was listed for each of them."""
    listed: list[Path] = []
    scandir = os.scandir

    def counted(folder: Path) -> object:
        listed.append(Path(folder))
        return scandir(folder)

    files = {tmp_path / folder / f"{n}.svg": b"x" for folder in ("a", "b") for n in range(300)}
    left = part_of(tmp_path / "b" / "299.svg")
    left.parent.mkdir()
    left.write_bytes(b"half")
    monkeypatch.setattr(os, "scandir", counted)
    replace_files(files)
    assert sorted(listed) == [tmp_path / "a", tmp_path / "b"]
    assert not left.exists()
    assert set(tmp_path.rglob("*.svg")) == set(files)


# Files that the engine and libraries are given in scratch folders, and marks that mean nothing once half written.
MAY_WRITE = {
    "whole_file": "it is the one that does",
    "gate.geopackage_apart": "scratch: a copy that is read in its place",
    "gate.gml_apart": "scratch",
    "gate.vector_content": "scratch",
    "gate.without_types": "scratch",
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
            # Without a place it gives the text.
            made = name == "to_csv" and not (node.args or any(k.arg == "path_or_buf" for k in node.keywords))
            if opened or (copied and not made):
                found.add(".".join(path.relative_to(root).with_suffix("").parts))
    assert found <= set(MAY_WRITE), found - set(MAY_WRITE)
    assert set(MAY_WRITE) <= found, set(MAY_WRITE) - found

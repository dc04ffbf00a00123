"""Pipes, sockets and devices are not opened: nothing waits for what never comes."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from shapely import Point
from tests.small_project import write_one_square

from spongecalc.catalogue.catalogue import shipped
from spongecalc.gate import admission
from spongecalc.gate.entrance import FORMS, Entrance
from spongecalc.gate.input_refused import UnreadableError
from spongecalc.layers.sources.describe import describe
from spongecalc.layers.sources.form import read_raw
from spongecalc.layers.sources.raw import SourceRefusedError
from spongecalc.project.layer_source import LayerSource
from spongecalc.project.load import ProjectError, load_project
from spongecalc.steps import pipeline
from spongecalc.swmm.input_file import preflight
from spongecalc.swmm.water_balance import explain

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
POINTS = gpd.GeoDataFrame({"node_id": ["1"]}, geometry=[Point(540000, 2674000)], crs="EPSG:4543")


def pipe(path: Path) -> Path:
    """A named pipe that nobody writes to."""
    os.mkfifo(path)
    return path


@pytest.fixture(autouse=True)
def _held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the gate lets a pipe in, the test fails at once and does not wait."""
    opened = Path.open

    def refusing(path: Path, *given: object, **more: object) -> object:
        assert not path.is_fifo(), f"{path.name} is opened"
        return opened(path, *given, **more)

    monkeypatch.setattr(Path, "open", refusing)


@pytest.mark.parametrize("form", sorted({*FORMS} - {"database"}))
def test_a_pipe_is_no_file_of_any_form(tmp_path: Path, form: str) -> None:
    with pytest.raises(UnreadableError) as refused, Entrance(pipe(tmp_path / "a"), form):
        raise AssertionError
    assert refused.value.cause.kind == "irregular"
    assert "a is no regular file" in refused.value.cause.sentence("en")
    assert "a 不是普通文件" in refused.value.cause.sentence("zh")


def a_socket(path: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(os.fspath(path))
    return path


def a_link_to_a_device(path: Path) -> Path:
    path.symlink_to("/dev/zero")
    return path


@pytest.mark.parametrize("made", [a_socket, a_link_to_a_device])
def test_a_socket_and_a_device_are_none_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: Callable[[Path], Path]
) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket has to be short
    with pytest.raises(UnreadableError) as refused, Entrance(made(Path("a.csv")), "table"):
        raise AssertionError
    assert refused.value.cause.kind == "irregular"


def test_one_beside_a_shapefile_or_in_a_folder_is_not_opened_by_gdal(tmp_path: Path) -> None:
    pyogrio.write_dataframe(POINTS, tmp_path / "p.shp")
    (tmp_path / "p.dbf").unlink()
    pipe(tmp_path / "p.dbf")
    pyogrio.write_dataframe(POINTS, tmp_path / "p.gdb", driver="OpenFileGDB")
    pipe(tmp_path / "p.gdb" / "a00000001.spx")
    for name, inside in (("p.shp", "p.dbf"), ("p.gdb", "a00000001.spx")):
        with pytest.raises(UnreadableError) as refused, Entrance(tmp_path / name, "vector"):
            raise AssertionError
        assert inside in refused.value.cause.sentence("en")


def test_one_beside_that_has_another_name_hinders_nobody(tmp_path: Path) -> None:
    pyogrio.write_dataframe(POINTS, tmp_path / "p.shp")
    pipe(tmp_path / "other.shp")
    with Entrance(tmp_path / "p.shp", "vector"):
        assert not list(admission._strange_beside(tmp_path / "p.shp"))


@pytest.mark.parametrize("ending", ["gpkg", "csv", "tif", "xlsx", "kml", "xml", "dxf", "dat", "inp", "pdf"])
def test_a_source_that_is_a_pipe_is_refused_in_words(tmp_path: Path, ending: str) -> None:
    pipe(tmp_path / f"x.{ending}")
    for look in (
        lambda: describe(f"x.{ending}", tmp_path),
        lambda: read_raw(tmp_path, "nodes", LayerSource(source=f"x.{ending}"), shipped()),
    ):
        with pytest.raises(SourceRefusedError) as refused:
            look()
        assert refused.value.rule == "file.not_admitted"
        assert "no regular file" in str(refused.value.found["reason"])


def test_a_project_whose_delivery_is_a_pipe_is_checked_to_the_end(tmp_path: Path) -> None:
    project = write_one_square(tmp_path / "project")
    (project / "a.gpkg").unlink()
    pipe(project / "a.gpkg")
    found = pipeline.check(load_project(project)).findings
    assert {f.rule for f in found if f.severity == "error"} == {"file.not_admitted"}


def test_a_project_s_file_that_is_a_pipe_is_refused(tmp_path: Path) -> None:
    pipe(tmp_path / "spongecalc.toml")
    with pytest.raises(ProjectError, match=r"no regular file|不是普通文件"):
        load_project(tmp_path)


def test_a_model_that_is_a_pipe_does_not_go_to_the_engine(tmp_path: Path) -> None:
    content, message = preflight(pipe(tmp_path / "p.inp"))
    assert content == b""
    assert message is not None
    assert "no regular file" in explain(message, "en")[0]
    assert "不是普通文件" in explain(message, "zh")[0]

"""Files of forms that are not read: named as such, with what to do, whatever their names say."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import geopandas as gpd
import pyogrio
import pytest
from shapely import Point
from tests.small_project import CRS

from spongecalc.layers.finding import Finding
from spongecalc.layers.read import read_layers
from spongecalc.layers.sources.describe import describe
from spongecalc.layers.sources.raw import SourceRefusedError
from spongecalc.project.layer_source import LayerSource

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)

FILES = [
    ("plan.dwg", b"AC1032" + bytes(64), "drawing.dwg"),
    ("plan.dxf", b"AC1027" + bytes(64), "drawing.dwg"),
    ("house.skp", b"\xff\xfe\xff\x0eS\x00k\x00e\x00t\x00", "form.building_model"),
    ("house.rvt", COMPOUND, "form.building_model"),
    ("house.ifc", b"ISO-10303-21;\nHEADER;", "form.building_model"),
    ("plan.pdf", b"%PDF-1.7\n", "form.document"),
    ("plan.gpkg", b"%PDF-1.7\n", "form.document"),
    ("points.csv", b"%PDF-1.7\n", "form.document"),
    ("report.doc", COMPOUND, "form.document"),
    ("report.docx", b"PK\x03\x04" + bytes(40), "form.document"),
    ("plan.jpg", b"\xff\xd8\xff\xe0", "form.document"),
    ("points.xls", COMPOUND, "form.old_table"),
    ("points.et", COMPOUND, "form.old_table"),
    ("points.xlsx", COMPOUND, "form.locked_table"),
    ("layers.mdb", b"\x00\x01\x00\x00Standard Jet DB\x00", "form.old_table"),
    ("plan.dgn", COMPOUND, "form.dgn"),
    ("all.rar", b"Rar!\x1a\x07\x01\x00", "form.archive"),
    ("all.7z", b"7z\xbc\xaf\x27\x1c", "form.archive"),
    ("ground.las", b"LASF" + bytes(40), "form.point_cloud"),
    ("nodes.gpkg", b'<OGRVRTDataSource><OGRVRTLayer name="a"/></OGRVRTDataSource>', "form.pointer"),
    ("nodes.vrt", b"<?xml version='1.0'?>\n<!-- a -->\n<OGRVRTDataSource></OGRVRTDataSource>", "form.pointer"),
    ("service.geojson", b"<OGRWFSDataSource><URL>http://127.0.0.1/</URL></OGRWFSDataSource>", "form.pointer"),
    ("plan.qgz", b"PK\x03\x04" + bytes(40), "file.not_a_form"),
    ("plan", b"hello", "file.not_a_form"),
]


@pytest.mark.parametrize(("name", "content", "rule"), FILES, ids=[name for name, _, _ in FILES])
def test_a_form_that_is_not_read_is_named_with_what_to_do(
    tmp_path: Path, name: str, content: bytes, rule: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceRefusedError) as refusal:
        describe(name, tmp_path)
    assert refusal.value.rule == rule
    found = Finding(rule, found={"file": name, **refusal.value.found})
    assert "not a form that is read" in found.message("en") or "not of a form that is read" in found.message("en")
    assert "不是可读取的格式" in found.message("zh")
    assert "export it again" not in found.action("en")
    # As a layer of a project it is the same error.
    _, findings = read_layers(tmp_path, {"pipes": (LayerSource(source=name, crs=CRS),)}, CRS)
    assert [(f.rule, f.severity) for f in findings if f.feature.file == name] == [(rule, "error")]


def test_an_archive_without_layers_has_to_be_unpacked(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("read me.txt", "nothing here")
    with pytest.raises(SourceRefusedError) as refusal:
        describe("all.zip", tmp_path)
    assert refusal.value.rule == "form.archive"


def packed(path: Path, folder: Path, inside: str) -> str:
    """A .zip of the files of a folder, under the folder's name ``inside`` or none."""
    with ZipFile(path, "w") as archive:
        for part in sorted(folder.iterdir()):
            archive.write(part, f"{inside}{part.name}")
    return path.name


def test_an_archive_with_folders_is_told_how_it_is_read(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"a": ["1", "2"]}, geometry=[Point(102, 25), Point(103, 25)], crs="EPSG:4326")
    (tmp_path / "shp").mkdir()
    pyogrio.write_dataframe(frame, tmp_path / "shp" / "a.shp")
    pyogrio.write_dataframe(frame, tmp_path / "a.gdb", driver="OpenFileGDB")
    for name in (
        packed(tmp_path / "shp.zip", tmp_path / "shp", "shp/"),
        packed(tmp_path / "gdb.zip", tmp_path / "a.gdb", "a.gdb/"),
    ):
        with pytest.raises(SourceRefusedError) as refusal:
            describe(name, tmp_path)
        finding = Finding(refusal.value.rule, found={"file": name, "layer": "-", **refusal.value.found})
        assert "as it is packed" in finding.message("en")
        assert "in no folder, or a FileGDB with its folder, as NAME.gdb.zip" in finding.action("en")
        assert "名称.gdb.zip" in finding.action("zh")
    for name in (
        packed(tmp_path / "flat.zip", tmp_path / "shp", ""),
        packed(tmp_path / "b.gdb.zip", tmp_path / "a.gdb", "a.gdb/"),
    ):
        assert [(layer.count, layer.refusal) for layer in describe(name, tmp_path).layers] == [(2, None)]

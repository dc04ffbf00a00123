"""Numbers that GDAL takes in part come out of a vector file as the texts that they are."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from tests.small_project import SmallProject

from spongecalc.layers.sources.dbase_numbers import doubtful_numbers
from spongecalc.layers.sources.vector import read_vector
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline

LEVELS = [1.5, 98.5, 3.25, np.nan]


def layer(levels: list[float] = LEVELS) -> gpd.GeoDataFrame:
    count = len(levels)
    values = {"id": [f"p{n}" for n in range(count)], "level": levels, "n": range(1, count + 1)}
    return gpd.GeoDataFrame(values, geometry=[shapely.Point(n, 0) for n in range(count)], crs=4543)


def read(path: Path, name: str | None = None) -> pd.DataFrame:
    return read_vector(path, name, "nodes", None).frame


def changed_database(path: Path, *statements: str) -> Path:
    """A GeoPackage in which something is put without its triggers, as a script does."""
    with sqlite3.connect(path) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return path


def changed_table(path: Path, *changes: tuple[bytes, bytes]) -> Path:
    table = path.with_suffix(".dbf")
    data = table.read_bytes()
    for old, new in changes:
        assert data.count(old) == 1 and len(old) == len(new)
        data = data.replace(old, new)
    table.write_bytes(data)
    return path


@pytest.mark.parametrize("written", ["98,95", "98.x", "abc", "nan", "九十八"])
def test_a_text_in_a_column_of_numbers_is_read_as_it_is(tmp_path: Path, written: str) -> None:
    path = tmp_path / "nodes.gpkg"
    layer().to_file(path)
    changed_database(
        path, "DELETE FROM nodes WHERE id = 'p0'", f"UPDATE nodes SET level = '{written}' WHERE n = 2"
    )
    frame = read(path)
    assert frame["level"].tolist()[:2] == [written, 3.25] and pd.isna(frame["level"].iloc[2])
    assert frame["n"].dtype == np.int64 and frame.crs.to_epsg() == 4543


def test_a_fraction_in_a_column_of_whole_numbers_is_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "nodes.gpkg"
    layer().to_file(path)
    changed_database(
        path, "UPDATE nodes SET n = 2.75 WHERE id = 'p1'", "UPDATE nodes SET n = '4a' WHERE id = 'p2'"
    )
    assert read(path)["n"].tolist() == [1, "2.75", "4a", 4]


def test_a_view_of_a_database_is_looked_through(tmp_path: Path) -> None:
    path = tmp_path / "nodes.gpkg"
    layer().to_file(path)
    changed_database(
        path,
        "UPDATE nodes SET level = '98,95' WHERE id = 'p1'",
        "CREATE VIEW deep AS SELECT fid AS OGC_FID, id, level, geom FROM nodes WHERE n > 1",
        "INSERT INTO gpkg_contents (table_name, data_type, srs_id) VALUES ('deep', 'features', 4543)",
        "INSERT INTO gpkg_geometry_columns VALUES ('deep', 'geom', 'POINT', 4543, 0, 0)",
    )
    assert read(path, "deep")["level"].tolist()[:2] == ["98,95", 3.25]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (b"98,95", "98,95"),
        (b"9a.5 ", "9a.5"),
        (b"99 98", "99 98"),
        (b"98\x00.5", r"98\0.5"),
        (b"98.5.", "98.5."),
        (b"9-8.5", "9-8.5"),
        (b"1e+-2", "1e+-2"),
        (b"-    ", "-"),
        (b"*98.5", "*98.5"),
        ("九a ".encode("gbk") + b" ", "九a"),
        ("九a".encode() + b" ", "九a"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_bytes_of_a_table_that_are_no_number_are_a_text(
    tmp_path: Path, written: bytes, text: str, packed: bool
) -> None:
    path = tmp_path / "nodes.shp"
    layer().to_file(path)
    changed_table(path, (b"98.500000000000000", written.ljust(18)))
    if packed:
        with ZipFile(tmp_path / "nodes.zip", "w") as archive:
            for part in sorted(tmp_path.glob("nodes.*")):
                if part.suffix != ".zip":
                    archive.write(part, part.name)
        path = tmp_path / "nodes.zip"
    frame = read(path)
    assert frame["level"].tolist()[:3] == [1.5, text, 3.25] and pd.isna(frame["level"].iloc[3])
    assert frame["n"].tolist() == [1, 2, 3, 4]


def test_a_deleted_record_moves_no_text_to_another_feature(tmp_path: Path) -> None:
    path = tmp_path / "nodes.shp"
    layer().to_file(path)
    table = path.with_suffix(".dbf")
    data = bytearray(table.read_bytes())
    data[int.from_bytes(data[8:10], "little")] = ord("*")
    table.write_bytes(bytes(data))
    frame = read(changed_table(path, (b"3.250000000000000", b"3,25             ")))
    assert frame["id"].tolist() == ["p1", "p2", "p3"]
    assert frame["level"].tolist()[:2] == [98.5, "3,25"]


def test_a_fraction_in_a_whole_field_of_a_table_is_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "nodes.shp"
    layer().assign(n=[1001, 1002, 1003, 1004]).to_file(path)
    frame = read(changed_table(path, (b"1002", b"12.7"), (b"1003", b"13.0"), (b"1004", b"1e3 ")))
    assert frame["n"].tolist() == [1001, "12.7", 13, "1e3"]


@pytest.mark.parametrize(
    "written",
    [
        b"98.5",
        b"+98.5",
        b"9.85e+001",
        b"98.5\0\0",
        b"\0" * 18,
        b" " * 18,
        b"*" * 18,
        b"1.#QNAN",
        b".5",
        b"98.",
        b"NaN",
    ],
)
def test_a_sound_table_is_read_as_ever(tmp_path: Path, written: bytes) -> None:
    path = tmp_path / "nodes.shp"
    layer().to_file(path)
    changed_table(path, (b"98.500000000000000", written.ljust(18)))
    expected = pyogrio.read_dataframe(path)
    assert expected["level"].dtype == np.float64
    pd.testing.assert_frame_equal(pd.DataFrame(read(path)), pd.DataFrame(expected))


def test_a_table_that_ends_before_its_records_has_none() -> None:
    """The place of the records lies behind the end."""
    head = bytearray(65)
    head[4:12] = (5).to_bytes(4, "little") + (900).to_bytes(2, "little") + (11).to_bytes(2, "little")
    head[32:64] = b"level".ljust(11, b"\0") + b"N" + b"\0" * 4 + bytes([10, 3]) + b"\0" * 14
    assert list(doubtful_numbers(bytes(head))) == []
    assert list(doubtful_numbers(b"")) == []


@pytest.mark.parametrize("name", ["nodes.gpkg", "nodes.shp", "nodes.gml", "nodes.kml", "nodes.fgb", "nodes.mif"])
def test_sound_numbers_keep_their_types(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    drivers = {"nodes.mif": "MapInfo File", "nodes.kml": "LIBKML"}
    driver = {"driver": drivers[name]} if name in drivers else {}
    big = layer([1 / 3, -1e-17, 1e17, 98.123456789012])
    big.assign(big=[2**53 + 1, 2, 3, 4]).to_crs(4326 if name.endswith("kml") else 4543).to_file(path, **driver)
    frame, expected = read(path), pyogrio.read_dataframe(path)
    pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(expected))
    assert sorted(p.name for p in tmp_path.iterdir() if p.suffix == ".gfs") == []


def mif(folder: Path, lines: str, delimiter: str = ",") -> Path:
    path = folder / "nodes.mif"
    fields = "Columns 4\n  id Char(8)\n  level Float\n  n Integer\n  laid Date\nData\n"
    head = f'Version 300\nCharset "Neutral"\nDelimiter "{delimiter}"\n{fields}'
    path.write_text(head + "".join(f"Point {n} 0\n" for n in range(lines.count("\n"))))
    path.with_suffix(".mid").write_text(lines)
    return path


@pytest.mark.parametrize("day", ["20260601", "20260631"])
def test_texts_in_a_mif_are_read_as_they_are(tmp_path: Path, day: str) -> None:
    """A date that is no day beside them is one as well."""
    path = mif(tmp_path, f'"a","98,95",1,{day}\n"b",9x9,2.5,{day}\n"c",3.25,3,{day}\n')
    frame = read(path)
    assert frame["level"].tolist() == ["98,95", "9x9", 3.25]
    assert frame["n"].tolist() == [1, "2.5", 3]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["nodes.mid", "nodes.mif"]


def test_texts_in_a_mif_with_tabs_are_read_as_they_are(tmp_path: Path) -> None:
    path = mif(tmp_path, "a\t98,95\t1\t20260601\nb\t9.9\t2\t20260601\n", "\t")
    assert read(path)["level"].tolist() == ["98,95", 9.9]


@pytest.mark.parametrize("template", [False, True])
def test_texts_in_a_gml_with_its_schema_are_read_as_they_are(tmp_path: Path, template: bool) -> None:
    path = tmp_path / "nodes.gml"
    layer().to_file(path)
    if template:
        path.with_suffix(".xsd").unlink()
        pyogrio.read_dataframe(path)
        assert path.with_suffix(".gfs").is_file()
    text = path.read_text()
    assert "98.5" in text and ">3<" in text
    state = path.stat()
    path.write_text(text.replace("98.5", "98,95").replace(">3<", ">3x<"))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    frame = read(path)
    assert frame["level"].tolist()[:3] == [1.5, "98,95", 3.25] and pd.isna(frame["level"].iloc[3])
    assert frame["n"].tolist() == [1, 2, "3x", 4]


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Schema name="nodes" id="nodes">
<SimpleField name="level" type="double"/><SimpleField type="int" name="n"/></Schema><Folder><name>nodes</name>
{}</Folder></Document></kml>"""
PLACE = """<Placemark><ExtendedData><SchemaData schemaUrl="#nodes"><SimpleData name="level">{}</SimpleData>
<SimpleData name="n">{}</SimpleData></SchemaData></ExtendedData><Point><coordinates>109,24</coordinates></Point>
</Placemark>"""


@pytest.mark.parametrize("packed", [False, True])
def test_texts_in_a_kml_with_types_are_read_as_they_are(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "nodes.kml"
    path.write_text(KML.format(PLACE.format("98,95", "2") + PLACE.format("3.25", "2.5")))
    if packed:
        with ZipFile(tmp_path / "nodes.kmz", "w") as archive:
            archive.write(path, "doc.kml")
        path = tmp_path / "nodes.kmz"
    frame = read(path)
    assert frame["level"].tolist() == ["98,95", 3.25] and frame["n"].tolist() == [2, "2.5"]


def test_a_decimal_comma_counts_and_a_letter_is_named_at_its_feature(
    small_project: Callable[..., SmallProject],
) -> None:
    """Levels were 98 for both, without a word."""
    project = small_project()
    pipes = gpd.read_file(project.second, layer="pipes")
    first, second = pipes["pipe_id"].iloc[0], pipes["pipe_id"].iloc[1]
    column = next(c for c in pipes.columns if "invert" in c)
    changed_database(
        project.second,
        f"UPDATE pipes SET \"{column}\" = '98,95' WHERE pipe_id = '{first}'",
        f"UPDATE pipes SET \"{column}\" = '98.x' WHERE pipe_id = '{second}'",
    )
    found = pipeline.check(load_project(project.folder))
    read_ = found.layers["pipes"].set_index("pipe_id")
    assert read_.loc[first, column] == 98.95
    named = [(f.feature.feature_id, f.found["value"]) for f in found.findings if f.rule == "value.not_a_number"]
    assert named == [(second, "98.x")]

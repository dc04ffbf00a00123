"""The gate's vector drivers: only those of forms that are read, no way into the net, nothing put beside."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely import LineString, Point
from tests.listener import Listener, listening

from spongecalc.gate import vector
from spongecalc.gate.cause import cause_of
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.forms_by_name import VECTOR_DRIVERS
from spongecalc.gate.gdal_drivers import MEMORY, close_ways_out
from spongecalc.gate.gml_apart import FETCHED, schema_alone
from spongecalc.gate.input_refused import UnreadableError
from spongecalc.gate.limits import Limits
from spongecalc.gate.territory import claim

FRAME = gpd.GeoDataFrame(
    {"pipe_id": ["007", "8"], "dn": [300, 400]},
    geometry=[
        LineString([(540000, 2674000), (540010, 2674000)]),
        LineString([(540010, 2674000), (540020, 2674000)]),
    ],
    crs="EPSG:4543",
)
SOUND = {
    "gpkg": "GPKG",
    "shp": "ESRI Shapefile",
    "geojson": "GeoJSON",
    "fgb": "FlatGeobuf",
    "gdb": "OpenFileGDB",
    "gml": "GML",
    "kml": "KML",
    "tab": "MapInfo File",
    "mif": "MapInfo File",
}


def layer(path: Path) -> gpd.GeoDataFrame:
    """The only layer of a file, through the gate."""
    with Entrance(path, "vector", "pipes"):
        name = str(vector.list_layers(path)[0, 0])
        assert vector.read_info(path, layer=name)["driver"]
        return vector.read_dataframe(path, layer=name)


def refusal(path: Path) -> UnreadableError:
    """Why a file was refused, with words in both languages."""
    with pytest.raises(UnreadableError) as refused:
        layer(path)
    for language in ("zh", "en"):
        assert refused.value.cause.sentence(language)
    return refused.value


@pytest.fixture
def listener() -> Listener:
    """A listener that has not been asked when the test ends."""
    with listening() as heard:
        yield heard
        assert heard.asked == []


def test_only_listed_drivers_stay() -> None:
    close_ways_out()
    assert set(pyogrio.list_drivers()) <= {*VECTOR_DRIVERS, *MEMORY}
    assert set(VECTOR_DRIVERS) - set(pyogrio.list_drivers()) <= {"LIBKML"}


def test_the_drivers_are_closed_in_a_process_of_its_own(tmp_path: Path) -> None:
    """Whatever the environment says, and though pyogrio was loaded before."""
    (tmp_path / "a.csv").write_text("a\n1\n")
    code = (
        "import pyogrio, sys; from pathlib import Path; from spongecalc.gate import vector\n"
        "from spongecalc.gate.entrance import Entrance\n"
        "assert 'OGR_VRT' in pyogrio.list_drivers()\n"
        "try:\n    with Entrance(Path(sys.argv[1]), 'vector'): vector.list_layers(Path(sys.argv[1]))\n"
        "except Exception: pass\n"
        "assert 'OGR_VRT' not in pyogrio.list_drivers() and 'CSV' not in pyogrio.list_drivers()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.csv")],
        env={**os.environ, "PROJ_NETWORK": "ON"},
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("suffix", SOUND)
def test_each_form_is_read_and_nothing_is_put_beside_it(tmp_path: Path, suffix: str) -> None:
    frame = FRAME.to_crs("EPSG:4490") if suffix in ("geojson", "kml") else FRAME
    folder = tmp_path / "given"
    folder.mkdir()
    path = folder / f"pipes.{suffix}"
    pyogrio.write_dataframe(frame, path, driver=SOUND[suffix])
    before = {p: p.stat().st_mtime_ns for p in sorted(folder.rglob("*"))}
    read = layer(path)
    assert len(read) == 2
    if suffix != "kml":
        assert sorted(read["pipe_id"]) == ["007", "8"]
    assert {p: p.stat().st_mtime_ns for p in sorted(folder.rglob("*"))} == before


def test_a_gml_alone_gets_no_file_beside_it(tmp_path: Path) -> None:
    pyogrio.write_dataframe(FRAME, tmp_path / "pipes.gml", driver="GML")
    (tmp_path / "pipes.xsd").unlink()
    assert len(layer(tmp_path / "pipes.gml")) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["pipes.gml"]


def test_the_schema_of_a_gml_counts_but_what_it_includes_is_not_fetched(
    tmp_path: Path, listener: Listener
) -> None:
    pyogrio.write_dataframe(FRAME, tmp_path / "pipes.gml", driver="GML")
    schema = tmp_path / "pipes.xsd"
    text = schema.read_text(encoding="utf-8")
    at = text.index(">", text.index("<xs:schema")) + 1
    more = f'<xs:include schemaLocation="{listener.url}/a.xsd"/>'
    more += f'<xs:import namespace="b" schemaLocation="{listener.url}/b.xsd"/>'
    schema.write_text(text[:at] + more + text[at:], encoding="utf-8")
    assert list(layer(tmp_path / "pipes.gml")["pipe_id"]) == ["007", "8"]


@pytest.mark.parametrize("kind", ["include", "import", "redefine"])
def test_what_a_schema_includes_is_not_fetched_by_a_direct_way_either(
    tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """No proxy stands between: that nobody is asked is because there is no include left."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1,localhost")
    pyogrio.write_dataframe(FRAME, tmp_path / "pipes.gml", driver="GML")
    schema = tmp_path / "pipes.xsd"
    text = schema.read_text(encoding="utf-8")
    at = text.index(">", text.index("<xs:schema")) + 1
    more = f'<xs:{kind} schemaLocation="{listener.url}/a.xsd"></xs:{kind}>'
    schema.write_text(text[:at] + more + text[at:], encoding="utf-8")
    assert list(layer(tmp_path / "pipes.gml")["pipe_id"]) == ["007", "8"]


def test_a_schema_alone_holds_its_own_types_and_no_way_elsewhere() -> None:
    head, own = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">', '<xs:element name="a"/>'
    ways = "".join(f'<xs:{k} schemaLocation="b.xsd"><xs:annotation/></xs:{k}>' for k in FETCHED)
    given = f'{head}{ways}<xs:include schemaLocation="c.xsd"/>{own}</xs:schema>'
    assert schema_alone(given.encode()) == f"{head}{own}</xs:schema>".encode()
    assert schema_alone(b'<!DOCTYPE a [<!ENTITY e "b">]><a/>') is None
    assert schema_alone(b"<a>") is None


POINTERS = {
    "VRT": '<!-- a survey -->\n<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{there}</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>",
    "WFS": "<OGRWFSDataSource><URL>{url}/wfs?</URL></OGRWFSDataSource>",
    "CSW": "<?xml version='1.0'?><OGRCSWDataSource><URL>{url}/csw?</URL></OGRCSWDataSource>",
}


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson", "fgb", "kml", "gml", "tab", "vrt", "survey"])
@pytest.mark.parametrize("kind", POINTERS)
def test_a_file_that_points_elsewhere_is_named_under_any_name(
    tmp_path: Path, listener: Listener, suffix: str, kind: str
) -> None:
    pyogrio.write_dataframe(FRAME, tmp_path / "other.gpkg", driver="GPKG")
    path = tmp_path / f"pipes.{suffix}"
    path.write_text(POINTERS[kind].format(there=tmp_path / "other.gpkg", url=listener.url), encoding="utf-8")
    refused = refusal(path)
    assert refused.cause.kind == "pointer"
    assert kind in refused.cause.sentence("zh")


@pytest.mark.parametrize(("name", "driver"), [("a.gpkg", "GeoJSON"), ("a.geojson", "GPKG"), ("a.fgb", "GPKG")])
def test_another_form_under_the_name_of_one_is_named(tmp_path: Path, name: str, driver: str) -> None:
    ending = {"GeoJSON": "geojson", "GPKG": "gpkg"}[driver]
    pyogrio.write_dataframe(FRAME.to_crs("EPSG:4490"), tmp_path / f"b.{ending}", driver=driver)
    (tmp_path / f"b.{ending}").rename(tmp_path / name)
    refused = refusal(tmp_path / name)
    assert refused.cause.kind == "other_form"
    assert {"GeoJSON": "JSON", "GPKG": "GeoPackage"}[driver] in refused.cause.sentence("en")


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.sqlite", "a.mvt", "a.gmt"])
def test_a_driver_that_is_not_listed_is_not_asked(tmp_path: Path, name: str) -> None:
    """GDAL reads points of such a table; here tables go by a reader of their own."""
    path = tmp_path / name
    path.write_text("x,y,a\n1,2,3\n")
    assert refusal(path).cause.kind == "library"


@pytest.mark.parametrize("kind", ["link", "LINK", "url", "other"])
@pytest.mark.parametrize("key", ['"crs"', '"\\u0063rs"', '"CRS"'])
def test_a_crs_that_is_a_link_is_not_followed(tmp_path: Path, listener: Listener, kind: str, key: str) -> None:
    document = json.loads(FRAME.to_crs("EPSG:4490").to_json())
    place = {"href": f"{listener.url}/crs", "url": f"{listener.url}/crs", "type": "ogcwkt"}
    document["crs"] = {"type": kind, "properties": place}
    text = json.dumps(document).replace('"crs"', key, 1)
    (tmp_path / "pipes.geojson").write_text(text)
    assert refusal(tmp_path / "pipes.geojson").cause.kind == "pointer"
    with pytest.raises(UnreadableError), Entrance(tmp_path / "pipes.geojson", "vector"):
        vector.list_layers(BytesIO(text.encode()))


@pytest.mark.parametrize(
    "members",
    [
        '"type": "link", "TYPE": "name"',
        '"type": "link", "type": "name"',
        '"TYPE": "name", "type": "link"',
        '"type": "name", "Type": 5',
        '"properties": {"type": "name"}',
    ],
)
def test_a_crs_of_two_types_is_taken_for_a_link(tmp_path: Path, listener: Listener, members: str) -> None:
    """Which of them GDAL goes by is its own affair."""
    document = json.loads(FRAME.to_crs("EPSG:4490").to_json())
    document["crs"] = "HERE"
    place = f'{{{members}, "properties": {{"href": "{listener.url}/crs", "type": "ogcwkt"}}}}'
    (tmp_path / "pipes.geojson").write_text(json.dumps(document).replace('"HERE"', place))
    assert refusal(tmp_path / "pipes.geojson").cause.kind == "pointer"


def test_a_named_crs_and_a_field_of_that_name_are_none_of_it(tmp_path: Path) -> None:
    frame = FRAME.to_crs("EPSG:4490").assign(crs=["EPSG:4490", "link"], kind=["crs", "crs"])
    pyogrio.write_dataframe(frame, tmp_path / "pipes.geojson", driver="GeoJSON")
    assert "urn:ogc:def:crs" in (tmp_path / "pipes.geojson").read_text()
    assert list(layer(tmp_path / "pipes.geojson")["crs"]) == ["EPSG:4490", "link"]


@pytest.mark.parametrize("part", ["schema", "entity", "doctype", "include", "link"])
def test_a_gml_that_refers_to_addresses_asks_none(tmp_path: Path, listener: Listener, part: str) -> None:
    pyogrio.write_dataframe(FRAME, tmp_path / "pipes.gml", driver="GML")
    (tmp_path / "pipes.xsd").unlink()
    text = (tmp_path / "pipes.gml").read_text(encoding="utf-8")
    begin, rest = text.split("?>", 1)
    url = listener.url
    changed = {
        "schema": text.replace(
            "pipes.xsd", f"{url}/wfs?SERVICE=WFS&amp;REQUEST=DescribeFeatureType&amp;TYPENAME=a"
        ),
        "entity": f'{begin}?><!DOCTYPE a [<!ENTITY e SYSTEM "{url}/e">]>{rest.replace("007", "&e;")}',
        "doctype": f'{begin}?><!DOCTYPE a SYSTEM "{url}/a.dtd">{rest}',
        "include": text.replace(
            "007", f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{url}/i"/>'
        ),
        "link": text.replace("007", f'<a xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="{url}/x#a"/>'),
    }[part]
    (tmp_path / "pipes.gml").write_text(changed, encoding="utf-8")
    try:
        layer(tmp_path / "pipes.gml")
    except UnreadableError as refused:
        assert refused.cause.sentence("zh")
    assert {p.name for p in tmp_path.iterdir()} == {"pipes.gml"}


def test_a_kml_with_links_asks_none(tmp_path: Path, listener: Listener) -> None:
    url = listener.url
    (tmp_path / "pipes.kml").write_text(
        f'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><NetworkLink><Link><href>{url}/n'
        f"</href></Link></NetworkLink><Placemark><styleUrl>{url}/s#z</styleUrl><ExtendedData><SchemaData "
        f'schemaUrl="{url}/sch#s"><SimpleData name="q">1</SimpleData></SchemaData></ExtendedData><Point>'
        "<coordinates>102,24</coordinates></Point></Placemark></Document></kml>"
    )
    assert len(layer(tmp_path / "pipes.kml")) == 1


def test_a_layer_of_more_features_than_allowed_names_the_setting(tmp_path: Path) -> None:
    points = gpd.GeoDataFrame({"a": range(50)}, geometry=[Point(i, i) for i in range(50)], crs="EPSG:4543")
    pyogrio.write_dataframe(points, tmp_path / "nodes.gpkg", driver="GPKG")
    claim(tmp_path, limits=Limits(feature_limit=49))
    refused = refusal(tmp_path / "nodes.gpkg")
    for language in ("zh", "en"):
        sentence = refused.cause.sentence(language)
        assert "feature_limit" in sentence
        assert "50" in sentence
        assert "49" in sentence
    claim(tmp_path, limits=Limits(feature_limit=50))
    assert len(layer(tmp_path / "nodes.gpkg")) == 50


def test_a_zipped_shapefile_is_read_within_its_limits(tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    pyogrio.write_dataframe(FRAME, made / "pipes.shp", driver="ESRI Shapefile")
    path = tmp_path / "pipes.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for part in sorted(made.iterdir()):
            archive.write(part, part.name)
    assert len(layer(path)) == 2
    claim(tmp_path, limits=Limits(unpacked_limit_mb=0.0005))
    assert "unpacked_limit" in refusal(path).cause.sentence("en")


@pytest.mark.parametrize("name", ["pipes.shp", "PIPES.SHP"])
@pytest.mark.parametrize("ending", [".dbf", ".shx"])
def test_a_shapefile_without_its_table_or_index_names_what_is_missing(
    tmp_path: Path, name: str, ending: str
) -> None:
    """Without its table every pipe was told to have no size, no system and no id."""
    pyogrio.write_dataframe(FRAME, tmp_path / "pipes.shp", driver="ESRI Shapefile")
    for part in list(tmp_path.iterdir()):
        part.rename(part.with_name(f"{Path(name).stem}{part.suffix.upper() if name.isupper() else part.suffix}"))
    assert len(layer(tmp_path / name)) == 2
    part = next(p for p in tmp_path.iterdir() if p.suffix.lower() == ending)
    part.unlink()
    said = refusal(tmp_path / name).cause
    assert said.sentence("en").startswith(f"{Path(name).stem}{ending} is missing beside it")
    assert f"旁边缺少 {Path(name).stem}{ending}" in said.sentence("zh")


def test_a_geopackage_that_another_program_holds_or_that_was_copied_in_part_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "pipes.gpkg"
    pyogrio.write_dataframe(pd.concat([FRAME] * 400), path, driver="GPKG")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(sqlite3.OperationalError) as locked:
        sqlite3.connect(path, timeout=0).execute("SELECT * FROM pipes")
    assert "another program holds it" in cause_of(locked.value).sentence("en")
    holder.close()
    assert len(layer(path)) == 800
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "copied in part" in refusal(path).cause.sentence("en")


def test_a_text_larger_than_allowed_names_the_setting(tmp_path: Path) -> None:
    pyogrio.write_dataframe(FRAME.to_crs("EPSG:4490"), tmp_path / "pipes.geojson", driver="GeoJSON")
    claim(tmp_path, limits=Limits(text_limit_mb=0.0001))
    assert "text_limit" in refusal(tmp_path / "pipes.geojson").cause.sentence("en")


def test_a_part_of_a_shapefile_that_a_link_takes_outside_is_not_opened(tmp_path: Path) -> None:
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    for folder in (project, elsewhere):
        folder.mkdir()
        pyogrio.write_dataframe(FRAME, folder / "pipes.shp", driver="ESRI Shapefile")
    (project / "pipes.dbf").unlink()
    (project / "pipes.dbf").symlink_to(elsewhere / "pipes.dbf")
    claim(project)
    refused = refusal(project / "pipes.shp")
    assert refused.cause.kind == "outside"
    assert f'outside = ["{(elsewhere / "pipes.dbf").as_posix()}"]' in refused.cause.sentence("en")
    claim(project, ["../elsewhere"])
    assert len(layer(project / "pipes.shp")) == 2


@pytest.mark.parametrize("name", ["pipes.survey", "pipes.xsd"])
def test_a_text_larger_than_allowed_is_not_read_under_other_endings_or_beside(tmp_path: Path, name: str) -> None:
    """The look for links reads a GeoJSON of any name whole, and the schema of a GML."""
    if name.endswith(".xsd"):
        path = tmp_path / "pipes.gml"
        pyogrio.write_dataframe(FRAME, path, driver="GML")
        (tmp_path / name).write_text(f"<!--{' ' * 20_000}-->" + (tmp_path / name).read_text())
    else:
        path = tmp_path / name
        path.write_text(FRAME.to_crs("EPSG:4490").to_json() + " " * 20_000)
    assert len(layer(path)) == 2
    claim(tmp_path, limits=Limits(text_limit_mb=0.015))
    assert "text_limit" in refusal(path).cause.sentence("en")


def mapinfo_base(folder: Path) -> Path:
    folder.mkdir()
    pyogrio.write_dataframe(FRAME, folder / "base.tab", driver="MapInfo File")
    return folder / "base.tab"


def seamless(project: Path, base: str, line: str = '"\\IsSeamless" = "TRUE"') -> Path:
    """A table whose features lie in those that its rows name."""
    index = gpd.GeoDataFrame(
        {"Table": [base], "Description": ["a"]}, geometry=[Point(540000, 2674000).buffer(50)]
    )
    pyogrio.write_dataframe(index.set_crs("EPSG:4543"), project / "pipes.tab", driver="MapInfo File")
    table = project / "pipes.tab"
    table.write_text(table.read_text() + f"begin_metadata\n{line}\nend_metadata\n")
    return table


def zipped(table: Path) -> Path:
    path = table.with_suffix(".zip")
    with ZipFile(path, "w") as archive:
        for part in table.parent.glob("pipes.*"):
            if part != path:
                archive.write(part, part.name.replace(".tab", ".TAB"))
    return path


@pytest.mark.parametrize("line", ['"\\IsSeamless" = "TRUE"', '\t "\\ISSEAMLESS" = "true"'])
@pytest.mark.parametrize("given", ["table", "folder", "zip"])
def test_a_mapinfo_table_that_is_made_of_others_is_not_opened(tmp_path: Path, given: str, line: str) -> None:
    project = tmp_path / "project"
    project.mkdir()
    mapinfo_base(tmp_path / "elsewhere")
    claim(project)
    table = seamless(project, "../elsewhere/base.tab", line)
    refused = refusal({"table": table, "folder": project, "zip": zipped(table)}[given])
    assert refused.cause.kind == "pointer"
    assert "MapInfo" in refused.cause.sentence("zh")


def test_a_view_of_mapinfo_is_not_opened(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    mapinfo_base(tmp_path / "elsewhere")
    (project / "pipes.tab").write_text(
        '!table\n!version 100\n\n  open  table "../elsewhere/base.tab" hide\n'
        "Create View pipes As\nSelect * From base\n"
    )
    assert refusal(project / "pipes.tab").cause.kind == "pointer"


@pytest.mark.parametrize("given", ["table", "folder", "zip"])
def test_a_mapinfo_table_that_says_it_is_not_made_of_others_is_read(tmp_path: Path, given: str) -> None:
    table = seamless(tmp_path, "base.tab", '"\\IsSeamless" = "FALSE"')
    read = layer({"table": table, "folder": tmp_path, "zip": zipped(table)}[given])
    assert list(read["Table"]) == ["base.tab"]


@pytest.mark.parametrize("damage", ["extra", "directory"])
def test_an_archive_that_cannot_be_listed_is_not_left_to_gdal(tmp_path: Path, damage: str) -> None:
    """GDAL reads one of which a member's extra field is damaged, and would not have been told of its members."""
    document = json.dumps({**json.loads(FRAME.to_crs("EPSG:4490").to_json()), "crs": {"type": "link"}})
    path = tmp_path / "pipes.zip"
    member = ZipInfo("pipes.geojson")
    member.extra = b"\x99\x99\x04\0abcd"
    with ZipFile(path, "w") as archive:
        archive.writestr(member, document)
    data = path.read_bytes()
    at = data.rindex(b"\x99\x99\x04\0")
    change = b"\x01\0\xff\0" if damage == "extra" else b""
    path.write_bytes(data[:at] + change + data[at + 4 :])
    refused = refusal(path)
    assert refused.cause.kind == "damaged_archive"
    assert not refused.cause.turned_away


def test_of_the_files_of_a_folder_only_those_that_go_with_one_are_asked_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pyogrio.write_dataframe(FRAME, tmp_path / "pipes.shp", driver="ESRI Shapefile")
    for number in range(50):
        (tmp_path / f"other{number}.shp").touch()
    asked: list[str] = []
    told = Path.lstat

    def lstat(path: Path) -> os.stat_result:
        asked.append(path.name)
        return told(path)

    monkeypatch.setattr(Path, "lstat", lstat)
    assert len(layer(tmp_path / "pipes.shp")) == 2
    assert asked
    assert {name.partition(".")[0] for name in asked} == {"pipes"}

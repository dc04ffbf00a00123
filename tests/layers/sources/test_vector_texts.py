"""Texts of vector files: names cut within a character, labels that say nothing or the wrong thing, archives."""

from __future__ import annotations

import json
import re
import struct
import tomllib
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely import LineString, Point
from typer.testing import CliRunner

from spongecalc.cli.app import app
from spongecalc.layers.mapping import fields_of
from spongecalc.layers.read import read_layers
from spongecalc.layers.sources.dbase_text import shapefile_encoding
from spongecalc.layers.sources.describe import describe
from spongecalc.layers.sources.raw import RawLayer, SourceRefusedError
from spongecalc.layers.sources.text_encoding import codec_named, decoded, recognised_encoding
from spongecalc.layers.sources.vector import list_layers, read_vector
from spongecalc.project.layer_source import LayerSource

GRID = "EPSG:4543"
LINES = [LineString([(540000, 2674000), (540030, 2674000)]), LineString([(540000, 2674010), (540030, 2674010)])]


def shapefile(
    folder: Path,
    names: list[str],
    encoding: str,
    values: tuple[str, ...] = ("混凝土", "检查井"),
    *,
    of_values: str | None = None,
    cpg: str | None = None,
    driver: int = 0,
) -> Path:
    """A Shapefile whose table is written byte by byte: names cut at ten bytes, values at twenty."""
    path = folder / "pipes.shp"
    frame = gpd.GeoDataFrame(
        {"a": range(len(values))}, geometry=[Point(540000 + n, 0) for n in range(len(values))]
    )
    pyogrio.write_dataframe(frame.set_crs(GRID), path, driver="ESRI Shapefile")
    path.with_suffix(".cpg").unlink()
    head = bytearray(
        struct.pack("<BBBBIHH20x", 3, 119, 1, 1, len(values), 32 + 32 * len(names) + 1, 1 + 20 * len(names))
    )
    head[29] = driver
    for name in names:
        head += name.encode(encoding)[:10].ljust(11, b"\0") + b"C\0\0\0\0" + bytes([20, 0]) + b"\0" * 14
    head += b"\r"
    for value in values:
        head += b" " + value.encode(of_values or encoding)[:20].ljust(20) * len(names)
    path.with_suffix(".dbf").write_bytes(bytes(head) + b"\x1a")
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg, encoding="utf-8")
    return path


def fields(raw: RawLayer) -> list[str]:
    return [c for c in raw.frame.columns if c != "geometry"]


@pytest.mark.parametrize("cpg", [None, "UTF-8", "OEM"])
@pytest.mark.parametrize("values", [("混凝土", "检查井"), ("A", "B")])
def test_names_cut_within_a_character_are_read_to_the_last_whole_one(
    tmp_path: Path, cpg: str | None, values: tuple[str, ...]
) -> None:
    """Four characters of three bytes are twelve: the tenth byte is the first of the fourth."""
    path = shapefile(tmp_path, ["管线编号", "地面高程值", "管径"], "utf-8", values, cpg=cpg)
    raw = read_vector(path, None, "pipes", None)
    assert fields(raw) == ["管线编", "地面高", "管径"]
    assert raw.frame["管径"].tolist() == list(values)
    assert shapefile_encoding(path) == "UTF-8"
    assert bool(raw.notes) == (cpg != "UTF-8")


def test_a_file_that_gdal_itself_wrote_with_long_names(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"管线点编号": ["甲1", "乙2"], "地面高程": [1.5, 2.5]}, geometry=LINES, crs=GRID)
    path = tmp_path / "pipes.shp"
    pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile", encoding="UTF-8")
    raw = read_vector(path, None, "pipes", None)
    assert all("\ufffd" not in f for f in fields(raw))
    assert raw.frame.iloc[:, 0].tolist() == ["甲1", "乙2"]
    assert fields(raw)[0].startswith("管线点")
    assert fields(raw)[1].startswith("地面高")


def test_two_names_that_are_the_same_once_cut_are_told_apart(tmp_path: Path) -> None:
    raw = read_vector(shapefile(tmp_path, ["管线编号一", "管线编号二"], "utf-8"), None, "pipes", None)
    assert fields(raw) == ["管线编", "管线编_2"]


def test_a_value_cut_within_a_character_keeps_what_is_whole(tmp_path: Path) -> None:
    """Seven characters are 21 bytes in a field of 20."""
    path = shapefile(tmp_path, ["材质"], "utf-8", ("混凝土混凝土管", "砖"))
    assert read_vector(path, None, "pipes", None).frame["材质"].tolist() == ["混凝土混凝土", "砖"]


@pytest.mark.parametrize(
    ("encoding", "cpg", "driver", "said"),
    [
        ("gbk", "ANSI 936", 0, True),
        ("gbk", "936", 0, True),
        ("gbk", "GBK", 0, True),
        ("gbk", "GB2312", 0, True),
        ("gbk", "OEM", 0, False),
        ("gbk", "SYSTEM", 0, False),
        ("gbk", "UTF-8", 0, False),
        ("gbk", "ISO-8859-1", 0, False),
        ("gbk", "nonsense", 0, False),
        ("gbk", None, 0x4D, True),
        ("gbk", None, 0x57, False),
        ("utf-8", "OEM", 0, False),
        ("utf-8", "GBK", 0, False),
        ("utf-8", "\ufeffUTF-8", 0, True),
        ("big5", "ANSI 950", 0, True),
        ("big5", None, 0x4F, True),
    ],
)
def test_labels_beside_a_table(
    tmp_path: Path, encoding: str, cpg: str | None, driver: int, *, said: bool
) -> None:
    names, values = (["管線"], ("混凝土", "檢查井")) if encoding == "big5" else (["管线"], ("混凝土", "检查井"))
    raw = read_vector(shapefile(tmp_path, names, encoding, values, cpg=cpg, driver=driver), None, "pipes", None)
    assert fields(raw) == names
    assert raw.frame[names[0]].tolist() == list(values)
    assert [n.rule for n in raw.notes] == ([] if said else ["encoding.recognised"])


def test_names_and_values_in_two_encodings(tmp_path: Path) -> None:
    raw = read_vector(shapefile(tmp_path, ["材质"], "utf-8", of_values="gbk"), None, "pipes", None)
    assert raw.frame["材质"].tolist() == ["混凝土", "检查井"]


def test_western_texts_stay_western(tmp_path: Path) -> None:
    raw = read_vector(
        shapefile(tmp_path, ["Straße"], "cp1252", ("Béton", "Grès"), cpg="1252"), None, "pipes", None
    )
    assert raw.frame["Straße"].tolist() == ["Béton", "Grès"]
    assert recognised_encoding([b"Stra\xdfe", b"B\xe9ton"], "ISO-8859-1") == "iso8859-1"


def test_a_stated_encoding_that_is_not_the_files_is_named(tmp_path: Path) -> None:
    path = shapefile(tmp_path, ["材质"], "gbk")
    for encoding, rule in (("UTF-8", "encoding.not_this"), ("klingon", "file.unreadable")):
        with pytest.raises(SourceRefusedError) as refusal:
            read_vector(path, None, "pipes", encoding)
        assert refusal.value.rule == rule
    assert read_vector(path, None, "pipes", "GBK").frame["材质"].tolist() == ["混凝土", "检查井"]
    layers, findings = read_layers(
        tmp_path, {"pipes": (LayerSource(source="pipes.shp", encoding="UTF-8"),)}, GRID
    )
    told = next(f for f in findings if f.rule == "encoding.not_this")
    assert layers["pipes"].empty
    assert "pipes.shp" in told.message("en")
    assert "UTF-8" in told.message("zh")


def test_bytes_of_no_encoding_are_kept_with_a_mark_and_said(tmp_path: Path) -> None:
    path = shapefile(tmp_path, ["材质"], "gbk")
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace("检查井".encode("gbk"), b"A\xff\xff\xff\xffB"))
    raw = read_vector(path, None, "pipes", None)
    assert raw.frame["材质"].tolist() == ["混凝土", "A\ufffd\ufffd\ufffd\ufffdB"]
    assert [(n.rule, n.found.get("count")) for n in raw.notes] == [
        ("encoding.recognised", None),
        ("encoding.unread", 1),
    ]


def test_pieces_by_hand() -> None:
    whole = "地面高程".encode()
    assert decoded(whole[:10], "utf-8") == "地面高"
    assert decoded("A管".encode("gbk"), "utf-8") is None
    assert decoded("甲1".encode(), "gb18030") is None
    assert recognised_encoding([b"abc"]) is None
    assert recognised_encoding(["A管".encode("gbk"), "B井".encode("gbk")]) == "GB18030"
    assert codec_named("ANSI 936") == "GB18030"
    assert codec_named("OEM") is None
    with pytest.raises(LookupError):
        codec_named("klingon")


KML = """<?xml version="1.0" encoding="{encoding}"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>d</name>
<Schema name="p" id="p"><SimpleField name="管径" type="string"/><SimpleField name="埋深" type="float"/></Schema>
<Folder><name>{layer}</name>
<Placemark><name>P1</name><ExtendedData><SchemaData schemaUrl="#p"><SimpleData name="管径">DN300</SimpleData>
<SimpleData name="埋深">1.5</SimpleData></SchemaData></ExtendedData>
<LineString><coordinates>102.4,24.17 102.401,24.17</coordinates></LineString></Placemark>
<Placemark><name>P2</name><ExtendedData><SchemaData schemaUrl="#p"><SimpleData name="管径">混凝土</SimpleData>
</SchemaData></ExtendedData>
<LineString><coordinates>102.4,24.18 102.401,24.18</coordinates></LineString></Placemark>
</Folder></Document></kml>"""


def kml(layer: str = "雨水管", encoding: str = "UTF-8") -> bytes:
    return KML.format(layer=layer, encoding=encoding).encode("gbk" if encoding != "UTF-8" else "utf-8")


def archive(folder: Path, **members: bytes) -> Path:
    path = folder / "pipes.kmz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name.replace("__", "/") + ".kml", content)
        made.writestr("files/icon.png", b"\x89PNG")
    return path


def test_a_kmz_keeps_the_fields_of_its_kml(tmp_path: Path) -> None:
    (tmp_path / "pipes.kml").write_bytes(kml())
    plain = read_vector(tmp_path / "pipes.kml", None, "pipes", None).frame
    packed = read_vector(archive(tmp_path, doc=kml()), None, "pipes", None).frame
    assert {"管径", "埋深"} <= set(plain.columns)
    pd.testing.assert_frame_equal(pd.DataFrame(packed), pd.DataFrame(plain))
    assert packed["管径"].tolist() == ["DN300", "混凝土"]
    assert packed.crs == plain.crs


def test_every_document_of_a_kmz_is_there(tmp_path: Path) -> None:
    path = archive(tmp_path, doc=kml("雨水管"), files__more=kml("污水管"), files__again=kml("雨水管"))
    assert list_layers(path) == ["雨水管", "files/again/雨水管", "污水管"]
    assert len(read_vector(path, "污水管", "pipes", None).frame) == 2
    seen = describe("pipes.kmz", tmp_path)
    assert [s.name for s in seen.layers] == list_layers(path)
    assert all("管径" in [f.name for f in s.fields] for s in seen.layers)


@pytest.mark.parametrize(("encoding", "said"), [("GBK", True), ("gb2312", True), ("GB18030", True)])
@pytest.mark.parametrize("packed", [False, True])
def test_kml_in_other_encodings(tmp_path: Path, encoding: str, *, said: bool, packed: bool) -> None:
    content = kml(encoding=encoding)
    path = archive(tmp_path, doc=content) if packed else tmp_path / "pipes.kml"
    if not packed:
        path.write_bytes(content)
    raw = read_vector(path, None, "pipes", None)
    assert raw.frame["管径"].tolist() == ["DN300", "混凝土"]
    assert bool(raw.notes) is not said


def test_kml_that_says_utf_8_and_is_not(tmp_path: Path) -> None:
    path = tmp_path / "pipes.kml"
    path.write_bytes(KML.format(layer="雨水管", encoding="UTF-8").encode("gbk"))
    raw = read_vector(path, None, "pipes", None)
    assert raw.frame["管径"].tolist() == ["DN300", "混凝土"]
    assert [(n.rule, n.found["encoding"]) for n in raw.notes] == [("encoding.recognised", "GB18030")]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken"], ids=["empty", "broken"])
def test_an_archive_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pipes.kmz").write_bytes(content)
    with pytest.raises(SourceRefusedError):
        read_vector(tmp_path / "pipes.kmz", None, "pipes", None)
    with zipfile.ZipFile(tmp_path / "none.kmz", "w") as made:
        made.writestr("readme.txt", "no map")
    with pytest.raises(SourceRefusedError) as refusal:
        read_vector(tmp_path / "none.kmz", None, "pipes", None)
    assert "no .kml" in str(refusal.value.found["reason"])


@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig", "utf-16"])
def test_geojson_in_other_encodings(tmp_path: Path, encoding: str) -> None:
    frame = gpd.GeoDataFrame({"材质": ["混凝土", "砖"]}, geometry=LINES, crs=GRID).to_crs("EPSG:4490")
    path = tmp_path / "pipes.geojson"
    path.write_bytes(json.dumps(json.loads(frame.to_json()), ensure_ascii=False).encode(encoding))
    for stated in (None, "GBK") if encoding == "gbk" else (None,):
        raw = read_vector(path, None, "pipes", stated)
        assert raw.frame["材质"].tolist() == ["混凝土", "砖"]
    assert list_layers(path) == ["pipes"]


def test_gml_and_gpx_in_gbk(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"材质": ["混凝土", "砖"]}, geometry=LINES, crs=GRID)
    path = tmp_path / "pipes.gml"
    pyogrio.write_dataframe(frame, path, driver="GML")
    text = path.read_text(encoding="utf-8")
    path.write_bytes(text.replace("utf-8", "GBK", 1).encode("gbk"))
    raw = read_vector(path, None, "pipes", None)
    assert raw.frame["材质"].tolist() == ["混凝土", "砖"]
    assert raw.frame.crs == CRS_OF_GRID
    gpx = (
        '<?xml version="1.0" encoding="GB2312"?><gpx version="1.1" creator="x" '
        'xmlns="http://www.topografix.com/GPX/1/1"><wpt lat="24.1" lon="102.4"><name>井一</name></wpt></gpx>'
    )
    (tmp_path / "wells.gpx").write_bytes(gpx.encode("gbk"))
    assert read_vector(tmp_path / "wells.gpx", "waypoints", "nodes", None).frame["name"].tolist() == ["井一"]


CRS_OF_GRID = gpd.GeoSeries([], crs=GRID).crs


def mapinfo(folder: Path, suffix: str, charset: str, *, names: bool = True) -> Path:
    """A MapInfo file in GBK as GDAL writes it, with Chinese names, and the character set that is asked for."""
    frame = gpd.GeoDataFrame({"no": ["甲1", "乙2"], "mat": ["混凝土", "砖"]}, geometry=LINES, crs=GRID)
    path = folder / f"pipes.{suffix}"
    pyogrio.write_dataframe(
        frame,
        path,
        driver="MapInfo File",
        layer_options={"ENCODING": "CP936"},
        **({"dataset_options": {"FORMAT": "MIF"}} if suffix == "mif" else {}),
    )
    head = path.read_bytes()
    assert b"WindowsSimpChinese" in head
    if names:
        head = head.replace(b"  no Char", "  编号 Char".encode("gbk")).replace(
            b"  mat Char", "  材质 Char".encode("gbk")
        )
    path.write_bytes(head.replace(b"WindowsSimpChinese", charset.encode()))
    return path


@pytest.mark.parametrize("suffix", ["tab", "mif"])
@pytest.mark.parametrize("encoding", [None, "GBK", "CP936", "GB18030"])
@pytest.mark.parametrize("charset", ["WindowsSimpChinese", "Neutral", "WindowsLatin1", "UTF-8"])
def test_mapinfo_texts_are_decoded_once(tmp_path: Path, suffix: str, encoding: str | None, charset: str) -> None:
    raw = read_vector(mapinfo(tmp_path, suffix, charset), None, "pipes", encoding)
    assert fields(raw) == ["编号", "材质"]
    assert raw.frame["编号"].tolist() == ["甲1", "乙2"]
    assert raw.frame["材质"].tolist() == ["混凝土", "砖"]
    said = encoding is not None or charset == "WindowsSimpChinese"
    assert [n.rule for n in raw.notes] == ([] if said else ["encoding.recognised"])


def test_mapinfo_in_a_western_set_stays_western(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"rue": ["Béton", "Grès"]}, geometry=LINES, crs=GRID)
    pyogrio.write_dataframe(
        frame, tmp_path / "pipes.tab", driver="MapInfo File", layer_options={"ENCODING": "CP1252"}
    )
    raw = read_vector(tmp_path / "pipes.tab", None, "pipes", None)
    assert raw.frame["rue"].tolist() == ["Béton", "Grès"]
    assert raw.notes == ()


@pytest.mark.parametrize(("suffix", "driver"), [("gpkg", "GPKG"), ("fgb", "FlatGeobuf"), ("geojson", "GeoJSON")])
def test_an_encoding_stated_for_a_form_that_is_utf_8_does_no_harm(
    tmp_path: Path, suffix: str, driver: str
) -> None:
    frame = gpd.GeoDataFrame({"材质": ["混凝土", "砖"]}, geometry=LINES, crs=GRID)
    if driver == "GeoJSON":
        frame = frame.to_crs("EPSG:4490")
    path = tmp_path / f"pipes.{suffix}"
    pyogrio.write_dataframe(frame, path, driver=driver, layer="pipes")
    # FlatGeobuf has an order of its own
    assert set(read_vector(path, None, "pipes", "GBK").frame["材质"]) == {"混凝土", "砖"}


@pytest.mark.parametrize("name", ["land.xml", "words.json"])
def test_what_is_no_form_is_said_to_be_none(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('{"a": 1}' if name.endswith("json") else "<Land/>")
    with pytest.raises(SourceRefusedError) as refusal:
        describe(name, tmp_path)
    assert refusal.value.rule == "file.not_a_form"


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.geojson", "a.kml", "a.tab"])
def test_a_broken_file_of_a_form_is_broken_and_not_of_another_form(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"not what the ending says")
    with pytest.raises(SourceRefusedError) as refusal:
        describe(name, tmp_path)
    assert refusal.value.rule == "file.unreadable"


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson"])
def test_sources_shows_empty_columns_of_any_type(tmp_path: Path, suffix: str) -> None:
    """A column of dates without a date ended in a TypeError."""
    frame = gpd.GeoDataFrame(
        {
            "node_id": ["A", "B"],
            "survey_date": pd.Series([pd.NaT, pd.NaT], dtype="datetime64[ms]"),
            "note": pd.Series([None, None], dtype=object),
            "level": pd.Series([None, None], dtype=float),
        },
        geometry=[Point(540000, 2674000), Point(540030, 2674000)],
        crs=GRID,
    )
    if suffix == "geojson":
        frame = frame.to_crs("EPSG:4490")
    pyogrio.write_dataframe(frame, tmp_path / f"nodes.{suffix}", layer="nodes")
    seen = describe(f"nodes.{suffix}", tmp_path).layers[0]
    held = {f.name.lower()[:10]: f for f in seen.fields}
    assert held["survey_dat"].filled == 0
    assert held["survey_dat"].examples == ()
    assert held["node_id"].filled == 2
    assert seen.meant_for == "nodes"
    assert next(line for line in seen.draft.splitlines() if line.startswith("# empty")).count("survey_dat") == 1


def test_a_layer_is_drafted_by_its_own_id(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"pipe_id": ["P1", "P2"], "survey_date": pd.Series([pd.NaT, pd.NaT], dtype="datetime64[ms]")},
        geometry=LINES,
        crs=GRID,
    )
    pyogrio.write_dataframe(frame, tmp_path / "no_dates.gpkg", layer="no_dates")
    seen = describe("no_dates.gpkg", tmp_path).layers[0]
    assert seen.meant_for == "pipes"
    assert seen.draft.startswith('[[layers.pipes]]\nsource = "no_dates.gpkg"')
    assert "# empty 没有值的字段: survey_date" in seen.draft
    assert [(f.name, f.kind, f.filled) for f in seen.fields] == [
        ("pipe_id", "text", 2),
        ("survey_date", "date", 0),
    ]


@pytest.mark.filterwarnings("ignore:Column names longer than 10 characters")
def test_names_that_a_shapefile_cuts_are_drafted_as_check_reads_them(tmp_path: Path) -> None:
    columns = {
        "pipe_id": ["P1", "P2"],
        "invert_up_m": 1.0,
        "invert_down_m": 0.9,
        "diameter_mm": 300.0,
        "note": "x",
    }
    gpd.GeoDataFrame({**columns, "community_id": "A"}, geometry=LINES, crs=GRID).to_file(tmp_path / "pipes.shp")
    draft = describe("pipes.shp", tmp_path).layers[0].draft
    drafted = tomllib.loads(draft)["layers"]["pipes"][0]["fields"]
    assert drafted == {
        "invert_up_m": "invert_up_",
        "invert_down_m": "invert_dow",
        "diameter_mm": "diameter_m",
        "community_id": "community_",
    }
    source = LayerSource(source="pipes.shp", layer="pipes")
    _, read = fields_of("pipes", source, read_vector(tmp_path / "pipes.shp", None, "pipes", None))
    assert read == drafted


@pytest.mark.parametrize(("language", "word"), [("en", "date"), ("zh", "日期")])
def test_the_command_sources_shows_a_column_of_dates(tmp_path: Path, language: str, word: str) -> None:
    """A column that is a date by its type had no word in the language files: the command ended in a KeyError."""
    frame = gpd.GeoDataFrame(
        {
            "pipe_id": ["P1", "P2"],
            "survey_date": pd.Series([pd.NaT, pd.NaT], dtype="datetime64[ms]"),
            "built": pd.Series(["2005-05-04", None], dtype="datetime64[ms]"),
        },
        geometry=LINES,
        crs=GRID,
    )
    pyogrio.write_dataframe(frame, tmp_path / "dates.gpkg", layer="dates")
    result = CliRunner().invoke(app, ["sources", str(tmp_path / "dates.gpkg"), "--lang", language])
    assert result.exit_code == 0, result.exception
    rows = {
        cells[1]: cells[2:] for line in result.stdout.splitlines() if len(cells := re.split(r"\s*│\s*", line)) > 4
    }
    assert rows["survey_date"][:2] == [word, "0"]
    assert rows["built"][:3] == [word, "1", "2005-05-04 00:00:00"]


@pytest.mark.parametrize(("encoding", "kept"), [("utf-8", "管线编"), ("gbk", "管线唯一编")])
def test_the_full_name_in_the_mapping_finds_the_field_cut_within_a_character(
    tmp_path: Path, encoding: str, kept: str
) -> None:
    """Ten bytes hold three characters and a third in UTF-8, five in GBK."""
    full = {"utf-8": "管线编号", "gbk": "管线唯一编号码"}[encoding]
    shapefile(tmp_path, [full, "材质"], encoding, values=("Y1", "Y2"), cpg=encoding)
    source = LayerSource(source="pipes.shp", fields={"node_id": full}, filter={full: ["Y1", "Y2"]})
    layers, findings = read_layers(tmp_path, {"nodes": (source,)}, GRID)
    assert list(layers["nodes"]["node_id"]) == ["Y1", "Y2"]
    told = [f for f in findings if f.rule == "fields.cut_short"]
    assert [f.found["pairs"] for f in told] == [f"{full} = {kept}"]


def test_two_full_names_with_one_beginning_are_not_guessed(tmp_path: Path) -> None:
    shapefile(tmp_path, ["起点管底高程", "点号"], "utf-8", values=("1.2", "1.3"), cpg="utf-8")
    fields = {"invert_m": "起点管底高程", "depth_m": "起点管底埋深"}
    _, findings = read_layers(tmp_path, {"nodes": (LayerSource(source="pipes.shp", fields=fields),)}, GRID)
    (missing,) = [f for f in findings if f.rule == "field.missing"]
    assert set(str(missing.found["fields"]).split(", ")) == set(fields.values())


def test_a_cut_name_that_may_be_a_level_or_a_depth_is_not_read(tmp_path: Path) -> None:
    """起点管 of 起点管底埋深 was taken for 起点管底高程: a depth of 1.2 m as a level of 1.2 m."""
    lines = gpd.GeoDataFrame({"起点管": [1.2, 1.3], "管线编": ["a", "b"]}, geometry=LINES, crs=GRID)
    pyogrio.write_dataframe(lines, tmp_path / "pipes.gpkg", layer="pipes", driver="GPKG")
    layers, findings = read_layers(tmp_path, {"pipes": (LayerSource(source="pipes.gpkg"),)}, GRID)
    pipes = layers["pipes"]
    assert list(pipes["pipe_id"]) == ["a", "b"]
    assert pipes["invert_up_m"].isna().all()
    assert pipes["depth_up_m"].isna().all()
    (told,) = [f for f in findings if f.rule == "fields.unclear"]
    assert told.found["field"] == "起点管"
    assert "起点管底高程 (invert_up_m)" in str(told.found["meanings"])
    assert "(depth_up_m)" in str(told.found["meanings"])
    # With the line that it asks for, the field is read.
    said = LayerSource(source="pipes.gpkg", fields={"depth_up_m": "起点管"})
    layers, findings = read_layers(tmp_path, {"pipes": (said,)}, GRID)
    assert list(layers["pipes"]["depth_up_m"]) == [1.2, 1.3]
    assert not [f for f in findings if f.rule == "fields.unclear"]


@pytest.mark.parametrize(
    "cpg", ["\ufeffUTF-8\0", "\0", "UTF-8\0\0GBK", "nonsense", "hex", "rot13", "idna", "undefined"]
)
@pytest.mark.parametrize(("encoding", "driver"), [("utf-8", 0), ("gb18030", 0), ("big5", 0x78)])
def test_a_label_that_nobody_can_use_is_as_none(tmp_path: Path, cpg: str, encoding: str, driver: int) -> None:
    """Texts are told by their bytes then, and by what the table's own head says."""
    path = shapefile(tmp_path, ["管徑", "材質"], encoding, ("混凝土管", "聯絡井"), driver=driver)
    unlabelled = read_vector(path, None, "pipes", None)
    path.with_suffix(".cpg").write_text(cpg, encoding="utf-8")
    raw = read_vector(path, None, "pipes", None)
    assert fields(raw) == ["管徑", "材質"]
    assert raw.frame["管徑"].tolist() == ["混凝土管", "聯絡井"]
    assert raw.notes == unlabelled.notes
    assert describe("pipes.shp", tmp_path).layers[0].count == 2


@pytest.mark.parametrize("label", ["UTF-8\0", "\0", "hex", "rot13", "base64", "idna", "punycode", "undefined"])
def test_a_label_of_no_encoding_of_texts_is_unknown(label: str) -> None:
    with pytest.raises(LookupError):
        codec_named(label)

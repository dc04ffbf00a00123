"""Sources of every form, read into the contract: sizes, survey tables, drawings, models, look-ups, filters."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pyogrio
import pytest
from pyproj import CRS
from shapely import LineString, Point
from tests import survey_forms
from tests.small_project import joined, write_small_project

from spongecalc.catalogue.size_text import Size, parse_size
from spongecalc.layers.provenance import read_flags
from spongecalc.layers.read import read_layers
from spongecalc.layers.sources.dbase_text import shapefile_encoding
from spongecalc.layers.sources.describe import describe
from spongecalc.project.layer_source import LayerSource
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.model_files import write_models

GRID = "EPSG:4543"


def read(folder: Path, wanted: str, **source: object):
    """One layer of one source, and what was found."""
    layers, findings = read_layers(folder, {wanted: (LayerSource(**source),)}, GRID)
    return layers[wanted], [f for f in findings if f.feature.layer == wanted]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("DN300", Size(300, stated=True)),
        ("φ300", Size(300, stated=True)),
        ("d400", Size(400, stated=True)),
        ("300X400", Size(width_mm=300, height_mm=400)),
        ("0.3×0.4m", Size(width_mm=300, height_mm=400, stated=True)),
        ("0.3m", Size(300, stated=True)),
        ("30 cm", Size(300, stated=True)),
        ("300", Size(300)),
        ("三百", None),
        ("DN three hundred", None),
    ],
)
def test_sizes_as_they_are_written(text: str, size: Size | None) -> None:
    assert parse_size(text) == size


def test_a_point_table_gives_nodes_and_each_line_once(tmp_path: Path) -> None:
    """Three wells in a row; every line stands in the table from both ends, the second against the fall."""
    head = ["物探点号", "连接点号", "特征", "附属物", "X", "Y", "地面高程", "埋深", "管径", "材质", "埋设年代"]
    rows = [
        ["YS1", "YS2", None, "雨水口", 2674008, 540010, 100.0, 1.0, "DN300", "砼", 2015],
        ["YS2", "YS1", "直线点", "检查井", 2674008, 540040, 100.0, 1.3, "DN300", "砼", 2015],
        [None, "YS3", None, None, None, None, None, 1.2, "300X400", "砖", None],
        ["YS3", "YS2", None, "检查井", 2674008, 540060, 100.0, 0.9, "300X400", "砖", None],
    ]
    survey_forms.write_sheet(tmp_path / "points.xlsx", "点成果表", head, rows)
    same = {"source": "points.xlsx", "crs": GRID, "constants": {"system": "storm", "status": "existing"}}
    nodes, _ = read(tmp_path, "nodes", **same)
    assert nodes["node_id"].tolist() == ["YS1", "YS2", "YS3"]
    assert nodes["kind"].tolist() == ["inlet", "manhole", "manhole"]
    assert nodes["depth_m"].tolist() == [1.0, 1.3, 0.9]
    assert nodes.geometry.tolist() == [Point(540010, 2674008), Point(540040, 2674008), Point(540060, 2674008)]
    pipes, findings = read(tmp_path, "pipes", **same)
    assert list(zip(pipes["from_node"], pipes["to_node"], strict=True)) == [("YS1", "YS2"), ("YS3", "YS2")]
    assert pipes["depth_up_m"].tolist() == [1.0, 0.9]
    assert pipes["depth_down_m"].tolist() == [1.3, 1.2]
    assert pipes["diameter_mm"].tolist()[0] == 300
    assert pipes.loc[1, ["shape", "width_mm", "height_mm"]].tolist() == ["rect_closed", 300, 400]
    assert pipes.geometry[0].equals(LineString([(540010, 2674008), (540040, 2674008)]))
    assert next(f for f in findings if f.rule == "survey.direction").found["turned"] == 1
    assert read_flags(pipes.loc[0, "flags"])["diameter_mm"] == "mapped"


def test_a_heading_of_two_rows_under_a_title(tmp_path: Path) -> None:
    """X and Y stand under one title, feature and attachment under another, as deliverables print them."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "雨水管线点成果表"
    for row in (
        ["点成果表"],
        [
            "图上点号",
            "连接点号",
            "管线点类别",
            None,
            "平面坐标(m)",
            None,
            "地面高程(m)",
            "管底埋深(m)",
            "管径(mm)",
        ],
        [None, None, "特征", "附属物", "X", "Y", None, None, None],
        ["YS1", "YS2", "直线点", "检查井", 2674010, 540010, "1536.50", "1.20", "DN\uff13\uff10\uff10"],
        ["YS2", "YS1", "出水口", "出水口", 2674010, 540040, "1536.40", "1.35", "DN300"],
    ):
        sheet.append(row)
    sheet.merge_cells("E2:F2")
    book.save(tmp_path / "points.xlsx")
    same = {"source": "points.xlsx", "crs": GRID, "constants": {"system": "storm", "status": "existing"}}
    nodes, _ = read(tmp_path, "nodes", **same)
    assert nodes.geometry.tolist() == [Point(540010, 2674010), Point(540040, 2674010)]
    assert nodes[["node_id", "ground_m", "depth_m", "kind"]].to_numpy().tolist() == [
        ["YS1", 1536.5, 1.2, "manhole"],
        ["YS2", 1536.4, 1.35, "outfall"],
    ]
    pipes, _ = read(tmp_path, "pipes", **same)
    assert pipes[["from_node", "to_node", "diameter_mm"]].to_numpy().tolist() == [["YS1", "YS2", 300.0]]
    seen = describe("points.xlsx", tmp_path).layers[0]
    assert seen.meant_for == "nodes, pipes"
    assert 'system = "storm"' in seen.draft


def test_encodings_are_recognised_by_the_bytes(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"材质": ["混凝土"]}, geometry=[LineString([(0, 0), (9, 0)])], crs=GRID)
    for encoding, seen in (("GBK", "GB18030"), ("UTF-8", "UTF-8")):
        path = tmp_path / f"{seen}.shp"
        pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile", encoding=encoding)
        path.with_suffix(".cpg").unlink()
        assert shapefile_encoding(path) == seen
        pipes, findings = read(tmp_path, "pipes", source=path.name)
        assert pipes["material"].tolist() == ["混凝土"]
        assert "encoding.recognised" in {f.rule for f in findings}


@pytest.mark.parametrize(
    ("suffix", "driver"), [("geojson", "GeoJSON"), ("fgb", "FlatGeobuf"), ("gdb", "OpenFileGDB")]
)
def test_other_vector_files(tmp_path: Path, suffix: str, driver: str) -> None:
    frame = gpd.GeoDataFrame(
        {"pipe_id": ["A"], "diameter_mm": [300.0]},
        geometry=[LineString([(540010, 2674008), (540040, 2674008)])],
        crs=GRID,
    )
    if driver == "GeoJSON":
        frame = frame.to_crs("EPSG:4490")
    pyogrio.write_dataframe(frame, tmp_path / f"pipes.{suffix}", driver=driver, layer="pipes")
    pipes, _ = read(tmp_path, "pipes", source=f"pipes.{suffix}", crs="EPSG:4490" if driver == "GeoJSON" else None)
    assert pipes["diameter_mm"].tolist() == [300.0]
    assert pipes.geometry.length[0] == pytest.approx(30, abs=0.01)


def test_look_ups_filters_and_values(tmp_path: Path) -> None:
    """A catalogue of types gives size and material; a code that it lacks is named; another system is left out."""
    frame = gpd.GeoDataFrame(
        {
            "编号": ["A", "B", "C"],
            "类型": [1.0, 2.0, 9.0],
            "类别": ["雨水", "雨水", "燃气"],
            "状态": ["在用"] * 3,
        },
        geometry=[LineString([(540010, 2674008 + n), (540040, 2674008 + n)]) for n in range(3)],
        crs=GRID,
    )
    pyogrio.write_dataframe(frame, tmp_path / "pipes.gpkg", driver="GPKG")
    (tmp_path / "types.csv").write_bytes("代码,管径,材质\n1,DN300,砼\n".encode("gbk"))
    look = {
        "source": "types.csv",
        "field": "类型",
        "key": "代码",
        "take": {"diameter_mm": "管径", "material": "材质"},
    }
    pipes, findings = read(
        tmp_path,
        "pipes",
        source="pipes.gpkg",
        filter={"类别": ["雨水", "污水"]},
        lookups=[look],
    )
    assert pipes["pipe_id"].tolist() == ["A", "B"]
    assert pipes["system"].tolist() == ["storm", "storm"]
    assert pipes["status"].tolist() == ["existing", "existing"]
    assert pipes["diameter_mm"][0] == 300
    assert np.isnan(pipes["diameter_mm"][1])
    assert read_flags(pipes["flags"][0])["diameter_mm"] == "mapped"
    assert next(f for f in findings if f.rule == "filter.left_out").found["count"] == 1
    assert next(f for f in findings if f.rule == "lookup.unknown").found["values"] == "2.0"


def test_sizes_and_materials_beside_lines_of_a_drawing(tmp_path: Path) -> None:
    import ezdxf

    document = ezdxf.new("R2000")
    space = document.modelspace()
    space.add_line((540010, 2674008), (540040, 2674008), dxfattribs={"layer": "YS"})
    space.add_line((540010, 2674108), (540040, 2674108), dxfattribs={"layer": "YS"})
    space.add_line((540010, 2674208), (540040, 2674208), dxfattribs={"layer": "GAS"})
    space.add_text("DN400 HDPE", height=1).set_placement((540025, 2674009))
    document.saveas(tmp_path / "plan.dxf")
    pipes, findings = read(tmp_path, "pipes", source="plan.dxf", layer="YS", crs=GRID)
    assert len(pipes) == 2
    assert pipes["diameter_mm"][0] == 400
    assert pipes["material"].tolist() == ["HDPE", None]
    assert np.isnan(pipes["diameter_mm"][1])
    assert {s.name: s.count for s in describe("plan.dxf", tmp_path).layers} == {"0": 1, "GAS": 1, "YS": 2}
    assert not [f for f in findings if f.severity == "error"]
    _, missing = read(tmp_path, "pipes", source="plan.dxf", layer="WS", crs=GRID)
    assert [(f.rule, f.found["available"]) for f in missing if f.severity == "error"] == [
        ("layer.missing", "0, GAS, YS")
    ]


def test_a_model_becomes_layers(tmp_path: Path) -> None:
    """The small project's own model, read back: the same nodes, pipes, levels and sizes."""
    project = write_small_project(tmp_path / "project")
    built = pipeline.build(pipeline.check(load_project(project.folder)))
    write_models(built)
    (tmp_path / "hand.inp").write_bytes((project.folder / "swmm_models" / "A" / "after.inp").read_bytes())
    constants = {"system": "storm", "status": "existing"}
    nodes, _ = read(tmp_path, "nodes", source="hand.inp", constants=constants, crs=GRID)
    pipes, _ = read(tmp_path, "pipes", source="hand.inp", constants=constants, crs=GRID)
    given = joined([("A", 0)])
    for frame, layer, key, columns in (
        (nodes, "nodes", "node_id", ["invert_m"]),
        (pipes, "pipes", "pipe_id", ["invert_up_m", "invert_down_m", "diameter_mm", "roughness"]),
    ):
        own = given[layer].set_index(key)
        own = own[own["status"] == "proposed"]
        again = frame.set_index(key)
        # Gutters before the grates, and where water leaves over the ground, are the model's own.
        again = again[~again.index.str.contains("__")]
        assert sorted(again.index) == sorted(own.index)
        for column in columns:
            np.testing.assert_allclose(again[column].loc[own.index].astype(float), own[column].astype(float))
        assert all(again.geometry[i].equals(own.geometry[i]) for i in own.index)
    surfaces, _ = read(tmp_path, "surfaces", source="hand.inp", constants={"cover": "green"}, crs=GRID)
    assert len(surfaces)
    assert surfaces.geometry.is_valid.all()


def test_us_units_become_metres(tmp_path: Path) -> None:
    (tmp_path / "us.inp").write_text(
        "[OPTIONS]\nFLOW_UNITS CFS\n[JUNCTIONS]\nA 10 5\nB 9 5\n[CONDUITS]\nP A B 100 0.013 0 0\n"
        "[XSECTIONS]\nP CIRCULAR 1 0 0 0\n[COORDINATES]\nA 0 0\nB 30 0\n",
        encoding="utf-8",
    )
    nodes, findings = read(tmp_path, "nodes", source="us.inp", crs=GRID)
    assert nodes["invert_m"].tolist() == pytest.approx([3.048, 2.7432])
    assert nodes["ground_m"].tolist() == pytest.approx([4.572, 4.2672])
    pipes, _ = read(tmp_path, "pipes", source="us.inp", crs=GRID)
    assert pipes["diameter_mm"].tolist() == pytest.approx([304.8])
    assert "model.us_units" in {f.rule for f in findings}


def test_sources_drafts_a_mapping_that_reads(tmp_path: Path) -> None:
    """The draft of Chinese GBK Shapefiles is taken as it is: no value is missed that the names tell."""
    import tomllib

    frames = joined([("A", 0)])
    pipes = survey_forms.in_chinese("pipes", frames["pipes"]).rename(
        columns={"pipe_id": "管线编号", "system": "类别", "diameter_mm": "管径", "status": "状态"}
    )
    pyogrio.write_dataframe(pipes, tmp_path / "pipes.shp", driver="ESRI Shapefile", encoding="GBK")
    seen = describe("pipes.shp", tmp_path)
    layer = seen.layers[0]
    assert (layer.meant_for, layer.count, CRS.from_user_input(layer.crs)) == (
        "pipes",
        3,
        CRS.from_user_input(GRID),
    )
    block = tomllib.loads(layer.draft)["layers"]["pipes"][0]
    assert block["fields"]["diameter_mm"] == "管径"
    drafted, _ = read(tmp_path, "pipes", **block)
    assert drafted["system"].tolist() == frames["pipes"]["system"].tolist()
    assert drafted["status"].tolist() == frames["pipes"]["status"].tolist()
    assert drafted["diameter_mm"].tolist() == frames["pipes"]["diameter_mm"].tolist()


@pytest.mark.parametrize("name", ["bad.xlsx", "bad.dxf", "bad.inp", "bad.gpkg", "bad.csv"])
def test_a_file_that_is_none_gets_a_message(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x00\xff\xfe nothing of the kind \x81")
    frame, findings = read(tmp_path, "pipes", source=name, crs=GRID)
    assert frame.empty
    errors = [f for f in findings if f.severity == "error"]
    assert len(errors) == 1
    assert errors[0].feature.file == name
    for language in ("zh", "en"):
        assert name in errors[0].message(language) or errors[0].rule == "field.missing"

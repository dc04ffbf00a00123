"""Survey workbooks as they are delivered: several sheets, continuation rows, both ends, units, feet, old forms.

Right values are worked by hand from the rows that each test writes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from shapely import LineString
from tests.planting import add
from tests.small_project import ORIGIN_X as X
from tests.small_project import ORIGIN_Y as Y
from tests.small_project import SmallProject

from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.read import read_layers
from spongecalc.layers.sources.describe import describe
from spongecalc.project.layer_source import LayerSource
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline

HEAD = ["点号", "连接点号", "特征", "附属物", "X", "Y", "地面高程", "埋深", "管径", "材质"]


def row(name: object, other: object, x: float, y: float, depth: object, size: object = 300, material: str = "砼"):
    """A row of a point table; x and y are metres east and north of a corner."""
    return [name, other, "直线点", "检查井", Y + y, X + x, 100, depth, size, material]


def write(path: Path, **sheets: list[list[object]]) -> openpyxl.Workbook:
    """A workbook with a sheet for each name, and its rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for one in rows:
            sheet.append(one)
    book.save(path)
    return book


def source(file: str = "s.xlsx", layer: str | None = None, system: str = "storm", **more: object) -> LayerSource:
    """A source of a survey table."""
    constants = {"system": system, "status": "proposed"}
    return LayerSource(source=file, layer=layer, crs="EPSG:4543", constants=constants, **more)


def read(folder: Path, *sources: LayerSource) -> tuple[LayerSet, list[Finding]]:
    """Nodes and pipes of the sources, and what was found."""
    layers, findings = read_layers(folder, {"nodes": sources, "pipes": sources}, "EPSG:4543")
    return layers, list(findings)


def found(findings: list[Finding], rule: str) -> list[tuple[str, dict[str, object]]]:
    """The features that a rule was found at, and what it says."""
    return [(f.feature.feature_id, f.found) for f in findings if f.rule == rule]


def test_a_sewage_point_connects_to_a_rain_point_of_another_sheet(tmp_path: Path) -> None:
    """From (40, 30) to (50, 25): sqrt(100 + 25) = 11.18 m."""
    write(
        tmp_path / "s.xlsx",
        YS=[HEAD, row("YS01", "YS02", 10, 25, 1), row("YS02", "YS01", 50, 25, 1.2)],
        WS=[
            HEAD,
            row("WS01", "WS02", 10, 30, 0.8),
            row("WS02", "WS01", 40, 30, 1),
            row("WS02", "YS02", 40, 30, 1),
        ],
    )
    layers, findings = read(tmp_path, source(layer="YS"), source(layer="WS", system="sewage"))
    pipes = layers["pipes"].set_index("pipe_id")
    assert sorted(pipes.index) == ["WS01-WS02", "WS02-YS02", "YS01-YS02"]
    assert pipes.geometry["WS02-YS02"].length == pytest.approx(11.18, abs=0.005)
    assert pipes.loc["WS02-YS02", "system"] == "sewage"
    assert not [f for f in findings if f.rule.startswith("line.")]


@pytest.mark.parametrize("turned", [False, True])
def test_a_line_told_on_two_sheets_is_one_of_the_upper_end_s_sheet(tmp_path: Path, turned: bool) -> None:
    """WS02 lies at 99.0 m, YS02 at 98.8: sewage runs into rain. The order of the sheets decides nothing."""
    write(
        tmp_path / "s.xlsx",
        YS=[HEAD, row("YS02", "WS02", 50, 25, 1.2, 400)],
        WS=[HEAD, row("WS02", "YS02", 40, 30, 1.0, 300)],
    )
    sources = [source(layer="YS"), source(layer="WS", system="sewage")]
    layers, findings = read(tmp_path, *(reversed(sources) if turned else sources))
    pipes = layers["pipes"]
    assert pipes[["pipe_id", "system", "diameter_mm", "depth_up_m", "depth_down_m"]].to_numpy().tolist() == [
        ["WS02-YS02", "sewage", 300.0, 1.0, 1.2]
    ]
    ((feature, words),) = found(findings, "survey.ends_differ")
    assert feature == "WS02-YS02"
    assert (words["kept"], words["other"]) == ("300", "400")
    assert words["other_row"] == "s.xlsx|YS 2"


def test_points_are_joined_over_files_and_to_nodes_of_other_forms(tmp_path: Path) -> None:
    write(tmp_path / "a.xlsx", A=[HEAD, row("A1", "B1", 0, 0, 1)])
    (tmp_path / "b.csv").write_text(
        "\n".join(",".join(map(str, r)) for r in [HEAD, row("B1", "N9", 30, 0, 1.2)]), encoding="gb18030"
    )
    (tmp_path / "n.dat").write_text(f"N9,YSJ,{X + 30},{Y + 40},100\n", encoding="utf-8")
    drawn = LayerSource(source="n.dat", crs="EPSG:4543", constants={"system": "storm", "status": "existing"})
    given = (source("a.xlsx"), source("b.csv"))
    layers, findings = read_layers(tmp_path, {"nodes": (*given, drawn), "pipes": given}, "EPSG:4543")
    assert layers["pipes"].set_index("pipe_id").geometry.length.round(3).to_dict() == {
        "A1-B1": 30.0,
        "B1-N9": 40.0,
    }
    assert not [f for f in findings if f.rule == "line.unknown_point"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_table_saved_as_unicode_text_is_read(encoding: str, tmp_path: Path) -> None:
    """As Excel saves it: UTF-16 with its mark, tabs between cells. It was read as names that nobody could."""
    text = "\n".join("\t".join(map(str, r)) for r in [HEAD, row("A1", "B1", 0, 0, 1), row("B1", "", 30, 0, 1)])
    (tmp_path / "u.txt").write_text(text if encoding == "utf-16" else f"\ufeff{text}", encoding=encoding)
    layers, findings = read(tmp_path, source("u.txt"))
    assert layers["nodes"]["node_id"].tolist() == ["A1", "B1"]
    assert layers["pipes"].geometry.length.round(3).tolist() == [30.0]
    assert {f.rule for f in findings if f.severity == "error"} <= {"layer.needed"}


TWO_POINTS = [HEAD, row("A1", "B1", 0, 0, 1), row("B1", "", 30, 0, 1)]


def test_a_table_with_the_line_ends_of_old_macs_is_read(tmp_path: Path) -> None:
    """The reader of CSV asked to open the file "in universal-newline mode"."""
    (tmp_path / "m.csv").write_bytes("\r".join(",".join(map(str, r)) for r in TWO_POINTS).encode("utf-8"))
    layers, findings = read(tmp_path, source("m.csv"))
    assert layers["nodes"]["node_id"].tolist() == ["A1", "B1"]
    assert {f.rule for f in findings if f.severity == "error"} <= {"layer.needed"}


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-32-le"])
def test_a_table_of_several_bytes_to_a_letter_without_a_mark_says_so(tmp_path: Path, encoding: str) -> None:
    text = "\n".join(",".join(map(str, r)) for r in TWO_POINTS)
    (tmp_path / "s.csv").write_bytes(text.encode(encoding))
    _, findings = read(tmp_path, source("s.csv"))
    refused = [f for f in findings if f.rule == "file.unreadable"]
    assert refused
    assert all("UTF-8" in f.message(language) for f in refused for language in ("en", "zh"))


def test_a_connected_point_that_there_is_not_is_named_with_its_row_and_sheet(tmp_path: Path) -> None:
    write(tmp_path / "s.xlsx", 雨水=[["管点成果表"], HEAD, row("Y1", "Y2", 0, 0, 1), row("Y1", "Y7", 0, 0, 1)])
    layers, findings = read(tmp_path, source(prefix="A-"))
    ((feature, words), (other, more)) = sorted(found(findings, "line.unknown_point"))
    assert (feature, words["point"], words["row"], words["sheet"]) == ("A-Y1-Y2", "Y2", 3, "s.xlsx|雨水")
    assert (other, more["point"], more["row"]) == ("A-Y1-Y7", "Y7", 4)
    assert len(layers["pipes"]) == 2
    assert layers["pipes"].geometry.isna().all()


def test_ids_are_folded_by_the_one_rule_in_connected_points_too(tmp_path: Path) -> None:
    """Blanks, full-width signs and another case: one pipe of 40 m from 99.0 to 98.8 m, 0.5 %."""
    rows = [row("Y1 ", "Ｙ２", 10, 18, 1.0), row(" Y2", "Y1", 50, 18, 1.2), row("Y3", "y2", 90, 18, 0.9)]
    write(tmp_path / "s.xlsx", Sheet=[HEAD, *rows])
    layers, findings = read(tmp_path, source())
    pipes = layers["pipes"].set_index("pipe_id")
    assert sorted(pipes.index) == ["Y1-Y2", "Y3-Y2"]
    assert pipes.geometry["Y1-Y2"].length == pytest.approx(40)
    assert pipes.loc["Y1-Y2", ["depth_up_m", "depth_down_m"]].tolist() == [1.0, 1.2]
    assert sorted(layers["nodes"]["node_id"]) == ["Y1", "Y2", "Y3"]
    told = " ".join(str(w["pairs"]) for _, w in found(findings, "id.read_as"))
    assert "'Ｙ２' = Y2" in told
    assert "y2 = Y2" in told


def test_days_are_told_by_the_field_they_stand_in(tmp_path: Path) -> None:
    import datetime as dt

    one, two = dt.datetime(2026, 1, 2), dt.datetime(2026, 1, 3)
    write(tmp_path / "s.xlsx", Sheet=[HEAD, row(one, two, 0, 0, 1), row(two, one, 40, 0, 1.2)])
    _, findings = read(tmp_path, source())
    told = {(f.feature.layer, f.found["column"], f.found["likely"]) for f in findings if f.rule == "id.days"}
    assert told == {("nodes", "点号", "1-2, 1-3"), ("pipes", "点号", "1-2"), ("pipes", "连接点号", "1-3")}


def test_continuation_rows_merged_cells_and_several_points_in_a_cell(tmp_path: Path) -> None:
    """Y1 is merged over three rows with one depth for the first two; Y3 names two points with a depth each."""
    rows = [
        row("Y1", "Y2", 0, 0, 1.5, "DN400"),
        [None, "Y3", None, None, None, None, None, None, "DN300", "PVC"],
        [None, "Y4", None, None, None, None, None, 1.1, None, "PVC"],
        row("Y2", None, 20, 0, 1.6),
        row("Y3", "Y1、Y5", 0, 30, "1.7、1.2", "DN300、DN200"),
        row("Y4", "Y1", 0, 50, 1.3, "DN200"),
        row("Y5", None, 40, 30, 1.4),
    ]
    book = write(tmp_path / "s.xlsx", Sheet=[HEAD, *rows])
    for cells in ("A2:A4", "E2:E4", "F2:F4", "G2:G4", "H2:H3", "A8:A8"):
        book["Sheet"].merge_cells(cells)
    book.save(tmp_path / "s.xlsx")
    layers, findings = read(tmp_path, source())
    pipes = layers["pipes"].set_index("pipe_id")
    columns = ["diameter_mm", "depth_up_m", "depth_down_m"]
    assert pipes[columns].sort_index().fillna(-1).T.to_dict("list") == {
        "Y1-Y2": [400.0, 1.5, -1.0],
        "Y1-Y3": [300.0, 1.5, 1.7],
        "Y1-Y4": [200.0, 1.1, 1.3],
        "Y3-Y5": [200.0, 1.2, -1.0],
    }
    assert pipes.geometry.length.sort_index().tolist() == [20.0, 30.0, 50.0, 40.0]
    # A point lies as deep as its lowest pipe.
    assert layers["nodes"].set_index("node_id")["depth_m"].to_dict() == pytest.approx(
        {"Y1": 1.5, "Y2": 1.6, "Y3": 1.7, "Y4": 1.3, "Y5": 1.4}
    )
    assert not found(findings, "value.not_a_number")


def test_units_of_headings_are_applied_and_said(tmp_path: Path) -> None:
    """A depth in cm under a heading of two rows; 100.0 - 1.2 lies above 99.5 - 1.0 m."""
    head = [
        ["点号", "连接点号", "坐标", None, "地面高程(m)", "埋深（cm）", "管径[m]"],
        [None, None, "X", "Y", None, None, None],
    ]
    rows = [
        ["Y2", "Y1", Y, X + 40, 99.5, 100, "0.3"],
        ["Y1", "Y2", Y, X, 100.0, 120, 0.3],
        ["Y2", "Y3", Y, X + 40, 99.5, "1.05m", "0.3×0.4"],
        ["Y3", "Y2", Y, X + 80, 99.4, 110, "0.3×0.4"],
    ]
    write(tmp_path / "s.xlsx", Sheet=[["点成果表"], *head, *rows])
    layers, findings = read(tmp_path, source())
    pipes = layers["pipes"].set_index("pipe_id")
    assert pipes.loc["Y1-Y2", ["depth_up_m", "depth_down_m", "diameter_mm"]].tolist() == pytest.approx(
        [1.2, 1, 300]
    )
    assert pipes.loc["Y2-Y3", ["depth_up_m", "depth_down_m", "width_mm", "height_mm"]].tolist() == pytest.approx(
        [1.05, 1.1, 300, 400]
    )
    assert layers["nodes"].set_index("node_id")["depth_m"].to_dict() == pytest.approx(
        {"Y1": 1.2, "Y2": 1.05, "Y3": 1.1}
    )
    said = " ".join(str(w["pairs"]) for _, w in found(findings, "fields.unit"))
    assert "depth_up_m = 埋深（cm）" in said
    assert "diameter_mm = 管径[m]" in said


def test_sums_remarks_and_headings_of_further_pages_are_no_points(tmp_path: Path) -> None:
    rows = [
        HEAD,
        row("Y1", "Y2", 0, 0, 1),
        HEAD,
        row("Y2", "Y1", 40, 0, 1.2),
        ["合 计", None, None, None, None, None, None, 2.2],
        [None, None, None, "制表：某某", None, None, "审核："],
        ["本次测量采用2000国家大地坐标系,高程为85基准"],
    ]
    write(tmp_path / "s.xlsx", Sheet=rows)
    layers, findings = read(tmp_path, source())
    assert layers["nodes"]["node_id"].tolist() == ["Y1", "Y2"]
    assert layers["nodes"]["depth_m"].tolist() == [1.0, 1.2]
    assert layers["pipes"]["pipe_id"].tolist() == ["Y1-Y2"]
    nodes = [f for f in findings if f.feature.layer == "nodes"]
    assert {f.rule: f.found["rows"] for f in nodes if f.rule.startswith("table.")} == {
        "table.heading_again": "3",
        "table.foot": "5, 6",
        "table.remark": "7",
    }


def test_a_point_without_coordinates_and_one_with_two_places_are_named(tmp_path: Path) -> None:
    lost = row("Y3", "Y1", 0, 0, 1)
    lost[4] = lost[5] = None
    rows = [row("Y1", "Y2", 0, 0, 1), row("Y2", "Y1", 40, 0, 1.2), row("Y2", "Y3", 70, 0, 1.2), lost]
    rows += [row("Y4", "Y4", 90, 0, 1)]
    rows[2][6] = 100.5
    write(tmp_path / "s.xlsx", Sheet=[HEAD, *rows])
    _, findings = read(tmp_path, source())
    assert [(i, w["row"]) for i, w in found(findings, "point.no_place")] == [("Y3", 5)]
    assert [(i, w["distance"], w["rows"]) for i, w in found(findings, "point.two_places")] == [
        ("Y2", "30.00", "3, 4")
    ]
    assert [(i, w["values"], w["kept"]) for i, w in found(findings, "point.grounds_differ")] == [
        ("Y2", "100.000, 100.500", "100.000")
    ]
    # Both lines to Y3 are told of, from either end or one.
    assert {w["point"] for _, w in found(findings, "line.point_no_place")} == {"Y3"}
    assert [(i, w["row"]) for i, w in found(findings, "line.to_itself")] == [("Y4-Y4", 6)]


def test_a_row_told_again_is_one_line_and_different_ones_are_pipes_side_by_side(tmp_path: Path) -> None:
    rows = [
        row("Y1", "Y2", 0, 0, 1.0, 300),
        row("Y1", "Y2", 0, 0, 1.0, 300),
        row("Y2", "Y1", 40, 0, 1.2, 300),
        row("Y2", "Y3", 40, 0, 1.2, 300),
        row("Y2", "Y3", 40, 0, 0.9, 500),
        row("Y3", "Y2", 80, 0, 1.1, "DN500"),
        row("Y3", "Y2", 80, 0, 1.4, "300"),
    ]
    write(tmp_path / "s.xlsx", Sheet=[HEAD, *rows])
    layers, findings = read(tmp_path, source())
    pipes = layers["pipes"].set_index("pipe_id")[["diameter_mm", "depth_up_m", "depth_down_m"]]
    assert pipes.loc["Y1-Y2"].tolist() == [300, 1.0, 1.2]
    between = sorted(pipes.drop("Y1-Y2").to_numpy().tolist())
    assert between == [[300, 1.2, 1.4], [500, 0.9, 1.1]]
    assert [w["count"] for _, w in found(findings, "survey.row_again")] == [1]
    assert [(i, w["count"]) for i, w in found(findings, "survey.parallel")] == [("Y2-Y3", 2)]


@pytest.mark.parametrize(("name", "content"), [("s.et", b"\xd0\xcf\x11\xe0" + b"\0" * 64), ("s.xls", b"<html>")])
def test_old_workbooks_are_told_what_to_do(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    _, findings = read(tmp_path, source(name))
    refused = [f for f in findings if f.rule == "form.old_table"]
    assert {f.feature.layer for f in refused} == {"nodes", "pipes"}
    assert ".xlsx" in refused[0].action("en")


def test_a_workbook_of_today_is_read_whatever_its_name_ends_in(tmp_path: Path) -> None:
    write(tmp_path / "s.xlsx", Sheet=[HEAD, row("Y1", "Y2", 0, 0, 1), row("Y2", "Y1", 40, 0, 1.2)])
    (tmp_path / "s.xlsx").rename(tmp_path / "s.et")
    layers, _ = read(tmp_path, source("s.et"))
    assert layers["pipes"].geometry.length.tolist() == [40.0]


def test_a_wrong_dimension_as_wps_writes_it_hides_nothing(tmp_path: Path) -> None:
    """The sheet says that it is one cell; all that it holds is read."""
    from zipfile import ZipFile

    write(tmp_path / "a.xlsx", Sheet=[HEAD, row("Y1", "Y2", 0, 0, 1), row("Y2", "Y1", 40, 0, 1.2)])
    with ZipFile(tmp_path / "a.xlsx") as old, ZipFile(tmp_path / "s.xlsx", "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.endswith("sheet1.xml"):
                assert b'<dimension ref="A1:J3"' in text
                text = text.replace(b'<dimension ref="A1:J3"', b'<dimension ref="A1"')
            new.writestr(name, text)
    layers, _ = read(tmp_path, source())
    assert len(layers["nodes"]) == 2


def test_hidden_sheets_and_rows_formulas_without_value_and_sheets_that_no_source_reads(tmp_path: Path) -> None:
    rows = [HEAD, row("Y1", "Y2", 0, 0, 1), row("Y2", "Y1", 40, 0, "=1+0.2")]
    book = write(tmp_path / "s.xlsx", 封面=[["某小区"]], 雨水=rows, 污水=[HEAD, row("W1", "W2", 0, 5, 1)])
    book["雨水"].sheet_state = "hidden"
    book["雨水"].row_dimensions[2].hidden = True
    book.save(tmp_path / "s.xlsx")
    layers, findings = read(tmp_path, source(layer="雨水 "))
    assert len(layers["nodes"]) == 2
    said = {f.rule: f.found for f in findings if f.feature.layer == "nodes"}
    assert said["table.hidden_sheet"]["sheet"] == "雨水"
    assert said["table.hidden_rows"]["rows"] == "2"
    assert said["table.formula_unvalued"]["cells"] == "H3"
    assert said["table.sheets_unread"]["sheets"] == "污水"


def test_a_point_on_two_sheets_of_one_system_is_one(tmp_path: Path) -> None:
    write(
        tmp_path / "s.xlsx",
        东=[HEAD, row("Y1", "Y2", 0, 0, 1), row("Y2", "Y1", 40, 0, 1.2)],
        西=[HEAD, row("Y2", "Y3", 40, 0, 1.2), row("Y3", "Y2", 80, 0, 1.4)],
    )
    layers, findings = read(tmp_path, source(layer="东"), source(layer="西"))
    assert sorted(layers["nodes"]["node_id"]) == ["Y1", "Y2", "Y3"]
    assert sorted(layers["pipes"]["pipe_id"]) == ["Y1-Y2", "Y2-Y3"]
    assert [w["points"] for _, w in found(findings, "survey.point_again")] == ["Y2"]


def test_line_tables_name_points_that_there_are_not(tmp_path: Path) -> None:
    lines = [
        ["管线编号", "起点点号", "终点点号", "管径"],
        ["P1", "Ｙ1", "y2", 300],
        ["P2", "Y2", "Y9", 300],
        ["合计", None, None, 2],
    ]
    write(
        tmp_path / "s.xlsx",
        点=[HEAD, row("Y1", None, 0, 0, 1), row("Y2", None, 40, 0, 1.2)],
        线=lines,
    )
    given = source(layer="线", points="s.xlsx", points_layer="点")
    layers, findings = read_layers(tmp_path, {"nodes": [source(layer="点")], "pipes": [given]}, "EPSG:4543")
    pipes = layers["pipes"].set_index("pipe_id")
    assert sorted(pipes.index) == ["P1", "P2"]
    assert pipes.geometry["P1"].equals(LineString([(X, Y), (X + 40, Y)]))
    ((feature, words),) = found(list(findings), "line.unknown_point")
    assert (feature, words["point"], words["row"], words["sheet"]) == ("P2", "Y9", 3, "s.xlsx|线")


def test_sources_drafts_every_sheet_of_a_renamed_workbook(tmp_path: Path) -> None:
    write(tmp_path / "s.xlsx", 雨水=[HEAD, row("Y1", "Y2", 0, 0, 1)], 污水=[HEAD, row("W1", "W2", 0, 5, 1)])
    (tmp_path / "s.xlsx").rename(tmp_path / "s.et")
    seen = describe("s.et", tmp_path).layers
    assert [(s.name, s.meant_for) for s in seen] == [("雨水", "nodes, pipes"), ("污水", "nodes, pipes")]


def test_rows_of_a_point_a_little_apart_are_one_place_with_a_warning(tmp_path: Path) -> None:
    write(tmp_path / "s.xlsx", Sheet=[HEAD, row("Y1", "Y2", 0, 0, 1), row("Y1", "Y3", 0.3, 0, 1)])
    layers, findings = read(tmp_path, source())
    ((point, words),) = found(findings, "point.places_differ")
    assert (point, words["distance"]) == ("Y1", "0.30")
    assert layers["nodes"].geometry[0].x == X


@pytest.mark.parametrize(("turned", "rule"), [(False, "pipe.sewage_to_rain"), (True, "pipe.rain_to_sewage")])
def test_a_joint_of_sewage_and_rain_is_named_whatever_form_it_came_in(
    small_project: Callable[..., SmallProject], turned: bool, rule: str
) -> None:
    ends = ("C-R2", "C-S1") if turned else ("C-S1", "C-R2")
    project = small_project(second=add("pipes", "C-PR", pipe_id="C-X", from_node=ends[0], to_node=ends[1]))
    every = pipeline.check(load_project(project.folder)).findings
    joints = [f for f in every if f.rule in ("pipe.sewage_to_rain", "pipe.rain_to_sewage")]
    assert [(f.rule, f.feature.feature_id, f.found["up"], f.found["down"]) for f in joints] == [
        (rule, "C-X", *ends)
    ]

"""Ground points out of texts of every shape: the same three points each time."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import shapely

from spongecalc.layers.sources.ground_table import is_grid_text, read_ground_table
from spongecalc.layers.sources.raw import RawLayer, SourceRefusedError
from spongecalc.project.layer_source import LayerSource

POINTS = [(540991.99, 2675003.68, 1600.031), (541092.18, 2675038.22, 1599.969), (540993.0, 2675023.31, 1600.107)]


def read(folder: Path, name: str, text: str | bytes, **more: object) -> RawLayer:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_ground_table(path, LayerSource(source=name, **more))


def points_of(raw: RawLayer) -> list[tuple[float, ...]]:
    return [tuple(p) for p in shapely.get_coordinates(raw.frame.geometry.to_numpy(), include_z=True)]


def lines(separator: str, *before: str) -> str:
    return "\n".join(separator.join([*before, *(str(v) for v in p)]) for p in POINTS) + "\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "X,Y,Z\n" + lines(",")),
        ("a.csv", "\ufeff东坐标,北坐标,高程\r\n" + lines(",").replace("\n", "\r\n")),
        ("a.txt", "点号\t东坐标\t北坐标\t地面高程\n" + lines("\t", "P")),
        ("a.txt", "高程 东坐标 北坐标\n" + "\n".join(f"{z} {x} {y}" for x, y, z in POINTS)),
        ("a.xyz", lines(" ")),
        ("a.xyz", "# made by a level\n\n" + lines("   ")),
        ("a.xyz", lines(";").replace(".", ",")),
        ("a.txt", lines("，")),
        ("a.csv", lines(",").replace("\n", ",12,255\n")),
        ("a.dat", lines(",", "7", "GCD")),
        ("a.dat", lines(",", "7", "")),
        ("a.dat", lines(" ", "7")),
        ("a.dat", "1 GCD " + lines(" ").replace("\n", "\n2 ", 1).replace("\n5409", "\n3 5409")),
    ],
)
def test_the_same_points_in_every_shape(tmp_path: Path, name: str, text: str) -> None:
    raw = read(tmp_path, name, text)
    assert points_of(raw) == POINTS
    assert raw.notes == ()


def test_a_local_grid_behind_numbers_and_codes(tmp_path: Path) -> None:
    assert points_of(read(tmp_path, "a.dat", "1,GCD,100.5,200.5,3.25\n2,,101,201,3.5\n"))[0] == (
        100.5,
        200.5,
        3.25,
    )
    assert points_of(read(tmp_path, "b.dat", "100.5 200.5 3.25\n101 201 3.5\n"))[1] == (101, 201, 3.5)


def test_names_of_columns_may_be_stated(tmp_path: Path) -> None:
    text = "a;b;c\n" + "\n".join(f"{x};{y};{z * 100}" for x, y, z in POINTS)
    fields = {"x": "a", "y": "b", "level_m": "c"}
    raw = read(tmp_path, "a.csv", text, fields=fields, units={"level_m": "cm"})
    assert points_of(raw)[0] == pytest.approx(POINTS[0])
    with pytest.raises(SourceRefusedError) as refused:
        read(tmp_path, "a.csv", text, fields={**fields, "level_m": "d"})
    assert refused.value.rule == "field.missing"


def test_a_sheet_of_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in [("东坐标", "北坐标", "高程"), *POINTS]:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    assert points_of(read_ground_table(tmp_path / "a.xlsx", LayerSource(source="a.xlsx"))) == POINTS


def test_gbk_and_lines_that_hold_no_point(tmp_path: Path) -> None:
    text = "东坐标,北坐标,高程\n" + lines(",") + "合计,3,点\n540000,2675000,\n540001,2675001,高\n"
    raw = read(tmp_path, "a.csv", text.encode("gbk"))
    found = points_of(raw)
    assert found[:3] == POINTS
    assert len(found) == 4, "an empty level is a void and no bad line"
    assert [(n.rule, n.found["count"]) for n in raw.notes] == [("dem.bad_lines", 2)]
    assert raw.notes[0].found["lines"].startswith("5 (合计 3 点)")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "dem.no_columns"),
        ("nothing that is\nground at all\n", "dem.no_columns"),
        ("X,Y\n1,2\n", "dem.no_columns"),
        ("X,Y,Z\n", "dem.no_points"),
    ],
)
def test_a_table_without_ground_is_refused(tmp_path: Path, text: str, rule: str) -> None:
    with pytest.raises(SourceRefusedError) as refused:
        read(tmp_path, "a.csv", text)
    assert refused.value.rule == rule


def test_a_grid_in_text_is_a_raster(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("ncols 3\nnrows 2\n")
    (tmp_path / "b.txt").write_text("X Y Z\n1 2 3\n")
    assert is_grid_text(tmp_path / "a.txt")
    assert not is_grid_text(tmp_path / "b.txt")

"""Ground as ``sources`` shows it: the forms that ``[layers.dem]`` takes are known, with the lines to write."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest
import rasterio
from rasterio.transform import from_origin

from spongecalc.layers.sources.describe import Seen, describe
from spongecalc.layers.sources.raw import SourceRefusedError

POINTS = "540991.99 2675003.68 1600.031\n541092.18 2675038.22 1599.969\n540993.0 2675023.31 1600.107\n"


def seen(folder: Path, name: str, text: str) -> Seen:
    (folder / name).write_text(text, encoding="utf-8")
    return describe(name, folder)


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("高程点.xyz", POINTS, 3),
        ("ground.xyz", POINTS.replace(" ", ","), 3),
        ("ground.tsv", "X Y Z\n" + POINTS, 3),
        ("ground.csv", "X,Y,Z\n" + POINTS.replace(" ", ","), 3),
        ("ground.csv", "东坐标,北坐标,高程\n" + POINTS.replace(" ", ","), 3),
    ],
)
def test_points_are_ground(tmp_path: Path, name: str, text: str, count: int) -> None:
    """A .xyz was called no form that is read."""
    (layer,) = seen(tmp_path, name, text).layers
    assert (layer.count, layer.meant_for) == (count, "dem")
    assert layer.draft == f'[layers.dem]\nsource = "{name}"'


def test_a_sheet_of_points_is_ground(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "高程"
    for row in [
        ("东坐标", "北坐标", "高程"),
        *([float(c) for c in line.split()] for line in POINTS.splitlines()),
    ]:
        book.active.append(row)
    book.save(tmp_path / "g.xlsx")
    (layer,) = describe("g.xlsx", tmp_path).layers
    assert (layer.count, layer.meant_for) == (3, "dem")
    assert layer.draft == '[layers.dem]\nsource = "g.xlsx"\nlayer = "高程"'


def test_rasters_are_ground(tmp_path: Path) -> None:
    shape = {
        "height": 4,
        "width": 5,
        "count": 1,
        "dtype": "float32",
        "transform": from_origin(541000, 2675060, 2, 2),
    }
    with rasterio.open(tmp_path / "dem.tif", "w", driver="GTiff", crs="EPSG:4543", **shape) as file:
        file.write(np.full((4, 5), 1600, "float32"), 1)
    found = describe("dem.tif", tmp_path)
    (layer,) = found.layers
    assert (found.form, layer.count, layer.crs, layer.meant_for) == ("GTiff", 20, "EPSG:4543", "dem")
    grid = "ncols 2\nnrows 2\nxllcorner 541000\nyllcorner 2675000\ncellsize 2\n1600 1601\n1602 1603\n"
    (layer,) = seen(tmp_path, "grid.txt", grid).layers
    assert (layer.count, layer.draft) == (4, '[layers.dem]\nsource = "grid.txt"')


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [("a.xyz", "no points\n", "dem.no_columns"), ("a.tif", "no raster", "dem.unreadable")],
)
def test_what_is_no_ground_says_why(tmp_path: Path, name: str, text: str, rule: str) -> None:
    with pytest.raises(SourceRefusedError) as refusal:
        seen(tmp_path, name, text)
    assert refusal.value.rule == rule


def test_a_survey_table_and_other_tables_are_no_ground(tmp_path: Path) -> None:
    survey = "点号,连接点号,X坐标,Y坐标,地面高程\nY1,Y2,2675000,541000,1600\nY2,,2675010,541000,1600\n"
    assert seen(tmp_path, "points.csv", survey).layers[0].meant_for == "nodes, pipes"
    assert seen(tmp_path, "prices.csv", "item,unit,price\npipe,m,300\n").layers[0].meant_for is None

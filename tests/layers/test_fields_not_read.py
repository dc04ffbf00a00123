"""Fields that nobody reads, beside levels and sizes that the layer lacks: told once, not lost in silence."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from shapely import LineString

from spongecalc.layers.finding import Finding
from spongecalc.layers.read import read_layers
from spongecalc.project.layer_source import LayerSource

GRID = "EPSG:4543"
SOUND = {
    "pipe_id": ["a", "b"],
    "diameter_mm": [300.0, 400.0],
    "invert_up_m": [9.1, 9.0],
    "invert_down_m": [9.0, 8.9],
}


def told(folder: Path, columns: dict[str, list], **source: object) -> list[Finding]:
    """Findings of the rule for pipes with these fields."""
    lines = [LineString([(500_000 + 10 * n, 2_600_000), (500_008 + 10 * n, 2_600_000)]) for n in range(2)]
    frame = gpd.GeoDataFrame(columns, geometry=lines, crs=GRID)
    pyogrio.write_dataframe(frame, folder / "pipes.gpkg", layer="pipes", driver="GPKG")
    _, findings = read_layers(folder, {"pipes": (LayerSource(source="pipes.gpkg", **source),)}, GRID)
    return [f for f in findings if f.rule == "fields.left"]


def renamed(**names: str) -> dict[str, list]:
    return {names.get(name, name): values for name, values in SOUND.items()}


def test_renamed_levels_are_told_with_what_the_layer_lacks(tmp_path: Path) -> None:
    """Surveyed levels were replaced by those of the nodes, and nothing said that their fields were not read."""
    (one,) = told(tmp_path, renamed(invert_up_m="upinv", invert_down_m="dninv"))
    assert one.found["fields"] == "upinv, dninv"
    assert one.found["columns"] == "invert_up_m, invert_down_m"
    assert (one.feature.layer, one.feature.file) == ("pipes", "pipes.gpkg")
    for lang, words in (("en", 'invert_up_m = "field"'), ("zh", "未读入：upinv, dninv")):
        assert words in one.message(lang) + one.action(lang)


def test_with_the_line_that_it_asks_for_nothing_is_said(tmp_path: Path) -> None:
    names = {"invert_up_m": "upinv", "invert_down_m": "dninv"}
    assert told(tmp_path, renamed(**names), fields=names) == []


@pytest.mark.parametrize(
    ("more", "fields"),
    [
        ({"孔径大小": [300, 400]}, "孔径大小"),
        ({"size": ["300", "400"]}, "size"),
        ({"OBJECTID": [1, 2], "Shape_Length": [8.0, 8.1], "size": [300, 400]}, "size"),
    ],
)
def test_sizes_under_another_name(tmp_path: Path, more: dict[str, list], fields: str) -> None:
    without = {name: values for name, values in SOUND.items() if name != "diameter_mm"}
    (one,) = told(tmp_path, {**without, **more})
    assert (one.found["fields"], one.found["columns"]) == (fields, "diameter_mm")


@pytest.mark.parametrize(
    "more",
    [
        {},
        # What programs write by themselves, what is the same everywhere, and what is no figure.
        {"OBJECTID": [1, 2], "长度": [8.0, 8.1]},
        {"旋转角": [12.5, 80.0], "X坐标(m)": [500_000.0, 500_010.0], "要素代码": [51101, 51102]},
        {"scale": [500, 500]},
        {"remark": ["old", "12"]},
        {"seen": [True, False]},
        {"nothing": [None, None]},
    ],
)
def test_fields_that_hold_no_such_values_are_not_named(tmp_path: Path, more: dict[str, list]) -> None:
    without = {name: values for name, values in SOUND.items() if name != "diameter_mm"}
    assert told(tmp_path, {**without, **more}) == []


def test_a_layer_that_lacks_nothing_keeps_its_other_fields_to_itself(tmp_path: Path) -> None:
    assert told(tmp_path, {**SOUND, "score": [1.5, 2.5]}) == []


def test_fields_that_the_project_reads_otherwise_are_read(tmp_path: Path) -> None:
    without = {name: values for name, values in SOUND.items() if name != "diameter_mm"}
    assert told(tmp_path, {**without, "stage": [1, 2]}, filter={"stage": ["1", "2"]}) == []

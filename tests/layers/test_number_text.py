"""Numbers with their unit, as surveys write depths: read where that is clear, named where it is not."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from tests import survey_forms
from tests.planting import edit
from tests.small_project import SmallProject

from spongecalc.layers.number_text import numbers_of
from spongecalc.layers.provenance import read_flags
from spongecalc.layers.read import read_layers
from spongecalc.project.layer_source import LayerSource
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline


@pytest.mark.parametrize(
    ("written", "metres", "stated"),
    [
        ("120cm", 1.2, True),
        ("1.2 m", 1.2, True),
        ("120厘米", 1.2, True),
        ("1.2", 1.2, False),
        (1.2, 1.2, False),
        ("98,9", 98.9, False),
        ("-0,125", -0.125, False),
        ("1623,1125", 1623.1125, False),
        ("1,2 m", 1.2, True),
        ("120,5cm", 1.205, True),
        ("９８．３", 98.3, False),
        ("１２０ｃｍ", 1.2, True),
        ("1,623.11", 1623.11, False),
        ("1,623", math.nan, False),
        ("10³", math.nan, False),
        ("1,2,3", math.nan, False),
        ("1,62.5", math.nan, False),
        ("DN300", math.nan, False),
        ("1.2?", math.nan, False),
        ("3 a", math.nan, False),
        ("", math.nan, False),
        (None, math.nan, False),
    ],
)
def test_lengths_as_they_are_written(written: object, metres: float, stated: bool) -> None:
    numbers, said = numbers_of(pd.Series([written], dtype=object), "meter")
    assert numbers[0] == pytest.approx(metres, nan_ok=True)
    assert said[0] == stated


def test_a_pure_number_has_no_unit() -> None:
    numbers, _ = numbers_of(pd.Series(["5", "5 m"], dtype=object), "")
    assert numbers[0] == 5
    assert math.isnan(numbers[1])


def test_a_level_with_its_unit_is_read_and_flagged(small_project: Callable[..., SmallProject]) -> None:
    project = small_project(second=edit("pipes", "C-PR", invert_up_m="9860 cm"))
    checked = pipeline.check(load_project(project.folder))
    assert not [f for f in checked.findings if f.rule == "value.not_a_number"]
    pipe = checked.layers["pipes"].set_index("pipe_id").loc["C-PR"]
    assert pipe["invert_up_m"] == pytest.approx(98.6)
    assert read_flags(pipe["flags"])["invert_up_m"] == "mapped"


HEAD = ["点号", "连接点号", "X", "Y", "地面高程", "埋深", "管径"]
ROWS = [
    ["Y1", "Y2", 2674010.0, 540010.0, 100.0, "120cm", "300"],
    ["Y2", "Y1", 2674010.0, 540040.0, 100.0, "1.4", "300"],
    ["Y2", "Y3", 2674010.0, 540040.0, 100.0, "约1.5", "300"],
    ["Y3", "Y2", 2674010.0, 540070.0, 100.0, "1.6m", "300"],
]


@pytest.mark.parametrize("layer", ["nodes", "pipes"])
def test_depths_of_a_point_table_are_read_or_named_and_never_lost(tmp_path: Path, layer: str) -> None:
    survey_forms.write_sheet(tmp_path / "points.xlsx", "点", HEAD, ROWS)
    source = LayerSource(
        source="points.xlsx", crs="EPSG:4543", constants={"system": "storm", "status": "existing"}
    )
    layers, findings = read_layers(tmp_path, {layer: [source]}, "EPSG:4543")
    wrong = [(f.feature.feature_id, f.found["value"]) for f in findings if f.rule == "value.not_a_number"]
    if layer == "nodes":
        depths = layers["nodes"].set_index("node_id")["depth_m"]
        assert depths["Y1"] == pytest.approx(1.2)
        assert depths["Y3"] == pytest.approx(1.6)
        assert wrong == [("Y2", "约1.5")]
    else:
        pipes = layers["pipes"].set_index("pipe_id")
        assert pipes.loc["Y1-Y2", ["depth_up_m", "depth_down_m"]].tolist() == pytest.approx([1.2, 1.4])
        assert wrong == [("Y2-Y3", "约1.5")]

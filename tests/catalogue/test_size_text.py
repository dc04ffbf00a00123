"""Sizes as surveys, drawings and settings write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from spongecalc.catalogue.size_text import Size, parse_size
from spongecalc.project.quantity import parse
from spongecalc.project.refused_value import RefusedValueError
from spongecalc.project.settings import InletSettings


@pytest.mark.parametrize(
    "text",
    [
        "DN300",
        "dn300",
        "DN300mm",
        "DN:300",
        "DN=300",
        "DN 300",
        "ＤＮ３００",
        "⌀300",
        "φ300",
        "Φ300",
        "%%c300",
        "%%C300",
        "ф300",
        "Ф0.3m",
        "d300",
        "D300",
        "DN300管",
        "(DN300)",
        "1DN300",
        "单孔DN300",
        "管径DN300",
        "管径：DN300",
        "0.3m",
        "0.3 米",
        "30cm",
    ],
)
def test_every_way_to_write_a_diameter_of_300(text: str) -> None:
    assert parse_size(text) == Size(300, stated=True)


@pytest.mark.parametrize("text", ["300X400", "300×400", "300*400", "B×H=300×400", "B300×H400", "宽300×高400"])
def test_boxes_are_width_by_height(text: str) -> None:
    assert parse_size(text) == Size(width_mm=300, height_mm=400)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("300", Size(300)),
        ("De315", Size(315, stated=True, outer=True)),
        ("de315", Size(315, stated=True, outer=True)),
        ("2DN300", Size(300, stated=True, barrels=2)),
        ("2-DN300", Size(300, stated=True, barrels=2)),
        ("双孔DN300", Size(300, stated=True, barrels=2)),
        ("2孔600×800", Size(width_mm=600, height_mm=800, barrels=2)),
        ("2×600×800", Size(width_mm=600, height_mm=800, barrels=2)),
        ("五孔600×800", Size(width_mm=600, height_mm=800, barrels=5)),
        ("DN300×2", Size(300, stated=True, barrels=2)),
        ("DN300双管", Size(300, stated=True, barrels=2)),
        ("DN300 2根", Size(300, stated=True, barrels=2)),
        ("HDPE DN300", Size(300, stated=True, beside="HDPE")),
        ("DN300 HDPE", Size(300, stated=True, beside="HDPE")),
        ("HDPE管DN300", Size(300, stated=True, beside="HDPE")),
        ("砖砌600×800", Size(width_mm=600, height_mm=800, beside="砖砌")),
    ],
)
def test_what_else_a_size_says(text: str, size: Size) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    "text",
    [
        *("", "DN", "DN300/DN400", "DN300-400", "DN300~400", "φ325×8", "DN1e9", "DN300²", "⑤"),
        *("300 400", "-300", "Y1", "23DN300", "圆", None),
    ],
)
def test_what_is_no_size_of_one_pipe(text: object) -> None:
    assert parse_size(text) is None


@pytest.mark.parametrize("typed", [300, "DN300", "φ300", "⌀300", "%%c300", "DN:300", "0.3 m", "30 cm", "300"])
def test_settings_read_sizes_as_layers_do(typed: object) -> None:
    assert InletSettings.model_validate({"lead_diameter": typed}).lead_diameter_mm == pytest.approx(300)


@pytest.mark.parametrize("typed", ["De315", "2DN300", "300×400", "HDPE DN300"])
def test_a_setting_is_one_diameter(typed: str) -> None:
    with pytest.raises(ValueError, match="DN300"):
        InletSettings.model_validate({"lead_diameter": typed})
    with pytest.raises(RefusedValueError):
        parse(typed, "millimeter")


def test_sizes_of_a_layer_reach_their_columns_and_what_cannot_is_named(small_project) -> None:  # type: ignore[no-untyped-def]
    from spongecalc.layers.read import read_layers
    from spongecalc.project.load import load_project

    sizes = ["De315", "2DN300", "De333", "HDPE DN400", "B×H=600×800", "DN300mm"]
    materials = ["PVC-U", "砼", "PP", None, "砖", "PE"]

    def written(frames: dict) -> None:
        count = len(frames["pipes"])
        frames["pipes"]["diameter_mm"] = (sizes * count)[:count]
        frames["pipes"]["material"] = (materials * count)[:count]

    project = load_project(small_project(first=written).folder)
    layers, findings = read_layers(Path(project.folder), project.settings.layers, project.settings.crs)
    pipes = layers["pipes"].iloc[:6]
    assert pipes["diameter_mm"].tolist()[:4] == [300.0, 300.0, 333.0, 400.0]
    assert pipes["material"].iloc[3] == "HDPE"
    assert pipes[["width_mm", "height_mm", "shape"]].iloc[4].tolist() == [600.0, 800.0, "rect_closed"]
    ids = {
        rule: {f.feature.feature_id for f in findings if f.rule == rule}
        for rule in ("pipe.outer_diameter", "pipe.outer_unknown", "pipe.barrels")
    }
    assert ids == {
        "pipe.outer_diameter": {pipes["pipe_id"].iloc[0]},
        "pipe.barrels": {pipes["pipe_id"].iloc[1]},
        "pipe.outer_unknown": {pipes["pipe_id"].iloc[2]},
    }

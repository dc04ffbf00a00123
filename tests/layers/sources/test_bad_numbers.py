"""Numbers of a drawing that are none: the thing is left out and named, and never drawn somewhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ezdxf
import pytest
from tests.small_project import SmallProject, community

from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.read import read_layers
from spongecalc.layers.sources.describe import describe
from spongecalc.project.layer_source import LayerSource
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline

GRID = "EPSG:4543"
X, Y = 541040.5, 2674008.25


def drawn(folder: Path, words: str, *, version: str = "R2010") -> None:
    """Two pipes, one of which begins at X; in the text X of the second is ``words``."""
    document = ezdxf.new(version)
    space = document.modelspace()
    space.add_line((X - 40, Y), (X - 10, Y), {"layer": "YS"})
    space.add_line((X, Y), (X + 40, Y), {"layer": "YS"})
    document.saveas(folder / "plan.dxf")
    text = (folder / "plan.dxf").read_text(encoding="utf-8")
    assert text.count("\n541040.5\n") == 1
    (folder / "plan.dxf").write_text(text.replace("\n541040.5\n", f"\n{words}\n"), encoding="utf-8")


def read(folder: Path) -> tuple[LayerSet, list[Finding]]:
    layers, findings = read_layers(
        folder, {"pipes": (LayerSource(source="plan.dxf", layer="YS", crs=GRID),)}, GRID
    )
    return layers, [f for f in findings if f.rule == "drawing.bad_number"]


@pytest.mark.parametrize(
    "words", ["541040,5", "5.410405D5", "541,040.5", "1.#INF", "1.#QNAN", "nan", "inf", "", "x"]
)
@pytest.mark.parametrize("version", ["R12", "R2010"])
def test_a_number_that_is_none_is_an_error_at_its_line(tmp_path: Path, words: str, version: str) -> None:
    drawn(tmp_path, words, version=version)
    layers, found = read(tmp_path)
    # The other pipe is as drawn, and there is no third place.
    assert [g.wkt for g in layers["pipes"].geometry] == ["LINESTRING (541000.5 2674008.25, 541030.5 2674008.25)"]
    (only,) = found
    lines = (tmp_path / "plan.dxf").read_text(encoding="utf-8").split("\n")
    assert only.severity == "error"
    assert lines[int(str(only.found["line"])) - 1] == words
    assert str(only.found["words"]).lower() == words.lower()
    assert only.feature.feature_id.startswith("LINE ")
    assert only.feature.file == "plan.dxf"
    # The other end of the pipe is whole, and says where it is.
    assert (only.feature.x_m, only.feature.y_m) == (X + 40, Y)
    # Read = taken + left out.
    (held,) = layers.read
    assert held.unread == {"drawing.bad_number": 1}
    assert held.held.count == 1


@pytest.mark.parametrize("words", ["  541040.5", "5.410405E5", "5.410405e+05", "541040.50000"])
def test_a_number_however_it_is_written_is_one(tmp_path: Path, words: str) -> None:
    drawn(tmp_path, words)
    layers, found = read(tmp_path)
    assert found == []
    assert [round(g.length, 6) for g in layers["pipes"].geometry] == [30.0, 40.0]


def test_a_polyline_goes_with_all_its_vertices(tmp_path: Path) -> None:
    document = ezdxf.new("R12")
    space = document.modelspace()
    space.add_polyline2d([(X, Y), (X + 10, Y), (X + 20.125, Y)], dxfattribs={"layer": "YS"})
    space.add_line((X, Y + 5), (X + 10, Y + 5), {"layer": "YS"})
    document.saveas(tmp_path / "plan.dxf")
    text = (tmp_path / "plan.dxf").read_text()
    (tmp_path / "plan.dxf").write_text(text.replace("541060.625", "541060,625"))
    layers, found = read(tmp_path)
    assert [round(g.length, 6) for g in layers["pipes"].geometry] == [10.0]
    assert [f.found["entity"] for f in found] == ["POLYLINE"]


def test_only_mapped_layers_and_labels_are_named(tmp_path: Path) -> None:
    document = ezdxf.new("R2010")
    space = document.modelspace()
    space.add_line((X, Y), (X + 40, Y), {"layer": "ROAD"})
    space.add_line((X + 1, Y), (X + 31, Y), {"layer": "YS"})
    space.add_text("DN300", height=1, dxfattribs={"layer": "WORDS"}).set_placement((X + 5, Y + 0.125))
    document.saveas(tmp_path / "plan.dxf")
    text = (tmp_path / "plan.dxf").read_text(encoding="utf-8")
    text = text.replace("\n541040.5\n", "\n541040,5\n").replace("\n2674008.375\n", "\n2674008,375\n")
    (tmp_path / "plan.dxf").write_text(text, encoding="utf-8")
    layers, found = read(tmp_path)
    assert [round(g.length, 6) for g in layers["pipes"].geometry] == [30.0]
    assert [f.found["entity"] for f in found] == ["TEXT"]
    assert [n.rule for n in describe("plan.dxf", tmp_path).notes if n.rule.startswith("drawing.bad")] == [
        "drawing.bad_numbers"
    ]


def test_every_such_error_is_named_however_many(tmp_path: Path) -> None:
    """Of other things that are left out a hundred are named, and how many more there are."""
    document = ezdxf.new("R2010")
    space = document.modelspace()
    for n in range(130):
        space.add_line((X, Y + n), (X + 10, Y + n), {"layer": "YS"})
        space.add_point((X + 1, Y + n), {"layer": "YS"})
    document.saveas(tmp_path / "plan.dxf")
    text = (tmp_path / "plan.dxf").read_text(encoding="utf-8")
    (tmp_path / "plan.dxf").write_text(text.replace("\n541040.5\n", "\n541040,5\n"), encoding="utf-8")
    assert len(read(tmp_path)[1]) == 130
    source = LayerSource(source="plan.dxf", layer="YS", crs=GRID)
    _, findings = read_layers(tmp_path, {"pipes": (source,)}, GRID)
    assert sum(f.rule == "drawing.other_kind" for f in findings) == 100
    (more,) = [f for f in findings if f.rule == "drawing.more_left_out"]
    assert (more.found["count"], more.found["total"]) == (30, 130)
    assert "30" in more.message("en")
    assert "130" in more.message("zh")


def test_its_community_is_not_modelled_and_the_others_are(small_project: Callable[..., SmallProject]) -> None:
    project = small_project()
    document = ezdxf.new("R2010")
    for pipe in community("C", 2)["pipes"].itertuples():
        document.modelspace().add_line(*pipe.geometry.coords, {"layer": pipe.system})
    document.saveas(project.folder / "c.dxf")
    text = (project.folder / "c.dxf").read_text(encoding="utf-8")
    # The storm pipe from (540090, 2674008).
    (project.folder / "c.dxf").write_text(text.replace("\n2674008.0\n", "\n2674008,0\n", 1), encoding="utf-8")
    page = project.folder / "spongecalc.toml"
    page.write_text(
        page.read_text(encoding="utf-8")
        + '\n[[layers.pipes]]\nsource = "c.dxf"\nlayer = "storm"\ncrs = "EPSG:4543"\n'
        + 'constants = { system = "storm", status = "proposed", diameter_mm = 300 }\n',
        encoding="utf-8",
    )
    checked = pipeline.check(load_project(project.folder))
    # Its other end lies on the border of C, where no other community is.
    (error,) = [f for f in checked.findings if f.rule == "drawing.bad_number"]
    assert error.feature.community_id == "C"
    assert {c for s in checked.systems for c in s.communities} == {"A", "B"}

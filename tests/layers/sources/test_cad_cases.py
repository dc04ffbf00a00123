"""Small drawings on which whole deliveries were lost, each in a project of its own, with the right metres."""

from __future__ import annotations

from collections.abc import Callable

import ezdxf
import pytest
from ezdxf.document import Drawing
from ezdxf.layouts import Modelspace
from tests.planting import X, Y
from tests.small_project import CRS, SmallProject

from spongecalc.network.ledger import ledger
from spongecalc.network.quantities import laid_m
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.checked import Checked
from spongecalc.steps.intake import intake_of

PIPE = {"layer": "YS_LINE"}
TEXT = {"layer": "YS_TEXT"}
# Of the small project itself: 30 m of storm pipe in community C, as proposed.
OWN_M = 30.0

PIPES = f"""
[[layers.pipes]]
source = "d.dxf"
layer = "YS_LINE"
crs = "{CRS}"
constants = {{ system = "storm", status = "proposed", material = "HDPE", invert_up_m = 99, invert_down_m = 98 }}
fields = {{ diameter_mm = "管径", pipe_id = "handle" }}
labels = {{ within = "2 m" }}
"""
NODES = f"""
[[layers.nodes]]
source = "d.dxf"
layer = "P"
crs = "{CRS}"
constants = {{ system = "storm", status = "proposed", kind = "manhole", ground_m = 100.0, invert_m = 98.9 }}
fields = {{ node_id = "handle" }}
"""

Draw = Callable[[Drawing, Modelspace], None]


def checked_with(project: SmallProject, draw: Draw, block: str = PIPES) -> Checked:
    """The small project with a drawing beside its layers, checked."""
    document = ezdxf.new("R2010")
    draw(document, document.modelspace())
    document.saveas(project.folder / "d.dxf")
    page = project.folder / "spongecalc.toml"
    page.write_text(page.read_text(encoding="utf-8") + block, encoding="utf-8")
    return pipeline.check(load_project(project.folder))


def storm_m(checked: Checked) -> float:
    """Metres of storm pipe laid in community C."""
    return laid_m(ledger(checked.layers), "C", "storm")


def found(checked: Checked, rule: str) -> list[dict[str, object]]:
    return [dict(f.found) for f in checked.findings if f.rule == rule]


def diameters(checked: Checked) -> list[float]:
    pipes = checked.layers["pipes"]
    return sorted(pipes.loc[pipes["file"] == "d.dxf", "diameter_mm"].fillna(0))


def test_c_mtext(small_project: Callable[..., SmallProject]) -> None:
    """An MTEXT of two lines beside a line of 30 m."""

    def draw(_: Drawing, space: Modelspace) -> None:
        space.add_line((X + 5, Y + 18), (X + 35, Y + 18), PIPE)
        space.add_mtext("雨水 DN300\\P砼 i=3‰", {**TEXT, "char_height": 0.5, "insert": (X + 20, Y + 18.5)})

    checked = checked_with(small_project(), draw)
    assert diameters(checked) == [300]
    assert storm_m(checked) == pytest.approx(OWN_M + 30)


def test_circle(small_project: Callable[..., SmallProject]) -> None:
    checked = checked_with(
        small_project(), lambda _, s: s.add_circle((X + 30, Y + 25), 0.35, dxfattribs={"layer": "P"}), NODES
    )
    nodes = checked.layers["nodes"]
    own = nodes[nodes["file"] == "d.dxf"]
    assert [tuple(p.coords[0]) for p in own.geometry] == [(X + 30, Y + 25)]
    assert own["community_id"].tolist() == ["C"]


def test_c_block(small_project: Callable[..., SmallProject]) -> None:
    """A line of 10 m in model space and one of 20 m in a block, each with its text."""

    def draw(document: Drawing, space: Modelspace) -> None:
        block = document.blocks.new("小区雨水")
        block.add_line((0, 0), (20, 0), PIPE)
        block.add_text("DN300", height=2.5, dxfattribs=TEXT).set_placement((10, 0.4))
        space.add_blockref("小区雨水", (X + 5, Y + 18), dxfattribs={"layer": "0"})
        space.add_line((X + 5, Y + 22), (X + 15, Y + 22), PIPE)
        space.add_text("DN400", height=0.5, dxfattribs=TEXT).set_placement((X + 10, Y + 22.3))

    checked = checked_with(small_project(), draw)
    assert diameters(checked) == [300, 400]
    assert storm_m(checked) == pytest.approx(OWN_M + 30)


def test_c_pct(small_project: Callable[..., SmallProject]) -> None:
    def draw(_: Drawing, space: Modelspace) -> None:
        space.add_line((X + 5, Y + 18), (X + 35, Y + 18), PIPE)
        space.add_text("%%C300", height=0.5, dxfattribs=TEXT).set_placement((X + 20, Y + 18.5))

    checked = checked_with(small_project(), draw)
    assert diameters(checked) == [300]
    assert storm_m(checked) == pytest.approx(OWN_M + 30)


def test_label_cross(small_project: Callable[..., SmallProject]) -> None:
    """The text begins 2.7 m to the left of the line, and crosses it; another line has its own."""

    def draw(_: Drawing, space: Modelspace) -> None:
        space.add_line((X + 30, Y + 18), (X + 32, Y + 38), PIPE)
        text = space.add_text("DN400 i=0.018 L=20.1", height=1.0, dxfattribs=TEXT)
        text.set_placement((X + 28.31, Y + 27.8))
        space.add_line((X + 5, Y + 22), (X + 25, Y + 22), PIPE)
        space.add_text("DN300", height=0.5, dxfattribs=TEXT).set_placement((X + 13, Y + 22.5))

    checked = checked_with(small_project(), draw)
    assert diameters(checked) == [300, 400]
    assert not found(checked, "pipe.no_size")
    assert not found(checked, "drawing.loose_labels")


def test_unused_labels(small_project: Callable[..., SmallProject]) -> None:
    """A text 4 m from its line, and one without any line."""

    def draw(_: Drawing, space: Modelspace) -> None:
        for x, words, above in ((5, "DN300", 0.4), (25, "DN400", 4.0)):
            space.add_line((X + x, Y + 22), (X + x + 10, Y + 22), PIPE)
            space.add_text(words, height=0.5, dxfattribs=TEXT).set_placement((X + x + 5, Y + 22 + above))
        space.add_text("DN500", height=0.5, dxfattribs=TEXT).set_placement((X + 38, Y + 35))

    checked = checked_with(small_project(), draw)
    assert diameters(checked) == [0, 300]
    loose = found(checked, "drawing.loose_labels")
    assert [f["count"] for f in loose] == [2]
    assert str(loose[0]["places"]).startswith("DN400 (")
    assert "DN500 (" in str(loose[0]["places"])


def test_a_mesh_anywhere_ends_nothing(small_project: Callable[..., SmallProject]) -> None:
    """Terrain as meshes on another CAD layer and on the pipes' own."""

    def draw(_: Drawing, space: Modelspace) -> None:
        for layer in ("DTM", "YS_LINE"):
            mesh = space.add_polymesh((2, 2), dxfattribs={"layer": layer})
            for place, corner in zip(((0, 0), (1, 0), (1, 1), (0, 1)), range(4), strict=True):
                mesh.set_mesh_vertex(place, (X + corner, Y + corner % 2, 100))
            space.add_polyface(dxfattribs={"layer": layer}).append_faces(
                [[(X, Y, 1), (X + 1, Y, 2), (X, Y + 1, 3)]]
            )
        space.add_line((X + 5, Y + 18), (X + 35, Y + 18), PIPE)

    checked = checked_with(small_project(), draw)
    assert storm_m(checked) == pytest.approx(OWN_M + 30)
    assert [f["entity"] for f in found(checked, "drawing.other_kind")] == ["POLYLINE", "POLYLINE"]


def test_the_ledger_of_intake_counts_what_no_feature_was_made_of(
    small_project: Callable[..., SmallProject],
) -> None:
    """Two pipes of 30 m, a circle, a line without length; a manhole on a CAD layer that the nodes take, too."""

    def draw(_: Drawing, space: Modelspace) -> None:
        for y in (18, 20):
            space.add_line((X + 5, Y + y), (X + 35, Y + y), PIPE)
        space.add_circle((X + 7, Y + 9), 0.3, dxfattribs=PIPE)
        space.add_line((X + 9, Y + 9), (X + 9, Y + 9), PIPE)
        space.add_circle((X + 30, Y + 25), 0.35, dxfattribs={"layer": "P"})

    checked = checked_with(small_project(), draw, PIPES.replace('"YS_LINE"', '"YS_LINE | P"') + NODES)
    intake = intake_of(pipeline.build(checked))
    assert intake.open == ()
    own = intake.table[(intake.table["file"] == "d.dxf") & (intake.table["layer"] == "pipes")]
    read = own[own["fate"] == "read"].iloc[0]
    assert (read["count"], read["length_m"]) == (4, pytest.approx(60))
    left = own[own["fate"] == "left_out"].set_index("rule")["count"]
    assert left.filter(like="drawing.").to_dict() == {"drawing.no_extent": 1, "drawing.other_kind": 1}


def test_places_are_in_the_projects_system(small_project: Callable[..., SmallProject]) -> None:
    """A drawing with the zone's number in front: what is left is told where the project has it."""

    def draw(_: Drawing, space: Modelspace) -> None:
        space.add_line((X + 34e6, Y + 18), (X + 34e6 + 30, Y + 18), PIPE)
        space.add_circle((X + 34e6 + 7, Y + 9), 0.3, dxfattribs=PIPE)

    block = PIPES.replace('labels = { within = "2 m" }', 'offset_x = "-34000000 m"')
    checked = checked_with(small_project(), draw, block)
    left = [f for f in checked.findings if f.rule == "drawing.other_kind"]
    assert [(f.feature.x_m, f.feature.y_m) for f in left] == [(X + 7, Y + 9)]
    assert storm_m(checked) == pytest.approx(OWN_M + 30)

"""Which feature a text of a drawing belongs to: by its letters, its direction, its leader; and which to none."""

from __future__ import annotations

from pathlib import Path

import ezdxf
import numpy as np
import pytest
from ezdxf.document import Drawing
from ezdxf.enums import TextEntityAlignment
from ezdxf.layouts import Modelspace
from ezdxf.math import Vec2
from ezdxf.render import mleader

from spongecalc.catalogue.catalogue import shipped
from spongecalc.layers.finding import Finding
from spongecalc.layers.read import read_layers
from spongecalc.layers.rules.pipe_rules import check_pipes
from spongecalc.layers.sources.drawing import read_drawing
from spongecalc.project.check_settings import CheckSettings
from spongecalc.project.layer_source import Labels, LayerSource

GRID = "EPSG:4543"
MEASURES = ("diameter_mm", "width_mm", "height_mm")
X, Y = 541000.0, 2675000.0
PIPE = {"layer": "YS_LINE"}
TEXT = {"layer": "YS_TEXT"}


def at(x: float, y: float) -> tuple[float, float]:
    return X + x, Y + y


def new() -> tuple[Drawing, Modelspace]:
    document = ezdxf.new("R2010")
    return document, document.modelspace()


def sizes(folder: Path, document: Drawing, **source: object) -> tuple[dict[float, float | None], list[Finding]]:
    """Diameter of each pipe of the drawing by its greatest y on the site, and warnings."""
    document.saveas(folder / "d.dxf")
    given = LayerSource(
        source="d.dxf",
        layer="YS_LINE",
        crs=GRID,
        fields={"pipe_id": "handle", "diameter_mm": "管径"},
        **source,
    )
    layers, findings = read_layers(folder, {"pipes": (given,)}, GRID)
    frame = layers["pipes"]
    found = {
        round(g.bounds[3] - Y, 3): None if d != d else d  # noqa: PLR0124  NaN
        for g, d in zip(frame.geometry, frame["diameter_mm"], strict=True)
    }
    return found, [f for f in findings if f.severity == "warning" and f.rule != "layer.empty"]


def test_a_text_that_begins_far_away_and_crosses_its_pipe_belongs_to_it(tmp_path: Path) -> None:
    """Its first letter lies 2.7 m from the line, its last ten metres beyond."""
    document, space = new()
    space.add_line(at(60, 20), at(62, 40), PIPE)
    space.add_text("DN400 i=0.018 L=20.1", height=1.0, dxfattribs=TEXT).set_placement(at(58.31, 29.8))
    assert sizes(tmp_path, document, labels=Labels(within="0.5 m")) == ({40: 400}, [])


def test_a_text_written_along_a_pipe_belongs_to_it_though_it_crosses_another(tmp_path: Path) -> None:
    """Texts along each of two pipes that cross; either lies on the other pipe and 0.4 m from its own."""
    document, space = new()
    space.add_line(at(0, 0), at(40, 0), PIPE)
    space.add_line(at(20, -20), at(20, 20), PIPE)
    space.add_text("DN300 PE", height=0.5, dxfattribs=TEXT).set_placement(at(18.5, 0.4))
    space.add_text("DN500 PE", height=0.5, rotation=90, dxfattribs=TEXT).set_placement(at(19.6, -1.5))
    assert sizes(tmp_path, document) == ({0: 300, 20: 500}, [])


@pytest.mark.parametrize("rotation", [30, 210])
def test_direction_counts_at_any_angle_and_upside_down(tmp_path: Path, rotation: float) -> None:
    """Two pipes from one manhole at 30 and 70 degrees; the text runs along the first, nearer to the second."""
    document, space = new()
    space.add_line(at(0, 0), tuple(Vec2(at(0, 0)) + Vec2.from_deg_angle(30, 40)), PIPE)
    space.add_line(at(0, 0), tuple(Vec2(at(0, 0)) + Vec2.from_deg_angle(70, 40)), PIPE)
    middle = Vec2(at(0, 0)) + Vec2.from_deg_angle(50, 2.5)
    space.add_text("DN300", height=0.3, rotation=rotation, dxfattribs=TEXT).set_placement(
        tuple(middle), align=TextEntityAlignment.MIDDLE_CENTER
    )
    found, warnings = sizes(tmp_path, document)
    assert found == {20: 300, 37.588: None}
    assert not warnings


@pytest.mark.parametrize(
    "align",
    [
        TextEntityAlignment.LEFT,
        TextEntityAlignment.RIGHT,
        TextEntityAlignment.TOP_CENTER,
        TextEntityAlignment.MIDDLE,
        TextEntityAlignment.ALIGNED,
        TextEntityAlignment.FIT,
    ],
)
def test_the_letters_lie_where_the_alignment_puts_them(tmp_path: Path, align: TextEntityAlignment) -> None:
    """A text of 8 letters, 1 m high: 6.4 m. The pipe passes 3 m to the side on which the letters lie."""
    document, space = new()
    side = {TextEntityAlignment.RIGHT: -3.0, TextEntityAlignment.TOP_CENTER: -3.0}.get(align, 3.0)
    space.add_line(at(side, -10), at(side, 10), PIPE)
    space.add_line(at(-side * 3, -10), at(-side * 3, 12), PIPE)
    text = space.add_text("DN300 PE", height=1.0, dxfattribs=TEXT)
    text.set_placement(at(0, 0), at(6, 0), align=align)
    assert sizes(tmp_path, document, labels=Labels(within="0.5 m")) == ({10: 300, 12: None}, [])


def test_mirrored_texts_lie_on_their_other_side(tmp_path: Path) -> None:
    """Written backwards, and mirrored by the direction of extrusion: both run to the west of their place."""
    for attributes in ({"text_generation_flag": 2}, {"extrusion": (0, 0, -1)}):
        document, space = new()
        space.add_line(at(-3, -10), at(-3, 10), PIPE)
        space.add_line(at(3, -10), at(3, 12), PIPE)
        text = space.add_text("DN300 PE", height=1.0, dxfattribs={**TEXT, **attributes})
        text.dxf.insert = (-X, Y) if "extrusion" in attributes else at(0, 0)
        assert sizes(tmp_path, document, labels=Labels(within="0.5 m")) == ({10: 300, 12: None}, []), attributes


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("{\\fSimSun|b0|i0|c134|p2;\\H0.7x;DN300}", 300),
        ("{\\C1;雨水}\\P\\A1;DN300", 300),
        ("%%c300", 300),
        ("\\U+00D8300", 300),
        ("DN\\H2;300", 300),
        ("\\pxqc;DN300\\~砼", 300),
        ("B×H=600×800", None),
    ],
)
def test_codes_of_mtext_are_no_part_of_what_it_says(tmp_path: Path, written: str, size: float | None) -> None:
    document, space = new()
    space.add_line(at(0, 0), at(40, 0), PIPE)
    space.add_mtext(written, dxfattribs={**TEXT, "char_height": 0.5, "insert": at(10, 1.2)})
    found, warnings = sizes(tmp_path, document)
    assert found == {0: size}
    assert not warnings


def test_columns_of_mtext_are_read_to_the_last(tmp_path: Path) -> None:
    document, space = new()
    space.add_line(at(0, 0), at(40, 0), PIPE)
    text = space.add_mtext_static_columns(
        ["雨水", "砼", "DN300"], 3, 0.5, 5, dxfattribs={**TEXT, "char_height": 0.5}
    )
    text.dxf.insert = at(10, 0.5)
    assert sizes(tmp_path, document) == ({0: 300}, [])


def test_mtext_reaches_as_far_as_its_attachment_says(tmp_path: Path) -> None:
    """Hung from its lower right corner it reaches 4 m to the west, to the pipe there."""
    document, space = new()
    space.add_line(at(-3.5, -10), at(-3.5, 10), PIPE)
    space.add_line(at(3.5, -10), at(3.5, 12), PIPE)
    space.add_mtext("DN300", dxfattribs={**TEXT, "char_height": 1, "insert": at(0, 0), "attachment_point": 9})
    assert sizes(tmp_path, document, labels=Labels(within="0.5 m")) == ({10: 300, 12: None}, [])


def test_a_leader_points_at_its_pipe_over_a_nearer_one(tmp_path: Path) -> None:
    """LEADER with its text's handle, LEADER that only ends at it, MULTILEADER, and a plain line: 4 pipes."""
    document, space = new()
    for number in range(4):
        y = 40 * number
        space.add_line(at(0, y), at(40, y), PIPE)
        space.add_line(at(0, y + 12), at(40, y + 12), PIPE)
        size, tip, foot = f"DN{300 + 100 * number}", at(10, y), at(14, y + 10)
        if number == 2:
            builder = space.add_multileader_mtext("Standard")
            builder.set_content(size, char_height=0.5)
            builder.add_leader_line(mleader.ConnectionSide.left, [tip])
            builder.build(insert=Vec2(foot))
            continue
        text = space.add_text(size, height=0.5, dxfattribs=TEXT).set_placement(foot)
        if number == 3:
            space.add_lwpolyline([tip, foot, at(18, y + 10)], dxfattribs=TEXT)
        else:
            leader = space.add_leader([tip, foot], dxfattribs={"layer": "0"})
            if number == 0:
                leader.dxf.annotation_handle = text.dxf.handle
    found, warnings = sizes(tmp_path, document, labels=Labels(within="3 m"))
    assert found == {0: 300, 12: None, 40: 400, 52: None, 80: 500, 92: None, 120: 600, 132: None}
    assert not warnings


def test_a_long_text_placed_on_its_pipe_belongs_to_it(tmp_path: Path) -> None:
    """All texts along the sheet; the first begins on a steep pipe and runs along the one that starts there."""
    document, space = new()
    space.add_line(at(0, -20), at(0.5, 20), PIPE)
    space.add_line(at(1, 0.3), at(40, 0.3), PIPE)
    text = space.add_text("Y1 DN300 PE i=0.003 L=40.0", height=0.5, dxfattribs=TEXT)
    text.set_placement(at(0.25, 0))
    assert sizes(tmp_path, document) == ({20: 300, 0.3: None}, [])


def test_labels_that_are_blocks_are_labels_and_a_manholes_size_is_none(tmp_path: Path) -> None:
    """A block of an attribute, one of a text, and a manhole that is called phi 700 on a pipe."""
    document, space = new()
    for y in (0, 20, 40):
        space.add_line(at(0, y), at(40, y), PIPE)
    document.blocks.new("NOTE").add_attdef("管径", (0, 0), height=0.5)
    document.blocks.new("DN400").add_text("DN400", height=0.5, dxfattribs=TEXT)
    well = document.blocks.new("WELL")
    well.add_circle((0, 0), 0.35)
    well.add_attdef("井径", (0, 0.5), height=0.5)
    note = space.add_blockref("NOTE", at(10, 0.4))
    note.add_attrib("管径", "DN300", at(10, 0.4), dxfattribs={"height": 0.5})
    space.add_blockref("DN400", at(10, 20.4))
    space.add_blockref("WELL", at(10, 40)).add_attrib("井径", "φ700", at(10, 40.5), dxfattribs={"height": 0.5})
    assert sizes(tmp_path, document) == ({0: 300, 20: 400, 40: None}, [])


def test_labels_that_belong_to_nothing_are_counted_with_their_places(tmp_path: Path) -> None:
    document, space = new()
    space.add_line(at(0, 0), at(40, 0), PIPE)
    for words, y in (("DN300", 0.3), ("DN400", 4.0), ("DN500", 20.0), ("三号楼", 30.0), ("1623.45", 31.0)):
        space.add_text(words, height=0.5, dxfattribs=TEXT).set_placement(at(10, y))
    found, warnings = sizes(tmp_path, document)
    assert found == {0: 300}
    assert [f.rule for f in warnings] == ["drawing.loose_labels"]
    # Five letters of 0.4 m and 0.5 m high: their middles lie 1.00 m to the right and 0.25 m up.
    assert warnings[0].found["count"] == 2
    assert warnings[0].found["places"] == "DN400 (541011.00, 2675004.25), DN500 (541011.00, 2675020.25)"
    assert (warnings[0].feature.x_m, warnings[0].feature.y_m) == pytest.approx((X + 11, Y + 4.25))


def test_named_layers_of_labels_are_all_labels_and_take_patterns_of_names(tmp_path: Path) -> None:
    document, space = new()
    space.add_line(at(0, 0), at(40, 0), PIPE)
    space.add_text("DN300", height=0.5, dxfattribs={"layer": "ys_text"}).set_placement(at(10, 0.3))
    space.add_text("DN800", height=0.5, dxfattribs={"layer": "WS_TEXT"}).set_placement(at(10, 0.1))
    space.add_text("见说明", height=0.5, dxfattribs={"layer": "YS_NOTE"}).set_placement(at(10, 50))
    found, warnings = sizes(tmp_path, document, labels=Labels(layers=("YS_*",)))
    assert found == {0: 300}
    assert [f.found["count"] for f in warnings if f.rule == "drawing.loose_labels"] == [1]


def test_a_label_of_another_system_is_not_taken(tmp_path: Path) -> None:
    """Rain and sewage 1 m apart, each source with all texts: each text goes to the pipe it lies on."""
    document, space = new()
    space.add_line(at(0, 0), at(40, 0), PIPE)
    space.add_line(at(0, 1), at(40, 1), {"layer": "WS_LINE"})
    space.add_text("DN200", height=0.3, dxfattribs=TEXT).set_placement(at(10, 1.1))
    document.saveas(tmp_path / "d.dxf")
    common = {"source": "d.dxf", "crs": GRID, "fields": {"pipe_id": "handle", "diameter_mm": "管径"}}
    sources = tuple(LayerSource(layer=name, **common) for name in ("YS_LINE", "WS_LINE"))
    layers, findings = read_layers(tmp_path, {"pipes": sources}, GRID)
    assert layers["pipes"]["diameter_mm"].tolist()[1] == 200
    assert layers["pipes"]["diameter_mm"].isna().tolist() == [True, False]
    assert not [f for f in findings if f.rule.startswith("drawing.") and f.severity == "warning"]


def test_two_sizes_at_one_pipe_are_named_and_the_nearer_counts(tmp_path: Path) -> None:
    for first, second in ((0.9, 0.3), (0.3, 0.9)):
        document, space = new()
        space.add_line(at(0, 0), at(40, 0), PIPE)
        space.add_text("DN300", height=0.5, dxfattribs=TEXT).set_placement(at(10, first))
        space.add_text("DN400", height=0.5, dxfattribs=TEXT).set_placement(at(20, second))
        found, warnings = sizes(tmp_path, document)
        assert found == {0: 400 if second < first else 300}
        assert [f.rule for f in warnings] == ["drawing.labels_disagree"]


def test_a_text_in_the_middle_of_two_pipes_goes_to_the_one_under_it_and_is_named(tmp_path: Path) -> None:
    """The same whichever is drawn first."""
    for order in ((0, 2.5), (2.5, 0)):
        document, space = new()
        for y in order:
            space.add_line(at(0, y), at(40, y), PIPE)
        space.add_text("DN300", height=0.5, dxfattribs=TEXT).set_placement(at(10, 1.0))
        found, warnings = sizes(tmp_path, document)
        assert found == {0: 300, 2.5: None}
        assert [f.rule for f in warnings] == ["drawing.label_between"]


def test_texts_without_height_and_hidden_ones(tmp_path: Path) -> None:
    """Without height a text is a point; one on a frozen layer labels only where its layer is named."""
    document, space = new()
    document.layers.add("OLD").freeze()
    space.add_line(at(0, 0), at(40, 0), PIPE)
    space.add_text("DN300", height=0, dxfattribs=TEXT).set_placement(at(10, 0.3))
    space.add_text("DN800", dxfattribs={"layer": "OLD", "height": 0.5}).set_placement(at(10, 0.1))
    found, warnings = sizes(tmp_path, document)
    assert found == {0: 300}
    assert [(f.rule, f.found["count"], f.found["layers"]) for f in warnings] == [
        ("drawing.hidden_labels", 1, "OLD")
    ]
    assert sizes(tmp_path, document, labels=Labels(layers=("OLD",))) == ({0: 800}, [])


def test_a_pattern_reads_texts_of_several_lines(tmp_path: Path) -> None:
    document, space = new()
    space.add_line(at(0, 0), at(40, 0), PIPE)
    space.add_mtext("Y1-Y2\\PDN300", dxfattribs={**TEXT, "char_height": 0.5, "insert": at(10, 1.5)})
    document.saveas(tmp_path / "d.dxf")
    labels = Labels(pattern=r"(?P<管线编号>\S+) (?P<管径>\S+)")
    given = LayerSource(source="d.dxf", layer="YS_LINE", crs=GRID, labels=labels)
    layers, _ = read_layers(tmp_path, {"pipes": (given,)}, GRID)
    assert layers["pipes"][["pipe_id", "diameter_mm"]].to_numpy().tolist() == [["Y1-Y2", 300]]


def test_pipes_without_any_label_are_still_read(tmp_path: Path) -> None:
    document, space = new()
    space.add_line(at(0, 0), at(40, 0), PIPE)
    assert sizes(tmp_path, document) == ({0: None}, [])


@pytest.mark.parametrize(
    ("words", "size", "material", "length"),
    [
        ("d300-40.0-5‰", (300, None, None), None, 40.0),
        ("φ300/40/0.003", (300, None, None), None, 40.0),
        ("d300-40-3", (300, None, None), None, 40.0),
        ("PE管 300", (300, None, None), "PE管", None),
        ("砼400", (400, None, None), "砼", None),
        ("PE 300", (300, None, None), "PE", None),
        ("DN300 i=0.003 L=40", (300, None, None), None, 40.0),
        ("HDPE DN400 L=32.5m i=5‰", (400, None, None), "HDPE", 32.5),
        ("管径300 管长40", (300, None, None), None, 40.0),
        ("300×400", (None, 300, 400), None, None),
        ("B×H=600×400", (None, 600, 400), None, None),
        ("B×H=600×400 L=40.0", (None, 600, 400), None, 40.0),
        ("Φ300", (300, None, None), None, None),
        ("%%c300", (300, None, None), None, None),
    ],
)
def test_labels_of_every_writing_give_size_material_and_length(
    tmp_path: Path, words: str, size: tuple[float | None, ...], material: str | None, length: float | None
) -> None:
    document, space = new()
    space.add_line(at(0, 0), at(40, 0), {"layer": "YS_LINE"})
    space.add_text(words, height=0.5, dxfattribs={"layer": "YS_TEXT"}).set_placement(at(10, 0.3))
    document.saveas(tmp_path / "plan.dxf")
    source = LayerSource(source="plan.dxf", layer="YS_LINE", crs=GRID)
    layers, findings = read_layers(tmp_path, {"pipes": (source,)}, GRID)
    (pipe,) = layers["pipes"].to_dict("records")
    read = [None if np.isnan(pipe[c]) else pipe[c] for c in (*MEASURES, "length_m")]
    assert read == [*size, length]
    assert pipe["material"] == material
    assert not [
        f for f in findings if f.rule in ("drawing.loose_labels", "value.not_a_number", "pipe.size_unread")
    ]


@pytest.mark.parametrize("words", ["PE100", "PE 100", "W300", "1623.50", "L=40", "i=3‰"])
def test_what_is_no_size_gives_none(tmp_path: Path, words: str) -> None:
    document, space = new()
    space.add_line(at(0, 0), at(40, 0), {"layer": "YS_LINE"})
    space.add_text(words, height=0.5, dxfattribs={"layer": "YS_TEXT"}).set_placement(at(10, 0.3))
    document.saveas(tmp_path / "plan.dxf")
    layers, _ = read_layers(
        tmp_path, {"pipes": (LayerSource(source="plan.dxf", layer="YS_LINE", crs=GRID),)}, GRID
    )
    assert layers["pipes"]["diameter_mm"].isna().all()
    assert layers["pipes"]["length_m"].isna().all()


def test_one_size_written_in_two_ways_is_no_dispute(tmp_path: Path) -> None:
    document, space = new()
    space.add_line(at(0, 0), at(40, 0), {"layer": "YS_LINE"})
    for words, x in (("DN300", 5), ("d300-40-5‰", 20)):
        space.add_text(words, height=0.5, dxfattribs={"layer": "YS_TEXT"}).set_placement(at(x, 0.3))
    document.saveas(tmp_path / "plan.dxf")
    _, findings = read_layers(
        tmp_path, {"pipes": (LayerSource(source="plan.dxf", layer="YS_LINE", crs=GRID),)}, GRID
    )
    assert "drawing.labels_disagree" not in [f.rule for f in findings]


@pytest.mark.parametrize(("words", "stated"), [("d300-30.0-5‰", 30.0), ("DN300 L=40.2", None), ("DN300", None)])
def test_a_label_whose_length_is_another_than_the_drawn_one_is_named(
    tmp_path: Path, words: str, stated: float | None
) -> None:
    """40 m are drawn; 0.5 m more or less are the surveyor's rounding."""
    document, space = new()
    space.add_line(at(0, 0), at(40, 0), PIPE)
    space.add_text(words, height=0.5, dxfattribs=TEXT).set_placement(at(10, 0.3))
    document.saveas(tmp_path / "plan.dxf")
    source = LayerSource(source="plan.dxf", layer="YS_LINE", crs=GRID, fields={"pipe_id": "handle"})
    layers, _ = read_layers(tmp_path, {"pipes": (source,)}, GRID)
    named = [f.found for f in check_pipes(layers, CheckSettings()) if f.rule == "pipe.length_differs"]
    assert [(n["drawn"], n["stated"]) for n in named] == ([("40.00", "30.00")] if stated else [])


def test_a_slope_is_a_field_of_the_drawing(tmp_path: Path) -> None:
    document, space = new()
    space.add_line(at(0, 0), at(40, 0), PIPE)
    space.add_text("φ300/40/0.003", height=0.5, dxfattribs=TEXT).set_placement(at(10, 0.3))
    document.saveas(tmp_path / "plan.dxf")
    raw = read_drawing(tmp_path / "plan.dxf", "pipes", LayerSource(source="plan.dxf", layer="YS_LINE"), shipped())
    (pipe,) = raw.frame.to_dict("records")
    assert (pipe["管径"], pipe["管长"], pipe["坡度"]) == ("φ300", "40 m", "3‰")

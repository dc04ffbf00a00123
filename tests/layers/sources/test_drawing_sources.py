"""``spongecalc sources`` on a drawing: CAD layers, blocks, attributes, texts, and drafts that read."""

from __future__ import annotations

import tomllib
from pathlib import Path

import ezdxf
import pytest

from spongecalc.layers.read import read_layers
from spongecalc.layers.sources.describe import describe
from spongecalc.layers.sources.raw import SourceRefusedError
from spongecalc.project.layer_source import LayerSource

GRID = "EPSG:4543"
X, Y = 541000.0, 2675000.0


def delivery(folder: Path) -> None:
    """Two pipes with texts, one of them in a plan block, three wells with numbers, a square, a frozen line."""
    document = ezdxf.new("R2010")
    space = document.modelspace()
    document.layers.add("YS_OLD").freeze()
    block = document.blocks.new("雨水井")
    block.add_circle((0, 0), 0.35)
    block.add_attdef("点号", (0, 0))
    for number in range(3):
        ref = space.add_blockref("雨水井", (X + 20 * number, Y), dxfattribs={"layer": "YS_POINT"})
        ref.add_attrib("点号", f"Y{number}", (X, Y))
    space.add_line((X, Y), (X + 20, Y), {"layer": "YS_LINE"})
    plan = document.blocks.new("PLAN")
    plan.add_line((20, 0), (40, 0), {"layer": "YS_LINE"})
    space.add_blockref("PLAN", (X, Y))
    for x, words in ((10, "DN300"), (30, "DN400")):
        space.add_text(words, height=0.5, dxfattribs={"layer": "YS_TEXT"}).set_placement((X + x, Y + 0.3))
    space.add_line((X, Y + 50), (X + 9, Y + 50), {"layer": "YS_OLD"})
    corners = [(X, Y + 5), (X + 10, Y + 5), (X + 10, Y + 15), (X, Y + 15)]
    space.add_lwpolyline(corners, close=True, dxfattribs={"layer": "下垫面"})
    document.saveas(folder / "plan.dxf")


def test_everything_is_shown_by_cad_layer(tmp_path: Path) -> None:
    delivery(tmp_path)
    seen = describe("plan.dxf", tmp_path)
    layers = {s.name: s for s in seen.layers}
    assert (seen.form, seen.encoding) == ("DXF", "UTF-8")
    assert {n: (s.count, s.meant_for) for n, s in layers.items()} == {
        "0": (1, None),
        "YS_LINE": (2, "pipes"),
        "YS_OLD": (1, "pipes"),
        "YS_POINT": (3, "nodes"),
        "YS_TEXT": (2, None),
        "下垫面": (1, "surfaces"),
    }

    def fields(name: str) -> list[tuple[str, str, int, tuple[str, ...]]]:
        return [(f.name, f.kind, f.filled, f.examples) for f in layers[name].fields]

    assert fields("YS_POINT") == [
        ("INSERT", "entity", 3, ()),
        ("雨水井", "block", 3, ()),
        ("点号", "attribute", 3, ("Y0", "Y1", "Y2")),
    ]
    assert fields("YS_TEXT") == [("TEXT", "entity", 2, ()), ("text", "label", 2, ("DN300", "DN400"))]
    assert ("frozen", "hidden", 1, ()) in fields("YS_OLD")
    assert ("PLAN", "block", 1, ()) in fields("0")


def test_the_drafts_read_what_is_there(tmp_path: Path) -> None:
    """The commented lines taken in: system from the names, sizes from the texts, numbers from the blocks."""
    delivery(tmp_path)
    drafts = {s.name: s.draft for s in describe("plan.dxf", tmp_path).layers if s.draft}
    text = "\n".join(drafts[n] for n in ("YS_LINE", "YS_POINT", "下垫面"))
    text = (
        text.replace("# constants", "constants")
        .replace("# labels", "labels")
        .replace("existing | proposed | removed", "existing")
    )
    blocks = tomllib.loads(text)["layers"]
    blocks["nodes"][0]["constants"]["kind"] = "manhole"
    blocks["surfaces"][0]["constants"]["cover"] = "concrete"
    sources = {layer: tuple(LayerSource(**b, crs=GRID) for b in given) for layer, given in blocks.items()}
    layers, findings = read_layers(tmp_path, sources, GRID)
    assert layers["nodes"]["node_id"].tolist() == ["Y0", "Y1", "Y2"]
    assert set(layers["nodes"]["system"]) == {"storm"}
    assert layers["pipes"].length.tolist() == pytest.approx([20, 20])
    assert layers["pipes"]["diameter_mm"].tolist() == [300, 400]
    assert layers["surfaces"].area.tolist() == pytest.approx([100])
    assert not [f for f in findings if f.rule.startswith("drawing.") and f.severity != "info"]


def test_the_draft_says_how_symbols_become_kinds(tmp_path: Path) -> None:
    """Read as its line says, with a kind for each symbol: the outfall's block makes an outfall."""
    delivery(tmp_path)
    document = ezdxf.readfile(tmp_path / "plan.dxf")
    document.blocks.new("排口").add_circle((0, 0), 0.5)
    document.modelspace().add_blockref("排口", (X + 60, Y), dxfattribs={"layer": "YS_POINT"})
    document.saveas(tmp_path / "plan.dxf")
    (draft,) = [s.draft for s in describe("plan.dxf", tmp_path).layers if s.name == "YS_POINT"]
    line = next(n for n in draft.splitlines() if n.startswith("# kind by symbol"))
    given = tomllib.loads(f"by = {{ {line.partition(': ')[2]} }}")["by"]
    assert given == {"fields": {"kind": "block"}, "values": {"kind": {"排口": "?", "雨水井": "?"}}}
    given["values"]["kind"] = {"排口": "outfall", "雨水井": "manhole"}
    nodes = LayerSource(source="plan.dxf", layer="YS_POINT", crs=GRID, constants={"system": "storm"}, **given)
    layers, _ = read_layers(tmp_path, {"nodes": (nodes,)}, GRID)
    assert layers["nodes"]["kind"].tolist() == ["manhole"] * 3 + ["outfall"]


def test_notes_of_the_file_are_said(tmp_path: Path) -> None:
    delivery(tmp_path)
    data = (tmp_path / "plan.dxf").read_bytes()
    (tmp_path / "plan.dxf").write_bytes(data[: data.rindex(b"ENTITIES") + 3000])
    assert "drawing.cut_off" in [n.rule for n in describe("plan.dxf", tmp_path).notes]


def test_a_dwg_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "plan.dwg").write_bytes(b"AC1032" + bytes(200))
    with pytest.raises(SourceRefusedError) as refusal:
        describe("plan.dwg", tmp_path)
    assert refusal.value.rule == "drawing.dwg"

"""Drawings of a few kilobytes that hold very much: curves beyond all size, and blocks that multiply."""

from __future__ import annotations

import math
import time
from pathlib import Path

import ezdxf
import numpy as np
import pytest
import shapely
from ezdxf.document import Drawing
from ezdxf.entities import DXFEntity
from ezdxf.math import Matrix44

from spongecalc.catalogue.catalogue import shipped
from spongecalc.gate.limits import Limits
from spongecalc.gate.territory import claim
from spongecalc.language import LANGUAGES
from spongecalc.layers.sources.cad import shapes
from spongecalc.layers.sources.cad.shapes import line_of, outline_of
from spongecalc.layers.sources.cad.walk import Drawn
from spongecalc.layers.sources.drawing import read_drawing
from spongecalc.layers.sources.raw import RawLayer, SourceRefusedError
from spongecalc.project.layer_source import LayerSource

PIPES = {"layer": "YS"}
FAR = 1e12


def shown(entity: DXFEntity) -> Drawn:
    return Drawn(entity, entity.dxftype(), "YS", "1", Matrix44())


def arc(document: Drawing, radius: float) -> DXFEntity:
    return document.modelspace().add_arc((541000, 2675000), radius, 0, 359)


def large_circle(document: Drawing) -> DXFEntity:
    return document.modelspace().add_circle((0, 0), FAR)


def large_ellipse(document: Drawing) -> DXFEntity:
    return document.modelspace().add_ellipse((0, 0), (FAR, 0), 0.5)


def large_bulge(document: Drawing) -> DXFEntity:
    return document.modelspace().add_lwpolyline([(0, 0, 1), (FAR, 0, 1)], format="xyb", close=True)


def great_bulge(document: Drawing) -> DXFEntity:
    return document.modelspace().add_lwpolyline([(0, 0, FAR), (10, 0, 0)], format="xyb")


def large_spline(document: Drawing) -> DXFEntity:
    return document.modelspace().add_spline([(0, 0), (FAR, FAR), (2 * FAR, -FAR), (3 * FAR, 0)])


def large_fill(document: Drawing) -> DXFEntity:
    fill = document.modelspace().add_hatch()
    fill.paths.add_edge_path().add_arc((0, 0), FAR, 0, 360)
    return fill


def far_away(document: Drawing) -> DXFEntity:
    """Where coordinates are an eighth of a metre apart, no chord is within a millimetre of anything."""
    return document.modelspace().add_arc((1e15, 1e15), 1, 0, 359)


@pytest.mark.parametrize(
    "draw",
    [large_circle, large_ellipse, large_bulge, great_bulge, large_spline, large_fill, far_away],
    ids=lambda d: d.__name__,
)
def test_a_curve_beyond_all_size_has_some_thousands_of_vertices(draw) -> None:
    drawn = shown(draw(ezdxf.new()))
    geometry = outline_of(drawn) if drawn.kind in ("CIRCLE", "HATCH") else line_of(drawn)
    assert 16 < shapely.get_num_coordinates(geometry) < 10_000


@pytest.mark.parametrize("radius", [1e4, 1e7, FAR, 1e100])
def test_an_arc_of_any_radius_keeps_its_length(radius: float) -> None:
    line = line_of(shown(arc(ezdxf.new(), radius)))
    assert line is not None
    assert len(line.coords) < 10_000
    assert line.length == pytest.approx(math.radians(359) * radius, rel=1e-5)


@pytest.mark.parametrize("radius", [0.5, 5, 50, 500, 3000])
def test_a_sound_arc_is_drawn_to_the_millimetre(monkeypatch: pytest.MonkeyPatch, radius: float) -> None:
    drawn = shown(arc(ezdxf.new(), radius))
    line = line_of(drawn)
    monkeypatch.setattr(shapes, "_strays_m", lambda _: shapes.CHORD_M)
    plain = line_of(drawn)
    assert line is not None
    assert plain is not None
    assert np.array_equal(line.coords, plain.coords)


def test_a_long_spline_of_many_spans_is_drawn_to_the_millimetre(monkeypatch: pytest.MonkeyPatch) -> None:
    """A contour of 20 km: chords are told by what the file states, and not by the length of the whole."""
    bends = [(20 * n, 30 * math.sin(n), 0) for n in range(1000)]
    drawn = shown(ezdxf.new().modelspace().add_open_spline(bends))
    line = line_of(drawn)
    monkeypatch.setattr(shapes, "_strays_m", lambda _: shapes.CHORD_M)
    assert line == line_of(drawn)


def test_a_curve_that_no_number_measures_is_no_line() -> None:
    with pytest.raises(ValueError, match="NaN"):
        line_of(shown(arc(ezdxf.new(), 1e200)))


def nested(
    folder: Path,
    levels: int,
    references: int,
    lines: int = 1,
    long_m: float = 10,
    scales: tuple[float, ...] = (1,),
) -> None:
    """A drawing of blocks in blocks, d.dxf: so many levels of so many references around some lines."""
    drawing = ezdxf.new("R2018")
    drawing.header["$INSUNITS"] = 6
    block = drawing.blocks.new("B0")
    for number in range(lines):
        block.add_line((0, number / 1000), (long_m, number / 1000), dxfattribs=PIPES)
    for level in range(1, levels + 1):
        upper = drawing.blocks.new(f"B{level}")
        for number in range(references):
            scale = scales[number % len(scales)]
            place = (number * 4 * long_m * 1.5**level, 0)
            upper.add_blockref(f"B{level - 1}", place, dxfattribs={"xscale": scale, "yscale": scale})
    drawing.modelspace().add_blockref(f"B{levels}", (541000, 2675000))
    drawing.saveas(folder / "d.dxf")


def pipes(folder: Path) -> RawLayer:
    return read_drawing(folder / "d.dxf", "pipes", LayerSource(source="d.dxf", layer="YS"), shipped())


@pytest.mark.parametrize("levels", [8, 60])
def test_blocks_in_blocks_that_multiply_are_counted_and_not_gone_through(tmp_path: Path, levels: int) -> None:
    nested(tmp_path, levels, 10)
    begun = time.process_time()
    with pytest.raises(SourceRefusedError) as refused:
        pipes(tmp_path)
    assert time.process_time() - begun < 20  # far more to go through them
    assert refused.value.rule == "file.not_admitted"
    for language in LANGUAGES:
        sentence = refused.value.found["reason"].sentence(language)
        assert "feature_limit" in sentence
        assert ("211,111,111" if levels == 8 else "1,000,000,000,000") in sentence


def going_through(folder: Path, limit: int) -> int:
    claim(folder, limits=Limits(feature_limit=limit))
    return len(pipes(folder).frame)


@pytest.mark.parametrize("scales", [(1,), (1, 0.5, 0.25)], ids=["alike", "of sizes"])
def test_what_is_counted_is_what_is_gone_through(tmp_path: Path, scales: tuple[float, ...]) -> None:
    """Also where a block is a symbol at one scale and a plan at another: symbols are not taken apart."""
    nested(tmp_path, 3, 6, lines=3, scales=scales)
    most = 1 + 6 + 36 + 216 + 216 * 3
    taken = going_through(tmp_path, most)
    assert (taken == 216 * 3) == (scales == (1,))
    with pytest.raises(SourceRefusedError) as refused:
        going_through(tmp_path, 150)
    said = int(refused.value.found["reason"].values[1][1].replace(",", ""))
    assert (said == most) == (scales == (1,))
    going_through(tmp_path, said)
    with pytest.raises(SourceRefusedError):
        going_through(tmp_path, said - 1)


def test_symbols_that_would_multiply_and_are_not_taken_apart_are_read(tmp_path: Path) -> None:
    nested(tmp_path, 1, 30, lines=40, long_m=2)
    claim(tmp_path, limits=Limits(feature_limit=100))
    assert len(read_drawing(tmp_path / "d.dxf", "pipes", LayerSource(source="d.dxf"), shipped()).frame) == 0


def test_blocks_that_hold_each_other_are_counted_once_around(tmp_path: Path) -> None:
    """Ten blocks that each hold all ten: more ways through them than anyone could go."""
    drawing = ezdxf.new("R2018")
    drawing.header["$INSUNITS"] = 6
    for number in range(10):
        block = drawing.blocks.new(f"B{number}")
        block.add_line((0, 0), (10, 0), dxfattribs=PIPES)
        for other in range(10):
            block.add_blockref(f"B{other}", (20, 20))
    drawing.modelspace().add_blockref("B0", (541000, 2675000))
    drawing.saveas(tmp_path / "d.dxf")
    with pytest.raises(SourceRefusedError) as refused:
        pipes(tmp_path)
    assert refused.value.rule == "file.not_admitted"

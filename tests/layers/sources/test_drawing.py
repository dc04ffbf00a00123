"""Drawings as surveyors draw them: every kind of entity is read with its right measure, or named by handle."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable
from pathlib import Path

import ezdxf
import geopandas as gpd
import numpy as np
import pytest
import shapely
from ezdxf.document import Drawing
from ezdxf.layouts import Modelspace
from ezdxf.xclip import XClip

from spongecalc.gate.limits import Limits
from spongecalc.gate.territory import claim
from spongecalc.language import LANGUAGES
from spongecalc.layers.finding import Finding
from spongecalc.layers.read import read_layers
from spongecalc.layers.sources.describe import describe
from spongecalc.layers.sources.raw import SourceRefusedError
from spongecalc.project.layer_source import LayerSource

GRID = "EPSG:4543"
X, Y = 541000.0, 2675000.0
PIPE = {"layer": "YS_LINE"}
NODE = {"layer": "P"}
GROUND = {"layer": "SURF"}
Draw = Callable[[Drawing, Modelspace], None]


def at(x: float, y: float, z: float | None = None) -> tuple[float, ...]:
    """A place of the site, given from its corner."""
    return (X + x, Y + y) if z is None else (X + x, Y + y, z)


def drawn(folder: Path, draw: Draw, version: str = "R2010", name: str = "d.dxf") -> Path:
    """A drawing in metres."""
    document = ezdxf.new(version)
    draw(document, document.modelspace())
    document.saveas(folder / name)
    return folder / name


def read(
    folder: Path, layer: str, cad_layer: str | None, **source: object
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """One layer of the contract out of d.dxf, with what was found, whose sentences are complete."""
    ids = {"pipes": "pipe_id", "nodes": "node_id", "surfaces": "surface_id", "facilities": "facility_id"}
    fields = {ids[layer]: "handle", **source.pop("fields", {})}  # type: ignore[dict-item]
    given = LayerSource(
        source=str(source.pop("file", "d.dxf")), layer=cad_layer, crs=GRID, fields=fields, **source
    )
    layers, findings = read_layers(folder, {layer: (given,)}, GRID)
    return layers[layer], checked(findings)


def checked(findings: tuple[Finding, ...]) -> list[Finding]:
    for finding in findings:
        for language in LANGUAGES:
            sentence = finding.message(language) + finding.action(language)
            assert "{" not in sentence
            assert "None" not in sentence
    return [f for f in findings if f.rule not in ("layer.needed", "layer.not_given")]


def rules(findings: list[Finding]) -> list[str]:
    """Rules of warnings and errors, in order."""
    return sorted(f.rule for f in findings if f.severity != "info")


def balance(findings: list[Finding]) -> tuple[int, int, int]:
    """Things read, taken and left out; they close."""
    found = next(f.found for f in findings if f.rule == "drawing.counted")
    numbers = int(found["read"]), int(found["taken"]), int(found["left"])  # type: ignore[call-overload]
    assert numbers[0] == numbers[1] + numbers[2]
    return numbers


def pipes_of(folder: Path, draw: Draw, version: str = "R2010", **source: object):
    drawn(folder, draw, version)
    return read(folder, "pipes", "YS_LINE", fields={"diameter_mm": "管径"}, **source)


# Each kind of line with the length it has in plan, worked out by hand.
def polyline_2d_bulge(_: Drawing, space: Modelspace) -> None:
    # 10 m straight and a half circle of 10 m across: 10 + 5 pi.
    space.add_polyline2d([(*at(0, 0), 0), (*at(10, 0), 1), (*at(10, 10), 0)], format="xyb", dxfattribs=PIPE)


def spline_fit_polyline(_: Drawing, space: Modelspace) -> None:
    """A polyline that PEDIT made a spline of: its control frame makes a detour of 100 m."""
    line = space.add_polyline2d([at(0, 0), at(10, 0), at(20, 0)], dxfattribs={**PIPE, "flags": 4})
    for vertex in line.vertices:
        vertex.dxf.flags = 8
    line.append_vertices([at(0, 0), at(10, 50), at(20, 0)])
    for vertex in line.vertices[3:]:
        vertex.dxf.flags = 16


def mline(_: Drawing, space: Modelspace) -> None:
    space.add_mline([at(0, 0), at(30, 0), at(30, 10)], dxfattribs=PIPE).set_justification(1)


def mline_on_its_wall(_: Drawing, space: Modelspace) -> None:
    """Drawn along its inner wall, 1 m wide: the middle is 0.5 m outside of it, 30.5 and 10.5 m long."""
    space.add_mline([at(0, 0), at(30, 0), at(30, 10)], dxfattribs=PIPE)


def mline_on_its_top(_: Drawing, space: Modelspace) -> None:
    """Drawn along its upper wall, 0.6 m wide: the middle is 0.3 m below."""
    line = space.add_mline([at(0, 0), at(30, 0)], dxfattribs=PIPE)
    line.set_scale_factor(0.6)
    line.set_justification(0)


LINES: dict[str, tuple[Draw, float]] = {
    "line": (lambda _, s: s.add_line(at(0, 0), at(3, 4), PIPE), 5.0),
    "line in space": (lambda _, s: s.add_line(at(0, 0, 99.0), at(3, 4, 98.0), PIPE), 5.0),
    "lwpolyline": (lambda _, s: s.add_lwpolyline([at(0, 0), at(10, 0), at(10, 5)], dxfattribs=PIPE), 15.0),
    "lwpolyline with a bulge": (
        lambda _, s: s.add_lwpolyline([(*at(0, 0), 1), (*at(10, 0), 0)], format="xyb", dxfattribs=PIPE),
        5 * math.pi,
    ),
    "closed lwpolyline": (
        lambda _, s: s.add_lwpolyline([at(0, 0), at(10, 0), at(10, 10)], close=True, dxfattribs=PIPE),
        20 + math.sqrt(200),
    ),
    "polyline 2d with a bulge": (polyline_2d_bulge, 10 + 5 * math.pi),
    "polyline 3d": (
        lambda _, s: s.add_polyline3d([at(0, 0, 99), at(30, 0, 98), at(30, 40, 97)], dxfattribs=PIPE),
        70.0,
    ),
    "spline-fit polyline": (spline_fit_polyline, 20.0),
    "arc": (lambda _, s: s.add_arc(at(0, 0), 10, 0, 90, dxfattribs=PIPE), 5 * math.pi),
    "half ellipse as a circle": (
        lambda _, s: s.add_ellipse(at(0, 0), (10, 0), 1.0, 0, math.pi, dxfattribs=PIPE),
        10 * math.pi,
    ),
    "spline through points on a line": (
        lambda _, s: s.add_spline([at(0, 0), at(10, 0), at(20, 0), at(40, 0)], dxfattribs=PIPE),
        40.0,
    ),
    "multiline": (mline, 40.0),
    "multiline on its wall": (mline_on_its_wall, 41.0),
    "multiline on its top": (mline_on_its_top, 30.0),
}


@pytest.mark.parametrize("kind", LINES)
@pytest.mark.parametrize("version", ["R2000", "R2018"])
def test_every_kind_of_line_is_a_pipe_of_its_length(tmp_path: Path, kind: str, version: str) -> None:
    draw, length_m = LINES[kind]
    pipes, findings = pipes_of(tmp_path, draw, version)
    assert pipes.length.tolist() == pytest.approx([length_m], abs=0.005)
    assert not rules(findings)
    assert balance(findings) == (1, 1, 0)


@pytest.mark.parametrize("kind", ["arc", "bulge"])
def test_a_wide_arc_stays_on_its_circle(tmp_path: Path, kind: str) -> None:
    """One Bezier curve for a quarter circle of 500 m is 0.136 m off in its middle."""

    def draw(_: Drawing, space: Modelspace) -> None:
        if kind == "arc":
            space.add_arc(at(0, 0), 500, 0, 90, dxfattribs=PIPE)
        else:
            ends = [(*at(500, 0), math.tan(math.pi / 8)), (*at(0, 500), 0)]
            space.add_lwpolyline(ends, format="xyb", dxfattribs=PIPE)

    drawn(tmp_path, draw)
    (line,) = raw(tmp_path, "pipes", "YS_LINE").geometry
    away = np.hypot(*(shapely.get_coordinates(line) - np.array(at(0, 0))).T)
    assert np.abs(away - 500).max() < 0.001


def test_a_multiline_runs_midway_between_its_walls(tmp_path: Path) -> None:
    pipes, _ = pipes_of(tmp_path, mline_on_its_top)
    _, y0, _, y1 = pipes.total_bounds
    assert (y0, y1) == pytest.approx((Y - 0.3, Y - 0.3), abs=0.002)


def test_drawings_of_r12_and_binary_ones_read_the_same(tmp_path: Path) -> None:
    def draw(_: Drawing, space: Modelspace) -> None:
        polyline_2d_bulge(_, space)
        space.add_text("%%C300", height=0.5, dxfattribs={"layer": "T"}).set_placement(at(5, 0.3))

    for version in ("R12", "R2018"):
        document = ezdxf.new(version)
        draw(document, document.modelspace())
        document.saveas(tmp_path / "d.dxf", fmt="bin")
        pipes, findings = read(tmp_path, "pipes", "YS_LINE", fields={"diameter_mm": "管径"})
        assert pipes.length.tolist() == pytest.approx([10 + 5 * math.pi], abs=0.005)
        assert pipes["diameter_mm"].tolist() == [300]
        assert not rules(findings)


# Blocks.
def plan_block(document: Drawing) -> None:
    plan = document.blocks.new("小区雨水")
    plan.add_line((0, 0), (40, 0), PIPE)
    plan.add_text("DN300", height=2.5, dxfattribs={"layer": "YS_TEXT"}).set_placement((20, 0.4))


@pytest.mark.parametrize(
    ("place", "length_m", "ends"),
    [
        ({}, 40.0, [(0, 0), (40, 0)]),
        ({"rotation": 90}, 40.0, [(0, 0), (0, 40)]),
        ({"xscale": -1}, 40.0, [(0, 0), (-40, 0)]),
        ({"xscale": 0.5, "yscale": 2}, 20.0, [(0, 0), (20, 0)]),
        ({"extrusion": (0, 0, -1), "insert": (-X, Y)}, 40.0, [(0, 0), (-40, 0)]),
    ],
    ids=["as it is", "turned", "mirrored", "stretched", "mirrored by extrusion"],
)
def test_a_pipe_in_a_block_lies_where_the_block_shows_it(
    tmp_path: Path, place: dict[str, object], length_m: float, ends: list[tuple[float, float]]
) -> None:
    def draw(document: Drawing, space: Modelspace) -> None:
        plan_block(document)
        insert = place.get("insert", at(0, 0))
        space.add_blockref("小区雨水", insert, dxfattribs={"layer": "0", **place})

    pipes, findings = pipes_of(tmp_path, draw)
    assert np.array(pipes.geometry[0].coords) == pytest.approx(np.array([at(*e) for e in ends]), abs=0.002)
    assert pipes.length[0] == pytest.approx(length_m)
    assert pipes["diameter_mm"].tolist() == [300]
    assert not rules(findings)


def test_a_short_pipe_in_a_block_is_a_pipe(tmp_path: Path) -> None:
    def draw(document: Drawing, space: Modelspace) -> None:
        document.blocks.new("STUB").add_line((0, 0), (3, 0), {"layer": "0"})
        space.add_blockref("STUB", at(0, 0), dxfattribs=PIPE)

    pipes, findings = pipes_of(tmp_path, draw)
    assert pipes.length.tolist() == pytest.approx([3])
    assert balance(findings) == (1, 1, 0)


def test_blocks_in_blocks_arrays_and_layer_0(tmp_path: Path) -> None:
    """A pipe on layer 0 of a block, twice in a block, that as an array of 2 rows and 3 columns: 12 of 20 m."""

    def draw(document: Drawing, space: Modelspace) -> None:
        document.blocks.new("PIPE").add_line((0, 0), (20, 0), {"layer": "0"})
        pair = document.blocks.new("PAIR")
        for y in (0, 5):
            pair.add_blockref("PIPE", (0, y), dxfattribs={"layer": "0"})
        space.add_blockref(
            "PAIR",
            at(0, 0),
            dxfattribs={
                "layer": "YS_LINE",
                "row_count": 2,
                "column_count": 3,
                "row_spacing": 50,
                "column_spacing": 100,
            },
        )

    pipes, findings = pipes_of(tmp_path, draw)
    assert pipes.length.tolist() == pytest.approx([20.0] * 12)
    assert pipes["pipe_id"].is_unique
    starts = sorted(tuple(np.round(g.coords[0], 3)) for g in pipes.geometry)
    assert starts == sorted(at(100 * c, 50 * r + y) for c in range(3) for r in range(2) for y in (0, 5))
    assert balance(findings) == (12, 12, 0)


def test_an_arc_in_a_stretched_block_stays_one_pipe(tmp_path: Path) -> None:
    """A half circle of radius 10, twice as wide as high: half an ellipse of 20 and 10."""

    def draw(document: Drawing, space: Modelspace) -> None:
        document.blocks.new("BOW").add_lwpolyline([(10, 0, 1), (-10, 0, 0)], format="xyb", dxfattribs=PIPE)
        space.add_blockref("BOW", at(0, 0), dxfattribs={"xscale": 2})

    pipes, _ = pipes_of(tmp_path, draw)
    a, b = 20.0, 10.0
    h = ((a - b) / (a + b)) ** 2
    half = math.pi * (a + b) * (1 + 3 * h / (10 + math.sqrt(4 - 3 * h))) / 2  # Ramanujan, error below 1e-5
    assert pipes.length.tolist() == pytest.approx([half], abs=0.02)


def test_attributes_of_the_block_around_a_pipe_are_its_fields(tmp_path: Path) -> None:
    def draw(document: Drawing, space: Modelspace) -> None:
        block = document.blocks.new("PIPE")
        block.add_line((0, 0), (1, 0), PIPE)
        block.add_attdef("管径", (0, 0))
        block.add_attdef("材质", (0, -1), "PE", dxfattribs={"flags": 2})
        for x, size in ((0, "DN300"), (50, "%%C400")):
            pipe = space.add_blockref("PIPE", at(x, 0), dxfattribs={"xscale": 40, "yscale": 40, **PIPE})
            pipe.add_attrib("管径", size, at(x, 0), dxfattribs={"flags": 1})

    pipes, findings = pipes_of(tmp_path, draw)
    assert pipes["diameter_mm"].tolist() == [300, 400]
    assert pipes["material"].tolist() == ["PE", "PE"]
    assert pipes.length.tolist() == pytest.approx([40, 40])
    assert not rules(findings)


def well(document: Drawing, name: str = "WELL") -> None:
    """A manhole of 0.7 m with a cross in it, drawn on layer 0."""
    block = document.blocks.new(name)
    block.add_circle((0, 0), 0.35)
    block.add_line((-0.35, 0), (0.35, 0))
    block.add_attdef("点号", (0, -0.5))


def test_a_symbol_is_a_node_and_its_strokes_are_no_pipes(tmp_path: Path) -> None:
    """Wells and pipes on one CAD layer: each source takes its own, and nothing is lost."""

    def draw(document: Drawing, space: Modelspace) -> None:
        well(document)
        for number, x in enumerate((0, 30)):
            ref = space.add_blockref("WELL", at(x, 0), dxfattribs=PIPE)
            ref.add_attrib("点号", f"Y{number + 1}", at(x, 0), dxfattribs={"flags": 1})
        space.add_line(at(0, 0), at(30, 0), PIPE)

    drawn(tmp_path, draw)
    common = {"source": "d.dxf", "layer": "YS_LINE", "crs": GRID}
    layers, findings = read_layers(
        tmp_path,
        {
            "nodes": (LayerSource(**common, fields={"node_id": "点号"}),),
            "pipes": (LayerSource(**common, fields={"pipe_id": "handle"}),),
        },
        GRID,
    )
    assert layers["nodes"]["node_id"].tolist() == ["Y1", "Y2"]
    assert [tuple(p.coords[0]) for p in layers["nodes"].geometry] == [at(0, 0), at(30, 0)]
    assert layers["pipes"].length.tolist() == pytest.approx([30])
    assert not [f for f in checked(findings) if f.rule.startswith("drawing.") and f.severity != "info"]
    # Each alone names what the other takes.
    alone, found = read(tmp_path, "pipes", "YS_LINE")
    assert len(alone) == 1
    assert rules(found) == ["drawing.other_kind"] * 2
    assert balance(found) == (3, 1, 2)


@pytest.mark.parametrize(
    ("draw", "place"),
    [
        (lambda _, s: s.add_circle(at(60, 25), 0.35, dxfattribs=NODE), (60, 25)),
        (lambda _, s: s.add_circle((-X - 60, Y + 25), 0.35, {**NODE, "extrusion": (0, 0, -1)}), (60, 25)),
        (lambda _, s: s.add_point(at(60, 25), NODE), (60, 25)),
        (
            lambda _, s: s.add_lwpolyline(
                [(*at(59.7, 25), 1), (*at(60.3, 25), 1)], format="xyb", close=True, dxfattribs=NODE
            ),
            (60, 25),
        ),
        (
            lambda _, s: s.add_lwpolyline(
                [at(59.6, 24.8), at(60.4, 24.8), at(60.4, 25.2), at(59.6, 25.2)], close=True, dxfattribs=NODE
            ),
            (60, 25),
        ),
    ],
    ids=["circle", "mirrored circle", "point", "ring of two arcs", "grating"],
)
def test_what_is_drawn_as_a_manhole_is_a_node_at_its_middle(
    tmp_path: Path, draw: Draw, place: tuple[float, float]
) -> None:
    drawn(tmp_path, draw)
    nodes, findings = read(tmp_path, "nodes", "P")
    assert shapely.get_coordinates(nodes.geometry) == pytest.approx(np.array([at(*place)]), abs=0.002)
    assert balance(findings) == (1, 1, 0)


def test_mirrored_symbols_stand_where_they_are_shown(tmp_path: Path) -> None:
    def draw(document: Drawing, space: Modelspace) -> None:
        well(document)
        space.add_blockref("WELL", (-X - 60, Y + 25), dxfattribs={**NODE, "extrusion": (0, 0, -1)})

    drawn(tmp_path, draw)
    nodes, _ = read(tmp_path, "nodes", "P")
    assert shapely.get_coordinates(nodes.geometry) == pytest.approx(np.array([at(60, 25)]), abs=0.002)


def test_nodes_in_nested_blocks_and_on_layer_0(tmp_path: Path) -> None:
    """Two wells in a plan in a sheet, and an inlet on layer 0 whose block is drawn on the mapped CAD layer."""

    def draw(document: Drawing, space: Modelspace) -> None:
        well(document)
        plan = document.blocks.new("PLAN")
        for x in (10, 40):
            plan.add_blockref("WELL", (x, 0), dxfattribs=NODE).add_attrib("点号", f"N{x}", (x, 0))
        document.blocks.new("SHEET").add_blockref("PLAN", (0, 100))
        space.add_blockref("SHEET", at(0, 0))
        document.blocks.new("INLET").add_lwpolyline(
            [(-0.4, -0.2), (0.4, -0.2), (0.4, 0.2)], close=True, dxfattribs=NODE
        )
        space.add_blockref("INLET", at(5, 5), dxfattribs={"layer": "0"})

    drawn(tmp_path, draw)
    nodes, findings = read(tmp_path, "nodes", "P", fields={"node_id": "点号"})
    places = {tuple(p.coords[0]) for p in nodes.geometry}
    assert places == {at(10, 100), at(40, 100), at(5, 5)}
    assert sorted(nodes["node_id"].dropna()) == ["N10", "N40"]
    assert balance(findings) == (3, 3, 0)


def test_circles_around_one_point_are_one_node(tmp_path: Path) -> None:
    def draw(_: Drawing, space: Modelspace) -> None:
        space.add_circle(at(60, 25), 0.35, dxfattribs=NODE)
        space.add_circle(at(60, 25), 0.25, dxfattribs=NODE)
        space.add_point(at(60, 25), NODE)
        space.add_circle(at(70, 25), 0.25, dxfattribs=NODE)

    drawn(tmp_path, draw)
    nodes, findings = read(tmp_path, "nodes", "P")
    assert len(nodes) == 2
    assert [f.rule for f in findings].count("drawing.same_symbol") == 2
    assert balance(findings) == (4, 2, 2)


# What cannot be read is named.
def mesh(_: Drawing, space: Modelspace) -> None:
    m = space.add_polymesh((3, 3), dxfattribs=PIPE)
    for i in range(3):
        for j in range(3):
            m.set_mesh_vertex((i, j), at(10 * i, 10 * j, i + j))


def polyface(_: Drawing, space: Modelspace) -> None:
    faces = space.add_polyface(dxfattribs=PIPE)
    faces.append_faces([[at(0, 0, 1), at(10, 0, 2), at(10, 10, 3)]])


LEFT: dict[str, tuple[Draw, str, str]] = {
    "polygon mesh": (mesh, "drawing.other_kind", "POLYLINE"),
    "polyface mesh": (polyface, "drawing.other_kind", "POLYLINE"),
    "circle": (lambda _, s: s.add_circle(at(0, 0), 1, dxfattribs=PIPE), "drawing.other_kind", "CIRCLE"),
    "point": (lambda _, s: s.add_point(at(0, 0), PIPE), "drawing.other_kind", "POINT"),
    "3dface": (
        lambda _, s: s.add_3dface([at(0, 0), at(1, 0), at(1, 1)], PIPE),
        "drawing.other_kind",
        "3DFACE",
    ),
    "solid": (lambda _, s: s.add_solid([at(0, 0), at(1, 0), at(1, 1)], PIPE), "drawing.other_kind", "SOLID"),
    "hatch": (
        lambda _, s: s.add_hatch(dxfattribs=PIPE).paths.add_polyline_path([at(0, 0), at(1, 0), at(1, 1)]),
        "drawing.other_kind",
        "HATCH",
    ),
    "line without length": (lambda _, s: s.add_line(at(5, 5), at(5, 5), PIPE), "drawing.no_extent", "LINE"),
    "polyline of one point": (
        lambda _, s: s.add_lwpolyline([at(5, 5)], dxfattribs=PIPE),
        "drawing.no_extent",
        "LWPOLYLINE",
    ),
    "arc without radius": (
        lambda _, s: s.add_arc(at(5, 5), 0, 0, 90, dxfattribs=PIPE),
        "drawing.no_extent",
        "ARC",
    ),
    "ray": (lambda _, s: s.add_ray(at(0, 0), (1, 0), PIPE), "drawing.other_kind", "RAY"),
    "dimension": (
        lambda _, s: s.add_linear_dim(at(0, 3), at(0, 0), at(10, 0), dxfattribs=PIPE).render(),
        "drawing.other_kind",
        "DIMENSION",
    ),
    "block without its definition": (
        lambda _, s: s.add_blockref("GONE", at(0, 0), dxfattribs=PIPE),
        "drawing.other_kind",
        "INSERT",
    ),
}


@pytest.mark.parametrize("kind", LEFT)
def test_what_is_no_pipe_is_named_with_handle_type_and_place(tmp_path: Path, kind: str) -> None:
    draw, rule, entity = LEFT[kind]

    def both(document: Drawing, space: Modelspace) -> None:
        draw(document, space)
        space.add_line(at(0, 50), at(40, 50), PIPE)

    pipes, findings = pipes_of(tmp_path, both)
    assert pipes.length.tolist() == pytest.approx([40])
    own = [f for f in findings if f.rule.startswith("drawing.") and f.severity == "warning"]
    assert [f.rule for f in own] == [rule]
    handles = {e.dxf.handle for e in ezdxf.readfile(tmp_path / "d.dxf").modelspace() if e.dxftype() == entity}
    assert own[0].feature.feature_id.split()[0] == entity
    assert own[0].feature.feature_id.split()[1] in handles
    assert X - 50 <= own[0].feature.x_m <= X + 50
    assert Y - 50 <= own[0].feature.y_m <= Y + 50
    assert own[0].feature.feature_id.split()[1] in own[0].message("zh")
    assert balance(findings) == (2, 1, 1)


def test_a_block_of_a_mapped_layer_that_holds_nothing_of_it_is_named(tmp_path: Path) -> None:
    """A plan on the pipes' layer whose lines are on layers of their own."""

    def draw(document: Drawing, space: Modelspace) -> None:
        document.blocks.new("PLAN").add_line((0, 0), (40, 0), {"layer": "GAS"})
        space.add_blockref("PLAN", at(0, 0), dxfattribs=PIPE)
        space.add_line(at(0, 5), at(40, 5), PIPE)

    pipes, findings = pipes_of(tmp_path, draw)
    assert len(pipes) == 1
    assert [f.found["block"] for f in findings if f.rule == "drawing.empty_block"] == ["PLAN"]
    assert balance(findings) == (2, 1, 1)


def test_a_clipped_block_and_one_that_holds_itself(tmp_path: Path) -> None:
    def draw(document: Drawing, space: Modelspace) -> None:
        block = document.blocks.new("PLAN")
        block.add_line((0, 0), (40, 0), PIPE)
        block.add_blockref("PLAN", (0, 10))
        plan = space.add_blockref("PLAN", at(0, 0))
        XClip(plan).set_block_clipping_path([(0, -5), (10, 5)])

    pipes, findings = pipes_of(tmp_path, draw)
    assert pipes.length.tolist() == pytest.approx([40])
    assert rules(findings) == ["drawing.clipped"]


def test_objects_of_other_programs_are_named(tmp_path: Path) -> None:
    """A pipe of Tianzheng: its type is no AutoCAD entity."""
    path = drawn(tmp_path, lambda _, s: s.add_line(at(0, 0), at(40, 0), PIPE))
    text = path.read_text(encoding="utf-8")
    made = "  0\nTCH_PIPE\n  5\nF0F0\n330\n{owner}\n100\nAcDbEntity\n  8\nYS_LINE\n"
    made += "100\nTDbPipe\n 10\n541000.0\n 20\n2675000.0\n"
    owner = re.search(r"LINE\s+5\s+\w+\s+330\s+(\w+)", text)
    assert owner is not None
    place = text.index("\nLINE\n")
    head = text.rindex("\n", 0, place) + 1
    path.write_text(text[:head] + made.format(owner=owner[1]) + text[head:], encoding="utf-8")
    pipes, findings = read(tmp_path, "pipes", "YS_LINE")
    assert len(pipes) == 1
    assert [f.feature.feature_id for f in findings if f.rule == "drawing.foreign_object"] == ["TCH_PIPE F0F0"]
    assert balance(findings) == (2, 1, 1)


@pytest.mark.parametrize(("layer", "counts"), [("YS_LINE", (2, 1, 1)), ("0", (1, 1, 0))])
def test_another_drawing_that_is_only_shown_is_named(
    tmp_path: Path, layer: str, counts: tuple[int, int, int]
) -> None:
    """On whatever CAD layer the reference is."""

    def draw(document: Drawing, space: Modelspace) -> None:
        document.add_xref_def("storm.dwg", "STORM")
        space.add_blockref("STORM", at(0, 0), dxfattribs={"layer": layer})
        space.add_line(at(0, 0), at(40, 0), PIPE)

    _, findings = pipes_of(tmp_path, draw)
    assert [f.found["path"] for f in findings if f.rule == "drawing.other_file"] == ["storm.dwg"]
    assert balance(findings) == counts


def test_a_frozen_reference_hides_what_is_in_it_and_one_that_is_off_does_not(tmp_path: Path) -> None:
    for state, hidden in (("freeze", 1), ("off", 0)):

        def draw(document: Drawing, space: Modelspace, state: str = state) -> None:
            plan_block(document)
            getattr(document.layers.add("PLANS"), state)()
            space.add_blockref("小区雨水", at(0, 0), dxfattribs={"layer": "PLANS"})

        pipes, findings = pipes_of(tmp_path, draw)
        assert len(pipes) == 1
        assert [f.found["count"] for f in findings if f.rule == "drawing.hidden_read"] == [1] * hidden


def test_what_lies_on_sheets_is_named(tmp_path: Path) -> None:
    def draw(document: Drawing, space: Modelspace) -> None:
        space.add_line(at(0, 0), at(40, 0), PIPE)
        document.layout("Layout1").add_line((0, 0), (100, 0), PIPE)

    pipes, findings = pipes_of(tmp_path, draw)
    assert len(pipes) == 1
    assert [f.found["count"] for f in findings if f.rule == "drawing.paper_space"] == [1]


@pytest.mark.parametrize("hidden", ["read", "left_out"])
def test_hidden_layers_are_said_and_read_or_not(tmp_path: Path, hidden: str) -> None:
    """A pipe that is shown, one each on a frozen and a switched-off layer, and one that is invisible itself."""

    def draw(document: Drawing, space: Modelspace) -> None:
        document.layers.add("YS_OLD").freeze()
        document.layers.add("YS_OFF").off()
        for y, name, invisible in ((0, "YS_LINE", 0), (10, "YS_OLD", 0), (20, "YS_OFF", 0), (30, "YS_LINE", 1)):
            space.add_line(at(0, y), at(40, y), {"layer": name, "invisible": invisible})

    drawn(tmp_path, draw)
    pipes, findings = read(tmp_path, "pipes", "YS*", hidden=hidden)
    rule = "drawing.hidden_read" if hidden == "read" else "drawing.hidden_left"
    found = next(f.found for f in findings if f.rule == rule)
    assert {k: found[k] for k in ("count", "frozen", "off", "invisible")} == {
        "count": 3,
        "frozen": "YS_OLD",
        "off": "YS_OFF",
        "invisible": 1,
    }
    assert len(pipes) == (4 if hidden == "read" else 1)
    assert balance(findings) == ((4, 4, 0) if hidden == "read" else (4, 1, 3))


# Surfaces.
def hatch_with_hole(_: Drawing, space: Modelspace) -> None:
    """20 x 10 m with a hole of 4 x 2 m and an island of 1 m2 in it: 193 m2."""
    hatch = space.add_hatch(dxfattribs=GROUND)
    for x, y, w, h, flags in ((0, 0, 20, 10, 1), (5, 5, 4, 2, 16), (6, 5.5, 1, 1, 0)):
        hatch.paths.add_polyline_path(
            [at(x, y), at(x + w, y), at(x + w, y + h), at(x, y + h)], is_closed=True, flags=flags
        )


def hatch_of_edges(_: Drawing, space: Modelspace) -> None:
    """A half disc of radius 10: 50 pi."""
    path = space.add_hatch(dxfattribs=GROUND).paths.add_edge_path()
    path.add_arc(at(0, 0), 10, 0, 180)
    path.add_line(at(-10, 0), at(10, 0))


def mesh_surface(_: Drawing, space: Modelspace) -> None:
    m = space.add_polymesh((3, 3), dxfattribs=GROUND)
    for i in range(3):
        for j in range(3):
            m.set_mesh_vertex((i, j), at(10 * i, 10 * j, i + j))


def polyface_surface(_: Drawing, space: Modelspace) -> None:
    faces = space.add_polyface(dxfattribs=GROUND)
    faces.append_faces([[at(0, 0, 1), at(10, 0, 2), at(10, 10, 3)], [at(0, 0, 1), at(10, 10, 3), at(0, 10, 2)]])


def square(x: float = 0, y: float = 0, side: float = 10) -> list[tuple[float, ...]]:
    return [at(x, y), at(x + side, y), at(x + side, y + side), at(x, y + side)]


AREAS: dict[str, tuple[Draw, float]] = {
    "closed lwpolyline": (lambda _, s: s.add_lwpolyline(square(), close=True, dxfattribs=GROUND), 100.0),
    "first point again": (lambda _, s: s.add_lwpolyline([*square(), at(0, 0)], dxfattribs=GROUND), 100.0),
    "closed polyline": (lambda _, s: s.add_polyline2d(square(), close=True, dxfattribs=GROUND), 100.0),
    "closed polyline in space": (
        lambda _, s: s.add_polyline3d([(*p, 99) for p in square()], close=True, dxfattribs=GROUND),
        100.0,
    ),
    "with a bulge": (
        lambda _, s: s.add_lwpolyline(
            [(*at(0, 0), 0), (*at(10, 0), 1), (*at(10, 10), 0), (*at(0, 10), 0)],
            format="xyb",
            close=True,
            dxfattribs=GROUND,
        ),
        100 + 12.5 * math.pi,
    ),
    "circle": (lambda _, s: s.add_circle(at(0, 0), 10, dxfattribs=GROUND), 100 * math.pi),
    "ellipse": (lambda _, s: s.add_ellipse(at(0, 0), (20, 0), 0.5, dxfattribs=GROUND), 200 * math.pi),
    "hatch with a hole": (hatch_with_hole, 193.0),
    "hatch of edges": (hatch_of_edges, 50 * math.pi),
    "3dface": (lambda _, s: s.add_3dface([(*p, 99) for p in square()], GROUND), 100.0),
    "solid": (lambda _, s: s.add_solid([at(0, 0), at(10, 0), at(0, 10), at(10, 10)], GROUND), 100.0),
    "polygon mesh": (mesh_surface, 400.0),
    "polyface mesh": (polyface_surface, 100.0),
    "mirrored": (
        lambda _, s: s.add_lwpolyline(
            [(-X, Y), (-X - 10, Y), (-X - 10, Y + 10), (-X, Y + 10)],
            close=True,
            dxfattribs={**GROUND, "extrusion": (0, 0, -1)},
        ),
        100.0,
    ),
}


@pytest.mark.parametrize("kind", AREAS)
def test_every_kind_of_area_is_a_surface_of_its_size(tmp_path: Path, kind: str) -> None:
    draw, area_m2 = AREAS[kind]
    drawn(tmp_path, draw, "R2018")
    surfaces, findings = read(tmp_path, "surfaces", "SURF", constants={"cover": "concrete", "status": "existing"})
    assert surfaces.area.tolist() == pytest.approx([area_m2], rel=2e-4)
    assert surfaces.total_bounds[0] > X - 50
    assert balance(findings) == (1, 1, 0)


def test_an_outline_and_its_hatch_are_one_area(tmp_path: Path) -> None:
    def draw(_: Drawing, space: Modelspace) -> None:
        space.add_lwpolyline(square(), close=True, dxfattribs=GROUND)
        space.add_hatch(dxfattribs=GROUND).paths.add_polyline_path(square(), is_closed=True)
        space.add_hatch(dxfattribs=GROUND).paths.add_polyline_path(square(30), is_closed=True)

    drawn(tmp_path, draw)
    surfaces, findings = read(tmp_path, "surfaces", "SURF")
    assert surfaces.area.sum() == pytest.approx(200)
    assert [f.rule for f in findings].count("drawing.same_area") == 1
    assert balance(findings) == (3, 2, 1)


def test_an_outline_that_crosses_itself_is_left_to_the_rules_on_geometry(tmp_path: Path) -> None:
    corners = [at(0, 0), at(10, 10), at(10, 0), at(0, 10)]
    drawn(tmp_path, lambda _, s: s.add_lwpolyline(corners, close=True, dxfattribs=GROUND))
    surfaces, findings = read(tmp_path, "surfaces", "SURF")
    assert shapely.make_valid(surfaces.geometry[0]).area == pytest.approx(50)
    assert balance(findings) == (1, 1, 0)


def test_an_open_outline_is_named_with_its_gap(tmp_path: Path) -> None:
    def draw(_: Drawing, space: Modelspace) -> None:
        space.add_lwpolyline(square(), close=True, dxfattribs=GROUND)
        space.add_lwpolyline([*square(20), at(20, 0.25)], dxfattribs=GROUND)

    drawn(tmp_path, draw)
    surfaces, findings = read(tmp_path, "surfaces", "SURF")
    assert len(surfaces) == 1
    assert [f.found["gap"] for f in findings if f.rule == "drawing.open_outline"] == ["0.250"]


def test_a_round_facility_is_an_area_and_a_small_ring_a_point(tmp_path: Path) -> None:
    def draw(_: Drawing, space: Modelspace) -> None:
        for x, radius in ((0, 3.0), (20, 0.3)):
            space.add_circle(at(x, 0), radius, dxfattribs=GROUND)

    drawn(tmp_path, draw)
    facilities, _ = read(tmp_path, "facilities", "SURF")
    assert [g.geom_type for g in facilities.geometry] == ["Polygon", "Point"]
    assert facilities.area.tolist() == pytest.approx([9 * math.pi, 0], rel=1e-3)


# Levels.
def raw(folder: Path, layer: str, cad_layer: str) -> gpd.GeoDataFrame:
    from spongecalc.catalogue.catalogue import shipped
    from spongecalc.layers.sources.drawing import read_drawing

    return read_drawing(folder / "d.dxf", layer, LayerSource(source="d.dxf", layer=cad_layer), shipped()).frame


def test_a_contour_keeps_its_level(tmp_path: Path) -> None:
    """A 2D POLYLINE and an LWPOLYLINE hold it as elevation, a 3D one in each vertex, a sloping line has none."""

    def draw(_: Drawing, space: Modelspace) -> None:
        line = space.add_polyline2d([at(0, 0), at(10, 0)], dxfattribs=PIPE)
        line.dxf.elevation = (0, 0, 1623.5)
        space.add_lwpolyline([at(0, 1), at(10, 1)], dxfattribs={**PIPE, "elevation": 1624.0})
        space.add_polyline3d([at(0, 2, 1624.5), at(10, 2, 1624.5)], dxfattribs=PIPE)
        space.add_line(at(0, 3, 1625), at(10, 3, 1624), PIPE)

    drawn(tmp_path, draw)
    lines = raw(tmp_path, "pipes", "YS_LINE")
    assert lines["elevation"].tolist() == [1623.5, 1624.0, 1624.5, None]
    assert lines[["z_first", "z_last"]].iloc[3].tolist() == [1625, 1624]
    assert shapely.get_coordinates(lines.geometry[0], include_z=True)[:, 2].tolist() == [1623.5, 1623.5]


def test_the_code_of_cass_is_a_field(tmp_path: Path) -> None:
    def draw(document: Drawing, space: Modelspace) -> None:
        document.appids.add("SOUTH")
        space.add_line(at(0, 0), at(10, 0), PIPE).set_xdata("SOUTH", [(1000, "185201")])

    drawn(tmp_path, draw)
    assert raw(tmp_path, "pipes", "YS_LINE")["cass_code"].tolist() == ["185201"]


def test_an_attribute_called_as_a_field_of_ours_does_not_replace_it(tmp_path: Path) -> None:
    def draw(document: Drawing, space: Modelspace) -> None:
        well(document)
        ref = space.add_blockref("WELL", at(5, 5), dxfattribs=NODE)
        for tag in ("geometry", "handle", "text", "handle"):
            ref.add_attrib(tag, f"say {tag}", at(5, 5))

    drawn(tmp_path, draw)
    nodes = raw(tmp_path, "nodes", "P")
    assert tuple(nodes.geometry[0].coords[0][:2]) == at(5, 5)
    assert nodes["geometry_2"].tolist() == ["say geometry"]
    assert nodes["handle_2"].tolist() == ["say handle"]


# Units.
@pytest.mark.parametrize(
    ("header", "factor", "stated", "rule"),
    [
        (4, 1000, None, "drawing.unit_taken"),
        (0, 1000, None, "drawing.unit_taken"),
        (5, 100, None, "drawing.unit_taken"),
        (4, 1, None, "drawing.unit_not_taken"),
        (1, 1, None, "drawing.unit_not_taken"),
        (0, 1, None, None),
        (6, 1, None, None),
        (6, 1000, "mm", None),
    ],
)
def test_the_unit_of_a_drawing(
    tmp_path: Path, header: int, factor: float, stated: str | None, rule: str | None
) -> None:
    """A pipe of 40 m and a manhole's label 0.3 m from it, drawn in the unit that the coordinates show."""
    document = ezdxf.new("R2010", units=header)
    space = document.modelspace()

    def scaled(x: float, y: float) -> tuple[float, float]:
        return (X + x) * factor, (Y + y) * factor

    space.add_line(scaled(0, 0), scaled(40, 0), PIPE)
    space.add_text("DN300", height=0.5 * factor, dxfattribs={"layer": "T"}).set_placement(scaled(20, 0.3))
    document.saveas(tmp_path / "d.dxf")
    pipes, findings = read(tmp_path, "pipes", "YS_LINE", fields={"diameter_mm": "管径"}, drawing_unit=stated)
    assert pipes.length.tolist() == pytest.approx([40])
    assert pipes["diameter_mm"].tolist() == [300]
    assert [f.rule for f in findings if f.rule.startswith("drawing.unit")] == ([rule] if rule else [])


# Files.
def text_of(draw: Draw, version: str = "R2000") -> str:
    document = ezdxf.new(version)
    draw(document, document.modelspace())
    stream = io.StringIO()
    document.write(stream)
    return stream.getvalue()


def chinese(_: Drawing, space: Modelspace) -> None:
    space.add_line(at(0, 0), at(40, 0), {"layer": "雨水管线"})
    space.add_text("DN300 混凝土管", height=0.5, dxfattribs={"layer": "雨水注记"}).set_placement(at(10, 0.3))


@pytest.mark.parametrize("page", ["ANSI_936", "ANSI_1252", "ANSI_950", "GB2312", ""])
@pytest.mark.parametrize("version", ["R2000", "R2010"])
@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_the_encoding_is_that_of_the_bytes(tmp_path: Path, page: str, version: str, encoding: str) -> None:
    text = text_of(chinese, version)
    head = re.compile(r"  9\n\$DWGCODEPAGE\n  3\n\S+\n")
    assert head.search(text)
    text = head.sub(f"  9\n$DWGCODEPAGE\n  3\n{page}\n" if page else "", text)
    (tmp_path / "d.dxf").write_bytes(text.encode(encoding))
    pipes, findings = read(tmp_path, "pipes", "雨水管线", fields={"diameter_mm": "管径"})
    assert pipes["diameter_mm"].tolist() == [300]
    assert len(pipes) == 1
    assert not rules(findings)


def test_a_stated_encoding_counts_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d.dxf").write_bytes(text_of(chinese).encode("gbk"))
    pipes, findings = read(tmp_path, "pipes", "雨水管线", encoding="GBK")
    assert len(pipes) == 1
    assert "encoding.recognised" not in [f.rule for f in findings]
    _, wrong = read(tmp_path, "pipes", "雨水管线", encoding="GBQ")
    assert "encoding.unknown" in rules(wrong)
    _, undecoded = read(tmp_path, "pipes", "*", encoding="utf-8")
    assert "encoding.unread" in rules(undecoded)


MINIMAL = (
    "0\nSECTION\n2\nENTITIES\n0\nLINE\n8\n雨水\n10\n541000\n20\n2675000\n11\n541040\n21\n2675000\n"
    "0\nTEXT\n8\n注记\n10\n541010\n20\n2675000.3\n40\n0.5\n1\nDN300\n0\nENDSEC\n0\nEOF\n"
)


@pytest.mark.parametrize(
    "data",
    [
        MINIMAL.encode("gbk"),
        MINIMAL.encode("utf-16"),
        b"\xef\xbb\xbf" + MINIMAL.encode("utf-8"),
        MINIMAL.replace("\n", "\r\n").encode("gbk") + b"\x1a",
        MINIMAL.replace("\n", "\r\r\n").encode("gbk"),
        MINIMAL.replace("\n", "\r").encode("gbk"),
        ("999\nmade by hand\n" + MINIMAL).encode("gbk"),
    ],
    ids=["gbk", "utf-16", "bom", "dos", "doubled", "mac", "comment"],
)
def test_the_least_that_is_a_drawing_is_read(tmp_path: Path, data: bytes) -> None:
    """Entities alone, without header, tables and handles, as converters write them."""
    (tmp_path / "d.dxf").write_bytes(data)
    pipes, findings = read(tmp_path, "pipes", "雨水", fields={"diameter_mm": "管径"})
    assert pipes.length.tolist() == pytest.approx([40])
    assert pipes["diameter_mm"].tolist() == [300]
    assert not rules(findings)


def test_a_line_that_lost_an_end_is_named_and_not_drawn_to_the_origin(tmp_path: Path) -> None:
    (tmp_path / "d.dxf").write_bytes(MINIMAL.replace("11\n541040\n21\n2675000\n", "").encode("gbk"))
    pipes, findings = read(tmp_path, "pipes", "雨水")
    assert pipes.empty
    assert [f.found["reason"] for f in findings if f.rule == "drawing.damaged"] == ["end"]


def test_western_texts_stay_what_they_are(tmp_path: Path) -> None:
    text = text_of(lambda _, s: s.add_line(at(0, 0), at(40, 0), {"layer": "Größe Ø°"}))
    (tmp_path / "d.dxf").write_bytes(text.encode("cp1252"))
    pipes, _ = read(tmp_path, "pipes", "Größe Ø°")
    assert len(pipes) == 1


@pytest.mark.parametrize("written", [r"\U+96E8\U+6C34", r"\M+5D3EA\M+5CBAE"])
def test_coded_signs_of_names_and_texts(tmp_path: Path, written: str) -> None:
    """雨水, coded as Unicode and as GBK."""
    text = text_of(chinese).replace("雨水", written).replace("混凝土", r"\U+6DF7\M+5C4FD\U+571F")
    (tmp_path / "d.dxf").write_bytes(text.encode("gbk"))
    pipes, _ = read(tmp_path, "pipes", "雨水管线", fields={"diameter_mm": "管径", "material": "材质"})
    assert pipes["diameter_mm"].tolist() == [300]
    assert pipes["material"].notna().all()


@pytest.mark.parametrize("name", ["plan.dwg", "plan.dxf"])
def test_a_dwg_gets_told_what_to_do(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"AC1027\0\0\0\0\0" + bytes(range(256)) * 4)
    pipes, findings = read(tmp_path, "pipes", "YS", file=name)
    assert pipes.empty
    refused = [f for f in findings if f.severity == "error"]
    assert [f.rule for f in refused] == ["drawing.dwg"]
    assert "DXF" in refused[0].action("en")


@pytest.mark.parametrize("data", [b"", b"hello", b"\0\xff nothing", b"  0\nEOF\n", "井".encode("gbk") * 9])
def test_what_is_no_drawing_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "d.dxf").write_bytes(data)
    _, findings = read(tmp_path, "pipes", "YS")
    assert rules(findings) == ["drawing.none"]


def polylines(_: Drawing, space: Modelspace) -> None:
    for y in range(3):
        space.add_polyline2d([at(0, y), at(20, y), at(40, y)], dxfattribs={"layer": "雨水管线"})


@pytest.mark.parametrize("kind", ["ascii", "binary"])
def test_a_drawing_that_was_cut_off_gives_what_is_whole(tmp_path: Path, kind: str) -> None:
    """Cut anywhere within the third of three polylines: two of 40 m are whole, and nothing is read shorter."""
    if kind == "ascii":
        data = text_of(polylines).encode("gbk")
        starts = [m.start() for m in re.finditer(rb"  0\r?\nPOLYLINE\r?\n", data)]
        end = data.index(b"ENDSEC", starts[2])
    else:
        document = ezdxf.new("R2000")
        document.encoding = "gbk"
        polylines(document, document.modelspace())
        document.saveas(tmp_path / "b.dxf", fmt="bin")
        data = (tmp_path / "b.dxf").read_bytes()
        starts = [m.start() for m in re.finditer(rb"\0\0POLYLINE\0", data)]
        end = data.index(b"ENDSEC", starts[2])
    assert len(starts) == 3
    for cut in range(starts[2] + 20, end - 4, 150):
        (tmp_path / "d.dxf").write_bytes(data[:cut])
        pipes, findings = read(tmp_path, "pipes", "雨水管线")
        assert pipes.length.tolist() == pytest.approx([40, 40]), cut
        assert "drawing.cut_off" in rules(findings)


def test_what_is_damaged_inside_is_repaired_and_that_is_said(tmp_path: Path) -> None:
    text = text_of(polylines).replace("ENDSEC", "ENDSECT", 1)
    (tmp_path / "d.dxf").write_bytes(text.encode("gbk"))
    pipes, findings = read(tmp_path, "pipes", "雨水管线")
    assert pipes.length.tolist() == pytest.approx([40, 40, 40])
    assert "drawing.repaired" in rules(findings)


def test_a_number_that_is_none_is_named_at_its_entity(tmp_path: Path) -> None:
    text = text_of(lambda _, s: [s.add_line(at(0, y), at(40, y), PIPE) for y in (0, 5)])
    for bad in ("nan", "x12"):
        (tmp_path / "d.dxf").write_text(text.replace("541040.0", bad, 1), encoding="ascii")
        pipes, findings = read(tmp_path, "pipes", "YS_LINE")
        assert len(pipes) == 1
        assert "drawing.bad_number" in rules(findings), bad


def test_cad_layers_are_matched_without_case_and_by_several_names(tmp_path: Path) -> None:
    def draw(_: Drawing, space: Modelspace) -> None:
        for y, name in ((0, "YS_Line"), (5, "ys_main"), (10, "WS")):
            space.add_line(at(0, y), at(10, y), {"layer": name})

    drawn(tmp_path, draw)
    assert len(read(tmp_path, "pipes", "ys_*")[0]) == 2
    assert len(read(tmp_path, "pipes", "YS_MAIN | ws")[0]) == 2
    assert len(read(tmp_path, "pipes", None)[0]) == 3
    _, findings = read(tmp_path, "pipes", "HS")
    assert rules(findings) == ["layer.missing"]


def test_a_layer_of_other_things_only_is_empty_and_names_them(tmp_path: Path) -> None:
    drawn(tmp_path, lambda _, s: s.add_circle(at(0, 0), 1, dxfattribs=PIPE))
    pipes, findings = read(tmp_path, "pipes", "YS_LINE", fields={"diameter_mm": "管径"})
    assert pipes.empty
    assert rules(findings) == ["drawing.other_kind", "layer.empty"]


def test_of_very_many_things_the_rest_is_counted_with_handles(tmp_path: Path) -> None:
    drawn(tmp_path, lambda _, s: [s.add_point(at(i, 0), PIPE) for i in range(130)])
    _, findings = read(tmp_path, "pipes", "YS_LINE")
    assert [f.rule for f in findings].count("drawing.other_kind") == 100
    more = [f.found for f in findings if f.rule == "drawing.more_left_out"]
    assert [(m["count"], len(str(m["handles"]).split(", "))) for m in more] == [(30, 30)]


@pytest.mark.parametrize("kind", ["nested", "array", "array upon itself"])
def test_blocks_that_multiply_beyond_the_limit_are_refused_unopened(tmp_path: Path, kind: str) -> None:
    drawing = ezdxf.new("R2018")
    drawing.header["$INSUNITS"] = 6
    block = drawing.blocks.new("B0")
    block.add_line((0, 0), (10, 0), dxfattribs={"layer": "YS"})
    if kind == "nested":
        for level in range(1, 5):
            upper = drawing.blocks.new(f"B{level}")
            for number in range(4):
                upper.add_blockref(f"B{level - 1}", (number * 100 * 5**level, 0))
        drawing.modelspace().add_blockref("B4", (540000, 2674000))
    else:
        spacing = {"column_spacing": 20, "row_spacing": 20 if kind == "array" else 0}
        drawing.modelspace().add_blockref(
            "B0", (540000, 2674000), dxfattribs={"column_count": 16, "row_count": 16, **spacing}
        )
    drawing.saveas(tmp_path / "d.dxf")
    claim(tmp_path, limits=Limits(feature_limit=800))
    assert len(raw(tmp_path, "pipes", "YS")) == {"nested": 256, "array": 256}.get(kind, 16)
    claim(tmp_path, limits=Limits(feature_limit=200))
    for asked in (lambda: raw(tmp_path, "pipes", "YS"), lambda: describe("d.dxf", tmp_path)):
        with pytest.raises(SourceRefusedError) as refused:
            asked()
        assert refused.value.rule == "file.not_admitted"
        for language in ("zh", "en"):
            assert "feature_limit" in refused.value.found["reason"].sentence(language)

"""Features out of the entities of mapped CAD layers: lines, areas or symbols, and what none could be made of."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

import shapely
from ezdxf.document import Drawing
from ezdxf.entities import DXFTagStorage
from ezdxf.math import Matrix44

from spongecalc.contract import SCHEMAS
from spongecalc.layers.sources.cad.blocks import SYMBOL_M, BlockSizes, is_one_line, is_reference_to_file
from spongecalc.layers.sources.cad.document import FAILURES
from spongecalc.layers.sources.cad.labels import TEXTS
from spongecalc.layers.sources.cad.shapes import (
    CLOSED_M,
    FACES,
    FILLS,
    LINES,
    OUTLINES,
    PLACES,
    gap_m,
    is_mesh,
    line_of,
    outline_of,
    place_of,
)
from spongecalc.layers.sources.cad.walk import Drawn, Opens
from spongecalc.layers.sources.raw import EntityNote, around_of, one_line

# A circle of a layer that takes points and areas is an area from this radius on.
AREA_RADIUS_M = 1.0
# Things drawn this near to each other on one CAD layer are one symbol, such as two circles around one point.
SAME_PLACE_M = 0.001
# A fill that covers so much of an outline's area, and no more, is a fill of it.
SAME_AREA = 0.999
# Of symbols at one place the one that says most stands for all.
_RANK = {"INSERT": 0, "SHAPE": 1, "POINT": 2, "CIRCLE": 3}
# What an entity cannot do without; the library puts the origin where the file lost it.
NEEDED = {
    "LINE": ("start", "end"),
    "CIRCLE": ("center", "radius"),
    "ARC": ("center", "radius", "start_angle", "end_angle"),
    "POINT": ("location",),
    "INSERT": ("insert",),
}
# What is drawn to explain a drawing, and is no thing of the field.
POINTERS = ("LEADER",)
# Names of the fields that every feature of a drawing has; an attribute of a block that is called so is numbered.
OWN_FIELDS = (
    "cad_layer",
    "entity",
    "block",
    "handle",
    "text",
    "elevation",
    "z_first",
    "z_last",
    "cass_code",
    "geometry",
)
_CASS = "SOUTH"


@dataclass(frozen=True)
class Taken:
    """One feature: its geometry in metres, the entity it was made of, and its fields."""

    drawn: Drawn
    geometry: shapely.Geometry
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """The things that a layer of the contract takes: on which CAD layers, and which of lines, areas, symbols."""

    names: re.Pattern[str]
    lines: bool
    areas: bool
    points: bool

    def layer(self, name: str) -> bool:
        """True for the name of a CAD layer that is mapped."""
        return self.names.fullmatch(name) is not None


def wanted_of(layer: str, names: re.Pattern[str]) -> Wanted:
    """The things that ``layer`` of the contract takes from the CAD layers that ``names`` matches."""
    geometry = SCHEMAS[layer].geometry
    return Wanted(names, "LineString" in geometry, "Polygon" in geometry, "Point" in geometry)


def opener(document: Drawing, wanted: Wanted, sizes: BlockSizes) -> Opens:
    """A test of block references: those to take apart, where the others stand for one symbol each.

    For points a reference is taken apart where its block holds symbols farther than ``SYMBOL_M`` from its place,
    or where it is on no mapped CAD layer itself and holds what is. For lines and areas one is taken apart where
    its block reaches farther than that: a smaller one is the picture of a manhole, and its strokes are no pipes,
    unless it is one line.
    """

    def opens(drawn: Drawn) -> bool:
        if is_reference_to_file(document, drawn.entity) is not None:
            return False
        if not wanted.points:
            reach_m = sizes.reach_m(drawn.entity, drawn.matrix)
            return reach_m > SYMBOL_M or (wanted.lines and is_one_line(drawn.entity.block()))
        if sizes.reach_of_symbols_m(drawn.entity, drawn.matrix) > SYMBOL_M:
            return True
        if wanted.layer(symbol_layer(drawn, sizes)):
            return False
        return any(wanted.layer(name) for name in sizes.layers(drawn.entity.dxf.name) if name != "0")

    return opens


def symbol_layer(drawn: Drawn, sizes: BlockSizes) -> str:
    """The CAD layer of a symbol: its reference's, or on layer 0 the one that all of its block is drawn on."""
    if drawn.layer != "0":
        return drawn.layer
    inside = sizes.layers(drawn.entity.dxf.name) - {"0"}
    lone = sizes.lone_place(drawn.entity.dxf.name)
    if len(inside) != 1 or (lone is not None and math.hypot(lone.x, lone.y) > SAME_PLACE_M):
        return drawn.layer
    return next(iter(inside))


class Reading:
    """The features of a drawing as they are met, and what none could be made of."""

    def __init__(self, document: Drawing, wanted: Wanted, sizes: BlockSizes) -> None:
        self._document, self._wanted, self._sizes = document, wanted, sizes
        self.taken: list[Taken] = []
        self.left: list[EntityNote] = []
        self.count = 0
        self._opened: list[Drawn] = []

    def is_wanted(self, drawn: Drawn) -> bool:
        """True for what lies on a mapped CAD layer."""
        if drawn.kind == "INSERT" and not drawn.opened and self._wanted.points:
            return self._wanted.layer(symbol_layer(drawn, self._sizes))
        return self._wanted.layer(drawn.layer)

    def read(self, drawn: Drawn) -> None:
        """Take one entity of a mapped CAD layer, or say why it is left."""
        if drawn.opened:
            self._opened.append(drawn)
            return
        self.count += 1
        try:
            self._read(drawn)
        except FAILURES as reason:
            self._leave("drawing.damaged", drawn, reason=one_line(reason) or type(reason).__name__)

    def finish(self) -> None:
        """Settle what only the whole drawing shows: blocks that gave nothing, symbols and areas drawn twice."""
        inside = around_of((*(t.drawn.handle for t in self.taken), *(n.handle for n in self.left)))
        for drawn in self._opened:
            if drawn.handle not in inside:
                self.count += 1
                self._leave("drawing.empty_block", drawn, block=drawn.block or "-")
        self._one_symbol_a_place()
        self._one_area_each()

    def _read(self, drawn: Drawn) -> None:
        kind = drawn.kind
        if lacking := [name for name in NEEDED.get(kind, ()) if not drawn.entity.dxf.hasattr(name)]:
            self._leave("drawing.damaged", drawn, reason=", ".join(lacking))
        elif kind == "INSERT" and (path := is_reference_to_file(self._document, drawn.entity)) is not None:
            self._leave("drawing.other_file", drawn, path=path)
        elif isinstance(drawn.entity, DXFTagStorage) or kind == "ACAD_PROXY_ENTITY":
            self._leave("drawing.foreign_object", drawn)
        elif self._wanted.points and self._is_symbol(drawn):
            self._take(drawn, shapely.Point(*place_of(drawn)))
        elif self._wanted.areas and self._may_be_area(drawn):
            self._area(drawn)
        elif self._wanted.lines and kind in LINES and not is_mesh(drawn):
            line = line_of(drawn)
            if line is None:
                self._leave("drawing.no_extent", drawn)
            else:
                self._take(drawn, line)
        elif self._wanted.points and kind in OUTLINES and not is_mesh(drawn):
            self._outlined_symbol(drawn)
        else:
            self._leave("drawing.other_kind", drawn)

    def _is_symbol(self, drawn: Drawn) -> bool:
        if drawn.kind == "CIRCLE" and self._wanted.areas:
            return _radius_m(drawn) < AREA_RADIUS_M
        return drawn.kind in PLACES

    def _may_be_area(self, drawn: Drawn) -> bool:
        return drawn.kind in (*LINES, *FILLS, *FACES, "CIRCLE")

    def _area(self, drawn: Drawn) -> None:
        outline = drawn.kind in LINES and not is_mesh(drawn)
        gap = gap_m(drawn) if outline else 0.0
        if drawn.kind in ("LINE", "ARC", "HELIX") or gap > CLOSED_M:
            self._leave("drawing.open_outline", drawn, gap=f"{gap:.3f}")
            return
        area = outline_of(drawn)
        if area is None:
            self._leave("drawing.no_extent", drawn)
        else:
            self._take(drawn, area)

    def _outlined_symbol(self, drawn: Drawn) -> None:
        """A small closed outline on a layer of symbols: a grating, or a ring of two arcs."""
        area = outline_of(drawn) if gap_m(drawn) <= CLOSED_M else None
        if (
            area is None
            or math.hypot(area.bounds[2] - area.bounds[0], area.bounds[3] - area.bounds[1]) > SYMBOL_M
        ):
            self._leave("drawing.other_kind", drawn)
            return
        middle = area.centroid
        level = _levels(area)
        self._take(drawn, shapely.Point(middle.x, middle.y, level[0] if level else 0.0))

    def _take(self, drawn: Drawn, geometry: shapely.Geometry) -> None:
        if not _finite(geometry):
            self._leave("drawing.damaged", drawn, reason="NaN")
            return
        levels = _levels(geometry)
        fields: dict[str, Any] = {
            "cad_layer": self._layer_of(drawn),
            "entity": drawn.kind,
            "block": drawn.block,
            "handle": drawn.handle,
            # A line at one level has it as its elevation: a contour.
            "elevation": levels[0] if levels and max(levels) - min(levels) < SAME_PLACE_M else None,
            "z_first": levels[0] if levels else None,
            "z_last": levels[-1] if levels else None,
        }
        if (code := _cass_code(drawn.entity)) is not None:
            fields["cass_code"] = code
        for tag, words in drawn.attributes.items():
            name, number = tag, 1
            while name in OWN_FIELDS or name in fields:
                number += 1
                name = f"{tag}_{number}"
            fields[name] = words
        self.taken.append(Taken(drawn, geometry, fields))

    def _layer_of(self, drawn: Drawn) -> str:
        return symbol_layer(drawn, self._sizes) if drawn.kind == "INSERT" else drawn.layer

    def _leave(self, rule: str, drawn: Drawn, **found: object) -> None:
        self.left.append(note_at(rule, drawn, **found))

    def _one_symbol_a_place(self) -> None:
        """Symbols at one place of one CAD layer become one, unless their attributes make them two."""
        symbols = [t for t in self.taken if t.geometry.geom_type == "Point"]
        if len(symbols) < 2:
            return
        tree = shapely.STRtree([t.geometry for t in symbols])
        best_first = sorted(range(len(symbols)), key=lambda p: _order(symbols[p]))
        gone: set[int] = set()
        kept: set[int] = set()
        for position in best_first:
            one = symbols[position]
            for other in tree.query(one.geometry, predicate="dwithin", distance=SAME_PLACE_M):
                first = symbols[int(other)]
                same_layer = first.fields["cad_layer"] == one.fields["cad_layer"]
                says_more = bool(one.drawn.attributes) and one.drawn.attributes != first.drawn.attributes
                if int(other) in kept and same_layer and not says_more:
                    gone.add(position)
                    self._leave("drawing.same_symbol", one.drawn, first=first.drawn.handle)
                    break
            else:
                kept.add(position)
        dropped = {id(symbols[p]) for p in gone}
        self.taken = [t for t in self.taken if id(t) not in dropped]

    def _one_area_each(self) -> None:
        """A fill of an outline that is there itself, on the same CAD layer, is no second area."""
        areas = [t for t in self.taken if t.geometry.area > 0]
        outlines = [t for t in areas if t.drawn.kind not in FILLS]
        fills = [t for t in areas if t.drawn.kind in FILLS]
        if not fills or not outlines:
            return
        tree = shapely.STRtree([t.geometry for t in outlines])
        dropped: set[int] = set()
        for fill in fills:
            for position in tree.query(fill.geometry, predicate="intersects"):
                outline = outlines[int(position)]
                if outline.fields["cad_layer"] != fill.fields["cad_layer"]:
                    continue
                both = [shapely.make_valid(shapely.force_2d(t.geometry)) for t in (fill, outline)]
                if both[0].intersection(both[1]).area >= SAME_AREA * both[0].union(both[1]).area:
                    dropped.add(id(fill))
                    self._leave("drawing.same_area", fill.drawn, first=outline.drawn.handle)
                    break
        self.taken = [t for t in self.taken if id(t) not in dropped]


def note_at(rule: str, drawn: Drawn, **found: object) -> EntityNote:
    """A note on one entity, with its place in metres; NaN where it has none."""
    try:
        place = place_of(drawn)
        x, y = place.x, place.y
    except FAILURES:
        x = y = math.nan
    return EntityNote(rule, drawn.handle, drawn.kind, drawn.layer, x, y, found)


def _order(taken: Taken) -> tuple[int, int, float, str]:
    about = taken.drawn
    radius = -_radius_m(about) if about.kind == "CIRCLE" else 0.0
    words = " ".join(f"{k}={v}" for k, v in sorted(about.attributes.items()))
    return (_RANK.get(about.kind, 9), -len(about.attributes), radius, words)


def _radius_m(drawn: Drawn) -> float:
    scale: Matrix44 = drawn.matrix
    return float(abs(drawn.entity.dxf.radius) * scale.transform_direction((1, 0, 0)).magnitude)


def _levels(geometry: shapely.Geometry) -> list[float]:
    if not geometry.has_z:
        return []
    return [float(z) for z in shapely.get_coordinates(geometry, include_z=True)[:, 2]]


def _finite(geometry: shapely.Geometry) -> bool:
    return all(math.isfinite(v) for xy in shapely.get_coordinates(geometry) for v in xy)


def _cass_code(entity: Any) -> str | None:
    """The code of a thing of the field that CASS writes beside what it draws."""
    if not entity.has_xdata(_CASS):
        return None
    words = [str(tag.value) for tag in entity.get_xdata(_CASS) if tag.code == 1000]
    return words[0] if words else None


def is_text(drawn: Drawn) -> bool:
    """True for texts and leaders, which label and are no features."""
    return drawn.kind in TEXTS or drawn.kind in POINTERS

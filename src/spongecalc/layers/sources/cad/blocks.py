"""Blocks of a drawing: what a reference says in its attributes, and whether it is a symbol or holds a plan."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from ezdxf.document import Drawing
from ezdxf.entities import DXFTagStorage
from ezdxf.math import Matrix44, Vec3
from ezdxf.xclip import XClip

from spongecalc.layers.sources.cad.text_codes import words_or_nothing

# Manholes and inlets are drawn no larger than this; a block that reaches further holds things of their own.
SYMBOL_M = 5.0
# Symbols inside a block; each is a place of its own where the block reaches far.
PLACED = ("INSERT", "POINT", "CIRCLE", "SHAPE")
TEXTS = ("TEXT", "MTEXT", "ATTDEF", "ATTRIB")
LABEL_KINDS = frozenset({*TEXTS, "LINE", "LWPOLYLINE", "POLYLINE", "LEADER", "SOLID"})
# Blocks in blocks in blocks: no drawing goes deeper, but a damaged one may hold itself.
DEEPEST = 24


def attributes_of(insert: Any) -> dict[str, str]:
    """The attributes of a block reference, invisible ones too, and the constant ones of its block.

    A tag that stands twice has a number behind it. Attributes without content are left out.
    """
    said: dict[str, str] = {}
    block = insert.block()
    constant = [a for a in block.attdefs() if a.is_const] if block is not None else []
    # Of a damaged drawing some are thrown away by the library and still stand here.
    for attribute in (a for a in (*insert.attribs, *constant) if a.is_alive):
        words = words_or_nothing(attribute)
        tag = str(attribute.dxf.get("tag", "")).strip()
        if not tag or not words:
            continue
        name, number = tag, 1
        while name in said:
            number += 1
            name = f"{tag}_{number}"
        said[name] = words
    return said


def layer_name(entity: Any) -> str:
    """The CAD layer that an entity states, of an object of another program too."""
    if isinstance(entity, DXFTagStorage):
        return str(entity.graphic_properties().get("layer", "0"))
    return str(entity.dxf.get("layer", "0"))


def is_label_block(block: Any) -> bool:
    """True for a block of texts, with at most lines and arrows beside them: a label, and no manhole."""
    kinds = {e.dxftype() for e in block}
    return bool(kinds & set(TEXTS)) and kinds <= LABEL_KINDS


def is_one_line(block: Any) -> bool:
    """True for a block of one line, texts aside: a piece of pipe, however short, and no manhole."""
    drawn = [e.dxftype() for e in block if e.dxftype() not in TEXTS]
    return len(drawn) == 1 and drawn[0] in ("LINE", "LWPOLYLINE", "POLYLINE", "ARC", "SPLINE", "MLINE")


def is_clipped(insert: Any) -> bool:
    """True where a reference shows only a part of its block."""
    clip = XClip(insert)
    return bool(clip.has_clipping_path and clip.is_clipping_enabled)


def is_reference_to_file(document: Drawing, insert: Any) -> str | None:
    """The path of the drawing that a reference shows and this file does not hold; None where it is a block."""
    block = document.blocks.get(insert.dxf.get("name", ""))
    if block is None or block.block is None or not block.block.is_xref:
        return None
    return str(block.block.dxf.get("xref_path", "") or insert.dxf.name)


class BlockSizes:
    """The sizes of a drawing's blocks, from their base points in their own units; each is measured once."""

    def __init__(self, document: Drawing) -> None:
        self._document = document
        self._drawn: dict[str, float] = {}
        self._symbols: dict[str, float] = {}
        self._layers: dict[str, frozenset[str]] = {}

    def reach_m(self, insert: Any, matrix: Matrix44) -> float:
        """Distance from a reference's place to the farthest thing that its block draws, texts aside."""
        return self._reach(insert.dxf.name, self._drawn, False, 0) * _scale(insert, matrix)

    def reach_of_symbols_m(self, insert: Any, matrix: Matrix44) -> float:
        """Distance from a reference's place to the farthest symbol inside its block; 0 where it holds none."""
        return self._reach(insert.dxf.name, self._symbols, True, 0) * _scale(insert, matrix)

    def layers(self, name: str, depth: int = 0) -> frozenset[str]:
        """CAD layers of what a block and those in it draw, texts aside."""
        block = self._document.blocks.get(name)
        if block is None or depth > DEEPEST:
            return frozenset()
        if name not in self._layers:
            self._layers[name] = frozenset()
            drawn = [e for e in block if e.dxftype() not in TEXTS]
            nested = [self.layers(e.dxf.name, depth + 1) for e in drawn if e.dxftype() == "INSERT"]
            self._layers[name] = frozenset(layer_name(e) for e in drawn).union(*nested)
        return self._layers[name]

    def lone_place(self, name: str) -> Vec3 | None:
        """The only symbol that a block holds, from its base point; None where it holds several, or none."""
        block = self._document.blocks.get(name)
        placed = [e for e in block if e.dxftype() in PLACED] if block is not None else []
        if block is None or len(placed) != 1:
            return None
        lone = placed[0]
        if lone.dxftype() == "POINT":
            return Vec3(lone.dxf.location) - Vec3(block.base_point)
        at = Vec3(lone.dxf.center if lone.dxftype() == "CIRCLE" else lone.dxf.insert)
        return Vec3(lone.ocs().to_wcs(at)) - Vec3(block.base_point)

    def _reach(self, name: str, known: dict[str, float], symbols: bool, depth: int) -> float:
        if name in known:
            return known[name]
        block = self._document.blocks.get(name)
        if block is None or depth > DEEPEST:
            return 0.0
        known[name] = 0.0
        base = Vec3(block.base_point)
        far = 0.0
        for entity in block:
            kind = entity.dxftype()
            if kind in TEXTS or (symbols and kind not in PLACED):
                continue
            if kind == "INSERT":
                place = entity.ocs().to_wcs(Vec3(entity.dxf.insert))
                # What lies inside a nested block counts from there on, however it is turned.
                inner = self._reach(entity.dxf.name, known, symbols, depth + 1) * _own_scale(entity)
                far = max(far, _flat(place - base) + inner + _array(entity))
            else:
                far = max([far, *(_flat(Vec3(p) - base) for p in _corners(entity))])
        known[name] = far
        return far


def _flat(vector: Vec3) -> float:
    return float(math.hypot(vector.x, vector.y))


def _own_scale(insert: Any) -> float:
    return max(abs(float(insert.dxf.get("xscale", 1.0))), abs(float(insert.dxf.get("yscale", 1.0))))


def _array(insert: Any) -> float:
    """Distance from the first to the last of a reference's rows and columns."""
    dxf = insert.dxf
    across = (dxf.get("column_count", 1) - 1) * dxf.get("column_spacing", 0.0)
    along = (dxf.get("row_count", 1) - 1) * dxf.get("row_spacing", 0.0)
    return float(math.hypot(across, along))


def _scale(insert: Any, matrix: Matrix44) -> float:
    """Metres that a unit of the block is long where the reference stands."""
    around = max(matrix.transform_direction(Vec3(a)).magnitude for a in ((1, 0, 0), (0, 1, 0)))
    return float(_own_scale(insert) * around)


def _corners(entity: Any) -> Iterator[Any]:
    """Points that an entity lies between, in its block; roughly, as only its size counts."""
    kind, dxf = entity.dxftype(), entity.dxf
    if kind in ("CIRCLE", "ARC"):
        centre = entity.ocs().to_wcs(Vec3(dxf.center))
        yield centre + Vec3(dxf.radius, 0)
        yield centre - Vec3(dxf.radius, 0)
    elif kind == "ELLIPSE":
        yield Vec3(dxf.center) + Vec3(dxf.major_axis)
        yield Vec3(dxf.center) - Vec3(dxf.major_axis)
    elif kind == "LINE":
        yield dxf.start
        yield dxf.end
    elif kind == "LWPOLYLINE":
        yield from entity.vertices_in_wcs()
    elif kind == "POLYLINE":
        yield from (
            entity.ocs().to_wcs(Vec3(v.dxf.location)) for v in entity.vertices if v.dxf.hasattr("location")
        )
    elif kind == "SPLINE":
        yield from (*entity.control_points, *entity.fit_points)
    elif kind == "MLINE":
        yield from entity.get_locations()
    elif kind == "POINT":
        yield dxf.location
    elif kind in ("SOLID", "TRACE", "3DFACE"):
        yield from entity.wcs_vertices()
    elif kind == "SHAPE":
        yield dxf.insert
    elif kind in ("HATCH", "MPOLYGON"):
        for path in entity.paths.paths:
            yield from (Vec3(v[0], v[1]) for v in getattr(path, "vertices", ()))

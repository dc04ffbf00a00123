"""The plan of a drawing's entities as geometry in metres, levels kept as Z."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely
from ezdxf.entities import DXFTagStorage
from ezdxf.math import Vec3
from ezdxf.path import Command, from_hatch_boundary_path, from_vertices, make_path
from ezdxf.path import Path as Curve

from spongecalc.layers.sources.cad.walk import Drawn

# Curves are drawn as chords that stray from them by no more than this: a survey is kept to the millimetre.
CHORD_M = 0.001
# A curve has about so many chords at most, and 64 for each piece that its file states, as a span of a spline; a
# full circle has them from a radius of some kilometres on. A larger curve has longer chords: one of a line in the
# file could take all memory otherwise.
CHORDS = 4096
_CHORDS_A_PIECE = 64
# Chords are not sought that differ by less than this share of the coordinates: rounding alone differs there.
_ROUNDING = 2.0**-45
# An arc is made of so many Bezier curves at least, or a quarter circle strays from its radius by three
# ten-thousandths.
ARC_PIECES = 16
# Ends that are nearer to each other close an outline.
CLOSED_M = 0.001

LINES = ("LINE", "LWPOLYLINE", "POLYLINE", "ARC", "SPLINE", "ELLIPSE", "MLINE", "HELIX")
OUTLINES = ("LWPOLYLINE", "POLYLINE", "SPLINE", "ELLIPSE", "CIRCLE", "MLINE")
FACES = ("3DFACE", "SOLID", "TRACE", "MESH")
FILLS = ("HATCH", "MPOLYGON")
PLACES = ("INSERT", "POINT", "CIRCLE", "SHAPE")
# Of a spline-fit polyline, the vertices of its control frame lie off the curve.
_SPLINE_FIT, _FRAME = 4, 16
# Vertices that a step of a path adds.
_CONTROLS = {Command.LINE_TO: 1, Command.MOVE_TO: 1, Command.CURVE3_TO: 2, Command.CURVE4_TO: 3}
NOWHERE = Vec3(math.nan, math.nan, math.nan)
_TEXT_BOX, _OUTERMOST, _IGNORES_HOLES = 8, 1, 2


def is_mesh(drawn: Drawn) -> bool:
    """True for a POLYLINE that is a mesh of faces and no line."""
    return drawn.kind == "POLYLINE" and bool(drawn.entity.is_polygon_mesh or drawn.entity.is_poly_face_mesh)


def place_of(drawn: Drawn) -> Vec3:
    """The place of a symbol, or the first point of anything else, in metres."""
    entity, dxf = drawn.entity, drawn.entity.dxf
    if drawn.kind == "INSERT":
        point = entity.ocs().to_wcs(Vec3(dxf.insert))
    elif drawn.kind == "CIRCLE":
        point = entity.ocs().to_wcs(Vec3(dxf.center))
    elif drawn.kind == "POINT":
        point = Vec3(dxf.location)
    elif drawn.kind == "SHAPE":
        point = entity.ocs().to_wcs(Vec3(dxf.insert))
    else:
        point = _first_point(drawn)
    return drawn.matrix.transform(point)


def _first_point(drawn: Drawn) -> Vec3:
    """A point of an entity of any kind, in its own coordinates; NaN where it tells none."""
    entity, dxf = drawn.entity, drawn.entity.dxf
    if isinstance(entity, DXFTagStorage):
        points = [tag.value for part in entity.xtags.subclasses for tag in part if tag.code == 10]
        return Vec3(points[0]) if points else NOWHERE
    if drawn.kind in ("LINE", "RAY", "XLINE"):
        return Vec3(dxf.start)
    for name in ("insert", "center", "defpoint", "location", "vtx0"):
        if dxf.hasattr(name):
            point = Vec3(dxf.get(name))
            return (
                entity.ocs().to_wcs(point) if name in ("insert", "center") and hasattr(entity, "ocs") else point
            )
    if drawn.kind in ("LEADER", "MLINE"):
        points = entity.vertices if drawn.kind == "LEADER" else entity.get_locations()
        return Vec3(points[0]) if len(points) else NOWHERE
    if drawn.kind == "MULTILEADER":
        return Vec3(entity.context.base_point)
    if drawn.kind == "MESH":
        return Vec3(entity.vertices[0]) if len(entity.vertices) else NOWHERE
    if is_mesh(drawn):
        points = [v.dxf.location for v in entity.vertices if v.dxf.hasattr("location")]
        return Vec3(points[0]) if points else NOWHERE
    try:
        if drawn.kind in FILLS:
            return next(iter(curve.start for curve in _boundaries(drawn)), NOWHERE)
        curve = make_path(entity)
        # A path of nothing starts at the origin, where no survey is.
        return NOWHERE if not len(curve) and curve.start == Vec3() else Vec3(curve.start)
    except TypeError:
        return NOWHERE


def line_of(drawn: Drawn) -> shapely.LineString | None:
    """The line that an entity draws; None where it has no length."""
    points = _flattened(_curve(drawn), drawn)
    if len(points) < 2:
        return None
    line = shapely.LineString(points)
    return line if line.length > 0 else None


def gap_m(drawn: Drawn) -> float:
    """Distance in plan between the two ends of an outline; 0 where it is closed."""
    if drawn.kind == "CIRCLE" or _is_closed(drawn):
        return 0.0
    points = _flattened(_curve(drawn), drawn)
    if len(points) < 2:
        return 0.0
    return math.hypot(points[0][0] - points[-1][0], points[0][1] - points[-1][1])


def outline_of(drawn: Drawn) -> shapely.Geometry | None:
    """The area of a closed line, a fill with its holes, or faces; None where there is none."""
    if drawn.kind in FILLS:
        area = _filled(drawn)
    elif drawn.kind in FACES or is_mesh(drawn):
        area = _faces(drawn)
    else:
        points = _flattened(_curve(drawn), drawn)
        if len(points) > 1 and _apart(points[0], points[-1]) <= CLOSED_M:
            points = points[:-1]
        area = shapely.Polygon(points) if len(points) > 2 else None
    # An outline that crosses itself may enclose nothing by its signs; the rules on geometry name and mend it.
    return area if area is not None and shapely.make_valid(area).area > 0 else None


def _apart(a: Sequence[float], b: Sequence[float]) -> float:
    return math.hypot(a[0] - b[0], a[1] - b[1])


def _is_closed(drawn: Drawn) -> bool:
    entity = drawn.entity
    return bool(getattr(entity, "closed", False) or getattr(entity, "is_closed", False))


def _curve(drawn: Drawn) -> Curve:
    """The path of a line, in its own coordinates."""
    entity = drawn.entity
    if drawn.kind == "MLINE":
        return _middle_of_mline(entity)
    if drawn.kind == "POLYLINE" and entity.dxf.get("flags", 0) & _SPLINE_FIT:
        kept = [v for v in entity.vertices if not v.dxf.get("flags", 0) & _FRAME]
        return _through(entity, kept)
    return make_path(entity, segments=ARC_PIECES)


def _through(polyline: Any, vertices: Sequence[Any]) -> Curve:
    """A spline-fit polyline through the vertices of its curve."""
    points = [Vec3(v.dxf.location) for v in vertices]
    if not polyline.is_3d_polyline:
        level = Vec3(polyline.dxf.get("elevation", points[0] if points else Vec3())).z
        points = list(polyline.ocs().points_to_wcs(Vec3(p.x, p.y, level) for p in points))
    return from_vertices(points, close=polyline.is_closed) if points else Curve()


def _middle_of_mline(entity: Any) -> Curve:
    """The line midway between the outermost elements of a multiline: a pipe drawn by its two walls."""
    points = []
    for vertex in entity.vertices:
        offsets = [params[0] for params in vertex.line_params if params]
        middle = (min(offsets) + max(offsets)) / 2 if offsets else 0.0
        points.append(Vec3(vertex.location) + Vec3(vertex.miter_direction) * middle)
    return from_vertices(points, close=entity.is_closed) if points else Curve()


def _flattened(curve: Curve, drawn: Drawn) -> list[tuple[float, float, float]]:
    if not len(curve):
        return []
    placed = curve.transform(drawn.matrix)
    points = [(p.x, p.y, p.z) for p in placed.flattening(_strays_m(placed))]
    if not np.isfinite(points).all():
        raise ValueError("NaN")
    return points


def _strays_m(curve: Curve) -> float:
    """The distance that chords may stray from a curve [m]: ``CHORD_M``, or more of a curve beyond all size."""
    if not curve.has_curves:
        return CHORD_M
    vertices = np.array([(v.x, v.y, v.z) for v in curve.control_vertices()])
    if not np.isfinite(vertices).all():
        raise ValueError("NaN")
    # Of n equal parts of a cubic curve, none strays by more than 6/8 of its bend, divided by n squared.
    bends, pieces, at = [], 0, 0
    for size in (_CONTROLS[c.type] for c in curve.commands()):
        if size > 1:
            part = vertices[at : at + size + 1]
            bends.append(np.abs(np.diff(part, 2, axis=0)).max())
            pieces += 1
        at += size
    with np.errstate(over="ignore"):
        chords = float(np.sqrt(0.75 * np.array(bends) / CHORD_M).sum())
    allowed = max(CHORDS, _CHORDS_A_PIECE * pieces)
    return max(CHORD_M * max(1.0, chords / allowed) ** 2, float(np.abs(vertices).max()) * _ROUNDING)


def _boundaries(drawn: Drawn) -> list[Curve]:
    entity = drawn.entity
    ocs, level = entity.ocs(), Vec3(entity.dxf.get("elevation", Vec3())).z
    offset = Vec3(entity.dxf.get("offset_vector", Vec3())) if drawn.kind == "MPOLYGON" else Vec3()
    boundaries = [p for p in entity.paths.paths if not p.path_type_flags & _TEXT_BOX]
    return [from_hatch_boundary_path(p, ocs, level, offset=offset) for p in boundaries]


def _filled(drawn: Drawn) -> shapely.Geometry | None:
    """The area of a fill: outside in, each boundary in turn begins a hole or ground in it, as its style says."""
    rings: list[shapely.Geometry] = []
    for curve in _boundaries(drawn):
        for part in curve.sub_paths() if curve.has_sub_paths else (curve,):
            points = _flattened(part, drawn)
            if len(points) > 2 and (ring := _areas(shapely.make_valid(shapely.Polygon([p[:2] for p in points])))):
                rings.append(ring)
    if not rings:
        return None
    style = drawn.entity.dxf.get("hatch_style", 0)
    if style == _IGNORES_HOLES:
        return _areas(shapely.union_all(rings))
    area: shapely.Geometry = shapely.Polygon()
    depths = [
        sum(r is not o and o.area >= r.area and o.contains(r.representative_point()) for o in rings)
        for r in rings
    ]
    for ring, depth in sorted(zip(rings, depths, strict=True), key=lambda pair: -pair[0].area):
        if style == _OUTERMOST and depth > 1:
            continue
        area = area.symmetric_difference(ring)
    return _areas(area)


def _areas(shape: shapely.Geometry) -> shapely.Geometry | None:
    """The polygons of a shape, without lines and points that making it valid left."""
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon" and p.area > 0]
    if not parts:
        whole = [
            p for p in shapely.get_parts(shapely.get_parts(shape)) if p.geom_type == "Polygon" and p.area > 0
        ]
        parts = whole
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _faces(drawn: Drawn) -> shapely.Geometry | None:
    """The plan of faces: one of a 3DFACE, SOLID or TRACE, all of a mesh together."""
    return _joined([shapely.Polygon(corners) for corners in faces_of(drawn)])


def _joined(faces: Iterable[shapely.Polygon]) -> shapely.Geometry | None:
    flat = [shapely.make_valid(shapely.force_2d(f)) for f in faces]
    flat = [f for f in flat if f.area > 0]
    return _areas(shapely.union_all(flat)) if flat else None


def faces_of(drawn: Drawn) -> list[np.ndarray]:
    """The corners of each face of a 3DFACE, SOLID, TRACE, MESH or mesh of polylines, in metres with levels."""
    entity = drawn.entity
    if drawn.kind in ("3DFACE", "SOLID", "TRACE"):
        corners = [list(entity.wcs_vertices())]
    elif drawn.kind == "MESH":
        corners = [[Vec3(entity.vertices[i]) for i in face] for face in entity.faces]
    elif entity.is_poly_face_mesh:
        corners = [[Vec3(v.dxf.location) for v in face[:-1]] for face in entity.faces()]
    else:
        corners = _grid_faces(entity)
    placed = [np.array([tuple(drawn.matrix.transform(Vec3(c))) for c in face]) for face in corners]
    return [face for face in placed if len(np.unique(face, axis=0)) > 2]


def _grid_faces(entity: Any) -> list[list[Vec3]]:
    """The faces between the rows and columns of a polygon mesh."""
    rows, columns = entity.dxf.get("m_count", 0), entity.dxf.get("n_count", 0)
    points = [Vec3(v.dxf.location) for v in entity.vertices if not v.dxf.get("flags", 0) & _FRAME]
    if len(points) < rows * columns:
        return []
    over_m = range(rows if entity.is_m_closed else rows - 1)
    over_n = range(columns if entity.is_n_closed else columns - 1)

    def at(m: int, n: int) -> Vec3:
        return points[(m % rows) * columns + n % columns]

    return [[at(m, n), at(m + 1, n), at(m + 1, n + 1), at(m, n + 1)] for m in over_m for n in over_n]

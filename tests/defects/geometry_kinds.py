"""Defects of geometry: what drawing, exporting and joining do to points, lines and outlines."""

from __future__ import annotations

import math

import numpy as np
import shapely
from shapely import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon
from shapely.affinity import translate

from spongecalc.contract import SCHEMAS
from tests.defects.planting import Kind, Planting, at_layers, having
from tests.defects.two_deliveries import DELIVERIES

LINES = ("pipes", "connections", "utilities", "barriers")
POINTS = ("nodes", "trees", "monitoring")
OUTLINES = ("communities", "surfaces", "buildings")
EVERY = tuple(SCHEMAS)


def no_geometry(p: Planting) -> None:
    p.reshape(None)


def empty_geometry(p: Planting) -> None:
    p.reshape({"Point": Point(), "LineString": LineString()}.get(p.shape.geom_type, Polygon()))


def vertex_without_place(p: Planting) -> None:
    coordinates = shapely.get_coordinates(p.shape)
    if len(coordinates) == 1:
        p.reshape(Point(math.nan, math.nan))
        return
    coordinates[1] = math.nan
    p.reshape(LineString(coordinates) if p.shape.geom_type == "LineString" else Polygon(coordinates))


def endless_vertex(p: Planting) -> None:
    coordinates = shapely.get_coordinates(p.shape)
    coordinates[0] = (math.inf, coordinates[0][1])
    if p.shape.geom_type != "LineString":
        coordinates[-1] = coordinates[0]
    p.reshape(LineString(coordinates) if p.shape.geom_type == "LineString" else Polygon(coordinates))


def digit_lost(p: Planting) -> None:
    """The northing lost its last digit before the point: hundreds of kilometres away."""
    p.reshape(translate(p.shape, 0, -p.shape.centroid.y * 0.9))
    _named_by_pipes(p)


def digit_typed_wrong(p: Planting) -> None:
    """3,000 m east: a digit in the thousands."""
    p.reshape(translate(p.shape, 3000, 0))
    _named_by_pipes(p)


def axes_swapped(p: Planting) -> None:
    p.reshape(shapely.transform(p.shape, lambda c: c[:, ::-1]))
    _named_by_pipes(p)
    if len(p.frame) == 1:
        # All that the file holds is swapped: that is told of the file.
        p.anywhere.add("crs.axes_swapped")


def at_the_origin(p: Planting) -> None:
    middle = p.shape.centroid
    p.reshape(translate(p.shape, -middle.x, -middle.y))
    _named_by_pipes(p)


def _named_by_pipes(p: Planting) -> None:
    if p.layer == "nodes":
        for pipe in p.pipes_at(p.feature):
            p.at("pipes", pipe)


def with_heights(p: Planting) -> None:
    p.reshape(shapely.force_3d(p.shape, 1537.0))


def shifted_3_mm(p: Planting) -> None:
    p.reshape(translate(p.shape, 0.003, 0))


def shifted_30_cm(p: Planting) -> None:
    p.reshape(translate(p.shape, 0.3, 0))
    _named_by_pipes(p)


def shifted_5_m(p: Planting) -> None:
    p.reshape(translate(p.shape, 5.0, 0))
    _named_by_pipes(p)


def wrong_type(p: Planting) -> None:
    middle = p.shape.centroid
    p.reshape(middle.buffer(1.0) if p.shape.geom_type in ("Point", "LineString") else middle)


def as_collection_of_one(p: Planting) -> None:
    wrap = {"Point": MultiPoint, "LineString": MultiLineString}.get(p.shape.geom_type, MultiPolygon)
    shape = p.shape
    if shape.geom_type.startswith("Multi"):
        return
    p.reshape(wrap([shape]))


def two_parts_apart(p: Planting) -> None:
    a, b = _halves(p.shape, gap=1.0)
    p.reshape(MultiLineString([a, b]))


def two_parts_touching(p: Planting) -> None:
    a, b = _halves(p.shape, gap=0.0)
    p.reshape(MultiLineString([a, b]))


def _halves(line: LineString, gap: float) -> tuple[LineString, LineString]:
    middle = line.length / 2
    first = shapely.ops.substring(line, 0, middle - gap / 2)
    return first, shapely.ops.substring(line, middle + gap / 2, line.length)


def zero_length(p: Planting) -> None:
    start = p.shape.coords[0]
    p.reshape(LineString([start, start]))


def length_of_a_millimetre(p: Planting) -> None:
    x, y = p.shape.coords[0][:2]
    p.reshape(LineString([(x, y), (x + 0.001, y)]))


def doubled_vertex(p: Planting) -> None:
    c = list(p.shape.coords)
    p.reshape(LineString([c[0], *c]))


def there_and_back(p: Planting) -> None:
    """The line is drawn forth, back and forth again."""
    c = list(p.shape.coords)
    p.reshape(LineString([*c, *c[::-1][1:], *c[1:]]))


def spike(p: Planting) -> None:
    """A vertex 400 m away in the middle of the line."""
    c = list(p.shape.coords)
    x, y = p.shape.interpolate(0.5, normalized=True).coords[0]
    p.reshape(LineString([c[0], (x, y), (x, y + 400), (x + 0.01, y), c[-1]]))


def reversed_line(p: Planting) -> None:
    p.reshape(p.shape.reverse())


def end_short(p: Planting) -> None:
    """0.4 m are missing at the lower end."""
    p.reshape(shapely.ops.substring(p.shape, 0, p.shape.length - 0.4))


def end_3_m_short(p: Planting) -> None:
    p.reshape(shapely.ops.substring(p.shape, 0, p.shape.length - 3.0))


def end_beyond(p: Planting) -> None:
    """The end overshoots by 2 m."""
    c = np.array(p.shape.coords)[:, :2]
    way = c[-1] - c[-2]
    c[-1] = c[-1] + 2.0 * way / np.hypot(*way)
    p.reshape(LineString(c))


def copy_as_it_is(p: Planting) -> None:
    p.add(**{_id(p): f"{p.feature}x"})


def copy_with_a_vertex(p: Planting) -> None:
    middle = p.shape.interpolate(0.4, normalized=True)
    c = list(p.shape.coords)
    p.add(**{_id(p): f"{p.feature}x"}, geometry=LineString([*c[:1], middle, *c[1:]]))


def copy_3_mm_off(p: Planting) -> None:
    p.add(**{_id(p): f"{p.feature}x"}, geometry=translate(p.shape, 0.003, -0.003))


def copy_reversed(p: Planting) -> None:
    p.add(**{_id(p): f"{p.feature}x"}, geometry=p.shape.reverse())


def copy_30_cm_off(p: Planting) -> None:
    """A second digitising of the same pipe, 5 cm off."""
    p.add(**{_id(p): f"{p.feature}x"}, geometry=translate(p.shape, 0.05, 0.05))


def _id(p: Planting) -> str:
    return SCHEMAS[p.layer].id_column


def redraw_over_two(p: Planting) -> None:
    """One line over this pipe and the next one, beside both."""
    to = p.value("to_node")
    pipes = p.frame
    following = pipes[(pipes["from_node"] == to) & (pipes["status"] == p.value("status"))]
    if following.empty:
        return
    other = following.iloc[0]
    p.at("pipes", str(other["pipe_id"]))
    c = [*p.shape.coords, *list(other.geometry.coords)[1:]]
    p.add(pipe_id=f"{p.feature}x", geometry=LineString(c), to_node=other["to_node"])


def has_following(frame, delivery) -> list[bool]:  # type: ignore[no-untyped-def]
    del delivery
    starts = set(zip(frame["from_node"], frame["status"], strict=True))
    return [(t, s) in starts for t, s in zip(frame["to_node"], frame["status"], strict=True)]


def crosses_itself(p: Planting) -> None:
    x0, y0, x1, y1 = p.shape.bounds
    p.reshape(Polygon([(x0, y0), (x1, y1), (x1, y0), (x0, y1)]))


def hole_outside(p: Planting) -> None:
    x0, y0, _, _ = p.shape.bounds
    outline = p.shape if p.shape.geom_type == "Polygon" else p.shape.geoms[0]
    away = [(x0 - 30, y0 - 30), (x0 - 28, y0 - 30), (x0 - 28, y0 - 28)]
    p.reshape(Polygon(outline.exterior, [*[r.coords for r in outline.interiors], away]))


def flat_outline(p: Planting) -> None:
    """Three corners on one line: no area."""
    x0, y0, x1, y1 = p.shape.bounds
    p.reshape(Polygon([(x0, y0), ((x0 + x1) / 2, (y0 + y1) / 2), (x1, y1)]))


def sliver(p: Planting) -> None:
    x0, y0, x1, _ = p.shape.bounds
    p.reshape(Polygon([(x0, y0), (x1, y0), (x1, y0 + 0.002)]))


def spiked_outline(p: Planting) -> None:
    """A corner 300 m away: what it covers on its way, other communities' trenches too, is repaved as it is."""
    p.communities |= {c for own in DELIVERIES.values() for c in own}
    outline = p.shape if p.shape.geom_type == "Polygon" else p.shape.geoms[0]
    c = list(outline.exterior.coords)
    x, y = c[0][:2]
    p.reshape(Polygon([c[0], (x - 300, y), *c[1:-1]], [r.coords for r in outline.interiors]))


def turned_ring(p: Planting) -> None:
    outline = p.shape if p.shape.geom_type == "Polygon" else p.shape.geoms[0]
    p.reshape(Polygon(outline.exterior.coords[::-1], [r.coords[::-1] for r in outline.interiors]))


def stacked_nodes(p: Planting) -> None:
    """Another manhole of the same system at the same place."""
    p.add(node_id=f"{p.feature}x", kind="manhole", receives=None)


def node_of_other_system(p: Planting) -> None:
    other = "sewage" if p.value("system") == "storm" else "storm"
    p.add(node_id=f"{p.feature}x", kind="manhole", system=other, receives=None)


def node_4_cm_off(p: Planting) -> None:
    p.add(node_id=f"{p.feature}x", kind="manhole", receives=None, geometry=translate(p.shape, 0.04, 0))


def node_in_the_field(p: Planting) -> None:
    """A node that nothing is joined to."""
    p.add(node_id=f"{p.feature}x", kind="manhole", receives=None, geometry=translate(p.shape, 3, 4))


def pipe_in_the_field(p: Planting) -> None:
    """A pipe that names no node and ends at none."""
    p.add(pipe_id=f"{p.feature}x", from_node=None, to_node=None, geometry=translate(p.shape, 2.5, 2.5))


STANDING = having(status=("proposed", "existing"))

KINDS = [
    *at_layers("no geometry", EVERY, no_geometry),
    *at_layers("empty geometry", EVERY, empty_geometry),
    *at_layers("a vertex without coordinates", EVERY, vertex_without_place),
    *at_layers("an endless vertex", (*LINES, *OUTLINES), endless_vertex),
    *at_layers("northing with a digit lost", EVERY, digit_lost),
    *at_layers("3 km away", EVERY, digit_typed_wrong),
    *at_layers("axes swapped", EVERY, axes_swapped),
    *at_layers("at 0, 0", EVERY, at_the_origin),
    *at_layers("with heights", EVERY, with_heights),
    *at_layers("3 mm off", EVERY, shifted_3_mm, no_defect=True),
    *at_layers("0.3 m off", ("nodes", "pipes", "connections"), shifted_30_cm),
    *at_layers("5 m off", ("nodes", "pipes", "connections"), shifted_5_m),
    # A house five metres farther on is as good a house: nothing in a survey tells.
    *at_layers("5 m off", ("buildings",), shifted_5_m, no_defect=True),
    *at_layers("another type of geometry", EVERY, wrong_type),
    *at_layers("a collection of one", EVERY, as_collection_of_one),
    *at_layers("two parts apart", LINES, two_parts_apart),
    *at_layers("two parts that touch", LINES, two_parts_touching),
    *at_layers("no length", LINES, zero_length),
    *at_layers("a millimetre long", LINES, length_of_a_millimetre),
    *at_layers("a vertex twice", LINES, doubled_vertex),
    *at_layers("there and back", ("pipes",), there_and_back),
    *at_layers("a spike of 400 m", ("pipes",), spike),
    *at_layers("drawn backwards", ("pipes", "connections"), reversed_line),
    *at_layers("0.4 m short of its node", ("pipes", "connections"), end_short),
    *at_layers("3 m short of its node", ("pipes", "connections"), end_3_m_short),
    *at_layers("2 m beyond its node", ("pipes",), end_beyond),
    *at_layers("a copy", EVERY, copy_as_it_is),
    *at_layers("a copy with one more vertex", ("pipes", "connections"), copy_with_a_vertex),
    *at_layers("a copy 3 mm off", ("pipes", "surfaces", "buildings"), copy_3_mm_off),
    *at_layers("a copy backwards", ("pipes",), copy_reversed),
    *at_layers("digitised a second time", ("pipes",), copy_30_cm_off),
    Kind("pipes: a redraw over two", "pipes", redraw_over_two, has_following),
    *at_layers("crosses itself", OUTLINES, crosses_itself),
    *at_layers("a hole outside", OUTLINES, hole_outside),
    *at_layers("flat", OUTLINES, flat_outline),
    *at_layers("a sliver", OUTLINES, sliver),
    *at_layers("a spike of 300 m", OUTLINES, spiked_outline),
    *at_layers("ring turned", OUTLINES, turned_ring),
    *at_layers("two at one place", ("nodes",), stacked_nodes, STANDING),
    *at_layers("one of another system at its place", ("nodes",), node_of_other_system, having(status="proposed")),
    *at_layers("two 4 cm apart", ("nodes",), node_4_cm_off, STANDING),
    *at_layers("one that nothing is joined to", ("nodes",), node_in_the_field),
    *at_layers("one that joins nothing", ("pipes",), pipe_in_the_field, STANDING),
]

"""The texts of a drawing as labels: what they say, the ground their letters cover, and what they point at."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import shapely
from ezdxf.math import Vec3

from spongecalc.layers.sources.cad.text_codes import decoded_signs, words_or_nothing
from spongecalc.layers.sources.cad.walk import Drawn

TEXTS = ("TEXT", "MTEXT", "ATTDEF", "ATTRIB", "MULTILEADER")
# Advance of a letter and of a Chinese sign over the height of the text. Fonts differ from machine to machine, so
# that the same drawing must not be measured with those that happen to be installed.
LATIN, WIDE = 0.8, 1.2
# Lines of an MTEXT lie so many heights apart at its factor 1.
LINE_SPACING = 5.0 / 3.0
# A leader's end is at its text where it comes within so many heights of it.
NEAR_TEXT = 1.5
# The other end of a line that a drafter drew from a text to what it labels.
TOUCHES_M = 0.1


@dataclass(frozen=True)
class Label:
    """A text where it stands.

    ``area`` is the ground that its letters cover, ``anchor`` the point that it was placed at, ``direction_deg``
    the direction that it is read in, ``tips`` the points that its leaders point at.
    """

    words: str
    layer: str
    handle: str
    area: shapely.Geometry
    anchor: shapely.Point
    direction_deg: float
    height_m: float
    tips: tuple[shapely.Point, ...] = ()
    hidden: bool = False
    in_symbol: bool = False

    @property
    def middle(self) -> shapely.Point:
        """Middle of the letters."""
        return self.area.centroid


@dataclass(frozen=True)
class Pointer:
    """A leader: the point at its arrow, the point at its text, and the text's handle where it is known."""

    tip: shapely.Point
    tail: shapely.Point
    text: str = ""


def label_of(drawn: Drawn) -> Label | None:
    """The label that a text, or a leader with its own text, makes; None where it says nothing."""
    if drawn.kind == "MULTILEADER":
        return _of_multileader(drawn)
    words = words_or_nothing(drawn.entity)
    if drawn.kind == "ATTDEF" and not words:
        words = str(drawn.entity.dxf.get("tag", "")).strip()
    if not words:
        return None
    if drawn.kind == "MTEXT":
        return _label(drawn, words, _mtext_corners(drawn.entity, words), Vec3(drawn.entity.dxf.insert))
    corners = _text_corners(drawn.entity, words)
    return _label(drawn, words, corners, Vec3(drawn.entity.ocs().to_wcs(_anchor(drawn.entity))))


def _label(drawn: Drawn, words: str, corners: Sequence[Vec3], anchor: Vec3) -> Label:
    placed = [drawn.matrix.transform(c) for c in corners]
    start, along, up = placed[0], placed[1] - placed[0], placed[3] - placed[0]
    # What has no extent in one direction is a line or a point, and still lies somewhere.
    area = shapely.MultiPoint([(p.x, p.y) for p in placed]).convex_hull
    direction = along if along.magnitude > 0 else drawn.matrix.transform_direction(Vec3(1, 0, 0))
    del start
    return Label(
        words,
        drawn.layer,
        drawn.handle,
        area,
        _point(drawn, anchor),
        math.degrees(math.atan2(direction.y, direction.x)),
        up.magnitude,
        hidden=bool(drawn.hidden),
        in_symbol=drawn.in_symbol,
    )


def width_of(words: str, height: float, factor: float = 1.0) -> float:
    """Length of a line of text, in the unit of its height."""
    advances = (WIDE if unicodedata.east_asian_width(c) in ("W", "F") else LATIN for c in words)
    return sum(advances) * height * factor


def _height(entity: Any, name: str) -> float:
    """The height of a text: its own, that of its style, or the drawing's, whichever comes first and is not 0."""
    own = float(entity.dxf.get(name, 0.0) or 0.0)
    if own > 0:
        return own
    document = entity.doc
    style = document.styles.get(entity.dxf.get("style", "Standard")) if document and _has_style(entity) else None
    fixed = float(style.dxf.get("height", 0.0)) if style is not None else 0.0
    return fixed if fixed > 0 else 0.0


def _has_style(entity: Any) -> bool:
    return entity.dxf.get("style", "Standard") in entity.doc.styles


def _anchor(entity: Any) -> Vec3:
    """The point that a TEXT was placed at, in the plane that it is drawn in."""
    dxf = entity.dxf
    insert = Vec3(dxf.get("insert", Vec3()))
    across = dxf.get("halign", 0)
    if (across, dxf.get("valign", 0)) == (0, 0) or across in (3, 5):
        return insert
    return Vec3(dxf.get("align_point", insert))


def _text_corners(entity: Any, words: str) -> list[Vec3]:
    """Lower left, lower right, upper right and upper left corner of a TEXT, in its block's coordinates."""
    dxf = entity.dxf
    height = _height(entity, "height")
    across, up = dxf.get("halign", 0), dxf.get("valign", 0)
    insert = Vec3(dxf.get("insert", Vec3()))
    second = Vec3(dxf.get("align_point", insert))
    length = width_of(words, height, dxf.get("width", 1.0) or 1.0)
    turn = float(dxf.get("rotation", 0.0))
    anchor = _anchor(entity)
    left = {1: -length / 2, 4: -length / 2, 2: -length}.get(across, 0.0)
    low = {2: -height / 2, 3: -height}.get(up, 0.0)
    if across == 4:
        low = -height / 2
    if across in (3, 5) and (second - insert).magnitude > 0:
        # Fitted between two points, whatever the letters take.
        left, low, length = 0.0, 0.0, (second - insert).magnitude
        turn = (second - insert).angle_deg
    flags = dxf.get("text_generation_flag", 0)
    right, high = left + length, low + height
    if flags & 2:
        left, right = -left, -right
    if flags & 4:
        low, high = -low, -high
    box = ((left, low), (right, low), (right, high), (left, high))
    ocs = entity.ocs()
    return [Vec3(ocs.to_wcs(anchor + Vec3(x, y).rotate_deg(turn))) for x, y in box]


def _mtext_corners(entity: Any, words: str) -> list[Vec3]:
    """Corners of an MTEXT as of a TEXT; as large as the program that wrote it says, else as its letters take."""
    dxf = entity.dxf
    height = _height(entity, "char_height")
    lines = words.splitlines() or [words]
    longest = max(width_of(line, height) for line in lines)
    frame = float(dxf.get("width", 0.0) or 0.0)
    rows = len(lines)
    if 0 < frame < longest:
        rows = sum(max(1, math.ceil(width_of(line, height) / frame)) for line in lines)
        longest = frame
    tall = height * (1 + (rows - 1) * LINE_SPACING * float(dxf.get("line_spacing_factor", 1.0) or 1.0))
    length = float(dxf.get("rect_width", 0.0) or 0.0) or longest
    tall = float(dxf.get("rect_height", 0.0) or 0.0) or tall
    row, column = divmod(int(dxf.get("attachment_point", 1)) - 1, 3)
    left = (0.0, -length / 2, -length)[column]
    top = (0.0, tall / 2, tall)[min(max(row, 0), 2)]
    ucs = entity.ucs()
    box = ((left, top - tall), (left + length, top - tall), (left + length, top), (left, top))
    return [Vec3(ucs.to_wcs(Vec3(x, y))) for x, y in box]


def _of_multileader(drawn: Drawn) -> Label | None:
    context = drawn.entity.context
    if context.mtext is None:
        return None
    from ezdxf.tools.text import fast_plain_mtext  # noqa: PLC0415

    words = decoded_signs(str(fast_plain_mtext(context.mtext.default_content))).strip()
    if not words:
        return None
    height = float(context.char_height or 0.0)
    lines = words.splitlines()
    length = max(width_of(line, height) for line in lines)
    tall = height * (1 + (len(lines) - 1) * LINE_SPACING)
    insert, turn = Vec3(context.mtext.insert), float(context.mtext.rotation or 0.0)
    column = int(context.mtext.alignment or 1) - 1
    left = (0.0, -length / 2, -length)[min(max(column, 0), 2)]
    box = ((left, -tall), (left + length, -tall), (left + length, 0.0), (left, 0.0))
    label = _label(drawn, words, [insert + Vec3(x, y).rotate(turn) for x, y in box], insert)
    tips = [_point(drawn, line.vertices[0]) for lead in context.leaders for line in lead.lines if line.vertices]
    return replace(label, tips=tuple(tips))


def _point(drawn: Drawn, vertex: Any) -> shapely.Point:
    place = drawn.matrix.transform(Vec3(vertex))
    return shapely.Point(place.x, place.y)


def pointer_of(drawn: Drawn) -> Pointer | None:
    """The LEADER that an entity is; None for any other."""
    if drawn.kind != "LEADER" or len(drawn.entity.vertices) < 2:
        return None
    points = [_point(drawn, v) for v in drawn.entity.vertices]
    head = drawn.handle.rpartition(".")[0]
    text = str(drawn.entity.dxf.get("annotation_handle", "") or "")
    return Pointer(points[0], points[-1], (f"{head}.{text}" if head else text) if text.strip("0") else "")


def with_pointers(labels: Iterable[Label], pointers: Iterable[Pointer]) -> list[Label]:
    """Labels with the tips of the leaders that belong to them: by the text's handle, else by the nearest text."""
    own = list(labels)
    by_handle = {label.handle: position for position, label in enumerate(own)}
    tree = shapely.STRtree([label.area for label in own])
    for pointer in pointers:
        position = by_handle.get(pointer.text)
        if position is None and own:
            nearest = int(tree.nearest(pointer.tail))
            label = own[nearest]
            near = label.area.distance(pointer.tail) <= NEAR_TEXT * label.height_m
            position = nearest if near else None
        if position is not None:
            own[position] = replace(own[position], tips=(*own[position].tips, pointer.tip))
    return own


def with_drawn_leaders(
    labels: Iterable[Label], lines: Iterable[tuple[str, shapely.LineString]], features: Sequence[shapely.Geometry]
) -> list[Label]:
    """Labels with the tips of plain lines that lead from them to a feature.

    Parameters
    ----------
    labels
        Texts; one that has a leader keeps it.
    lines
        CAD layer and line of what is drawn on the layers of texts.
    features
        What labels may belong to. A line whose one end is on a feature and whose other end, or its last stretch,
        is at a text of its layer is that text's leader.
    """
    own = list(labels)
    ends = [(layer, line) for layer, line in lines if line.length > 0]
    if not own or not ends or len(features) == 0:
        return own
    texts, targets = shapely.STRtree([label.area for label in own]), shapely.STRtree(features)
    for layer, line in ends:
        for tip, rest in ((0, -1), (-1, 0)):
            point = shapely.Point(line.coords[tip])
            if not len(targets.query(point, predicate="dwithin", distance=TOUCHES_M)):
                continue
            beside = shapely.LineString(line.coords[-2:] if rest == -1 else line.coords[:2])
            reach = max(label.height_m for label in own) * NEAR_TEXT
            found = []
            for position in texts.query(beside, predicate="dwithin", distance=max(reach, TOUCHES_M)):
                label = own[int(position)]
                distance = label.area.distance(beside)
                if label.layer == layer and distance <= NEAR_TEXT * label.height_m:
                    found.append((distance, label.area.distance(shapely.Point(line.coords[rest])), int(position)))
            if found:
                _, _, position = min(found)
                own[position] = replace(own[position], tips=(*own[position].tips, point))
                break
    return own

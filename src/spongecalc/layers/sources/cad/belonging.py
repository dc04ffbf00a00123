"""The feature of a drawing that each of its labels belongs to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from spongecalc.layers.sources.cad.labels import Label

# Labels that are turned by less are taken as written along the sheet.
TURNED_DEG = 1.0
# Features that are this much nearer or farther are equally near.
EVEN_M = 0.005
# A text this near to a feature was placed on it, with a snap of the drafter's program.
PLACED_ON_M = 0.001
# The direction of a line at a point is that of this piece of it to either side.
PIECE_M = 0.05


@dataclass(frozen=True)
class Belonging:
    """The feature that a label belongs to, how far it is from it, and the other one it may belong to as well."""

    label: Label
    feature: int
    distance_m: float
    rival: int | None = None


def belongings(
    labels: Sequence[Label], features: Sequence[shapely.Geometry], within_m: float
) -> tuple[list[Belonging], list[Label]]:
    """Each label given to one feature (to one for each of its leaders), and those that belong to nothing.

    A leader's tip decides where there is one, and a text placed on a feature belongs to it. Else the distance is
    that of the ground that the letters cover, and a line that the text is not written along counts as farther by
    the reach times the sine of the angle between them: a text along its pipe may cross another. Where all texts
    are written along the sheet their direction says less and counts half. Of equally near features the one with
    the nearer middle counts; of a text in the middle between two, the one under it, as a text stands on its line.

    Parameters
    ----------
    labels
        Texts with their leaders.
    features
        Points, lines or areas in the same coordinates [m].
    within_m
        Reach of a label [m].
    """
    given: list[Belonging] = []
    loose: list[Label] = []
    if not len(features):
        return given, list(labels)
    tree = shapely.STRtree(list(features))
    turned = any(_turn(label.direction_deg) > TURNED_DEG for label in labels)
    weight_m = within_m if turned else within_m / 2
    for label in labels:
        if label.tips:
            found = [b for tip in label.tips if (b := _at_tip(label, tip, tree, features, within_m)) is not None]
        else:
            near = tree.query(label.anchor, predicate="dwithin", distance=PLACED_ON_M)
            if len(near) == 0:
                near = tree.query(label.area, predicate="dwithin", distance=within_m)
            beside = _beside(label, [int(p) for p in near], features, weight_m)
            found = [beside] if beside is not None else []
        given.extend(found)
        if not found:
            loose.append(label)
    return given, loose


def _at_tip(
    label: Label, tip: shapely.Point, tree: shapely.STRtree, features: Sequence[shapely.Geometry], within_m: float
) -> Belonging | None:
    near = [int(p) for p in tree.query(tip, predicate="dwithin", distance=within_m)]
    if not near:
        return None
    best = min(near, key=lambda p: (features[p].distance(tip), features[p].area, _key(features[p])))
    return Belonging(label, best, features[best].distance(tip))


def _beside(
    label: Label, near: Sequence[int], features: Sequence[shapely.Geometry], weight_m: float
) -> Belonging | None:
    if not near:
        return None
    rated = []
    middle = label.middle
    for position in near:
        feature = features[position]
        distance_m = feature.distance(label.area)
        farther_m = weight_m * math.sin(math.radians(_angle(label, feature, middle)))
        # Of areas in one another the smallest around a text is meant; of lines and points the nearer middle.
        second = (feature.area if feature.area and feature.contains(middle) else 0.0) + feature.distance(middle)
        rated.append((distance_m + farther_m, second, position, distance_m))
    least = min(r[0] for r in rated)
    even = [r for r in rated if r[0] - least <= EVEN_M]
    nearest = min(r[1] for r in even)
    even = sorted((r for r in even if r[1] - nearest <= EVEN_M), key=lambda r: _under(label, features[r[2]]))
    best = even[0]
    rival = even[1][2] if len(even) > 1 else None
    return Belonging(label, best[2], best[3], rival)


def _under(label: Label, feature: shapely.Geometry) -> tuple[float, tuple[float, ...]]:
    """Order of features that are equally near: the one under the letters first, then by place."""
    place = shapely.shortest_line(label.middle, feature)
    (x0, y0), (x1, y1) = (place.coords[0], place.coords[-1])[:2] if place is not None else ((0, 0), (0, 0))
    up = math.radians(label.direction_deg + 90)
    return round((x1 - x0) * math.cos(up) + (y1 - y0) * math.sin(up), 3), _key(feature)


def _key(feature: shapely.Geometry) -> tuple[float, ...]:
    return tuple(np.round(np.asarray(shapely.get_coordinates(feature)).ravel(), 3))


def _turn(degrees: float) -> float:
    """Angle between a direction and the sheet's horizontal, 0 to 90 degrees."""
    turn = abs(degrees) % 180.0
    return min(turn, 180.0 - turn)


def _angle(label: Label, feature: shapely.Geometry, middle: shapely.Point) -> float:
    """Angle between a text and the line beside it, 0 to 90 degrees; 0 for what is no line."""
    if feature.geom_type != "LineString" or feature.length == 0:
        return 0.0
    at = feature.project(middle)
    a = feature.interpolate(max(at - PIECE_M, 0.0))
    b = feature.interpolate(min(at + PIECE_M, feature.length))
    return _turn(math.degrees(math.atan2(b.y - a.y, b.x - a.x)) - label.direction_deg)

"""Bodies of pipes and manholes: a disc swept along the axis, or a section extruded along it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from spongecalc.catalogue.pipe_section import EGG, RECT_CLOSED, RECT_OPEN, TRAPEZOIDAL, PipeSection
from spongecalc.export.ifc_document import IfcDocument
from spongecalc.export.landxml_section import top_width_mm

# Legs shorter than this are a drawing's doubled vertices: no body has such an edge.
SHORTEST_M = 0.001
EGG_STEPS = 24


def swept_disc(document: IfcDocument, axis: np.ndarray, outer_m: float, inner_m: float) -> Any:
    """A disc swept along an axis of points; a ring where the inner diameter is known and smaller."""
    hollow = inner_m / 2 if inner_m < outer_m else None
    return document.add("IfcSweptDiskSolid", document.line(axis), outer_m / 2, hollow)


def extruded(document: IfcDocument, axis: np.ndarray, profile: Any) -> list[Any]:
    """A section extruded along each leg of an axis, upright."""
    solids = []
    for start, end in pairwise(axis):
        along = (end - start) / np.linalg.norm(end - start)
        level = math.hypot(along[0], along[1])
        across = (-along[1] / level, along[0] / level, 0.0) if level > 0 else (1.0, 0.0, 0.0)
        solids.append(
            document.add(
                "IfcExtrudedAreaSolid",
                profile,
                document.axes(start, along, across),
                document.add("IfcDirection", [0.0, 0.0, 1.0]),
                float(np.linalg.norm(end - start)),
            )
        )
    return solids


def upright_shaft(document: IfcDocument, diameter_m: float, height_m: float) -> Any:
    """A round shaft from its floor upward."""
    profile = document.add("IfcCircleProfileDef", "AREA", None, None, diameter_m / 2)
    up = document.add("IfcDirection", [0.0, 0.0, 1.0])
    return document.add("IfcExtrudedAreaSolid", profile, document.axes((0.0, 0.0, 0.0)), up, height_m)


def profile_of(document: IfcDocument, pipe: Any) -> Any:
    """The profile of a box, channel or egg around the middle of its height, in m; None where it is not known.

    A closed box with a known wall is hollow, with its outer measures; all others are the clear section.
    """
    height, width = float(pipe.height_mm) / 1000, float(pipe.width_mm) / 1000
    wall = float(getattr(pipe, "wall_mm", math.nan)) / 1000
    if not height > 0 or (pipe.shape != EGG and not width > 0):
        return None
    if pipe.shape == RECT_CLOSED and wall > 0:
        sizes = (width + 2 * wall, height + 2 * wall, wall)
        return document.add("IfcRectangleHollowProfileDef", "AREA", None, None, *sizes)
    if pipe.shape in (RECT_CLOSED, RECT_OPEN):
        return document.add("IfcRectangleProfileDef", "AREA", None, None, width, height)
    if pipe.shape == TRAPEZOIDAL:
        top = top_width_mm(pipe) / 1000
        slope = getattr(pipe, "side_slope", math.nan)
        left = 0.0 if math.isnan(slope) else float(slope) * height
        corners = [(0.0, 0.0), (width, 0.0), (top - left, height), (-left, height)]
        return _closed(document, [(x - width / 2, y - height / 2) for x, y in corners])
    if pipe.shape == EGG:
        section = PipeSection(EGG, height)
        depths = height * (1 - np.cos(np.linspace(0, math.pi, EGG_STEPS))) / 2
        half = section.width_at_m(depths) / 2
        right = [(float(x), float(y - height / 2)) for x, y in zip(half[1:-1], depths[1:-1], strict=True)]
        left_side = [(-x, y) for x, y in reversed(right)]
        return _closed(document, [(0.0, -height / 2), *right, (0.0, height / 2), *left_side])
    return None


def _closed(document: IfcDocument, corners: Sequence[tuple[float, float]]) -> Any:
    return document.add("IfcArbitraryClosedProfileDef", "AREA", None, document.line([*corners, corners[0]]))


def axis_of(line: np.ndarray, up_m: float, down_m: float) -> np.ndarray:
    """Points of a pipe's line with levels that fall evenly from end to end; too short legs are left away.

    Parameters
    ----------
    line
        Vertices, n x 2, in m.
    up_m, down_m
        Levels at both ends.
    """
    chainage = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    share = chainage / chainage[-1] if chainage[-1] > 0 else np.linspace(0, 1, len(line))
    points = np.column_stack([line, up_m + share * (down_m - up_m)])
    kept = [points[0]]
    for point in points[1:-1]:
        if min(np.linalg.norm(point - kept[-1]), np.linalg.norm(point - points[-1])) >= SHORTEST_M:
            kept.append(point)
    if np.linalg.norm(points[-1] - kept[-1]) >= SHORTEST_M:
        kept.append(points[-1])
    return np.array(kept)

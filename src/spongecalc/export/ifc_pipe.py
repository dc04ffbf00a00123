"""A pipe as a pipe segment: its body, its diameters told apart, its levels and lengths."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.catalogue.pipe_diameters import EITHER, INNER, NEITHER, PipeDiameters, diameters_of
from spongecalc.catalogue.pipe_section import CIRCULAR, RECT_OPEN, TRAPEZOIDAL
from spongecalc.export.ifc_body import axis_of, extruded, profile_of, swept_disc
from spongecalc.export.ifc_document import IfcDocument
from spongecalc.export.ifc_own_properties import own_properties, status
from spongecalc.export.value_text import value_text

OWN_SET = "Spongecalc_Pipe"
OPEN_SHAPES = (RECT_OPEN, TRAPEZOIDAL)
IN_PLAN = "plan length of the centre line from node to node, manholes not deducted (GB 50857-2013)"
NOMINAL_IS = {
    INNER: "the inner diameter",
    EITHER: "the inner or the outer diameter: not told",
    NEITHER: "neither the inner nor the outer diameter",
}
OUTER_DIAMETER = "the outer diameter"
LAYERS_DIAMETER = "the layers' diameter; the outer one is not known"
NOT_TOLD = "not told: the material is not known"


def add_pipe(
    document: IfcDocument,
    row: Any,
    within: Any,
    origin: np.ndarray,
    ends: Sequence[Any],
    catalogue: Catalogue,
    body: Any,
    axis: Any,
) -> tuple[Any, list[Any]]:
    """Add a pipe of the layers; returns the segment, and the places of its ends from its own.

    Parameters
    ----------
    ends
        The nodes that it begins and ends at, None where there is none; a level that the pipe does not know is
        the node's.
    """
    line = shapely.get_coordinates(row.geometry) - origin
    levels = [
        float(own) if not math.isnan(own) or node is None else float(node.invert_m)
        for own, node in zip((row.invert_up_m, row.invert_down_m), ends, strict=True)
    ]
    is_round = (value_text(row.shape) or CIRCULAR) == CIRCULAR
    diameters = diameters_of(row, catalogue) if is_round and row.diameter_mm > 0 else None
    known = not any(map(math.isnan, levels))
    inverts = axis_of(line, *(levels if known else (0.0, 0.0)))
    # The body's middle stands half its inner height above the invert.
    height_m = (row.diameter_mm if is_round else row.height_mm) / 1000
    start = np.array([*line[0], inverts[0][2]])
    solids, kind = [], "AdvancedSweptSolid" if is_round else "SweptSolid"
    if known and len(inverts) > 1 and height_m > 0:
        middle = inverts - start + np.array([0.0, 0.0, height_m / 2])
        solids = _solids(document, row, middle, diameters)
    segment = document.rooted(
        "IfcPipeSegment",
        row.pipe_id,
        Name=row.pipe_id,
        ObjectPlacement=document.placed(start, within),
        Representation=document.shape(
            (body, "Body", kind, solids),
            (axis, "Axis", "Curve3D", [document.line(inverts - start)] if known and len(inverts) > 1 else []),
        ),
        PredefinedType="GUTTER" if row.shape in OPEN_SHAPES else "RIGIDSEGMENT",
    )
    length_m = float(row.geometry.length)
    along_m = math.hypot(length_m, levels[0] - levels[1]) if known else math.nan
    _describe(document, segment, row, diameters, levels, length_m, along_m)
    far = np.array([*line[-1], levels[1] if known else 0.0]) - start
    return segment, [(0.0, 0.0, 0.0), far]


def _solids(document: IfcDocument, row: Any, middle: np.ndarray, diameters: PipeDiameters | None) -> list[Any]:
    if diameters is not None:
        outer, inner = diameters.drawn_mm / 1000, diameters.inner_mm / 1000
        return [swept_disc(document, middle, outer, inner)]
    profile = profile_of(document, row)
    return [] if profile is None else extruded(document, middle, profile)


def _describe(
    document: IfcDocument,
    segment: Any,
    row: Any,
    diameters: PipeDiameters | None,
    levels: Sequence[float],
    length_m: float,
    along_m: float,
) -> None:
    def measure(kind: str, value: float) -> Any:
        return document.typed(kind, None if math.isnan(value) else value)

    def size(value_mm: float) -> Any:
        return measure("IfcPositiveLengthMeasure", value_mm / 1000)

    key = f"pipe {row.pipe_id}"
    common = {"Status": status(document, row)}
    own = own_properties(document, "pipes", row)
    if diameters is not None:
        common |= {
            "NominalDiameter": size(diameters.nominal_mm),
            "InnerDiameter": size(diameters.inner_mm),
            "OuterDiameter": size(diameters.outer_mm),
        }
        own["nominal_diameter_is"] = document.typed("IfcText", NOMINAL_IS.get(diameters.nominal_is, NOT_TOLD))
        drawn = LAYERS_DIAMETER if math.isnan(diameters.outer_mm) else OUTER_DIAMETER
        own["body_drawn_with"] = document.typed("IfcText", drawn)
    common["Length"] = measure("IfcPositiveLengthMeasure", round(along_m, 6) if along_m > 0 else math.nan)
    document.properties(segment, key, "Pset_PipeSegmentTypeCommon", common)
    gradient = (levels[0] - levels[1]) / length_m if length_m > 0 else math.nan
    occurrence = {
        "Gradient": measure("IfcPositiveRatioMeasure", gradient if gradient > 0 else math.nan),
        "InvertElevation": measure("IfcLengthMeasure", levels[0]),
    }
    document.properties(segment, key, "Pset_PipeSegmentOccurrence", occurrence)
    document.properties(segment, key, OWN_SET, own)
    document.lengths(segment, key, "Qto_PipeSegmentBaseQuantities", IN_PLAN, {"Length": length_m})

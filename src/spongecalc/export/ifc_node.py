"""A node as a distribution chamber: its kind, its shaft, its levels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely

from spongecalc.export.ifc_body import upright_shaft
from spongecalc.export.ifc_document import IfcDocument
from spongecalc.export.ifc_own_properties import own_properties, status
from spongecalc.export.value_text import value_text

MANHOLE, OWN_KIND = "MANHOLE", "USERDEFINED"
OWN_SET = "Spongecalc_Node"
BY_LEVELS = "ground level less invert level"


def add_node(
    document: IfcDocument,
    row: Any,
    within: Any,
    origin: np.ndarray,
    manhole_mm: float | None,
    body: Any,
    axis: Any,
) -> Any:
    """Add a node of the layers; returns the chamber.

    A manhole has the shaft that is usual for its largest pipe, which is said among its properties; of any other
    node no size is known, and only its axis from invert to ground is drawn.
    """
    kind = value_text(row.kind) or "unknown"
    ground, invert = float(row.ground_m), float(row.invert_m)
    depth = ground - invert
    x, y = shapely.get_coordinates(row.geometry)[0] - origin
    z = next((level for level in (invert, ground) if not math.isnan(level)), 0.0)
    is_manhole = kind.upper() == MANHOLE
    shaft, line = [], []
    if depth > 0:
        shaft = [] if manhole_mm is None else [upright_shaft(document, manhole_mm / 1000, depth)]
        line = [document.line([(0.0, 0.0, 0.0), (0.0, 0.0, depth)])]
    chamber = document.rooted(
        "IfcDistributionChamberElement",
        row.node_id,
        Name=row.node_id,
        ObjectType=None if is_manhole else kind.upper(),
        ObjectPlacement=document.placed((x, y, z), within),
        Representation=document.shape((body, "Body", "SweptSolid", shaft), (axis, "Axis", "Curve3D", line)),
        PredefinedType=MANHOLE if is_manhole else OWN_KIND,
    )
    key = f"node {row.node_id}"
    common = {"Status": status(document, row)}
    document.properties(chamber, key, "Pset_DistributionChamberElementCommon", common)
    if is_manhole and not math.isnan(invert):
        level = {"InvertLevel": document.typed("IfcLengthMeasure", invert)}
        document.properties(chamber, key, "Pset_DistributionChamberElementTypeManhole", level)
    own = own_properties(document, "nodes", row)
    if manhole_mm is not None:
        own["usual_diameter_mm"] = document.typed("IfcReal", manhole_mm)
        own["body_drawn_with"] = document.typed("IfcText", "usual diameter for the largest pipe; not surveyed")
    document.properties(chamber, key, OWN_SET, own)
    quantities = {"Depth": depth if depth > 0 else None}
    document.lengths(chamber, key, "Qto_DistributionChamberElementBaseQuantities", BY_LEVELS, quantities)
    return chamber

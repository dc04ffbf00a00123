"""Storages and wet wells of the layers: nodes that hold water of their own, without a facility."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from spongecalc.catalogue.point_pairs import known_pairs
from spongecalc.catalogue.structure_form import PUMP
from spongecalc.layers.finding import Finding, finding_at
from spongecalc.project.structure_settings import StructureSettings
from spongecalc.scenario import DrainageSystem
from spongecalc.swmm.storage_shape import StorageShape

STORAGE, WET_WELL = "storage", "wet_well"
ROLES = (STORAGE, WET_WELL)


@dataclass(frozen=True)
class StorageNode:
    """A node of the layers that is a storage in the model; depths in m."""

    node_id: str
    role: str
    shape: StorageShape
    initial_depth_m: float
    surcharge_m: float
    seepage_mm_h: float


def storage_nodes_of(
    system: DrainageSystem,
    settings: StructureSettings,
    stored: Collection[str] = (),
    *,
    as_recorded: bool = False,
) -> tuple[dict[str, StorageNode], tuple[Finding, ...]]:
    """Return the storages among a system's nodes by id, and what was assumed of them.

    A storage is one whose area or table the survey has; where it has neither, it stays a manhole, which a rule of
    the layers tells. A node that a pump leaves is a wet well, if need be with the project's area: without a
    surface of its own a pump would empty it within a step.

    Parameters
    ----------
    system
        The drainage system.
    settings
        What is taken for a well that was not measured.
    stored
        Nodes that are tanks or basins of facilities.
    as_recorded
        True leaves a well without an area as the manhole it is recorded as, and a table as it is.
    """
    pumped: set[str] = set()
    if not system.structures.empty:
        pumps = system.structures[system.structures["kind"] == PUMP]
        pumped = set(pumps["from_node"].dropna())
    found: dict[str, StorageNode] = {}
    findings: list[Finding] = []
    for row in system.nodes.itertuples():
        own = row.kind in ("storage", PUMP)
        if row.kind == "outfall" or row.node_id in stored or not (own or row.node_id in pumped):
            continue
        role = WET_WELL if row.kind == PUMP or row.node_id in pumped else STORAGE
        shape = shape_of(row)
        if shape is None:
            if role == STORAGE or as_recorded:
                continue
            words = {"area": f"{settings.well_area_m2:g}"}
            findings.append(finding_at("well.area_assumed", "nodes", row, **words))
            shape = StorageShape(float(row.invert_m), float(row.ground_m), settings.well_area_m2)
        shape = shape if as_recorded else shape.whole()
        given = (row.initial_depth_m, row.surcharge_m, row.seepage_mm_h)
        found[row.node_id] = StorageNode(
            row.node_id, role, shape, *(0.0 if math.isnan(value) else float(value) for value in given)
        )
    return found, tuple(findings)


def shape_of(row: Any) -> StorageShape | None:
    """The shape of a row of the nodes layer between its floor and the ground; None where nothing is known."""
    points = known_pairs(row.storage_curve)
    if not points and not row.area_m2 > 0:
        return None
    slope = float(row.bank_slope) if row.bank_slope > 0 else 0.0
    area = float(row.area_m2) if row.area_m2 > 0 else points[0][1]
    return StorageShape(float(row.invert_m), float(row.ground_m), area, slope, points)

"""A rain tank in SWMM's terms: a storage node that overflows to the rain sewer and is drawn down by reuse."""

from __future__ import annotations

import math
from dataclasses import dataclass

from spongecalc.layers.finding import Finding, finding_at
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.infiltration_unit import UNIT_KINDS

# Kinds of facilities that have models of their own: spongecalc.surfaces.infiltration_places and swmm.basin.
OTHERS_MODELLED = (*UNIT_KINDS, "detention_basin")

FREEBOARD_M = 0.2
# Below this depth the pump of a reuse system draws air: its rate falls to nothing over the last 5 cm.
DRAWDOWN_M = 0.05


@dataclass(frozen=True)
class TankShape:
    """Elevations in m, area in m2: the tank holds ``area_m2 * (crest_m - bottom_m)`` before it overflows."""

    bottom_m: float
    crest_m: float
    top_m: float
    area_m2: float


def tank_shape(volume_m3: float, area_m2: float, invert_m: float, ground_m: float, depth_m: float) -> TankShape:
    """Place a tank of a volume at a node.

    Parameters
    ----------
    volume_m3
        What it holds up to its overflow, in m3, positive.
    area_m2
        Plan area in m2; NaN takes ``volume_m3 / depth_m``.
    invert_m, ground_m
        The node's invert, where the water arrives, and the ground above it, in m.
    depth_m
        Depth of water at the overflow where no area is known, in m.

    Returns
    -------
    The shape: its overflow lies at the node's invert, so that water which arrives can enter the full tank
    no more, and never nearer to the ground than the freeboard.
    """
    area = area_m2 if not math.isnan(area_m2) and area_m2 > 0 else volume_m3 / depth_m
    crest = min(invert_m, ground_m - FREEBOARD_M)
    return TankShape(crest - volume_m3 / area, crest, ground_m, area)


@dataclass(frozen=True)
class Tank:
    """A tank of the facilities layer at its node; ``overflow_to`` and ``node_id`` are ids of the nodes layer.

    ``first_flush_mm`` of its roofs' runoff are let off before it. ``demand_m3_d`` is the survey's, NaN where it
    has none; 0 is a tank that nobody draws from.
    """

    facility_id: str
    community_id: str
    node_id: str
    overflow_to: str | None
    demand_m3_d: float
    shape: TankShape
    first_flush_mm: float = 0.0

    @property
    def volume_m3(self) -> float:
        """Volume between its floor and the crest of its overflow."""
        return self.shape.area_m2 * (self.shape.crest_m - self.shape.bottom_m)


def tanks_of(system: DrainageSystem, depth_m: float) -> tuple[tuple[Tank, ...], tuple[Finding, ...]]:
    """The rain tanks of a system by facility id, and findings about facilities that cannot be modelled."""
    tanks, findings = [], []
    if system.facilities.empty:
        return (), ()
    nodes = {row.node_id: row for row in system.nodes.itertuples()}
    taken: set[str] = set()
    for row in system.facilities.sort_values("facility_id").itertuples():
        if row.kind in OTHERS_MODELLED:
            continue
        if row.kind != "rain_tank":
            findings.append(finding_at("facility.not_modelled", "facilities", row, kind=row.kind))
            continue
        node = nodes.get(row.from_node)
        if node is None or not row.volume_m3 > 0 or node.kind == "outfall":
            findings.append(finding_at("tank.no_place", "facilities", row, node=row.from_node))
            continue
        if row.from_node in taken:
            findings.append(finding_at("tank.shares_node", "facilities", row, node=row.from_node))
            continue
        taken.add(row.from_node)
        shape = tank_shape(row.volume_m3, row.area_m2, node.invert_m, node.ground_m, depth_m)
        if node.invert_m > shape.crest_m:
            levels = {"invert": f"{node.invert_m:.2f}", "ground": f"{node.ground_m:.2f}"}
            crest = f"{shape.crest_m:.2f}"
            findings.append(
                finding_at("tank.no_freeboard", "facilities", row, node=row.from_node, crest=crest, **levels)
            )
        overflow = row.overflow_to if row.overflow_to in nodes else None
        if overflow is None:
            findings.append(finding_at("tank.no_overflow", "facilities", row, node=row.overflow_to))
        elif nodes[overflow].invert_m > shape.crest_m:
            findings.append(finding_at("tank.overflow_uphill", "facilities", row, node=overflow))
        flush = float(row.first_flush_mm) if row.first_flush_mm > 0 else 0.0
        tanks.append(
            Tank(row.facility_id, row.community_id, row.from_node, overflow, row.demand_m3_d, shape, flush)
        )
    return tuple(tanks), tuple(findings)

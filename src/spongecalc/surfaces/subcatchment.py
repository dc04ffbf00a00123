"""One subcatchment: ground of an inlet, or a roof by its downpipe."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import shapely

from spongecalc.surfaces.cover_mix import CoverMix
from spongecalc.surfaces.infiltration_unit import THICK_GREEN_ROOF, UnitInUse
from spongecalc.surfaces.permeable_paving import PermeablePaving
from spongecalc.surfaces.run_on import NO_RUN_ON, RunOn

# Roles of the subcatchments in a model: ground that drains to a node, ground that runs on to a lawn, and roofs.
TO_NODE, RUNS_ON, ROOF_ROLE = "ground", "ground_running_on", "roof"
GROUND_ROLES = (TO_NODE, RUNS_ON)
SUBCATCHMENT_ROLES = (*GROUND_ROLES, ROOF_ROLE)


@dataclass(frozen=True)
class Subcatchment:
    """One subcatchment. ``kind`` is "ground" or "roof"; ``feature_id`` the inlet or lateral it drains by.

    ``paving_m2`` holds the area of each kind of permeable paving in it; ``area_m2`` includes that area,
    ``mix`` describes the rest. ``covers_m2`` is the area by cover name, all of it. ``units`` are the
    rain gardens, trenches, wells and green roofs in it, or the parts of them, their area included in ``area_m2``
    and, under their kind, in ``covers_m2``.

    Ground of a cover with a store of its own (a sunken lawn, water) is a subcatchment by itself, ``store`` its
    cover: it shares inlet, slope and overland path with the rest of the inlet's ground, whose ``store`` is empty.

    Runoff of other ground passes over a sunken lawn with a number (``lawn``, of those of its inlet) and over the
    paving that receives: ``paving_run_on`` is that ground, which lies in this subcatchment. Ground that runs on
    to a lawn is a subcatchment whose outlet is the lawn's, named by ``runs_on_to``; ``outlet_node`` is where its
    water gets to at last. ``run_on_m2`` is the ground in it that passes over anything, by how that is known.
    """

    kind: str
    layer: str
    feature_id: str
    community_id: str
    outlet_node: str
    area_m2: float
    width_m: float
    slope_percent: float
    mix: CoverMix
    paving_m2: dict[PermeablePaving, float]
    covers_m2: dict[str, float]
    geometry: shapely.Geometry
    units: tuple[UnitInUse, ...] = ()
    store: str = ""
    lawn: int = 0
    runs_on_to: str = ""
    paving_run_on: RunOn = NO_RUN_ON
    run_on_m2: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name: roof, ground, or ground with a store of its own, and the feature it drains by.

        No cover's name holds a full stop, so that no two subcatchments are called alike.
        """
        if self.kind == "roof":
            return f"R_{self.feature_id}"
        if self.lawn:
            return lawn_name(self.lawn, self.store, self.feature_id)
        if self.runs_on_to:
            return f"W_{self.store}.{self.runs_on_to}" if self.store else f"U_{self.runs_on_to}"
        return f"O_{self.store}.{self.feature_id}" if self.store else f"S_{self.feature_id}"

    @property
    def ground_m2(self) -> dict[str, float]:
        """Area by what has runoff coefficients: ``covers_m2``, with thick green roofs apart from thin ones.

        A green roof that runs on to other ground is not told apart there: it counts as a thin one, like a roof.
        """
        found = dict(self.covers_m2)
        thick = sum(u.area_m2 for u in self.units if u.unit.ground == THICK_GREEN_ROOF)
        sources = [self.paving_run_on, *(u.run_on for u in self.units if u.run_on is not None)]
        led = sum(dict(s.covers_m2).get("green_roof", 0.0) for s in sources)
        thick = min(thick, max(found.get("green_roof", 0.0) - led, 0.0))
        if thick > 0:
            found["green_roof"] -= thick
            found[THICK_GREEN_ROOF] = thick
        return found

    @property
    def role(self) -> str:
        """Role of the subcatchment in a model: its runoff gets to a node, or passes over a lawn first."""
        return RUNS_ON if self.runs_on_to else self.kind

    @property
    def receiving_m2(self) -> float:
        """Permeable paving in it that the runoff of other ground passes over."""
        return sum(m2 for paving, m2 in self.paving_m2.items() if paving.receives)

    @property
    def plain_m2(self) -> float:
        """Ground without permeable paving and facilities."""
        return self.area_m2 - sum(self.paving_m2.values()) - sum(u.area_m2 for u in self.units)


def lawn_name(number: int, cover: str, inlet: str) -> str:
    """Name of the subcatchment of a sunken lawn that other ground runs on to, the ``number``-th of its inlet."""
    return f"L{number}_{cover}.{inlet}"


def overland_width_m(area_m2: float, path_m: float) -> float:
    """Width of a subcatchment as its area over its longest overland path.

    Parameters
    ----------
    area_m2, path_m
        Area in m2 and path in m, both positive.

    References
    ----------
    Rossman (2015), SWMM User's Manual Version 5.1, EPA-600/R-14/413b, on the subcatchment width.
    """
    return area_m2 / path_m


def cascades(areas: Sequence[Subcatchment]) -> list[list[int]]:
    """Positions of the subcatchments that must be in one model: a lawn with what runs on to it, others alone."""
    below = {area.name: area.runs_on_to for area in areas if area.runs_on_to}
    lawns = set(below.values())
    found: dict[Hashable, list[int]] = {}
    for number, area in enumerate(areas):
        last = area.name
        while last in below:
            last = below[last]
        found.setdefault(last if last in lawns else number, []).append(number)
    return list(found.values())

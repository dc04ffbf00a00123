"""The places of rain gardens, trenches, wells and green roofs, and the part of each in a subcatchment."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from spongecalc.layers.finding import Finding, finding_at
from spongecalc.layers.named_sources import named_sources
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.infiltration_unit import UNIT_KINDS, InfiltrationUnit, UnitInUse, kind_values, unit_of
from spongecalc.surfaces.run_on import ASSUMED, GIVEN

# A stated area may differ from the drawn one by so much before it is said.
AREA_DIFFERS = 0.1
# So much of a facility may lie over buildings, other facilities or the border before it is said.
LOST_SHARE = 0.1


@dataclass(frozen=True)
class PlacedUnit:
    """A facility on the ground: its layers, its footprint, and the ground in m2 that drains to it.

    ``catchment_from`` says how that is known (:mod:`spongecalc.surfaces.run_on`): where it is only assumed, the
    DEM knows better, if the facility's outline was ``drawn``. ``receives_from`` are the ids of the ground that
    the survey names.
    """

    facility_id: str
    unit: InfiltrationUnit
    footprint: shapely.Geometry
    catchment_m2: float
    catchment_from: str = GIVEN
    drawn: bool = False
    receives_from: tuple[str, ...] = ()

    @property
    def area_m2(self) -> float:
        """Plan area."""
        return float(self.footprint.area)

    def part(self, area_m2: float) -> UnitInUse:
        """The part of it that has ``area_m2`` of its area, with the same share of what drains to it."""
        return UnitInUse(self.facility_id, self.unit, area_m2, self.catchment_m2 * area_m2 / self.area_m2)


def placed_units(
    system: DrainageSystem, community_id: str, area: shapely.Geometry, *, by_dem: bool = False
) -> tuple[list[PlacedUnit], list[Finding]]:
    """The facilities of a community by id, without overlaps, and what was found.

    A facility drawn as a point is a disc of its area around it. One without any area is left out and said to
    be; so is one that lies outside of where its kind can be. Green roofs lie on buildings, all others beside.

    Parameters
    ----------
    system
        The drainage system.
    community_id
        Which of its communities.
    area
        The community's ground.
    by_dem
        The DEM tells what drains to a facility whose outline is drawn, where the survey does not.
    """
    own = system.facilities
    if own.empty:
        return [], []
    own = own[(own["community_id"] == community_id) & own["kind"].isin(UNIT_KINDS)]
    if own.empty:
        return [], []
    buildings = system.buildings[system.buildings["community_id"] == community_id]
    houses = shapely.union_all(buildings.geometry.to_numpy()) if len(buildings) else shapely.Polygon()
    left = {True: houses, False: shapely.difference(area, houses)}
    placed: list[PlacedUnit] = []
    findings: list[Finding] = []
    for row in own.sort_values("facility_id").itertuples():
        values = kind_values(row.kind)
        drawn = row.geometry.area
        stated = float(row.area_m2) if row.area_m2 > 0 else math.nan
        area_m2 = drawn if drawn > 0 else stated if stated > 0 else values.get("area_m2", math.nan)
        if not area_m2 > 0:
            findings.append(finding_at("facility.no_area", "facilities", row, kind=row.kind))
            continue
        if drawn > 0 and abs(stated - drawn) > AREA_DIFFERS * drawn:
            figures = {"stated": f"{stated:.1f}", "drawn": f"{drawn:.1f}"}
            findings.append(finding_at("facility.area_differs", "facilities", row, **figures))
        wanted = row.geometry if drawn > 0 else _disc(row.geometry, area_m2)
        on_roof = row.kind == "green_roof"
        footprint = _polygons(shapely.intersection(wanted, left[on_roof]))
        if footprint.area < (1 - LOST_SHARE) * area_m2:
            rule = "facility.no_room" if footprint.area <= 0 else "facility.little_room"
            figures = {"kind": row.kind, "wanted": f"{area_m2:.1f}", "found": f"{footprint.area:.1f}"}
            findings.append(finding_at(rule, "facilities", row, **figures))
        if footprint.area <= 0:
            continue
        left[on_roof] = shapely.difference(left[on_roof], footprint)
        catchment = float(getattr(row, "catchment_m2", math.nan))
        named = named_sources(getattr(row, "receives_from", None))
        source = ASSUMED if math.isnan(catchment) else GIVEN
        if source == ASSUMED:
            catchment = values.get("catchment_ratio", 0.0) * footprint.area
            if catchment > 0 and not named and not (by_dem and drawn > 0):
                figures = {"kind": row.kind, "area": f"{catchment:.0f}"}
                findings.append(finding_at("facility.catchment_assumed", "facilities", row, **figures))
        elif named:
            findings.append(finding_at("receives.catchment_unused", "facilities", row))
        unit = unit_of(row, footprint.area)
        placed.append(PlacedUnit(str(row.facility_id), unit, footprint, catchment, source, drawn > 0, named))
    return placed, findings


def _disc(point: shapely.Geometry, area_m2: float) -> shapely.Geometry:
    """A polygon of exactly that area around a point; of 32 corners."""
    corners = 32
    radius = math.sqrt(2 * area_m2 / (corners * math.sin(2 * math.pi / corners)))
    angles = 2 * np.pi * np.arange(corners) / corners
    centre = point.centroid
    return shapely.Polygon(np.c_[centre.x + radius * np.cos(angles), centre.y + radius * np.sin(angles)])


def _polygons(geometry: shapely.Geometry) -> shapely.Geometry:
    parts = [p for p in shapely.get_parts(geometry) if p.geom_type == "Polygon" and p.area > 0]
    return shapely.union_all(parts) if parts else shapely.Polygon()


def parts_on(units: list[PlacedUnit], shape: shapely.Geometry, least_m2: float) -> Iterator[UnitInUse]:
    """The parts of some facilities that lie within a shape, but for those smaller than ``least_m2``."""
    for placed in units:
        overlap = shapely.intersection(placed.footprint, shape).area
        if overlap >= least_m2:
            yield placed.part(float(overlap))

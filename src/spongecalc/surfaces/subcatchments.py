"""Subcatchments of a drainage system: the ground each inlet drains, and the roofs by their downpipes.

Each drop of rain falls on one subcatchment only: a building's footprint is cut out of the ground, and what
no surface covers is taken as the project's cover for such ground.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import shapely

from spongecalc.catalogue.catalogue import ROOF
from spongecalc.ground.grid import Ground
from spongecalc.layers.finding import Finding
from spongecalc.project.settings import SurfaceSettings
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.cover_pieces import MIN_AREA_M2
from spongecalc.surfaces.drawn_subcatchment import DrawnGround, DrawnSubcatchment, DrawnUnit
from spongecalc.surfaces.ground_subcatchments import Dem, ground_subcatchments
from spongecalc.surfaces.infiltration_places import PlacedUnit, parts_on, placed_units
from spongecalc.surfaces.kept_parts import MADE_ANEW, Parts
from spongecalc.surfaces.subcatchment import ROOF_ROLE, Subcatchment, overland_width_m
from spongecalc.surfaces.terrain import Terrain


def subcatchments(
    system: DrainageSystem,
    settings: SurfaceSettings,
    terrain: Terrain | None,
    read_dem: Callable[[], Ground] | None = None,
    parts: Parts = MADE_ANEW,
) -> tuple[tuple[Subcatchment, ...], tuple[Finding, ...]]:
    """All subcatchments of a system in a fixed order, and what was found on the way.

    Parameters
    ----------
    system
        The drainage system.
    settings
        The project's.
    terrain
        Elevations for slopes, if there are any.
    read_dem
        Reads the ground that water runs over, and raises GroundError where there is none; it is asked only where
        there is a facility that other ground may run on to.
    parts
        Keeps what several models of the system have in common.
    """
    dem = Dem(read_dem) if settings.run_on_by_dem else Dem(None)
    known = system.catalogue.covers
    found: list[Subcatchment] = []
    findings: list[Finding] = []
    for row in parts.part("boundaries", lambda: _by_id(system)):
        community = str(row.community_id)
        units, of_units = parts.part(
            f"facilities:{community}", partial(placed_units, system, community, row.geometry, by_dem=dem.asked)
        )
        findings.extend(of_units)
        drawn = parts.part(f"roofs:{community}", partial(_roofs, system, community, settings, units))
        roofs = drawn.with_covers(known)
        found.extend(roofs)
        drained = {s.feature_id for s in roofs}
        ground, of_ground = ground_subcatchments(system, row, settings, terrain, dem, drained, units, parts)
        found.extend(ground)
        findings.extend(of_ground)
    return tuple(found), tuple(findings)


def _by_id(system: DrainageSystem) -> list[Any]:
    """The communities of a system in the order of their ids."""
    return list(system.boundaries.sort_values("community_id").itertuples())


def _roofs(
    system: DrainageSystem,
    community_id: str,
    settings: SurfaceSettings,
    units: list[PlacedUnit],
) -> DrawnGround:
    """Each building's roof, shared equally by its downpipes. A building without any sheds to the ground."""
    buildings = system.buildings[system.buildings["community_id"] == community_id]
    laterals = system.connections[system.connections["kind"] == "roof_drain"].sort_values("connection_id")
    nodes = set(system.nodes["node_id"])
    led: dict[str, list[tuple[str, str, str]]] = {}
    for source, lateral, node in zip(
        laterals["source"], laterals["connection_id"], laterals["to_node"], strict=True
    ):
        if node in nodes:
            led.setdefault(source, []).append(("connections", lateral, node))
    roofs = []
    for row in buildings.sort_values("building_id").itertuples():
        outlets = led.get(row.building_id, [])
        if not outlets and row.roof_to in nodes:
            outlets = [("buildings", row.building_id, row.roof_to)]
        planted = list(parts_on(units, row.geometry, MIN_AREA_M2)) if outlets and units else []
        for layer, feature_id, node in outlets:
            area = row.geometry.area / len(outlets)
            own_units = tuple(replace(u, area_m2=u.area_m2 / len(outlets)) for u in planted)
            green = sum(u.area_m2 for u in own_units)
            roofs.append(
                DrawnSubcatchment(
                    ROOF_ROLE,
                    layer,
                    feature_id,
                    community_id,
                    node,
                    area,
                    overland_width_m(area, _roof_path_m(row.geometry)),
                    settings.roof_slope_percent,
                    {ROOF: area - green} | ({"green_roof": green} if green > 0 else {}),
                    row.geometry,
                    {ROOF: area - green},
                    units=tuple(DrawnUnit(u, None) for u in own_units),
                )
            )
    return DrawnGround(roofs)


def _roof_path_m(footprint: shapely.Geometry) -> float:
    """Way of water over a roof: half the short side of the smallest rectangle around it (ridge to eaves)."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(footprint))
    sides = np.hypot(*np.diff(corners[:3], axis=0).T)
    return max(float(sides.min()) / 2, 0.5)

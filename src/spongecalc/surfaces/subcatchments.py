"""Subcatchments of a drainage system: the ground each inlet drains, and the roofs by their downpipes.

Each drop of rain falls on one subcatchment only: a building's footprint is cut out of the ground, and what
no surface covers is taken as the project's cover for such ground.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import shapely

from spongecalc.catalogue.catalogue import ROOF
from spongecalc.catalogue.cover import Cover
from spongecalc.layers.finding import Finding, finding_at
from spongecalc.project.settings import SurfaceSettings
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.cover_mix import CoverMix, mix
from spongecalc.surfaces.infiltration_places import PlacedUnit, parts_on, placed_units
from spongecalc.surfaces.infiltration_unit import UNIT_KINDS, UnitInUse
from spongecalc.surfaces.inlet_areas import inlet_areas, intake_nodes, polygons_of
from spongecalc.surfaces.permeable_paving import PermeablePaving, paving_of
from spongecalc.surfaces.terrain import Terrain

# Uncovered ground below this is the sliver between two digitised edges, not a gap in the survey.
GAP_M2 = 5.0
MIN_AREA_M2 = 0.01


@dataclass(frozen=True)
class Subcatchment:
    """One subcatchment. ``kind`` is "ground" or "roof"; ``feature_id`` the inlet or lateral it drains by.

    ``paving_m2`` holds the area of each kind of permeable paving in it; ``area_m2`` includes that area,
    ``mix`` describes the rest. ``covers_m2`` is the area by cover name, all of it. ``units`` are the
    rain gardens, trenches, wells and green roofs in it, or the parts of them, their area included in ``area_m2``
    and, under their kind, in ``covers_m2``.

    Ground of a cover with a store of its own (a sunken lawn, water) is a subcatchment by itself, ``store`` its
    cover: it shares inlet, slope and overland path with the rest of the inlet's ground, whose ``store`` is empty.
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

    @property
    def plain_m2(self) -> float:
        """Ground without permeable paving and facilities."""
        return self.area_m2 - sum(self.paving_m2.values()) - sum(u.area_m2 for u in self.units)


def subcatchments(
    system: DrainageSystem, settings: SurfaceSettings, terrain: Terrain | None
) -> tuple[tuple[Subcatchment, ...], tuple[Finding, ...]]:
    """All subcatchments of a system in a fixed order, and what was found on the way."""
    known = system.catalogue.covers
    found: list[Subcatchment] = []
    findings: list[Finding] = []
    for row in system.boundaries.sort_values("community_id").itertuples():
        units, of_units = placed_units(system, row.community_id, row.geometry)
        findings.extend(of_units)
        roofs = _roofs(system, row.community_id, settings, known, units)
        found.extend(roofs)
        drained = {s.feature_id for s in roofs}
        found.extend(_ground(system, row, settings, known, terrain, drained, units, findings))
    return tuple(found), tuple(findings)


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


def _roofs(
    system: DrainageSystem,
    community_id: str,
    settings: SurfaceSettings,
    known: Mapping[str, Cover],
    units: list[PlacedUnit],
) -> list[Subcatchment]:
    """Each building's roof, shared equally by its downpipes. A building without any sheds to the ground."""
    buildings = system.buildings[system.buildings["community_id"] == community_id]
    laterals = system.connections[system.connections["kind"] == "roof_drain"].sort_values("connection_id")
    nodes = set(system.nodes["node_id"])
    roofs = []
    for row in buildings.sort_values("building_id").itertuples():
        own = laterals[(laterals["source"] == row.building_id) & laterals["to_node"].isin(nodes)]
        outlets = [("connections", r.connection_id, r.to_node) for r in own.itertuples()]
        if not outlets and row.roof_to in nodes:
            outlets = [("buildings", row.building_id, row.roof_to)]
        planted = list(parts_on(units, row.geometry, MIN_AREA_M2)) if outlets and units else []
        for layer, feature_id, node in outlets:
            area = row.geometry.area / len(outlets)
            own_units = tuple(replace(u, area_m2=u.area_m2 / len(outlets)) for u in planted)
            green = sum(u.area_m2 for u in own_units)
            roofs.append(
                Subcatchment(
                    "roof",
                    layer,
                    feature_id,
                    community_id,
                    node,
                    area,
                    overland_width_m(area, _roof_path_m(row.geometry)),
                    settings.roof_slope_percent,
                    mix({ROOF: area - green}, known),
                    {},
                    {ROOF: area - green} | ({"green_roof": green} if green > 0 else {}),
                    row.geometry,
                    own_units,
                )
            )
    return roofs


def _roof_path_m(footprint: shapely.Geometry) -> float:
    """Way of water over a roof: half the short side of the smallest rectangle around it (ridge to eaves)."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(footprint))
    sides = np.hypot(*np.diff(corners[:3], axis=0).T)
    return max(float(sides.min()) / 2, 0.5)


@dataclass
class _StoreGround:
    """The ground of one inlet that shares a store, as it is gathered."""

    shapes: list[shapely.Geometry] = field(default_factory=list)
    covers_m2: dict[str, float] = field(default_factory=dict)
    paving_m2: dict[PermeablePaving, float] = field(default_factory=dict)
    units: list[UnitInUse] = field(default_factory=list)


def _ground(
    system: DrainageSystem,
    boundary: object,
    settings: SurfaceSettings,
    known: Mapping[str, Cover],
    terrain: Terrain | None,
    drained: set[str],
    units: list[PlacedUnit],
    findings: list[Finding],
) -> list[Subcatchment]:
    community_id = str(boundary.community_id)  # type: ignore[attr-defined]
    area = boundary.geometry  # type: ignore[attr-defined]
    pieces = cover_pieces(system, community_id, area, drained, settings.uncovered, units)
    placed = {u.facility_id: u for u in units}
    gap = pieces.loc[pieces["gap"], "geometry"].area.sum()
    if gap > GAP_M2:
        findings.append(
            finding_at(
                "surface.gap",
                "communities",
                boundary,
                scenario=system.scenario,
                area=f"{gap:.0f}",
                cover=settings.uncovered,
            )
        )
    pavings = system.catalogue.permeable_pavings
    inlets = intake_nodes(system, community_id)
    ground = polygons_of(shapely.union_all(pieces.geometry.to_numpy())) if len(pieces) else area
    points = dict(inlets)
    tree = shapely.STRtree(pieces.geometry.to_numpy())
    rows = list(pieces.itertuples())
    made = []
    for node, part in inlet_areas(ground, inlets).items():
        by_store: dict[str, _StoreGround] = {}
        for index in sorted(tree.query(part, predicate="intersects").tolist()):
            piece = rows[index]
            shape = shapely.intersection(part, piece.geometry)
            overlap = shape.area
            if overlap < MIN_AREA_M2:
                continue
            cover = known.get(piece.cover)
            store = piece.cover if cover is not None and cover.has_own_store else ""
            own = by_store.setdefault(store, _StoreGround())
            own.shapes.append(shape)
            own.covers_m2[piece.cover] = own.covers_m2.get(piece.cover, 0.0) + overlap
            if piece.cover in pavings:
                paving = paving_of(piece, known[piece.cover])
                own.paving_m2[paving] = own.paving_m2.get(paving, 0.0) + overlap
            elif piece.cover in UNIT_KINDS:
                own.units.append(placed[piece.surface_id].part(overlap))
        if not by_store:
            continue
        # Slope and path are those of the inlet's whole ground, so that the parts' widths add up to its width.
        slope = terrain.slope_percent(points[node], part) if terrain else math.nan
        slope = settings.default_slope_percent if math.isnan(slope) else slope
        corners = shapely.get_coordinates(part)
        path = np.hypot(corners[:, 0] - points[node].x, corners[:, 1] - points[node].y).max()
        for store, own in sorted(by_store.items()):
            total = sum(own.covers_m2.values())
            rest = {c: a for c, a in own.covers_m2.items() if c not in (*pavings, *UNIT_KINDS)}
            made.append(
                Subcatchment(
                    "ground",
                    "nodes",
                    node,
                    community_id,
                    node,
                    total,
                    overland_width_m(total, float(path)),
                    max(slope, settings.min_slope_percent),
                    mix(rest, known),
                    dict(sorted(own.paving_m2.items())),
                    dict(sorted(own.covers_m2.items())),
                    part if len(by_store) == 1 else polygons_of(shapely.union_all(own.shapes)),
                    tuple(sorted(own.units, key=lambda u: u.facility_id)),
                    store,
                )
            )
    return made


def cover_pieces(
    system: DrainageSystem,
    community_id: str,
    area: shapely.Geometry,
    drained: set[str],
    uncovered: str,
    units: Sequence[PlacedUnit] = (),
) -> gpd.GeoDataFrame:
    """Ground of a community by cover, without overlaps: what is drawn first by id counts.

    Roofs that drain by downpipes are cut out, other roofs are ground of cover "roof". Facilities come before
    all other cover; their pieces have their kind as cover and their id as ``surface_id``.
    """
    buildings = system.buildings[system.buildings["community_id"] == community_id].sort_values("building_id")
    laterals = system.connections[system.connections["connection_id"].isin(drained)]
    by_pipe = set(laterals["source"]) | drained
    surfaces = system.surfaces[system.surfaces["community_id"] == community_id].sort_values("surface_id")
    cut = shapely.union_all(buildings.geometry.to_numpy()) if len(buildings) else shapely.Polygon()
    left = shapely.difference(area, cut)
    rows: list[dict[str, object]] = []
    on_roofs = [u for u in units if u.unit.kind == "green_roof"]
    for placed in units:
        if placed.unit.kind != "green_roof":
            rows.append(_unit_piece(placed, placed.footprint))
            left = shapely.difference(left, placed.footprint)
    for row in surfaces.itertuples():
        part = polygons_of(shapely.intersection(row.geometry, left))
        if part.area > MIN_AREA_M2:
            rows.append({**row._asdict(), "geometry": part, "gap": False})
            left = shapely.difference(left, part)
    for row in buildings.itertuples():
        if row.building_id not in by_pipe:
            bare = row.geometry
            for placed in on_roofs:
                planted = polygons_of(shapely.intersection(placed.footprint, bare))
                if planted.area > MIN_AREA_M2:
                    rows.append(_unit_piece(placed, planted))
                    bare = polygons_of(shapely.difference(bare, planted))
            rows.append({"cover": ROOF, "geometry": bare, "gap": False})
    rest = polygons_of(left)
    if rest.area > MIN_AREA_M2:
        rows.append({"cover": uncovered, "geometry": rest, "gap": True})
    frame = gpd.GeoDataFrame(rows, columns=[*surfaces.columns, "gap"], geometry="geometry", crs=system.crs)
    return frame.reset_index(drop=True)


def _unit_piece(placed: PlacedUnit, shape: shapely.Geometry) -> dict[str, object]:
    return {"surface_id": placed.facility_id, "cover": placed.unit.kind, "geometry": shape, "gap": False}

"""The ground of a community by cover, each square metre once."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely

from spongecalc.catalogue.catalogue import ROOF
from spongecalc.layers.newer_ground import counting_order
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.infiltration_places import PlacedUnit
from spongecalc.surfaces.inlet_areas import polygons_of

MIN_AREA_M2 = 0.01
MANY_SURFACES = 500
"""From more surfaces on, ground is not taken from one shape that all of them have shaped: its corners, and the
time for each cut, would grow with every surface."""


def cover_pieces(
    system: DrainageSystem,
    community_id: str,
    area: shapely.Geometry,
    drained: set[str],
    uncovered: str,
    units: Sequence[PlacedUnit] = (),
) -> gpd.GeoDataFrame:
    """Ground of a community by cover, without overlaps: of surfaces the newer one counts
    (:func:`~spongecalc.layers.newer_ground.counting_order`).

    Roofs that drain by downpipes are cut out, other roofs are ground of cover "roof". Facilities come before all
    other cover; their pieces have their kind as cover and their id as ``surface_id``. Roofs have their building's
    id as ``building_id``.
    """
    buildings = system.buildings[system.buildings["community_id"] == community_id].sort_values("building_id")
    laterals = system.connections[system.connections["connection_id"].isin(drained)]
    by_pipe = set(laterals["source"]) | drained
    surfaces = system.surfaces[system.surfaces["community_id"] == community_id]
    surfaces = surfaces.iloc[counting_order(surfaces)]
    cut = shapely.union_all(buildings.geometry.to_numpy()) if len(buildings) else shapely.Polygon()
    left = shapely.difference(area, cut)
    rows: list[dict[str, object]] = []
    on_roofs = [u for u in units if u.unit.kind == "green_roof"]
    for placed in units:
        if placed.unit.kind != "green_roof":
            rows.append(_unit_piece(placed, placed.footprint))
            left = shapely.difference(left, placed.footprint)
    if len(surfaces) > MANY_SURFACES:
        footprints = [u.footprint for u in units if u.unit.kind != "green_roof"]
        parts = _by_neighbours(surfaces.geometry.to_numpy(), area, [*buildings.geometry, *footprints])
        left = shapely.difference(left, shapely.union_all(parts))
    else:
        parts, left = _one_by_one(surfaces.geometry.to_numpy(), left)
    rows += [
        {**row._asdict(), "geometry": part, "gap": False}
        for row, part in zip(surfaces.itertuples(), parts, strict=True)
        if part.area > MIN_AREA_M2
    ]
    for row in buildings.itertuples():
        if row.building_id not in by_pipe:
            bare = row.geometry
            for placed in on_roofs:
                planted = polygons_of(shapely.intersection(placed.footprint, bare))
                if planted.area > MIN_AREA_M2:
                    rows.append(_unit_piece(placed, planted))
                    bare = polygons_of(shapely.difference(bare, planted))
            rows.append({"building_id": row.building_id, "cover": ROOF, "geometry": bare, "gap": False})
    rest = polygons_of(left)
    if rest.area > MIN_AREA_M2:
        rows.append({"cover": uncovered, "geometry": rest, "gap": True})
    frame = gpd.GeoDataFrame(
        rows, columns=[*surfaces.columns, "building_id", "gap"], geometry="geometry", crs=system.crs
    )
    return frame.reset_index(drop=True)


def _one_by_one(
    shapes: Sequence[shapely.Geometry], left: shapely.Geometry
) -> tuple[list[shapely.Geometry], shapely.Geometry]:
    """Return what each surface takes of the ground that is left by those before it, and what all leave."""
    parts = []
    for shape in shapes:
        part = polygons_of(shapely.intersection(shape, left))
        parts.append(part)
        if part.area > MIN_AREA_M2:
            left = shapely.difference(left, part)
    return parts, left


def _by_neighbours(
    shapes: Sequence[shapely.Geometry], area: shapely.Geometry, taken: Sequence[shapely.Geometry]
) -> list[shapely.Geometry]:
    """The same of thousands: each is held against what it touches alone, not against all ground that is left."""
    before = np.array([*taken, *shapes])
    first = len(taken)
    touched: dict[int, list[int]] = {}
    for own, other in shapely.STRtree(before).query(np.array(shapes), predicate="intersects").T.tolist():
        if other < first + own:
            touched.setdefault(own, []).append(other)
    parts = []
    for own, shape in enumerate(shapes):
        part = shapely.intersection(shape, area)
        others = touched.get(own)
        if others:
            part = shapely.difference(part, shapely.union_all(before[sorted(others)]))
        parts.append(polygons_of(part))
    return parts


def _unit_piece(placed: PlacedUnit, shape: shapely.Geometry) -> dict[str, object]:
    return {"surface_id": placed.facility_id, "cover": placed.unit.kind, "geometry": shape, "gap": False}

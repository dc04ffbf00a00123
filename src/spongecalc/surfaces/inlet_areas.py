"""The ground that each inlet drains: every point to its nearest inlet of the same community."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.scenario import DrainageSystem

RAIN_FIRST = ("storm", "combined", "sewage")
"""Systems in the order in which rain is theirs."""


def intake_nodes(system: DrainageSystem, community_id: str) -> list[tuple[str, shapely.Point]]:
    """The nodes that take in surface runoff: inlets; where a survey has none, rain and combined manholes.

    Without any of those its detention basins do, and without those every node that is not an outfall, sewage
    manholes too. They are in the order of their ids; of several at one place the one comes first that takes its
    rain: a proposed one, then one of the rain pipes, of combined ones, of sewage, then the one that lies lower.
    """
    nodes = _ordered(system.nodes[system.nodes["community_id"] == community_id])
    facilities = system.facilities
    basins = facilities.loc[facilities["kind"] == "detention_basin", "from_node"] if len(facilities) else ()
    for_rain = nodes["system"].isin(["storm", "combined"]) & (nodes["kind"] != "outfall")
    choices = (
        nodes[nodes["kind"] == "inlet"],
        nodes[for_rain & (nodes["kind"] != "storage")],
        nodes[for_rain & nodes["node_id"].isin(basins)],
        nodes[nodes["kind"] != "outfall"],
    )
    for chosen in choices:
        if len(chosen):
            return list(zip(chosen["node_id"], chosen.geometry, strict=True))
    return []


def _ordered(nodes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The nodes by id, those at one place side by side and in the order in which they take rain."""
    if nodes.empty:
        return nodes
    place = pd.Series(shapely.to_wkb(nodes.geometry.to_numpy()), index=nodes.index)
    keys = pd.DataFrame(
        {
            "place": nodes["node_id"].groupby(place).transform("min"),
            "was_there": nodes["status"] != "proposed",
            "water": nodes["system"].map({system: n for n, system in enumerate(RAIN_FIRST)}),
            "invert_m": nodes["invert_m"],
            "node_id": nodes["node_id"],
        }
    )
    return nodes.loc[keys.sort_values(list(keys.columns), kind="stable").index]


def inlet_areas(ground: shapely.Geometry, inlets: list[tuple[str, shapely.Point]]) -> dict[str, shapely.Geometry]:
    """Split ``ground`` into the parts nearest to each inlet (Thiessen polygons).

    Two inlets at one place share nothing: the first of them takes the area. Parts without area are left out.
    Which ground is whose does not depend on the order of the inlets otherwise, to the last digit: they are
    placed from west to east.
    """
    first_at: dict[tuple[float, float], str] = {}
    for node_id, point in inlets:
        first_at.setdefault((point.x, point.y), node_id)
    if ground.is_empty or not first_at:
        return {}
    if len(first_at) == 1:
        return {next(iter(first_at.values())): ground}
    points = shapely.MultiPoint(np.array(sorted(first_at)))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=shapely.box(*ground.bounds)))
    tree = shapely.STRtree(cells)
    parts: dict[str, shapely.Geometry] = {}
    for (x, y), node_id in first_at.items():
        cell = cells[int(tree.query(shapely.Point(x, y), predicate="intersects")[0])]
        part = polygons_of(shapely.intersection(ground, cell))
        if part.area > 0:
            parts[node_id] = part
    return parts


def polygons_of(geometry: shapely.Geometry) -> shapely.Geometry:
    """The polygons in a geometry, without the lines and points that an intersection leaves behind."""
    polygons = [p for p in shapely.get_parts(geometry) if p.geom_type == "Polygon" and p.area > 0]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)

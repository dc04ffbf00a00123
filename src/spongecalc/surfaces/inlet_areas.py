"""The ground that each inlet drains: every point to its nearest inlet of the same community."""

from __future__ import annotations

import math
from weakref import WeakKeyDictionary

import numpy as np
import shapely

from spongecalc.catalogue.structure_form import PUMP
from spongecalc.scenario import DrainageSystem

RAIN_FIRST = ("storm", "combined", "sewage")
"""Systems in the order in which rain is theirs."""


def intake_nodes(system: DrainageSystem, community_id: str) -> list[tuple[str, shapely.Point]]:
    """The nodes that take in surface runoff: inlets; where a survey has none, rain and combined manholes.

    Without any of those its detention basins do, and without those every node that is not an outfall, sewage
    manholes too; wet wells and the fittings of rising mains are none of them. They are in the order of their ids;
    of several at one place the one comes first that takes its rain: a proposed one, then one of the rain pipes,
    of combined ones, of sewage, then the one that lies lower.
    """
    kept = _KEPT.setdefault(system, {})
    if community_id not in kept:
        kept[community_id] = _intake_nodes(system, community_id)
    return list(kept[community_id])


# A model asks for them of its ground, of its gutters and of its inlets: what is derived of a system may stay.
_KEPT: WeakKeyDictionary[DrainageSystem, dict[str, list[tuple[str, shapely.Point]]]] = WeakKeyDictionary()


def _on_rising_mains(system: DrainageSystem) -> set[str]:
    """Nodes between pressure pipes, into which nothing runs from above."""
    pipes = system.pipes
    pressed = pipes["hazen_williams"].notna().to_numpy() if len(pipes) else np.zeros(0, dtype=bool)
    if not pressed.any():
        return set()
    ends = pipes[["from_node", "to_node"]]
    return set(ends[pressed].to_numpy().ravel()) - set(ends[~pressed].to_numpy().ravel())


def _intake_nodes(system: DrainageSystem, community_id: str) -> list[tuple[str, shapely.Point]]:
    nodes, facilities = system.nodes, system.facilities
    own = (nodes["community_id"] == community_id).to_numpy()
    ids, kinds, waters = (nodes[c].to_numpy(object)[own] for c in ("node_id", "kind", "system"))
    points = nodes.geometry.to_numpy()[own]
    basins = facilities.loc[facilities["kind"] == "detention_basin", "from_node"] if len(facilities) else ()
    no_outfall = (kinds != "outfall") & (kinds != PUMP) & ~np.isin(ids, list(_on_rising_mains(system)))
    for_rain = np.isin(waters, ["storm", "combined"]) & no_outfall
    choices = (
        kinds == "inlet",
        for_rain & (kinds != "storage"),
        for_rain & np.isin(ids, list(basins)),
        no_outfall,
    )
    chosen = next((choice for choice in choices if choice.any()), None)
    if chosen is None:
        return []
    was_there = nodes["status"].to_numpy(object)[own] != "proposed"
    inverts_m = nodes["invert_m"].to_numpy(float)[own]
    places = shapely.to_wkb(points)
    # Those at one place are side by side, where the least of their ids would stand.
    least: dict[bytes, str] = {}
    for place, node_id in zip(places, ids, strict=True):
        least[place] = min(least.get(place, node_id), node_id)

    def takes_rain(i: int) -> tuple[str, bool, int, bool, float, str]:
        water = RAIN_FIRST.index(waters[i]) if waters[i] in RAIN_FIRST else len(RAIN_FIRST)
        unknown = math.isnan(inverts_m[i])
        lies_m = 0.0 if unknown else float(inverts_m[i])
        return (least[places[i]], bool(was_there[i]), water, unknown, lies_m, ids[i])

    return [(ids[i], points[i]) for i in sorted(np.flatnonzero(chosen).tolist(), key=takes_rain)]


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

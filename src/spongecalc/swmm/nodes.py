"""Nodes of a model: junctions with the ground their water ponds on, outfalls, rain tanks, basins."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import networkx as nx

from spongecalc.layers.finding import Finding, finding_at
from spongecalc.network.graph import drainage_graph
from spongecalc.project.settings import Settings
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.terrain import Terrain
from spongecalc.swmm.gutters import INTAKE, SHAFT_M2
from spongecalc.swmm.identifiers import tag
from spongecalc.swmm.inp_text import fixed
from spongecalc.swmm.links import Links
from spongecalc.swmm.tank import DRAWDOWN_M, Tank, TankShape

SECONDS_PER_DAY = 86400.0
# The chamber behind a basin's throttle is closed: what backs up in it rises into the basin, and floods there.
CLOSED_M = 100.0


@dataclass(frozen=True)
class NodePart:
    """The nodes' sections and elements; ``places`` maps each model node to its coordinates.

    ``ponded_m2`` is the ground on which water stands at each junction, by node id.
    """

    sections: Mapping[str, list[tuple[str, ...]]]
    curves: list[tuple[str, ...]]
    elements: list[tuple[str, ...]]
    places: Mapping[str, tuple[float, float]]
    tags: list[tuple[str, ...]] = field(default_factory=list)
    ponded_m2: Mapping[str, float] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def node_sections(
    system: DrainageSystem,
    settings: Settings,
    ids: Mapping[str, str],
    links: Links,
    fed: set[str],
    terrain: Terrain | None,
    with_gutter: Collection[str] = (),
) -> NodePart:
    """JUNCTIONS, OUTFALLS and STORAGE of a system.

    A node that no link touches and no water enters is left out, and is a finding. Water stands on the ground at
    a node; at those ``with_gutter`` it stands in the gutter, and the node has no more than its shaft.
    """
    graph = drainage_graph(system)
    stored = {*links.tank_nodes, *links.basins}
    alone = set(nx.isolates(graph))
    ponded_m2 = _ponded_areas_m2(system, settings, links, terrain)
    junctions: list[tuple[str, ...]] = []
    outfalls: list[tuple[str, ...]] = []
    storages: list[tuple[str, ...]] = []
    curves: list[tuple[str, ...]] = []
    elements: list[tuple[str, ...]] = []
    places: dict[str, tuple[float, float]] = {}
    findings: list[Finding] = []
    for row in system.nodes.sort_values("node_id").itertuples():
        name = ids[row.node_id]
        if row.node_id in alone and row.node_id not in fed and row.node_id not in stored:
            findings.append(finding_at("node.alone", "nodes", row, scenario=system.scenario))
            continue
        description = (f";{tag(row.node_id)} ({row.system} {row.kind})",)
        own = ("nodes", row.node_id, row.community_id)
        places[name] = (row.geometry.x, row.geometry.y)
        if row.kind == "outfall":
            for copy in links.outfall_copies.get(row.node_id, (name,)):
                outfalls.extend([description, _outfall(copy, row)])
                elements.append(("node", copy, f"outfall_{row.receives}", *own))
                places[copy] = (row.geometry.x, row.geometry.y)
        elif row.node_id in links.tank_nodes:
            tank = links.tank_nodes[row.node_id]
            storages.extend([description, _storage(name, tank.shape)])
            elements.append(("node", name, "tank", "facilities", tank.facility_id, tank.community_id))
            if tank.demand_m3_d > 0:
                outfalls.append((f"{name}__REUSE", fixed(tank.shape.bottom_m - 1, 3), "FREE", "", "NO"))
                places[f"{name}__REUSE"] = (row.geometry.x + 2, row.geometry.y + 2)
                elements.append(
                    (
                        "node",
                        f"{name}__REUSE",
                        "outfall_reuse",
                        "facilities",
                        tank.facility_id,
                        tank.community_id,
                    )
                )
                curves.extend(_demand_curve(f"{name}__DEMAND", tank))
        elif row.node_id in links.basins:
            basin = links.basins[row.node_id]
            storages.extend([description, _storage(name, basin.shape)])
            # It floods like any manhole, so that it is a node to the assessment; its facility has the links.
            elements.append(("node", name, "basin", *own))
            if row.node_id in links.chambers:
                chamber = links.chambers[row.node_id]
                junctions.extend([description, _chamber(chamber, basin.shape)])
                places[chamber] = (row.geometry.x + 2, row.geometry.y + 2)
                elements.append(
                    ("node", chamber, "basin_chamber", "facilities", basin.facility_id, basin.community_id)
                )
        else:
            behind_grate = row.node_id in with_gutter
            stands_on_m2 = SHAFT_M2 if behind_grate else ponded_m2[row.node_id]
            junctions.extend([description, _junction(name, row, stands_on_m2)])
            elements.append(("node", name, INTAKE if behind_grate else "junction", *own))
    sections = {"JUNCTIONS": junctions, "OUTFALLS": outfalls, "STORAGE": storages}
    return NodePart(sections, curves, elements, places, findings=tuple(findings), ponded_m2=ponded_m2)


def _junction(name: str, row: object, ponded_m2: float) -> tuple[str, ...]:
    depth = row.ground_m - row.invert_m  # type: ignore[attr-defined]
    return (
        name,
        fixed(row.invert_m, 3),  # type: ignore[attr-defined]
        fixed(depth, 3),
        "0",
        "0",
        fixed(ponded_m2, 1),
    )


def _outfall(name: str, row: object) -> tuple[str, ...]:
    invert, level = row.invert_m, row.outfall_level_m  # type: ignore[attr-defined]
    if math.isnan(level):
        return (name, fixed(invert, 3), "FREE", "", "NO")
    return (name, fixed(invert, 3), "FIXED", fixed(level, 3), "NO")


def _chamber(name: str, shape: TankShape) -> tuple[str, ...]:
    depth = fixed(shape.top_m - shape.bottom_m, 3)
    return (name, fixed(shape.bottom_m, 3), depth, "0", fixed(CLOSED_M, 0), "0")


def _storage(name: str, shape: TankShape) -> tuple[str, ...]:
    depth = fixed(shape.top_m - shape.bottom_m, 3)
    area = fixed(shape.area_m2, 3)
    return (name, fixed(shape.bottom_m, 3), depth, "0", "FUNCTIONAL", "0", "0", area, "0", "0")


def _demand_curve(name: str, tank: Tank) -> list[tuple[str, ...]]:
    """Reuse as a rating curve: the full demand while there is water, nothing from an empty tank."""
    rate = fixed(tank.demand_m3_d * 1000 / SECONDS_PER_DAY, 6)
    depth = fixed(tank.shape.top_m - tank.shape.bottom_m, 3)
    return [
        (name, "Rating", "0.000", "0.000000"),
        (name, "", fixed(DRAWDOWN_M, 3), rate),
        (name, "", depth, rate),
    ]


def _ponded_areas_m2(
    system: DrainageSystem, settings: Settings, links: Links, terrain: Terrain | None
) -> dict[str, float]:
    """The ground around each junction on which its water stands; the same ground is not given to two."""
    stored = {*links.tank_nodes, *links.basins}
    nodes = system.nodes[(system.nodes["kind"] != "outfall") & ~system.nodes["node_id"].isin(stored)]
    ponding = settings.ponding
    if terrain is None:
        return dict.fromkeys(nodes["node_id"], ponding.default_area_m2)
    points = nodes.geometry.tolist()
    areas = terrain.ponded_areas_m2(
        points,
        terrain.rims_m(points, nodes["ground_m"].tolist(), ponding.depth_m),
        ponding.depth_m,
        ponding.search_radius_m,
        system.buildings.geometry.tolist(),
        system.boundaries.union_all(),
    )
    return {
        node: float(area) if area > 0 else ponding.default_area_m2
        for node, area in zip(nodes["node_id"], areas, strict=True)
    }

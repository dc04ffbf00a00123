"""Nodes of a model: junctions with the ground their water ponds on, outfalls, rain tanks, basins."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import networkx as nx

from spongecalc.layers.finding import Finding, finding_at
from spongecalc.network.graph import drainage_graph
from spongecalc.project.settings import Settings
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.terrain import Terrain
from spongecalc.swmm.basin import Basin, BasinShape
from spongecalc.swmm.gutters import INTAKE, SHAFT_M2
from spongecalc.swmm.identifiers import tag
from spongecalc.swmm.inp_text import fixed
from spongecalc.swmm.links import Links
from spongecalc.swmm.sealed_nodes import sealed_nodes
from spongecalc.swmm.storage_nodes import StorageNode
from spongecalc.swmm.tank import DRAWDOWN_M, Tank, TankShape

SECONDS_PER_DAY = 86400.0
# The chamber behind a basin's throttle is closed: what backs up in it rises into the basin, and floods there.
CLOSED_M = 100.0


@dataclass(frozen=True)
class NodePart:
    """The nodes' sections and elements; ``places`` maps each model node to its coordinates."""

    sections: Mapping[str, list[tuple[str, ...]]]
    curves: list[tuple[str, ...]]
    elements: list[tuple[str, ...]]
    places: Mapping[str, tuple[float, float]]
    tags: list[tuple[str, ...]] = field(default_factory=list)
    findings: tuple[Finding, ...] = ()


def node_sections(
    system: DrainageSystem,
    settings: Settings,
    ids: Mapping[str, str],
    links: Links,
    fed: Collection[str],
    ponded_m2: Mapping[str, float],
    with_gutter: Collection[str] = (),
) -> NodePart:
    """JUNCTIONS, OUTFALLS and STORAGE of a system.

    A node that no link touches and no water enters is left out, and is a finding. Water stands on the ground at
    a node, on as much as ``ponded_m2`` says (:func:`ponded_areas_m2`); at those ``with_gutter`` it stands in the
    gutter, and the node has no more than its shaft.
    """
    graph = drainage_graph(system)
    stored = links.stored
    sealed = sealed_nodes(system) if not links.as_recorded else frozenset()
    alone = set(nx.isolates(graph))
    written = _Written(links, ids)
    findings: list[Finding] = []
    for row in system.nodes.sort_values("node_id").itertuples():
        lone = row.node_id in alone and row.node_id not in fed and row.node_id not in stored
        if lone and not links.as_recorded:
            findings.append(finding_at("node.alone", "nodes", row, scenario=system.scenario))
        elif row.kind == "outfall" or row.node_id in stored:
            written.add(row)
        else:
            if row.node_id in sealed:
                head = f"{settings.structures.sealed_m:g}"
                findings.append(finding_at("node.sealed", "nodes", row, head=head, scenario=system.scenario))
                row = row._replace(surcharge_m=settings.structures.sealed_m)  # noqa: PLW2901
            behind_grate = row.node_id in with_gutter
            stands_on_m2 = SHAFT_M2 if behind_grate else ponded_m2[row.node_id]
            if row.surcharge_m > 0 and not links.as_recorded:
                # SWMM lets water out at the rim wherever it may stand, whatever pressure the cover bears.
                stands_on_m2 = 0.0
            written.junction(row, stands_on_m2, behind_grate=behind_grate)
    return NodePart(
        written.sections,
        written.curves,
        written.elements,
        written.places,
        findings=tuple(findings),
    )


class _Written:
    """The nodes as they are written, one after the other."""

    def __init__(self, links: Links, ids: Mapping[str, str]) -> None:
        self._links, self._ids = links, ids
        self.sections: dict[str, list[tuple[str, ...]]] = {"JUNCTIONS": [], "OUTFALLS": [], "STORAGE": []}
        self.curves: list[tuple[str, ...]] = []
        self.elements: list[tuple[str, ...]] = []
        self.places: dict[str, tuple[float, float]] = {}

    def add(self, row: Any) -> None:
        """Add an outfall, or a node that is a storage in the model."""
        links, name = self._links, self._place(row)
        if row.kind == "outfall":
            for copy in links.outfall_copies.get(row.node_id, (name,)):
                self._row("OUTFALLS", row, _outfall(copy, row))
                self._element(copy, f"outfall_{row.receives}", row)
                self.places[copy] = (row.geometry.x, row.geometry.y)
        elif row.node_id in links.tank_nodes:
            self._tank(name, row, links.tank_nodes[row.node_id])
        elif row.node_id in links.basins:
            self._basin(name, row, links.basins[row.node_id])
        else:
            store = links.storages[row.node_id]
            self._row("STORAGE", row, _stored(name, store))
            self.curves.extend(store.shape.curve_rows(f"{name}__AREA"))
            self._element(name, store.role, row)

    def junction(self, row: Any, stands_on_m2: float, *, behind_grate: bool) -> None:
        """Add a manhole or the like, with the ground on which its water stands."""
        name = self._place(row)
        self._row("JUNCTIONS", row, _junction(name, row, stands_on_m2))
        self._element(name, INTAKE if behind_grate else "junction", row)

    def _place(self, row: Any) -> str:
        name = self._ids[row.node_id]
        self.places[name] = (row.geometry.x, row.geometry.y)
        return name

    def _row(self, section: str, row: Any, words: tuple[str, ...]) -> None:
        self.sections[section].extend([(f";{tag(row.node_id)} ({row.system} {row.kind})",), words])

    def _element(self, name: str, role: str, row: Any) -> None:
        self.elements.append(("node", name, role, "nodes", row.node_id, row.community_id))

    def _tank(self, name: str, row: Any, tank: Tank) -> None:
        own = ("facilities", tank.facility_id, tank.community_id)
        self._row("STORAGE", row, _storage(name, tank.shape))
        self.elements.append(("node", name, "tank", *own))
        if tank.demand_m3_d > 0:
            reuse = f"{name}__REUSE"
            self.sections["OUTFALLS"].append((reuse, fixed(tank.shape.bottom_m - 1, 3), "FREE", "", "NO"))
            self.places[reuse] = (row.geometry.x + 2, row.geometry.y + 2)
            self.elements.append(("node", reuse, "outfall_reuse", *own))
            self.curves.extend(_demand_curve(f"{name}__DEMAND", tank))

    def _basin(self, name: str, row: Any, basin: Basin) -> None:
        self._row("STORAGE", row, _basin(name, basin.shape))
        self.curves.extend(basin.shape.curve_rows(f"{name}__AREA"))
        # It floods like any manhole, so that it is a node to the assessment; its facility has the links.
        self._element(name, "basin", row)
        if row.node_id in self._links.chambers:
            chamber = self._links.chambers[row.node_id]
            self._row("JUNCTIONS", row, _chamber(chamber, basin.shape))
            self.places[chamber] = (row.geometry.x + 2, row.geometry.y + 2)
            own = ("facilities", basin.facility_id, basin.community_id)
            self.elements.append(("node", chamber, "basin_chamber", *own))


def _junction(name: str, row: object, ponded_m2: float) -> tuple[str, ...]:
    depth = row.ground_m - row.invert_m  # type: ignore[attr-defined]
    return (
        name,
        fixed(row.invert_m, 3),  # type: ignore[attr-defined]
        fixed(depth, 3),
        _given(row.initial_depth_m),  # type: ignore[attr-defined]
        _given(row.surcharge_m),  # type: ignore[attr-defined]
        fixed(ponded_m2, 1),
    )


def _given(depth_m: float) -> str:
    """A depth that is mostly not given, as a number of the input file."""
    return fixed(depth_m, 3) if depth_m > 0 else "0"


def _outfall(name: str, row: object) -> tuple[str, ...]:
    invert, level = row.invert_m, row.outfall_level_m  # type: ignore[attr-defined]
    gated = "YES" if row.flap_gate == "yes" else "NO"  # type: ignore[attr-defined]
    if row.outfall_kind == "normal":  # type: ignore[attr-defined]
        return (name, fixed(invert, 3), "NORMAL", "", gated)
    if math.isnan(level) or row.outfall_kind == "free":  # type: ignore[attr-defined]
        return (name, fixed(invert, 3), "FREE", "", gated)
    return (name, fixed(invert, 3), "FIXED", fixed(level, 3), gated)


def _stored(name: str, store: StorageNode) -> tuple[str, ...]:
    """A storage or wet well; what seeps away by the floor's saturated conductivity alone."""
    shape = store.shape
    words = (
        name,
        fixed(shape.bottom_m, 3),
        fixed(shape.top_m - shape.bottom_m, 3),
        _given(store.initial_depth_m),
    )
    seepage = (fixed(store.seepage_mm_h, 3),) if store.seepage_mm_h > 0 else ()
    return (*words, *shape.words(f"{name}__AREA"), _given(store.surcharge_m), "0", *seepage)


def _basin(name: str, shape: BasinShape) -> tuple[str, ...]:
    depth = fixed(shape.top_m - shape.bottom_m, 3)
    return (name, fixed(shape.bottom_m, 3), depth, "0", *shape.words(f"{name}__AREA"), "0", "0")


def _chamber(name: str, shape: BasinShape) -> tuple[str, ...]:
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


def ponded_areas_m2(
    system: DrainageSystem, settings: Settings, links: Links, terrain: Terrain | None
) -> dict[str, float]:
    """Return the ground around each junction on which its water stands, by node id; no ground is given to two."""
    nodes = system.nodes[(system.nodes["kind"] != "outfall") & ~system.nodes["node_id"].isin(links.stored)]
    ponding = settings.ponding
    measured = nodes["ponded_m2"].notna()
    given = {
        node: float(area)
        for node, area in zip(nodes["node_id"][measured], nodes["ponded_m2"][measured], strict=True)
    }
    if links.as_recorded:
        return {**dict.fromkeys(nodes["node_id"], 0.0), **given}
    if terrain is None:
        return {**dict.fromkeys(nodes["node_id"], ponding.default_area_m2), **given}
    points = nodes.geometry.tolist()
    areas = terrain.ponded_areas_m2(
        points,
        terrain.rims_m(points, nodes["ground_m"].tolist(), ponding.depth_m),
        ponding.depth_m,
        ponding.search_radius_m,
        system.buildings.geometry.tolist(),
        system.boundaries.union_all(),
    )
    worked_out = {
        node: float(area) if area > 0 else ponding.default_area_m2
        for node, area in zip(nodes["node_id"], areas, strict=True)
    }
    return {**worked_out, **given}

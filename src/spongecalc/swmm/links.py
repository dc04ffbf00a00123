"""Links of a model: pipes, leads, structures, overflows and reuse of tanks, throttles of basins."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import shapely

from spongecalc.catalogue.pipe_section import RECT_OPEN, PipeSection
from spongecalc.layers.finding import Finding, finding_at
from spongecalc.project.settings import BasinSettings, Settings
from spongecalc.scenario import DrainageSystem
from spongecalc.swmm.basin import Basin, basins_of
from spongecalc.swmm.basin_outlet import ORIFICE_COEFFICIENT
from spongecalc.swmm.conduit import Conduit
from spongecalc.swmm.identifiers import model_ids, tag
from spongecalc.swmm.inp_text import fixed
from spongecalc.swmm.pipe_conduits import MILLIMETRE_M, as_carried, pipe_conduits
from spongecalc.swmm.section_words import transect_rows, xsection_row
from spongecalc.swmm.short_links import MIN_LENGTH_M
from spongecalc.swmm.storage_nodes import StorageNode, storage_nodes_of
from spongecalc.swmm.structures import StructurePart, structure_names, structure_part
from spongecalc.swmm.tank import Tank, tanks_of

# The length of a lead is not surveyed to better than this.
MIN_LEAD_M = MIN_LENGTH_M
# A new lead whose crown lies nearer to the ground was set out to a wrong level, or is crushed; practice.
LEAST_LEAD_COVER_M = 0.3
LEAD_N = 0.011
# Q = C b h^1.5 over a broad crest: 0.385 (2 g)^0.5.
WEIR_COEFFICIENT = 1.7


@dataclass(frozen=True)
class Regulator:
    """A basin's throttle (an orifice) or overflow (a weir) in the model's terms; levels and sizes in m."""

    model_id: str
    role: str
    facility_id: str
    community_id: str
    from_node: str
    to_node: str
    crest_m: float
    section: tuple[str, float, float]


@dataclass(frozen=True)
class Links:
    """All links, the tanks and basins they belong to, and the copies of outfalls that several links end at.

    ``chambers`` holds the model id of the chamber behind a basin's throttle by the basin's node, ``let_off`` that
    of the node to which a tank's first flush is let off by the tank's. ``storages`` are the nodes that hold water
    of their own, ``structures`` the pumps, weirs, orifices and outlets. ``as_recorded`` links are those of a
    model that is to be what its layers record, without what the product adds for an engine's or a survey's sake.
    """

    conduits: tuple[Conduit, ...]
    tanks: tuple[Tank, ...]
    tank_nodes: Mapping[str, Tank]
    outfall_copies: Mapping[str, tuple[str, ...]]
    outlets: tuple[tuple[str, str, str, float, str], ...] = ()
    basins: Mapping[str, Basin] = field(default_factory=dict)
    chambers: Mapping[str, str] = field(default_factory=dict)
    regulators: tuple[Regulator, ...] = ()
    elements: list[tuple[str, ...]] = field(default_factory=list)
    let_off: Mapping[str, str] = field(default_factory=dict)
    storages: Mapping[str, StorageNode] = field(default_factory=dict)
    structures: StructurePart = field(default_factory=lambda: StructurePart({}, [], ()))
    transects: list[tuple[str, ...]] = field(default_factory=list)
    as_recorded: bool = False

    @property
    def stored(self) -> frozenset[str]:
        """Ids of the nodes that are storages in the model."""
        return frozenset({*self.tank_nodes, *self.basins, *self.storages})


def links_of(
    system: DrainageSystem,
    settings: Settings,
    ids: Mapping[str, str],
    fed: Collection[str],
    *,
    as_recorded: bool = False,
) -> tuple[Links, tuple[Finding, ...]]:
    """Every link of the system; ``fed`` are the nodes that subcatchments drain to.

    Links ``as_recorded`` keep the lengths and sections that they have, short or above a rim as they may be.

    SWMM lets one link end at an outfall. Where the survey has more, each link gets its own copy of the
    outfall at the same place and level, which changes nothing in the hydraulics.
    """
    findings: list[Finding] = []
    tanks = tanks_of(system, settings.tanks.depth_m)[0]
    basins = basins_of(system, settings.basins)[0]
    chambers = {b.node_id: f"{ids[b.node_id]}__OUT" for b in basins if b.has_chamber}
    throttled = {way for b in basins for way in b.throttled}
    raw = [
        *pipe_conduits(system, findings),
        *_leads(system, settings, findings),
        *_overflows(system, tanks, settings),
    ]
    held = {*(t.node_id for t in tanks), *(b.node_id for b in basins)}
    storages, found = storage_nodes_of(system, settings.structures, held, as_recorded=as_recorded)
    findings.extend(found)
    if not as_recorded:
        raw = as_carried(system, raw, {*held, *storages}, findings)
    regulated = _regulators(basins, settings.basins)
    own = [*(c.model_id for c in raw), *(r.model_id for r in regulated)]
    built = structure_names(system, own)
    names = model_ids([*own, *built.values()], "L_")
    ends = _Ends(ids, set(system.nodes.loc[system.nodes["kind"] == "outfall", "node_id"]))
    conduits = []
    for conduit in sorted(raw, key=lambda c: (c.role, c.model_id)):
        behind = (conduit.layer, conduit.feature_id) in throttled
        conduits.append(
            Conduit(
                **{
                    **conduit.__dict__,
                    "model_id": names[conduit.model_id],
                    "from_node": chambers[conduit.from_node] if behind else ids[conduit.from_node],
                    "to_node": ends.end_at(conduit.to_node),
                }
            )
        )
    regulators = tuple(
        replace(
            r,
            model_id=names[r.model_id],
            from_node=ids[r.from_node],
            to_node=ends.end_at(r.to_node) if r.to_node else chambers[r.from_node],
        )
        for r in regulated
    )
    flushed = [t for t in tanks if t.first_flush_mm > 0 and t.node_id in fed]
    let_off = {t.node_id: ends.end_at(t.overflow_to) for t in flushed if t.overflow_to is not None}
    elements: list[tuple[str, ...]] = [
        ("link", c.model_id, c.role, c.layer, c.feature_id, c.community_id) for c in conduits
    ]
    elements += [("link", r.model_id, r.role, "facilities", r.facility_id, r.community_id) for r in regulators]
    outlets = []
    for tank in tanks:
        if tank.demand_m3_d > 0:
            node = ids[tank.node_id]
            outlet = (f"{node}__PUMP", node, f"{node}__REUSE", tank.shape.bottom_m, f"{node}__DEMAND")
            outlets.append(outlet)
            elements.append(("link", outlet[0], "tank_reuse", "facilities", tank.facility_id, tank.community_id))
    own_names = {s: names[key] for s, key in built.items()}
    structures = structure_part(system, own_names, ids, ends.end_at, as_recorded=as_recorded)
    findings.extend(structures.findings)
    elements += structures.elements
    links = Links(
        tuple(conduits),
        tanks,
        {t.node_id: t for t in tanks},
        {node: tuple(c) for node, c in ends.copies.items()},
        tuple(outlets),
        {b.node_id: b for b in basins},
        chambers,
        regulators,
        elements,
        let_off,
        storages,
        structures,
        transect_rows(system.pipes),
        as_recorded,
    )
    return links, tuple(findings)


class _Ends:
    """The model's nodes that links end at; every link that ends at an outfall gets a copy of it."""

    def __init__(self, ids: Mapping[str, str], outfalls: set[str]) -> None:
        self._ids, self._outfalls = ids, outfalls
        self.copies: dict[str, list[str]] = {}

    def end_at(self, node_id: str) -> str:
        """The model id of the node for one more link."""
        name = self._ids[node_id]
        if node_id not in self._outfalls:
            return name
        known = self.copies.setdefault(node_id, [])
        name = f"{name}__{len(known) + 1}" if known else name
        known.append(name)
        return name


def _leads(system: DrainageSystem, settings: Settings, findings: list[Finding]) -> list[Conduit]:
    """Laterals that start at a node (an inlet): conduits of the project's lead size, falling to the node."""
    nodes = {row.node_id: row for row in system.nodes.itertuples()}
    conduits = []
    for row in system.connections.sort_values("connection_id").itertuples():
        upper, lower = nodes.get(row.source), nodes.get(row.to_node)
        if upper is None or lower is None:
            continue
        length = max(row.geometry.length, MIN_LEAD_M)
        diameter_m = settings.inlets.lead_diameter_mm / 1000
        wanted_m = upper.invert_m - length * settings.inlets.lead_slope_percent / 100
        findings.append(
            finding_at("lead.assumed", "connections", row, diameter=f"{settings.inlets.lead_diameter_mm:.0f}")
        )
        findings.extend(_shallow(upper, row, diameter_m))
        if lower.invert_m > upper.invert_m:
            findings.append(finding_at("lead.uphill", "connections", row, node=row.to_node, inlet=row.source))
        conduits.append(
            Conduit(
                row.connection_id,
                "lead",
                "connections",
                row.connection_id,
                row.community_id,
                row.source,
                row.to_node,
                length,
                LEAD_N,
                upper.invert_m,
                _assumed_end_m(wanted_m, lower, diameter_m),
                PipeSection.circle(diameter_m).swmm,
                tuple(row.geometry.coords[1:-1]),
            )
        )
    return conduits


def _shallow(inlet: Any, lead: Any, diameter_m: float) -> list[Finding]:
    """The finding of a lead that begins too near to the ground, and of an old one that sticks out of it."""
    cover = inlet.ground_m - inlet.invert_m - diameter_m
    if cover >= (LEAST_LEAD_COVER_M if lead.status == "proposed" else 0.0) - MILLIMETRE_M:
        return []
    figures = {"depth": f"{inlet.ground_m - inlet.invert_m:.2f}", "cover": f"{cover:.2f}"}
    return [finding_at("lead.shallow", "nodes", inlet, lead=lead.connection_id, **figures)]


def _overflows(system: DrainageSystem, tanks: tuple[Tank, ...], settings: Settings) -> list[Conduit]:
    nodes = {row.node_id: row for row in system.nodes.itertuples()}
    conduits = []
    for tank in tanks:
        if tank.overflow_to is None:
            continue
        upper, lower = nodes[tank.node_id], nodes[tank.overflow_to]
        length = max(shapely.distance(upper.geometry, lower.geometry), MIN_LEAD_M)
        diameter_m = settings.tanks.overflow_diameter_mm / 1000
        wanted_m = tank.shape.crest_m - length * settings.inlets.lead_slope_percent / 100
        conduits.append(
            Conduit(
                f"{tank.facility_id}__OVERFLOW",
                "tank_overflow",
                "facilities",
                tank.facility_id,
                tank.community_id,
                tank.node_id,
                tank.overflow_to,
                float(length),
                LEAD_N,
                tank.shape.crest_m,
                _assumed_end_m(wanted_m, lower, diameter_m),
                PipeSection.circle(diameter_m).swmm,
                (),
            )
        )
    return conduits


def _assumed_end_m(wanted_m: float, lower: Any, diameter_m: float) -> float:
    """The level of an assumed pipe's lower end: with its crown below the rim, and not below the node."""
    if lower.kind != "outfall":
        wanted_m = min(wanted_m, lower.ground_m - diameter_m)
    return float(max(wanted_m, lower.invert_m))


def _regulators(basins: tuple[Basin, ...], settings: BasinSettings) -> list[Regulator]:
    """Throttle and overflow of each basin; an empty ``to_node`` is its chamber."""
    regulators = []
    for basin in basins:
        shape, own = basin.shape, (basin.facility_id, basin.community_id, basin.node_id)
        if basin.throttle_mm > 0:
            section = PipeSection.circle(basin.throttle_mm / 1000).swmm
            name, to_node = f"{basin.facility_id}__THROTTLE", basin.throttle_to or ""
            regulators.append(Regulator(name, "basin_throttle", *own, to_node, shape.bottom_m, section))
        if basin.overflow_to is not None or basin.has_chamber:
            section = PipeSection(RECT_OPEN, shape.top_m - shape.crest_m, settings.overflow_width_m).swmm
            name, to_node = f"{basin.facility_id}__OVERFLOW", basin.overflow_to or ""
            regulators.append(Regulator(name, "basin_overflow", *own, to_node, shape.crest_m, section))
    return regulators


def link_sections(links: Links) -> dict[str, list[tuple[str, ...]]]:
    """The sections of all links, each row with its feature's id as a description above it."""
    conduits: list[tuple[str, ...]] = []
    sections: list[tuple[str, ...]] = []
    losses: list[tuple[str, ...]] = []
    for c in links.conduits:
        conduits.append((f";{tag(c.feature_id)} ({c.role})",))
        conduits.append(
            (
                c.model_id,
                c.from_node,
                c.to_node,
                fixed(c.length_m, 3),
                fixed(c.roughness, 4),
                fixed(c.up_m, 3),
                fixed(c.down_m, 3),
                fixed(c.initial_flow_l_s, 3) if c.initial_flow_l_s > 0 else "0",
                *((fixed(c.flow_limit_l_s, 3),) if c.flow_limit_l_s > 0 else ()),
            )
        )
        sections.append(xsection_row(c.model_id, c.section, c.more, c.barrels))
        if c.has_loss:
            gate = "YES" if c.gated else "NO"
            losses.append((c.model_id, *(f"{k:.6g}" for k in c.losses), gate, f"{c.seepage_mm_h:.6g}"))
    orifices: list[tuple[str, ...]] = []
    weirs: list[tuple[str, ...]] = []
    for r in links.regulators:
        ends, crest = (r.model_id, r.from_node, r.to_node), fixed(r.crest_m, 3)
        shape, first, second = r.section
        if r.role == "basin_throttle":
            orifices.append((f";{tag(r.facility_id)} ({r.role})",))
            orifices.append((*ends, "SIDE", crest, fixed(ORIFICE_COEFFICIENT, 2), "NO", "0"))
        else:
            weirs.append((f";{tag(r.facility_id)} ({r.role})",))
            weirs.append((*ends, "TRANSVERSE", crest, fixed(WEIR_COEFFICIENT, 2), "NO", "0", "0"))
        sections.append((r.model_id, shape, fixed(first, 3), fixed(second, 3), "0", "0", "1"))
    outlets: list[tuple[str, ...]] = [
        (name, upper, lower, fixed(offset, 3), "TABULAR/DEPTH", curve, "NO")
        for name, upper, lower, offset, curve in links.outlets
    ]
    own = links.structures.sections
    return {
        "CONDUITS": conduits,
        "PUMPS": own.get("PUMPS", []),
        "ORIFICES": [*orifices, *own.get("ORIFICES", [])],
        "WEIRS": [*weirs, *own.get("WEIRS", [])],
        "OUTLETS": [*outlets, *own.get("OUTLETS", [])],
        "XSECTIONS": [*sections, *own.get("XSECTIONS", [])],
        "TRANSECTS": links.transects,
        "LOSSES": losses,
    }

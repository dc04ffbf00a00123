"""A SWMM model of a drainage system: the sections of its input file and which feature each element is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from sys import intern

import pandas as pd

from spongecalc.catalogue.structure_form import KINDS, PASSING
from spongecalc.ground.of_system import LAKE_CELL_M, ground_of, piece_of
from spongecalc.layers.finding import Finding
from spongecalc.layers.level_series import LevelSeries
from spongecalc.layers.named_objects import patterns_of
from spongecalc.network.given_inflow import GivenInflows, given_inflows
from spongecalc.network.infiltration import groundwater_by_node_l_s, sewershed_by_node_m2
from spongecalc.network.sewage_load import flows_by_node_l_s, sewage_shares
from spongecalc.network.sources import sources
from spongecalc.project.long_rain import LongRain
from spongecalc.project.settings import Settings
from spongecalc.rainfall.storm import Storm
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.grate import flat_grate
from spongecalc.surfaces.inlet_load import short_inlets
from spongecalc.surfaces.kept_parts import MADE_ANEW, Parts
from spongecalc.surfaces.rational_bounds import rational_findings
from spongecalc.surfaces.rational_method import raised_coefficients, runoff_coefficients
from spongecalc.surfaces.subcatchment import Subcatchment
from spongecalc.surfaces.subcatchments import subcatchments
from spongecalc.surfaces.terrain import Terrain
from spongecalc.swmm.carried_sections import CarriedPart, carried_part
from spongecalc.swmm.event import Event, event_sections, with_longer_warm_up
from spongecalc.swmm.first_flush import FlushChamber, FlushPart, flush_chambers, flush_part
from spongecalc.swmm.general_sections import flow_sections, general_sections, ground_sections
from spongecalc.swmm.gutter import Gutter
from spongecalc.swmm.gutters import GUTTER, INTAKE, gutter_nodes, gutter_part
from spongecalc.swmm.identifiers import model_ids
from spongecalc.swmm.inp_text import joined_sections, section_texts
from spongecalc.swmm.links import Links, link_sections, links_of
from spongecalc.swmm.nodes import NodePart, node_sections, ponded_areas_m2
from spongecalc.swmm.outfall_levels import has_level_series, rises_above, with_level_series
from spongecalc.swmm.renewed_links import LaidLinks
from spongecalc.swmm.runoff import KeptRows, map_sections
from spongecalc.swmm.standing_water import FILLED, OF_STANDING_WATER, outside_levels_m, with_standing_water
from spongecalc.swmm.storage_nodes import ROLES as STORAGE_ROLES
from spongecalc.swmm.tank_start import TankStart, storage_rows
from spongecalc.swmm.tank_starts import tank_starts
from spongecalc.swmm.tank_water import REUSE_ROLE, TANK_ROLE

Rows = Sequence[Sequence[str]]

ELEMENT_COLUMNS = ["element", "model_id", "role", "layer", "feature_id", "community_id"]
# Links whose flow the runoff of a community is reckoned from.
TANK_FLOWS = ("tank_overflow", "tank_filling")
# Links of the layers, any of which may lie between the systems of rain and sewage.
BETWEEN = ("pipe", "lead", "tank_overflow", "basin_throttle", "basin_overflow", *KINDS)
# Nodes at which water stands on the ground: what came up there, and before grates what they do not take.
FLOODING = ("junction", "basin", *STORAGE_ROLES, GUTTER)
# Nodes out of which the pipes' water comes up.
COMES_UP = ("junction", "basin", *STORAGE_ROLES, INTAKE)


@dataclass(frozen=True)
class ByRole:
    """Model ids by role: tanks, what fills and leaves them, what stands for their reuse, pumps and weirs."""

    tanks: tuple[str, ...] = ()
    tank_flows: tuple[str, ...] = ()
    reuse: tuple[str, ...] = ()
    passing: tuple[str, ...] = ()

    @classmethod
    def of(cls, elements: Iterable[Sequence[str]]) -> ByRole:
        """Sort rows of elements, in their order."""
        rows = [(row[1], row[2]) for row in elements]
        wanted = ((TANK_ROLE,), TANK_FLOWS, (REUSE_ROLE,), tuple(PASSING))
        return cls(*(tuple(name for name, role in rows if role in chosen) for chosen in wanted))


@dataclass(frozen=True)
class SwmmModel:
    """One model, ready to be written for any event.

    ``sections`` holds what does not depend on the event. ``elements`` maps each element (node, link,
    subcatchment) to its feature: columns element, model_id, role, layer, feature_id, community_id.
    ``areas`` are the subcatchments it was made from; ``storms`` the hyetographs it carries;
    ``groundwater_l_s`` what enters through the ground, by model id of the node; ``gutters`` what stands
    before its grates; ``tank_starts`` the states in which storms meet the tanks, none where they begin empty.
    ``outfall_levels`` are the levels over time outside outfalls, by model id; ``sections`` hold their first.
    ``carried`` is what is put back of SWMM models among the sources; ``sections`` hold what is of every event.
    ``clean_l_s`` is the steady flow that the layers give nodes of rain, by model id; ``by_role`` are the elements
    that are asked for by their role.
    """

    name: str
    scenario: str
    communities: tuple[str, ...]
    sections: Mapping[str, Sequence[Sequence[str]]]
    elements: pd.DataFrame
    areas: tuple[Subcatchment, ...]
    storms: tuple[Storm, ...]
    findings: tuple[Finding, ...]
    groundwater_l_s: Mapping[str, float] = field(default_factory=dict)
    gutters: tuple[Gutter, ...] = ()
    tank_starts: tuple[TankStart, ...] = ()
    outfall_levels: Mapping[str, LevelSeries] = field(default_factory=dict)
    clean_l_s: Mapping[str, float] = field(default_factory=dict)
    carried: CarriedPart = field(default_factory=CarriedPart)
    by_role: ByRole = field(default_factory=ByRole)

    def with_shared_texts(self) -> SwmmModel:
        """Return the model with equal texts in memory once: a county's models have few figures of their own."""
        sections = {name: [tuple(map(intern, row)) for row in rows] for name, rows in self.sections.items()}
        return replace(self, sections=sections)

    def text(self, event: Event) -> str:
        """The input file for one event. Same model and event, same bytes."""
        return next(self.texts((event,)))

    def texts(self, events: Iterable[Event]) -> Iterator[str]:
        """The input files for events, each when it is its turn.

        The sections that do not depend on the event are written once for all of them, and not kept: those of a
        county would fill the memory.
        """
        written = section_texts(self.sections)
        for event in events:
            yield joined_sections(self.texts_in(event, self.storms, written))

    def texts_in(self, event: Event, storms: Sequence[Storm], written: Mapping[str, str]) -> dict[str, str]:
        """Return the text of each section in an event, of a model that carries ``storms``.

        ``written`` are the texts of ``sections``.
        """
        return with_event(written, self.event_rows(self.as_run(event), storms))

    def event_rows(self, event: Event, storms: Sequence[Storm]) -> Mapping[str, Rows]:
        """Return the rows of the sections that depend on the event, as the model is run through it."""
        by_role = self.by_role
        saved = [row[0] for row in self.sections["OUTFALLS"] if not row[0].startswith(";")]
        of_event = event_sections(
            event,
            storms,
            by_role.tanks,
            [*by_role.tank_flows, *(g.back for g in self.gutters), *by_role.passing],
            [row[0] for row in self.sections["DWF"]],
            self.groundwater_l_s,
            [*saved, *(g.model_id for g in self.gutters)],
            self.clean_l_s,
            drowned=self.is_drowned_in(event),
        )
        if has_level_series(event):
            of_event = with_level_series(of_event, self.sections["OUTFALLS"], self.outfall_levels)
        of_event = self.carried.in_event(of_event, storm=has_level_series(event))
        if (depth_mm := self._depth_mm(event, storms)) is None:
            return of_event
        standing = {n: m for start in self.tank_starts for n, m in start.depths_m(depth_mm).items()}
        return {**of_event, "STORAGE": storage_rows(self.sections["STORAGE"], standing)}

    def as_run(self, event: Event) -> Event:
        """The event as this model is run through it: drowned pipes take longer to fill with sewage."""
        return with_longer_warm_up(event) if self.is_drowned_in(event) else event

    def is_drowned_in(self, event: Event) -> bool:
        """True where water outside stands above the invert of an outfall at some time of an event."""
        outfalls = self.sections["OUTFALLS"]
        rises = has_level_series(event) and rises_above(outfalls, self.outfall_levels)
        return rises or bool(outside_levels_m(outfalls))

    def _depth_mm(self, event: Event, storms: Sequence[Storm]) -> float | None:
        """Depth of the (first) storm of an event in mm; None in dry weather, and without tanks to begin full."""
        fallen = event.rain.falls[0][1] if event.rain is not None else event.storm_id
        storm = next((s for s in storms if s.storm_id == fallen), None)
        return storm.depth_mm if storm is not None and self.tank_starts else None


def with_event(
    written: Mapping[str, str],
    of_event: Mapping[str, Rows],
    write: Callable[[Mapping[str, Rows]], dict[str, str]] = section_texts,
) -> dict[str, str]:
    """Return the texts of a model's sections with those of an event in their place.

    A section without rows in the event, such as INFLOWS under a storm, takes none from the model.
    """
    return {**{name: text for name, text in written.items() if name not in of_event}, **write(of_event)}


def build_model(
    system: DrainageSystem,
    settings: Settings,
    storms: Sequence[Storm],
    rain: LongRain | None = None,
    doubled: Collection[str] = (),
    parts: Parts = MADE_ANEW,
) -> SwmmModel:
    """Make the model of a drainage system.

    Storms meet the rain tanks as the days of the long ``rain`` leave them; without it they begin
    empty. Soil and bases begin as ready for rain as the project says, else wholly.

    Both pipe systems are in one model with all that connects them, so that water finds the cross-connections by
    itself.
    Rain carries the tracer RAIN and sewage the tracer SEWAGE, 100 mg/l each. ``doubled`` are inlets that have a
    second grate. ``parts`` keeps what several models of a system have in common; the findings of such a model are
    those of the making of its parts.
    """
    terrain, areas, findings = parts.part("areas", lambda: _areas(system, settings, parts))
    ids = parts.part("ids", lambda: model_ids(system.nodes["node_id"], "N_"))
    drained = parts.derived("drained", (areas,), lambda: frozenset(a.outlet_node for a in areas))
    laid, link_findings = parts.part("links", lambda: _laid(system, settings, ids, drained), drained)
    links = parts.part("pipes", lambda: laid.of(system), drained)
    flows, given, of_given = parts.part("sewage", lambda: _sewage(system, settings, parts))
    ground, sewersheds = parts.part(
        "infiltration",
        lambda: (
            groundwater_by_node_l_s(system, settings.infiltration),
            sewershed_by_node_m2(system, settings.infiltration),
        ),
    )
    fed = frozenset({*drained, *flows, *ground, *sewersheds, *given.clean_l_s})
    with_gutter = parts.part("grates", lambda: gutter_nodes(system, areas, links), drained)
    ponded_m2 = parts.part("ponded", lambda: ponded_areas_m2(system, settings, links, terrain))
    nodes = parts.part(
        "nodes",
        lambda: node_sections(system, settings, ids, links, fed, ponded_m2, with_gutter),
        fed,
        with_gutter,
    )
    gutters = parts.part(
        "gutters",
        lambda: gutter_part(system, settings, with_gutter, ids, ponded_m2, doubled),
        with_gutter,
        tuple(doubled),
    )
    chambers, flush = parts.part("flush", lambda: _flush(links, areas, ids, nodes), drained)
    runoff, runoff_elements = parts.part(
        "runoff",
        lambda: ground_sections(settings, areas, ids, flush, gutters, parts.part("rows of areas", KeptRows)),
        with_gutter,
        drained,
    )
    mapped, rows = parts.part(
        "map",
        lambda: (
            map_sections(system, areas, links, nodes, runoff_elements, flush, gutters),
            [*nodes.elements, *links.elements, *flush.elements, *gutters.elements, *runoff_elements],
        ),
        fed,
        with_gutter,
        tuple(runoff_elements),
    )
    elements, by_role = parts.derived(
        "elements", (rows,), lambda: (pd.DataFrame(rows, columns=ELEMENT_COLUMNS), ByRole.of(rows))
    )
    pieces: list[Mapping[str, Rows]] = [
        parts.part("general", lambda: general_sections(system, settings)),
        runoff,
        nodes.sections,
        parts.derived("rows of links", (links,), lambda: link_sections(links)),
        parts.part("rows of sewage", lambda: flow_sections(flows, sewersheds, ids, settings)),
        {"CURVES": nodes.curves},
        {"CURVES": links.structures.sections.get("CURVES", ())},
        mapped,
        flush.sections,
        gutters.sections,
    ]
    sections: dict[str, Rows] = {
        name: parts.derived(name, rows, partial(_joined, rows)) for name, rows in _by_section(pieces).items()
    }
    patterns = parts.part("patterns", lambda: patterns_of(system.nodes))
    carried = carried_part(system, ids, links.elements, sections, given.clean_l_s, patterns)
    sections = dict(carried.with_sections(sections))
    wetted = [sections.get(name, ()) for name in OF_STANDING_WATER]
    standing = parts.derived(
        "standing water",
        wetted,
        lambda: with_standing_water(dict(zip(OF_STANDING_WATER, wetted, strict=True))),
    )
    sections |= {name: standing[name] for name in FILLED if sections.get(name)}
    starts = parts.derived(
        "tank starts",
        (links.tanks, chambers, areas, flush, rain),
        lambda: tank_starts(links.tanks, chambers, areas, ids, flush, rain, settings, parts),
    )
    return SwmmModel(
        system.model,
        system.scenario,
        system.communities,
        sections,
        elements,
        areas,
        tuple(storms),
        (
            *findings,
            *link_findings,
            *nodes.findings,
            *of_given,
            *carried.findings,
            *_short_inlets(system, settings, areas, storms),
            *parts.part("bounds", lambda: _bounds(system, settings, areas)),
        ),
        {ids[n]: flow for n, flow in sorted(ground.items())},
        gutters.gutters,
        starts,
        {
            copy: series
            for outfall, series in sorted(system.outfall_levels.items())
            for copy in links.outfall_copies.get(outfall, (ids[outfall],))
        },
        {ids[n]: flow for n, flow in sorted(given.clean_l_s.items())},
        carried,
        by_role,
    )


def _areas(
    system: DrainageSystem, settings: Settings, parts: Parts
) -> tuple[Terrain | None, tuple[Subcatchment, ...], tuple[Finding, ...]]:
    """The terrain of a system, if it has any, and its subcatchments with what was found."""
    ponding = settings.ponding
    piece = parts.part("terrain", lambda: piece_of(system, ponding.search_radius_m + 5))
    terrain = Terrain(piece.elevation_m, piece.transform) if piece is not None else None
    areas, findings = subcatchments(
        system, settings.surfaces, terrain, lambda: ground_of(system, ponding, LAKE_CELL_M), parts
    )
    return terrain, areas, findings


def _laid(
    system: DrainageSystem, settings: Settings, ids: Mapping[str, str], drained: frozenset[str]
) -> tuple[LaidLinks, tuple[Finding, ...]]:
    links, findings = links_of(system, settings, ids, drained)
    return LaidLinks(links, system.pipes), findings


def _sewage(
    system: DrainageSystem, settings: Settings, parts: Parts
) -> tuple[Mapping[str, float], GivenInflows, tuple[Finding, ...]]:
    """Mean sewage by node id in l/s, with that which the layers give nodes; these flows; what was found."""
    entering = parts.part("sources", lambda: sources(system))
    own = settings.sewage
    shares = parts.part(
        "sewage shares",
        lambda: sewage_shares(system.buildings, entering, own),
        own.residents_per_household,
        tuple(sorted((str(part), share) for part, share in own.shares.items())),
    )
    flows = flows_by_node_l_s(shares, own)
    if not parts.part("given", lambda: bool((system.nodes["inflow_l_s"] > 0).any())):
        return flows, GivenInflows(), ()
    given, findings = given_inflows(system, flows)
    for node, flow in given.sewage_l_s.items():
        flows[node] = flows.get(node, 0.0) + flow
    return flows, given, findings


def _flush(
    links: Links, areas: Sequence[Subcatchment], ids: Mapping[str, str], nodes: NodePart
) -> tuple[tuple[FlushChamber, ...], FlushPart]:
    chambers = flush_chambers(links.tanks, areas)
    return chambers, flush_part(chambers, ids, links.let_off, nodes.places)


def _by_section(pieces: Sequence[Mapping[str, Rows]]) -> dict[str, list[Rows]]:
    """The rows of all pieces, by the section that they are of."""
    found: dict[str, list[Rows]] = {}
    for piece in pieces:
        for name, rows in piece.items():
            found.setdefault(name, []).append(rows)
    return found


def _short_inlets(
    system: DrainageSystem, settings: Settings, areas: Sequence[Subcatchment], storms: Sequence[Storm]
) -> tuple[Finding, ...]:
    """Inlets with more ground than they can take at the peak of the headline storm."""
    if not storms:
        return ()
    coefficients = runoff_coefficients(system.catalogue, settings.design.runoff_coefficients)
    grate = flat_grate(settings.ponding.inlet_capacity_l_s, settings.ponding.inlet_clogging_percent)
    headline = next((s for s in storms if s.storm_id == settings.headline_storm), storms[0])
    raised = raised_coefficients(coefficients, headline.return_period_a)
    return short_inlets(system, areas, headline, grate.capacity_l_s, raised)


def _bounds(system: DrainageSystem, settings: Settings, areas: Sequence[Subcatchment]) -> tuple[Finding, ...]:
    """Ground too large for the rational method, as the works leave it."""
    if system.scenario != settings.compared[1]:
        return ()
    return rational_findings(system, areas)


def _joined(pieces: Sequence[Rows]) -> Rows:
    """The rows of a section, whose pieces are never changed."""
    return pieces[0] if len(pieces) == 1 else [row for rows in pieces for row in rows]

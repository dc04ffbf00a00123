"""A SWMM model of a drainage system: the sections of its input file and which feature each element is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from sys import intern

import pandas as pd

from spongecalc.catalogue.structure_form import KINDS, PASSING
from spongecalc.ground.of_system import LAKE_CELL_M, ground_of, piece_of
from spongecalc.layers.finding import Finding
from spongecalc.layers.level_series import LevelSeries
from spongecalc.network.given_inflow import given_inflows
from spongecalc.network.infiltration import groundwater_by_node_l_s, sewershed_by_node_m2
from spongecalc.network.sewage_load import sewage_by_node_l_s
from spongecalc.network.sources import sources
from spongecalc.project.long_rain import LongRain
from spongecalc.project.settings import Settings
from spongecalc.rainfall.storm import Storm
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.grate import flat_grate
from spongecalc.surfaces.inlet_load import short_inlets
from spongecalc.surfaces.rational_bounds import rational_findings
from spongecalc.surfaces.rational_method import raised_coefficients, runoff_coefficients
from spongecalc.surfaces.subcatchment import Subcatchment
from spongecalc.surfaces.subcatchments import subcatchments
from spongecalc.surfaces.terrain import Terrain
from spongecalc.swmm.carried_sections import CarriedPart, carried_part
from spongecalc.swmm.event import Event, event_sections, with_longer_warm_up
from spongecalc.swmm.first_flush import FlushChamber, FlushPart, flush_chambers, flush_part
from spongecalc.swmm.ground_state import READY, stated
from spongecalc.swmm.gutter import Gutter
from spongecalc.swmm.gutters import GUTTER, INTAKE, GutterPart, gutter_nodes, gutter_part
from spongecalc.swmm.identifiers import model_ids, tag
from spongecalc.swmm.inflows import RAIN, SEWAGE, TRACER_MG_L, rdii_sections, tracer_rows
from spongecalc.swmm.inp_text import fixed, joined_sections, section_texts
from spongecalc.swmm.links import Links, link_sections, links_of
from spongecalc.swmm.nodes import NodePart, node_sections
from spongecalc.swmm.outfall_levels import has_level_series, rises_above, with_level_series
from spongecalc.swmm.runoff import map_sections, runoff_sections
from spongecalc.swmm.standing_water import outside_levels_m, with_standing_water
from spongecalc.swmm.storage_nodes import ROLES as STORAGE_ROLES
from spongecalc.swmm.tank import Tank
from spongecalc.swmm.tank_start import TankStart, states_by_day, storage_rows

ELEMENT_COLUMNS = ["element", "model_id", "role", "layer", "feature_id", "community_id"]
PATTERN = "HOURLY_SEWAGE"
# Links whose flow the runoff of a community is reckoned from.
TANK_FLOWS = ("tank_overflow", "tank_filling")
# Links of the layers, any of which may lie between the systems of rain and sewage.
BETWEEN = ("pipe", "lead", "tank_overflow", "basin_throttle", "basin_overflow", *KINDS)
# Nodes at which water stands on the ground: what came up there, and before grates what they do not take.
FLOODING = ("junction", "basin", *STORAGE_ROLES, GUTTER)
# Nodes out of which the pipes' water comes up.
COMES_UP = ("junction", "basin", *STORAGE_ROLES, INTAKE)


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
    ``clean_l_s`` is the steady flow that the layers give nodes of rain, by model id.
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

    def text(self, event: Event) -> str:
        """The input file for one event. Same model and event, same bytes."""
        return next(self.texts((event,)))

    def texts(self, events: Iterable[Event]) -> Iterator[str]:
        """The input files for events, each when it is its turn.

        The sections that do not depend on the event are written once for all of them, and not kept: those of a
        county would fill the memory.
        """
        tanks, overflows = self._tanks
        sewage = [row[0] for row in self.sections["DWF"]]
        saved = [row[0] for row in self.sections["OUTFALLS"] if not row[0].startswith(";")]
        saved += [g.model_id for g in self.gutters]
        passing = self.elements.loc[self.elements["role"].isin(PASSING), "model_id"]
        flows = [*overflows, *(g.back for g in self.gutters), *passing]
        written = section_texts(self.sections)
        for event in map(self.as_run, events):
            drowned = self.is_drowned_in(event)
            of_event = event_sections(
                event,
                self.storms,
                tanks,
                flows,
                sewage,
                self.groundwater_l_s,
                saved,
                self.clean_l_s,
                drowned=drowned,
            )
            if has_level_series(event):
                of_event = with_level_series(of_event, self.sections["OUTFALLS"], self.outfall_levels)
            of_event = self.carried.in_event(of_event, storm=has_level_series(event))
            if (depth_mm := self._depth_mm(event)) is not None:
                standing = {n: m for start in self.tank_starts for n, m in start.depths_m(depth_mm).items()}
                of_event = {**of_event, "STORAGE": storage_rows(self.sections["STORAGE"], standing)}
            # A section without rows in the event, such as INFLOWS under a storm, takes none from the model.
            of_model = {name: text for name, text in written.items() if name not in of_event}
            yield joined_sections({**of_model, **section_texts(of_event)})

    def as_run(self, event: Event) -> Event:
        """The event as this model is run through it: drowned pipes take longer to fill with sewage."""
        return with_longer_warm_up(event) if self.is_drowned_in(event) else event

    def is_drowned_in(self, event: Event) -> bool:
        """True where water outside stands above the invert of an outfall at some time of an event."""
        outfalls = self.sections["OUTFALLS"]
        rises = has_level_series(event) and rises_above(outfalls, self.outfall_levels)
        return rises or bool(outside_levels_m(outfalls))

    def _depth_mm(self, event: Event) -> float | None:
        """Depth of the (first) storm of an event in mm; None in dry weather, and without tanks to begin full."""
        fallen = event.rain.falls[0][1] if event.rain is not None else event.storm_id
        storm = next((s for s in self.storms if s.storm_id == fallen), None)
        return storm.depth_mm if storm is not None and self.tank_starts else None

    @cached_property
    def _tanks(self) -> tuple[list[str], list[str]]:
        """Model ids of the tanks, and of their overflows and what fills them."""
        roles = self.elements["role"]
        tanks, flows = (
            self.elements.loc[roles.isin(chosen), "model_id"].tolist() for chosen in (("tank",), TANK_FLOWS)
        )
        return tanks, flows


def build_model(
    system: DrainageSystem,
    settings: Settings,
    storms: Sequence[Storm],
    rain: LongRain | None = None,
    doubled: Collection[str] = (),
) -> SwmmModel:
    """Make the model of a drainage system.

    Storms meet the rain tanks as the days of the long ``rain`` leave them; without it they begin
    empty. Soil and bases begin as ready for rain as the project says, else wholly.

    Both pipe systems are in one model with all that connects them, so that water finds the cross-connections by
    itself.
    Rain carries the tracer RAIN and sewage the tracer SEWAGE, 100 mg/l each. ``doubled`` are inlets that have a
    second grate.
    """
    piece = piece_of(system, settings.ponding.search_radius_m + 5)
    terrain = Terrain(piece.elevation_m, piece.transform) if piece is not None else None
    areas, findings = subcatchments(
        system, settings.surfaces, terrain, lambda: ground_of(system, settings.ponding, LAKE_CELL_M)
    )
    ids = model_ids(system.nodes["node_id"], "N_")
    links, link_findings = links_of(system, settings, ids, {a.outlet_node for a in areas})
    flows = sewage_by_node_l_s(system.buildings, sources(system), settings.sewage)
    given, of_given = given_inflows(system, flows)
    for node, flow in given.sewage_l_s.items():
        flows[node] = flows.get(node, 0.0) + flow
    ground = groundwater_by_node_l_s(system, settings.infiltration)
    sewersheds = sewershed_by_node_m2(system, settings.infiltration)
    fed = {a.outlet_node for a in areas} | set(flows) | set(ground) | set(sewersheds) | set(given.clean_l_s)
    with_gutter = gutter_nodes(system, areas, links)
    nodes = node_sections(system, settings, ids, links, fed, terrain, with_gutter)
    gutters = gutter_part(system, settings, with_gutter, ids, nodes.ponded_m2, doubled)
    chambers = flush_chambers(links.tanks, areas)
    flush = flush_part(chambers, ids, links.let_off, nodes.places)
    outlets = {**ids, **flush.inlets, **{gutter: gutter for gutter in gutters.drains.values()}}
    states = [stated(READY, settings.sponge, len(a.units)) for a in areas]
    runoff, runoff_elements = runoff_sections(gutters.areas(areas), outlets, settings.surfaces, states)
    sections: dict[str, Sequence[Sequence[str]]] = {
        "TITLE": _title(system),
        "EVAPORATION": [("CONSTANT", "0.0"), ("DRY_ONLY", "NO")],
        **runoff,
        **nodes.sections,
        **link_sections(links),
        "POLLUTANTS": [
            _tracer(RAIN, TRACER_MG_L, 0.0),
            _tracer(SEWAGE, 0.0, TRACER_MG_L),
            *tracer_rows(settings.infiltration),
        ],
        "DWF": [(ids[node], "FLOW", fixed(flow, 6), PATTERN) for node, flow in sorted(flows.items()) if flow > 0],
        **rdii_sections({ids[n]: m2 for n, m2 in sorted(sewersheds.items())}, settings.infiltration),
        "PATTERNS": _pattern_rows(settings.sewage.pattern),
        "CURVES": [*nodes.curves, *links.structures.sections.get("CURVES", [])],
        "CONTROLS": [],
        **map_sections(system, areas, links, nodes, runoff_elements, flush, gutters),
    }
    for part in (flush.sections, gutters.sections):
        for name, rows in part.items():
            sections[name] = [*sections[name], *rows]
    carried = carried_part(system, ids, links.elements, sections, given.clean_l_s)
    sections = carried.with_sections(sections)
    return SwmmModel(
        system.model,
        system.scenario,
        system.communities,
        _shared(with_standing_water(sections)),
        _elements(nodes, links, flush, gutters, runoff_elements),
        areas,
        tuple(storms),
        (
            *findings,
            *link_findings,
            *nodes.findings,
            *of_given,
            *carried.findings,
            *_short_inlets(system, settings, areas, storms),
            *_bounds(system, settings, areas),
        ),
        {ids[n]: flow for n, flow in sorted(ground.items())},
        gutters.gutters,
        _tank_starts(links.tanks, chambers, areas, ids, flush, rain, settings) if rain is not None else (),
        {
            copy: series
            for outfall, series in sorted(system.outfall_levels.items())
            for copy in links.outfall_copies.get(outfall, (ids[outfall],))
        },
        {ids[n]: flow for n, flow in sorted(given.clean_l_s.items())},
        carried,
    )


def _tank_starts(
    tanks: Sequence[Tank],
    chambers: Sequence[FlushChamber],
    areas: Sequence[Subcatchment],
    ids: Mapping[str, str],
    flush: FlushPart,
    rain: LongRain,
    settings: Settings,
) -> tuple[TankStart, ...]:
    chamber_of = {c.tank.facility_id: c for c in chambers}
    return tuple(
        TankStart(
            t,
            ids[t.node_id],
            chamber_of.get(t.facility_id),
            flush.inlets.get(t.node_id, ""),
            rain.daily_mm,
            states_by_day(t, tanks, areas, rain.daily_mm, settings.catalogue, settings.sponge),
        )
        for t in tanks
    )


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


def _shared(sections: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, list[tuple[str, ...]]]:
    """The sections with equal texts in memory once: a county's models are mostly the same few figures."""
    return {
        name: [tuple(intern(word) if type(word) is str else word for word in row) for row in rows]
        for name, rows in sections.items()
    }


def _title(system: DrainageSystem) -> list[tuple[str, ...]]:
    """Title of the model with the names of its communities; SWMM keeps three lines and reads no long ones."""
    names = [
        f"{row.community_id} {row.name or ''}".replace("\n", " ").strip()[:60]
        for row in system.boundaries.sort_values("community_id").itertuples()
    ]
    return [(f"spongecalc {system.model} {system.scenario}"[:200],), *((tag(name),) for name in names[:2])]


def _tracer(name: str, in_rain_mg_l: float, in_sewage_mg_l: float) -> tuple[str, ...]:
    rain, sewage = fixed(in_rain_mg_l, 1), fixed(in_sewage_mg_l, 1)
    return (name, "MG/L", rain, "0.0", "0.0", "0.0", "NO", "*", "0.0", sewage, "0.0")


def _pattern_rows(multipliers: Sequence[float]) -> list[tuple[str, ...]]:
    """The 24 hourly multipliers, six a line as SWMM's interface writes them."""
    rows = []
    for start in range(0, 24, 6):
        kind = "HOURLY" if start == 0 else ""
        rows.append((PATTERN, kind, *(fixed(m, 4) for m in multipliers[start : start + 6])))
    return rows


def _elements(
    nodes: NodePart, links: Links, flush: FlushPart, gutters: GutterPart, runoff: list[tuple[str, ...]]
) -> pd.DataFrame:
    rows = [*nodes.elements, *links.elements, *flush.elements, *gutters.elements, *runoff]
    return pd.DataFrame(rows, columns=ELEMENT_COLUMNS)

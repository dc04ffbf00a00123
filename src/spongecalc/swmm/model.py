"""A SWMM model of a drainage system: the sections of its input file and which feature each element is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from sys import intern

import pandas as pd

from spongecalc.ground.of_system import LAKE_CELL_M, ground_of
from spongecalc.layers.finding import Finding
from spongecalc.network.infiltration import groundwater_by_node_l_s, sewershed_by_node_m2
from spongecalc.network.sewage_load import sewage_by_node_l_s
from spongecalc.network.sources import sources
from spongecalc.project.settings import Settings
from spongecalc.rainfall.storm import Storm
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.subcatchment import Subcatchment
from spongecalc.surfaces.subcatchments import subcatchments
from spongecalc.surfaces.terrain import read_terrain
from spongecalc.swmm.event import Event, event_sections
from spongecalc.swmm.first_flush import FlushPart, flush_chambers, flush_part
from spongecalc.swmm.identifiers import model_ids, tag
from spongecalc.swmm.inflows import RAIN, SEWAGE, TRACER_MG_L, rdii_sections, tracer_rows
from spongecalc.swmm.inp_text import fixed, joined_sections, section_texts
from spongecalc.swmm.links import Links, link_sections, links_of
from spongecalc.swmm.nodes import NodePart, node_sections
from spongecalc.swmm.runoff import map_sections, runoff_sections

ELEMENT_COLUMNS = ["element", "model_id", "role", "layer", "feature_id", "community_id"]
PATTERN = "HOURLY_SEWAGE"
# Links whose flow the runoff of a community is reckoned from.
TANK_FLOWS = ("tank_overflow", "tank_filling")
# Links of the layers, any of which may lie between the systems of rain and sewage.
BETWEEN = ("pipe", "lead", "tank_overflow", "basin_throttle", "basin_overflow")
# Nodes whose water floods onto the ground.
FLOODING = ("junction", "basin")


@dataclass(frozen=True)
class SwmmModel:
    """One model, ready to be written for any event.

    ``sections`` holds what does not depend on the event. ``elements`` maps each element (node, link,
    subcatchment) to its feature: columns element, model_id, role, layer, feature_id, community_id.
    ``areas`` are the subcatchments it was made from; ``storms`` the hyetographs it carries;
    ``groundwater_l_s`` what enters through the ground, by model id of the node.
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
        outfalls = [row[0] for row in self.sections["OUTFALLS"] if not row[0].startswith(";")]
        written = section_texts(self.sections)
        for event in events:
            of_event = event_sections(
                event, self.storms, tanks, overflows, sewage, self.groundwater_l_s, outfalls
            )
            # A section without rows in the event, such as INFLOWS under a storm, takes none from the model.
            of_model = {name: text for name, text in written.items() if name not in of_event}
            yield joined_sections({**of_model, **section_texts(of_event)})

    @cached_property
    def _tanks(self) -> tuple[list[str], list[str]]:
        """Model ids of the tanks, and of their overflows and what fills them."""
        roles = self.elements["role"]
        tanks, flows = (
            self.elements.loc[roles.isin(chosen), "model_id"].tolist() for chosen in (("tank",), TANK_FLOWS)
        )
        return tanks, flows


def build_model(system: DrainageSystem, settings: Settings, storms: Sequence[Storm]) -> SwmmModel:
    """Make the model of a drainage system.

    Both pipe systems are in one model with all that connects them, so that water finds the cross-connections by
    itself.
    Rain carries the tracer RAIN and sewage the tracer SEWAGE, 100 mg/l each.
    """
    bounds = tuple(system.boundaries.total_bounds)
    terrain = read_terrain(system.dem, bounds, settings.ponding.search_radius_m + 5)
    areas, findings = subcatchments(
        system, settings.surfaces, terrain, lambda: ground_of(system, settings.ponding, LAKE_CELL_M)
    )
    ids = model_ids(system.nodes["node_id"], "N_")
    links, link_findings = links_of(system, settings, ids)
    flows = sewage_by_node_l_s(system.buildings, sources(system), settings.sewage)
    ground = groundwater_by_node_l_s(system, settings.infiltration)
    sewersheds = sewershed_by_node_m2(system, settings.infiltration)
    fed = {a.outlet_node for a in areas} | set(flows) | set(ground) | set(sewersheds)
    nodes = node_sections(system, settings, ids, links, fed, terrain)
    flush = flush_part(flush_chambers(links.tanks, areas), ids, nodes.places)
    runoff, runoff_elements = runoff_sections(areas, {**ids, **flush.inlets}, settings.surfaces)
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
        "CURVES": nodes.curves,
        "CONTROLS": [],
        **map_sections(system, areas, links, nodes, runoff_elements, flush),
    }
    for name, rows in flush.sections.items():
        sections[name] = [*sections[name], *rows]
    return SwmmModel(
        system.model,
        system.scenario,
        system.communities,
        _shared(sections),
        _elements(nodes, links, flush, runoff_elements),
        areas,
        tuple(storms),
        (*findings, *link_findings, *nodes.findings),
        {ids[n]: flow for n, flow in sorted(ground.items())},
    )


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


def _elements(nodes: NodePart, links: Links, flush: FlushPart, runoff: list[tuple[str, ...]]) -> pd.DataFrame:
    rows = [*nodes.elements, *links.elements, *flush.elements, *runoff]
    return pd.DataFrame(rows, columns=ELEMENT_COLUMNS)

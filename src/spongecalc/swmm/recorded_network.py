"""The network of a drainage system as its layers record it: nothing lengthened, cut, sealed or assumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spongecalc.network.given_inflow import given_inflows
from spongecalc.project.settings import Settings
from spongecalc.scenario import DrainageSystem
from spongecalc.swmm.identifiers import model_ids
from spongecalc.swmm.inp_text import fixed
from spongecalc.swmm.links import link_sections, links_of
from spongecalc.swmm.nodes import node_sections, ponded_areas_m2

Rows = list[tuple[str, ...]]


@dataclass(frozen=True)
class RecordedNetwork:
    """Sections of the network, in m and l/s with offsets as elevations.

    ``nodes`` and ``links`` are model ids by the features' own.
    """

    sections: Mapping[str, Rows]
    nodes: Mapping[str, str]
    links: Mapping[str, str]


def recorded_network(system: DrainageSystem, settings: Settings) -> RecordedNetwork:
    """Return what the layers of a system say of its network, in SWMM's sections.

    The same links and nodes as in any model of the product, but for what that adds for an engine's or a survey's
    sake: short conduits stay short, sections above a rim whole, wells and fittings open, no gutters stand before
    inlets, and ponded areas are those recorded.

    Parameters
    ----------
    system
        The drainage system; its facilities and buildings are not part of the network.
    settings
        The project's.
    """
    ids = model_ids(system.nodes["node_id"], "N_")
    links, _ = links_of(system, settings, ids, (), as_recorded=True)
    nodes = node_sections(system, settings, ids, links, (), ponded_areas_m2(system, settings, links, None))
    given, _ = given_inflows(system, {})
    flows = {**given.sewage_l_s, **given.clean_l_s}
    sections: dict[str, Rows] = {
        **nodes.sections,
        **link_sections(links),
        "CURVES": [*nodes.curves, *links.structures.sections.get("CURVES", [])],
        "DWF": [(ids[node], "FLOW", fixed(flow, 6)) for node, flow in sorted(flows.items())],
    }
    elements = links.elements
    return RecordedNetwork(sections, ids, {e[4]: e[1] for e in elements})

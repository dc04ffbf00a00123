"""Check that laterals join what exists, and that every household's sewage has a way into the network."""

from __future__ import annotations

from collections.abc import Iterator

from spongecalc.layers.finding import Finding, finding_at
from spongecalc.network.sources import sources
from spongecalc.scenario import DrainageSystem


def check_laterals(system: DrainageSystem) -> Iterator[Finding]:
    """Findings about laterals and about buildings whose sewage enters nowhere, in one scenario."""
    scenario = system.scenario
    served = {s.building_id for s in sources(system) if s.water == "sewage"}
    for row in system.buildings.itertuples() if len(system.buildings) else ():
        if row.building_id not in served:
            yield finding_at("building.no_sewage_way", "buildings", row, scenario=scenario)
    nodes = set(system.nodes["node_id"])
    known = set(system.buildings["building_id"]) | nodes
    surfaces = set(system.surfaces["surface_id"])
    for row in system.connections.itertuples() if len(system.connections) else ():
        starts = known | surfaces if row.kind == "underdrain" else known
        if row.source is not None and row.source not in starts:
            yield finding_at(
                "connection.unknown_source",
                "connections",
                row,
                source=row.source,
                scenario=scenario,
            )
        if row.to_node is not None and row.to_node not in nodes:
            yield finding_at(
                "connection.node_not_in_scenario",
                "connections",
                row,
                node=row.to_node,
                scenario=scenario,
            )

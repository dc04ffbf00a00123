"""Check that every part of the network that receives water leads to an outfall."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import networkx as nx
import pandas as pd

from spongecalc.catalogue.structure_form import PUMP
from spongecalc.layers.finding import Finding, finding_at
from spongecalc.network.graph import drainage_graph
from spongecalc.network.sources import sources
from spongecalc.scenario import DrainageSystem


def check_connectivity(system: DrainageSystem) -> tuple[Finding, ...]:
    """Findings about communities without an outfall, and about sources whose water reaches none."""
    graph = drainage_graph(system)
    outfalls = {n for n, d in graph.nodes(data=True) if d["kind"] == "outfall"}
    findings: list[Finding] = []
    scenario = system.scenario
    if not outfalls or system.pipes.empty:
        for row in system.boundaries.itertuples():
            rule = "community.no_network" if outfalls or not len(graph) else "community.no_outfall"
            findings.append(finding_at(rule, "communities", row, scenario=scenario))
        return tuple(findings)
    pipes = system.pipes
    present = set(graph)
    loose = _absent(pipes["from_node"], present) | _absent(pipes["to_node"], present)
    for row in pipes[loose].itertuples() if loose.any() else ():
        for node in (row.from_node, row.to_node):
            if node is not None and node not in graph:
                findings.append(
                    finding_at("pipe.node_not_in_scenario", "pipes", row, node=node, scenario=scenario)
                )
    leading_on = {n for n in outfalls if graph.out_degree(n)}
    for row in _rows_of(system.nodes, "node_id", leading_on):
        findings.append(finding_at("outfall.leads_on", "nodes", row, scenario=scenario))
    reaching = _leading_to(graph, outfalls)
    every_source = sources(system)
    stranded = {s.node_id for s in every_source} - reaching
    rows = {r.node_id: r for r in _rows_of(system.nodes, "node_id", stranded)}
    findings.extend(
        finding_at("node.reaches_no_outfall", "nodes", rows[node], scenario=scenario) for node in sorted(stranded)
    )
    findings.extend(_wells_without_pump(system))
    # Roofs with downpipes feed a community's pipes, too; its ground needs inlets.
    with_inlets = set(system.nodes.loc[system.nodes["kind"] == "inlet", "community_id"])
    without = set(system.boundaries["community_id"]) - with_inlets
    for row in _rows_of(system.boundaries, "community_id", without):
        findings.append(finding_at("community.no_inlet", "communities", row, scenario=scenario))
    return tuple(findings)


def _wells_without_pump(system: DrainageSystem) -> Iterator[Finding]:
    """Wet wells from which no pump leads in the scenario: its pump is removed, or not laid yet."""
    wells = system.nodes[system.nodes["kind"] == "pump"]
    if wells.empty:
        return
    pumps = system.structures
    pumped = set() if pumps.empty else set(pumps.loc[pumps["kind"] == PUMP, "from_node"])
    for row in wells[~wells["node_id"].isin(pumped)].itertuples():
        yield finding_at("well.no_pump", "nodes", row, scenario=system.scenario)


def check_not_drained(system: DrainageSystem) -> tuple[Finding, ...]:
    """Findings about communities that get their network in a later scenario only."""
    rows = system.boundaries.itertuples()
    return tuple(finding_at("community.not_drained", "communities", r, scenario=system.scenario) for r in rows)


def _rows_of(frame: pd.DataFrame, column: str, wanted: set[str]) -> Iterator[Any]:
    """The rows whose id is wanted: most often none, of which no tuple is made."""
    if wanted:
        yield from frame[frame[column].isin(wanted)].itertuples()


def _absent(ids: pd.Series, present: set[str]) -> pd.Series:
    """True for ids that name no node of the scenario."""
    return ids.notna() & ~ids.isin(present)


def _leading_to(graph: nx.MultiDiGraph, outfalls: set[str]) -> set[str]:
    """The outfalls and every node from which one of them is reached."""
    reaching, waiting = set(outfalls), list(outfalls)
    while waiting:
        for upper in graph.predecessors(waiting.pop()):
            if upper not in reaching:
                reaching.add(upper)
                waiting.append(upper)
    return reaching

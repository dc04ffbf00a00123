"""Check that every part of the network that receives water leads to an outfall."""

from __future__ import annotations

import networkx as nx
import pandas as pd

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
    for row in pipes[_absent(pipes["from_node"], present) | _absent(pipes["to_node"], present)].itertuples():
        for node in (row.from_node, row.to_node):
            if node is not None and node not in graph:
                findings.append(
                    finding_at("pipe.node_not_in_scenario", "pipes", row, node=node, scenario=scenario)
                )
    for row in system.nodes[system.nodes["kind"] == "outfall"].itertuples():
        if graph.out_degree(row.node_id):
            findings.append(finding_at("outfall.leads_on", "nodes", row, scenario=scenario))
    reaching = _leading_to(graph, outfalls)
    every_source = sources(system)
    stranded = {s.node_id for s in every_source} - reaching
    rows = {r.node_id: r for r in system.nodes[system.nodes["node_id"].isin(stranded)].itertuples()}
    findings.extend(
        finding_at("node.reaches_no_outfall", "nodes", rows[node], scenario=scenario) for node in sorted(stranded)
    )
    # Roofs with downpipes feed a community's pipes, too; its ground needs inlets.
    with_inlets = set(system.nodes.loc[system.nodes["kind"] == "inlet", "community_id"])
    for row in system.boundaries.itertuples():
        if row.community_id not in with_inlets:
            findings.append(finding_at("community.no_inlet", "communities", row, scenario=scenario))
    return tuple(findings)


def check_not_drained(system: DrainageSystem) -> tuple[Finding, ...]:
    """Findings about communities that get their network in a later scenario only."""
    rows = system.boundaries.itertuples()
    return tuple(finding_at("community.not_drained", "communities", r, scenario=system.scenario) for r in rows)


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

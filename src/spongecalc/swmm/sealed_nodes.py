"""Nodes of rising mains: closed fittings between pressure pipes, out of which no water comes."""

from __future__ import annotations

import numpy as np

from spongecalc.catalogue.structure_form import PUMP
from spongecalc.network.sources import sources
from spongecalc.scenario import DrainageSystem


def sealed_nodes(system: DrainageSystem) -> frozenset[str]:
    """Return the ids of nodes at which only pressure pipes and pumps' outlets meet.

    The pressure behind a pump stands above the ground there: with an open rim the model would let the water out.
    A node where something else joins, or where water enters, is open.
    """
    pipes = system.pipes
    pressed = pipes["hazen_williams"].notna().to_numpy() if len(pipes) else np.zeros(0, dtype=bool)
    if not pressed.any():
        return frozenset()
    ends = [set(pipes[column][pressed]) for column in ("from_node", "to_node")]
    closed = ends[0] | ends[1]
    for column in ("from_node", "to_node"):
        closed -= set(pipes[column][~pressed])
    closed -= set(system.connections["source"]) | set(system.connections["to_node"])
    closed -= {s.node_id for s in sources(system)}
    closed -= set(system.facilities["from_node"]) | set(system.facilities["overflow_to"])
    if not system.structures.empty:
        pumps = system.structures["kind"] == PUMP
        closed -= set(system.structures["from_node"]) | set(system.structures["to_node"][~pumps])
    given = system.nodes[(system.nodes["kind"] == "outfall") | system.nodes["surcharge_m"].notna()]
    return frozenset(closed - set(given["node_id"]))

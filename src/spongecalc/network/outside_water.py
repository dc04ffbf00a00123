"""Water outside an outfall that stands higher than the street inside."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from typing import Any

from spongecalc.layers.finding import Finding, finding_at
from spongecalc.scenario import DrainageSystem

# What a survey cannot tell apart.
LEAST_M = 0.005


def check_outside_water(system: DrainageSystem) -> Iterator[Finding]:
    """A finding for each outfall whose water outside comes up at a manhole: the lowest that it reaches.

    Water outside goes back up a pipe whose ends both lie below its level, on to the next. Such a street is under
    water in dry weather too: what is worked out then is a flood, not a sewer.
    """
    nodes = {row.node_id: row for row in system.nodes.itertuples()}
    beside: dict[str, list[tuple[str, float]]] = {}
    for pipe in system.pipes.itertuples():
        highest_m = max(pipe.invert_up_m, pipe.invert_down_m)
        beside.setdefault(pipe.from_node, []).append((pipe.to_node, highest_m))
        beside.setdefault(pipe.to_node, []).append((pipe.from_node, highest_m))
    for name in sorted(nodes):
        outfall = nodes[name]
        level_m = float(outfall.outfall_level_m)
        if outfall.kind != "outfall" or math.isnan(level_m):
            continue
        reached = [nodes[n] for n in _reached(name, level_m, beside) if n in nodes]
        under = [n for n in reached if n.kind != "outfall" and level_m - n.ground_m > LEAST_M]
        if under:
            lowest: Any = min(under, key=lambda n: (n.ground_m, n.node_id))
            yield finding_at(
                "outfall.level_above_rim",
                "nodes",
                outfall,
                level=f"{level_m:.2f}",
                over=f"{level_m - lowest.ground_m:.2f}",
                node=lowest.node_id,
                rim=f"{lowest.ground_m:.2f}",
                count=len(under),
                scenario=system.scenario,
            )


def _reached(start: str, level_m: float, beside: dict[str, list[tuple[str, float]]]) -> set[str]:
    """The nodes that water at a level reaches from one of them."""
    reached, queue = {start}, deque([start])
    while queue:
        for other, highest_m in beside.get(queue.popleft(), ()):
            if other not in reached and highest_m < level_m:
                reached.add(other)
                queue.append(other)
    return reached

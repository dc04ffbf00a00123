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
    water in dry weather too: what is worked out then is a flood, not a sewer. Under a level over time that is so
    where its first stands so high; where only its highest does, the street is under water for a time.
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
        under = _under(level_m, name, nodes, beside)
        if under:
            words = _words(level_m, under, system.scenario)
            yield finding_at("outfall.level_above_rim", "nodes", outfall, **words)
        series = system.outfall_levels.get(name)
        if series is None or under:
            continue
        under = _under(series.highest_m, name, nodes, beside)
        if under:
            words = _words(series.highest_m, under, system.scenario)
            hour = f"{series.highest_h:g}"
            yield finding_at("outfall.series_above_rim", "nodes", outfall, file=series.file, hour=hour, **words)


def _under(
    level_m: float, outfall: str, nodes: dict[str, Any], beside: dict[str, list[tuple[str, float]]]
) -> list[Any]:
    """The manholes under water of a level that an outfall lets in."""
    reached = [nodes[n] for n in _reached(outfall, level_m, beside) if n in nodes]
    return [n for n in reached if n.kind != "outfall" and level_m - n.ground_m > LEAST_M]


def _words(level_m: float, under: list[Any], scenario: str) -> dict[str, object]:
    lowest: Any = min(under, key=lambda n: (n.ground_m, n.node_id))
    return {
        "level": f"{level_m:.2f}",
        "over": f"{level_m - lowest.ground_m:.2f}",
        "node": lowest.node_id,
        "rim": f"{lowest.ground_m:.2f}",
        "count": len(under),
        "scenario": scenario,
    }


def _reached(start: str, level_m: float, beside: dict[str, list[tuple[str, float]]]) -> set[str]:
    """The nodes that water at a level reaches from one of them."""
    reached, queue = {start}, deque([start])
    while queue:
        for other, highest_m in beside.get(queue.popleft(), ()):
            if other not in reached and highest_m < level_m:
                reached.add(other)
                queue.append(other)
    return reached

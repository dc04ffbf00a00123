"""Suggest the next size, or the least slope, for pipes that fail; re-checked down to the outfall."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.design.check import FAIL, Check, Limit
from spongecalc.design.circular_pipe import (
    full_flow_l_s,
    full_velocity_m_s,
    fullness_of,
    slope_for,
    slope_for_speed,
    velocity_ratio,
)
from spongecalc.design.cover import check_cover
from spongecalc.design.hydraulics import check_hydraulics, pipe_hydraulics
from spongecalc.design.limits import Limits
from spongecalc.design.manholes import check_manholes, least_below_mm
from spongecalc.design.network import DesignNetwork, with_hydraulics
from spongecalc.design.sizes import check_sizes, size_kind
from spongecalc.standards.provenance import decides

SUGGESTION_COLUMNS = [
    "community_id",
    "pipe_id",
    "system",
    "option",
    "problems",
    "diameter_mm",
    "suggested_diameter_mm",
    "slope",
    "suggested_slope",
    "lowered_m",
    "outfall_lowered_m",
    "because_of",
    "recheck",
    "recheck_fails",
]
BY_SIZE = ("capacity", "max_fullness", "min_diameter", "diameter_shrink")
BY_SLOPE = ("capacity", "max_fullness", "min_slope", "min_velocity")
# Enough rounds for every pipe of a chain to grow through every size; each round only grows pipes.
MOST_ROUNDS = 60

Flows = Callable[[DesignNetwork], pd.DataFrame]


@dataclass(frozen=True)
class _Recheck:
    """The means to check a changed network again, and the checks that each pipe failed ``before``."""

    flows_of: Flows
    limits: Limits
    period: Limit
    network: str
    carriageway: Sequence[str]
    before: Mapping[str, set[str]]

    def failed(self, net: DesignNetwork) -> dict[str, set[str]]:
        """Names of the checks that each feature of a changed network fails."""
        found = pipe_hydraulics(net, self.flows_of(net))
        return _failed(
            [
                *check_hydraulics(net, found, self.limits, self.period, self.network),
                *check_sizes(net, self.limits, self.network),
                *check_manholes(net, self.limits, found),
                *check_cover(net, self.limits, self.carriageway),
            ]
        )


def _failed(checks: Sequence[Check]) -> dict[str, set[str]]:
    """Names of the checks that each new feature fails."""
    fails: dict[str, set[str]] = {}
    for check in checks:
        if check.verdict == FAIL and check.subject.status == "proposed":
            fails.setdefault(check.feature.feature_id, set()).add(check.check)
    return fails


def suggestions(
    net: DesignNetwork,
    checks: Sequence[Check],
    flows_of: Flows,
    limits: Limits,
    period: Limit,
    network: str,
    carriageway: Sequence[str],
) -> pd.DataFrame:
    """Rows of design_suggestions.csv for the new pipes of a network that fail.

    *size*: pipes that carry too little or are too small grow to the next trade size until all of them pass,
    and whatever lies below a pipe grows so that none shrinks downstream; flows are worked out again each
    time. *slope*: at its present size a pipe is given the least slope that passes, its lower end is lowered,
    and what lies below it is lowered with it as far as the drops in its manholes do not take it up. After
    either, the pipe and all that lies below it are checked again: ``recheck_fails`` names what then fails.
    """
    failing: dict[str, set[str]] = {}
    statuses = dict(zip(net.pipes["pipe_id"], net.pipes["status"], strict=True))
    for check in checks:
        pipe = (check.other if check.check == "diameter_shrink" else check.feature).feature_id
        if check.verdict == FAIL and check.feature.layer == "pipes" and statuses.get(pipe) == "proposed":
            failing.setdefault(pipe, set()).add(check.check)
    again = _Recheck(flows_of, limits, period, network, carriageway, _failed(checks))
    by_size = {p for p, found in failing.items() if found & set(BY_SIZE)}
    by_slope = {p for p, found in failing.items() if found & set(BY_SLOPE)}
    rows: list[dict[str, object]] = []
    if by_size:
        rows.extend(_sizes(net, failing, again))
    if by_slope:
        rows.extend(_slopes(net, {p: failing[p] for p in by_slope}, again))
    out = pd.DataFrame(rows, columns=SUGGESTION_COLUMNS)
    return out.sort_values(["community_id", "pipe_id", "option"], ignore_index=True)


def _with_sizes(net: DesignNetwork, sizes: Mapping[str, float]) -> DesignNetwork:
    pipes = net.pipes.assign(diameter_mm=net.pipes["pipe_id"].map(sizes))
    return replace(net, pipes=with_hydraulics(pipes, net.catalogue))


def grown_sizes(net: DesignNetwork, flows_of: Flows, limits: Limits, network: str) -> dict[str, float]:
    """Diameters in mm at which every new pipe passes for capacity, fullness, least size, and size downstream."""
    sizes = {p: float(d) for p, d in zip(net.pipes["pipe_id"], net.pipes["diameter_mm"], strict=True)}
    for _ in range(MOST_ROUNDS):
        now = _with_sizes(net, sizes)
        found = pipe_hydraulics(now, flows_of(now)).set_index("pipe_id")
        arriving: dict[tuple[str, str], list[Any]] = {}
        for row in now.pipes.itertuples():
            arriving.setdefault((row.to_node, row.system), []).append(row)
        grown = dict(sizes)
        for row in now.pipes.itertuples():
            size = sizes[row.pipe_id]
            if row.status != "proposed" or np.isnan(size) or np.isnan(row.diameter_m):
                continue
            kind = size_kind(row.system, size, net.catalogue.material(row.material), network)[0]
            least = limits.find("min_diameter", kind)
            above = arriving.get((row.from_node, row.system), ())
            wanted = max(
                least.value if decides(least.how_known) else 0.0,
                *(least_below_mm(net.catalogue, limits, a, row, sizes[a.pipe_id]) for a in above),
                0.0,
            )
            hydraulic = found.loc[row.pipe_id]
            if size < wanted:
                grown[row.pipe_id] = wanted
            elif not _carries(row, hydraulic, limits) and not np.isnan(net.catalogue.next_size_mm(size)):
                grown[row.pipe_id] = net.catalogue.next_size_mm(size)
        if grown == sizes:
            break
        sizes = grown
    return sizes


def _carries(row: Any, found: pd.Series, limits: Limits) -> bool:
    """True where a pipe carries its design flow, or where that cannot be worked out."""
    if np.isnan(found["full_flow_l_s"]) or found["design_flow_l_s"] <= 0 or found["in_loop"]:
        return True
    if row.system == "sewage":
        limit = limits.find("max_fullness", "sewage", row.diameter_m * 1000).value
        return bool(found["fullness"] <= limit + 1e-9)
    return bool(found["design_flow_l_s"] <= found["full_flow_l_s"] + 1e-9)


def _sizes(net: DesignNetwork, failing: Mapping[str, set[str]], again: _Recheck) -> list[dict[str, object]]:
    sizes = grown_sizes(net, again.flows_of, again.limits, again.network)
    after = _with_sizes(net, sizes)
    fails = again.failed(after)
    small = {p for p, found in failing.items() if found & set(BY_SIZE)}
    rows = []
    for row in net.pipes.itertuples():
        new = sizes[row.pipe_id]
        if np.isnan(new) or new == row.diameter_mm:
            continue
        own = sorted(failing.get(row.pipe_id, set()) & set(BY_SIZE))
        below = _below(net, row.pipe_id)
        concerned = (row.pipe_id, *below)
        rows.append(
            {
                **_about(row, "size", own),
                "suggested_diameter_mm": new,
                "because_of": "" if own else ";".join(sorted(_above(net, row.pipe_id) & small)),
                **_verdict(concerned, own, again.before, fails),
            }
        )
    return rows


def least_slope(
    row: Any, flow_l_s: float, problems: set[str], limits: Limits, network: str, catalogue: Catalogue
) -> float:
    """The least slope at which a pipe passes what it fails, at its present size.

    Parameters
    ----------
    row
        A row of the network's pipes.
    flow_l_s
        Its design flow; of several pipes side by side that of one.
    problems
        Names of the checks that it fails.
    limits, network
        As for the checks.
    catalogue
        The materials.
    """
    diameter, n = row.diameter_m, row.manning_n
    size = diameter * 1000
    wanted = [float(row.slope)]
    if "min_slope" in problems:
        kind = size_kind(row.system, size, catalogue.material(row.material), network)[1]
        wanted.append(limits.find("min_slope", kind, size).value)
    if "capacity" in problems:
        wanted.append(float(slope_for(flow_l_s, diameter, n)))
    if "max_fullness" in problems:
        wanted.append(float(slope_for(flow_l_s, diameter, n, limits.find("max_fullness", "sewage", size).value)))
    if "min_velocity" in problems:
        if row.system == "sewage":
            wanted.append(_slope_for_velocity(flow_l_s, diameter, n, limits.find("min_velocity", "sewage").value))
        else:
            speed = limits.find("min_velocity", "storm or combined").value
            wanted.append(float(slope_for_speed(speed, diameter, n)))
    # Written with five decimals, and not flatter than needed.
    return float(np.ceil(max(wanted) * 1e5 - 1e-6) / 1e5)


def _slope_for_velocity(flow_l_s: float, diameter_m: float, n: float, speed_m_s: float) -> float:
    """The least slope at which a flow runs at a speed in a partly full pipe, by bisection up to 1 in 2."""
    low, high = 1e-6, 0.5

    def speed(slope: float) -> float:
        full = float(full_flow_l_s(np.array(diameter_m), np.array(slope), n))
        depth = float(fullness_of(np.array(flow_l_s / full)))
        whole = float(full_velocity_m_s(np.array(diameter_m), np.array(slope), n))
        return whole if np.isnan(depth) else whole * float(velocity_ratio(np.array(depth)))

    if speed(high) < speed_m_s:
        return float("nan")
    for _ in range(60):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if speed(middle) < speed_m_s else (low, middle)
    return high


def _slopes(net: DesignNetwork, failing: Mapping[str, set[str]], again: _Recheck) -> list[dict[str, object]]:
    found = pipe_hydraulics(net, again.flows_of(net)).set_index("pipe_id")
    wanted = {}
    for row in net.pipes.itertuples():
        problems = failing.get(row.pipe_id, set()) & set(BY_SLOPE)
        if problems and not np.isnan([row.diameter_m, row.slope]).any():
            # Each of several pipes side by side carries its part.
            flow_l_s = float(found.loc[row.pipe_id, "design_flow_l_s"]) / row.side_by_side
            slope = least_slope(row, flow_l_s, problems, again.limits, again.network, net.catalogue)
            if not np.isnan(slope):
                wanted[row.pipe_id] = slope
    after = regraded(net, wanted)
    fails = again.failed(after)
    lowered = net.pipes.set_index("pipe_id")["invert_down_m"] - after.pipes.set_index("pipe_id")["invert_down_m"]
    rows = []
    for row in net.pipes.itertuples():
        if row.pipe_id not in wanted:
            continue
        below = _below(net, row.pipe_id)
        concerned = (row.pipe_id, *below)
        own = sorted(failing[row.pipe_id] & set(BY_SLOPE))
        last = [p for p in (row.pipe_id, *below) if not _below(net, p)]
        rows.append(
            {
                **_about(row, "slope", own),
                "suggested_slope": wanted[row.pipe_id],
                "lowered_m": float(lowered[row.pipe_id]),
                "outfall_lowered_m": float(lowered.reindex(last).max()),
                **_verdict(concerned, own, again.before, fails),
            }
        )
    return rows


def regraded(net: DesignNetwork, slopes: Mapping[str, float]) -> DesignNetwork:
    """The network with pipes laid at given slopes; what lies below is lowered where it has to be.

    A pipe begins no higher than any pipe that arrives at its manhole ends, and keeps its slope unless it is
    given one; drops in manholes take up what they can.
    """
    up = dict(zip(net.pipes["pipe_id"], net.pipes["invert_up_m"].astype(float), strict=True))
    down = dict(zip(net.pipes["pipe_id"], net.pipes["invert_down_m"].astype(float), strict=True))
    rows = {row.pipe_id: row for row in net.pipes.itertuples()}
    lowest: dict[str, float] = {}
    for pipe in _downstream_order(net):
        row = rows[pipe]
        slope = slopes.get(pipe, row.slope)
        if np.isnan(slope) or np.isnan(up[pipe]):
            continue
        start = min(up[pipe], lowest.get(row.from_node, np.inf))
        changed = pipe in slopes or start < up[pipe] - 1e-9
        up[pipe] = start
        if changed:
            down[pipe] = min(down[pipe], start - slope * row.length_m)
        if changed or row.from_node in lowest:
            lowest[row.to_node] = min(lowest.get(row.to_node, np.inf), down[pipe])
    pipes = net.pipes.assign(
        invert_up_m=net.pipes["pipe_id"].map(up), invert_down_m=net.pipes["pipe_id"].map(down)
    )
    return replace(net, pipes=with_hydraulics(pipes, net.catalogue))


def _pipe_graph(net: DesignNetwork) -> nx.DiGraph:
    """Graph of pipes: an edge from each pipe to those that leave the node it ends at."""
    leaving: dict[str, list[str]] = {}
    for row in net.pipes.itertuples():
        leaving.setdefault(row.from_node, []).append(row.pipe_id)
    graph = nx.DiGraph()
    graph.add_nodes_from(net.pipes["pipe_id"])
    graph.add_edges_from((r.pipe_id, p) for r in net.pipes.itertuples() for p in leaving.get(r.to_node, ()))
    return graph


def _downstream_order(net: DesignNetwork) -> list[str]:
    """Pipes so that each comes after those that lead to it; those of a ring in the order of their ids."""
    graph = _pipe_graph(net)
    groups = nx.condensation(graph)
    return [p for g in nx.topological_sort(groups) for p in sorted(groups.nodes[g]["members"])]


def _below(net: DesignNetwork, pipe: str) -> set[str]:
    pipes: set[str] = nx.descendants(_pipe_graph(net), pipe)
    return pipes


def _above(net: DesignNetwork, pipe: str) -> set[str]:
    pipes: set[str] = nx.ancestors(_pipe_graph(net), pipe)
    return pipes


def _about(row: Any, option: str, problems: Sequence[str]) -> dict[str, object]:
    return {
        "community_id": row.community_id,
        "pipe_id": row.pipe_id,
        "system": row.system,
        "option": option,
        "problems": ";".join(problems),
        "diameter_mm": row.diameter_mm,
        "slope": row.slope,
    }


def _verdict(
    concerned: Sequence[str],
    own: Sequence[str],
    before: Mapping[str, set[str]],
    after: Mapping[str, set[str]],
) -> dict[str, object]:
    """Verdict of the re-check of a pipe and of all below it.

    "passes": nothing fails any more. "other_failures": what fails failed before, and is not what the
    suggestion is about. "fails": what it is about still fails, or something fails that did not.
    """
    left = {c for p in concerned for c in after.get(p, set())}
    fresh = {c for p in concerned for c in after.get(p, set()) - before.get(p, set())}
    still = after.get(concerned[0], set()) & set(own)
    said = "passes" if not left else "fails" if fresh or still else "other_failures"
    return {"recheck": said, "recheck_fails": ";".join(sorted(left))}

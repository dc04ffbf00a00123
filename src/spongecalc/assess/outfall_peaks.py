"""Water that leaves the communities: peaks and volumes at their outfalls, each and by what takes the water.

The peak of runoff is that of the ground. What the municipal pipe or the river gets is another: a network that
floods holds water back, and one that was mended lets it go. The figures are of the runs without tracers. Volumes
are net, what left less what came in where a level outside let water in.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import networkx as nx
import pandas as pd

from spongecalc.assess.modelled import Modelled
from spongecalc.assess.scenario_order import in_order
from spongecalc.contract import RECEIVERS
from spongecalc.network.graph import drainage_graph
from spongecalc.rainfall.storm import Storm
from spongecalc.swmm.run_result import RunResult

OUTFALL_COLUMNS = [
    "community_id",
    "scenario",
    "storm_id",
    "receives",
    "outfall_id",
    "system",
    "communities",
    "peak_l_s",
    "peak_min",
    "volume_m3",
    "volume_out_m3",
    "volume_in_m3",
    "outfall_level",
    "receiver_capacity_l_s",
    "capacity_used_percent",
]
PEAK_COLUMNS = [
    "community_id",
    "scenario",
    "storm_id",
    "receives",
    "communities",
    "outfalls",
    "peak_l_s",
    "peak_min",
    "volume_m3",
    "volume_out_m3",
    "volume_in_m3",
    "outfall_level",
    "receiver_capacity_l_s",
    "capacity_used_percent",
]

ALL = "all"
"""All that takes water, together."""
TAKERS = tuple(r for r in RECEIVERS if r != "reuse")
"""What takes the water that leaves; reused water does not leave."""
FREE, LEVEL_SET = "free", "set"

Group = tuple[str, ...]


@dataclass
class _Flow:
    """Water that leaves a group of communities to one receiver, or to all, under one storm, so far as added."""

    l_s: pd.Series | None = None
    volume_m3: float = 0.0
    volume_in_m3: float = 0.0
    outfalls: set[str] = field(default_factory=set)
    level: str = FREE
    capacities_l_s: dict[str, float] = field(default_factory=dict)

    def add(self, outfall: str, inflow_l_s: pd.Series, row: dict[str, object]) -> None:
        """Add an outfall's inflow over time and what else its row says."""
        self.l_s = inflow_l_s if self.l_s is None else self.l_s.add(inflow_l_s, fill_value=0.0)
        self.volume_m3 += float(str(row["volume_m3"]))
        self.volume_in_m3 += float(str(row["volume_in_m3"]))
        self.outfalls.add(outfall)
        self.level = LEVEL_SET if LEVEL_SET in (self.level, row["outfall_level"]) else FREE
        self.capacities_l_s[outfall] = float(str(row["receiver_capacity_l_s"]))


class OutfallsFound:
    """Takes models one after the other, and gives the tables of what leaves by their outfalls.

    Communities that drain through one another in any scenario are one group in all of them: what leaves them
    is compared over the same ground, by the same outfalls together.

    Parameters
    ----------
    modelled
        All models, for their groups.
    storms
        The project's.
    """

    def __init__(self, modelled: Sequence[Modelled], storms: Sequence[Storm]) -> None:
        self._storms = [s.storm_id for s in storms]
        self._group = joint_groups([m.system.communities for m in modelled])
        self._rows: list[dict[str, object]] = []
        self._flows: dict[tuple[Group, str, str], dict[str, _Flow]] = {}
        self._done: dict[tuple[Group, str, str], set[str]] = {}

    def add(self, one: Modelled) -> None:
        """Take a model with its results."""
        found = outfalls_of(one)
        if not one.system.communities:
            return
        group = self._group[one.system.communities[0]]
        for storm_id in self._storms:
            run = one.finished(storm_id)
            if run is None:
                continue
            key = (group, one.system.scenario, storm_id)
            self._done.setdefault(key, set()).update(one.system.communities)
            flows = self._flows.setdefault(key, {})
            for outfall in found:
                inflow_l_s = outfall.inflow_l_s(run)
                row = outfall.row(run, inflow_l_s) | {"scenario": one.system.scenario, "storm_id": storm_id}
                self._rows.append(row)
                for taker in (ALL, outfall.receives):
                    flows.setdefault(taker, _Flow()).add(outfall.outfall_id, inflow_l_s, row)

    def outfall_table(self, community_ids: Collection[str], scenarios: Sequence[str]) -> pd.DataFrame:
        """Rows of outfalls.csv: an outfall under a storm, in the order of scenarios and storms."""
        table = pd.DataFrame(self._rows, columns=OUTFALL_COLUMNS)
        table = table[table["community_id"].isin(list(community_ids))]
        by = ["community_id", "scenario", "outfall_id"]
        return table.sort_values(by, key=in_order(scenarios), kind="stable", ignore_index=True)

    def peak_table(self, community_ids: Sequence[str], scenarios: Sequence[str]) -> pd.DataFrame:
        """Rows of outfall_peaks.csv: a community under a storm, to all that takes its water and to each.

        The peak is that of the sum of the outfalls' inflows over time. A group of which a community has no
        result has none.
        """
        rows: list[dict[str, object]] = []
        for community in community_ids:
            group = self._group.get(community, (community,))
            for scenario in scenarios:
                for storm_id in self._storms:
                    key = (group, scenario, storm_id)
                    if self._done.get(key, set()) != set(group):
                        continue
                    place = {"community_id": community, "scenario": scenario, "storm_id": storm_id}
                    flows = self._flows.get(key, {})
                    for taker in (ALL, *(t for t in (*TAKERS, "") if t in flows)):
                        if taker in flows:
                            rows.append({**place, **_peak_row(taker, group, flows[taker])})
        return pd.DataFrame(rows, columns=PEAK_COLUMNS)


def joint_groups(models: Sequence[Sequence[str]]) -> dict[str, Group]:
    """The communities that are in one model with a community, directly or by way of others, in any scenario."""
    graph: nx.Graph[str] = nx.Graph()
    for communities in models:
        nx.add_path(graph, communities)
    groups = [tuple(sorted(found)) for found in nx.connected_components(graph)]
    return {community: group for group in groups for community in group}


@dataclass(frozen=True)
class Outfall:
    """An outfall with its elements in the model: a copy for each pipe that ends there."""

    community_id: str
    outfall_id: str
    system: str
    receives: str
    copies: tuple[str, ...]
    communities: tuple[str, ...]
    level: str
    receiver_capacity_l_s: float

    def inflow_l_s(self, run: RunResult) -> pd.Series:
        """Its inflow by minutes from the start of the run, below nought where water comes in from outside."""
        columns = [f"inflow_l_s:{c}" for c in self.copies if f"inflow_l_s:{c}" in run.series]
        return run.series[columns].sum(axis=1)

    def row(self, run: RunResult, inflow_l_s: pd.Series) -> dict[str, object]:
        """Its row of outfalls.csv but for scenario and storm."""
        peak_l_s, peak_min = _peak(inflow_l_s)
        volumes = run.outfalls.loc[list(self.copies)]
        return {
            "community_id": self.community_id,
            "receives": self.receives,
            "outfall_id": self.outfall_id,
            "system": self.system,
            "communities": ";".join(self.communities),
            "peak_l_s": peak_l_s,
            "peak_min": peak_min,
            **{v: float(volumes[v].sum()) for v in ("volume_m3", "volume_out_m3", "volume_in_m3")},
            "outfall_level": self.level,
            "receiver_capacity_l_s": self.receiver_capacity_l_s,
            "capacity_used_percent": _used_percent(peak_l_s, self.receiver_capacity_l_s),
        }


def outfalls_of(one: Modelled) -> tuple[Outfall, ...]:
    """The outfalls that water leaves a model by, with the communities whose network leads to each."""
    elements = one.model.elements
    chosen = elements[
        (elements["element"] == "node")
        & (elements["layer"] == "nodes")
        & elements["role"].str.startswith("outfall_")
    ]
    nodes = one.system.nodes.drop_duplicates("node_id").set_index("node_id")
    graph = drainage_graph(one.system) if len(one.system.communities) > 1 else None
    found = []
    for (feature, community), group in chosen.groupby(["feature_id", "community_id"], sort=True):
        node = nodes.loc[feature]
        receives = str(node["receives"])
        if receives == "reuse":
            continue
        above = {str(community)}
        if graph is not None and feature in graph:
            above |= {str(graph.nodes[n]["community_id"]) for n in nx.ancestors(graph, feature)}
        found.append(
            Outfall(
                str(community),
                str(feature),
                str(node["system"]),
                receives if receives in TAKERS else "",
                tuple(group["model_id"]),
                tuple(sorted(above)),
                LEVEL_SET if float(node["outfall_level_m"]) > float(node["invert_m"]) else FREE,
                float(node["receiver_capacity_l_s"]),
            )
        )
    return tuple(found)


def _peak_row(taker: str, group: Group, flow: _Flow) -> dict[str, object]:
    assert flow.l_s is not None
    peak_l_s, peak_min = _peak(flow.l_s)
    capacity_l_s = math.nan if taker == ALL else sum(flow.capacities_l_s.values())
    return {
        "receives": taker,
        "communities": ";".join(group),
        "outfalls": ";".join(sorted(flow.outfalls)),
        "peak_l_s": peak_l_s,
        "peak_min": peak_min,
        "volume_m3": flow.volume_m3,
        "volume_out_m3": flow.volume_m3 + flow.volume_in_m3,
        "volume_in_m3": flow.volume_in_m3,
        "outfall_level": flow.level,
        "receiver_capacity_l_s": capacity_l_s,
        "capacity_used_percent": _used_percent(peak_l_s, capacity_l_s),
    }


def _peak(inflow_l_s: pd.Series) -> tuple[float, float]:
    """The largest inflow in l/s and its minute; NaN of a series without values."""
    if not len(inflow_l_s):
        return math.nan, math.nan
    return float(inflow_l_s.max()), float(inflow_l_s.idxmax())


def _used_percent(peak_l_s: float, capacity_l_s: float) -> float:
    return 100 * peak_l_s / capacity_l_s if capacity_l_s > 0 else math.nan

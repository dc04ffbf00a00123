"""Water that leaves the communities: peaks and volumes at their outfalls, each and by what takes the water.

The peak of runoff is that of the ground. What the municipal pipe or the river gets is another: a network that
floods holds water back, and one that was mended lets it go. The figures are of the runs without tracers. Volumes
are net, what left less what came in where a level outside let water in. Of the last scenario compared each peak
is held against what its receiver accepts (:mod:`spongecalc.assess.discharge`).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import networkx as nx
import pandas as pd

from spongecalc.assess.criteria import CONDITIONAL, FAIL
from spongecalc.assess.discharge import Discharge, listed, worst
from spongecalc.assess.modelled import Modelled
from spongecalc.assess.scenario_order import in_order
from spongecalc.contract import RECEIVERS
from spongecalc.network.graph import drainage_graph
from spongecalc.project.scenario_settings import DEFAULT_PAIR
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
    "discharge_verdict",
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
    "discharge_verdict",
    "outfalls_judged",
    "outfalls_allowed",
    "outfalls_over",
    "outfalls_to_confirm",
]

ALL = "all"
"""All that takes water, together."""
TAKERS = tuple(r for r in RECEIVERS if r != "reuse")
"""What takes the water that leaves; reused water does not leave."""
FREE, LEVEL_SET, LEVEL_SERIES = "free", "set", "series"
"""Water outside below the invert, at a level above it, and at levels over time."""
_LEVELS = (FREE, LEVEL_SET, LEVEL_SERIES)

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
        self.level = max(self.level, str(row["outfall_level"]), key=_LEVELS.index)
        self.capacities_l_s[outfall] = float(str(row["receiver_capacity_l_s"]))

    def peak(self) -> tuple[float, float]:
        """Its largest value in l/s and the minute of it."""
        assert self.l_s is not None
        return _peak(self.l_s)


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
    compared
        The two scenarios set side by side: discharges of the second are judged.
    """

    def __init__(
        self, modelled: Sequence[Modelled], storms: Sequence[Storm], compared: tuple[str, str] = DEFAULT_PAIR
    ) -> None:
        self._storms = [s.storm_id for s in storms]
        self._first, self._last = compared
        # By outfalls with a discharge of their own nothing is left to be compared with that before.
        self._allowed = {o for m in modelled if m.system.scenario == self._last for o in _allowed_in(m)}
        self._group = joint_groups([m.system.communities for m in modelled])
        self._rows: list[dict[str, object]] = []
        self._flows: dict[tuple[Group, str, str], dict[str, _Flow]] = {}
        self._open: dict[tuple[Group, str, str], dict[str, _Flow]] = {}
        self._held: dict[tuple[Group, str, str], list[Discharge]] = {}
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
                if outfall.outfall_id in self._allowed:
                    self._held.setdefault(key, []).append(outfall.discharge(inflow_l_s))
                elif outfall.system != "sewage":
                    open_ones = self._open.setdefault(key, {})
                    open_ones.setdefault(outfall.receives, _Flow()).add(outfall.outfall_id, inflow_l_s, row)

    def outfall_table(self, community_ids: Collection[str], scenarios: Sequence[str]) -> pd.DataFrame:
        """Rows of outfalls.csv: an outfall under a storm, in the order of scenarios and storms."""
        table = pd.DataFrame(self._rows, columns=OUTFALL_COLUMNS)
        table = table[table["community_id"].isin(list(community_ids))]
        answers = {
            (outfall, storm): discharge.answer
            for group in set(self._group.values())
            for storm in self._storms
            for discharge in self.discharges(group[0], storm)
            for outfall in discharge.outfalls
        }
        last = table["scenario"] == self._last
        keys = zip(table["outfall_id"], table["storm_id"], last, strict=True)
        table = table.assign(discharge_verdict=[answers.get((o, s), "") if own else "" for o, s, own in keys])
        by = ["community_id", "scenario", "outfall_id"]
        return table.sort_values(by, key=in_order(scenarios), kind="stable", ignore_index=True)

    def discharges(self, community: str, storm_id: str) -> tuple[Discharge, ...]:
        """The discharges of a community's network under a storm in the last scenario compared, in order of ids.

        An outfall whose receiver's owner says what it accepts stands alone. The other rain outfalls stand
        together by what they lead to, beside the outfalls that led there before: the works give them new ids
        and places, and what the receiver gets is what they bring in all. None without results of the group.
        """
        group = self._group.get(community, (community,))
        first, last = ((group, scenario, storm_id) for scenario in (self._first, self._last))
        if self._done.get(last, set()) != set(group):
            return ()
        known = self._done.get(first, set()) == set(group)
        found = list(self._held.get(last, ()))
        for taker, flow in self._open.get(last, {}).items():
            before = self._open.get(first, {}).get(taker)
            first_l_s = before.peak()[0] if before is not None else 0.0
            found.append(
                Discharge(
                    tuple(sorted(flow.outfalls)),
                    taker,
                    flow.peak()[0],
                    first_l_s=first_l_s if known else math.nan,
                )
            )
        return tuple(sorted(found, key=lambda d: d.outfalls))

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
                    judged = self.discharges(community, storm_id) if scenario == self._last else ()
                    for taker in (ALL, *(t for t in (*TAKERS, "") if t in flows)):
                        if taker in flows:
                            own = [d for d in judged if taker in (ALL, d.receives)]
                            row = _peak_row(taker, group, flows[taker])
                            if scenario == self._last:
                                row |= _judged_row(own)
                            rows.append({**place, **row})
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

    def discharge(self, inflow_l_s: pd.Series) -> Discharge:
        """Its largest discharge beside the one that its receiver accepts."""
        return Discharge((self.outfall_id,), self.receives, _peak(inflow_l_s)[0], self.receiver_capacity_l_s)

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
                _level_outside(one, str(feature), node),
                float(node["receiver_capacity_l_s"]),
            )
        )
    return tuple(found)


def _level_outside(one: Modelled, outfall: str, node: pd.Series) -> str:
    """The word for the level outside an outfall."""
    if outfall in one.system.outfall_levels:
        return LEVEL_SERIES
    return LEVEL_SET if float(node["outfall_level_m"]) > float(node["invert_m"]) else FREE


def _peak_row(taker: str, group: Group, flow: _Flow) -> dict[str, object]:
    peak_l_s, peak_min = flow.peak()
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


def _judged_row(discharges: Sequence[Discharge]) -> dict[str, object]:
    """The judgement of discharges in one row; without any there is nothing to be judged."""
    return {
        "discharge_verdict": worst(d.answer for d in discharges) if discharges else "",
        "outfalls_judged": sum(len(d.outfalls) for d in discharges),
        "outfalls_allowed": sum(d.is_allowed for d in discharges),
        "outfalls_over": listed(d for d in discharges if d.answer == FAIL),
        "outfalls_to_confirm": listed(d for d in discharges if d.answer == CONDITIONAL),
    }


def _allowed_in(one: Modelled) -> list[str]:
    """The outfalls of a model whose receiver's owner says what it accepts."""
    nodes = one.system.nodes
    own = (nodes["kind"] == "outfall") & (nodes["receives"] != "reuse")
    return [str(n) for n in nodes.loc[own & nodes["receiver_capacity_l_s"].notna(), "node_id"]]


def _peak(inflow_l_s: pd.Series) -> tuple[float, float]:
    """The largest inflow in l/s and its minute; NaN of a series without values."""
    if not len(inflow_l_s):
        return math.nan, math.nan
    return float(inflow_l_s.max()), float(inflow_l_s.idxmax())


def _used_percent(peak_l_s: float, capacity_l_s: float) -> float:
    return 100 * peak_l_s / capacity_l_s if capacity_l_s > 0 else math.nan

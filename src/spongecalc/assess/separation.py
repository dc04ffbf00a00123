"""Separation of rain and sewage: every cross-connection with its flows, grade and place in the work order."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import networkx as nx
import pandas as pd

from spongecalc.assess.joint_flows import JointFlow, JointFlows
from spongecalc.assess.misconnection_grades import grade_of, worst_grade
from spongecalc.assess.modelled import Modelled
from spongecalc.assess.scenario_order import in_order
from spongecalc.network.cross_connections import CrossConnection, cross_connections, joint_facts
from spongecalc.network.graph import drainage_graph
from spongecalc.network.joint_paths import features_on_the_way
from spongecalc.network.leftovers import NOT_CROSSING, leftovers
from spongecalc.network.mending import Mending, MendingRules, separate
from spongecalc.network.sources import sources
from spongecalc.project.separation_settings import SeparationSettings
from spongecalc.project.settings import Settings
from spongecalc.scenario import DrainageSystem
from spongecalc.swmm.inflows import TRACER_MG_L

RAIN_RECEIVERS = ("municipal_storm", "river")

SEPARATION_COLUMNS = [
    "community_id",
    "scenario",
    "connection_id",
    "kind",
    "at",
    "from_system",
    "to_system",
    "sources",
    "source_count",
    "households",
    "residents",
    "dry_m3_d",
    "storm_m3",
    "surcharge_h",
    "backflow_m3",
    "grade",
    "in_smallest_set",
    "rank",
    "layer",
    "feature_id",
    "at_node",
    "carries",
    "outfalls",
    "path",
    "x_m",
    "y_m",
]

WORK_COLUMNS = [
    "scenario",
    "rank",
    "community_id",
    "layer",
    "feature_id",
    "kind",
    "to_node",
    "length_m",
    "households",
    "dry_m3_d",
    "storm_m3",
    "households_cumulative",
    "dry_cumulative_m3_d",
    "length_cumulative_m",
]


@dataclass(frozen=True)
class TracedSystem:
    """A modelled system with what tracing found in it: cross-connections, leftovers, and what separates it."""

    modelled: Modelled
    rules: MendingRules

    @property
    def system(self) -> DrainageSystem:
        """The drainage system."""
        return self.modelled.system

    @cached_property
    def graph(self) -> nx.MultiDiGraph:
        """The system's drainage graph."""
        return drainage_graph(self.system)

    @cached_property
    def joints(self) -> tuple[CrossConnection, ...]:
        """Cross-connections between rain and sewage."""
        return cross_connections(self.system, self.graph)

    @cached_property
    def leftovers(self) -> tuple[CrossConnection, ...]:
        """Other records that keep it from being separated, and sources that reach no outfall."""
        return leftovers(self.system, self.graph)

    @cached_property
    def mending(self) -> Mending | None:
        """The smallest set and the ways back; None where there is nothing to cut."""
        return separate(self.system, self.rules, self.graph) if self.joints else None


def traced_system(modelled: Modelled, settings: SeparationSettings) -> TracedSystem:
    """A modelled system, ready to be traced when it is looked at."""
    return TracedSystem(modelled, MendingRules(settings.min_slope_percent, settings.lateral_depth_m))


def separation_rows(one: TracedSystem, settings: Settings) -> list[dict[str, object]]:
    """Rows of one system for :func:`separation_table`, without ranks."""
    rows: list[dict[str, object]] = []
    if not one.joints and not one.leftovers:
        return rows
    per_household = settings.sewage.residents_per_household
    buildings = one.system.buildings.set_index("building_id")
    residents = buildings["residents"].fillna(buildings["households"].fillna(0) * per_household)
    simulation, headline = settings.simulation, settings.headline_storm
    flows = JointFlows(one.modelled, one.graph, settings.sewage, simulation.dry_measure_min, headline)
    cut = set(one.mending.cut) if one.mending else set()
    for joint in (*one.joints, *one.leftovers):
        flow = flows.of(joint)
        rows.append(
            {
                **joint_facts(joint, one.system.scenario),
                "residents": float(residents.reindex(list(joint.buildings)).fillna(0).sum()),
                "dry_m3_d": flow.dry_m3_d,
                "storm_m3": flow.storm_m3,
                "surcharge_h": flow.surcharge_h,
                "backflow_m3": flow.backflow_m3,
                "grade": joint_grade(joint, flow, one.system, settings.separation),
                "in_smallest_set": "yes" if (joint.layer, joint.feature_id) in cut else "no",
                "rank": math.nan,
                "path": ";".join(features_on_the_way(joint, one.graph, sources(one.system))),
            }
        )
    return rows


def separation_table(rows: Sequence[Mapping[str, object]], scenarios: Sequence[str]) -> pd.DataFrame:
    """Every cross-connection and leftover as rows of separation.csv.

    ``rank`` orders the cross-connections of the smallest sets of a scenario over all communities: by misplaced
    dry flow, then households, then storm flow; a cross-connection outside of them has none. Of the project's
    ``scenarios`` the latest comes first.
    """
    table = pd.DataFrame(rows, columns=SEPARATION_COLUMNS)
    by = ["community_id", "scenario", "kind", "feature_id", "at_node"]
    return _ranked(table).sort_values(by, key=in_order(scenarios, latest_first=True), ignore_index=True)


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    chosen = table[table["in_smallest_set"] == "yes"]
    for _, group in chosen.groupby("scenario"):
        order = group.sort_values(
            ["dry_m3_d", "households", "storm_m3", "community_id", "feature_id"],
            ascending=[False, False, False, True, True],
            na_position="last",
        )
        table.loc[order.index, "rank"] = range(1, len(order) + 1)
    return table


def joint_grade(
    joint: CrossConnection, flow: JointFlow, system: DrainageSystem, settings: SeparationSettings
) -> str:
    """Grade of a cross-connection: the worst by its pipe's diameter and misplaced dry flow, as far as known."""
    diameter = math.nan
    if joint.layer == "pipes":
        pipes = system.pipes[system.pipes["pipe_id"] == joint.feature_id]
        diameter = float(pipes["diameter_mm"].iloc[0]) if len(pipes) else math.nan
    grades = [grade_of("diameter", diameter, settings.grades), grade_of("flow", flow.dry_m3_d, settings.grades)]
    return worst_grade(grades)


def ways_back(one: TracedSystem) -> dict[tuple[str, str, str], tuple[str, float]]:
    """By scenario, layer and id of each connection that is cut: the nodes its sources are led to, and how far."""
    if one.mending is None:
        return {}
    ways = {}
    for cut in one.mending.cut:
        parts = [r for r in one.mending.reconnections if r.cut == cut]
        nodes = sorted({r.way.node_id for r in parts if r.way})
        missing = any(r.way is None for r in parts)
        length = math.nan if missing else sum(r.way.length_m for r in parts if r.way)
        ways[one.system.scenario, *cut] = (";".join(nodes), length)
    return ways


def work_order(
    ways: Mapping[tuple[str, str, str], tuple[str, float]], separation: pd.DataFrame, scenarios: Sequence[str]
) -> pd.DataFrame:
    """The order of repairs, as rows of work_order.csv: a row per connection of the smallest sets, by rank.

    ``length_m`` is what has to be laid to give the connection's sources their way back, straight from start
    to node; ``to_node`` where to. Households and flows are those that the connection frees, and their sums
    so far. ``ways`` are those of all systems, by :func:`ways_back`; ``scenarios`` the project's, in order.
    """
    chosen = separation[separation["in_smallest_set"] == "yes"].drop_duplicates(
        ["scenario", "layer", "feature_id"]
    )
    chosen = chosen.sort_values(["scenario", "rank"], key=in_order(scenarios), ignore_index=True)
    found = [ways.get((r.scenario, r.layer, r.feature_id), ("", math.nan)) for r in chosen.itertuples()]
    table = chosen.assign(to_node=[f[0] for f in found], length_m=[f[1] for f in found])
    for column, total in (
        ("households", "households_cumulative"),
        ("dry_m3_d", "dry_cumulative_m3_d"),
        ("length_m", "length_cumulative_m"),
    ):
        # Without a single row the columns have no type to sum.
        table[total] = table[column].astype(float).groupby(table["scenario"]).cumsum()
    return table.reindex(columns=WORK_COLUMNS)


def crossing(separation: pd.DataFrame) -> pd.DataFrame:
    """The rows that break separation: all but leftovers that reach nothing."""
    return separation[~separation["kind"].isin(list(NOT_CROSSING))]


def separated(separation: pd.DataFrame, community_id: str, scenario: str) -> str:
    """Verdict on a community's separation in a scenario: "yes", "no", or "unknown".

    Unknown where nothing crosses, but water enters that reaches no outfall: where it ends up is not in the
    data (a pipe that is missing), and a report must not call that separated.
    """
    own = separation[(separation["community_id"] == community_id) & (separation["scenario"] == scenario)]
    if len(crossing(own)):
        return "no"
    return "unknown" if len(own) else "yes"


def sewage_to_storm_m3_d(modelled: Modelled, community_id: str, dry_measure_min: float) -> float:
    """Sewage that leaves a community by its rain outfalls in dry weather, in m3 per day; NaN without a sound run.

    It is SWMM's load of the tracer SEWAGE at outfalls that receive municipal rain pipes or a river, over the
    measured part of the dry-weather run, divided by the tracer's concentration in sewage.
    """
    dry = modelled.followed("dry")
    if dry is None:
        return float("nan")
    outfalls = [o for r in RAIN_RECEIVERS for o in modelled.elements(community_id, f"outfall_{r}")]
    load_kg = float(dry.outfalls.loc[outfalls, "load_SEWAGE_kg_after_mark"].sum()) if outfalls else 0.0
    return load_kg / (TRACER_MG_L / 1000) / (dry_measure_min / 1440)

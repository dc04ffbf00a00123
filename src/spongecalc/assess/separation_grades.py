"""Grades of communities: misconnected points per km of pipe, and how much of the sewage goes astray."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import networkx as nx
import pandas as pd

from spongecalc.assess.misconnection_grades import NO_GRADE, grade_of, worst_grade
from spongecalc.assess.modelled import Modelled
from spongecalc.assess.outfall_tracers import dry_outfall_rows, misplaced_at
from spongecalc.assess.scenario_order import in_order
from spongecalc.assess.separation import RAIN_RECEIVERS, TracedSystem
from spongecalc.network.sources import sources
from spongecalc.project.settings import Settings
from spongecalc.swmm.event import DRY

GRADE_COLUMNS = [
    "community_id",
    "scenario",
    "density_per_km",
    "flow_ratio_percent",
    "to_storm_percent",
    "grade",
]


def misconnection_density_per_km(one: TracedSystem, community_id: str) -> float:
    """Points at which water enters the wrong system per km of a community's pipes; NaN without pipes.

    A node is one point, whatever number of connections it has. Of a combined pipe in service each node is one.

    References
    ----------
    T/CECS 758-2020, 7.2.3.
    """
    nodes = [n for n, d in one.graph.nodes(data=True) if d["community_id"] == community_id]
    length_km = float(one.system.of_community(community_id)["pipes"].geometry.length.sum()) / 1000
    if not nodes or length_km <= 0:
        return math.nan
    own = set(nodes)
    wrong = {j.at_node for j in one.joints if j.kind != "combined_in_service"} & own
    combined = {j.feature_id for j in one.joints if j.kind == "combined_in_service"}
    if combined:
        fed = {s.node_id for s in sources(one.system)}
        below = {m for n in fed for m in (n, *nx.descendants(one.graph, n))}
        wrong |= {n for n in own & below if one.graph.nodes[n]["system"] == "combined"}
    return len(wrong) / length_km


def sewage_shares_percent(modelled: Modelled, community_id: str) -> tuple[float, float]:
    """Of the sewage that leaves a community in dry weather, what is misplaced and what goes to rain outfalls.

    Both in percent, by the community's outfalls. Misplaced is sewage at an outfall to municipal rain pipes or a
    river, and at one of combined pipes wherever it leads: there it has mixed with rain before it leaves. The
    shares are of SWMM's own loads of one run, so that neither exceeds 100 % (of what enters, they did by the
    run's error of balance). A community without an outfall of its own, which drains through another, has the
    shares of the whole model. NaN without a run or without sewage.
    """
    rows = dry_outfall_rows(modelled)
    own = [r for r in rows if r["community_id"] == community_id] or rows
    total = sum(float(str(r["sewage_m3"])) for r in own)
    if not total > 0:
        return math.nan, math.nan
    wrong = [r for r in own if misplaced_at("sewage", str(r["receives"]), r["system"])]
    to_storm = [r for r in own if r["receives"] in RAIN_RECEIVERS]
    shares = [100 * sum(float(str(r["sewage_m3"])) for r in part) / total for part in (wrong, to_storm)]
    return shares[0], shares[1]


def grade_rows(one: TracedSystem, settings: Settings) -> list[dict[str, object]]:
    """Rows of one system for :func:`grade_table`."""
    rows: list[dict[str, object]] = []
    limits, confirmed = settings.separation.grades, settings.standards.confirmations
    for community in one.system.communities:
        density = misconnection_density_per_km(one, community) if one.joints else 0.0
        ratio, to_storm = sewage_shares_percent(one.modelled, community)
        grades = [
            grade_of("density", density, limits, confirmed),
            grade_of("flow_ratio", ratio, limits, confirmed),
        ]
        grade = worst_grade(grades) if density > 0 or ratio > 0 else NO_GRADE
        if not density > 0 and one.modelled.followed(DRY) is None:
            grade = ""  # tracing finds nothing, and no sound run says so too
        row = (community, one.system.scenario, density, ratio, to_storm, grade)
        rows.append(dict(zip(GRADE_COLUMNS, row, strict=True)))
    return rows


def grade_table(rows: Sequence[Mapping[str, object]], scenarios: Sequence[str]) -> pd.DataFrame:
    """Communities' grades as rows of separation_grades.csv.

    ``density_per_km`` counts misconnected points per km of pipe, ``flow_ratio_percent`` that of the sewage
    which is misplaced in dry weather, ``to_storm_percent`` that of the sewage which leaves by rain outfalls; the
    grade is the worse of the first two, "none" where nothing is misconnected.
    The rows are those of all systems, by :func:`grade_rows`; of the project's ``scenarios`` the latest comes
    first.
    """
    table = pd.DataFrame(rows, columns=GRADE_COLUMNS)
    key = in_order(scenarios, latest_first=True)
    return table.sort_values(["community_id", "scenario"], key=key, ignore_index=True)

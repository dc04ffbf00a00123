"""The row of communities.csv of one community, but for the percentages that follow from it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from spongecalc.assess.inputs import Inputs
from spongecalc.assess.model_rows import ScenarioFacts
from spongecalc.assess.modelled import Modelled
from spongecalc.assess.ponding import households_relieved
from spongecalc.assess.ponding_agreement import community_levels, verdict_of
from spongecalc.assess.run_table import RunFacts
from spongecalc.assess.unsound_runs import INCOMPLETE, NO_RUN, WITH_TRACERS, not_sound
from spongecalc.network.quantities import laid_m
from spongecalc.network.sewage_load import residents_of


def community_row(
    inputs: Inputs,
    community: str,
    tables: Mapping[str, pd.DataFrame],
    answers: Mapping[tuple[str, str], object],
    facts: Mapping[str, RunFacts],
    known: Mapping[tuple[str, str], ScenarioFacts],
) -> dict[str, object]:
    """One row of communities.csv, but for the percentages that follow from it.

    Parameters
    ----------
    inputs
        What is assessed.
    community
        Its id.
    tables
        Every table by name; of those with rows of communities this one's are enough.
    answers
        The community's, by scenario and the template of the column that takes them.
    facts
        What is known of each run, by run id.
    known
        What its model's results say of each community and scenario.
    """
    layers, headline = inputs.layers, inputs.settings.headline_storm
    about = inputs.about.loc[community]
    findings = tables["findings"]
    own_findings = findings[findings["community_id"] == community]
    compared = inputs.settings.compared
    row: dict[str, object] = {
        "community_id": community,
        "name": about["name"] or community,
        "phase": about["phase"],
        "district": about["district"],
        "households": about["households"],
        "residents": about["residents"],
        "area_m2": about.geometry.area,
        "storm_laid_m": laid_m(tables["quantity_features"], community, "storm"),
        "sewage_laid_m": laid_m(tables["quantity_features"], community, "sewage"),
        "combined_laid_m": laid_m(tables["quantity_features"], community, "combined"),
        "claimed_storm_m": about["claimed_storm_m"],
        "claimed_sewage_m": about["claimed_sewage_m"],
        "storm_id": headline,
        "errors": int((own_findings["severity"] == "error").sum()),
        "warnings": int((own_findings["severity"] == "warning").sum()),
    }
    buildings = layers["buildings"]
    own_buildings = buildings[
        (buildings["community_id"] == community) & buildings["status"].isin(["existing", "proposed"])
    ]
    if pd.isna(row["households"]):
        row["households"] = own_buildings["households"].sum(min_count=1)
    if pd.isna(row["residents"]) and len(own_buildings):
        row["residents"] = sum(residents_of(b, inputs.settings.sewage) for b in own_buildings.itertuples())
    for scenario in compared:
        row |= {c.format(s=scenario): v for (s, c), v in answers.items() if s == scenario and is_known(c, v)}
    settings = inputs.settings.ponding
    both = [inputs.of(community, s) for s in compared]
    if both[0] and both[1] and all(known[community, s].finished for s in compared):
        row["households_relieved"] = households_relieved(
            both[0],
            both[1],
            _felt_places(tables, community, compared[0], headline, settings.min_volume_m3),
            _felt_places(tables, community, compared[1], headline, settings.min_volume_m3),
            settings.household_radius_m,
        )
        runs = [f"{one.model.name}/{one.system.scenario}/{headline}" for one in both if one]
        failed = any(run_id in inputs.failed_flows for run_id in runs)
        row |= {
            "ponding_level": min(_level_of(inputs, one, headline) for one in both if one),
            **_ponding_verdicts(tables, community, headline, compared, failed=failed),
        }
    if inputs.performance is not None:
        row |= inputs.performance.communities.get(community, {})
    row["worst_continuity_error_percent"] = _worst_continuity(inputs, community, facts)
    row["runs_not_sound"] = _not_sound(inputs, community, facts)
    row["status"] = _status(inputs, community, row, facts)
    return row


def _level_of(inputs: Inputs, one: Modelled, storm_id: str) -> int:
    """The level of a model's ponding: the project's, or what its ground and the runs kept allow."""
    name, scenario = one.model.name, one.system.scenario
    if inputs.settings.ponding.level == 3 and f"{name}/{scenario}/{storm_id}" in inputs.flows:
        return 3
    return 2 if (name, scenario) in inputs.grounds else 1


def _ponding_verdicts(
    tables: Mapping[str, pd.DataFrame], community: str, storm_id: str, compared: Sequence[str], *, failed: bool
) -> dict[str, object]:
    """The verdict on ponding with its level, and what the flow over the ground says of it."""
    sites = tables["ponding"]
    own = sites[(sites["community_id"] == community) & (sites["storm_id"] == storm_id)]
    first, last = (own[own["scenario"] == s] for s in compared)
    agreement = tables["ponding_agreement"]
    agreement = agreement[agreement["community_id"] == community]
    return {
        "ponding_verdict": verdict_of(first, last),
        **community_levels(agreement, storm_id, compared, failed=failed),
    }


def _felt_places(
    tables: Mapping[str, pd.DataFrame], community: str, scenario: str, storm_id: str, min_volume_m3: float
) -> pd.DataFrame:
    """Points of a community's ponding sites, and of their nodes with a volume that counts, in x_m and y_m."""
    sites, nodes = tables["ponding"], tables["ponding_nodes"]
    own = sites[(sites["community_id"] == community) & (sites["storm_id"] == storm_id)]
    own = own[own["scenario"] == scenario]
    nodes = nodes[(nodes["scenario"] == scenario) & (nodes["storm_id"] == storm_id)]
    nodes = nodes[nodes["site_id"].isin(own["site_id"]) & nodes["level"].isin(own["level"])]
    nodes = nodes[nodes["volume_m3"] >= min_volume_m3]
    parts = [t[["x_m", "y_m"]].astype(float) for t in (own, nodes) if len(t)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"x_m": [], "y_m": []})


def is_known(column: str, value: object) -> bool:
    """True where a figure is taken into the row: rain is that of the last scenario of which it is known."""
    return column != "rainfall_m3" or not pd.isna(value)


def _worst_continuity(inputs: Inputs, community: str, facts: Mapping[str, RunFacts]) -> float:
    """The largest runoff or routing continuity error, in magnitude, of the runs the community is in."""
    errors = [facts[run.run_id].worst_continuity_error_percent for run in inputs.runs_of(community)]
    known = [e for e in errors if not math.isnan(e)]
    return max(known) if known else float("nan")


def _not_sound(inputs: Inputs, community: str, facts: Mapping[str, RunFacts]) -> str:
    """The runs that figures of the community do not rest on, each with the reason; "none" where all are sound."""
    short = [
        not_sound(run.scenario, run.event.storm_id, facts[run.run_id].falls_short)
        for run in inputs.runs_of(community)
        if facts[run.run_id].falls_short
    ]
    return "; ".join(short) or NO_RUN


def _status(inputs: Inputs, community: str, row: Mapping[str, object], facts: Mapping[str, RunFacts]) -> str:
    """Status of the community: what its storms show stands, whatever becomes of runs with tracers."""
    own = inputs.runs_of(community)
    if row["errors"] or not own:
        return "data_error"
    if any(facts[run.run_id].status != "done" for run in own if run.event.storm_id not in WITH_TRACERS):
        return "failed"
    return INCOMPLETE if any(facts[run.run_id].falls_short for run in own) else "done"

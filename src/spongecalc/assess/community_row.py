"""The row of communities.csv of one community, but for the percentages that follow from it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from spongecalc.assess.communities import COMMUNITY_COLUMNS
from spongecalc.assess.inputs import Inputs
from spongecalc.assess.model_rows import ScenarioFacts
from spongecalc.assess.ponding import households_relieved
from spongecalc.assess.return_periods import community_return_periods
from spongecalc.assess.run_table import RunFacts
from spongecalc.assess.separation import crossing, separated
from spongecalc.assess.spills import spilled_m3
from spongecalc.network.quantities import laid_m
from spongecalc.network.sewage_load import residents_of


def community_row(
    inputs: Inputs,
    community: str,
    tables: Mapping[str, pd.DataFrame],
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
    facts
        What is known of each run, by run id.
    known
        What its model's results say of each community and scenario.
    """
    layers, headline = inputs.layers, inputs.settings.headline_storm
    about = inputs.about.loc[community]
    findings = tables["findings"]
    own_findings = findings[findings["community_id"] == community]
    after = inputs.of(community, "after")
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
    sites = tables["ponding"]
    sites = sites[(sites["community_id"] == community) & (sites["storm_id"] == headline)]
    for scenario in ("before", "after"):
        row |= _scenario_figures(inputs, community, scenario, tables, sites, known.get((community, scenario)))
    before = inputs.of(community, "before")
    if before and after and all(known[community, s].finished for s in ("before", "after")):
        row["households_relieved"] = households_relieved(
            before,
            after,
            sites[sites["scenario"] == "before"],
            sites[sites["scenario"] == "after"],
            inputs.settings.ponding.household_radius_m,
        )
    if inputs.performance is not None:
        row |= {
            k: v for k, v in inputs.performance.communities.get(community, {}).items() if k in COMMUNITY_COLUMNS
        }
    if len(inputs.return_periods):
        row |= community_return_periods(inputs.return_periods, community)
    row["worst_continuity_error_percent"] = _worst_continuity(inputs, community, facts)
    row["status"] = _status(inputs, community, row, facts)
    return row


def _scenario_figures(
    inputs: Inputs,
    community: str,
    scenario: str,
    tables: Mapping[str, pd.DataFrame],
    sites: pd.DataFrame,
    known: ScenarioFacts | None,
) -> dict[str, object]:
    if known is None:
        return {f"separated_{scenario}": "unknown"}
    headline = inputs.settings.headline_storm
    joints = crossing(tables["separation"])
    count = int(((joints["community_id"] == community) & (joints["scenario"] == scenario)).sum())
    figures: dict[str, object] = {
        f"separated_{scenario}": separated(tables["separation"], community, scenario),
        f"cross_connections_{scenario}": count,
        f"sewage_to_storm_{scenario}_m3_d": known.sewage_to_storm_m3_d,
        f"sewage_spilled_{scenario}_m3": spilled_m3(tables["separation_spills"], community, scenario)
        if known.spills_known
        else math.nan,
    }
    grades = tables["separation_grades"]
    graded = grades[(grades["community_id"] == community) & (grades["scenario"] == scenario)]
    for row in graded.itertuples():
        figures[f"misplaced_sewage_{scenario}_percent"] = row.flow_ratio_percent
        figures[f"misconnection_density_{scenario}_percent"] = row.density_percent
        figures[f"separation_grade_{scenario}"] = row.grade
    if not known.finished:
        return figures
    sponge = tables["sponge"]
    own = sponge[
        (sponge["community_id"] == community)
        & (sponge["scenario"] == scenario)
        & (sponge["storm_id"] == headline)
    ].iloc[0]
    ponding = sites[sites["scenario"] == scenario]
    return figures | {
        "rainfall_m3": own["rainfall_m3"],
        f"runoff_{scenario}_m3": own["runoff_m3"],
        f"peak_{scenario}_l_s": own["peak_l_s"],
        f"ponding_sites_{scenario}": len(ponding),
        f"ponding_{scenario}_m3": float(ponding["volume_m3"].sum()),
    }


def _worst_continuity(inputs: Inputs, community: str, facts: Mapping[str, RunFacts]) -> float:
    """The largest runoff or routing continuity error, in magnitude, of the runs the community is in."""
    errors = [facts[run.run_id].worst_continuity_error_percent for run in inputs.runs_of(community)]
    known = [e for e in errors if not math.isnan(e)]
    return max(known) if known else float("nan")


def _status(inputs: Inputs, community: str, row: Mapping[str, object], facts: Mapping[str, RunFacts]) -> str:
    if row["errors"]:
        return "data_error"
    own = inputs.runs_of(community)
    if not own:
        return "data_error"
    return "done" if all(facts[run.run_id].status == "done" for run in own) else "failed"

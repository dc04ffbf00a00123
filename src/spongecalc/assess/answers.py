"""The figures of the four questions, one a row: for every community, scenario and storm."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from spongecalc.assess.inputs import Inputs
from spongecalc.assess.model_rows import ScenarioFacts
from spongecalc.assess.outfall_peaks import ALL, TAKERS
from spongecalc.assess.run_table import RunFacts
from spongecalc.assess.separation import crossing, separated
from spongecalc.assess.spills import spilled_m3
from spongecalc.contract import SYSTEMS
from spongecalc.swmm.event import DRY

TABLE = "answers"
ANSWER_COLUMNS = ["community_id", "scenario", "storm_id", "figure", "value", "unit"]


@dataclass(frozen=True)
class Figure:
    """One figure of the four questions.

    ``under`` is what it was found under: each "storm", the "headline" storm, "dry" weather, or "" for what does
    not depend on a storm. ``column`` is its template in communities.csv, "" for one that is not there.
    """

    name: str
    unit: str
    under: str = ""
    column: str = ""

    def storm_id(self, headline: str) -> str:
        """The storm under which communities.csv gives it."""
        return {"storm": headline, "headline": headline, "dry": DRY}.get(self.under, "")


FIGURES: Mapping[str, Figure] = {
    f.name: f
    for f in (
        *(Figure(f"{system}_standing", "m") for system in SYSTEMS),
        *(Figure(f"{system}_laid", "m") for system in SYSTEMS),
        Figure("separated", "", column="separated_{s}"),
        Figure("cross_connections", "", column="cross_connections_{s}"),
        Figure("sewage_to_storm", "m3_d", "dry", "sewage_to_storm_{s}_m3_d"),
        Figure("misplaced_sewage", "percent", "dry", "misplaced_sewage_{s}_percent"),
        Figure("misconnection_density", "per_km", column="misconnection_density_{s}_per_km"),
        Figure("separation_grade", "", column="separation_grade_{s}"),
        Figure("sewage_spilled", "m3", "headline", "sewage_spilled_{s}_m3"),
        Figure("rainfall", "m3", "storm"),
        Figure("infiltration", "m3", "storm"),
        Figure("tank_held", "m3", "storm"),
        Figure("runoff", "m3", "storm", "runoff_{s}_m3"),
        Figure("runoff_coefficient", "", "storm"),
        Figure("peak", "l_s", "storm", "peak_{s}_l_s"),
        Figure("outfall_peak", "l_s", "storm", "outfall_peak_{s}_l_s"),
        Figure("outfall_volume", "m3", "storm", "outfall_volume_{s}_m3"),
        *(Figure(f"outfall_peak_{r}", "l_s", "storm", f"outfall_peak_{r}_{{s}}_l_s") for r in TAKERS),
        *(Figure(f"outfall_volume_{r}", "m3", "storm", f"outfall_volume_{r}_{{s}}_m3") for r in TAKERS),
        *(Figure(f"receiver_capacity_{r}", "l_s", "storm", f"receiver_capacity_{r}_{{s}}_l_s") for r in TAKERS),
        Figure("ponding_sites", "", "storm", "ponding_sites_{s}"),
        Figure("ponding", "m3", "storm", "ponding_{s}_m3"),
        Figure("ponding_2d", "m3", "storm", "ponding_2d_{s}_m3"),
        Figure("over_ground", "m3", "storm", "over_ground_{s}_m3"),
        Figure("inlets_short", "", column="inlets_short_{s}"),
        Figure("capture", "percent", column="capture_{s}_percent"),
        Figure("capture_low", "percent", column="capture_{s}_percent_low"),
        Figure("capture_high", "percent", column="capture_{s}_percent_high"),
        Figure("capture_assessed", "percent", column="assessed_capture_{s}_percent"),
        Figure("capture_guide", "percent", column="guide_capture_{s}_percent"),
        Figure("dry_return_period", "a", column="dry_return_period_{s}_a"),
        Figure("pipes_return_period", "a", column="pipes_return_period_{s}_a"),
        Figure("continuity_error", "percent", "run"),
    )
}
OF_SPONGE = {
    "rainfall": "rainfall_m3",
    "infiltration": "infiltration_m3",
    "tank_held": "tank_held_m3",
    "runoff": "runoff_m3",
    "runoff_coefficient": "runoff_coefficient",
    "peak": "peak_l_s",
}
"""Figures that sponge.csv holds under each storm, by its columns."""
OF_OUTFALLS = {
    "outfall_peak": "peak_l_s",
    "outfall_volume": "volume_m3",
    "receiver_capacity": "receiver_capacity_l_s",
}
"""Figures that outfall_peaks.csv holds of all outfalls and of each receiver, by its columns."""
OF_YEAR = {
    "capture": "capture_percent",
    "capture_low": "capture_low_percent",
    "capture_high": "capture_high_percent",
    "capture_assessed": "assessed_capture_percent",
    "capture_guide": "guide_capture_percent",
}

Known = dict[tuple[str, str], object]
"""Values by figure and storm id."""


def answers_table(
    inputs: Inputs,
    own: Callable[[str], Mapping[str, pd.DataFrame]],
    facts: Mapping[tuple[str, str], ScenarioFacts],
    runs: Mapping[str, RunFacts],
) -> pd.DataFrame:
    """Every figure of every community in every scenario of the project, in their order; empty where not known.

    Parameters
    ----------
    inputs
        What is assessed.
    own
        Gives the tables with the rows of one community.
    facts
        What a model's results say of each community and scenario.
    runs
        What is known of each run, by run id.

    Returns
    -------
    A row for each community, scenario, storm and figure. ``storm_id`` is "dry" for dry weather and empty for what
    does not depend on a storm; ``value`` is a number in ``unit``, or the word that answers.
    """
    rows: list[tuple[object, ...]] = []
    for community in inputs.community_ids:
        tables = own(community)
        for scenario in inputs.settings.scenario_names:
            known = _known(inputs, community, scenario, tables, facts.get((community, scenario)), runs)
            rows.extend(
                (
                    community,
                    scenario,
                    storm_id,
                    figure.name,
                    known.get((figure.name, storm_id), math.nan),
                    figure.unit,
                )
                for figure in FIGURES.values()
                for storm_id in _storm_ids(figure, inputs, community, scenario)
            )
    return pd.DataFrame(rows, columns=ANSWER_COLUMNS).astype({"value": object})


def community_answers(answers: pd.DataFrame, headline: str) -> dict[str, dict[tuple[str, str], object]]:
    """Figures of communities.csv from the answers: by community, values by scenario and column template."""
    chosen = {(f.name, f.storm_id(headline)): f.column for f in FIGURES.values() if f.column}
    chosen["rainfall", headline] = "rainfall_m3"
    found: dict[str, dict[tuple[str, str], object]] = {}
    for community, scenario, storm_id, figure, value, _ in answers.itertuples(index=False, name=None):
        column = chosen.get((figure, storm_id))
        if column is not None:
            found.setdefault(community, {})[scenario, column] = value
    return found


def _storm_ids(figure: Figure, inputs: Inputs, community: str, scenario: str) -> list[str]:
    if figure.under == "storm":
        return [s.storm_id for s in inputs.storms]
    if figure.under == "run":
        return [r.event.storm_id for r in inputs.runs_of(community) if r.scenario == scenario]
    return [figure.storm_id(inputs.settings.headline_storm)]


def _known(
    inputs: Inputs,
    community: str,
    scenario: str,
    tables: Mapping[str, pd.DataFrame],
    facts: ScenarioFacts | None,
    runs: Mapping[str, RunFacts],
) -> Known:
    """Known figures of a community in a scenario; where it is not modelled, that its separation is unknown."""
    known: Known = {}
    for run in inputs.runs_of(community):
        if run.scenario == scenario:
            known["continuity_error", run.event.storm_id] = runs[run.run_id].worst_continuity_error_percent
    modelled = inputs.of(community, scenario)
    if facts is None or modelled is None:
        return known | {("separated", ""): "unknown"}
    headline = inputs.settings.headline_storm
    joints = crossing(tables["separation"])
    known |= {
        ("separated", ""): separated(tables["separation"], community, scenario),
        ("cross_connections", ""): int((joints["scenario"] == scenario).sum()),
        ("sewage_to_storm", DRY): facts.sewage_to_storm_m3_d,
        ("sewage_spilled", headline): spilled_m3(tables["separation_spills"], community, scenario)
        if facts.spills_known
        else math.nan,
    }
    known |= {("over_ground", storm_id): m3 for storm_id, m3 in facts.over_ground_m3.items()}
    known["inlets_short", ""] = facts.inlets_short
    for row in _of(tables["separation_grades"], scenario):
        known["misplaced_sewage", DRY] = row["flow_ratio_percent"]
        known["misconnection_density", ""] = row["density_per_km"]
        known["separation_grade", ""] = row["grade"]
    standing = set(modelled.system.of_community(community)["pipes"]["pipe_id"])
    known.update(_lengths_m(tables["quantity_features"], standing))
    known.update(_under_storms(tables, scenario))
    for row in _of(tables["sponge"], scenario)[:1]:
        known.update({(figure, ""): row[column] for figure, column in OF_YEAR.items()})
    for row in _of(tables["outfall_peaks"], scenario):
        taker = "" if row["receives"] == ALL else f"_{row['receives']}"
        known.update({(f"{f}{taker}", str(row["storm_id"])): row[column] for f, column in OF_OUTFALLS.items()})
    periods = inputs.return_periods
    if len(periods):
        for row in _of(periods[periods["community_id"] == community], scenario):
            known[f"{row['criterion']}_return_period", ""] = float(str(row["return_period_a"]))
    return known


def _of(table: pd.DataFrame, scenario: str) -> list[dict[str, object]]:
    rows = table[table["scenario"] == scenario].to_dict("records")
    return [{str(k): v for k, v in row.items()} for row in rows]


def _under_storms(tables: Mapping[str, pd.DataFrame], scenario: str) -> Iterator[tuple[tuple[str, str], object]]:
    """Runoff and ponding under each storm whose run finished."""
    for row in _of(tables["ponding_agreement"], scenario):
        yield ("ponding_2d", str(row["storm_id"])), row["volume_2d_m3"]
    ponding = tables["ponding"]
    sites = ponding[ponding["scenario"] == scenario]
    for row in _of(tables["sponge"], scenario):
        storm_id = str(row["storm_id"])
        if pd.isna(row["rainfall_m3"]):
            continue
        for figure, column in OF_SPONGE.items():
            yield (figure, storm_id), row[column]
        own = sites[sites["storm_id"] == storm_id]
        yield ("ponding_sites", storm_id), len(own)
        yield ("ponding", storm_id), float(own["volume_m3"].sum())


def _lengths_m(features: pd.DataFrame, standing: set[str]) -> Iterator[tuple[tuple[str, str], object]]:
    """Meters of pipe that stand, and of those that the works laid, by system; measured as in the bill."""
    pipes = features[(features["item"] == "pipe") & features["feature_id"].isin(standing)]
    for system in SYSTEMS:
        own = pipes[pipes["system"] == system]
        yield (f"{system}_standing", ""), float(own["length_m"].sum())
        yield (f"{system}_laid", ""), float(own.loc[own["status"] == "proposed", "length_m"].sum())

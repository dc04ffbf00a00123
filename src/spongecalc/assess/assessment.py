"""From models and their results to the review: every table and every community's page."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd

from spongecalc.assess.bill import bill_tables
from spongecalc.assess.communities import COMMUNITY_COLUMNS, communities_table
from spongecalc.assess.design import design_tables
from spongecalc.assess.field_evidence import Measurements, evidence_tables
from spongecalc.assess.hydraulics import HydraulicsOnDemand
from spongecalc.assess.model_rows import ScenarioFacts, model_rows
from spongecalc.assess.modelled import Modelled
from spongecalc.assess.outfall_tracers import outfall_tracer_table_of
from spongecalc.assess.performance_tables import WAY_COLUMNS, Performance, performance_notes
from spongecalc.assess.ponding import households_relieved
from spongecalc.assess.ponding_area import Wet
from spongecalc.assess.ponding_tables import PondingFound
from spongecalc.assess.return_periods import TABLE as RETURN_PERIODS
from spongecalc.assess.return_periods import community_return_periods
from spongecalc.assess.review import CommunityPage, Review, StormSummary, WaterFrames
from spongecalc.assess.run_table import RunFacts, run_facts
from spongecalc.assess.separation import (
    SEPARATION_COLUMNS,
    crossing,
    separated,
    separation_table,
    work_order,
)
from spongecalc.assess.separation_grades import grade_table
from spongecalc.assess.spills import spill_table, spilled_m3
from spongecalc.batch.runs import Run
from spongecalc.ground.grid import Ground
from spongecalc.layers.bill_documents import BillDocuments
from spongecalc.layers.finding import Finding, findings_table
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.provenance import provenance_table
from spongecalc.network.infiltration import infiltration_table
from spongecalc.network.quantities import laid_m
from spongecalc.network.sewage_load import residents_of
from spongecalc.project.settings import Settings
from spongecalc.rainfall.storm import Storm
from spongecalc.swmm.model import ELEMENT_COLUMNS
from spongecalc.swmm.run_result import RunResult


@dataclass(frozen=True)
class Inputs:
    """What an assessment reads: checked layers, models and the results of their runs."""

    layers: LayerSet
    settings: Settings
    storms: tuple[Storm, ...]
    modelled: tuple[Modelled, ...]
    runs: tuple[Run, ...]
    results: Mapping[str, RunResult]
    findings: tuple[Finding, ...]
    community_ids: tuple[str, ...]
    documents: BillDocuments = field(default_factory=BillDocuments)
    measurements: Measurements = field(default_factory=Measurements)
    grounds: Mapping[tuple[str, str], Ground] = field(default_factory=dict)
    flows: Mapping[str, Wet] = field(default_factory=dict)
    causes: pd.DataFrame = field(default_factory=pd.DataFrame)
    return_periods: pd.DataFrame = field(default_factory=pd.DataFrame)
    stale_ponding: tuple[str, ...] = ()
    contributions: pd.DataFrame = field(default_factory=pd.DataFrame)
    stale_contributions: tuple[str, ...] = ()
    performance: Performance | None = None
    tanks: pd.DataFrame | None = None

    def of(self, community_id: str, scenario: str) -> Modelled | None:
        """The model that a community is in, in a scenario; None where it could not be modelled."""
        return self._models.get((community_id, scenario))

    def runs_of(self, community_id: str) -> list[Run]:
        """The runs that a community is in."""
        return self._runs.get(community_id, [])

    # A county has thousands of models: found by community once, not looked for again and again.
    @cached_property
    def _models(self) -> dict[tuple[str, str], Modelled]:
        return {(c, one.system.scenario): one for one in self.modelled for c in one.system.communities}

    @cached_property
    def _runs(self) -> dict[str, list[Run]]:
        runs: dict[str, list[Run]] = {}
        for run in self.runs:
            for community in run.communities:
                runs.setdefault(community, []).append(run)
        return runs

    @cached_property
    def about(self) -> gpd.GeoDataFrame:
        """The communities' own rows, by id."""
        return self.layers["communities"].drop_duplicates("community_id").set_index("community_id")


def assess(inputs: Inputs, language: str, versions: Mapping[str, str]) -> Review:
    """Answer the five questions for every community.

    A figure that rests on a run which did not finish, or on a community that could not be modelled, is
    missing (NaN); the community's status says why.
    """
    headline = inputs.settings.headline_storm
    findings = findings_table(inputs.findings, language)
    rows_of = model_rows(
        inputs.modelled,
        inputs.runs,
        inputs.storms,
        inputs.settings,
        PondingFound(inputs.storms, inputs.settings, inputs.grounds, inputs.flows),
        language,
    )
    separation = separation_table(rows_of.separation)
    separation = separation[separation["community_id"].isin(inputs.community_ids)].reset_index(drop=True)
    runs = rows_of.run_table(inputs.runs, inputs.results, language)
    pond = rows_of.ponding.judged(inputs.community_ids, inputs.layers["ponding_records"], inputs.causes)
    sponge = _with_ways(rows_of.sponge_table(inputs.community_ids), inputs.performance)
    tables = {
        "separation": separation,
        **pond.tables,
        **({RETURN_PERIODS: inputs.return_periods} if len(inputs.return_periods) else {}),
        "work_order": work_order(rows_of.ways, separation),
        "separation_grades": grade_table(rows_of.grades),
        **({"separation_contributions": inputs.contributions} if len(inputs.contributions) else {}),
        "separation_spills": spill_table(rows_of.spills),
        **_infiltration(inputs),
        "separation_outfalls": outfall_tracer_table_of(rows_of.outfalls),
        **evidence_tables(inputs.measurements, inputs.modelled, inputs.settings.evidence),
        "sponge": sponge,
        **bill_tables(inputs.layers, inputs.settings, inputs.documents.claims, inputs.documents.prices),
        **design_tables(inputs.modelled, inputs.storms, inputs.layers, inputs.settings),
        "runs": runs,
        "findings": findings,
        "elements": _elements(inputs),
        "provenance": provenance_of(inputs),
    }
    if inputs.performance is not None:
        tables |= {
            "sponge_life": inputs.performance.life,
            "sponge_ranges": inputs.performance.ranges,
            "sponge_facilities": inputs.performance.facilities,
        }
    if inputs.tanks is not None:
        tables["tanks"] = inputs.tanks
    homeless = (findings["severity"] == "error") & (findings["community_id"] == "")
    facts = run_facts(runs)
    own = _own_rows(tables)
    rows = [_row(inputs, community, own(community), facts, rows_of.facts) for community in inputs.community_ids]
    left_out = len(inputs.layers.community_ids) - len(inputs.community_ids)
    communities = communities_table(rows, headline, whole=not homeless.any(), partial=left_out > 0)
    pages = tuple(
        _page(inputs, row, own(str(row["community_id"])), rows_of.facts)
        for row in communities.iloc[:-1].to_dict("records")  # without TOTAL
    )
    return Review(
        inputs.settings.name,
        inputs.layers.crs.to_string(),
        headline,
        tuple(_storm_summary(s) for s in inputs.storms),
        {"communities": communities, **tables},
        pages,
        (
            *([("note_partial", {"count": len(rows), "total": len(rows) + left_out})] if left_out else []),
            *_notes(inputs),
            *(("note_stale_contributions", {"models": m}) for m in inputs.stale_contributions),
            *(
                [("note_stale_ponding", {"models": ", ".join(inputs.stale_ponding)})]
                if inputs.stale_ponding
                else []
            ),
        ),
        versions,
        {**inputs.settings.targets.model_dump(), "capture_percent": inputs.settings.sponge.target_percent},
        **_capture_basis(inputs.performance),
        ponding_areas=pond.areas,
        depths=pond.depths,
    )


OF_COMMUNITY = ("separation", "ponding", "sponge", "quantities", "quantity_features", "findings")
"""Tables of which a community's row and page take their own rows."""


def _own_rows(tables: Mapping[str, pd.DataFrame]) -> Callable[[str], dict[str, pd.DataFrame]]:
    """A function that gives the tables with the rows of one community, found once for all of them."""
    rows = {name: tables[name].groupby("community_id", sort=False).indices for name in OF_COMMUNITY}

    def of(community: str) -> dict[str, pd.DataFrame]:
        own = {name: tables[name].iloc[rows[name].get(community, [])] for name in OF_COMMUNITY}
        return {**tables, **own}

    return of


def _infiltration(inputs: Inputs) -> dict[str, pd.DataFrame]:
    """What enters through the ground, where the project asks for it."""
    settings = inputs.settings.infiltration
    if not (settings.groundwater or settings.rain_derived):
        return {}
    return {"infiltration": infiltration_table([m.system for m in inputs.modelled], settings)}


def provenance_of(inputs: Inputs) -> pd.DataFrame:
    """Where the values of the assessed communities come from."""
    table = provenance_table(inputs.layers)
    return table[table["community_id"].isin(inputs.community_ids)].reset_index(drop=True)


def _elements(inputs: Inputs) -> pd.DataFrame:
    """Which feature each element of each model is, so that both can be found from the other."""
    parts = [
        m.model.elements.assign(model=m.model.name, scenario=m.model.scenario)[
            ["model", "scenario", *ELEMENT_COLUMNS]
        ]
        for m in inputs.modelled
    ]
    return (
        pd.concat(parts, ignore_index=True)
        if parts
        else pd.DataFrame(columns=["model", "scenario", *ELEMENT_COLUMNS])
    )


def _capture_basis(performance: Performance | None) -> dict[str, Any]:
    if performance is None:
        return {}
    keeping = {
        c: float(str(v["cleaning_keeps_a"]))
        for c, v in performance.communities.items()
        if "cleaning_keeps_a" in v
    }
    return {
        "keeping_interval_a": keeping,
        "capture_place": performance.curve.place,
        "capture_source": performance.curve.source,
    }


def _with_ways(sponge: pd.DataFrame, performance: Performance | None) -> pd.DataFrame:
    """The year's figures of a community and scenario beside those of each of its storms."""
    if performance is None:
        return sponge.reindex(columns=[*sponge.columns, *WAY_COLUMNS])
    return sponge.merge(performance.ways, on=["community_id", "scenario"], how="left", validate="many_to_one")


def _row(
    inputs: Inputs,
    community: str,
    tables: Mapping[str, pd.DataFrame],
    facts: Mapping[str, RunFacts],
    known: Mapping[tuple[str, str], ScenarioFacts],
) -> dict[str, object]:
    """One row of communities.csv, but for the percentages that follow from it."""
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


def _page(
    inputs: Inputs,
    row: Mapping[str, object],
    tables: Mapping[str, pd.DataFrame],
    known: Mapping[tuple[str, str], ScenarioFacts],
) -> CommunityPage:
    community = str(row["community_id"])
    headline = inputs.settings.headline_storm
    boundary = inputs.about.loc[community, "geometry"]
    layers, hydrographs, water = {}, {}, {}
    found: dict[str, Modelled] = {}
    for scenario in ("before", "after"):
        modelled = inputs.of(community, scenario)
        if modelled is not None:
            layers[scenario] = modelled.system.of_community(community)
            hydrographs[scenario] = known[community, scenario].runoff_l_s
            found[scenario] = modelled
            wet = inputs.flows.get(f"{modelled.model.name}/{scenario}/{headline}")
            if wet is not None and wet.frames_mm is not None:
                water[scenario] = WaterFrames(wet.frames_mm, wet.ground.transform, wet.frame_min)
    runs = tables["runs"]
    own_runs = {run.run_id for run in inputs.runs_of(community)}
    ponding = tables["ponding"]

    def own(name: str) -> pd.DataFrame:
        table = tables[name]
        return table[table["community_id"] == community].reset_index(drop=True)

    sites = ponding[(ponding["community_id"] == community) & (ponding["storm_id"] == headline)]
    return CommunityPage(
        community,
        str(row["name"]),
        row,
        boundary,
        layers,
        hydrographs,
        _placed(sites, inputs.layers),
        _placed(own("separation").reindex(columns=SEPARATION_COLUMNS), inputs.layers),
        runs[runs["run_id"].isin(own_runs)].reset_index(drop=True),
        own("quantities").dropna(subset=["length_m"]).reset_index(drop=True),
        own("findings"),
        HydraulicsOnDemand(found, community, headline),
        water,
    )


def _placed(table: pd.DataFrame, layers: LayerSet) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(table["x_m"].astype(float), table["y_m"].astype(float))
    return gpd.GeoDataFrame(table.reset_index(drop=True), geometry=points, crs=layers.crs)


def _storm_summary(storm: Storm) -> StormSummary:
    formula = storm.formula
    return StormSummary(
        storm.storm_id,
        storm.return_period_a,
        storm.duration_min,
        storm.depth_mm,
        formula.place,
        formula.text(),
        formula.source,
        formula.confidence,
        storm.hyetograph,
    )


def _notes(inputs: Inputs) -> tuple[tuple[str, Mapping[str, object]], ...]:
    """What a reader must know, as keys of the report's catalogue with their parameters."""
    settings = inputs.settings
    notes: list[tuple[str, Mapping[str, object]]] = []
    if inputs.performance is not None:
        notes.extend(performance_notes(inputs.performance, settings))
    if inputs.measurements.rain_mm is not None:
        dry = settings.evidence
        notes.append(
            ("note_dry_weather_of_rain", {"hours": f"{dry.dry_after_h:g}", "depth": f"{dry.dry_rain_mm:g}"})
        )
    if not settings.rainfall.own_formula:
        notes.append(("note_formula_of_another_place", {"place": settings.rainfall.formula}))
    notes.extend(("note_of_project", {"text": line}) for line in settings.notes)
    return tuple(notes)

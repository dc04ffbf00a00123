"""From models and their results to the review: every table and every community's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from spongecalc.assess.answers import TABLE as ANSWERS
from spongecalc.assess.answers import answers_table, community_answers
from spongecalc.assess.bill import bill_tables
from spongecalc.assess.by_reference import inputs_by_reference
from spongecalc.assess.communities import communities_table, with_reductions
from spongecalc.assess.community_page import community_page
from spongecalc.assess.community_row import community_row
from spongecalc.assess.criteria import (
    Judging,
    asked_of,
    finished,
    overall,
    reasons_listed,
    unsettled_listed,
    verdicts,
)
from spongecalc.assess.criteria_figures import criteria_figures
from spongecalc.assess.design import design_tables
from spongecalc.assess.design_basis import TABLE as DESIGN_BASIS
from spongecalc.assess.design_basis import design_basis, values_not_read
from spongecalc.assess.field_evidence import evidence_tables
from spongecalc.assess.initial_states import initial_states, storm_rows
from spongecalc.assess.inputs import Inputs
from spongecalc.assess.model_rows import model_rows
from spongecalc.assess.outfall_tracers import outfall_tracer_table_of
from spongecalc.assess.peak_checks import peak_checks
from spongecalc.assess.performance import WAY_COLUMNS, Performance
from spongecalc.assess.performance_notes import performance_notes
from spongecalc.assess.ponding_agreement import FAILURES, failure_table
from spongecalc.assess.ponding_tables import PondingFound
from spongecalc.assess.return_periods import TABLE as RETURN_PERIODS
from spongecalc.assess.review import Review, StormSummary
from spongecalc.assess.run_table import run_facts
from spongecalc.assess.separation import separation_table, work_order
from spongecalc.assess.separation_grades import grade_table
from spongecalc.assess.settled import SettledFound, other_ends, rounded, with_ranges
from spongecalc.assess.spills import spill_table
from spongecalc.design.check import Check
from spongecalc.layers.finding import findings_table
from spongecalc.layers.ground_quality import ground_quality
from spongecalc.layers.provenance import provenance_table
from spongecalc.network.infiltration import infiltration_table
from spongecalc.project.settings import Settings
from spongecalc.rainfall.storm import Storm
from spongecalc.standards.provenance import CONFIRMED, Confirmation, decides
from spongecalc.swmm.model import ELEMENT_COLUMNS


def assess(inputs: Inputs, language: str, versions: Mapping[str, str]) -> Review:
    """Answer the four questions for every community.

    A figure that rests on a run which did not finish, or on a community that could not be modelled, is
    missing (NaN); the community's status says why.
    """
    settings = inputs.settings
    headline, scenarios = settings.headline_storm, settings.scenario_names
    rows_of = model_rows(
        inputs.modelled,
        inputs.runs,
        inputs.storms,
        settings,
        PondingFound(inputs.storms, settings, inputs.grounds, inputs.flows, inputs.site_ground),
        SettledFound(headline, inputs.references),
        language,
    )
    given = inputs
    # Of these runs alone: the reference runs have warnings of their own.
    inputs = replace(inputs, findings=(*inputs.findings, *rows_of.engine))
    findings = findings_table(inputs.findings, language)
    separation = separation_table(rows_of.separation, scenarios)
    separation = separation[separation["community_id"].isin(inputs.community_ids)].reset_index(drop=True)
    runs = rows_of.run_table(inputs.runs, inputs.results, language)
    pond = rows_of.ponding.judged(inputs.community_ids, inputs.layers["ponding_records"], inputs.causes)
    peaks = rows_of.leaving.peak_table(inputs.community_ids, scenarios)
    sponge = _with_ways(rows_of.sponge_table(inputs.community_ids, scenarios), inputs.performance)
    peaks_checked = peak_checks(inputs, rows_of.leaving, sponge)
    tables = {
        "separation": separation,
        **pond.tables,
        **({RETURN_PERIODS: inputs.return_periods} if len(inputs.return_periods) else {}),
        **({FAILURES: failure_table(inputs.failed_flows)} if inputs.failed_flows else {}),
        "work_order": work_order(rows_of.ways, separation, scenarios),
        "separation_grades": grade_table(rows_of.grades, scenarios),
        **({"separation_contributions": inputs.contributions} if len(inputs.contributions) else {}),
        "separation_spills": spill_table(rows_of.spills, scenarios),
        **_infiltration(inputs),
        "separation_outfalls": outfall_tracer_table_of(rows_of.outfalls, scenarios),
        **evidence_tables(inputs.measurements, inputs.modelled, settings.measured, settings.evidence),
        "outfalls": rows_of.leaving.outfall_table(inputs.community_ids, scenarios),
        "outfall_peaks": peaks,
        "sponge": sponge,
        **rows_of.storage_tables(scenarios),
        **bill_tables(inputs.layers, settings, inputs.documents.claims, inputs.documents.prices),
        **design_tables(inputs.modelled, inputs.storms, inputs.layers, settings, peaks_checked),
        "runs": runs,
        "findings": findings,
        "elements": _elements(inputs),
        "provenance": _provenance(inputs),
    }
    if inputs.performance is not None:
        tables |= {
            "sponge_life": inputs.performance.life,
            "sponge_ranges": inputs.performance.ranges,
            "sponge_facilities": inputs.performance.facilities,
            "sponge_differences": inputs.performance.differences,
            "initial_states": initial_states(
                storm_rows(inputs.modelled, inputs.storms, settings.sponge), inputs.performance.states
            ),
        }
    ground = ground_quality(inputs.layers)
    ground = ground[ground["community_id"].isin(inputs.community_ids)].reset_index(drop=True)
    if len(ground):
        tables["ground"] = ground
    if inputs.intake is not None:
        tables["intake"] = inputs.intake
    if inputs.tanks is not None:
        tables["tanks"] = inputs.tanks
    other = _by_reference(given, language, versions)
    if other is not None:
        rows_of.settled.compare_tables(tables, other.tables, [p.community_id for p in other.pages])
    tables |= rows_of.settled.tables(inputs.community_ids, scenarios)
    tables |= with_ranges(tables, tables["settled"], settings.compared[1])
    tables["settled"] = rounded(tables["settled"])
    homeless = (findings["severity"] == "error") & (findings["community_id"] == "")
    facts = run_facts(runs)
    own = _own_rows(tables)
    answers = answers_table(inputs, own, rows_of.facts, facts)
    of_community = community_answers(answers, headline)
    judging = judging_of(inputs)
    storms = tuple(_storm_summary(s, settings.standards.confirmations) for s in inputs.storms)
    tables[DESIGN_BASIS] = design_basis(inputs, tables, storms, judging.asked)
    not_read = values_not_read(tables[DESIGN_BASIS])
    swayed = {p.community_id: p.row for p in other.pages} if other is not None else {}
    rows = []
    for c in inputs.community_ids:
        found = community_row(inputs, c, own(c), of_community.get(c, {}), facts, rows_of.facts)
        rows.append(_judged(inputs, found, judging, own(c), peaks_checked, not_read, swayed.get(c)))
    left_out = len(inputs.layers.community_ids) - len(inputs.community_ids)
    communities = communities_table(
        rows,
        headline,
        settings.compared,
        whole=not homeless.any(),
        partial=left_out > 0,
        by_reference=swayed,
    )
    pages = tuple(
        community_page(inputs, row, own(str(row["community_id"])), rows_of.facts)
        for row in communities.iloc[:-1].to_dict("records")  # without TOTAL
    )
    return Review(
        settings.name,
        inputs.layers.crs.to_string(),
        headline,
        storms,
        {"communities": communities, ANSWERS: answers, **tables},
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
        targets_of(settings),
        **_capture_basis(inputs.performance),
        ponding_areas=pond.areas,
        depths=pond.depths,
        catalogue=inputs.settings.catalogue,
        confirmations=inputs.settings.standards.confirmations,
        scenarios=settings.scenarios,
        compared=settings.compared,
        not_decisive=judging.not_decisive,
    )


def _by_reference(inputs: Inputs, language: str, versions: Mapping[str, str]) -> Review | None:
    """The same assessment of the reference runs; None without any."""
    swayed = inputs_by_reference(inputs)
    return assess(swayed, language, versions) if swayed is not None else None


def targets_of(settings: Settings) -> dict[str, float | None]:
    """The project's targets by name, that of the year's capture ratio among them."""
    return {**settings.targets.model_dump(), "capture_percent": settings.sponge.target_percent}


def judging_of(inputs: Inputs) -> Judging:
    """The basis on which the communities are judged."""
    settings = inputs.settings
    targets = targets_of(settings)
    first = next(s for s in settings.scenarios if s.name == settings.compared[0])
    claims = inputs.about[["claimed_storm_m", "claimed_sewage_m"]]
    asked = asked_of(first, targets, claimed=bool(claims.notna().any(axis=None)))
    reasons: dict[str, str] = {n.criterion: n.reason for n in settings.verdict.not_decisive}
    return Judging(targets, settings.compared, asked, reasons)


def _judged(
    inputs: Inputs,
    row: Mapping[str, object],
    judging: Judging,
    tables: Mapping[str, pd.DataFrame],
    peaks: Sequence[Check],
    not_read: int,
    by_reference: Mapping[str, object] | None,
) -> dict[str, object]:
    """A community's row with the figures that only its criteria need, and its verdict.

    ``by_reference`` is its row by the reference runs, None where it has none.
    """
    community = str(row["community_id"])
    figures = criteria_figures(
        inputs.storms,
        inputs.settings,
        tables,
        [c for c in peaks if c.feature.community_id == community],
        [f for f in inputs.findings if f.feature.community_id == community and inputs.matters(f.feature)],
        modelled=finished(row),
    ) | {"values_not_read": not_read}
    whole = with_reductions({**row, **figures}, judging.compared)
    if by_reference is not None:
        figures["verdict_unsettled"] = whole["verdict_unsettled"] = unsettled_listed(
            verdicts(whole, judging), verdicts(by_reference, judging)
        )
        figures |= other_ends(row, by_reference, judging.compared)
    return {
        **row,
        **figures,
        "verdict": overall(whole, judging),
        "verdict_reasons": reasons_listed(whole, judging),
    }


OF_COMMUNITY = (
    "separation",
    "separation_grades",
    "separation_spills",
    "ponding",
    "ponding_nodes",
    "ponding_agreement",
    "sponge",
    "outfall_peaks",
    "quantities",
    "quantity_features",
    "findings",
    "design_checks",
)
"""Tables of which a community's row and page take their own rows."""


def _own_rows(tables: Mapping[str, pd.DataFrame]) -> Callable[[str], dict[str, pd.DataFrame]]:
    """A function that gives the tables with the rows of one community, found once for all of them."""
    rows = {name: tables[name].groupby("community_id", sort=False).indices for name in OF_COMMUNITY}

    def of(community: str) -> dict[str, pd.DataFrame]:
        own = {name: tables[name].iloc[rows[name].get(community, [])] for name in OF_COMMUNITY}
        return {**tables, **own}

    return of


def _infiltration(inputs: Inputs) -> dict[str, pd.DataFrame]:
    """The table of infiltration into the pipes, where the project asks for it."""
    settings = inputs.settings.infiltration
    if not (settings.groundwater or settings.rain_derived):
        return {}
    return {"infiltration": infiltration_table([m.system for m in inputs.modelled], settings)}


def _provenance(inputs: Inputs) -> pd.DataFrame:
    """The table of sources of the assessed communities' values."""
    table = provenance_table(inputs.layers)
    return table[table["community_id"].isin(inputs.community_ids)].reset_index(drop=True)


def _elements(inputs: Inputs) -> pd.DataFrame:
    """Model elements beside the features they stand for, so that each can be found from the other."""
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
        "capture_percent": performance.curve.percent(performance.design_mm),
        "capture_source": performance.curve.source,
    }


def _with_ways(sponge: pd.DataFrame, performance: Performance | None) -> pd.DataFrame:
    """The year's figures of a community and scenario beside those of each of its storms."""
    if performance is None:
        return sponge.reindex(columns=[*sponge.columns, *WAY_COLUMNS])
    return sponge.merge(performance.ways, on=["community_id", "scenario"], how="left", validate="many_to_one")


FORMULA_TABLES = ("storm_formulas", "storm_formula_intervals")


def _storm_summary(storm: Storm, confirmations: Sequence[Confirmation]) -> StormSummary:
    formula = storm.formula
    read = any(c.table in FORMULA_TABLES and c.means(formula.place) for c in confirmations)
    return StormSummary(
        storm.storm_id,
        storm.return_period_a,
        storm.duration_min,
        storm.depth_mm,
        formula.place,
        formula.text(),
        formula.source,
        CONFIRMED if read and not decides(formula.how_known) else formula.how_known,
        formula.fitted,
        storm.hyetograph,
    )


def _notes(inputs: Inputs) -> tuple[tuple[str, Mapping[str, object]], ...]:
    """Notes for the reader, as keys of the report's catalogue with their parameters."""
    settings = inputs.settings
    notes: list[tuple[str, Mapping[str, object]]] = []
    if inputs.performance is not None:
        notes.extend(performance_notes(inputs.performance, settings))
    if inputs.measurements.rain_mm is not None:
        dry = settings.evidence
        notes.append(
            ("note_dry_weather_of_rain", {"hours": f"{dry.dry_after_h:g}", "depth": f"{dry.dry_rain_mm:g}"})
        )
    if not settings.ponding.model_fields_set & {"inlet_capacity_l_s"}:
        ponding = settings.ponding
        known = {"capacity": f"{ponding.inlet_capacity_l_s:g}", "clogging": f"{ponding.inlet_clogging_percent:g}"}
        notes.append(("note_inlets", known))
    if not settings.rainfall.own_formula:
        notes.append(("note_formula_of_another_place", {"place": settings.rainfall.formula}))
    notes.extend(("note_of_project", {"text": line}) for line in settings.notes)
    return tuple(notes)

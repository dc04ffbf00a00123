"""The steps from a project to its review, each a function of what the one before it returned."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from spongecalc.assess.assessment import assess as assess_inputs
from spongecalc.assess.field_evidence import read_measurements
from spongecalc.assess.inputs import Inputs
from spongecalc.assess.modelled import join_results
from spongecalc.assess.review import Review
from spongecalc.batch.own_files import note_written, refuse_files_of_others
from spongecalc.batch.pool import Executor
from spongecalc.batch.results import Results
from spongecalc.batch.run import Run, RunDone
from spongecalc.batch.runs import Again, execute
from spongecalc.batch.side_worker import SideWorker
from spongecalc.design.cover import find_little_cover
from spongecalc.design.limits import Limits
from spongecalc.ground.of_system import grounds_of
from spongecalc.intake.delivered import delivered
from spongecalc.layers.bill_documents import read_bill_documents
from spongecalc.layers.border_cut import at_each_piece
from spongecalc.layers.carried_files import series_files, with_carried_files
from spongecalc.layers.check import check_coordinates, check_layers, completed, read_and_placed
from spongecalc.layers.finding import Finding, communities_with_errors
from spongecalc.layers.geometry_rules import WITHOUT_SHAPE, mend_geometries
from spongecalc.layers.impossible_levels import without_echoes
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.made_ids import as_repair, is_named
from spongecalc.layers.membership import assign_communities
from spongecalc.layers.outfall_levels import OutfallLevels, read_outfall_levels
from spongecalc.layers.provenance import DEFAULT, flagged, read_flags
from spongecalc.layers.read import refused_sources
from spongecalc.layers.repairs.fix import Repaired, repaired
from spongecalc.layers.rules.infiltration_rules import check_rain_derived_inflow
from spongecalc.layers.rules.lost_layers import check_lost_layers
from spongecalc.layers.rules.rain_rules import check_rain, check_series
from spongecalc.layers.rules.scenario_rules import check_scenarios
from spongecalc.layers.standing import stands
from spongecalc.layers.zero_levels import as_change, is_emptied
from spongecalc.network.assumed_laterals import with_nearest_laterals
from spongecalc.network.connectivity import check_connectivity, check_not_drained
from spongecalc.network.lateral_rules import check_laterals
from spongecalc.network.outside_water import check_outside_water
from spongecalc.progress import Progress, no_progress
from spongecalc.project.design_storms import design_storms
from spongecalc.project.input_digests import input_digests
from spongecalc.project.load import Project
from spongecalc.project.long_rain import LongRain
from spongecalc.project.scenario_settings import Scenario
from spongecalc.project.settings import Settings
from spongecalc.report.content.institute import PLAIN, read_institute
from spongecalc.report.render.formats import write_formats
from spongecalc.report.render.quantities_workbook import FILE_NAME as WORKBOOK
from spongecalc.report.render.quantities_workbook import TABLES as WORKBOOK_TABLES
from spongecalc.report.render.quantities_workbook import write_workbook
from spongecalc.report.tables.csv_tables import refuse_tables_of_others, write_tables
from spongecalc.report.tables.depth_rasters import depth_raster_places, write_depth_rasters
from spongecalc.report.tables.geopackage import GEOPACKAGES, write_geopackages
from spongecalc.scenario import DrainageSystem, drainage_systems
from spongecalc.steps.built import Built
from spongecalc.steps.checked import Checked
from spongecalc.steps.events import project_events, project_traced_event
from spongecalc.steps.intake import intake_of
from spongecalc.steps.ponding import kept_runs
from spongecalc.steps.ponding_causes import kept_causes
from spongecalc.steps.removal import removal_folder, stored_contributions
from spongecalc.steps.return_periods import kept_return_periods
from spongecalc.steps.settled import kept_references
from spongecalc.steps.sponge import (
    asked,
    continuous_path,
    current_continuous,
    sponge_performance,
)
from spongecalc.steps.sweeps import swept_of
from spongecalc.surfaces.assumed_values import find_assumed_values
from spongecalc.swmm.basin import basins_of
from spongecalc.swmm.model import build_model
from spongecalc.swmm.run_result import RunResult
from spongecalc.swmm.tank import tanks_of
from spongecalc.versions import versions

NOT_LISTED = ("value.not_allowed", "value.missing")
SOURCE_ELSEWHERE = ("crs.wrong_meridian", "crs.axes_swapped", "crs.zone_prefix", "crs.degrees")
ECHOES_OF_ELSEWHERE = ("feature.away", "inlet.no_surface", "lateral.far_from_source")
FAR_FROM_HOME = ("node.outside", "node.far_outside", "pipe.outside", "pipe.far_outside")
"""What every feature of a source that lies elsewhere would be told of."""
MOST_COMMUNITIES_BESIDE = 200
"""Communities of which another process may hold layers and tables as well."""


def check(project: Project, communities: Iterable[str] = (), scenarios: Sequence[str] = ()) -> Checked:
    """Read and check a project's layers and cut them into drainage systems.

    Parameters
    ----------
    project
        A loaded project.
    communities
        Ids to work on; none means all. Communities that drain through a named one are modelled with it.
    scenarios
        Names of the scenarios to work on; none means all of the project's.
    """
    settings = project.settings
    layers, found = read_and_placed(
        project.folder,
        settings.layers,
        settings.crs,
        settings.scenario_columns,
        settings.catalogue,
        tolerance_m=settings.checks.snap_tolerance_m,
        ground=settings.ground,
    )
    findings: list[Finding] = list(found)
    rows = delivered(layers)
    layers, found = completed(layers, settings.checks, settings.scenarios)
    layers, of_files = with_carried_files(layers, project.folder, settings.structures.carried, settings.layers)
    findings = [*at_each_piece(findings, layers), *found, *of_files]
    return _cut_systems(project, layers, findings, communities, scenarios, rows)


def fix(project: Project, communities: Iterable[str] = (), more: Sequence[str] = ()) -> tuple[Checked, Repaired]:
    """Read a project's layers, make every repair, and check what comes out; nothing is written.

    ``more`` are text columns beyond the contract's that the layers keep.
    """
    settings = project.settings
    layers, found = read_and_placed(
        project.folder,
        settings.layers,
        settings.crs,
        (*settings.scenario_columns, *more),
        settings.catalogue,
        tolerance_m=settings.checks.snap_tolerance_m,
        ground=settings.ground,
    )
    rows: dict[str, pd.DataFrame] = {}
    mended = repaired(layers, settings.checks, settings.repair, settings.scenarios)
    named = tuple(as_repair(f) for f in found if is_named(f))
    emptied = tuple(as_change(f) for f in found if is_emptied(f))
    mended = replace(mended, changes=(*named, *emptied, *mended.changes), refused=refused_sources(layers.read))
    layers = mended.layers
    # What a repair mends is told by its change, not once more by the finding of the reading.
    gone = {"community.none", "layer.lost", "crs.axes_swapped", "crs.zone_prefix", "crs.degrees"}
    findings = [f for f in found if f.rule not in gone and not is_named(f)]
    findings.extend(mend_geometries(replace(layers, frames={**layers.frames, **mended.unplaced}))[1])
    away = check_coordinates(layers)
    placed, of_communities = assign_communities(layers)
    findings.extend([*away, *of_communities, *check_lost_layers(placed, away)])
    layers, found = completed(layers, settings.checks, settings.scenarios)
    layers, of_files = with_carried_files(layers, project.folder, settings.structures.carried, settings.layers)
    findings = [*at_each_piece(findings, layers), *found, *of_files]
    return _cut_systems(project, layers, findings, communities, (), rows), mended


def _cut_systems(
    project: Project,
    layers: LayerSet,
    findings: list[Finding],
    communities: Iterable[str],
    names: Sequence[str],
    rows: Mapping[str, pd.DataFrame],
) -> Checked:
    """Check layers that are complete, and cut them into drainage systems; ``findings`` are those so far."""
    settings = project.settings
    scenarios = [s for s in settings.scenarios if not names or s.name in names]
    findings.extend(check_scenarios(layers, settings.scenarios))
    # A size that could not be read leaves its column empty: what was written there has been told.
    unread = {f.feature.feature_id for f in findings if f.rule == "pipe.size_unread"}
    # What has no shape for a reason that is told is told of no more.
    shapeless = {(f.feature.layer, f.feature.feature_id) for f in findings if f.rule in WITHOUT_SHAPE}
    # So is that a source lies elsewhere, and not of each feature how far it lies from its node or community.
    misplaced = {(f.feature.community_id, f.feature.layer) for f in findings if f.rule in SOURCE_ELSEWHERE}
    elsewhere = {community for community, _ in misplaced}
    findings = [
        f
        for f in findings
        if not (f.rule == "geometry.empty" and (f.feature.layer, f.feature.feature_id) in shapeless)
        and not (f.rule == "end.far" and f.feature.community_id in elsewhere)
    ]
    findings.extend(
        f
        for f in check_layers(layers, settings.checks, scenarios)
        if not (f.rule in ECHOES_OF_ELSEWHERE and f.feature.community_id in elsewhere)
        and not (f.rule in FAR_FROM_HOME and (f.feature.community_id, f.feature.layer) in misplaced)
        and (f.rule != "pipe.no_size" or f.found["column"] != "diameter_mm" or f.feature.feature_id not in unread)
    )
    levels = read_outfall_levels(
        project.folder, settings.outfall_levels, layers["nodes"], settings.longest_h, layers.outfall_series
    )
    # An outfall with a file of levels lacks none, whether or not the file can be used.
    findings = [
        f for f in findings if f.rule != "outfall.free_assumed" or f.feature.feature_id not in levels.meant
    ]
    findings.extend(levels.findings)
    findings = without_echoes(findings)
    first = {}
    # A kind or system that there is not leads nowhere: such a community is looked at once that is mended.
    unread_values = frozenset(
        f.feature.community_id for f in findings if f.rule in NOT_LISTED and f.feature.community_id
    )
    for scenario in scenarios:
        first[scenario.name] = _cut(settings, layers, scenario, unread_values, levels)
        later = _drained_later(layers, settings.scenarios, scenario)
        cut, found = first[scenario.name]
        for system in cut:
            if system.pipes.empty and set(system.communities) <= later:
                findings.extend(check_not_drained(system))
                continue
            findings.extend(check_connectivity(system))
            findings.extend(check_laterals(system))
            findings.extend(check_outside_water(system))
            findings.extend(tanks_of(system, settings.tanks.depth_m)[1])
            findings.extend(basins_of(system, settings.basins)[1])
    findings.extend(find_assumed_values(layers))
    limits = Limits(settings.design, settings.checks.min_cover_m, settings.standards.confirmations)
    uncut = [system for cut, _ in first.values() for system in cut]
    findings.extend(find_little_cover(uncut, limits, settings.carriageway))
    documents = read_bill_documents(project.folder, settings.quantities.claims, settings.quantities.prices)
    findings.extend(documents.findings)
    measurements = read_measurements(project.folder, layers, settings.evidence)
    findings.extend(measurements.findings)
    rain = LongRain(project.folder, settings)
    if rain.named:
        findings.extend(check_series(settings.sponge.series.file, rain.series, rain.trouble))
    wanted = set(communities)
    systems: list[DrainageSystem] = []
    for scenario in scenarios:
        excluded = communities_with_errors(findings)
        cut, found = _cut(settings, layers, scenario, excluded, levels) if excluded else first[scenario.name]
        findings.extend(found)
        later = _drained_later(layers, settings.scenarios, scenario)
        drained = [s for s in cut if not s.pipes.empty or not set(s.communities) <= later]
        systems.extend(s for s in drained if not wanted or wanted & set(s.communities))
    ids = tuple(c for c in layers.community_ids if not wanted or c in wanted)
    layers = _with_assumed_marked(layers, systems)
    complete = len(scenarios) == len(settings.scenarios)
    every = tuple(findings)
    return Checked(
        project, layers, tuple(systems), every, ids, documents, measurements, rows, complete, rain=rain
    )


def _cut(
    settings: Settings, layers: LayerSet, scenario: Scenario, excluded: frozenset[str], levels: OutfallLevels
) -> tuple[tuple[DrainageSystem, ...], tuple[Finding, ...]]:
    """The systems of a scenario under the levels outside, with the laterals that the project lets assume."""
    cut, found = drainage_systems(layers, scenario, excluded)
    cut = tuple(system.under(levels) for system in cut)
    if settings.sewage.laterals != "nearest":
        return cut, found
    led = [with_nearest_laterals(system, settings.sewage.lateral_reach_m) for system in cut]
    return tuple(s for s, _ in led), (*found, *(f for _, more in led for f in more))


def _with_assumed_marked(layers: LayerSet, systems: Iterable[DrainageSystem]) -> LayerSet:
    """Layers in which buildings bear the flag of a lateral that was assumed in some scenario."""
    assumed = {
        building
        for system in systems
        for building, flags in zip(system.buildings["building_id"], system.buildings["flags"], strict=True)
        if read_flags(flags).get("sewage_to") == DEFAULT
    }
    if not assumed:
        return layers
    buildings = layers["buildings"]
    marked = flagged(buildings, buildings["building_id"].isin(assumed), "sewage_to", DEFAULT)
    return layers.with_frame("buildings", marked)


def _drained_later(layers: LayerSet, scenarios: Sequence[Scenario], scenario: Scenario) -> set[str]:
    """Communities that have pipes in a scenario after this one."""
    names = [s.name for s in scenarios]
    pipes = layers["pipes"]
    after = scenarios[names.index(scenario.name) + 1 :]
    return {str(c) for s in after for c in pipes["community_id"][stands(layers, "pipes", s)].dropna().unique()}


def build(checked: Checked, progress: Progress = no_progress) -> Built:
    """Make the SWMM model of each drainage system."""
    settings = checked.project.settings
    storms = design_storms(settings)
    rain = checked.rain
    models = []
    progress("build", 0, len(checked.systems))
    for system in checked.systems:
        models.append(build_model(system, settings, storms, rain).with_shared_texts())
        progress("build", len(models), len(checked.systems))
    grounds, of_grounds = grounds_of(checked.systems, settings.ponding)
    of_rain = (*check_rain(settings, rain.curve), *check_rain_derived_inflow(settings, storms))
    findings = (*checked.findings, *of_rain, *(f for m in models for f in m.findings), *of_grounds)
    return Built(
        checked,
        tuple(models),
        storms,
        project_events(settings, storms),
        findings,
        grounds,
        project_traced_event(settings, storms),
        rain=rain,
    )


def plan(built: Built) -> tuple[Run, ...]:
    """Every run of the built models, each in its folder under the project's results."""
    return built.runs


def run(
    built: Built,
    jobs: int,
    progress: Progress = no_progress,
    *,
    again: Again = "nothing",
    executor: Executor | None = None,
    on_event: Callable[[RunDone], None] | None = None,
    on_due: Callable[[Collection[str]], None] | None = None,
) -> Results:
    """Run every model through every event that is due, in ``jobs`` worker processes; results by run id.

    ``again``, ``executor``, ``on_event`` and ``on_due`` are those of :func:`spongecalc.batch.runs.execute`.
    """
    runs = plan(built)
    progress("run", 0, len(runs))
    return execute(
        runs,
        processes=jobs,
        on_done=lambda done: progress("run", done, len(runs)),
        again=again,
        executor=executor,
        on_event=on_event,
        on_due=on_due,
    )


def assess(built: Built, results: Mapping[str, RunResult], language: str | None = None, jobs: int = 2) -> Review:
    """Answer the four questions from the runs; the year's capture from events of runoff alone, run here."""
    checked = built.checked
    settings = checked.project.settings
    contributions, stale = stored_contributions(removal_folder(built), built.models, built.dry)
    modelled = join_results(checked.systems, built.models, results)
    question = asked(built)
    kept = current_continuous(question, continuous_path(checked.project), jobs)
    performance, tanks = sponge_performance(question, kept, jobs)
    flows, failed_flows = kept_runs(built)
    causes, stale_causes = kept_causes(built.search, flows)
    periods, stale_periods = kept_return_periods(built.search, settings)
    inputs = Inputs(
        checked.layers,
        settings,
        built.storms,
        modelled,
        plan(built),
        results,
        built.findings,
        checked.community_ids,
        checked.documents,
        measurements=checked.measurements,
        grounds=built.grounds,
        flows={run_id: kept.wet for run_id, kept in flows.items()},
        failed_flows=failed_flows,
        site_ground=built.site_ground,
        causes=causes,
        return_periods=periods,
        stale_ponding=tuple(sorted({*stale_causes, *stale_periods})),
        contributions=contributions,
        stale_contributions=stale,
        performance=performance,
        tanks=tanks,
        intake=intake_of(built).table,
        references=kept_references(built, results),
    )
    review = assess_inputs(inputs, language or settings.language, versions())
    digests = input_digests(checked.project, series_files(checked.project))
    return replace(review, inputs=digests, swept=swept_of(built))


def takes_part(built: Built, beside: SideWorker) -> SideWorker:
    """The worker that makes a part of the results: ``beside``, and of a large county none.

    Its imports, and its copy of what the results are made of, would fill the memory.
    """
    return beside if len(built.checked.community_ids) <= MOST_COMMUNITIES_BESIDE else SideWorker(1)


def write_results(
    built: Built,
    review: Review,
    language: str | None = None,
    beside: SideWorker | None = None,
    *,
    folder: Path | None = None,
) -> list[Path]:
    """Write results/*.csv, the GeoPackages and the workbook of quantities; a worker ``beside`` takes its part.

    ``folder`` is another one than the project's for results.
    """
    project = built.checked.project
    folder = folder or project.results_folder
    folder.mkdir(parents=True, exist_ok=True)
    refuse_tables_of_others(review.tables, folder)
    others = [*(folder / name for name in (WORKBOOK, *GEOPACKAGES)), *depth_raster_places(review.depths, folder)]
    refuse_files_of_others(folder, others, {})
    beside = takes_part(built, beside or SideWorker(1))
    # All that is shown, and no more: figures over time are slow to hand over.
    mapped = replace(
        review, pages=tuple(replace(p, hydrographs={}, hydraulics={}, water={}) for p in review.pages), depths=()
    )
    layers = beside.begin(write_geopackages, mapped, folder)
    shown = {name: table for name, table in review.tables.items() if name in WORKBOOK_TABLES}
    spoken = language or project.settings.language
    bill = beside.begin(write_workbook, shown, folder / WORKBOOK, spoken, review.catalogue)
    files = [
        *write_tables(review.tables, folder),
        *layers(),
        *write_depth_rasters(review.depths, review.crs, folder),
        bill(),
    ]
    note_written(folder, files)
    return files


def report(
    built: Built,
    review: Review,
    language: str | None = None,
    beside: SideWorker | None = None,
    *,
    folder: Path | None = None,
    formats: Collection[str] | None = None,
) -> tuple[Path, ...]:
    """Write the report in the project's formats; returns its files, the page to open first.

    A worker ``beside`` makes some of the formats meanwhile; ``folder`` and ``formats`` are others than the
    project's.

    Raises
    ------
    InstituteError
        The template folder that the project names cannot be used.
    """
    project = built.checked.project
    settings = project.settings.document
    institute = read_institute(project.folder / settings.template) if settings.template else PLAIN
    return write_formats(
        review,
        folder or project.folder / project.settings.report,
        language or project.settings.language,
        settings.formats if formats is None else formats,
        institute,
        beside,
    )


def template_files(built: Built) -> list[str]:
    """Names of the files of the report's template in the project's folder; none where it has no template."""
    project = built.checked.project
    if not project.settings.document.template:
        return []
    folder = project.folder / project.settings.document.template
    return sorted(p.relative_to(project.folder).as_posix() for p in folder.glob("*") if p.is_file())

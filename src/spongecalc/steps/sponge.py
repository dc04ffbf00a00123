"""The steps of sponge performance: the project's rain, the events, the continuous simulation."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import pandas as pd

from spongecalc.assess.continuous import (
    TANK_COLUMNS,
    ContinuousResult,
    continuous_result,
    read_continuous,
    tank_rows_by_day,
    write_continuous,
)
from spongecalc.assess.performance_tables import EventResults, Performance, performance
from spongecalc.batch.runoff_batch import RunoffTask, run_task
from spongecalc.progress import Progress, no_progress
from spongecalc.project.load import Project
from spongecalc.project.settings import Settings
from spongecalc.project.sponge_settings import GENERATED
from spongecalc.rainfall.capture_ratio import CaptureCurve, curve_of_city, curve_of_series
from spongecalc.rainfall.generated_series import climate_of, generated_series
from spongecalc.rainfall.rain_series import RainSeries
from spongecalc.rainfall.read_series import SeriesError, read_series
from spongecalc.scenario import DrainageSystem
from spongecalc.sponge.event_runs import (
    Site,
    continuous_task,
    design_rainfall_of,
    event_task,
    range_task,
    sites_of,
)
from spongecalc.sponge.parameter_ranges import parameter_ranges
from spongecalc.swmm.model import SwmmModel
from spongecalc.swmm.runoff_only import runoff_text

CONTINUOUS_FILE = "sponge_continuous.json"
COMMUNITIES_AT_A_TIME = 100
"""Whose volumes are in memory together: some 0.7 MiB a community."""


@dataclass(frozen=True)
class ProjectRain:
    """The project's long series and capture curve; ``trouble`` says why the series could not be read."""

    series: RainSeries
    curve: CaptureCurve
    trouble: SeriesError | None = None


def project_rain(project: Project) -> ProjectRain:
    """Read or make the project's series, and choose the capture curve.

    The curve is that of a measured series of the project; without one that of the guide's table. A series
    that cannot be read is replaced by the generated one, and said to be.
    """
    sponge = project.settings.sponge
    trouble = None
    if sponge.series != GENERATED:
        try:
            series = read_series(project.folder / sponge.series)
            return ProjectRain(series, curve_of_series(series, project.settings.name, "measured"))
        except SeriesError as reason:
            trouble = reason
    series = generated_series(climate_of(sponge.climate), sponge.generated_years, sponge.generated_seed)
    return ProjectRain(series, curve_of_city(sponge.place), trouble)


def portions(sites: Sequence[Site]) -> Iterator[tuple[Site, ...]]:
    """Sites by ``COMMUNITIES_AT_A_TIME``, the scenarios of a community together; their order stays."""
    communities = list(dict.fromkeys(s.community_id for s in sites))
    of = {c: n // COMMUNITIES_AT_A_TIME for n, c in enumerate(communities)}
    for _, own in groupby(sites, lambda s: of[s.community_id]):
        yield tuple(own)


def run_events(sites: tuple[Site, ...], settings: Settings, design_mm: float, jobs: int) -> EventResults:
    """Run the events of sites: as taken, at the ends of the ranges, clogged."""
    ranges = parameter_ranges()
    task, of_ranges = (
        event_task(sites, settings, design_mm, ranges),
        range_task(sites, settings, design_mm, ranges),
    )
    limit = settings.simulation.time_limit_s
    volumes, failed = run_task(task, processes=jobs, time_limit_s=limit) if task.grounds else ({}, {})
    range_volumes, more = (
        run_task(of_ranges, processes=jobs, time_limit_s=limit) if of_ranges.grounds else ({}, {})
    )
    return EventResults(sites, task, volumes, of_ranges, range_volumes, {**failed, **more})


def sponge_performance(
    project: Project, systems: Sequence[DrainageSystem], models: Sequence[SwmmModel], jobs: int
) -> tuple[Performance, pd.DataFrame]:
    """Performance of every modelled community, and the table of tanks."""
    settings = project.settings
    sites = sites_of(systems, models, settings)
    rain = project_rain(project)
    design_mm = design_rainfall_of(settings, rain.curve)
    events = (run_events(some, settings, design_mm, jobs) for some in portions(sites))
    kept = read_continuous(continuous_path(project))
    stale = False
    if kept is not None:
        digests, _ = continuous_digests(sites, settings, rain.series)
        stale = any(kept.digests.get(key) != digest for key, digest in digests.items())
        kept = kept.of({key for key, digest in digests.items() if kept.digests.get(key) == digest})
    found = performance(events, settings, rain.curve, design_mm, kept, continuous_stale=stale)
    if kept is not None and not stale:
        tanks = pd.DataFrame(list(kept.tanks), columns=TANK_COLUMNS)
    else:
        tanks = tank_rows_by_day(sites, settings, rain.series)
    return found, tanks


def continuous_path(project: Project) -> Path:
    """Where the result of the continuous simulation is kept."""
    return project.results_folder / CONTINUOUS_FILE


def continuous_digests(
    sites: tuple[Site, ...], settings: Settings, series: RainSeries
) -> tuple[dict[tuple[str, str], str], RunoffTask]:
    """Digest by community and scenario of all that its continuous simulation rests on; and the task of all."""
    task = continuous_task(sites, settings, series)
    rain = hashlib.sha256("\n".join(task.rain.lines).encode()).hexdigest()
    quotas = repr((settings.sponge.watering_l_m2_d, settings.sponge.washing_l_m2_d))
    short = replace(task.rain, lines=(rain,))
    digests = {}
    for site, ground in zip(sites, task.grounds, strict=True):
        text = runoff_text((ground,), task.settings, short, task.climate)
        parts = (text, rain, quotas, repr((site.tanks, sorted(site.first_flush_mm.items()))))
        digests[site.community_id, site.scenario] = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return digests, task


def run_continuous(
    project: Project,
    systems: Sequence[DrainageSystem],
    models: Sequence[SwmmModel],
    jobs: int,
    progress: Progress = no_progress,
) -> ContinuousResult:
    """Run the continuous simulation of every modelled community and keep its result."""
    settings = project.settings
    sites = sites_of(systems, models, settings)
    rain = project_rain(project)
    digests, task = continuous_digests(sites, settings, rain.series)
    limit = max(3600.0, settings.simulation.time_limit_s)
    volumes, failed = run_task(
        task, processes=jobs, time_limit_s=limit, on_done=lambda done, total: progress("continuous", done, total)
    )
    result = continuous_result(sites, settings, rain.series, volumes, failed, digests)
    write_continuous(result, continuous_path(project))
    return result

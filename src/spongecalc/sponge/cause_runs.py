"""Runs with one thing changed after the other, which tell why events and series differ for a community."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from spongecalc.batch.runoff_batch import Failures, RunoffTask, Volumes
from spongecalc.rainfall.days_respread import days_even, days_in_pattern
from spongecalc.rainfall.read_series import swmm_rain_lines
from spongecalc.sponge.event_chain import chained
from spongecalc.sponge.event_runs import DEPTH_RATIOS, TAKEN, Site
from spongecalc.sponge.question import RAIN_STEP_MIN, SpongeQuestion
from spongecalc.swmm.ground_state import READY
from spongecalc.swmm.runoff_only import Ground
from spongecalc.swmm.runoff_volumes import left_m3

# Losses over the series are the same at 60 s and 600 s.
WET_STEP_S = 600.0


@dataclass(frozen=True)
class CauseRuns:
    """Response of a community's ground, without tanks, with one thing after the other as it is in the series.

    ``still_mm`` is the runoff of the events on ground that is ready for rain, without evaporation; ``ready_mm``
    the same with evaporation. Capture ratios of the series in percent: with each day's rain in the events'
    pattern and no evaporation (``series_still``), with evaporation (``series_days``), and with each day's rain
    spread evenly over the hours in which it fell (``series_even``).
    """

    still_mm: np.ndarray
    ready_mm: np.ndarray
    series_still: float
    series_days: float
    series_even: float


def cause_tasks(sites: Sequence[Site], question: SpongeQuestion) -> tuple[RunoffTask, ...]:
    """The tasks for some communities: twice the events, then three times the series."""
    grounds = tuple(Ground((s.community_id, s.scenario, TAKEN), s.areas) for s in sites)
    ready = tuple(replace(g, states=tuple(READY for _ in g.areas)) for g in grounds)
    still = replace(question.climate, evaporation_mm_d=(0.0,) * 12)
    events = [
        replace(task, grounds=ready, climate=climate, marks_s=task.marks_s[-1:], coarse=None)
        for climate in (still, question.climate)
        for task in question.events
    ]
    pattern = days_in_pattern(question.series, question.day_shares, RAIN_STEP_MIN)
    task = question.continuous
    found = []
    for rain, climates in (
        (pattern, (still, question.climate)),
        (days_even(question.series), (question.climate,)),
    ):
        lines = tuple(swmm_rain_lines(rain, "RAIN"))
        found += [
            replace(
                task,
                grounds=grounds,
                rain=replace(task.rain, step_min=rain.step_min, lines=lines),
                climate=replace(climate, wet_step_s=WET_STEP_S),
                marks_s=task.marks_s[-1:],
                fine_keys=None,
                coarse=None,
                state_marks=(),
            )
            for climate in climates
        ]
    return (*events, *found)


def cause_runs(
    sites: Sequence[Site], results: Sequence[tuple[Volumes, Failures]]
) -> Mapping[tuple[str, str], CauseRuns]:
    """Results of the tasks of :func:`cause_tasks`, by community and scenario; none where one of them failed."""
    count = len(DEPTH_RATIOS)
    still, ready = (chained(results[n : n + count])[0] for n in (0, count))
    series = [volumes for volumes, _ in results[2 * count :]]
    found = {}
    for site in sites:
        key = (site.community_id, site.scenario, TAKEN)
        if any(key not in volumes for volumes in (still, ready, *series)):
            continue
        per_mm = 1000 / site.area_m2
        events = []
        for volumes in (still, ready):
            gathered = volumes[key].volumes.runoff_m3[:, site.to_nodes].sum(axis=1)
            events.append(np.diff(np.append(0.0, gathered)) * per_mm)
        captured = [
            100 * (1 - float(left_m3(v[key].volumes, site.areas).sum() / v[key].volumes.rain_m3[-1].sum()))
            for v in series
        ]
        found[site.community_id, site.scenario] = CauseRuns(events[0], events[1], *captured)
    return found

"""The steps of sponge performance: the project's rain, the events, the continuous simulation."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import replace
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
from spongecalc.assess.difference_causes import disagreeing
from spongecalc.assess.event_results import EventResults
from spongecalc.assess.performance import Performance, performance
from spongecalc.batch.pool import SAYS_NOTHING
from spongecalc.batch.runoff_batch import run_task, run_tasks
from spongecalc.progress import Progress, no_progress
from spongecalc.project.load import Project
from spongecalc.sponge.cause_runs import cause_runs, cause_tasks
from spongecalc.sponge.event_chain import chained
from spongecalc.sponge.event_runs import TAKEN
from spongecalc.sponge.question import Portion, SpongeQuestion, sponge_question
from spongecalc.steps.built import Built
from spongecalc.swmm.runoff_only import runoff_text

CONTINUOUS_FILE = "sponge_continuous.json"
SERIES_LIMIT_S = 3600.0
"""A run over a long series may take as long at least."""
COMMUNITIES_AT_A_TIME = 100
"""Whose volumes are in memory together: some 0.7 MiB a community."""


def asked(built: Built) -> SpongeQuestion:
    """The question of a project's systems, with its long rain."""
    rain = built.rain
    return sponge_question(built.checked.systems, built.models, rain.settings, rain.curve, rain.series)


def run_events(
    portion: Portion, question: SpongeQuestion, kept: ContinuousResult | None, jobs: int
) -> EventResults:
    """Run the events of a portion: as taken, at the ends of the ranges, clogged.

    Where the ways differ by more than the limit, also what tells why.
    """
    time_limit_s = question.time_limit_s
    tasks = (*portion.events, *portion.ranges)
    results = run_tasks(tasks, processes=jobs, time_limit_s=time_limit_s)
    volumes, failed = chained(results[: len(portion.events)])
    range_volumes, more = chained(results[len(portion.events) :])
    found = EventResults(portion, volumes, range_volumes, {**failed, **more})
    apart = disagreeing(found, question, kept)
    if not apart:
        return found
    limit = max(SERIES_LIMIT_S, time_limit_s)
    why = run_tasks(cause_tasks(apart, question), processes=jobs, time_limit_s=limit)
    return replace(found, causes=cause_runs(apart, why))


def sponge_performance(
    question: SpongeQuestion, kept: ContinuousResult | None, jobs: int
) -> tuple[Performance, pd.DataFrame]:
    """Performance of every modelled community, and the table of tanks.

    Parameters
    ----------
    question
        What is asked.
    kept
        The continuous simulation that an earlier call kept; only what still belongs to the layers is taken of it.
    jobs
        Worker processes.
    """
    stale = False
    if kept is not None:
        digests = continuous_digests(question)
        stale = any(kept.digests.get(key) != digest for key, digest in digests.items())
        kept = kept.of({key for key, digest in digests.items() if kept.digests.get(key) == digest})
    portions = question.portions(COMMUNITIES_AT_A_TIME, kept.ground if kept is not None else None)
    events = (run_events(portion, question, kept, jobs) for portion in portions)
    found = performance(events, question, kept, continuous_stale=stale)
    if kept is not None and not stale:
        tanks = pd.DataFrame(list(kept.tanks), columns=TANK_COLUMNS)
    else:
        tanks = tank_rows_by_day(question)
    return found, tanks


def continuous_path(project: Project) -> Path:
    """Path of the result of the continuous simulation."""
    return project.results_folder / CONTINUOUS_FILE


def continuous_digests(question: SpongeQuestion) -> dict[tuple[str, str], str]:
    """Digest by community and scenario of all that its continuous simulation rests on."""
    task, sponge = question.continuous, question.sponge
    rain = hashlib.sha256("\n".join(task.rain.lines).encode()).hexdigest()
    states = len(task.state_marks) > 0
    quotas = repr((sponge.watering_l_m2_d, sponge.washing_l_m2_d, question.design_mm, states))
    short = replace(task.rain, lines=(rain,))
    digests = {}
    for site, ground in zip(question.sites, (g for g in task.grounds if g.key[2] == TAKEN), strict=True):
        text = runoff_text((ground,), task.settings, short, task.climate)
        parts = (text, rain, quotas, repr(site.tanks))
        digests[site.community_id, site.scenario] = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return digests


def run_continuous(
    question: SpongeQuestion,
    path: Path,
    jobs: int,
    progress: Progress = no_progress,
    kept: ContinuousResult | None = None,
) -> ContinuousResult:
    """Run the continuous simulation of what is asked, and keep its result beside an earlier one's others.

    Parameters
    ----------
    question
        Whose communities and scenarios are run.
    path
        Where the result is kept.
    jobs
        Worker processes.
    progress
        Is told of every model that is done.
    kept
        The result that an earlier call kept.

    Raises
    ------
    OSError
        The result cannot be kept.
    """
    result = _continuous(question, jobs, progress, kept)
    write_continuous(result, path)
    return result


def _continuous(
    question: SpongeQuestion, jobs: int, progress: Progress, kept: ContinuousResult | None
) -> ContinuousResult:
    """The continuous simulation of what is asked, with an earlier one's others."""
    digests = continuous_digests(question)
    limit = max(SERIES_LIMIT_S, question.time_limit_s)
    volumes, failed = run_task(
        question.continuous,
        processes=jobs,
        time_limit_s=limit,
        on_done=lambda done, total: progress("continuous", done, total),
    )
    return continuous_result(question, volumes, failed, digests).with_others(kept)


def current_continuous(question: SpongeQuestion, path: Path, jobs: int) -> ContinuousResult | None:
    """The continuous simulation of what is asked: as kept, and run where nothing fitting is kept.

    A project that does without (``sponge.continuous``) has what is kept.
    """
    kept = read_continuous(path)
    if not question.sponge.continuous:
        return kept
    known = {} if kept is None else kept.digests
    digests = continuous_digests(question)
    # In all its scenarios: a tank's row is written once for each.
    due = {key[0] for key, digest in digests.items() if known.get(key) != digest}
    if kept is not None:  # who killed a worker says nothing of its ground, nor does a system short of memory
        due |= {key[0] for key, why in kept.failed.items() if key in digests and why.startswith(SAYS_NOTHING)}
    if not due:
        return kept
    sites = tuple(s for s in question.sites if s.community_id in due)
    result = _continuous(replace(question, sites=sites), jobs, no_progress, kept)
    # A folder that cannot be written to costs the next call its time, and this one nothing.
    with suppress(OSError):
        write_continuous(result, path)
    return result

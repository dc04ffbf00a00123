"""Rows of the life of a community's permeable paving, and the year in which it loses the target."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from spongecalc.assess.continuous import ContinuousResult
from spongecalc.assess.event_results import EventResults
from spongecalc.project.sponge_settings import SpongeSettings
from spongecalc.sponge.event_runs import CLOGGED_SHARES, HIGH, LOW, RANGE_SHARES, TAKEN, Site, clogged_name
from spongecalc.sponge.paving_life import Clogging
from spongecalc.sponge.performance import event_capture_percent, paving_life
from spongecalc.sponge.tank_states import SiteStates
from spongecalc.sponge.year_of_days import YearOfDays

LIFE_COLUMNS = [
    "community_id",
    "year",
    "permeability_percent",
    "capture_uncleaned_percent",
    "capture_cleaned_percent",
    "capture_cleaned_low_percent",
    "capture_cleaned_high_percent",
]


def life_rows(
    site: Site,
    sponge: SpongeSettings,
    captured: Mapping[str, float],
    headline: Mapping[str, float],
    events: EventResults,
    ends: Sequence[int],
    year: YearOfDays,
    states: SiteStates,
    continuous: ContinuousResult | None,
) -> tuple[list[dict[str, object]], dict[str, object]]:
    """The rows of the paving's life, and what communities.csv takes of it; with the ends of its range."""
    key = (site.community_id, site.scenario)

    def by_events(shares: Sequence[float], end: str = "") -> list[float]:
        return [
            event_capture_percent(site, events.volumes.get((*key, clogged_name(s, end))), ends, year, states)
            for s in (shares if site.paved_m2 > 0 else ())
        ]

    clogged = {TAKEN: by_events(CLOGGED_SHARES), **{end: by_events(RANGE_SHARES, end) for end in (LOW, HIGH)}}
    if any(math.isnan(v) for v in (*headline.values(), *(v for own in clogged.values() for v in own))):
        return [], {"target_lost_year": math.nan}
    closed = None if continuous is None else continuous.closed_percent.get(key)
    course = _between(captured[TAKEN], clogged[TAKEN], headline[TAKEN], closed)
    taken_at = dict(zip(CLOGGED_SHARES, clogged[TAKEN], strict=False))
    course_at = dict(zip(CLOGGED_SHARES, course, strict=False))
    courses = {
        TAKEN: course,
        **{
            end: [course_at[s] + v - taken_at[s] for s, v in zip(RANGE_SHARES, clogged[end], strict=False)]
            for end in (LOW, HIGH)
        },
    }
    taken = Clogging(sponge.years_to_clog_a, sponge.cleaning_interval_a, sponge.cleaning_restores_percent)
    lives = {
        end: paving_life(
            headline[end],
            courses[end],
            sponge.target_percent,
            taken if end == TAKEN else taken.at_end(end),
            sponge.horizon_a,
            shares=CLOGGED_SHARES if end == TAKEN else RANGE_SHARES,
        )
        for end in (TAKEN, LOW, HIGH)
    }
    life = lives[TAKEN]
    columns = (
        life.permeability,
        life.uncleaned_percent,
        life.cleaned_percent,
        lives[LOW].cleaned_percent,
        lives[HIGH].cleaned_percent,
    )
    rows: list[dict[str, object]] = [
        {
            "community_id": site.community_id,
            "year": year,
            "permeability_percent": 100 * permeability,
            "capture_uncleaned_percent": uncleaned,
            "capture_cleaned_percent": cleaned,
            "capture_cleaned_low_percent": low,
            "capture_cleaned_high_percent": high,
        }
        for year, (permeability, uncleaned, cleaned, low, high) in enumerate(zip(*columns, strict=True))
    ]
    return rows, {
        "target_lost_year": life.lost_year,
        "target_lost_year_low": lives[LOW].lost_year,
        "target_lost_year_high": lives[HIGH].lost_year,
        "cleaning_keeps_a": life.keeping_interval_a,
    }


def _between(new: float, clogged: Sequence[float], shown: float, closed: float | None) -> list[float]:
    """Capture at the shares of the permeability, between that shown for new paving and that for closed paving.

    The series is run for both; in between the ratio falls as that of the events does, from ``new`` through
    ``clogged`` to its last, the closed one.
    """
    if not clogged:
        return []
    span = new - clogged[-1]
    if closed is None or abs(span) < 1e-9:
        return [shown + v - new for v in clogged]
    return [closed + (shown - closed) * (v - clogged[-1]) / span for v in clogged]

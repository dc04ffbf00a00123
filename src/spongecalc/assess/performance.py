"""Sponge performance of every community, three ways side by side, with its ranges and its life."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from spongecalc.assess.continuous import ContinuousResult
from spongecalc.assess.difference_causes import DIFFERENCE_COLUMNS, difference_rows, ways_of
from spongecalc.assess.event_results import EventResults
from spongecalc.assess.facility_control import FACILITY_COLUMNS, facility_rows
from spongecalc.assess.initial_states import event_rows
from spongecalc.assess.parameter_spans import RANGE_COLUMNS, range_rows
from spongecalc.assess.paving_life import LIFE_COLUMNS, life_rows
from spongecalc.rainfall.capture_ratio import CaptureCurve
from spongecalc.sponge.assessment_method import assessed_percent
from spongecalc.sponge.disagreement import largest_difference, reasons
from spongecalc.sponge.event_runs import HIGH, LOW, TAKEN, Site
from spongecalc.sponge.performance import design_event, event_capture_percent
from spongecalc.sponge.question import SpongeQuestion
from spongecalc.sponge.volume_method import VolumeMethod, volume_method

WAY_COLUMNS = [
    "capture_percent",
    "capture_low_percent",
    "capture_high_percent",
    "capture_volume_percent",
    "capture_event_percent",
    "capture_event_low_percent",
    "capture_event_high_percent",
    "capture_continuous_percent",
    "ways_differ_percent",
    "ways_differ_why",
    "held_volume_m3",
    "control_volume_m3",
    "composite_coefficient",
    "volume_design_mm",
    "guide_capture_percent",
    "assessed_capture_percent",
    "design_rainfall_mm",
    "design_rain_m3",
    "design_runoff_m3",
    "design_runoff_coefficient",
    "design_peak_l_s",
    "design_peak_min",
    "peak_delay_min",
    "solids_removal_percent",
]


@dataclass(frozen=True)
class Performance:
    """Tables by name, what communities.csv takes of them by community, and what they rest on.

    ``ways`` has a row per community and scenario with the columns of ``WAY_COLUMNS``; ``life``, ``ranges`` and
    ``facilities`` are of the last of the scenarios compared. The events are dated in
    ``wet_month`` with its evaporation; ``states`` are the rows of what they find. The series has
    steps of ``series_step_min`` and is run in steps of ``run_step_min``.
    """

    ways: pd.DataFrame
    life: pd.DataFrame
    ranges: pd.DataFrame
    communities: Mapping[str, Mapping[str, object]]
    design_mm: float
    curve: CaptureCurve
    wet_month: int
    evaporation_mm_d: float
    failed: Mapping[tuple[str, ...], str]
    continuous: ContinuousResult | None = None
    continuous_stale: bool = False
    facilities: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=FACILITY_COLUMNS))
    differences: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=DIFFERENCE_COLUMNS))
    states: tuple[dict[str, object], ...] = ()
    series_step_min: float = 60.0
    run_step_min: float = 60.0


@dataclass(frozen=True)
class _Rows:
    """Rows of the tables so far, and what communities.csv takes by community."""

    ways: list[dict[str, object]] = field(default_factory=list)
    life: list[dict[str, object]] = field(default_factory=list)
    ranges: list[dict[str, object]] = field(default_factory=list)
    facilities: list[dict[str, object]] = field(default_factory=list)
    differences: list[dict[str, object]] = field(default_factory=list)
    states: list[dict[str, object]] = field(default_factory=list)
    communities: dict[str, dict[str, object]] = field(default_factory=dict)


def performance(
    portions: Iterable[EventResults],
    question: SpongeQuestion,
    continuous: ContinuousResult | None,
    *,
    continuous_stale: bool,
) -> Performance:
    """Put the three ways, the ranges and the life together.

    Parameters
    ----------
    portions
        What came of the events, some communities after the other, each in all its scenarios. A portion is let go
        before the next is asked for: the volumes of a county do not fit into memory.
    question
        What was asked.
    continuous, continuous_stale
        The continuous simulation as far as it is of these layers, and whether there was one of others.
    """
    rows = _Rows()
    failed: dict[tuple[str, ...], str] = {}
    for events in portions:
        _add(rows, events, question, continuous)
        failed |= events.failed
        del events
    return Performance(
        pd.DataFrame(rows.ways, columns=["community_id", "scenario", *WAY_COLUMNS]),
        pd.DataFrame(rows.life, columns=LIFE_COLUMNS),
        pd.DataFrame(rows.ranges, columns=RANGE_COLUMNS),
        rows.communities,
        question.design_mm,
        question.curve,
        question.wet_month,
        question.climate.evaporation_mm_d[question.wet_month - 1],
        failed,
        continuous,
        continuous_stale,
        pd.DataFrame(rows.facilities, columns=FACILITY_COLUMNS),
        pd.DataFrame(rows.differences, columns=DIFFERENCE_COLUMNS),
        tuple(rows.states),
        question.series.step_min,
        question.run_step_min,
    )


def _add(
    rows: _Rows,
    events: EventResults,
    question: SpongeQuestion,
    continuous: ContinuousResult | None,
) -> None:
    """Add the rows of the communities of a portion."""
    sites, chain = events.portion.sites, question.chain
    ends, curve, catalogue = chain.ends, question.curve, question.catalogue
    first, last = question.compared
    designed = {
        (site.community_id, site.scenario): design_event(
            site, taken, chain.marks_s, ends, question.tank_states[site.community_id, site.scenario]
        )
        for site in sites
        if (taken := events.volumes.get((site.community_id, site.scenario, TAKEN))) is not None
    }
    for site in sites:
        key = (site.community_id, site.scenario)
        states = question.tank_states[key]
        tanks = [(t.node_id, t.volume_m3) for t in site.tanks]
        volume = volume_method(site.areas, tanks, curve.percent, catalogue)
        captured = {
            end: event_capture_percent(site, events.volumes.get((*key, end)), ends, question.year, states)
            for end in (TAKEN, LOW, HIGH)
        }
        headline = _headline(captured, continuous, key)
        assessed = assessed_percent(volume, question.sponge.event_h, curve.percent, catalogue)
        row = _way_row(site, volume, captured, headline, assessed, question.design_mm)
        taken = events.volumes.get((*key, TAKEN))
        if taken is not None:
            event, undelayed = designed[key], designed.get((site.community_id, first))
            row |= {
                "design_rain_m3": event.rain_m3,
                "design_runoff_m3": event.runoff_m3,
                "design_runoff_coefficient": event.coefficient,
                "design_peak_l_s": event.peak_l_s,
                "design_peak_min": event.peak_min,
                "peak_delay_min": event.peak_min - undelayed.peak_min
                if site.scenario != first and undelayed is not None
                else math.nan,
            }
        if continuous is not None and key in continuous.capture_percent:
            row["capture_continuous_percent"] = continuous.capture_percent[key]
        ways = ways_of(site, events, question, continuous)
        row |= {"ways_differ_percent": largest_difference(ways), "ways_differ_why": ";".join(reasons(ways))}
        rows.differences.extend(difference_rows(key, ways))
        rows.ways.append(row)
        own = None if continuous is None else continuous.ground.get(key)
        rows.states.extend(event_rows(site, states, own, question.design_mm, question.sponge))
        if site.scenario == last:
            rows.facilities.extend(facility_rows(site, volume, curve))
            rows.ranges.extend(range_rows(site, events, headline[TAKEN], taken, question, states))
            life, figures_of_life = life_rows(
                site, question.sponge, captured, headline, events, ends, question.year, states, continuous
            )
            rows.life.extend(life)
            method = _method(headline, continuous, key)
            rows.communities[site.community_id] = {"capture_method": method, **figures_of_life}


SERIES, EVENTS = "series", "events"
"""Methods of the capture ratio that is shown first: a year or more of SWMM's continuous run, or SWMM's events."""


def _method(headline: Mapping[str, float], continuous: ContinuousResult | None, key: tuple[str, str]) -> str:
    """The method of the capture ratio that is shown first; "" where there is no ratio."""
    if math.isnan(headline[TAKEN]):
        return ""
    return SERIES if continuous is not None and key in continuous.capture_percent else EVENTS


def _headline(
    captured: Mapping[str, float], continuous: ContinuousResult | None, key: tuple[str, str]
) -> dict[str, float]:
    """The capture ratio that is shown first, and both ends of its range: of the series, else of the events.

    The ends move the ratio of the series by as much as they move that of the events.
    """
    if continuous is None or key not in continuous.capture_percent:
        return dict(captured)
    found = continuous.capture_percent[key]
    if math.isnan(captured[TAKEN]):
        return {TAKEN: found, LOW: math.nan, HIGH: math.nan}
    return {end: min(max(found + v - captured[TAKEN], 0.0), 100.0) for end, v in captured.items()}


def _way_row(
    site: Site,
    volume: VolumeMethod,
    captured: Mapping[str, float],
    headline: Mapping[str, float],
    assessed: float,
    design_mm: float,
) -> dict[str, object]:
    share = volume.solids_percent / volume.capture_percent if volume.capture_percent > 0 else math.nan
    return {
        "community_id": site.community_id,
        "scenario": site.scenario,
        "capture_percent": headline[TAKEN],
        "capture_low_percent": headline[LOW],
        "capture_high_percent": headline[HIGH],
        "capture_volume_percent": volume.capture_percent,
        "capture_event_percent": captured[TAKEN],
        "capture_event_low_percent": captured[LOW],
        "capture_event_high_percent": captured[HIGH],
        "held_volume_m3": volume.volume_m3,
        "control_volume_m3": volume.control_m3,
        "composite_coefficient": volume.coefficient,
        "volume_design_mm": volume.design_mm,
        "guide_capture_percent": volume.guide_percent,
        "assessed_capture_percent": assessed,
        "design_rainfall_mm": design_mm,
        # Solids stay where the water stays, at the removal of the ground and facilities that keep it.
        "solids_removal_percent": share * headline[TAKEN],
    }

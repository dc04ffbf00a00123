"""Sponge performance of every community, three ways side by side, with its ranges and its life."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from spongecalc.assess.continuous import ContinuousResult
from spongecalc.batch.runoff_batch import GroundVolumes
from spongecalc.project.settings import Settings
from spongecalc.project.sponge_settings import SpongeSettings
from spongecalc.rainfall.capture_ratio import CaptureCurve
from spongecalc.sponge.disagreement import Ways, events_to_series, largest_difference, reasons, volume_to_events
from spongecalc.sponge.event_runs import (
    CLOGGED_SHARES,
    DEPTH_RATIOS,
    HIGH,
    LOW,
    RANGE_RATIOS,
    RANGE_SHARES,
    TAKEN,
    Site,
    clogged_name,
)
from spongecalc.sponge.paving_life import Clogging
from spongecalc.sponge.performance import (
    design_event,
    event_capture_percent,
    event_runoff_m3,
    paving_life,
)
from spongecalc.sponge.question import Portion, SpongeQuestion
from spongecalc.sponge.tank_states import SiteStates, tank_volume_m3
from spongecalc.sponge.volume_method import VolumeMethod, volume_method
from spongecalc.sponge.year_of_days import YearOfDays

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
    "control_volume_m3",
    "composite_coefficient",
    "volume_design_mm",
    "guide_capture_percent",
    "design_rainfall_mm",
    "design_rain_m3",
    "design_runoff_m3",
    "design_runoff_coefficient",
    "design_peak_l_s",
    "design_peak_min",
    "peak_delay_min",
    "solids_removal_percent",
]
LIFE_COLUMNS = [
    "community_id",
    "year",
    "permeability_percent",
    "capture_uncleaned_percent",
    "capture_cleaned_percent",
    "capture_cleaned_low_percent",
    "capture_cleaned_high_percent",
]
RANGE_COLUMNS = [
    "community_id",
    "parameter",
    "capture_low_percent",
    "capture_high_percent",
    "span_percent",
    "rank",
]
DIFFERENCE_COLUMNS = ["community_id", "scenario", "ways", "difference_cause", "points"]
FACILITY_COLUMNS = [
    "community_id",
    "facility",
    "facility_id",
    "drained_m2",
    "coefficient",
    "control_volume_m3",
    "volume_design_mm",
    "capture_percent",
]


@dataclass(frozen=True)
class Performance:
    """Tables by name, what communities.csv takes of them by community, and what they rest on.

    ``ways`` has a row per community and scenario with the columns of ``WAY_COLUMNS``; ``life``, ``ranges`` and
    ``facilities`` are of the last of the scenarios compared. The events are dated in
    ``wet_month`` with its evaporation.
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


@dataclass(frozen=True)
class EventResults:
    """A portion of what is asked, and what came of its events."""

    portion: Portion
    volumes: Mapping[tuple[str, ...], GroundVolumes]
    range_volumes: Mapping[tuple[str, ...], GroundVolumes]
    failed: Mapping[tuple[str, ...], str]


@dataclass(frozen=True)
class _Rows:
    """Rows of the tables so far, and what communities.csv takes by community."""

    ways: list[dict[str, object]] = field(default_factory=list)
    life: list[dict[str, object]] = field(default_factory=list)
    ranges: list[dict[str, object]] = field(default_factory=list)
    facilities: list[dict[str, object]] = field(default_factory=list)
    differences: list[dict[str, object]] = field(default_factory=list)
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
        question.events.climate.evaporation_mm_d[question.wet_month - 1],
        failed,
        continuous,
        continuous_stale,
        pd.DataFrame(rows.facilities, columns=FACILITY_COLUMNS),
        pd.DataFrame(rows.differences, columns=DIFFERENCE_COLUMNS),
    )


def _add(
    rows: _Rows,
    events: EventResults,
    question: SpongeQuestion,
    continuous: ContinuousResult | None,
) -> None:
    """Add the rows of the communities of a portion."""
    sites, task = events.portion.sites, events.portion.events
    assert task.coarse is not None
    ends, curve, catalogue = task.coarse, question.curve, question.catalogue
    first, last = question.compared
    designed = {
        (site.community_id, site.scenario): design_event(
            site, taken, task.marks_s, ends, question.tank_states[site.community_id, site.scenario]
        )
        for site in sites
        if (taken := events.volumes.get((site.community_id, site.scenario, TAKEN))) is not None
    }
    for site in sites:
        key = (site.community_id, site.scenario)
        states = question.tank_states[key]
        tanks = [(t.node_id, tank_volume_m3(t)) for t in site.tanks]
        by_volume = {
            end: volume_method(site.areas, tanks, curve.percent, catalogue, end)
            for end in ("middle", "low", "high")
        }
        captured = {
            end: event_capture_percent(site, events.volumes.get((*key, end)), ends, question.year, states)
            for end in (TAKEN, LOW, HIGH)
        }
        headline = _headline(captured, continuous, key)
        row = _way_row(site, by_volume["middle"], captured, headline, question.design_mm)
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
        bare = volume_method(site.areas, (), curve.percent, catalogue) if tanks else by_volume["middle"]
        ways = _ways(row, by_volume, bare, site, taken, question, ends, continuous)
        row |= {"ways_differ_percent": largest_difference(ways), "ways_differ_why": ";".join(reasons(ways))}
        rows.differences.extend(_difference_rows(key, ways))
        rows.ways.append(row)
        if site.scenario == last:
            rows.facilities.extend(_facility_rows(site, by_volume["middle"], curve))
            rows.ranges.extend(_range_rows(site, events, headline[TAKEN], taken, question.year, states))
            life, figures_of_life = _life(
                site, question.sponge, captured, headline, events, ends, question.year, states, continuous
            )
            rows.life.extend(life)
            rows.communities[site.community_id] = figures_of_life


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


def _facility_rows(site: Site, volume: VolumeMethod, curve: CaptureCurve) -> list[dict[str, object]]:
    """Each facility's own control volume against the ground that drains to it."""
    tank_at = {t.node_id: t.facility_id for t in site.tanks}
    return [
        {
            "community_id": site.community_id,
            "facility": c.facility,
            "facility_id": tank_at.get(c.facility_id, c.facility_id),
            "drained_m2": c.area_m2,
            "coefficient": c.coefficient,
            "control_volume_m3": c.volume_m3,
            "volume_design_mm": c.design_mm,
            "capture_percent": 100 - c.coefficient * (100 - curve.percent(c.design_mm)),
        }
        for c in volume.by_facility()
    ]


def _way_row(
    site: Site,
    volume: VolumeMethod,
    captured: Mapping[str, float],
    headline: Mapping[str, float],
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
        "control_volume_m3": volume.volume_m3,
        "composite_coefficient": volume.coefficient,
        "volume_design_mm": volume.design_mm,
        "guide_capture_percent": volume.guide_percent,
        "design_rainfall_mm": design_mm,
        # Solids stay where the water stays, at the removal of the ground and facilities that keep it.
        "solids_removal_percent": share * headline[TAKEN],
    }


def _ways(
    row: Mapping[str, object],
    by_volume: Mapping[str, VolumeMethod],
    bare: VolumeMethod,
    site: Site,
    taken: GroundVolumes | None,
    question: SpongeQuestion,
    ends: Sequence[int],
    continuous: ContinuousResult | None,
) -> Ways:
    """The three ways with what their difference is made of; ``bare`` is the volume method without tanks."""
    depths, runoff, by_tanks = np.zeros(0), np.zeros(0), 0.0
    if taken is not None:
        rain_m3, runoff_m3 = event_runoff_m3(site, taken, ends, None)
        per_mm = 1000 / site.area_m2
        depths, runoff = rain_m3 * per_mm, runoff_m3 * per_mm
        by_tanks = float(str(row["capture_event_percent"])) - question.year.capture_percent(depths, runoff)
    key = (site.community_id, site.scenario)
    return Ways(
        float(str(row["capture_volume_percent"])),
        by_volume["high"].capture_percent,
        by_volume["low"].capture_percent,
        float(str(row["capture_event_percent"])),
        float(str(row.get("capture_continuous_percent", math.nan))),
        depths,
        runoff,
        bare.runoff_mm,
        question.curve.percent,
        continuous.curve.percent if continuous is not None else None,
        float(str(row["design_rainfall_mm"])),
        bare.volume_m3 > 0,
        question.year.small_share,
        by_volume["middle"].capture_percent - bare.capture_percent,
        by_tanks,
        continuous.tanks_percent.get(key, 0.0) if continuous is not None else 0.0,
    )


def _difference_rows(key: tuple[str, str], ways: Ways) -> list[dict[str, object]]:
    """Points that each cause adds from one way to the next; none where a way has no result."""
    found: dict[str, dict[str, float]] = {}
    if not math.isnan(ways.event):
        found["volume_to_events"] = volume_to_events(ways)
        if not math.isnan(ways.series):
            found["events_to_series"] = events_to_series(ways)
    return [
        {"community_id": key[0], "scenario": key[1], "ways": name, "difference_cause": cause, "points": points}
        for name, causes in found.items()
        for cause, points in causes.items()
    ]


def _range_rows(
    site: Site,
    events: EventResults,
    captured: float,
    taken: GroundVolumes | None,
    year: YearOfDays,
    states: SiteStates,
) -> list[dict[str, object]]:
    """Rows of the year's capture ratio in percent with each parameter moved by itself; the largest span first.

    The change is reckoned from the events of ``RANGE_RATIOS`` with and without the parameter moved, and added to
    the ratio from all events.
    """
    if taken is None:
        return []
    ends = events.portion.events.coarse
    assert ends is not None
    rain, runoff = event_runoff_m3(site, taken, ends, states)
    numbers = [DEPTH_RATIOS.index(r) for r in RANGE_RATIOS]
    per_mm = 1000 / site.area_m2
    depths = rain[numbers] * per_mm
    unmoved = year.capture_percent(depths, runoff[numbers] * per_mm)
    found = []
    for ground in events.portion.ranges.grounds:
        if ground.key[:2] != (site.community_id, site.scenario) or ground.key[3] != LOW:
            continue
        kept = {}
        for end in (LOW, HIGH):
            volumes = events.range_volumes.get((*ground.key[:3], end))
            if volumes is not None:
                moved = event_runoff_m3(site, volumes, range(len(RANGE_RATIOS)), states, RANGE_RATIOS)[1]
                change = year.capture_percent(depths, moved * per_mm) - unmoved
                kept[end] = captured + change
        if len(kept) == 2:
            found.append(
                {
                    "community_id": site.community_id,
                    "parameter": ground.key[2],
                    "capture_low_percent": kept[LOW],
                    "capture_high_percent": kept[HIGH],
                    "span_percent": kept[HIGH] - kept[LOW],
                }
            )
    found.sort(key=lambda r: (-abs(round(float(str(r["span_percent"])), 6)), str(r["parameter"])))
    return [{**r, "rank": i + 1} for i, r in enumerate(found)]


def _life(
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


def performance_notes(found: Performance, settings: Settings) -> list[tuple[str, Mapping[str, object]]]:
    """Notes for a reader of the year's figures, as keys of the report's catalogue."""
    curve = found.curve
    notes: list[tuple[str, Mapping[str, object]]] = []
    if not settings.sponge.own_place and not curve.days_mm:
        notes.append(
            ("note_capture_of_another_place", {"place": curve.place, "design": f"{found.design_mm:.1f}"})
        )
    if curve.days_mm and curve.too_short:
        notes.append(("note_series_too_short", {"years": f"{curve.years:.1f}"}))
    always = "_evaporating" if settings.sponge.evaporation_in_rain else ""
    notes.append(
        (f"note_events{always}", {"month": found.wet_month, "evaporation": f"{found.evaporation_mm_d:g}"})
    )
    if found.continuous_stale:
        notes.append(("note_continuous_stale", {}))
    elif found.continuous is None:
        notes.append(("note_no_continuous", {}))
    if found.continuous is not None and found.continuous.generated:
        notes.append(
            (
                "note_generated_series",
                {"source": found.continuous.source, "years": f"{found.continuous.years:.0f}"},
            )
        )
    if settings.sponge.target_percent is None:
        notes.append(("note_no_capture_target", {}))
    of_series = [(*key, "series") for key in (found.continuous.failed if found.continuous is not None else ())]
    if failed := [*found.failed, *of_series]:
        notes.append(("note_capture_failed", {"grounds": "; ".join("/".join(k) for k in failed)}))
    return notes

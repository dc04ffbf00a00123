"""Rows of the causes for which the three ways to a community's capture ratio differ."""

from __future__ import annotations

import math

import numpy as np

from spongecalc.assess.continuous import ContinuousResult
from spongecalc.assess.event_results import EventResults
from spongecalc.sponge.disagreement import (
    DISAGREEMENT_POINTS,
    Ways,
    events_to_series,
    largest_difference,
    volume_to_events,
)
from spongecalc.sponge.event_runs import TAKEN, Site
from spongecalc.sponge.performance import event_capture_percent, event_runoff_m3
from spongecalc.sponge.question import SpongeQuestion
from spongecalc.sponge.volume_method import volume_method

DIFFERENCE_COLUMNS = ["community_id", "scenario", "ways", "difference_cause", "points"]


def ways_of(
    site: Site, events: EventResults, question: SpongeQuestion, continuous: ContinuousResult | None
) -> Ways:
    """The three ways of a community and scenario with what their difference is made of."""
    key = (site.community_id, site.scenario)
    curve, catalogue, ends = question.curve, question.catalogue, question.chain.ends
    tanks = [(t.node_id, t.volume_m3) for t in site.tanks]
    low, middle, high = (
        volume_method(site.areas, tanks, curve.percent, catalogue, end) for end in ("low", "middle", "high")
    )
    bare = volume_method(site.areas, (), curve.percent, catalogue) if tanks else middle
    depths, runoff, event, by_tanks = np.zeros(0), np.zeros(0), math.nan, 0.0
    taken = events.volumes.get((*key, TAKEN))
    if taken is not None:
        rain_m3, runoff_m3 = event_runoff_m3(site, taken, ends, None)
        per_mm = 1000 / site.area_m2
        depths, runoff = rain_m3 * per_mm, runoff_m3 * per_mm
        event = event_capture_percent(site, taken, ends, question.year, question.tank_states[key])
        by_tanks = event - question.year.capture_percent(depths, runoff)
    series = math.nan if continuous is None else continuous.capture_percent.get(key, math.nan)
    return Ways(
        middle.capture_percent,
        high.capture_percent,
        low.capture_percent,
        event,
        series,
        depths,
        runoff,
        bare.runoff_mm,
        curve.percent,
        continuous.curve.percent if continuous is not None else None,
        question.design_mm,
        bare.volume_m3 > 0,
        question.year.small_share,
        middle.capture_percent - bare.capture_percent,
        by_tanks,
        continuous.tanks_percent.get(key, 0.0) if continuous is not None else 0.0,
        events.causes.get(key),
    )


def disagreeing(
    events: EventResults, question: SpongeQuestion, continuous: ContinuousResult | None
) -> list[Site]:
    """Communities and scenarios with a result of all three ways, of which two differ by more than the limit."""
    found = []
    for site in events.portion.sites:
        ways = ways_of(site, events, question, continuous)
        known = not (math.isnan(ways.event) or math.isnan(ways.series))
        if known and largest_difference(ways) > DISAGREEMENT_POINTS:
            found.append(site)
    return found


def difference_rows(key: tuple[str, str], ways: Ways) -> list[dict[str, object]]:
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

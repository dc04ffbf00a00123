"""The reasons for which the three ways disagree, against sums over days made up for each of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from spongecalc.sponge.cause_runs import CauseRuns
from spongecalc.sponge.disagreement import (
    Ways,
    difference_by_depth,
    events_to_series,
    largest_difference,
    reasons,
    volume_to_events,
)
from spongecalc.sponge.event_response import annual_capture_percent

DAYS = np.random.RandomState(5).gamma(0.6, 15, 6000)
DEPTHS = (4.0, 10.0, 15.0, 20.0, 36.0, 70.0)
DESIGN = 20.0


def curve_of(days: np.ndarray) -> Callable[[float], float]:
    return lambda mm: 100 * float(np.minimum(days, mm).sum() / days.sum())


def ways(runoff_mm: Callable[[float], float], volume_runoff_mm: Callable[[float], float]) -> Ways:
    """Capture of both from their runoff by depth; the coefficients have no range."""
    curve = curve_of(DAYS)
    events = [runoff_mm(d) for d in DEPTHS]
    event = annual_capture_percent(DEPTHS, events, curve)
    volume = annual_capture_percent(DEPTHS, [volume_runoff_mm(d) for d in DEPTHS], curve)
    return Ways(
        volume, volume, volume, event, math.nan, DEPTHS, events, volume_runoff_mm, curve, None, DESIGN, True
    )


def test_the_parts_by_depth_are_a_sum_over_days() -> None:
    found = ways(lambda d: max(0.9 * (d - 2), 0), lambda d: 0.8 * d)
    small, large = difference_by_depth(found, found.event_bare_mm)
    assert small + large == pytest.approx(found.event - found.volume, abs=0.05)
    knots = [0.0, *DEPTHS]
    more = np.array([0.0, *(0.8 * d - max(0.9 * (d - 2), 0) for d in DEPTHS)])
    by_day = np.interp(np.minimum(DAYS, DESIGN), knots, more)
    assert small == pytest.approx(100 * by_day.sum() / DAYS.sum(), abs=0.05)


def test_small_rain_that_hardly_runs_off() -> None:
    found = ways(lambda d: max(d - 4.0, 0.0), lambda d: 0.9 * d)
    assert found.event > found.volume + 5
    assert reasons(found) == ["losses_of_small_rain"]


def test_large_rain_of_which_swmm_keeps_more() -> None:
    found = ways(lambda d: 0.5 * min(d, 20.0), lambda d: 0.5 * min(d, 20.0) + 1.0 * max(d - 20.0, 0.0))
    assert reasons(found) == ["more_held_in_large_rain"]


def test_volume_that_is_not_reached() -> None:
    found = ways(lambda d: 0.2 * d + max(d - 20.0, 0.0) * 0.7, lambda d: 0.2 * d)
    assert found.volume > found.event + 5
    assert reasons(found) == ["volume_not_reached"]
    assert reasons(replace(found, has_volume=False)) == ["coefficient_below_swmm_in_large_rain"]


def test_a_coefficient_below_swmms_runoff() -> None:
    found = ways(lambda d: 0.9 * d, lambda d: 0.6 * min(d, 20.0) + 0.9 * max(d - 20.0, 0.0))
    assert reasons(found) == ["coefficient_below_swmm"]
    assert reasons(replace(found, volume_low=found.event - 1)) == ["coefficient_range"]


def test_another_rain_or_ground_that_is_still_wet() -> None:
    found = ways(lambda d: max(d - 4.0, 0.0), lambda d: max(d - 4.0, 0.0))
    heavier = curve_of(DAYS * 3)
    same_rain = annual_capture_percent(DEPTHS, found.event_bare_mm, heavier)
    assert found.event - same_rain > 5
    assert reasons(replace(found, series=same_rain, series_curve=heavier)) == ["other_rain"]
    assert reasons(replace(found, series=found.event - 8, series_curve=found.curve)) == ["spells_and_wet_ground"]
    both = replace(found, series=2 * same_rain - found.event, series_curve=heavier)
    assert reasons(both) == ["other_rain", "spells_and_wet_ground"]


def test_differences_that_add_up_and_events_that_failed() -> None:
    found = ways(lambda d: 0.5 * d, lambda d: 0.5 * d)
    assert reasons(replace(found, volume=found.event + 4, series=found.event - 4)) == ["both_add_up"]
    assert reasons(replace(found, event=math.nan, series=found.volume - 6)) == ["no_events"]
    assert reasons(replace(found, series=found.volume - 4)) == []
    assert math.isnan(largest_difference(replace(found, event=math.nan)))


def test_the_causes_sum_to_the_difference_and_tanks_are_one_of_them() -> None:
    curve = curve_of(DAYS)
    events = [0.8 * max(d - 2, 0) for d in DEPTHS]
    bare = annual_capture_percent(DEPTHS, events, curve)
    volume = annual_capture_percent(DEPTHS, [0.8 * d for d in DEPTHS], curve)
    share = 0.03
    # in tanks: 12 points by volume, 5 of the counted days by events, 6 in the series
    event = 100 * share + (1 - share) * (bare + 5)
    found = Ways(
        volume + 12, volume + 12, volume + 12, event, event + 7, DEPTHS, events, lambda d: 0.8 * d,
        curve, curve, DESIGN, False, share, 12.0, (1 - share) * 5, 6.0,
    )  # fmt: skip
    causes = volume_to_events(found)
    assert sum(causes.values()) == pytest.approx(found.event - found.volume, abs=0.05)
    assert causes["tanks_part_full"] == pytest.approx(5 - 12)
    assert causes["small_days"] == pytest.approx(share * (100 - bare - 5))
    later = events_to_series(found)
    assert sum(later.values()) == pytest.approx(7)
    assert later["tanks_over_days"] == pytest.approx(6 - (1 - share) * 5)
    assert later["other_rain"] == pytest.approx(0)


def test_runs_split_the_rest_into_causes_that_sum_to_it() -> None:
    curve = curve_of(DAYS)
    heavier = curve_of(1.5 * DAYS)
    depths = np.array(DEPTHS)
    # 3 mm stay of the events' rain, 4 where the ground is ready, 3.5 without evaporation
    found, ready, still = (np.maximum(depths - mm, 0.0) for mm in (3.0, 4.0, 3.5))
    event, bare_ready, bare_still = (annual_capture_percent(DEPTHS, mm, curve) for mm in (found, ready, still))
    volume = annual_capture_percent(DEPTHS, 0.8 * depths, curve)
    runs = CauseRuns(still, ready, event - 6, event - 1, event + 2)
    whole = Ways(
        volume, volume, volume, event + 2, event + 9, DEPTHS, found, lambda d: 0.8 * d,
        curve, heavier, DESIGN, True, 0.0, 0.0, 2.0, 4.0, runs,
    )  # fmt: skip
    first, then = volume_to_events(whole), events_to_series(whole)
    assert sum(first.values()) == pytest.approx(whole.event - whole.volume, abs=0.05)
    assert first["evaporation_in_events"] == pytest.approx(bare_ready - bare_still)
    assert first["ground_before_events"] == pytest.approx(event - bare_ready)
    assert sum(then.values()) == pytest.approx(whole.series - whole.event)
    under_heavier = annual_capture_percent(DEPTHS, found, heavier)
    assert then == pytest.approx(
        {
            "other_rain": under_heavier - event,
            "tanks_over_days": 2.0,
            "days_on_wet_ground": event - 6 - under_heavier,
            "evaporation_between": 5.0,
            "dry_spells": 3.0,
            "intensities": 3.0,
        }
    )

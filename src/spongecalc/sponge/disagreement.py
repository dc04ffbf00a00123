"""The causes for which the three ways to the capture ratio disagree, in points that sum to the difference."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from spongecalc.sponge.cause_runs import CauseRuns
from spongecalc.sponge.event_response import annual_capture_percent

# From here on two ways of the calculation are said to disagree, in points of the capture ratio.
DISAGREEMENT_POINTS = 5.0
# A part of a difference below this share of it is not named.
NAMED_SHARE = 1 / 3
# Between the depths of the events, where the volume method has its own kinks.
STEP_MM = 0.25


@dataclass(frozen=True)
class Ways:
    """Results of the three ways for one community in one scenario; capture ratios in percent, NaN for none.

    ``volume_low`` and ``volume_high`` are the volume method's at the ends of the guide's runoff coefficients;
    ``volume_bare_mm`` is its runoff by the depth of a day's rain with no water in tanks, ``depths_mm`` and
    ``event_bare_mm`` are those of the events. ``small_share`` is the share of the year's rain on days too small
    for the curve. ``series_curve`` is the capture curve of the continuous simulation's rain. ``tanks_volume``,
    ``tanks_event`` and ``tanks_series`` are the points that the tanks add in each way. ``has_volume`` tells
    whether there is any control volume beside tanks. ``runs`` are those with one thing changed after the other,
    where the ways differ enough to ask for them.
    """

    volume: float
    volume_low: float
    volume_high: float
    event: float
    series: float
    depths_mm: Sequence[float] | np.ndarray
    event_bare_mm: Sequence[float] | np.ndarray
    volume_bare_mm: Callable[[float], float]
    curve: Callable[[float], float]
    series_curve: Callable[[float], float] | None
    design_mm: float
    has_volume: bool
    small_share: float = 0.0
    tanks_volume: float = 0.0
    tanks_event: float = 0.0
    tanks_series: float = 0.0
    runs: CauseRuns | None = None


def largest_difference(ways: Ways) -> float:
    """Largest difference of two ways in points; NaN with fewer than two."""
    known = [v for v in (ways.volume, ways.event, ways.series) if not math.isnan(v)]
    return max(known) - min(known) if len(known) > 1 else math.nan


def reasons(ways: Ways) -> list[str]:
    """The reasons for differences above the limit, as keys of the catalogue ``rain.why``; none below it.

    Each cause that makes a third of the difference of two ways that differ by more than the limit is named.
    """
    if not largest_difference(ways) > DISAGREEMENT_POINTS:
        return []
    if math.isnan(ways.event):
        return ["no_events"]
    found: list[str] = []
    if abs(ways.volume - ways.event) > DISAGREEMENT_POINTS:
        if ways.volume_low - 1e-9 <= ways.event <= ways.volume_high + 1e-9:
            found.append("coefficient_range")
        else:
            found.extend(_named(volume_to_events(ways)))
    if abs(ways.series - ways.event) > DISAGREEMENT_POINTS:
        found.extend(_named(events_to_series(ways)))
    return list(dict.fromkeys(found)) or ["both_add_up"]


def volume_to_events(ways: Ways) -> dict[str, float]:
    """Points by which each cause takes the ratio from that of the volume method to that of the events."""
    counted = 1 - ways.small_share
    bare = ways.event_bare_mm if ways.runs is None else ways.runs.still_mm
    small, large = difference_by_depth(ways, bare)
    by_runs = {}
    if ways.runs is not None:
        still, ready, found = (
            annual_capture_percent(ways.depths_mm, mm, ways.curve)
            for mm in (ways.runs.still_mm, ways.runs.ready_mm, ways.event_bare_mm)
        )
        by_runs = {"evaporation_in_events": ready - still, "ground_before_events": found - ready}
    # That the curve leaves small days out, is a difference from what the counted days alone keep.
    held = (ways.event - 100 * ways.small_share) / counted if counted > 0 else ways.event
    tanks = (ways.tanks_event / counted if counted > 0 else ways.tanks_event) - ways.tanks_volume
    return {
        "small_days": ways.event - held,
        "tanks_part_full": tanks,
        "losses_of_small_rain" if small >= 0 else "coefficient_below_swmm": small,
        "more_held_in_large_rain" if large >= 0 else _lost_in_large_rain(ways): large,
        **by_runs,
    }


def events_to_series(ways: Ways) -> dict[str, float]:
    """Points by which each cause takes the ratio from that of the events to that of the continuous simulation.

    The events under the series' own curve say what another rain does, the tanks' part in both what tanks do. The
    rest is told by runs that come nearer to the series one step at a time: its days one after the other, each in
    the events' pattern, on ground that nothing dries; with evaporation; in the hours in which rain fell; and the
    series itself, with its intensities. Without those runs it is one cause.
    """
    rain = 0.0
    if ways.series_curve is not None:
        own, other = (
            annual_capture_percent(ways.depths_mm, ways.event_bare_mm, c) for c in (ways.curve, ways.series_curve)
        )
        rain = (1 - ways.small_share) * (other - own)
    tanks = ways.tanks_series - ways.tanks_event
    causes = {"other_rain": rain, "tanks_over_days": tanks}
    runs = ways.runs
    if runs is None:
        return {**causes, "spells_and_wet_ground": ways.series - ways.event - rain - tanks}
    return {
        **causes,
        "days_on_wet_ground": runs.series_still - (ways.event - ways.tanks_event + rain),
        "evaporation_between": runs.series_days - runs.series_still,
        "dry_spells": runs.series_even - runs.series_days,
        "intensities": ways.series - ways.tanks_series - runs.series_even,
    }


def difference_by_depth(ways: Ways, bare_mm: Sequence[float] | np.ndarray) -> tuple[float, float]:
    """Points by which the events keep more than the volume method: of rain up to the design rainfall, and above.

    Both without tanks and small days; the events' runoff ``bare_mm`` is piecewise linear between their depths.
    """
    given = np.append(0.0, np.asarray(ways.depths_mm, dtype=float))
    runoff = np.append(0.0, np.asarray(bare_mm, dtype=float))
    fine = np.arange(STEP_MM, given[-1], STEP_MM)
    depths = np.union1d(np.union1d(given[1:], fine), [ways.design_mm])
    more = np.array([ways.volume_bare_mm(float(d)) for d in depths]) - np.interp(depths, given, runoff)

    def points(values: np.ndarray) -> float:
        return 100 - annual_capture_percent(depths, values, ways.curve)

    small = points(np.where(depths <= ways.design_mm, more, more[depths == ways.design_mm][0]))
    return small, points(more) - small


def _lost_in_large_rain(ways: Ways) -> str:
    return "volume_not_reached" if ways.has_volume else "coefficient_below_swmm_in_large_rain"


def _named(causes: dict[str, float]) -> list[str]:
    whole = sum(causes.values())
    return [name for name, points in causes.items() if points / whole >= NAMED_SHARE]

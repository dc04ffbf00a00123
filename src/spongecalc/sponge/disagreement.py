"""The reasons why the three ways to the year's capture ratio disagree, from what each of them reckons."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from spongecalc.sponge.event_response import annual_capture_percent

# From here on two ways of the calculation are said to disagree, in points of the capture ratio.
DISAGREEMENT_POINTS = 5.0
# A part of a difference below this share of it is not named.
NAMED_SHARE = 1 / 3


@dataclass(frozen=True)
class Ways:
    """Results of the three ways for one community in one scenario; capture ratios in percent, NaN for none.

    ``volume_low`` and ``volume_high`` are the volume method's at the ends of the guide's runoff coefficients;
    ``volume_runoff_mm`` is its runoff by the depth of a day's rain, ``depths_mm`` and ``event_runoff_mm`` are
    those of the events. ``series_curve`` is the capture curve of the continuous simulation's rain.
    ``has_volume`` tells whether there is any control volume.
    """

    volume: float
    volume_low: float
    volume_high: float
    event: float
    series: float
    depths_mm: Sequence[float] | np.ndarray
    event_runoff_mm: Sequence[float] | np.ndarray
    volume_runoff_mm: Callable[[float], float]
    curve: Callable[[float], float]
    series_curve: Callable[[float], float] | None
    design_mm: float
    has_volume: bool


def largest_difference(ways: Ways) -> float:
    """Largest difference of two ways in points; NaN with fewer than two."""
    known = [v for v in (ways.volume, ways.event, ways.series) if not math.isnan(v)]
    return max(known) - min(known) if len(known) > 1 else math.nan


def reasons(ways: Ways) -> list[str]:
    """The reasons for differences above the limit, as keys of the catalogue ``rain.why``; none below it.

    Volume method and events rest on the same capture curve, so that their difference is a sum over the depth of
    the day's rain: that up to the design rainfall and that above it are reckoned apart, and the larger one gives
    the reason. Events and series differ by the rain (the events under the series' own curve) and by the rest,
    which is what the ground still holds from the last storm, evaporation and intensities.
    """
    if not largest_difference(ways) > DISAGREEMENT_POINTS:
        return []
    found = []
    if abs(ways.volume - ways.event) > DISAGREEMENT_POINTS:
        found.append(_volume_and_event(ways))
    if abs(ways.series - ways.event) > DISAGREEMENT_POINTS:
        found.extend(_event_and_series(ways))
    if not found:
        found.append("no_events" if math.isnan(ways.event) else "both_add_up")
    return found


def difference_by_depth(ways: Ways) -> tuple[float, float]:
    """Points by which the events keep more than the volume method: of rain up to the design rainfall, and above.

    Runoff of both is taken as piecewise linear between the depths of the events and the design rainfall.
    """
    given = np.append(0.0, np.asarray(ways.depths_mm, dtype=float))
    runoff = np.append(0.0, np.asarray(ways.event_runoff_mm, dtype=float))
    depths = np.union1d(given[1:], [ways.design_mm])
    more = np.array([ways.volume_runoff_mm(float(d)) for d in depths]) - np.interp(depths, given, runoff)

    def points(values: np.ndarray) -> float:
        return 100 - annual_capture_percent(depths, values, ways.curve)

    small = points(np.where(depths <= ways.design_mm, more, more[depths == ways.design_mm][0]))
    return small, points(more) - small


def _volume_and_event(ways: Ways) -> str:
    if ways.volume_low - 1e-9 <= ways.event <= ways.volume_high + 1e-9:
        return "coefficient_range"
    small, large = difference_by_depth(ways)
    if ways.event > ways.volume:
        return "losses_of_small_rain" if small >= large else "more_held_in_large_rain"
    return "volume_not_reached" if ways.has_volume and large <= small else "coefficient_below_swmm"


def _event_and_series(ways: Ways) -> list[str]:
    if ways.series_curve is None:
        return ["wet_ground_between"]
    same_rain = annual_capture_percent(ways.depths_mm, ways.event_runoff_mm, ways.series_curve)
    whole = ways.series - ways.event
    parts = (("other_rain", same_rain - ways.event), ("wet_ground_between", ways.series - same_rain))
    return [name for name, part in parts if part / whole >= NAMED_SHARE]

"""Levels over time at outfalls, as a storm's model has them: OUTFALLS of type TIMESERIES, and their series.

Hours of a series count from the start of the run, and a storm's run starts with its rain. Dry weather and runs
with tracers are of another time: there the level stays at the first of the series, which the model itself holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spongecalc.layers.level_file import HOUR_DECIMALS
from spongecalc.layers.level_series import LevelSeries
from spongecalc.swmm.event import DRY, Event
from spongecalc.swmm.inp_text import fixed
from spongecalc.swmm.standing_water import LEAST_DEPTH_M

Rows = Sequence[Sequence[str]]


def has_level_series(event: Event) -> bool:
    """True for an event whose levels outside change over time: a storm without tracers."""
    return event.storm_id != DRY and event.rain is None


def with_level_series(
    of_event: Mapping[str, Rows], outfalls: Rows, levels: Mapping[str, LevelSeries]
) -> dict[str, Rows]:
    """Return the sections of a storm with OUTFALLS under levels over time, and these among its TIMESERIES.

    Outfalls with the same levels share a series, named after the first of them.

    Parameters
    ----------
    of_event
        Sections of the event.
    outfalls
        Rows of the model's OUTFALLS.
    levels
        By model id; without any the sections stay what they are.
    """
    names: dict[LevelSeries, str] = {}
    for row in outfalls:
        if row[0] in levels:
            names.setdefault(levels[row[0]], f"LEVEL_{row[0]}")
    if not names:
        return dict(of_event)
    changed = [
        (*row[:2], "TIMESERIES", names[levels[row[0]]], *row[4:]) if row[0] in levels else row for row in outfalls
    ]
    series = [row for found, name in names.items() for row in _series_rows(name, found)]
    return {**of_event, "OUTFALLS": changed, "TIMESERIES": [*of_event["TIMESERIES"], *series]}


def rises_above(outfalls: Rows, levels: Mapping[str, LevelSeries]) -> bool:
    """True where a level over time ever stands above the invert of an outfall."""
    return any(
        row[0] in levels and levels[row[0]].highest_m > float(row[1]) + LEAST_DEPTH_M
        for row in outfalls
        if len(row) > 1
    )


def _series_rows(name: str, series: LevelSeries) -> list[tuple[str, ...]]:
    """Rows of TIMESERIES from the start of the run on."""
    hours, levels_m = series.hours, series.levels_m
    if hours[0] > 0:
        hours, levels_m = (0.0, *hours), (series.first_m, *levels_m)
    return [
        (name, fixed(hour, HOUR_DECIMALS), fixed(level_m, 3))
        for hour, level_m in zip(hours, levels_m, strict=True)
    ]

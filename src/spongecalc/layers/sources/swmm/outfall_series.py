"""Levels over time outside a model's outfalls: tides by the hour of the day, and time series."""

from __future__ import annotations

from pathlib import Path

from spongecalc.layers.level_series import LevelSeries
from spongecalc.layers.sources.swmm.curves import curves_of
from spongecalc.layers.sources.swmm.reading import ModelUnits, Reading
from spongecalc.layers.sources.swmm.sections import ModelFile, Row
from spongecalc.layers.sources.swmm.time_series import series_pairs, start_of

# A tide goes on from day to day: as long as any storm of a project and the time after it.
TIDE_H = 240.0


def outfall_series(file: ModelFile, folder: Path) -> dict[str, LevelSeries]:
    """Levels over time by the outfall's name as the model spells it; those that cannot be read are left out.

    Hours count from the start of the model's run: the storm of a project begins where the model's own run did.
    """
    length_m = ModelUnits.of(file).length_m
    found = {}
    for row in file.of("OUTFALLS"):
        kind = row.word(2).upper()
        if kind.startswith("TIDAL"):
            pairs = tide_pairs(file, row.word(3))
        elif kind.startswith("TIMESERIES"):
            pairs = series_pairs(file, row.word(3), folder) or ()
        else:
            continue
        if pairs:
            hours, levels = zip(*_rising(pairs), strict=True)
            found[row.words[0]] = LevelSeries(file.name, hours, tuple(level * length_m for level in levels))
    return found


def _rising(pairs: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """The pairs with the last of those at the same hour."""
    return sorted(dict(pairs).items())


def tide_pairs(file: ModelFile, name: str) -> tuple[tuple[float, float], ...]:
    """A tide's curve, by the hour of the day, as hours from the start of the run on; none where there is no such.

    As in the engine the level goes straight from point to point, and stands before a day's first point and after
    its last.
    """
    _, curve = curves_of(file).get(name.lower(), ("", ()))
    if not curve:
        return ()
    start = start_of(file)
    since_midnight_h = start.hour + start.minute / 60 + start.second / 3600
    points = [(h, level) for h, level in curve if 0 <= h <= 24] or [curve[0]]
    day = [(0.0, points[0][1])] if points[0][0] > 0 else []
    day += points
    if day[-1][0] < 24:
        day.append((24.0, day[-1][1]))
    # The last instant of a day and the first of the next may differ: a minute's thousandth lies between them.
    day[-1] = (24.0 - 1e-4, day[-1][1])
    hours = [(24.0 * n + h - since_midnight_h, level) for n in range(int(TIDE_H // 24) + 1) for h, level in day]
    before = [p for p in hours if p[0] <= 0][-1]
    after = [p for p in hours if p[0] > 0]
    at_start = before[1] + (after[0][1] - before[1]) * (0 - before[0]) / (after[0][0] - before[0])
    return ((0.0, at_start), *((round(h, 6), level) for h, level in after))


def has_level_over_time(reading: Reading, row: Row) -> bool:
    """True where the tide or time series that an outfall's row names can be read."""
    if row.word(2).upper().startswith("TIDAL"):
        return bool(tide_pairs(reading.file, row.word(3)))
    return bool(series_pairs(reading.file, row.word(3), reading.folder))

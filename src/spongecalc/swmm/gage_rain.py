"""Rain that the series of a model's gages stand for, beside what the engine lets fall of it.

SWMM lets an intensity fall for the gage's own interval and holds that no reading is no rain: a series whose steps
are longer, or that leaves out values that stay the same, loses the rest (WARNING 09 where no step is as short as
the interval, else nothing at all).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from spongecalc.swmm.input_file import InputFile, number_of, words_of


@dataclass(frozen=True)
class GageRain:
    """Rain of a gage within a run, in the model's own unit of depth (mm or inches).

    ``held`` is the series' depth where each intensity holds until the next reading; ``gaps`` counts the readings
    with rain after which the next is further away than the gage's interval.
    """

    held: float
    gaps: int
    interval_min: float


def gage_of(inp: InputFile) -> dict[str, str]:
    """Return the gage of each subcatchment of an input file, by id."""
    return {row[0]: row[1] for row in words_of(inp, "SUBCA") if len(row) > 1}


def gage_rain(inp: InputFile, start: datetime, duration_h: float) -> dict[str, GageRain]:
    """Return the rain that each gage's series stands for, by the gage's id.

    Parameters
    ----------
    inp
        A SWMM input file.
    start
        Start of the simulation.
    duration_h
        Its length [h].

    Returns
    -------
    Gages whose rain can be told: intensities or volumes in a time series of the file itself.
    """
    series: dict[str, list[tuple[str, ...]]] = {}
    for row in words_of(inp, "TIMES"):
        series.setdefault(row[0], []).append(row[1:])
    found = {}
    for row in words_of(inp, "RAING"):
        if len(row) < 6 or row[4].upper() != "TIMESERIES" or row[1].upper() not in ("INTENSITY", "VOLUME"):
            continue
        interval_h = _hours(row[2])
        readings = _readings(series.get(row[5], []), start)
        if interval_h is None or not readings:
            continue
        found[row[0]] = _rain(readings, interval_h, duration_h, volumes=row[1].upper() == "VOLUME")
    return found


def _rain(
    readings: Sequence[tuple[float, float]], interval_h: float, duration_h: float, *, volumes: bool
) -> GageRain:
    times = [t for t, _ in readings]
    steps = [b - a for a, b in pairwise(times)]
    # The last reading holds as long as the one before it did.
    ends = [*times[1:], times[-1] + (steps[-1] if steps else interval_h)]
    held, gaps = 0.0, 0
    for (begin, value), end in zip(readings, ends, strict=True):
        within_h = max(min(end, duration_h) - max(begin, 0.0), 0.0)
        if volumes:
            held += value if 0.0 <= begin < duration_h else 0.0
            continue
        held += value * within_h
        gaps += value > 0 and within_h > interval_h + 1e-6
    return GageRain(held, gaps, 60 * interval_h)


def _readings(rows: Sequence[Sequence[str]], start: datetime) -> list[tuple[float, float]]:
    """Hours from the start and values of a series; nothing where it is in a file or cannot be read."""
    day: datetime | None = None
    found: list[tuple[float, float]] = []
    for row in rows:
        words = list(row)
        if words and words[0].upper() == "FILE":
            return []
        while words:
            if "/" in words[0] or words[0].count("-") == 2:
                day = _day(words.pop(0))
                if day is None:
                    return []
            if len(words) < 2:
                return []
            hours, value = _hours(words.pop(0)), number_of(words.pop(0))
            if hours is None or value is None:
                return []
            if day is not None:
                hours = (day + timedelta(hours=hours) - start).total_seconds() / 3600.0
            found.append((hours, value))
    return found


def _day(word: str) -> datetime | None:
    for form in ("%m/%d/%Y", "%m-%d-%Y"):
        try:
            return datetime.strptime(word, form)
        except ValueError:
            continue
    return None


def _hours(word: str) -> float | None:
    parts = [number_of(p) for p in word.split(":")]
    if any(p is None for p in parts) or len(parts) > 3:
        return None
    return math.fsum(p / 60.0**n for n, p in enumerate(parts) if p is not None)

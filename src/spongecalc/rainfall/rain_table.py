"""A table of rain readings from a file: its columns, and each reading with time, depth and line."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from spongecalc.rainfall.accumulated_rain import falls_like_showers, looks_accumulated, step_depths
from spongecalc.rainfall.rain_cells import read_sheets
from spongecalc.rainfall.rain_file_choices import RainFileChoices
from spongecalc.rainfall.rain_file_error import UnsureError
from spongecalc.rainfall.rain_headings import Heading, hour_of_column, plain
from spongecalc.rainfall.rain_sheet import (
    HOURS_AT_LEAST,
    RainSheet,
    chosen_sheet,
    column_named,
    filled,
    filled_down,
    of_one_station,
)
from spongecalc.rainfall.rain_unit import RainUnit, parse_rain_unit
from spongecalc.rainfall.reading_times import (
    clock_texts,
    has_clock,
    has_date,
    has_date_and_clock,
    hours_end,
    plain_time,
    reading_times,
)
from spongecalc.rainfall.reading_values import (
    ReadingValues,
    one_unit,
    reading_values,
    with_blanks_dry,
    without_inch_codes,
)

# Minutes from the beginning of an event: a year and more are none.
MOST_MINUTES = 1e6
DAY_MIN = 1440.0
# Below this many wet readings whole numbers say nothing of the unit.
WHOLE_NUMBERS = 20
# Names of columns that offices fill with tenths of a millimetre as often as with millimetres.
UNIT_OPEN = re.compile(r"^(prcp|v13\d{3}|pre .*)$")
MM = RainUnit(1.0, None, "mm")
MM_H = RainUnit(1.0, 60.0, "mm/h")


@dataclass(frozen=True)
class RainTable:
    """Readings of a file, a row each.

    ``frame`` has ``time`` (NaT where unreadable; NaN minutes of an event without dates stand in ``minute``),
    ``mm`` (NaN: missing), ``line``, ``cell`` and ``clock`` as they stand there, ``kind`` (why there is no
    number), ``accumulated`` (rain of several steps), ``reset`` and ``fault`` (of a counter) and
    ``temperature_c`` where the file has one. ``read_as`` says in the file's own words what was taken for what.
    """

    frame: pd.DataFrame
    step_min: float
    read_as: tuple[tuple[str, str], ...]
    wet_only: bool = False


def read_rain_table(path: Path, choices: RainFileChoices, *, minutes: bool = False) -> RainTable:
    """Read the readings of a file.

    Parameters
    ----------
    path
        A text file or a workbook.
    choices
        What the project states of it.
    minutes
        Whether a column of numbers may be minutes from a beginning, as of a single event.

    Raises
    ------
    UnsureError
        If the file leaves open what nobody but the project can say, or has no such columns.
    OSError
        If it cannot be read.
    """
    body = chosen_sheet(read_sheets(path), choices)
    body = of_one_station(body, choices)
    if len(hours := _hour_columns(body)) >= HOURS_AT_LEAST:
        return _from_hour_columns(body, hours, choices)
    times, clocks, told, end = _times(body, choices, minutes)
    if len(times) and not times.notna().any():
        raise UnsureError("times_unread", f"{told}: {next(iter(filled(clocks)), '-')}")
    step = _step_min(times)
    place = _rain_place(body, choices, step)
    heading = body.headings[place]
    return _table_of(body, times, clocks, body.cells(place), heading, step, choices, told, end=end)


def _times(body: RainSheet, choices: RainFileChoices, minutes: bool) -> tuple[pd.Series, list[object], str, bool]:
    """Times, their cells and headings, and whether they are the ends of steps by their heading."""
    if choices.time_column is not None:
        place = column_named(body, choices.time_column, "time_column")
        return _times_in(body, place, choices, minutes)
    dated, clocked = [], []
    for place in body.places("time", "date", "begin", "end", "clock", "day", "minutes", "hour"):
        sample = filled(body.cells(place))[:50]
        if sample and sum(map(has_date, sample)) * 2 > len(sample):
            dated.append(place)
        elif sample and sum(map(has_clock, sample)) * 2 > len(sample):
            clocked.append(place)
    if not dated and body.places("year") and body.places("month") and body.places("day"):
        return _of_parts(body, choices)
    if dated:
        return _of_dates(body, dated, clocked, choices, minutes)
    candidates = body.places("time", "minutes", "begin", "clock", "hour", "date")
    if not candidates:
        shown = ", ".join(h.written for h in body.headings if h.written)
        raise UnsureError("no_columns", shown, (("time_column", "?"), ("rain_column", "?")))
    return _times_in(body, candidates[0], choices, minutes)


def _of_dates(
    body: RainSheet, dated: list[int], clocked: list[int], choices: RainFileChoices, minutes: bool
) -> tuple[pd.Series, list[object], str, bool]:
    """Times of a column of dates, with a column of clocks where the dates have none."""
    full = [p for p in dated if any(map(has_date_and_clock, filled(body.cells(p))[:200]))]
    begins = [p for p in full or dated if body.headings[p].role == "begin"]
    if begins:
        chosen = begins[:1]
    elif full:
        chosen = [p for p in full if body.headings[p].zone == "local"] or full
        ends = [p for p in chosen if body.headings[p].role == "end"]
        chosen = [p for p in chosen if p not in ends] or ends
    else:
        chosen = dated
    if len(chosen) > 1 and any(body.cells(p) != body.cells(chosen[0]) for p in chosen[1:]):
        shown = ", ".join(body.headings[p].written for p in chosen)
        raise UnsureError("several_times", shown, (("time_column", body.headings[chosen[0]].written),))
    place = chosen[0]
    begin_clocks = [p for p in clocked if body.headings[p].role == "begin"]
    clocks = begin_clocks[:1] or [p for p in clocked if body.headings[p].role != "end"] or clocked
    if place in full or not clocks:
        return _times_in(body, place, choices, minutes)
    if len(clocks) > 1:
        clocks = [p for p in clocks if body.headings[p].role in ("time", "clock")] or clocks
    clock = clocks[0]
    texts = [
        f"{d} {c}" if d and c else d
        for d, c in zip(
            map(_date_text, filled_down(body.cells(place))), clock_texts(body.cells(clock)), strict=True
        )
    ]
    zone = body.headings[clock].zone or body.headings[place].zone
    shown = f"{body.headings[place].written} + {body.headings[clock].written}"
    times = reading_times(texts, choices, zone)
    end = body.headings[clock].role == "end" or hours_end(body.cells(clock))
    return times, list(texts), shown, end


def _date_text(cell: object) -> str:
    text = plain_time(cell)
    return text.removesuffix(" 00:00:00").removesuffix(" 0:00:00")


def _of_parts(body: RainSheet, choices: RainFileChoices) -> tuple[pd.Series, list[object], str, bool]:
    """Times of columns of year, month, day, and hour and minute where there are any."""
    used = [body.places(r)[0] for r in ("year", "month", "day")]
    hours = body.places("hour", "clock", "time")[:1]
    minute = body.places("minute_of_hour", "minutes")[:1]
    parts = [[plain_time(c) for c in filled_down(body.cells(p))] for p in used]
    texts: list[str] = []
    clocks = clock_texts(body.cells(hours[0])) if hours else [""] * len(body.rows)
    rest = [plain_time(c) for c in body.cells(minute[0])] if minute else [""] * len(body.rows)
    for year, month, day, clock, part in zip(*parts, clocks, rest, strict=True):
        told = clock.removesuffix(":00") + f":{part}" if part and clock.endswith(":00") else clock
        texts.append(f"{year}-{month}-{day} {told}".strip())
    shown = " + ".join(body.headings[p].written for p in (*used, *hours, *minute))
    zone = next((z for p in (*used, *hours) if (z := body.headings[p].zone)), None)
    end = bool(hours) and not minute and hours_end(body.cells(hours[0]))
    return reading_times(texts, replace(choices, dates="year_first"), zone), list(texts), shown, end


def _times_in(
    body: RainSheet, place: int, choices: RainFileChoices, minutes: bool
) -> tuple[pd.Series, list[object], str, bool]:
    cells = body.cells(place)
    heading = body.headings[place]
    sample = filled(cells)
    if minutes and sample:
        numbers = pd.to_numeric(pd.Series([plain_time(c) for c in cells]), errors="coerce")
        numbers = numbers.where(numbers.abs() < MOST_MINUTES)
        if numbers.notna().all() and not all(map(has_date, sample[:50])):
            return (
                pd.Series(pd.Timestamp(2000, 1, 1) + pd.to_timedelta(numbers, unit="min")),
                cells,
                heading.written,
                False,
            )
    if sample and not any(map(has_date, sample[:200])) and choices.dates != "excel":
        serial = [c for c in sample[:50] if re.fullmatch(r"\d{5}(\.\d+)?", plain_time(c))]
        if len(serial) * 2 > len(sample[:50]):
            raise UnsureError("dates_serial", str(serial[0]), (("dates", "excel"),))
        if not minutes:
            raise UnsureError("no_dates", f"{heading.written}: {sample[0]}", (("time_column", "?"),))
        # Clocks of an event that has no date, on any two days: past midnight they begin again.
        texts = [f"2000-01-01 {c}" for c in clock_texts(cells)]
        times = reading_times(texts, choices, heading.zone)
        days = (times.diff() < pd.Timedelta(0)).cumsum()
        return times + pd.to_timedelta(days, unit="D"), cells, heading.written, heading.role == "end"
    return reading_times(cells, choices, heading.zone), cells, heading.written, heading.role == "end"


def _step_min(times: pd.Series) -> float:
    """The commonest distance in minutes of neighbours, the smallest of several; raises UnsureError for none."""
    apart = times.dropna().sort_values().diff().dropna().dt.total_seconds() / 60
    apart = apart[apart > 0]
    if apart.empty:
        raise UnsureError("one_reading")
    return float(apart.mode().min())


def _rain_place(body: RainSheet, choices: RainFileChoices, step_min: float) -> int:
    """The column of rain: the one there is, or of several the one whose period is the step."""
    if choices.rain_column is not None:
        return column_named(body, choices.rain_column, "rain_column")
    found = [p for p in body.places("rain", "intensity") if filled(body.cells(p))] or body.places(
        "rain", "intensity"
    )
    shown = ", ".join(h.written for h in body.headings if h.written)
    if not found:
        raise UnsureError("no_rain", shown, (("rain_column", "?"),))
    other_period = [p for p in found if (m := body.headings[p].period_min) is not None and abs(m - step_min) > 1]
    counters = [p for p in found if body.headings[p].accumulated and p not in other_period]
    fitting = [p for p in found if p not in other_period]
    if not fitting:
        heading = body.headings[found[0]]
        if looks_accumulated(reading_values(body.cells(found[0]), choices).numbers) and len(found) == 1:
            return found[0]  # a day's counter read every hour
        raise UnsureError(
            "other_period", f"{heading.written}; {step_min:g} min", (("rain_column", heading.written),)
        )
    depths = [p for p in fitting if body.headings[p].role == "rain" and p not in counters]
    chosen = depths or [p for p in fitting if p not in counters] or counters
    if len(chosen) > 1:
        timed = [p for p in chosen if body.headings[p].period_min is not None]
        if len(timed) == 1:
            return timed[0]
        first = body.cells(chosen[0])
        if all(body.cells(p) == first for p in chosen[1:]):
            return chosen[0]
        names = ", ".join(body.headings[p].written for p in chosen)
        raise UnsureError("several_rains", names, (("rain_column", body.headings[chosen[0]].written),))
    return chosen[0]


def _hour_columns(body: RainSheet) -> list[tuple[int, int]]:
    """Places and hours of columns that each hold an hour of the row's day."""
    return [
        (n, h) for n, heading in enumerate(body.headings) if (h := hour_of_column(heading.written)) is not None
    ]


def _from_hour_columns(body: RainSheet, hours: list[tuple[int, int]], choices: RainFileChoices) -> RainTable:
    """Readings of a table with a row for each day and a column for each hour.

    Columns from 0 to 23 are named by the beginning of their hour, those from 1 to 24 by its end.
    """
    named = [h for _, h in hours]
    if len(set(named)) != len(named):
        raise UnsureError("hours_twice", ", ".join(body.headings[p].written for p, _ in hours))
    days, cells, told, _ = _times(RainSheet(
        tuple(h if n not in {p for p, _ in hours} else Heading(h.written) for n, h in enumerate(body.headings)),
        body.lines, body.rows), choices, minutes=False)  # fmt: skip
    ends = 24 in named
    begins = [h - 1 if ends else h for h in named]
    steps = np.diff(begins)
    if np.any((steps != 1) & (steps != 1 - 24)):
        raise UnsureError("hours_uneven", ", ".join(map(str, named)))
    offset = 0
    if begins[0] > 1:
        if choices.first_hour is None:
            both = (("first_hour", "day_before"), ("first_hour", "same_day"))
            raise UnsureError("hours_from", body.headings[hours[0][0]].written, both)
        offset = -24 if choices.first_hour == "day_before" else 0
    passed = offset + begins[0] + np.arange(len(begins))
    grid = [[row[p] if p < len(row) else None for p, _ in hours] for row in body.rows]
    times = pd.Series(
        (days.to_numpy("datetime64[s]")[:, None] + passed.astype("timedelta64[h]")[None, :]).ravel()
    )
    clocks = [c for c in cells for _ in hours]
    flat = [v for row in grid for v in row]
    lines = tuple(n for n in body.lines for _ in hours)
    wide = RainSheet((Heading(""),), lines, tuple((v,) for v in flat))
    rain = next((h for h in body.headings if h.role in ("rain", "intensity")), Heading("rain", "rain"))
    shown = f"{body.headings[hours[0][0]].written} ... {body.headings[hours[-1][0]].written}"
    return _table_of(
        wide, times, clocks, flat, Heading(shown, rain.role, rain.unit), 60.0, choices, told, end=False
    )


def _table_of(
    body: RainSheet,
    times: pd.Series,
    clocks: list[object],
    cells: list[object],
    heading: Heading,
    step_min: float,
    choices: RainFileChoices,
    told: str,
    *,
    end: bool,
) -> RainTable:
    values = reading_values(cells, choices)
    if choices.absent == "dry":
        values = with_blanks_dry(values)
    unit = _unit(heading, values, choices)
    if unit.mm >= 0.2 and unit.mm / 25.4 in (1.0, 0.1, 0.01):
        values = without_inch_codes(values)
    frame = pd.DataFrame(
        {
            "time": times.to_numpy(),
            "value": values.numbers,
            "kind": values.kind,
            "line": body.lines,
            "cell": cells,
            "clock": clocks,
        }
    )
    if (temperature := body.places("temperature")) and len(body.headings) > 1:
        frame["temperature_c"] = _celsius(body.headings[temperature[0]], body.cells(temperature[0]), choices)
    readings = _readings(heading, frame, choices)
    for mark in ("accumulated", "reset", "fault"):
        frame[mark] = False
    if readings == "accumulated":
        frame = _differenced(frame)
        step_min = _step_min(frame["time"])
    frame["mm"] = np.round(frame["value"] * unit.depth_mm(step_min), 6)
    stamp = _stamp(heading, choices, end=end, step_min=step_min)
    if stamp == "end":
        frame["time"] = frame["time"] - pd.Timedelta(minutes=step_min)
    present = frame["mm"].notna()
    read_as = (
        ("times", told),
        ("rain", heading.written),
        ("unit", unit.written),
        ("readings", readings),
        ("stamp", stamp),
    )
    if not present.any():
        raise UnsureError("empty")
    return RainTable(frame, step_min, read_as, wet_only=choices.absent == "dry")


def _unit(heading: Heading, values: ReadingValues, choices: RainFileChoices) -> RainUnit:
    if choices.unit is not None:
        stated = parse_rain_unit(choices.unit)
        if stated is None:
            raise UnsureError("unit_unread", choices.unit, (("unit", "mm"),))
        return stated
    beside = one_unit(values)
    if beside is not None and (unit := parse_rain_unit(beside)) is not None:
        if heading.unit is not None and heading.unit.mm != unit.mm:
            raise UnsureError("units_mixed", f"{heading.written}, {beside}", (("unit", heading.unit.written),))
        return unit
    if heading.unit is not None:
        return heading.unit
    if heading.unit_text:
        raise UnsureError("unit_unread", heading.written, (("unit", "0.1 mm"),))
    if heading.role == "intensity":
        return MM_H
    wet = values.numbers[values.numbers > 0]
    open_name = UNIT_OPEN.match(plain(heading.written)) is not None
    if len(wet) >= (1 if open_name else WHOLE_NUMBERS) and np.all(wet % 1 == 0):
        raise UnsureError("unit_unsure", heading.written, (("unit", "0.1 mm"), ("unit", "mm")))
    if plain(heading.written) == "prcp" and len(wet):
        raise UnsureError("unit_unsure", heading.written, (("unit", "in"), ("unit", "mm")))
    return MM


def _readings(heading: Heading, frame: pd.DataFrame, choices: RainFileChoices) -> str:
    """Return "increments" or "accumulated"; raises UnsureError where heading and numbers do not agree."""
    if choices.readings is not None:
        return choices.readings
    ordered = frame.dropna(subset=["time"]).drop_duplicates("time").sort_values("time", kind="stable")
    values = ordered["value"].to_numpy(float)
    both = (("readings", "accumulated"), ("readings", "increments"))
    if heading.role == "intensity":
        return "increments"
    if heading.accumulated:
        if heading.period_min is not None and not looks_accumulated(values):
            step = _step_min(frame["time"])
            if abs(heading.period_min - step) <= 1:
                return "increments"  # the sum over each step
        if falls_like_showers(values):
            raise UnsureError("accumulated_unlike", heading.written, both)
        return "accumulated"
    if looks_accumulated(values):
        raise UnsureError("looks_accumulated", heading.written, both)
    return "increments"


def _differenced(frame: pd.DataFrame) -> pd.DataFrame:
    """The rain of each step from a counter's readings, in the order of their times."""
    ordered = frame.sort_values("time", kind="stable", na_position="last")
    once = ordered["time"].notna() & ~ordered["time"].duplicated()
    found = step_depths(ordered.loc[once, "value"].to_numpy(float))
    unknown = ordered.loc[once, "value"].notna().to_numpy() & np.isnan(found.depths) & ~found.faults
    ordered.loc[once, "value"] = found.depths
    # Twice the same time: no rain of its own, and the first counts.
    ordered.loc[~once & ordered["value"].notna(), "value"] = 0.0
    ordered.loc[once, "accumulated"] = found.several
    ordered.loc[once, "reset"] = found.resets
    ordered.loc[once, "fault"] = found.faults
    kind = ordered.loc[once, "kind"].to_numpy(object, copy=True)
    kind[unknown] = "first"
    kind[found.faults] = "fault"
    ordered.loc[once, "kind"] = kind
    return ordered.sort_index()


def _stamp(heading: Heading, choices: RainFileChoices, *, end: bool, step_min: float) -> str:
    if choices.stamp is not None:
        return choices.stamp
    if heading.past and step_min < DAY_MIN:
        raise UnsureError("stamp_unsure", heading.written, (("stamp", "end"), ("stamp", "begin")))
    return "end" if end else "begin"


def _celsius(heading: Heading, cells: list[object], choices: RainFileChoices) -> np.ndarray:
    """Temperatures in degrees Celsius; those that no weather has are none."""
    values = reading_values(cells, choices).numbers
    unit = heading.unit_text or ""
    if re.search(r"0?\.1|1/10|tenth", unit):
        values = values / 10
    elif re.search(r"f|℉", unit) and not re.search(r"c|℃", unit):
        values = (values - 32) / 1.8
    return np.where(np.abs(values) < 70, values, np.nan)

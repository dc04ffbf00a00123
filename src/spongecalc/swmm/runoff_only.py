"""A SWMM model of runoff alone: many grounds side by side under one rain, without pipes.

Runoff of a subcatchment does not depend on what the pipes do with it. So the grounds of many communities, as
they are and with other parameters, go into one model that all drain to one outfall, and SWMM's routing is left
out: what costs minutes in a full model costs seconds here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from spongecalc.project.settings import SurfaceSettings
from spongecalc.surfaces.subcatchment import Subcatchment
from spongecalc.swmm.ground_state import GroundState
from spongecalc.swmm.inp_text import fixed, joined_sections, section_texts
from spongecalc.swmm.runoff import GroundRows, ground_rows

OUTLET = "OUT"
START = datetime(2001, 1, 1)


@dataclass(frozen=True)
class Ground:
    """The subcatchments of one community in one scenario, with one set of parameters; ``key`` names it.

    ``states`` are those in which the areas begin, one for each; without them soil has recovered and bases are
    empty.
    """

    key: tuple[str, ...]
    areas: tuple[Subcatchment, ...]
    states: tuple[GroundState, ...] = ()


@dataclass(frozen=True)
class RainInput:
    """Rain of a runoff model: wet steps as (minutes from the start, mm/h), or SWMM's own rain file.

    ``lines`` of a rain file are written beside the model; they hold depths of steps of ``step_min``.
    """

    step_min: float
    hours: float
    wet: tuple[tuple[float, float], ...] = ()
    lines: tuple[str, ...] = ()
    start: datetime = START


@dataclass(frozen=True)
class RunoffClimate:
    """Evaporation in mm a day by month, only while it is dry or always; steps of the calculation in seconds."""

    evaporation_mm_d: tuple[float, ...]
    wet_step_s: float
    dry_step_s: float
    dry_only: bool = True


class KeptGrounds:
    """Rows of grounds by their subcatchments: models of other rains have the same, but for the states."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, ...], tuple[SurfaceSettings, tuple[Subcatchment, ...], GroundRows]] = {}

    def rows(self, areas: tuple[Subcatchment, ...], settings: SurfaceSettings) -> GroundRows:
        """The rows of these very subcatchments, which drain to the one outfall."""
        # They are kept with their rows: no other object can have the identity of one.
        key = (id(settings), *map(id, areas))
        if key not in self._made:
            self._made[key] = (settings, areas, ground_rows(areas, _OneOutlet(), settings))
        return self._made[key][2]


class _OneOutlet(dict[str, str]):
    """Every node's id is the one outfall."""

    def __missing__(self, key: str) -> str:
        return OUTLET


def runoff_text(
    grounds: Sequence[Ground],
    settings: SurfaceSettings,
    rain: RainInput,
    climate: RunoffClimate,
    rain_file: str = "rain.dat",
    kept: KeptGrounds | None = None,
) -> str:
    """The input file of a model of several grounds; subcatchments stand in the order of the grounds' areas.

    ``kept`` are rows of grounds that other models have, too.
    """
    of_grounds = kept or KeptGrounds()
    sections: dict[str, list[tuple[str, ...]]] = {
        k: [] for k in ("SUBCATCHMENTS", "SUBAREAS", "INFILTRATION", "LID_CONTROLS", "LID_USAGE")
    }
    for number, ground in enumerate(grounds):
        own = of_grounds.rows(ground.areas, settings)
        names = {e[1] for e in own.elements}
        for name, rows in own.sections(ground.states).items():
            sections[name].extend(_renamed(row, number, name, names) for row in rows if len(row) > 1)
    return joined_sections(section_texts({**_frame(rain, climate, rain_file), **sections}))


def _renamed(row: tuple[str, ...], number: int, section: str, names: set[str]) -> tuple[str, ...]:
    """The row with names that are the ground's own; ``names`` are its subcatchments'."""
    first = f"G{number}_{row[0]}"
    if section == "SUBCATCHMENTS" and row[2] in names:
        return (first, row[1], f"G{number}_{row[2]}", *row[3:])
    return (first, f"G{number}_{row[1]}", *row[2:]) if section == "LID_USAGE" else (first, *row[1:])


def _frame(rain: RainInput, climate: RunoffClimate, rain_file: str) -> Mapping[str, Sequence[tuple[str, ...]]]:
    end = rain.start + timedelta(hours=rain.hours)
    interval = f"{int(rain.step_min) // 60:d}:{int(rain.step_min) % 60:02d}"
    day, clock = "%m/%d/%Y", "%H:%M:%S"
    options = [
        ("FLOW_UNITS", "LPS"),
        ("INFILTRATION", "HORTON"),
        ("FLOW_ROUTING", "KINWAVE"),
        ("IGNORE_ROUTING", "YES"),
        ("IGNORE_QUALITY", "YES"),
        ("START_DATE", rain.start.strftime(day)),
        ("START_TIME", rain.start.strftime(clock)),
        ("REPORT_START_DATE", rain.start.strftime(day)),
        ("REPORT_START_TIME", rain.start.strftime(clock)),
        ("END_DATE", end.strftime(day)),
        ("END_TIME", end.strftime(clock)),
        ("DRY_DAYS", "7"),
        ("REPORT_STEP", "24:00:00"),
        ("WET_STEP", _clock(climate.wet_step_s)),
        ("DRY_STEP", _clock(climate.dry_step_s)),
        ("ROUTING_STEP", fixed(climate.wet_step_s, 0)),
    ]
    gage: tuple[str, ...] = ("RAIN_GAGE", "INTENSITY", interval, "1.0", "TIMESERIES", "RAIN")
    series: list[tuple[str, ...]] = []
    if rain.lines:
        gage = ("RAIN_GAGE", "VOLUME", interval, "1.0", "FILE", f'"{rain_file}"', "RAIN", "MM")
    else:
        last = None
        for minute, intensity in rain.wet:
            if last is not None and minute > last + 1e-9:
                series.append(("RAIN", _hours(last), "0"))
            series.append(("RAIN", _hours(minute), fixed(intensity, 4)))
            last = minute + rain.step_min
        if last is not None:
            series.append(("RAIN", _hours(last), "0"))
    return {
        "TITLE": [("spongecalc runoff",)],
        "OPTIONS": options,
        "EVAPORATION": [
            ("MONTHLY", *(fixed(v, 3) for v in climate.evaporation_mm_d)),
            ("DRY_ONLY", "YES" if climate.dry_only else "NO"),
        ],
        "RAINGAGES": [gage],
        "OUTFALLS": [(OUTLET, "0", "FREE", "", "NO")],
        "TIMESERIES": series,
        "REPORT": [("SUBCATCHMENTS", "NONE"), ("NODES", "NONE"), ("LINKS", "NONE")],
    }


def _clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _hours(minute: float) -> str:
    whole = round(minute)
    return f"{whole // 60:d}:{whole % 60:02d}"

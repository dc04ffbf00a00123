"""The event that a model is run through: a design storm, or dry weather; and the sections that state it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from spongecalc.project.settings import SimulationSettings
from spongecalc.rainfall.storm import Storm
from spongecalc.swmm.inflows import inflow_rows
from spongecalc.swmm.inp_text import fixed
from spongecalc.swmm.tracer_event import (
    TRACED,
    TRACED_STEP_S,
    WEEK,
    WEEK_START,
    TracedRain,
    traced_sections,
)

DRY = "dry"

# A fixed date keeps models the same from day to day. Storms start at noon, when the daily pattern of
# sewage is near its mean; dry weather at midnight, so that whole days are measured.
STORM_START = datetime(2025, 6, 1, 12, 0)
DRY_START = datetime(2025, 6, 1, 0, 0)

# SWMM gives each node the surface of a 4-ft manhole, and leaves the water on it out of its balance. Under a
# storm that is nothing; a day's sewage of a small community is little enough for it to show.
STORM_SURFACE_M2, DRY_SURFACE_M2 = "1.167", "0.1"

# Drowned pipes begin full of water that is not sewage yet. After twelve hours of dry weather what leaves by their
# outfalls is within 0.5 % of what it is without a level; with two hours it is up to 4 % less.
DROWNED_WARM_UP_S = 43200.0

# Water that should rest in drowned pipes swings to and fro between nodes of a small surface when steps are long:
# 200 m3 a day out of 3 m3 stored, and tracers that miss by a third. With the larger surface (its water keeps its
# level, so that what the balance leaves out of it does not change), inertia damped and 2 s it rests.
# Under a storm it is damped too. SWMM leaves inertia out of full conduits whatever the setting (``dwflow.c``). In
# those that are full at times, between a main and a manhole, no local loss takes energy out: water swings with
# twice the flow, and its peak is a matter of the second in which the storm falls (docs/methods.md).
DROWNED_STEP_S, DROWNED_DAMPING = 2.0, "FULL"
# Peaks of a storm in combined pipes that fill from below turn on the phase of the variable step: up to 13 % apart
# with 2 s and the usual tolerance of 1.5 mm in 8 trials, within 1 % so.
DROWNED_STORM_STEP_S, DROWNED_TOLERANCE_M, DROWNED_TRIALS = 1.0, "0.0003", 20


@dataclass(frozen=True)
class Event:
    """One event. ``storm_id`` is "dry" for dry weather; ``mark_s`` is where the measured part begins.

    ``report_all`` saves the series of every element, for whoever opens the model in SWMM's interface; a
    batch saves only what the assessment reads. ``rain`` is what falls in an event with tracers.
    """

    storm_id: str
    start: datetime
    duration_s: float
    routing_step_s: float
    settings: SimulationSettings
    mark_s: float | None = None
    report_all: bool = False
    rain: TracedRain | None = None


def storm_event(storm: Storm, settings: SimulationSettings, *, report_all: bool = False) -> Event:
    """A design storm and the recession after it."""
    seconds = 60 * (storm.duration_min + settings.recession_min)
    return Event(storm.storm_id, STORM_START, seconds, settings.routing_step_s, settings, report_all=report_all)


def dry_event(settings: SimulationSettings) -> Event:
    """Dry weather: a warm-up that fills the pipes, then the measured time."""
    warm_up_s = 60 * settings.dry_warm_up_min
    total_s = warm_up_s + 60 * settings.dry_measure_min
    return Event(DRY, DRY_START, total_s, settings.dry_routing_step_s, settings, warm_up_s)


def traced_event(storm: Storm, settings: SimulationSettings, carrier_l_s: float) -> Event:
    """A design storm with tracers: dry weather that fills the pipes, the storm at noon, the recession.

    However long the warm-up, the storm meets the sewage of the same hour as the storm without tracers.

    ``carrier_l_s`` of clean water enters at each node where sewage does.
    """
    warm_up_min = settings.dry_warm_up_min
    seconds = 60 * (warm_up_min + storm.duration_min + settings.recession_min)
    rain = TracedRain(((warm_up_min, storm.storm_id),), carrier_l_s)
    start = STORM_START - timedelta(minutes=warm_up_min)
    return Event(TRACED, start, seconds, TRACED_STEP_S, settings, 60 * warm_up_min, rain=rain)


def week_event(storm: Storm, settings: SimulationSettings, carrier_l_s: float) -> Event:
    """A rainy week with tracers: after a dry day the storm falls at noon of every second day.

    ``carrier_l_s`` of clean water enters at each node where sewage does.
    """
    falls = tuple((1440.0 * day + 720.0, storm.storm_id) for day in (1, 3, 5))
    rain = TracedRain(falls, carrier_l_s)
    # The first day is dry and fills the pipes; the other six are measured.
    return Event(WEEK, WEEK_START, 7 * 86400.0, settings.dry_routing_step_s, settings, 86400.0, rain=rain)


def with_longer_warm_up(event: Event) -> Event:
    """An event in which dry weather fills the pipes, with time enough for drowned ones; any other as it is.

    It begins so much earlier: what is measured, and the storm, have the same hours of the day as without.
    """
    if event.storm_id not in (DRY, TRACED) or event.mark_s is None:
        return event
    more_s = max(0.0, DROWNED_WARM_UP_S - event.mark_s)
    start = event.start - timedelta(seconds=more_s)
    longer = replace(event, start=start, duration_s=event.duration_s + more_s, mark_s=event.mark_s + more_s)
    if event.rain is None:
        return longer
    falls = tuple((minute + more_s / 60, storm_id) for minute, storm_id in event.rain.falls)
    return replace(longer, rain=replace(event.rain, falls=falls))


def event_sections(
    event: Event,
    storms: Sequence[Storm],
    tanks: Sequence[str],
    overflows: Sequence[str],
    sewage_nodes: Sequence[str],
    groundwater_l_s: Mapping[str, float] = MappingProxyType({}),
    outfalls: Sequence[str] = (),
    clean_l_s: Mapping[str, float] = MappingProxyType({}),
    *,
    drowned: bool = False,
) -> Mapping[str, Sequence[Sequence[str]]]:
    """OPTIONS, RAINGAGES, INFLOWS, TIMESERIES and REPORT for an event.

    The tracers are followed in dry weather, where they answer a question; a storm leaves them out. SWMM
    drops a tracer in a conduit that holds less than a litre, and a few flats' sewage in a steep pipe is less
    than that: so in dry weather a little clean water, the carrier, enters where sewage does.

    Every storm of the project stands in the file, so that an engineer can switch the gage to another; the
    gage names the event's. Ground water, where the project wants it, enters in every event. A storm saves what
    flows to ``outfalls`` over time: the peak that leaves by several of them is that of their sum.

    Where pipes are ``drowned`` by a level outside, steps are no longer than 2 s (1 s under a storm), inertia is
    damped and nodes have a storm's surface: swings of resting water would falsify tracers, and make peaks a
    matter of chance.
    """
    end = event.start + timedelta(seconds=event.duration_s)
    settings = event.settings
    options: list[tuple[str, ...]] = [
        ("FLOW_UNITS", "LPS"),
        ("INFILTRATION", "HORTON"),
        ("FLOW_ROUTING", "DYNWAVE"),
        ("LINK_OFFSETS", "ELEVATION"),
        ("MIN_SLOPE", "0"),
        ("IGNORE_QUALITY", "NO" if event.storm_id == DRY else "YES"),
        ("ALLOW_PONDING", "YES"),
        ("SKIP_STEADY_STATE", "NO"),
        ("START_DATE", event.start.strftime("%m/%d/%Y")),
        ("START_TIME", event.start.strftime("%H:%M:%S")),
        ("REPORT_START_DATE", event.start.strftime("%m/%d/%Y")),
        ("REPORT_START_TIME", event.start.strftime("%H:%M:%S")),
        ("END_DATE", end.strftime("%m/%d/%Y")),
        ("END_TIME", end.strftime("%H:%M:%S")),
        ("SWEEP_START", "01/01"),
        ("SWEEP_END", "12/31"),
        ("DRY_DAYS", "7"),
        ("REPORT_STEP", _clock(settings.report_step_s)),
        ("WET_STEP", _clock(settings.wet_step_s)),
        ("DRY_STEP", _clock(settings.wet_step_s if event.storm_id != DRY else 300.0)),
        ("ROUTING_STEP", fixed(event.routing_step_s, 2)),
        ("INERTIAL_DAMPING", "PARTIAL"),
        ("NORMAL_FLOW_LIMITED", "BOTH"),
        ("FORCE_MAIN_EQUATION", "H-W"),
        ("SURCHARGE_METHOD", "EXTRAN"),
        ("VARIABLE_STEP", "0.75"),
        ("LENGTHENING_STEP", "0"),
        ("MIN_SURFAREA", DRY_SURFACE_M2 if event.storm_id == DRY else STORM_SURFACE_M2),
        ("MAX_TRIALS", str(settings.max_trials)),
        ("HEAD_TOLERANCE", "0.0015"),
        ("THREADS", "1"),
    ]
    step_min = storms[0].step_min if storms else 5.0
    gage = (
        "RAIN_GAGE",
        "INTENSITY",
        _clock(60 * step_min).removesuffix(":00"),
        "1.0",
        "TIMESERIES",
        _series(event.storm_id),
    )
    series: list[tuple[str, ...]] = [(_series(DRY), "0:00", "0.000"), (_series(DRY), "24:00", "0.000")]
    for storm in storms:
        times, values = storm.hyetograph.index.tolist(), storm.hyetograph.tolist()
        # SWMM refuses a series with a step shorter than the gage's: the rain of a shorter last step is
        # spread over a whole one.
        values[-1] *= (storm.duration_min - times[-1]) / storm.step_min
        times, values = [*times, times[-1] + storm.step_min], [*values, 0.0]
        series.extend(
            (_series(storm.storm_id), _clock(60 * t).removesuffix(":00"), fixed(v, 3))
            for t, v in zip(times, values, strict=True)
        )
    saved = [*tanks, *(outfalls if event.storm_id != DRY else ())]
    report: list[tuple[str, ...]] = [
        ("INPUT", "NO"),
        ("CONTROLS", "NO"),
        # Nothing runs off in dry weather: over days those series would be most of the file.
        ("SUBCATCHMENTS", "NONE" if event.storm_id == DRY and not event.report_all else "ALL"),
        ("NODES", *(["ALL"] if event.report_all else saved or ["NONE"])),
        ("LINKS", *(["ALL"] if event.report_all else overflows or ["NONE"])),
    ]
    carrier_l_s = settings.dry_carrier_l_s if event.storm_id == DRY else 0.0
    if event.rain is not None:
        carrier_l_s = event.rain.carrier_l_s
    sections: dict[str, Sequence[Sequence[str]]] = {
        "OPTIONS": options,
        "RAINGAGES": [gage],
        "INFLOWS": inflow_rows(carrier_l_s, sewage_nodes, groundwater_l_s, clean_l_s),
        "TIMESERIES": series,
        "REPORT": report,
    }
    if event.rain is not None:
        sections = traced_sections(event.storm_id, event.rain, sections, storms)
    return {**sections, "OPTIONS": _at_rest(sections["OPTIONS"])} if drowned else sections


def _at_rest(options: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """OPTIONS with which water at rest in drowned pipes stays at rest."""
    given = {row[0]: row[1] for row in options}
    is_storm = given["IGNORE_QUALITY"] == "YES"
    step_s = min(float(given["ROUTING_STEP"]), DROWNED_STORM_STEP_S if is_storm else DROWNED_STEP_S)
    changed = {
        "ROUTING_STEP": fixed(step_s, 2),
        "INERTIAL_DAMPING": DROWNED_DAMPING,
        "MIN_SURFAREA": STORM_SURFACE_M2,
    }
    if is_storm:
        trials = max(int(given["MAX_TRIALS"]), DROWNED_TRIALS)
        changed |= {"HEAD_TOLERANCE": DROWNED_TOLERANCE_M, "MAX_TRIALS": str(trials)}
    return [(row[0], changed[row[0]]) if row[0] in changed else row for row in options]


def _series(storm_id: str) -> str:
    return f"RAIN_{storm_id}"


def _clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"

"""The grounds that go through each event: as taken, at the ends of the ranges, and clogged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from spongecalc.batch.runoff_batch import RunoffTask
from spongecalc.project.design_storms import project_formula
from spongecalc.project.settings import Settings
from spongecalc.rainfall.capture_ratio import CaptureCurve
from spongecalc.rainfall.chicago import chicago_hyetograph
from spongecalc.rainfall.generated_series import climate_of
from spongecalc.rainfall.rain_series import RainSeries
from spongecalc.rainfall.read_series import swmm_rain_lines
from spongecalc.scenario import DrainageSystem
from spongecalc.sponge.parameter_ranges import ParameterRange, at_end, with_permeability
from spongecalc.surfaces.cover import covers
from spongecalc.surfaces.subcatchments import Subcatchment
from spongecalc.swmm.model import SwmmModel
from spongecalc.swmm.runoff_only import Ground, RainInput, RunoffClimate
from spongecalc.swmm.tank import Tank, tanks_of

DAY_MIN = 1440
# Event depths over the design rainfall. The day of an event is followed by four dry ones, in which ground and
# base recover.
DEPTH_RATIOS = (0.2, 0.5, 0.75, 1.0, 1.8, 3.5)
# Those that tell what one parameter does to the year: small rain, the design rainfall, and what facilities do
# not hold any more.
RANGE_RATIOS = (0.2, 1.0, 1.8, 3.5)
EVENT_DAYS = 5
RAIN_STEP_MIN = 15
# Permeability over that of a new surface at which clogged paving is run; in between it is interpolated.
CLOGGED_SHARES = (0.02, 0.01, 0.005, 0.002, 0.0005)
WET_STEP_S, DRY_STEP_S = 300.0, 3600.0
# SWMM's sums are trapezoids over its steps: over a year of showers 300 s would cost 0.4 points of capture.
CONTINUOUS_WET_STEP_S = 60.0
TAKEN, LOW, HIGH = "taken", "low", "high"


@dataclass(frozen=True)
class Site:
    """One community in one scenario: its subcatchments and rain tanks."""

    community_id: str
    scenario: str
    areas: tuple[Subcatchment, ...]
    tanks: tuple[Tank, ...]
    first_flush_mm: dict[str, float]

    @property
    def area_m2(self) -> float:
        """All its ground."""
        return sum(a.area_m2 for a in self.areas)

    @property
    def paved_m2(self) -> float:
        """Permeable paving in it."""
        return sum(sum(a.paving_m2.values()) for a in self.areas)


def sites_of(
    systems: Sequence[DrainageSystem], models: Sequence[SwmmModel], settings: Settings
) -> tuple[Site, ...]:
    """Every modelled community in every scenario, by community and the project's order of scenarios."""
    found = []
    for system, model in zip(systems, models, strict=True):
        tanks, _ = tanks_of(system, settings.tanks.depth_m)
        flush = {
            str(r.facility_id): float(r.first_flush_mm) if r.first_flush_mm > 0 else 0.0
            for r in system.facilities.itertuples()
        }
        for community in model.communities:
            own = tuple(t for t in tanks if t.community_id == community)
            areas = tuple(a for a in model.areas if a.community_id == community)
            if areas:
                found.append(Site(community, model.scenario, areas, own, flush))
    place = {name: n for n, name in enumerate(settings.scenario_names)}
    return tuple(sorted(found, key=lambda s: (s.community_id, place[s.scenario])))


def design_rainfall_of(settings: Settings, curve: CaptureCurve) -> float:
    """The design rainfall in mm: typed in the project, else the curve's for the project's ratio."""
    typed = settings.sponge.design_rainfall_mm
    return typed if typed is not None else curve.design_mm(settings.sponge.design_percent)


def event_depths_mm(design_mm: float) -> tuple[float, ...]:
    """Depths of the events."""
    return tuple(r * design_mm for r in DEPTH_RATIOS)


def event_rain(settings: Settings, depths_mm: Sequence[float]) -> RainInput:
    """One day of rain for each depth, shaped as a Chicago storm of the project's formula, dry days between."""
    formula = project_formula(settings)
    period = next(s for s in settings.storms if s.storm_id == settings.headline_storm).return_period_a
    step = RAIN_STEP_MIN
    lasting = max(int(min(DAY_MIN, formula.longest_duration_min(period))) // step, 1) * step
    shape = chicago_hyetograph(formula, period, lasting, settings.rainfall.peak_ratio, step)
    whole = float(shape.sum()) * step / 60
    wet = [
        (number * EVENT_DAYS * DAY_MIN + minute, intensity * depth / whole)
        for number, depth in enumerate(depths_mm)
        for minute, intensity in shape.items()
    ]
    return RainInput(step, 24.0 * EVENT_DAYS * len(depths_mm), tuple(wet))


def evaporation_of(settings: Settings) -> tuple[float, ...]:
    """Evaporation in mm a day by month: the project's, else its climate's."""
    return settings.sponge.evaporation_mm_d or climate_of(settings.sponge.climate).evaporation_mm_d


def event_task(
    sites: Sequence[Site], settings: Settings, design_mm: float, ranges: tuple[ParameterRange, ...]
) -> RunoffTask:
    """The events for every ground as taken, at both ends of all ranges, and clogged."""
    names = [r.name for r in ranges]
    grounds = []
    for site in sites:
        key = (site.community_id, site.scenario)
        grounds.append(Ground((*key, TAKEN), site.areas))
        for end in (LOW, HIGH):
            grounds.append(Ground((*key, end), at_end(site.areas, dict.fromkeys(names, end), ranges)))
        if site.paved_m2 > 0:
            grounds.extend(
                Ground((*key, f"{share:g}"), with_permeability(site.areas, share)) for share in CLOGGED_SHARES
            )
    depths = event_depths_mm(design_mm)
    design = DEPTH_RATIOS.index(1.0)
    day = 86400
    ends = [(n + 1) * EVENT_DAYS * day for n in range(len(depths))]
    within = [design * EVENT_DAYS * day + s for s in range(900, 2 * day, 900)]
    marks = tuple(sorted({*ends, *within}))
    return RunoffTask(
        tuple(grounds),
        settings.surfaces,
        covers(settings.surfaces.covers)["permeable_concrete"],
        event_rain(settings, depths),
        _climate(settings),
        marks,
        frozenset(g.key for g in grounds if g.key[2] == TAKEN),
        tuple(marks.index(e) for e in ends),
    )


def range_task(
    sites: Sequence[Site], settings: Settings, design_mm: float, ranges: tuple[ParameterRange, ...]
) -> RunoffTask:
    """The events of ``RANGE_RATIOS`` for every ground in the last of the scenarios compared, one parameter at an
    end of its range."""
    grounds = [
        Ground((s.community_id, s.scenario, r.name, end), at_end(s.areas, {r.name: end}, ranges))
        for s in sites
        if s.scenario == settings.compared[1]
        for r in ranges
        for end in (LOW, HIGH)
    ]
    return RunoffTask(
        tuple(grounds),
        settings.surfaces,
        covers(settings.surfaces.covers)["permeable_concrete"],
        event_rain(settings, [r * design_mm for r in RANGE_RATIOS]),
        _climate(settings),
        tuple((n + 1) * EVENT_DAYS * 86400 for n in range(len(RANGE_RATIOS))),
    )


def continuous_task(sites: Sequence[Site], settings: Settings, series: RainSeries) -> RunoffTask:
    """The whole series for every ground as taken; read daily where a roof feeds a tank, else by year."""
    dated = series.depth_mm
    begin = dated.index[0].floor("D")
    days = int((dated.index[-1].floor("D") - begin).days) + 1
    grounds = tuple(Ground((s.community_id, s.scenario, TAKEN), s.areas) for s in sites)
    fed = frozenset((s.community_id, s.scenario, TAKEN) for s in sites if s.tanks)
    rain = RainInput(
        series.step_min, 24.0 * days, lines=tuple(swmm_rain_lines(series, "RAIN")), start=begin.to_pydatetime()
    )
    marks = tuple(86400 * (d + 1) for d in range(days))
    year_ends = tuple(d for d in range(days) if d == days - 1 or (d + 1) % 365 == 0)
    return RunoffTask(
        grounds,
        settings.surfaces,
        covers(settings.surfaces.covers)["permeable_concrete"],
        rain,
        replace(_climate(settings), wet_step_s=CONTINUOUS_WET_STEP_S),
        marks,
        fed,
        year_ends,
    )


def _climate(settings: Settings) -> RunoffClimate:
    return RunoffClimate(evaporation_of(settings), WET_STEP_S, DRY_STEP_S)

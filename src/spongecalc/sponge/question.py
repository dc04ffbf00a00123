"""The question of a project's sponge performance, worked out once: its communities, rains and tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import groupby

from spongecalc.batch.runoff_batch import RunoffTask
from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.project.design_storms import project_formula
from spongecalc.project.settings import Settings
from spongecalc.project.sponge_settings import SpongeSettings
from spongecalc.rainfall.capture_ratio import CaptureCurve
from spongecalc.rainfall.chicago import chicago_hyetograph
from spongecalc.rainfall.generated_series import climate_of
from spongecalc.rainfall.rain_series import RainSeries
from spongecalc.rainfall.read_series import swmm_rain_lines
from spongecalc.scenario import DrainageSystem
from spongecalc.sponge.event_runs import (
    DEPTH_RATIOS,
    EVENT_DAYS,
    RANGE_RATIOS,
    TAKEN,
    Site,
    clogged,
    clogged_name,
    event_grounds,
    range_grounds,
    sites_of,
)
from spongecalc.sponge.parameter_ranges import ParameterRange, parameter_ranges
from spongecalc.sponge.tank_states import SiteStates, tank_states
from spongecalc.sponge.year_of_days import YearOfDays, year_of
from spongecalc.swmm.model import SwmmModel
from spongecalc.swmm.runoff_only import Ground, RainInput, RunoffClimate

DAY_MIN = 1440
CLOSED = clogged_name(0.0)
RAIN_STEP_MIN = 15
WET_STEP_S, DRY_STEP_S = 300.0, 3600.0


@dataclass(frozen=True)
class Portion:
    """Some communities in all their scenarios, with the runs that answer for them.

    ``events`` are those of every ground as taken, at both ends of all ranges and clogged; ``ranges`` those of the
    last scenario compared, with one parameter at an end of its range.
    """

    sites: tuple[Site, ...]
    events: RunoffTask
    ranges: RunoffTask


@dataclass(frozen=True)
class SpongeQuestion:
    """Question of a project's sponge performance.

    ``compared`` are its two scenarios that are set side by side; ``curve`` and ``series`` its rain, ``design_mm``
    the design rainfall in mm; ``catalogue`` is its covers, ``sponge`` its section of the settings. ``events`` and
    ``ranges`` are the tasks of a portion, without grounds; a run may take ``time_limit_s`` seconds.
    """

    sites: tuple[Site, ...]
    compared: tuple[str, str]
    curve: CaptureCurve
    series: RainSeries
    design_mm: float
    catalogue: Catalogue
    sponge: SpongeSettings
    parameters: tuple[ParameterRange, ...]
    events: RunoffTask
    ranges: RunoffTask
    time_limit_s: float

    def portions(self, communities_at_a_time: int) -> Iterator[Portion]:
        """The communities some at a time, the scenarios of each together; their order stays."""
        communities = list(dict.fromkeys(s.community_id for s in self.sites))
        of = {c: n // communities_at_a_time for n, c in enumerate(communities)}
        for _, own in groupby(self.sites, lambda s: of[s.community_id]):
            sites = tuple(own)
            grounds = tuple(g for s in sites for g in event_grounds(s, self.parameters))
            last = [s for s in sites if s.scenario == self.compared[1]]
            moved = tuple(g for s in last for g in range_grounds(s, self.parameters))
            fine = frozenset(g.key for g in grounds if g.key[2] == TAKEN)
            yield Portion(
                sites, replace(self.events, grounds=grounds, fine_keys=fine), replace(self.ranges, grounds=moved)
            )

    @cached_property
    def tank_states(self) -> dict[tuple[str, str], SiteStates]:
        """States in which each site's tanks meet the events, by community and scenario."""
        daily = self.series.daily_mm().to_numpy()
        return {
            (s.community_id, s.scenario): tank_states(s, daily, self.design_mm, self.catalogue, self.sponge)
            for s in self.sites
        }

    @cached_property
    def year(self) -> YearOfDays:
        """The year's days: the capture curve, and what falls on days too small for it."""
        return year_of(self.curve, self.series)

    @property
    def wet_month(self) -> int:
        """The month of the series' most rain, 1 to 12, in which the events are dated."""
        return wettest_month(self.series)

    @cached_property
    def continuous(self) -> RunoffTask:
        """The whole series for every ground as taken, and closed; read daily where a roof feeds a tank."""
        paved = [s for s in self.sites if s.paved_m2 > 0 and s.scenario == self.compared[1]]
        dated = self.series.depth_mm
        begin = dated.index[0].floor("D")
        days = int((dated.index[-1].floor("D") - begin).days) + 1
        lines = tuple(swmm_rain_lines(self.series, "RAIN"))
        rain = RainInput(self.series.step_min, 24.0 * days, lines=lines, start=begin.to_pydatetime())
        return replace(
            self.events,
            grounds=(
                *(Ground((s.community_id, s.scenario, TAKEN), s.areas) for s in self.sites),
                *(Ground((s.community_id, s.scenario, CLOSED), clogged(s.areas, 0.0)) for s in paved),
            ),
            rain=rain,
            marks_s=tuple(86400 * (d + 1) for d in range(days)),
            fine_keys=frozenset((s.community_id, s.scenario, TAKEN) for s in self.sites if s.tanks),
            coarse=(days - 1,),
        )


def wettest_month(series: RainSeries) -> int:
    """The month, 1 to 12, in which a series has the most rain on the mean of its years."""
    months = series.depth_mm.index.month
    return int(series.depth_mm.groupby(months).sum().idxmax())


def sponge_question(
    systems: Sequence[DrainageSystem],
    models: Sequence[SwmmModel],
    settings: Settings,
    curve: CaptureCurve,
    series: RainSeries,
) -> SpongeQuestion:
    """Work out what is asked of a project's systems.

    Parameters
    ----------
    systems, models
        The drainage systems and the model of each.
    settings
        The project's.
    curve, series
        Its capture curve and long series.
    """
    sponge = settings.sponge
    sites = sites_of(systems, models, settings)
    typed = sponge.design_rainfall_mm
    design_mm = typed if typed is not None else curve.design_mm(sponge.design_percent)
    period_a = next(s for s in settings.storms if s.storm_id == settings.headline_storm).return_period_a
    formula = project_formula(settings)
    step = RAIN_STEP_MIN
    lasting = max(int(min(DAY_MIN, formula.longest_duration_min(period_a))) // step, 1) * step
    start = datetime(2001, wettest_month(series), 1)
    shape = chicago_hyetograph(formula, period_a, lasting, settings.rainfall.peak_ratio, step)
    whole = float(shape.sum()) * step / 60

    def days_of(ratios: Sequence[float]) -> RainInput:
        """A day of rain for each depth, shaped as a Chicago storm of the project's formula, dry days between."""
        wet = [
            (number * EVENT_DAYS * DAY_MIN + minute, intensity * (ratio * design_mm) / whole)
            for number, ratio in enumerate(ratios)
            for minute, intensity in shape.items()
        ]
        return RainInput(step, 24.0 * EVENT_DAYS * len(ratios), tuple(wet), start=start)

    evaporation = sponge.evaporation_mm_d or climate_of(sponge.climate).evaporation_mm_d
    climate = RunoffClimate(evaporation, WET_STEP_S, DRY_STEP_S, dry_only=not sponge.evaporation_in_rain)
    day = 86400
    ends = [(n + 1) * EVENT_DAYS * day for n in range(len(DEPTH_RATIOS))]
    design = DEPTH_RATIOS.index(1.0)
    within = [design * EVENT_DAYS * day + s for s in range(900, 2 * day, 900)]
    marks = tuple(sorted({*ends, *within}))
    events = RunoffTask(
        (),
        settings.surfaces,
        days_of(DEPTH_RATIOS),
        climate,
        marks,
        coarse=tuple(marks.index(e) for e in ends),
    )
    ranges = replace(
        events,
        rain=days_of(RANGE_RATIOS),
        marks_s=tuple((n + 1) * EVENT_DAYS * day for n in range(len(RANGE_RATIOS))),
        coarse=None,
    )
    return SpongeQuestion(
        sites,
        settings.compared,
        curve,
        series,
        design_mm,
        settings.catalogue,
        sponge,
        parameter_ranges(),
        events,
        ranges,
        settings.simulation.time_limit_s,
    )

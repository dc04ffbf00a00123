"""The question of a project's sponge performance, worked out once: its communities, rains and tasks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import groupby

import pandas as pd

from spongecalc.batch.runoff_batch import GroundVolumes, RunoffTask
from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.project.design_storms import project_formula
from spongecalc.project.settings import Settings
from spongecalc.project.sponge_settings import SpongeSettings
from spongecalc.rainfall.capture_ratio import CaptureCurve
from spongecalc.rainfall.chicago import chicago_hyetograph
from spongecalc.rainfall.finer_steps import finer_series, finer_step_min
from spongecalc.rainfall.generated_series import climate_of
from spongecalc.rainfall.rain_series import RainSeries
from spongecalc.rainfall.read_series import swmm_rain_lines
from spongecalc.scenario import DrainageSystem
from spongecalc.sponge.event_chain import EventChain
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
from spongecalc.sponge.ground_states import SiteGround, given_states, site_ground
from spongecalc.sponge.parameter_ranges import ParameterRange, parameter_ranges
from spongecalc.sponge.tank_states import SiteStates, days_of_depths, tank_states
from spongecalc.sponge.year_of_days import YearOfDays, year_of
from spongecalc.swmm.ground_state import GroundState
from spongecalc.swmm.model import SwmmModel
from spongecalc.swmm.runoff_only import Ground, RainInput, RunoffClimate

DAY_MIN = 1440
CLOSED = clogged_name(0.0)
RAIN_STEP_MIN = 15
WET_STEP_S, DRY_STEP_S = 300.0, 3600.0

RUNOFF_LIMIT_S = 120.0
"""Time that a run of runoff alone is given where the project does not say."""


@dataclass(frozen=True)
class Portion:
    """Some communities in all their scenarios, with the runs that answer for them.

    ``events`` are those of every ground as taken, at both ends of all ranges and clogged, a task for each depth;
    ``ranges`` those of the last scenario compared, with one parameter at an end of its range.
    """

    sites: tuple[Site, ...]
    events: tuple[RunoffTask, ...]
    ranges: tuple[RunoffTask, ...]


@dataclass(frozen=True)
class SpongeQuestion:
    """Question of a project's sponge performance.

    ``compared`` are its two scenarios that are set side by side; ``curve`` and ``series`` its rain, ``design_mm``
    the design rainfall in mm; ``catalogue`` is its covers, ``sponge`` its section of the settings. ``events`` are
    the tasks of the depths of ``DEPTH_RATIOS``, without grounds; a run may take ``time_limit_s`` seconds, by
    default ``RUNOFF_LIMIT_S``: its models have a hundred subcatchments at most, however large a community is.
    ``day_shares`` is how the events spread their rain, by steps of ``RAIN_STEP_MIN``; ``step_shares`` how a step
    of the series is spread over finer ones, none where its own are fine enough.
    """

    sites: tuple[Site, ...]
    compared: tuple[str, str]
    curve: CaptureCurve
    series: RainSeries
    design_mm: float
    catalogue: Catalogue
    sponge: SpongeSettings
    parameters: tuple[ParameterRange, ...]
    events: tuple[RunoffTask, ...]
    time_limit_s: float
    day_shares: tuple[float, ...] = ()
    step_shares: tuple[float, ...] = ()

    @cached_property
    def run_series(self) -> RainSeries:
        """The series as it is run: in finer steps where its own are long."""
        return finer_series(self.series, self.step_shares, self.run_step_min) if self.step_shares else self.series

    @property
    def run_step_min(self) -> float:
        """Step of the series as it is run, in min."""
        return finer_step_min(self.series.step_min, self.sponge.series_step_min)

    @property
    def climate(self) -> RunoffClimate:
        """Evaporation and steps of the events and of the series."""
        return self.events[0].climate

    @cached_property
    def chain(self) -> EventChain:
        """The events' marks, one event after the other."""
        return EventChain.of(self.events)

    def portions(
        self, communities_at_a_time: int, ground: Mapping[tuple[str, str], SiteGround] | None = None
    ) -> Iterator[Portion]:
        """The communities some at a time, the scenarios of each together; their order stays.

        ``ground`` is how the events find the ground of a community and scenario; where it is not known, ready for
        rain, but for what the project says itself.
        """
        communities = list(dict.fromkeys(s.community_id for s in self.sites))
        of = {c: n // communities_at_a_time for n, c in enumerate(communities)}
        for _, own in groupby(self.sites, lambda s: of[s.community_id]):
            sites = tuple(own)
            grounds = tuple(g for s in sites for g in event_grounds(s, self.parameters))
            last = [s for s in sites if s.scenario == self.compared[1]]
            moved = tuple(g for s in last for g in range_grounds(s, self.parameters))
            fine = frozenset(g.key for g in grounds if g.key[2] == TAKEN)
            by_key = {(s.community_id, s.scenario): s for s in sites}
            events, ranges = [], []
            for ratio, task in zip(DEPTH_RATIOS, self.events, strict=True):
                states = {
                    key: given_states(site, self.sponge, _found(ground, key, ratio))
                    for key, site in by_key.items()
                }
                begun = tuple(replace(g, states=states[g.key[0], g.key[1]]) for g in grounds)
                events.append(replace(task, grounds=begun, fine_keys=fine))
                if ratio in RANGE_RATIOS:
                    begun = tuple(replace(g, states=states[g.key[0], g.key[1]]) for g in moved)
                    ranges.append(replace(task, grounds=begun, marks_s=task.marks_s[-1:], coarse=None))
            yield Portion(sites, tuple(events), tuple(ranges))

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
        dated, begin = self.series.depth_mm, self._begin
        days = int((dated.index[-1].floor("D") - begin).days) + 1
        lines = tuple(swmm_rain_lines(self.run_series, "RAIN"))
        rain = RainInput(self.run_series.step_min, 24.0 * days, lines=lines, start=begin.to_pydatetime())
        return replace(
            self.events[0],
            grounds=(
                *(Ground((s.community_id, s.scenario, TAKEN), s.areas) for s in self.sites),
                *(Ground((s.community_id, s.scenario, CLOSED), clogged(s.areas, 0.0)) for s in paved),
            ),
            rain=rain,
            marks_s=tuple(86400 * (d + 1) for d in range(days)),
            fine_keys=frozenset((s.community_id, s.scenario, TAKEN) for s in self.sites if s.tanks),
            coarse=(days - 1,),
            # A day begins where the one before it ends.
            state_marks=tuple(d - 1 for d in self._state_days[0]),
            state_keys=frozenset((s.community_id, s.scenario, TAKEN) for s in self.sites),
        )

    @property
    def _begin(self) -> pd.Timestamp:
        """Midnight before the series begins."""
        return self.series.depth_mm.index[0].floor("D")

    @cached_property
    def _state_days(self) -> tuple[list[int], dict[float, list[int]]]:
        """Days of the series at whose start the ground is read, and which of them stand for each event."""
        if self.sponge.initial == "empty":
            return [], {}
        daily = self.series.daily_mm()
        numbers = (daily.index - self._begin).days.to_numpy()
        days = days_of_depths(daily.to_numpy(), [r * self.design_mm for r in DEPTH_RATIOS])
        # The first day has none before it that could have left anything.
        of_ratio = {r: [int(n) for n in numbers[d] if n > 0] for r, d in zip(DEPTH_RATIOS, days, strict=True)}
        return sorted({n for own in of_ratio.values() for n in own}), of_ratio

    def ground(self, site: Site, volumes: GroundVolumes) -> SiteGround | None:
        """The ground of a site as the run over the series leaves it before rain; None where it was not read."""
        readings = volumes.volumes.readings
        if readings is None:
            return None
        days, of_ratio = self._state_days
        place = {day: n for n, day in enumerate(days)}
        return site_ground(site, readings, {r: [place[d] for d in own] for r, own in of_ratio.items()})


def _found(
    ground: Mapping[tuple[str, str], SiteGround] | None, key: tuple[str, str], ratio: float
) -> tuple[GroundState, ...] | None:
    own = None if ground is None else ground.get(key)
    return None if own is None else own.areas.get(ratio)


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

    fine = finer_step_min(series.step_min, sponge.series_step_min)
    step_shares = []
    if fine < series.step_min:
        within = max(int(min(series.step_min, formula.longest_duration_min(period_a)) // fine), 1) * fine
        step_shares = chicago_hyetograph(formula, period_a, within, settings.rainfall.peak_ratio, fine).tolist()

    def day_of(ratio: float) -> RainInput:
        """A day of rain of a depth, shaped as a Chicago storm of the project's formula, dry days after it."""
        wet = [(minute, intensity * (ratio * design_mm) / whole) for minute, intensity in shape.items()]
        return RainInput(step, 24.0 * EVENT_DAYS, tuple(wet), start=start)

    evaporation = sponge.evaporation_mm_d or climate_of(sponge.climate).evaporation_mm_d
    climate = RunoffClimate(evaporation, WET_STEP_S, DRY_STEP_S, dry_only=not sponge.evaporation_in_rain)
    end = EVENT_DAYS * 86400
    events = []
    for ratio in DEPTH_RATIOS:
        # The design rainfall is followed over time, for its peak.
        marks = (*range(900, 2 * 86400, 900), end) if ratio == 1.0 else (end,)
        coarse = (len(marks) - 1,)
        events.append(RunoffTask((), settings.surfaces, day_of(ratio), climate, marks, coarse=coarse))
    return SpongeQuestion(
        sites,
        settings.compared,
        curve,
        series,
        design_mm,
        settings.catalogue,
        sponge,
        parameter_ranges(),
        tuple(events),
        settings.simulation.time_limit_s or RUNOFF_LIMIT_S,
        tuple(shape.tolist()),
        tuple(step_shares),
    )

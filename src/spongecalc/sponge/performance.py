"""A community's performance, by the volume method and by events in SWMM; its ranges and its life."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spongecalc.batch.runoff_batch import GroundVolumes, per_mark
from spongecalc.sponge.event_runs import CLOGGED_SHARES, DEPTH_RATIOS, Site
from spongecalc.sponge.paving_life import Clogging, share_after_years
from spongecalc.sponge.tank_states import SiteStates
from spongecalc.sponge.year_of_days import YearOfDays
from spongecalc.swmm.tank_start import TankStates

Volumes = Mapping[tuple[str, ...], GroundVolumes]
STEP_MIN = 15


@dataclass(frozen=True)
class DesignEvent:
    """The design rainfall on a community: volumes in m3, peak in l/s as a mean over 15 min, its time in min."""

    rain_m3: float
    runoff_m3: float
    peak_l_s: float
    peak_min: float

    @property
    def coefficient(self) -> float:
        """Runoff over rain."""
        return self.runoff_m3 / self.rain_m3 if self.rain_m3 > 0 else math.nan


def tank_held_m3(site: Site, runoff_m3: np.ndarray, states: Mapping[str, TankStates]) -> float:
    """Volume in m3 that the site's tanks keep of a storm's runoff by subcatchment in m3, from their states on."""
    return sum(
        states[tank.facility_id].held_m3(
            float(sum(runoff_m3[i] for i, a in enumerate(site.areas) if a.outlet_node == tank.node_id))
        )
        for tank in site.tanks
    )


def event_runoff_m3(
    site: Site,
    volumes: GroundVolumes,
    ends: Sequence[int],
    states: SiteStates | None,
    ratios: Sequence[float] = DEPTH_RATIOS,
) -> tuple[np.ndarray, np.ndarray]:
    """Rain and runoff of each event in m3, after the tanks.

    ``ends`` are the marks of the events' ends, ``states`` those of the tanks by the events' ``ratios``; None
    leaves the tanks out.
    """
    rain, runoff = (per_mark(volumes.at(v, ends)) for v in (volumes.volumes.rain_m3, volumes.volumes.runoff_m3))
    left = runoff[:, site.to_nodes].sum(axis=1)
    if states is None:
        return rain.sum(axis=1), left
    kept = np.array([tank_held_m3(site, row, states[r]) for row, r in zip(runoff, ratios, strict=True)])
    return rain.sum(axis=1), np.maximum(left - kept, 0.0)


def event_capture_percent(
    site: Site,
    volumes: GroundVolumes | None,
    ends: Sequence[int],
    year: YearOfDays,
    states: SiteStates,
) -> float:
    """The year's capture ratio from the events; NaN without their result."""
    if volumes is None:
        return math.nan
    rain, runoff = event_runoff_m3(site, volumes, ends, states)
    per_mm = 1000 / site.area_m2
    return year.capture_percent(rain * per_mm, runoff * per_mm)


def design_event(
    site: Site,
    volumes: GroundVolumes,
    marks_s: Sequence[int],
    ends: Sequence[int],
    states: SiteStates,
) -> DesignEvent:
    """Volumes and peak of the design rainfall; the tanks begin as full as they are on the mean of such days."""
    number = DEPTH_RATIOS.index(1.0)
    mean = {name: s.mean for name, s in states[1.0].items()}
    rain, runoff = event_runoff_m3(site, volumes, ends, {**states, 1.0: mean})
    first = ends[number - 1]
    rows = list(range(first, ends[number] + 1))
    times = np.array([marks_s[r] for r in rows])
    flows = np.diff(volumes.volumes.runoff_m3[rows], axis=0)
    steady = np.diff(times) == STEP_MIN * 60
    total = flows[:, site.to_nodes].sum(axis=1)
    for tank in site.tanks:
        fed = [i for i, a in enumerate(site.areas) if a.outlet_node == tank.node_id]
        gathered = np.cumsum(flows[:, fed].sum(axis=1))
        state = mean[tank.facility_id]
        kept = np.clip(gathered - state.flush_m3[0], 0.0, state.free_m3[0])
        total = total - np.diff(np.append(0.0, kept))
    total = np.where(steady, np.maximum(total, 0.0), 0.0)
    peak = int(np.argmax(total))
    minutes = (times[peak + 1] - times[0]) / 60 - STEP_MIN / 2
    return DesignEvent(float(rain[number]), float(runoff[number]), float(total[peak]) / 900 * 1000, minutes)


@dataclass(frozen=True)
class PavingLife:
    """Capture ratio in percent at the end of each year from 0 on, without cleaning and with the project's.

    ``permeability`` is the share of the new permeability that the cleaning leaves by then. ``lost_year`` is the
    first year below the target with the project's cleaning, NaN where it is kept over the horizon;
    ``keeping_interval_a`` the longest interval of cleaning in years that keeps it, 0 where none is needed, NaN
    where none does.
    """

    uncleaned_percent: tuple[float, ...]
    cleaned_percent: tuple[float, ...]
    permeability: tuple[float, ...]
    lost_year: float
    keeping_interval_a: float


def paving_life(
    taken_percent: float,
    clogged_percent: Sequence[float],
    target_percent: float | None,
    clogging: Clogging,
    horizon_a: int,
    shares: Sequence[float] = CLOGGED_SHARES,
) -> PavingLife:
    """The capture ratio over the years, between its values for new and for clogged paving.

    Parameters
    ----------
    taken_percent
        Capture ratio as new.
    clogged_percent
        Capture ratio at ``shares`` of the new permeability, down to 0; empty without paving.
    target_percent
        The project's target, None for none.
    clogging, horizon_a
        Course of clogging with the project's cleaning, and the years looked at.
    shares
        Shares of the new permeability, falling to 0.
    """
    known = np.array([*reversed(shares), 1.0])
    values = (
        np.array([*reversed(clogged_percent), taken_percent])
        if clogged_percent
        else np.full(len(known), taken_percent)
    )

    def held(interval: float) -> tuple[float, ...]:
        years = range(horizon_a + 1)
        return tuple(
            share_after_years(y, clogging.years_to_clog, interval, clogging.restored_percent) for y in years
        )

    def course(interval: float) -> tuple[float, ...]:
        return tuple(float(v) for v in np.interp(held(interval), known, values))

    def lost(curve: Sequence[float]) -> float:
        if target_percent is None:
            return math.nan
        return next((float(y) for y, v in enumerate(curve) if v < target_percent), math.nan)

    uncleaned, cleaned = course(0.0), course(clogging.interval_a)
    keeping = math.nan
    if target_percent is not None:
        if math.isnan(lost(uncleaned)):
            keeping = 0.0
        else:
            fitting = (i for i in (10, 8, 6, 5, 4, 3, 2, 1, 0.5) if math.isnan(lost(course(float(i)))))
            keeping = float(next(fitting, math.nan))
    return PavingLife(uncleaned, cleaned, held(clogging.interval_a), lost(cleaned), keeping)

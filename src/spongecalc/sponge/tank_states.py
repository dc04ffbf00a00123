"""The states in which rain tanks meet a storm: how full they are on the series' days of such a depth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.project.sponge_settings import SpongeSettings
from spongecalc.rainfall.capture_ratio import LEAST_DAY_MM
from spongecalc.sponge.event_runs import DEPTH_RATIOS, Site
from spongecalc.sponge.tank_balance import first_flush_left_m3, free_at_start_m3
from spongecalc.swmm.tank import Tank


@dataclass(frozen=True)
class TankStates:
    """Free volume of a tank and first flush still to be let off, in m3, at the start of some days."""

    free_m3: np.ndarray
    flush_m3: np.ndarray

    def held_m3(self, inflow_m3: float) -> float:
        """Volume in m3 that the tank keeps of a storm's inflow, as the mean over its states."""
        arriving = np.maximum(inflow_m3 - self.flush_m3, 0.0)
        return float(np.minimum(arriving, self.free_m3).mean())

    @property
    def mean(self) -> TankStates:
        """The one state between them all, for a storm that is followed over time."""
        return TankStates(self.free_m3.mean(keepdims=True), self.flush_m3.mean(keepdims=True))


SiteStates = Mapping[float, Mapping[str, TankStates]]
"""A site's tanks by the depth of the storm over the design rainfall and by facility."""


def tank_volume_m3(tank: Tank) -> float:
    """Volume in m3 between a tank's floor and the crest of its overflow."""
    return tank.shape.area_m2 * (tank.shape.crest_m - tank.shape.bottom_m)


def demand_m3_d(site: Site, facility_id: str, catalogue: Catalogue, sponge: SpongeSettings) -> float:
    """Demand on a tank: the survey's, else watering and road washing of the community by area and quota.

    Where the community has several tanks without a demand of their own they share it equally.
    """
    tank = next(t for t in site.tanks if t.facility_id == facility_id)
    if tank.demand_m3_d > 0:
        return tank.demand_m3_d
    watered = [c for c, cover in catalogue.covers.items() if cover.green]
    washed = [c for c, cover in catalogue.covers.items() if cover.paved]
    green = sum(sum(a.covers_m2.get(c, 0.0) for c in watered) for a in site.areas)
    roads = sum(a.covers_m2.get(c, 0.0) for a in site.areas for c in washed)
    litres = sponge.watering_l_m2_d * green + sponge.washing_l_m2_d * roads
    return litres / 1000 / sum(t.demand_m3_d <= 0 for t in site.tanks)


def roof_inflow_m3(site: Site, tank: Tank, daily_mm: np.ndarray) -> np.ndarray:
    """Runoff of a tank's roofs by day in m3 without a simulation: the rain less the roof's depression storage."""
    roofs = [a for a in site.areas if a.outlet_node == tank.node_id]
    return sum(
        (np.maximum(daily_mm - a.mix.storage_impervious_mm, 0.0) / 1000 * a.area_m2 for a in roofs),
        np.zeros(len(daily_mm)),
    )


def days_of_depths(daily_mm: np.ndarray, depths_mm: Sequence[float]) -> list[np.ndarray]:
    """Numbers of the days whose rain is nearest to each of some rising depths.

    A depth that no day comes near takes the days of the depth below it; without any rainy day, all days.
    """
    middles = [(a + b) / 2 for a, b in pairwise(depths_mm)]
    found: list[np.ndarray] = []
    for low, high in zip([0.0, *middles], [*middles, np.inf], strict=True):
        own = np.flatnonzero((daily_mm >= max(low, LEAST_DAY_MM)) & (daily_mm < high))
        found.append(own if len(own) else (found[-1] if found else np.arange(len(daily_mm))))
    return found


def tank_states(
    site: Site, daily_mm: np.ndarray, design_mm: float, catalogue: Catalogue, sponge: SpongeSettings
) -> SiteStates:
    """States of a site's tanks at the start of the series' days, by the depth of the day's rain.

    The balance over the series' days says how full each tank was; a storm of a depth meets the tanks as they
    were on days of about that depth.
    """
    days = days_of_depths(daily_mm, [r * design_mm for r in DEPTH_RATIOS])
    whole: dict[str, TankStates] = {}
    for tank in site.tanks:
        inflow = roof_inflow_m3(site, tank, daily_mm)
        roof_m2 = sum(a.area_m2 for a in site.areas if a.outlet_node == tank.node_id)
        flush_mm = site.first_flush_mm.get(tank.facility_id, 0.0)
        demand = demand_m3_d(site, tank.facility_id, catalogue, sponge)
        free = free_at_start_m3(inflow, tank_volume_m3(tank), demand, roof_m2=roof_m2, first_flush_mm=flush_mm)
        whole[tank.facility_id] = TankStates(free, first_flush_left_m3(inflow, roof_m2, flush_mm))
    return {
        ratio: {name: TankStates(s.free_m3[own], s.flush_m3[own]) for name, s in whole.items()}
        for ratio, own in zip(DEPTH_RATIOS, days, strict=True)
    }

"""The states in which a storm meets a rain tank: how the days of the long series leave it before such rain."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.project.sponge_settings import SpongeSettings
from spongecalc.rainfall.capture_ratio import LEAST_DAY_MM
from spongecalc.surfaces.subcatchment import Subcatchment
from spongecalc.surfaces.tank_balance import first_flush_left_m3, free_at_start_m3
from spongecalc.swmm.first_flush import FlushChamber
from spongecalc.swmm.inp_text import fixed
from spongecalc.swmm.standing_water import INIT_DEPTH
from spongecalc.swmm.tank import Tank

LEAST_DAYS = 10
"""Days that a mean is taken over at least: those of the most rain, where fewer reach the storm's depth."""


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

    def on(self, days: np.ndarray) -> TankStates:
        """The states of some of the days, by their numbers or a mask."""
        return TankStates(self.free_m3[days], self.flush_m3[days])


def demand_m3_d(
    tank: Tank,
    tanks: Sequence[Tank],
    areas: Sequence[Subcatchment],
    catalogue: Catalogue,
    sponge: SpongeSettings,
) -> float:
    """Demand on a tank: the survey's, else watering and road washing of its community by area and quota.

    ``tanks`` and ``areas`` are those of the model. Where the community has several tanks without a demand of
    their own they share it equally. A surveyed demand of 0 is one: nobody draws from that tank.
    """
    if not math.isnan(tank.demand_m3_d):
        return tank.demand_m3_d
    own = [a for a in areas if a.community_id == tank.community_id]
    green = sum(a.covers_m2.get(c, 0.0) for a in own for c, cover in catalogue.covers.items() if cover.green)
    roads = sum(a.covers_m2.get(c, 0.0) for a in own for c, cover in catalogue.covers.items() if cover.paved)
    litres = sponge.watering_l_m2_d * green + sponge.washing_l_m2_d * roads
    return litres / 1000 / sum(math.isnan(t.demand_m3_d) for t in tanks if t.community_id == tank.community_id)


def roofs_of(tank: Tank, areas: Sequence[Subcatchment]) -> list[Subcatchment]:
    """The roofs that drain to a tank."""
    return [a for a in areas if a.outlet_node == tank.node_id]


def roof_inflow_m3(tank: Tank, areas: Sequence[Subcatchment], daily_mm: np.ndarray) -> np.ndarray:
    """Runoff of a tank's roofs by day in m3 without a simulation: the rain less the roof's depression storage."""
    return sum(
        (
            np.maximum(daily_mm - a.mix.storage_impervious_mm, 0.0) / 1000 * a.area_m2
            for a in roofs_of(tank, areas)
        ),
        np.zeros(len(daily_mm)),
    )


def states_by_day(
    tank: Tank,
    tanks: Sequence[Tank],
    areas: Sequence[Subcatchment],
    daily_mm: np.ndarray,
    catalogue: Catalogue,
    sponge: SpongeSettings,
) -> TankStates:
    """States of a tank at the start of each day of a series, by its daily balance.

    Parameters
    ----------
    tank, tanks, areas
        The tank, and all tanks and subcatchments of its model.
    daily_mm
        Rain of each day in mm.
    catalogue, sponge
        What the demand rests on, and how the project wants tanks to begin: empty (``sponge.initial``), or with a
        share of their volume free (``sponge.initial_tank_free``) in place of the balance's.
    """
    roof_m2 = sum(a.area_m2 for a in roofs_of(tank, areas))
    flush_m3 = tank.first_flush_mm / 1000 * roof_m2
    given = sponge.initial_tank_free_percent
    if given is None and sponge.initial == "empty":
        given = 100.0
    if given is not None:
        whole = np.ones(len(daily_mm))
        return TankStates(whole * tank.volume_m3 * given / 100, whole * flush_m3)
    inflow = roof_inflow_m3(tank, areas, daily_mm)
    demand = demand_m3_d(tank, tanks, areas, catalogue, sponge)
    free = free_at_start_m3(inflow, tank.volume_m3, demand, roof_m2=roof_m2, first_flush_mm=tank.first_flush_mm)
    return TankStates(free, first_flush_left_m3(inflow, roof_m2, tank.first_flush_mm))


def days_before_storms(daily_mm: np.ndarray, depth_mm: float) -> np.ndarray:
    """Numbers of the days that stand for a storm: those with at least its depth, and at least the ten wettest.

    Days of equal rain are all in or all out; without any day that counts (above 2 mm), all days stand for it.
    """
    counted = np.sort(daily_mm[daily_mm >= LEAST_DAY_MM])[::-1]
    if not len(counted):
        return np.arange(len(daily_mm))
    least = counted[min(LEAST_DAYS, len(counted)) - 1]
    return np.flatnonzero(daily_mm >= min(depth_mm, least))


@dataclass(frozen=True)
class TankStart:
    """A tank of a model with its states at the start of the series' days.

    ``node`` and ``chamber_node`` are the ids in the model of the tank and of the first flush's ``chamber``, if it
    has one; ``daily_mm`` is the rain of the days.
    """

    tank: Tank
    node: str
    chamber: FlushChamber | None
    chamber_node: str
    daily_mm: np.ndarray
    states: TankStates

    def before(self, depth_mm: float) -> TankStates:
        """The states before storms of a depth in mm."""
        return self.states.on(days_before_storms(self.daily_mm, depth_mm))

    def depths_m(self, depth_mm: float) -> dict[str, float]:
        """Mean water in tank and chamber when storms of a depth in mm begin, in m by node."""
        mean = self.before(depth_mm).mean
        shape = self.tank.shape
        found = {self.node: (self.tank.volume_m3 - float(mean.free_m3[0])) / shape.area_m2}
        if self.chamber is not None:
            gone = 1 - float(mean.flush_m3[0]) / self.chamber.volume_m3
            found[self.chamber_node] = self.chamber.crest_m * gone
        return found


def storage_rows(rows: Sequence[Sequence[str]], depths_m: Mapping[str, float]) -> list[Sequence[str]]:
    """Rows of STORAGE with the water that stands in some of them in m at the start, by node.

    What a row has of its own, where a river stands in a tank, is the least.
    """
    return [
        (*row[:INIT_DEPTH], fixed(max(depths_m[row[0]], float(row[INIT_DEPTH])), 3), *row[INIT_DEPTH + 1 :])
        if row[0] in depths_m
        else row
        for row in rows
    ]

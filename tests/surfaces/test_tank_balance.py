"""The tank's balance: closed, and right at both ends."""

from __future__ import annotations

import numpy as np
import pytest

from spongecalc.rainfall.generated_series import climate_of, generated_series
from spongecalc.sponge.tank_states import days_of_depths
from spongecalc.surfaces.tank_balance import (
    first_flush_left_m3,
    first_flush_m3,
    free_at_start_m3,
    paying_volume_m3,
    tank_balance,
)
from spongecalc.swmm.tank_start import TankStates

DAILY = generated_series(climate_of("昆明"), 30, 7).daily_mm().to_numpy() / 1000 * 400 * 0.9


def test_it_closes_to_a_litre_over_thirty_years() -> None:
    balance = tank_balance(DAILY, 12.0, 0.5, roof_m2=400, first_flush_mm=2)
    assert balance.days > 30 * 365
    left_open = balance.yield_m3 - balance.reused_m3 - balance.overflow_m3 - balance.stored_m3
    assert abs(left_open) < 0.001
    assert balance.yield_m3 + balance.first_flush_m3 == pytest.approx(DAILY.sum(), abs=0.001)
    assert 0 < balance.reused_m3 < balance.demand_m3


def test_no_tank_reuses_nothing() -> None:
    balance = tank_balance(DAILY, 0.0, 0.5)
    assert balance.reused_m3 == 0
    assert balance.overflow_m3 == pytest.approx(DAILY.sum())


def test_an_endless_tank_reuses_the_smaller_of_yield_and_demand() -> None:
    days = np.full(1000, 2.0)
    assert tank_balance(days, np.inf, 3.0).reused_m3 == pytest.approx(2000)
    assert tank_balance(days, np.inf, 1.5).reused_m3 == pytest.approx(1500)
    rainy = np.append(DAILY.sum(), np.zeros(len(DAILY)))
    assert tank_balance(rainy, np.inf, 0.5).reused_m3 == pytest.approx(min(DAILY.sum(), 0.5 * len(rainy)))
    plenty = tank_balance(DAILY, np.inf, 5.0)
    assert plenty.reused_m3 == pytest.approx(min(DAILY.sum(), 5.0 * len(DAILY)), rel=0.02)
    assert plenty.overflow_m3 == 0


def test_by_hand() -> None:
    # tank 5, demand 2: +4 -> 4, draw 2 -> 2; +6 -> 8, spill 3, draw 2 -> 3; draw 2 -> 1; draw 1 -> 0 (not met)
    balance = tank_balance([4.0, 6.0, 0.0, 0.0], 5.0, 2.0)
    assert (balance.reused_m3, balance.overflow_m3, balance.stored_m3) == (7.0, 3.0, 0.0)
    assert balance.reliability_percent == 75
    assert balance.reused_percent == 70


def test_first_flush_of_each_spell() -> None:
    # 100 m2 and 2 mm: 0.2 m3 of each spell of wet days
    let_off = first_flush_m3(np.array([0.15, 1.0, 0.0, 0.3]), 100, 2)
    assert let_off == pytest.approx([0.15, 0.05, 0.0, 0.2])


def test_more_volume_stops_paying() -> None:
    best = paying_volume_m3(DAILY, 0.5, roof_m2=400, first_flush_mm=2)
    years = len(DAILY) / 365.25

    def reused(volume: float) -> float:
        return tank_balance(DAILY, volume, 0.5, roof_m2=400, first_flush_mm=2).reused_m3 / years

    assert reused(best) - reused(best - 1) >= 6
    assert reused(best + 1) - reused(best) < 6
    with pytest.raises(ValueError, match="negative"):
        tank_balance(DAILY, -1, 0.5)


def test_a_storm_meets_the_tank_as_the_days_before_left_it() -> None:
    # 5 m3, 1 m3 a day: 4 m3 come and 1 goes; then 1 a day; then 9 come, 5 stay and 1 goes
    inflow = np.array([4.0, 0.0, 9.0, 0.0])
    assert free_at_start_m3(inflow, 5.0, 1.0).tolist() == [5.0, 2.0, 3.0, 1.0]
    # what is let off of a new spell, and what is left of it on its second day
    wet = np.array([0.0, 0.15, 1.0, 0.0, 0.3])
    assert first_flush_left_m3(wet, 100, 2) == pytest.approx([0.2, 0.2, 0.05, 0.0, 0.2])


def test_the_states_of_a_tank_give_back_its_daily_balance() -> None:
    volume, demand = 12.0, 0.5
    free = free_at_start_m3(DAILY, volume, demand, roof_m2=400, first_flush_mm=2)
    flush = first_flush_left_m3(DAILY, 400, 2)
    kept = sum(TankStates(free[[d]], flush[[d]]).held_m3(float(DAILY[d])) for d in range(len(DAILY)))
    balance = tank_balance(DAILY, volume, demand, roof_m2=400, first_flush_mm=2)
    assert kept == pytest.approx(balance.reused_m3 + balance.stored_m3, rel=1e-9)


def test_the_days_of_a_depth_are_those_nearest_to_it() -> None:
    daily = np.array([0.0, 1.0, 5.0, 12.0, 30.0, 16.0])
    assert [d.tolist() for d in days_of_depths(daily, [4.0, 20.0, 90.0])] == [[2], [3, 4, 5], [3, 4, 5]]
    assert days_of_depths(np.zeros(3), [4.0])[0].tolist() == [0, 1, 2]

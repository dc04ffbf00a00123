"""The state of the ground in a run: by hand, and begun again from it the run goes on as it would have."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import shapely

from spongecalc.project.settings import SurfaceSettings
from spongecalc.surfaces.cover_mix import CoverMix
from spongecalc.surfaces.infiltration_unit import InfiltrationUnit, UnitInUse
from spongecalc.surfaces.permeable_paving import PermeablePaving
from spongecalc.surfaces.subcatchment import Subcatchment
from spongecalc.swmm.ground_state import GroundReadings, GroundState, states_of, unit_filled
from spongecalc.swmm.runoff_only import Ground, RainInput, RunoffClimate, runoff_text
from spongecalc.swmm.runoff_volumes import RunoffVolumes, run_runoff

F0, FMIN, DECAY, DRY_DAYS = 50.0, 3.0, 4.0, 7.0
LAWN = CoverMix(1000, 0, 0.013, 0.15, 0.0, 0.0, F0, FMIN, DECAY, DRY_DAYS)
PAVING = PermeablePaving(60, 200, 20, 40, 0.5, 2.0)
HOUR = 3600
DRY = RunoffClimate((0.0,) * 12, 60.0, 60.0)


def lawn(paving: dict[PermeablePaving, float] | None = None) -> Subcatchment:
    paved = paving or {}
    area_m2 = 1000 + sum(paved.values())
    place = shapely.Point(0, 0)
    return Subcatchment("ground", "nodes", "N", "A", "N", area_m2, 500, 2, LAWN, paved, {}, place)


def run(
    area: Subcatchment, wet: list[tuple[float, float]], hours: int, folder: Path, state: GroundState | None = None
) -> RunoffVolumes:
    """One subcatchment under hourly rain in mm/h, read every hour."""
    rain = RainInput(60.0, float(hours), tuple(wet), start=datetime(2001, 8, 1))
    ground = Ground(("A",), (area,), (state,) if state is not None else ())
    text = runoff_text((ground,), SurfaceSettings(), rain, DRY)
    marks = [HOUR * (h + 1) for h in range(hours)]
    return run_runoff(text, folder, marks, state_marks=range(hours))


def test_horton_in_the_run_is_horton_by_hand(tmp_path: Path) -> None:
    # an hour of rain above the capacity, then dry: down the curve by k t, and back by SWMM's recovery
    found = run(lawn(), [(0.0, 80.0)], 25, tmp_path)
    assert found.readings is not None
    after_rain, day_later = states_of(lawn(), found.readings, 0).recovered[[0, 24]]
    assert after_rain == pytest.approx(math.exp(-DECAY), rel=0.03)
    # in DRY_DAYS 98 % of what is missing comes back
    missing = (1 - math.exp(-DECAY)) * math.exp(math.log(0.02) / DRY_DAYS)
    assert day_later == pytest.approx(1 - missing, abs=0.02)


def test_the_base_of_a_paving_is_its_balance_by_hand(tmp_path: Path) -> None:
    area = lawn({PAVING: 500.0})
    found = run(area, [(0.0, 20.0), (60.0, 20.0)], 12, tmp_path)
    assert found.readings is not None
    states = states_of(area, found.readings, 0)
    # 40 mm in, 2 mm seep away an hour while there is water; 200 mm of gravel of 40 % hold 80 mm
    for hour in (5, 11):
        assert states.base_filled[hour] == pytest.approx((40 - 2 * (hour + 1)) / 80, abs=0.015)


def test_a_run_that_begins_in_a_state_goes_on_from_it(tmp_path: Path) -> None:
    area = lawn({PAVING: 500.0})
    # rain on the first day and again 30 hours later, in one run and in two
    first, second = [(0.0, 40.0), (60.0, 40.0)], [(0.0, 45.0), (60.0, 30.0), (120.0, 30.0), (180.0, 20.0)]
    whole = run(area, [*first, *((1800 + m, mm) for m, mm in second)], 36, tmp_path / "whole")
    assert whole.readings is not None
    state = states_of(area, whole.readings, 0).at(29)
    assert state.recovered < 0.7
    assert state.base_filled == pytest.approx((80 - 60) / 80, abs=0.01)
    again = run(area, second, 6, tmp_path / "again", state)
    ready = run(area, second, 6, tmp_path / "ready")
    went_on = float(whole.runoff_m3[35, 0] - whole.runoff_m3[29, 0])
    assert float(again.runoff_m3[-1, 0]) == pytest.approx(went_on, rel=0.02)
    assert float(ready.runoff_m3[-1, 0]) < 0.97 * went_on


def test_the_layers_of_a_facility_by_hand() -> None:
    cell = InfiltrationUnit("rain_garden", 200, 0, 300, 45, 20, 10, 50, 10, 50, 200, 40, 5)
    # 300 mm of soil at 24 % hold 42 mm above the wilting point, 50 mm of level in the gravel 20 mm; of 105 + 80
    share = unit_filled(cell, np.array([0.24]), np.array([50.0]))
    assert share[0] == pytest.approx((42 + 20) / (105 + 80))
    roof = InfiltrationUnit("green_roof", 0, 0, 100, 45, 20, 10, 50, 10, 50, mat_mm=30, mat_void_percent=50)
    assert unit_filled(roof, np.array([0.45]), np.array([30.0]))[0] == pytest.approx(1)
    assert unit_filled(roof, np.array([0.10]), np.array([0.0]))[0] == 0


def test_the_mean_of_states_and_their_place_among_the_units() -> None:
    trench = InfiltrationUnit("infiltration_trench", base_mm=500, base_porosity_percent=40)
    area = lawn({PAVING: 500.0})
    both = Subcatchment(**{**area.__dict__, "units": (UnitInUse("T", trench, 20.0, 100.0),)})
    readings = GroundReadings(
        np.array([[0.0], [900.0]]), np.zeros((2, 1, 2)), np.array([[[20.0, 50.0]], [[0.0, 250.0]]])
    )
    states = states_of(both, readings, 0)
    first, second = states.at(0), states.at(1)
    assert (first.recovered, first.base_filled, first.units_filled) == (1.0, 0.1, (0.1,))
    assert second.recovered == pytest.approx(math.exp(-1))
    mean = states.mean([0, 1])
    assert mean.recovered == pytest.approx((1 + math.exp(-1)) / 2)
    assert (mean.base_filled, mean.units_filled) == (0.05, (pytest.approx(0.3),))
    assert mean.f0_mm_h(both) == pytest.approx(FMIN + (F0 - FMIN) * mean.recovered)

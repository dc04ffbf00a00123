"""Run-on to a sunken lawn, to paving and to a rain garden in SWMM, against what rain, soil and store leave."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from spongecalc.batch.runoff_batch import RunoffTask, run_task
from spongecalc.catalogue.catalogue import shipped
from spongecalc.project.settings import SurfaceSettings
from spongecalc.surfaces.closed_paving import with_closed_paving
from spongecalc.surfaces.cover_mix import mix
from spongecalc.surfaces.infiltration_unit import InfiltrationUnit, UnitInUse, kind_values
from spongecalc.surfaces.permeable_paving import PermeablePaving
from spongecalc.surfaces.run_on import NO_RUN_ON, run_on_of
from spongecalc.surfaces.subcatchment import Subcatchment, cascades
from spongecalc.swmm.runoff_only import Ground, RainInput, RunoffClimate, runoff_text
from spongecalc.swmm.runoff_volumes import RunoffVolumes, run_runoff

KNOWN = shipped().covers
DRY = RunoffClimate((0.0,) * 12, 10.0, 60.0)
PAVING = PermeablePaving(180, 200, 18, 38, 0.5, 2.0, surface_storage_mm=1.0, surface_n=0.013, receives=True)
# 100 L/(s ha) are 36 mm/h.
STEADY = RainInput(60.0, 24.0, ((0.0, 36.0),))


def ground(name: str, covers: dict[str, float], **values: object) -> Subcatchment:
    """A piece of ground so wide that nothing lingers on it."""
    area = sum(covers.values())
    plain = {c: m2 for c, m2 in covers.items() if c not in ("permeable_concrete", "rain_garden")}
    made = Subcatchment(
        "ground",
        "nodes",
        name,
        "A",
        "N",
        area,
        10 * area,
        2.0,
        mix(plain, KNOWN),
        {},
        covers,
        shapely.Point(0, 0),
    )
    return replace(made, **values)


def run(areas: Sequence[Subcatchment], rain: RainInput, folder: Path) -> RunoffVolumes:
    text = runoff_text([Ground(("A",), tuple(areas))], SurfaceSettings(), rain, DRY)
    volumes = run_runoff(text, folder, [int(rain.hours * 3600)])
    assert abs(volumes.continuity_percent) < 0.3
    return volumes


def lawn_below_asphalt() -> list[Subcatchment]:
    """1000 m2 of asphalt run on to a sunken lawn of 100 m2."""
    lawn = ground("I", {"sunken_green": 100.0}, store="sunken_green", lawn=1)
    return [ground("I", {"asphalt": 1000.0}, runs_on_to=lawn.name), lawn]


def test_a_steady_rain_on_asphalt_above_a_lawn(tmp_path: Path) -> None:
    """36 mm in an hour.

    Asphalt lets go of all but 1.5 mm: 34.5 m3. With its own 3.6 m3 the lawn gets 381 mm; its soil takes
    3 + (50 - 3) / 4 x (1 - e^-4) = 14.5 mm in the hour, its hollow 100 mm, and 26.7 m3 come over.
    """
    volumes = run(lawn_below_asphalt(), STEADY, tmp_path)
    asphalt, lawn = volumes.runoff_m3[-1]
    assert volumes.rain_m3[-1] == pytest.approx([36.0, 3.6], rel=0.002)
    assert asphalt == pytest.approx(34.5, rel=0.005)
    seeped_mm = 3 + (50 - 3) / 4 * (1 - math.exp(-4))
    assert lawn == pytest.approx((34.5 + 3.6) - 0.1 * (100 + seeped_mm), rel=0.01)
    assert lawn == pytest.approx(26.66, rel=0.01)


def test_a_small_rain_stays_in_the_lawn(tmp_path: Path) -> None:
    # 8 mm: 6.5 m3 and 0.8 m3 are 73 mm on the lawn; the asphalt's own outflow is as before
    volumes = run(lawn_below_asphalt(), RainInput(60.0, 24.0, ((0.0, 8.0),)), tmp_path)
    assert volumes.runoff_m3[-1] == pytest.approx([6.5, 0.0], rel=0.01, abs=0.005)


def horton_overflow_m3(inflow_mm: np.ndarray, step_h: float, store_mm: float) -> float:
    """What comes over a hollow of 100 m2, by Horton's equation in its form for rains that pause (own code)."""
    f0, least, decay = 50.0, 3.0, 4.0
    depth = taken = over = 0.0
    for water in inflow_mm:
        low, high = 0.0, 1e3  # the time at which as much would have been taken by steady ponding
        for _ in range(60):
            middle = (low + high) / 2
            so_far = least * middle + (f0 - least) / decay * (1 - math.exp(-decay * middle))
            low, high = (middle, high) if so_far < taken else (low, middle)
        could = least * step_h + (f0 - least) / decay * (
            math.exp(-decay * low) - math.exp(-decay * (low + step_h))
        )
        depth += water
        seeps = min(depth, could)
        taken, depth = taken + seeps, depth - seeps
        over += max(depth - store_mm, 0.0)
        depth = min(depth, store_mm)
    return over * 0.1


def test_a_design_storm_on_asphalt_above_a_lawn(tmp_path: Path) -> None:
    """Two hours with a peak before the middle, 45 mm: the lawn's overflow by own code, minute by minute."""
    rates = np.repeat([6.0, 9.0, 14.0, 30.0, 110.0, 45.0, 20.0, 12.0, 8.0, 7.0, 6.0, 5.0], 10)
    rain = RainInput(10.0, 24.0, tuple((10.0 * n, float(v)) for n, v in enumerate(rates[::10])))
    volumes = run(lawn_below_asphalt(), rain, tmp_path)
    fallen = np.cumsum(rates) / 60
    from_asphalt = np.diff(np.maximum(fallen - 1.5, 0.0), prepend=0.0)
    by_hand = horton_overflow_m3(10 * from_asphalt + rates / 60, 1 / 60, 100.0)
    assert by_hand > 20
    assert volumes.runoff_m3[-1, 1] == pytest.approx(by_hand, rel=0.01)


def test_paving_that_receives_holds_what_its_courses_hold(tmp_path: Path) -> None:
    """Half of 1000 m2 of asphalt pass over 50 m2 of paving, which is three quarters of all the paving."""
    wide = ground(
        "I",
        {"asphalt": 1000.0, "permeable_concrete": 70.0},
        paving_m2={PAVING: 50.0, replace(PAVING, receives=False): 20.0},
        paving_run_on=run_on_of({"asphalt": 500.0}, KNOWN),
    )
    volumes = run([wide], STEADY, tmp_path)
    inflow_mm = 36 + 10 * 34.5
    held_mm = 1.0 + 180 * 0.18 + 200 * 0.38 + 2.0
    by_hand = 0.0345 * 500 + 50 * (inflow_mm - held_mm) / 1000
    # The paving beside it takes its own 36 mm whole.
    assert volumes.runoff_m3[-1, 0] == pytest.approx(by_hand, rel=0.01)
    alone = replace(wide, paving_run_on=NO_RUN_ON)
    assert run([alone], STEADY, tmp_path).runoff_m3[-1, 0] == pytest.approx(0.0345 * 1000, rel=0.01)


def test_closed_paving_receives_nothing(tmp_path: Path) -> None:
    wide = ground(
        "I",
        {"asphalt": 930.0, "permeable_concrete": 70.0},
        paving_m2={PAVING: 70.0},
        paving_run_on=run_on_of({"asphalt": 500.0}, KNOWN),
    )
    (closed,) = with_closed_paving((wide,))
    assert closed.paving_run_on == NO_RUN_ON
    volumes = run([closed], STEADY, tmp_path)
    assert volumes.runoff_m3[-1, 0] == pytest.approx(0.930 * 34.5 + 0.070 * 35.0, rel=0.005)


def test_of_a_garden_green_ground_runs_on_though_asphalt_lies_beside_it(tmp_path: Path) -> None:
    """Where the ground is known it is that ground, not sealed ground first: all the asphalt runs off."""
    layers = {k: v for k, v in kind_values("rain_garden").items() if k in InfiltrationUnit.__dataclass_fields__}
    run_on = run_on_of({"green": 400.0}, KNOWN)
    unit = UnitInUse("G", InfiltrationUnit("rain_garden", **layers), 50.0, 400.0, run_on)
    wide = ground("I", {"asphalt": 300.0, "green": 400.0, "rain_garden": 50.0}, units=(unit,))
    volumes = run([wide], STEADY, tmp_path)
    # The green's 400 m2 let go of 16.5 mm, and the garden holds it.
    assert volumes.runoff_m3[-1, 0] == pytest.approx(0.0345 * 300, rel=0.01)
    # Not known which, all the asphalt and 100 m2 of the green would pass over the garden, which holds it.
    assumed = replace(wide, units=(replace(unit, run_on=None),))
    lawn_mm = 36 - (3 + (50 - 3) / 4 * (1 - math.exp(-4))) - 5
    assert run([assumed], STEADY, tmp_path).runoff_m3[-1, 0] == pytest.approx(0.3 * lawn_mm, rel=0.02)


def test_a_chain_of_lawns_fills_one_after_the_other(tmp_path: Path) -> None:
    upper = ground("I", {"sunken_green": 100.0}, store="sunken_green", lawn=1)
    lower = ground("I", {"sunken_green": 100.0}, store="sunken_green", lawn=2)
    upper = replace(upper, runs_on_to=lower.name)
    asphalt = ground("I", {"asphalt": 1000.0}, runs_on_to=upper.name)
    volumes = run([lower, asphalt, upper], STEADY, tmp_path)
    seeped_mm = 3 + (50 - 3) / 4 * (1 - math.exp(-4))
    over = 34.5 + 3.6 - 0.1 * (100 + seeped_mm)
    # The second gets its water from the first minutes on, when its own soil has taken little.
    assert volumes.runoff_m3[-1, 2] == pytest.approx(over, rel=0.01)
    assert volumes.runoff_m3[-1, 0] == pytest.approx(over + 3.6 - 0.1 * (100 + seeped_mm), rel=0.015)


def test_what_runs_on_to_one_lawn_is_run_with_it_once() -> None:
    """Cascades stay together, alike ones are run once, and each ground gets its own columns."""
    asphalt, lawn = lawn_below_asphalt()
    plain = ground("J", {"asphalt": 50.0})
    assert cascades([plain, asphalt, lawn, ground("K", {"asphalt": 9.0})]) == [[0], [1, 2], [3]]
    small = ground("I", {"asphalt": 500.0}, runs_on_to=lawn.name)
    grounds = (
        Ground(("a",), (asphalt, lawn)),
        Ground(("b",), (plain, lawn, asphalt)),
        Ground(("c",), (small, lawn)),
        Ground(("d",), (replace(lawn, lawn=0),)),
    )
    task = RunoffTask(grounds, SurfaceSettings(), STEADY, DRY, (86400,))
    done, failed = run_task(task, processes=1, time_limit_s=60)
    assert not failed
    a, b, c, d = (done[key,].volumes.runoff_m3[-1] for key in "abcd")
    assert a[1] == pytest.approx(26.66, rel=0.01)
    assert b[[2, 1]].tolist() == a.tolist()
    # Half the asphalt: 17.25 m3 less; without run-on the lawn holds its own.
    assert c[1] == pytest.approx(26.66 - 17.25, rel=0.01)
    assert d[0] == pytest.approx(0.0, abs=0.001)

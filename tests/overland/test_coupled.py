"""Rain on ground and pipes together: water is conserved, inlets take by their law, the two directions work."""

import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from affine import Affine

from spongecalc.ground.grid import Ground
from spongecalc.overland.coupled import Exchange
from spongecalc.overland.coupled_model import coupled_run
from spongecalc.overland.ground_water import GroundCover, GroundWater
from spongecalc.overland.store import kept, make, make_all, run_folder, wet_of
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from tests.small_project import ORIGIN_X, ORIGIN_Y, write_small_project

ORIGIN = Affine(2.0, 0, ORIGIN_X - 4, 0, -2.0, ORIGIN_Y + 44)


def cover(**values: float) -> GroundCover:
    names = GroundCover.__dataclass_fields__
    return GroundCover(**{n: np.full((3, 3), values.get(n, 0.0)) for n in names})


def test_ground_takes_what_horton_and_paving_allow() -> None:
    lawn = GroundWater(cover(pervious=1.0, f0_m_s=2e-5, fmin_m_s=1e-6, decay_1_s=4 / 3600, wetting_m=0.002))
    first = lawn.take(np.full((3, 3), 1.0), 0.0, 10.0)
    assert first[0, 0] == pytest.approx(0.002 + 2e-4)
    later = lawn.take(np.full((3, 3), 1.0), 3600.0, 10.0)
    assert later[0, 0] == pytest.approx(10 * (1e-6 + 1.9e-5 * np.exp(-4)))
    paving = GroundWater(cover(paving=1.0, paving_m_s=5e-4, paving_store_m=0.1, subgrade_m_s=1e-6))
    taken = sum(paving.take(np.full((3, 3), 1.0), t, 10.0)[0, 0] for t in range(0, 3600, 10))
    assert taken == pytest.approx(0.1 + 1e-6 * 3600, abs=2e-5)  # its base, and what the subgrade draws
    dry = paving.take(np.zeros((3, 3)), 3600.0, 10.0)
    assert dry.max() == 0.0


@pytest.fixture(scope="module")
def small_run(tmp_path_factory: pytest.TempPathFactory):
    """Square A before: its 200 mm sewer is too small for the storm; the ground is a shallow bowl at the inlet."""
    folder = tmp_path_factory.mktemp("flow") / "project"
    write_small_project(
        folder, toml=lambda t: t.replace('"3 a"', '"20 a"').replace('recession = "1 h"', 'recession = "30 min"')
    )
    built = pipeline.build(pipeline.check(load_project(folder), ["A"], ("before",)))
    y, x = np.mgrid[0:35, 0:35]
    z = 100 + 0.02 * np.hypot((x - 12.5) * 2, (y - 22.5) * 2)
    ground = Ground(z, Affine(2.0, 0, ORIGIN_X - 15, 0, -2.0, ORIGIN_Y + 55), np.zeros(z.shape, dtype=bool))
    system, model = built.checked.systems[0], built.models[0]
    run = coupled_run(system, model, built.checked.project.settings, built.storms[0], ground)
    done = make(run, run_folder(folder, run))
    return folder, run, done


def test_water_is_conserved_and_goes_both_ways(small_run) -> None:
    _, run, done = small_run
    assert done.status == "done", done.reason
    b = done.balance_m3
    storm_m = (
        sum(
            (after[0] - before[0]) / 3600 * before[1]
            for before, after in zip(run.rain_mm_h, run.rain_mm_h[1:], strict=False)
        )
        / 1000
    )
    # each drop once: a community of 1600 m2, of which a roof of 200 m2 drains by its downpipe
    assert b["rain_on_ground"] == pytest.approx(storm_m * 1400, rel=1e-3)
    assert b["rain_on_roofs"] == pytest.approx(storm_m * 200, rel=0.01)
    assert abs(done.error_percent) < 1.0
    assert b["taken_by_inlets"] > 5
    assert b["left_by_pipes"] > 5
    assert b["created"] < 0.001 * b["rain_on_ground"]
    assert done.made_percent < 0.1


def test_ground_water_and_what_rain_drives_through_the_ground_are_among_what_came(tmp_path: Path) -> None:
    """0.42 m3 a day into the old sewer of A, and 3 % of the storm's rain on its 1600 m2."""
    hydrographs = '[{ r = "3 %", t_h = 0.25, k = 1 }]'
    toml = f"\n[infiltration]\ngroundwater = true\nrain_derived = true\nhydrographs = {hydrographs}\n"
    folder = tmp_path / "project"
    write_small_project(folder, toml=lambda t: t + toml)
    built = pipeline.build(pipeline.check(load_project(folder), ["A"], ("before",)))
    ground = Ground(np.full((24, 24), 100.0), ORIGIN, np.zeros((24, 24), dtype=bool))
    run = coupled_run(
        built.checked.systems[0], built.models[0], built.checked.project.settings, built.storms[0], ground
    )
    done = make(run, run_folder(tmp_path, run))
    assert done.status == "done", (done.reason, done.found)
    expected = 0.42 * run.duration_s / 86400 + 0.03 * built.storms[0].depth_mm / 1000 * 1600
    assert done.balance_m3["ground_water"] == pytest.approx(expected, rel=0.02)
    assert abs(done.error_percent) < 0.5


def test_kept_until_something_changes(small_run) -> None:
    folder, run, done = small_run
    assert kept(run, folder) == done
    told = []
    assert make_all([run], folder, 1, lambda n, left: told.append((n, left))) == [done]  # nothing made again
    assert told[0][0] == 1
    wet = wet_of(run, folder)
    assert wet is not None
    assert wet.depth_m.max() > 0.05
    other = replace(run, exchanges=(*run.exchanges[:-1], Exchange("x", 1, 1, None)))
    assert kept(other, folder) is None
    assert wet_of(other, folder) is None


def test_a_run_whose_balance_misses_more_than_a_percent_fails_with_its_place(
    small_run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The water of the storm is told to the balance 3 % too large."""
    from spongecalc.overland import coupled

    _, run, _ = small_run
    terms = coupled.balance_error_percent

    def wrong(balance: dict[str, float]) -> float:
        return terms({**balance, "rain_on_ground": 1.03 * balance["rain_on_ground"]})

    monkeypatch.setattr(coupled, "balance_error_percent", wrong)
    done = make(replace(run, duration_s=5400.0), run_folder(tmp_path, run))
    assert done.status == "failed"
    assert done.reason == "mass_error"
    assert -3 < float(done.found["percent"]) < -2
    # the place named is where the water stands deepest: the middle of the bowl
    x, y = (float(done.found[c]) for c in "xy")
    assert abs(x - (ORIGIN_X + 10.5)) < 3
    assert abs(y - (ORIGIN_Y + 9.5)) < 3
    assert wet_of(run, tmp_path) is None


def test_a_run_that_makes_water_in_a_place_fails_with_its_place(
    small_run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """80 litres in one cell are nothing in the run's balance, and much where they are."""
    from spongecalc.overland.surface_flow import SurfaceFlow

    _, run, _ = small_run
    made_m = np.zeros(run.ground.elevation_m.shape)
    made_m[22, 12] = 0.02
    monkeypatch.setattr(SurfaceFlow, "made_m", made_m)
    done = make(replace(run, duration_s=1800.0), run_folder(tmp_path, run))
    assert done.status == "failed"
    assert abs(done.error_percent) < 1.0
    assert done.made_percent > 1.0
    assert (done.reason, done.found["made_m3"]) == ("water_made", "0.08")
    x, y = (float(done.found[c]) for c in "xy")
    wanted = run.ground.place(22, 12)
    assert abs(x - wanted[0]) <= 4
    assert abs(y - wanted[1]) <= 4
    assert wet_of(run, tmp_path) is None


def test_a_time_step_that_collapses_fails_the_run_with_its_place(small_run, tmp_path: Path) -> None:
    _, run, _ = small_run
    flood = replace(run, rain_mm_h=((0.0, 1e13), (60.0, 0.0)), duration_s=120.0)
    done = make(flood, run_folder(tmp_path, flood))
    assert done.status == "failed"
    assert done.reason == "time_step"
    assert float(done.found["seconds"]) < 0.001
    told = make_all([flood], tmp_path, 1, lambda *_: None)
    assert (told[0].reason, told[0].found) == (done.reason, done.found)  # it would fail again: it counts as made
    english, chinese = done.why("en"), done.why("zh")
    place = f"x={done.found['x']} y={done.found['y']}"
    assert english.startswith("the time step collapsed to ") and place in english
    assert "时间步长缩短到" in chinese and place in chinese
    assert not re.search("[a-z]{3}", chinese.replace("ponding.cell", ""))


def test_workers_compute_with_one_thread() -> None:
    """OpenMP reads its number of threads from the environment that a worker is born with."""
    from spongecalc.batch.pool import Job, run_all

    assert run_all([Job("threads", os.getenv, ("OMP_NUM_THREADS",))], processes=1)[0].value == "1"


def test_a_run_that_stopped_is_made_again(small_run, tmp_path: Path) -> None:
    _, run, _ = small_run
    place = run_folder(tmp_path, run)
    place.mkdir(parents=True)
    (place / "rasters.npz").write_bytes(b"half of it")  # no seal
    assert kept(run, tmp_path) is None

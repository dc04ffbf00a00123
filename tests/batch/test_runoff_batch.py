"""Many grounds through one rain: alike ones once, bad ones alone."""

from __future__ import annotations

import errno
from dataclasses import replace

import pytest
import shapely
from tests.killed_job import refused_by_the_system

from spongecalc.batch import runoff_batch
from spongecalc.batch.pool import SAYS_NOTHING
from spongecalc.batch.runoff_batch import RunoffTask, run_task
from spongecalc.catalogue.catalogue import shipped
from spongecalc.project.settings import SurfaceSettings
from spongecalc.surfaces.cover_mix import mix
from spongecalc.surfaces.infiltration_unit import InfiltrationUnit, UnitInUse
from spongecalc.surfaces.run_on import run_on_of
from spongecalc.surfaces.subcatchment import Subcatchment
from spongecalc.swmm.ground_state import READY, GroundState
from spongecalc.swmm.runoff_only import Ground, RainInput, RunoffClimate

KNOWN = shipped().covers


def ground(area_m2: float) -> Subcatchment:
    cover = {"concrete": area_m2 / 2, "green": area_m2 / 2}
    own = mix(cover, KNOWN)
    place = shapely.Point(0, 0)
    return Subcatchment("ground", "nodes", "N", "A", "N", area_m2, 20.0, 1.0, own, {}, cover, place)


def task(*grounds: Ground) -> RunoffTask:
    return RunoffTask(
        grounds,
        SurfaceSettings(),
        RainInput(60.0, 24.0, ((0.0, 30.0),)),
        RunoffClimate((0.0,) * 12, 60.0, 600.0),
        (7200, 86400),
    )


def test_alike_subcatchments_are_run_once_and_given_to_each(monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = ground(100.0), ground(400.0)
    counted: list[float] = []
    run_all = runoff_batch.run_all

    def counting(jobs: list, **more: object) -> list:
        counted.extend(j.size for j in jobs)
        return run_all(jobs, **more)

    monkeypatch.setattr(runoff_batch, "run_all", counting)
    grounds = (Ground(("a",), (small, large)), Ground(("b",), (large, small, small)), Ground(("c",), (small,)))
    done, failed = run_task(task(*grounds), processes=1, time_limit_s=60)
    assert counted == [2]
    assert not failed
    a, b, c = (done[key,].volumes for key in "abc")
    assert b.runoff_m3.tolist() == a.runoff_m3[:, [1, 0, 0]].tolist()
    assert c.rain_m3.tolist() == a.rain_m3[:, :1].tolist()
    assert a.rain_m3[-1] == pytest.approx([3.0, 12.0], rel=0.001)
    alone, _ = run_task(task(grounds[2]), processes=1, time_limit_s=60)
    assert alone["c",].volumes.runoff_m3 == pytest.approx(c.runoff_m3, rel=1e-3)


@pytest.mark.parametrize(("error_percent", "closes"), [(-5.0, True), (-5.01, False), (12.0, False)])
def test_runoff_that_does_not_close_is_no_result(
    monkeypatch: pytest.MonkeyPatch, error_percent: float, closes: bool
) -> None:
    """A ground has no volumes, and so no capture ratio, where SWMM's balance of its runoff is beyond 5 %."""
    run_all = runoff_batch.run_all

    def off(jobs: list, **more: object) -> list:
        return [
            replace(o, value=replace(o.value, continuity_percent=error_percent)) for o in run_all(jobs, **more)
        ]

    monkeypatch.setattr(runoff_batch, "run_all", off)
    done, failed = run_task(task(Ground(("a",), (ground(100.0),))), processes=1, time_limit_s=60)
    assert (("a",) in done) == closes
    assert failed == ({} if closes else {("a",): f"runoff {error_percent:.2f} %"})


def test_what_tells_two_subcatchments_apart() -> None:
    plain = ground(100.0)
    trench = UnitInUse(
        "T", InfiltrationUnit("infiltration_trench", base_mm=500.0, base_porosity_percent=40.0), 5.0, 50.0
    )
    others = (
        replace(plain, width_m=21.0),
        replace(plain, slope_percent=2.0),
        replace(plain, mix=replace(plain.mix, fmin_mm_h=1.0)),
        replace(plain, units=(trench,)),
        replace(plain, units=(replace(trench, catchment_m2=40.0),)),
        replace(plain, units=(replace(trench, run_on=run_on_of({"green": 50.0}, KNOWN)),)),
        replace(plain, paving_run_on=run_on_of({"green": 50.0}, KNOWN)),
    )
    kinds = {runoff_batch._likeness([a]) for a in (plain, *others)}
    assert len(kinds) == 8
    assert runoff_batch._likeness([replace(plain, feature_id="M", community_id="B")]) in kinds
    models, (cascade,) = runoff_batch._Models(), runoff_batch._Cascades().of((plain,))
    states = [(READY,), (GroundState(0.6),), (READY,)]
    assert [models.place(cascade, state) for state in states] == [[(0, 0)], [(0, 1)], [(0, 0)]]
    above = replace(plain, runs_on_to=replace(plain, lawn=1, store="sunken_green").name)
    lawn = replace(plain, lawn=1, store="sunken_green")
    assert runoff_batch._likeness([above, lawn]) != runoff_batch._likeness([plain, lawn])


def test_a_bad_ground_costs_nobody_else_its_result() -> None:
    bad = replace(ground(100.0), width_m=-5.0)
    grounds = (Ground(("good",), (ground(100.0),)), Ground(("bad",), (bad,)), Ground(("fine",), (ground(200.0),)))
    done, failed = run_task(task(*grounds), processes=1, time_limit_s=60)
    assert set(done) == {("good",), ("fine",)}
    assert "ERROR" in failed["bad",]


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENOSPC])
def test_a_system_that_is_short_costs_one_ground_and_a_full_disk_all(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """The first model of two is refused something, and the ground alone once more."""
    run_all = runoff_batch.run_all

    def refused(jobs: list, **more: object) -> list:
        return run_all([replace(jobs[0], function=refused_by_the_system, args=(number, "a")), *jobs[1:]], **more)

    monkeypatch.setattr(runoff_batch, "run_all", refused)
    monkeypatch.setattr(runoff_batch, "SUBCATCHMENTS_A_MODEL", 1)
    both = task(Ground(("a",), (ground(100.0),)), Ground(("b",), (ground(200.0),)))
    if number == errno.ENOSPC:
        with pytest.raises(OSError, match="No space"):
            run_task(both, processes=1, time_limit_s=60)
        return
    done, failed = run_task(both, processes=1, time_limit_s=60)
    assert set(done) == {("b",)}
    assert failed["a",].startswith(SAYS_NOTHING)


@pytest.mark.parametrize("shared", [True, False])
def test_a_ground_read_at_coarse_marks_has_no_rows_for_the_others(shared: bool) -> None:
    """Alike ones share a model: what a fine neighbour is read of is not given to a coarse ground, nor lost."""
    fine, coarse = Ground(("fine",), (ground(100.0),)), Ground(("coarse",), (ground(100.0), ground(400.0)))
    marks = tuple(3600 * h for h in range(1, 25))
    asked = replace(
        task(*((fine, coarse) if shared else (coarse,))),
        marks_s=marks,
        fine_keys=frozenset({("fine",)} if shared else ()),
        coarse=(1, 23),
        state_marks=(2,),
        state_keys=frozenset({("fine",)}),
    )
    done, failed = run_task(asked, processes=1, time_limit_s=60)
    every, _ = run_task(replace(asked, fine_keys=None, coarse=None), processes=1, time_limit_s=60)
    assert not failed
    own = done["coarse",]
    assert own.coarse
    assert own.volumes.readings is None
    whole = every["coarse",].volumes
    for name in ("rain_m3", "runoff_m3", "infiltration_m3", "evaporation_m3"):
        assert getattr(own.volumes, name).tolist() == getattr(whole, name)[[1, 23]].tolist()
    assert (
        own.at(own.volumes.runoff_m3, (1, 23)).tolist() == every["coarse",].at(whole.runoff_m3, (1, 23)).tolist()
    )
    if shared:
        assert not done["fine",].coarse
        assert done["fine",].volumes.runoff_m3.shape == (24, 1)
        assert done["fine",].volumes.readings is not None

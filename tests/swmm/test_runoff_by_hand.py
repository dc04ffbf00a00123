"""SWMM's runoff against calculation by hand: planes, permeable pavement, clogging."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.run_result import SeriesRequest
from spongecalc.swmm.runoff_volumes import RunoffError, run_runoff

TEXT = """
[OPTIONS]
FLOW_UNITS LPS
INFILTRATION HORTON
FLOW_ROUTING KINWAVE
IGNORE_ROUTING {ignore}
START_DATE 01/01/2001
START_TIME 00:00:00
REPORT_START_DATE 01/01/2001
REPORT_START_TIME 00:00:00
END_DATE 01/{end:02d}/2001
END_TIME 00:00:00
DRY_DAYS 7
REPORT_STEP 00:05:00
WET_STEP 00:00:30
DRY_STEP 00:00:30
ROUTING_STEP 30
[EVAPORATION]
CONSTANT 0
[RAINGAGES]
R INTENSITY 1:00 1.0 TIMESERIES T
[SUBCATCHMENTS]
S R O 0.1 100 {width} 1 0
[SUBAREAS]
S 0.013 0.1 {storage} 0 0 OUTLET
[INFILTRATION]
S 0 0 4 7 0
{lid}
[OUTFALLS]
O 0 FREE
{more}
[TIMESERIES]
{rain}
[REPORT]
SUBCATCHMENTS ALL
NODES ALL
"""
PAVING = """[LID_CONTROLS]
P PP
P SURFACE 0 0 0.014 1 0
P PAVEMENT 180 0.25 0 {permeability} {clogging} {regeneration}
P STORAGE {base} 0.6667 {seepage} 0
P DRAIN {drain}
[LID_USAGE]
S P 1 1000 10 0 0 0
"""


def text(
    rain: list[tuple[int, float]],
    *,
    days: int = 2,
    lid: str = "",
    storage: float = 0.0,
    width: float = 20.0,
    more: str = "",
    ignore: str = "YES",
) -> str:
    # a gauge of one hour holds each reading for that hour only
    hours = [(h, mm_h) for (begin, mm_h), (end, _) in pairwise(rain) for h in range(begin, end)]
    rows = "\n".join(f"T {hour}:00 {intensity}" for hour, intensity in [*hours, rain[-1]])
    return TEXT.format(rain=rows, end=1 + days, lid=lid, storage=storage, width=width, more=more, ignore=ignore)


def paving(
    *,
    permeability: float = 1800.0,
    base: float = 200.0,
    seepage: float = 2.0,
    clogging: float = 0.0,
    regeneration: str = "0 0",
    drain: str = "0 0.5 0 6 0 0",
) -> str:
    return PAVING.format(
        permeability=permeability,
        base=base,
        seepage=seepage,
        clogging=clogging,
        regeneration=regeneration,
        drain=drain,
    )


def totals(given: str, folder: Path, days: int = 2) -> tuple[float, float]:
    """Rain and runoff in mm over the 1000 m2."""
    volumes = run_runoff(given, folder, [86400 * days])
    assert abs(volumes.continuity_percent) < 0.5
    return float(volumes.rain_m3[-1, 0]), float(volumes.runoff_m3[-1, 0])


def test_paving_takes_a_storm_below_its_capacity_whole(tmp_path: Path) -> None:
    # the base holds 200 mm x 0.4 = 80 mm: 60 mm of rain do not fill it
    rain, runoff = totals(text([(0, 60), (1, 0)], lid=paving()), tmp_path)
    assert rain == pytest.approx(60, rel=0.002)
    assert runoff == pytest.approx(0, abs=0.01)


def test_free_draining_base_takes_any_rain_below_the_permeability(tmp_path: Path) -> None:
    lid = paving(seepage=300, permeability=1800)
    rain, runoff = totals(text([(0, 100), (3, 0)], lid=lid), tmp_path)
    assert rain == pytest.approx(300, rel=0.002)
    assert runoff == pytest.approx(0, abs=0.01)


def test_above_its_capacity_outflow_is_rain_less_seepage_less_storage(tmp_path: Path) -> None:
    # 6 h at 50 mm/h; from its first water on the base seeps 2 mm/h. When the rain ends it holds its 80 mm and
    # the course over it 180 mm x 0.2 = 36 mm: what is left of 300 mm has run off.
    rain, runoff = totals(text([(0, 50), (6, 0)], lid=paving(), days=1), tmp_path, days=1)
    assert rain == pytest.approx(300, rel=0.002)
    assert runoff == pytest.approx(300 - 80 - 36 - 6 * 2, rel=0.01)


def test_an_underdrain_lets_go_what_the_liner_keeps(tmp_path: Path) -> None:
    # half permeable: no seepage, drain at the bottom; nearly all leaves by the drain within days
    drain = "1.8856 0.5 0 6 0 0"
    lid = paving(seepage=0, drain=drain)
    given = text(
        [(0, 60), (1, 0)],
        lid=lid,
        days=4,
        ignore="NO",
        more="[JUNCTIONS]\nJ 1 2 0 0 0\n[CONDUITS]\nC J O 10 0.013 0 0 0 0\n[XSECTIONS]\nC CIRCULAR 0.5 0 0 0 1",
    )
    inp = tmp_path / "drained.inp"
    inp.write_text(given)
    result = run_inp(inp, tmp_path / "out")
    arrived = float(result.outfalls["volume_m3"].sum())
    assert arrived == pytest.approx(60, abs=3)
    # what the table of subcatchments calls runoff holds the drain's flow too, so that both agree
    assert float(result.subcatchments["runoff_m3"].sum()) == pytest.approx(arrived, rel=0.02)


def test_a_plane_in_steady_rain_settles_at_the_non_linear_reservoirs_depth_and_flow(tmp_path: Path) -> None:
    given = text([(0, 36), (20, 0)], storage=1.0, days=1)
    inp = tmp_path / "plane.inp"
    inp.write_text(given.replace("IGNORE_ROUTING YES", "IGNORE_ROUTING NO"))
    result = run_inp(inp, tmp_path / "out", series=SeriesRequest(subcatchment_runoff=True))
    if result.status == "failed":
        raise AssertionError(result.messages)
    steady = float(result.series["runoff_l_s:S"].loc[600:1100].mean())
    # 36 mm/h on 1000 m2 are 10 l/s
    assert steady == pytest.approx(10.0, rel=0.005)
    # q = W/n (d - ds)^(5/3) S^(1/2): the depth that carries 0.01 m3/s, and so what stands on 1000 m2
    depth = 0.001 + (0.01 * 0.013 / (20 * 0.01**0.5)) ** 0.6
    short = given.replace("WET_STEP 00:00:30", "WET_STEP 00:00:01")  # its sums are trapezoids over the steps
    volumes = run_runoff(short, tmp_path / "v", [3600 * 15, 86400])
    stored = float(volumes.rain_m3[0, 0] - volumes.runoff_m3[0, 0]) / 1000
    assert stored == pytest.approx(depth, rel=0.005)


def test_a_sealed_tank_gives_what_went_in(tmp_path: Path) -> None:
    more = """[STORAGE]
TANK 0 3 0 FUNCTIONAL 0 0 100 0 0
[JUNCTIONS]
J 1 2 0 0 0
[CONDUITS]
C J O 10 0.013 0 0 0 0
[XSECTIONS]
C CIRCULAR 0.5 0 0 0 1
"""
    given = text([(0, 30), (2, 0)], ignore="NO", more=more).replace("S R O 0.1", "S R TANK 0.1")
    inp = tmp_path / "tank.inp"
    inp.write_text(given)
    result = run_inp(inp, tmp_path / "out")
    went_in = float(result.subcatchments.loc["S", "runoff_m3"])
    assert went_in == pytest.approx(60, rel=0.01)
    assert float(result.storages.loc["TANK", "final_volume_m3"]) == pytest.approx(went_in, rel=0.001)


def test_clogging_lets_permeability_fall_linearly_with_treated_void_volumes(tmp_path: Path) -> None:
    # Rain of 100 mm/h on a course of 60 mm/h over a base that takes all: what the course does not take runs
    # off, so that hourly runoff tells its permeability. Void volume 180 x 0.2 = 36 mm; full clogging after
    # 50 of them, 1800 mm of rain on it.
    factor, hours = 50.0, 16
    lid = paving(permeability=60, seepage=500, clogging=factor)
    given = text([(0, 100), (hours, 0)], lid=lid, days=1)
    volumes = run_runoff(given, tmp_path, [3600 * h for h in range(1, hours + 1)])
    runoff = np.diff(volumes.runoff_m3[:, 0], prepend=0.0)
    taken = 100 - runoff[1:]
    treated = 100 * (np.arange(1, hours) + 0.5)
    expected = 60 * (1 - treated / (36 * factor))
    assert taken == pytest.approx(expected, rel=0.02, abs=0.5)


def test_cleaning_restores_the_permeability(tmp_path: Path) -> None:
    rain = [(0, 100), (16, 0), (30, 100), (32, 0)]
    marks = [3600 * h for h in (31, 32)]

    def taken_late(regeneration: str) -> float:
        lid = paving(permeability=60, seepage=500, clogging=50, regeneration=regeneration)
        volumes = run_runoff(text(rain, lid=lid, days=2), tmp_path, [*marks, 86400 * 2])
        return 100 - float(volumes.runoff_m3[1, 0] - volumes.runoff_m3[0, 0])

    # before the second storm 1600 of 1800 mm have clogged it; at the end of day 1 cleaning takes all or half
    assert taken_late("0 0") == pytest.approx(60 * (1 - 1750 / 1800), abs=1)
    assert taken_late("1 1") == pytest.approx(60 * (1 - 150 / 1800), abs=1)
    assert taken_late("1 0.5") == pytest.approx(60 * (1 - 950 / 1800), abs=1)


def test_a_model_that_swmm_refuses_is_an_error_with_its_words(tmp_path: Path) -> None:
    with pytest.raises(RunoffError, match="ERROR"):
        run_runoff(text([(0, 10), (1, 0)], lid=paving(permeability=0)), tmp_path, [86400])
    # and the engine is ready for the next model
    assert totals(text([(0, 10), (1, 0)]), tmp_path)[1] == pytest.approx(10, rel=0.01)

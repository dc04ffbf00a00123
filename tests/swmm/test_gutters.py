"""Gutters in SWMM: what a grate lets in, a surcharged pipe gives back and runs on, and where it is counted.

Square A of the small project before the works: one inlet on a 200 mm sewer. Water is poured on to the gutter or
into the pipe at a steady rate, so that every figure is a difference of rates times the time.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.small_project import Frames, write_small_project

from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.event import storm_event
from spongecalc.swmm.gutter import Gutter
from spongecalc.swmm.gutter_water import with_gutter_water
from spongecalc.swmm.model import SwmmModel
from spongecalc.swmm.run_result import RunResult, SeriesRequest

HOURS = 2.0


def built_with(folder: Path, ground_m: float):
    """Square A before the works, half of its grate clogged, its inlet's ground at a level in m."""

    def change(frames: Frames) -> None:
        nodes = frames["nodes"]
        nodes.loc[nodes["node_id"] == "A-C1", "ground_m"] = ground_m

    write_small_project(folder, first=change, toml=lambda t: t + '\n[ponding]\ninlet_clogging = "50 %"\n')
    return pipeline.build(pipeline.check(load_project(folder), ["A"], ("before",)))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory):
    return built_with(tmp_path_factory.mktemp("gutters") / "project", 100.0)


def poured(built, folder: Path, **inflows_l_s: float) -> RunResult:
    """The run of two hours without rain, with steady inflows at nodes; ids with two underscores for a hyphen."""
    model: SwmmModel = built.models[0]
    event = storm_event(built.storms[0], built.checked.project.settings.simulation, report_all=True)
    event = replace(event, storm_id="dry", duration_s=3600 * HOURS)
    text = model.text(event).replace("[INFLOWS]", "[IGNORED]")
    rows = "".join(f'{name} FLOW "" FLOW 1.0 1.0 {q}\n' for name, q in inflows_l_s.items())
    text = "\n".join(part for part in text.split("\n\n") if not part.startswith(("[IGNORED]", "[DWF]")))
    folder.mkdir(parents=True, exist_ok=True)
    inp = folder / "m.inp"
    inp.write_text(f"{text}\n\n[INFLOWS]\n{rows}", encoding="utf-8")
    gutter = model.gutters[0]
    series = SeriesRequest(node_depth=(gutter.model_id,), link_flow=(gutter.back,))
    result = run_inp(inp, folder, series=series)
    assert result.status == "done", result.messages
    assert abs(result.routing_error_percent) < 0.3
    return with_gutter_water(result, model.gutters)


def test_ground_drains_to_the_gutter_and_roofs_to_the_pipes(built) -> None:
    model = built.models[0]
    outlets = {r[0]: r[2] for r in model.sections["SUBCATCHMENTS"] if not r[0].startswith(";")}
    roles = model.elements.set_index("model_id")["role"]
    assert {outlets[s] for s in outlets if roles[s] == "ground"} == {"A-C1__GUTTER"}
    assert {outlets[s] for s in outlets if roles[s] == "roof"} == {"A-C1"}
    assert roles["A-C1"] == "intake"


def test_a_grate_takes_no_more_than_it_is_rated_for(built, tmp_path: Path) -> None:
    """30 l/s on a grate half clogged: 10 l/s go down, 20 pond up to the kerb of 15 cm, and then run out."""
    result = poured(built, tmp_path, **{"A-C1__GUTTER": 30.0})
    assert result.links.at["A-C1__GRATE", "peak_l_s"] == pytest.approx(10.0, rel=0.001)
    down_m3 = float(result.outfalls.at["A-C2", "volume_m3"])
    away_m3 = float(result.outfalls.at["A-C1__AWAY", "volume_m3"])
    assert down_m3 == pytest.approx(10.0 * 3.6 * HOURS, rel=0.03)
    stands_m3 = float(result.storages.at["A-C1__GUTTER", "final_volume_m3"])
    assert away_m3 + stands_m3 == pytest.approx(20.0 * 3.6 * HOURS, rel=0.03)
    depth_m = float(result.nodes.at["A-C1__GUTTER", "max_depth_m"])
    # 20 l/s along the street: 3/8 S^0.5 / n / Sx d^(8/3) with S = 1 %, n = 0.013, Sx = 2 %
    over_m = (0.020 / (3 / 8 * 0.1 / 0.013 / 0.02)) ** (3 / 8)
    assert depth_m == pytest.approx(0.15 + over_m, abs=0.003)


def test_a_surcharged_pipe_gives_back_without_a_throttle(built, tmp_path: Path) -> None:
    """100 l/s into a sewer of 200 mm: what does not fit comes up through the grate and leaves over the ground."""
    result = poured(built, tmp_path, **{"A-C1": 100.0})
    by_pipe_l_s = float(result.links.at["A-PC", "peak_l_s"])
    assert by_pipe_l_s < 60
    away_m3 = float(result.outfalls.at["A-C1__AWAY", "volume_m3"])
    stands_m3 = float(result.storages.at["A-C1__GUTTER", "final_volume_m3"])
    down_m3 = float(result.outfalls.at["A-C2", "volume_m3"])
    assert down_m3 + away_m3 + stands_m3 == pytest.approx(100 * 3.6 * HOURS, rel=0.01)
    back_l_s = float(result.links.at["A-C1__BACK", "peak_l_s"])
    assert back_l_s == pytest.approx(100 - by_pipe_l_s, rel=0.05)
    # Head that drives it up, over 1 m of manhole: a weir as long as the whole grate's rim, clogged or not.
    over_m = (back_l_s / 1000 / (1.66 * 2.4)) ** (2 / 3)
    gutter_m = float(result.nodes.at["A-C1__GUTTER", "max_depth_m"])
    assert float(result.nodes.at["A-C1", "max_depth_m"]) == pytest.approx(1.0 + gutter_m + over_m, abs=0.01)
    # What came up, from the flow saved every minute.
    assert result.nodes.at["A-C1", "came_up_m3"] == pytest.approx(away_m3 + stands_m3, rel=0.02)
    assert result.nodes.at["A-C1", "flood_volume_m3"] == 0.0  # it stands in the gutter, and nowhere twice


def test_nothing_comes_up_before_the_shaft_is_full(built, tmp_path: Path) -> None:
    """20 l/s fill the sewer in part: the way back, whose crest is the shaft's bottom, carries nothing."""
    result = poured(built, tmp_path, **{"A-C1": 20.0})
    assert 0 < result.nodes.at["A-C1", "max_depth_m"] < 1.0
    assert result.links.at["A-C1__BACK", "peak_l_s"] == 0.0
    assert result.nodes.at["A-C1__GUTTER", "max_depth_m"] == 0.0


def test_a_storage_loses_what_comes_over_its_full_depth(built, tmp_path: Path) -> None:
    """The engine's way with storages, for which gutters are 5 m deep: with 10 cm the rest is lost, not ponded."""
    text = (poured(built, tmp_path / "first", **{"A-C1__GUTTER": 30.0}), (tmp_path / "first/m.inp").read_text())[
        1
    ]
    row = next(line for line in text.splitlines() if line.startswith("A-C1__GUTTER") and "TABULAR" in line)
    inp = tmp_path / "shallow.inp"
    inp.write_text(text.replace(row, row.replace(" 5.0 ", " 0.1 ")), encoding="utf-8")
    result = run_inp(inp, tmp_path)
    lost_m3 = float(result.nodes.at["A-C1__GUTTER", "flood_volume_m3"])
    assert lost_m3 == pytest.approx(20.0 * 3.6 * HOURS, rel=0.05)
    assert result.nodes.at["A-C1__GUTTER", "max_ponded_m3"] == 0.0
    assert result.totals_m3["flooding"] == pytest.approx(lost_m3, rel=0.01)


@pytest.mark.parametrize("ground_m", [100.0, 99.15])
def test_it_settles_and_does_not_swing(tmp_path: Path, ground_m: float) -> None:
    """In the last half hour every flow is steady: the pipe's head and the gutter's do not chase each other.

    With the ground at 99.15 m the crown of the pipe is above it, and SWMM raises the shaft's rim to the crown.
    """
    result = poured(
        built_with(tmp_path / "p", ground_m), tmp_path / "run", **{"A-C1": 100.0, "A-C1__GUTTER": 30.0}
    )
    late = result.series[result.series.index > 90]
    for column in ("flow_l_s:A-C1__BACK", "depth_m:A-C1__GUTTER"):
        assert late[column].max() - late[column].min() < 0.01 * late[column].mean()
    assert result.nodes.at["A-C1", "nonconverged_steps"] < 0.01 * 3600 * HOURS


def test_volumes_of_a_gutter_by_hand() -> None:
    """50 m2 at 15 cm, 1.2 m2 at the bottom, straight between: trapezoids."""
    gutter = Gutter("G", "N", "B", 50.0, 0.15, 0.05)
    at_5_cm = 0.05 * (1.2 + 1.2 + 48.8 / 3) / 2
    at_15_cm = 0.15 * (1.2 + 50) / 2
    assert gutter.volume_m3(0.05) == pytest.approx(at_5_cm)
    assert gutter.volume_m3(0.25) == pytest.approx(at_15_cm + 0.1 * 50)
    assert gutter.ponded_m3(0.04) == 0.0
    assert gutter.ponded_m3(0.25) == pytest.approx(at_15_cm + 5.0 - at_5_cm)


def test_swmm_s_storage_has_the_same_volumes(built, tmp_path: Path) -> None:
    """The engine's own volume at the largest depth is that of the trapezoids."""
    result = poured(built, tmp_path, **{"A-C1__GUTTER": 30.0})
    gutter = built.models[0].gutters[0]
    depth_m = float(result.nodes.at["A-C1__GUTTER", "max_depth_m"])
    swmm_m3 = float(result.storages.at["A-C1__GUTTER", "max_volume_m3"])
    assert gutter.volume_m3(depth_m) == pytest.approx(swmm_m3, rel=0.002)
    assert result.nodes.at["A-C1__GUTTER", "max_ponded_m3"] == pytest.approx(gutter.ponded_m3(depth_m))
    assert result.nodes.at["A-C1__GUTTER", "flooded_h"] == pytest.approx(HOURS, abs=0.1)

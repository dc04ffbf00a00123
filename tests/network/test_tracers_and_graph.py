"""The graph's verdict against SWMM's tracers, on random networks; and the tracer against a case by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from shapely import LineString

from spongecalc.network.cross_connections import RIGHT_RECEIVERS
from spongecalc.project.design_storms import design_storms
from spongecalc.project.settings import Settings
from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.event import Event, dry_event, traced_event
from spongecalc.swmm.model import build_model
from spongecalc.swmm.run_result import RunResult
from tests.network.random_networks import random_network
from tests.network.systems import system
from tests.small_project import Frames

SETTINGS = Settings.model_validate(
    {
        "name": "random networks",
        "layers": {n: {"source": "a.gpkg"} for n in ("communities", "nodes", "pipes", "surfaces")},
        "rainfall": {"formula": "昆明 (新)"},
        "storms": [{"return_period": "1 a", "duration": "30 min"}],
        # Tracers run as in any project: the default warm-up and carrier, the worked example's recession.
        "simulation": {"recession": "2 h", "report_step": "10 min"},
    }
)
NOTHING_KG = 1e-9


def traced(seed: int, kinds: tuple[str, ...] | None, folder: Path) -> tuple[object, RunResult]:
    """A random network with its run under rain with tracers."""
    planted = random_network(seed, kinds)
    storms = design_storms(SETTINGS)
    model = build_model(planted.system, SETTINGS, storms)
    inp = folder / "model.inp"
    inp.write_text(
        model.text(traced_event(storms[0], SETTINGS.simulation, SETTINGS.separation.storm_carrier_l_s)),
        encoding="utf-8",
    )
    return planted, run_inp(inp, folder)


@pytest.mark.parametrize("block", range(10))
def test_the_tracers_find_what_the_graph_finds(block: int, tmp_path: Path) -> None:
    for seed in range(10 * block, 10 * block + 10):
        planted, run = traced(seed, None, tmp_path)
        assert run.status == "done", seed
        # Pipes that reach above a rim are carried as boxes (`link.cut_at_rim`): one network is 0.55 % off.
        assert abs(run.quality_error_percent) < 1.0, seed
        nodes = planted.system.nodes.set_index("node_id")
        sewage = rain = 0.0
        for outfall, loads in run.outfalls.iterrows():
            if str(outfall).endswith("__AWAY"):
                continue  # what its grate does not take runs off over the ground and comes to no receiver
            receives = nodes.loc[str(outfall).split("__")[0], "receives"]
            if receives not in RIGHT_RECEIVERS["sewage"]:
                sewage += loads["load_SEWAGE_kg"]
            if receives not in RIGHT_RECEIVERS["rain"]:
                rain += loads["load_RAIN_kg"]
        assert (sewage > NOTHING_KG) == planted.sewage_in_rain, (seed, sewage)
        assert (rain > NOTHING_KG) == planted.rain_in_sewage, (seed, rain)


# 120 residents, 120 l a day, of which 85 % become sewage: 12.24 m3 a day, 1.224 kg of tracer at 100 mg/l.
SEWAGE_M3_D = 120 * 0.12 * 0.85


def two_pipes(frames: Frames) -> None:
    """After the works of community A the sewage pipe falls to the rain manhole, the rain pipe takes it out."""
    nodes, pipes = frames["nodes"], frames["pipes"]
    nodes.loc[nodes["node_id"] == "A-S1", "invert_m"] = 99.3
    pipe = pipes["pipe_id"] == "A-PS"
    pipes.loc[pipe, ["to_node", "invert_up_m", "invert_down_m"]] = ["A-R1", 99.3, 99.0]
    ends = nodes.set_index("node_id").geometry
    pipes.loc[pipe, "geometry"] = LineString([ends["A-S1"], ends["A-R1"]])


def run_of(event: Event, folder: Path) -> RunResult:
    model = build_model(system("after", two_pipes), SETTINGS, design_storms(SETTINGS))
    inp = folder / "two.inp"
    inp.write_text(model.text(event), encoding="utf-8")
    return run_inp(inp, folder, mark_s=event.mark_s)


def test_a_days_sewage_through_two_pipes_is_what_the_hand_works_out(tmp_path: Path) -> None:
    """Past both pipes and out of the rain outfall, with the carrier that every project has in dry weather."""
    run = run_of(dry_event(SETTINGS.simulation), tmp_path)
    kg = SEWAGE_M3_D / 10
    assert run.outfalls.loc["A-R2", "load_SEWAGE_kg_after_mark"] == pytest.approx(kg, rel=0.01)
    for pipe in ("A-PS", "A-PR"):
        assert run.links.loc[pipe, "load_SEWAGE_kg_after_mark"] == pytest.approx(kg, rel=0.01)
    carrier_m3 = 86.4 * SETTINGS.simulation.dry_carrier_l_s
    inflow_m3 = run.nodes.loc["A-R1", "inflow_m3_after_mark"]
    assert inflow_m3 == pytest.approx(SEWAGE_M3_D + carrier_m3, rel=0.01)
    assert abs(run.quality_error_percent) < 0.5


def test_a_storms_sewage_through_two_pipes_is_what_the_hand_works_out(tmp_path: Path) -> None:
    """The same under the traced storm: half an hour of rain at noon and two hours after it."""
    storm = design_storms(SETTINGS)[0]
    carrier_l_s = SETTINGS.separation.storm_carrier_l_s
    run = run_of(traced_event(storm, SETTINGS.simulation, carrier_l_s), tmp_path)
    pattern = SETTINGS.sewage.pattern
    hours = pattern[12] + pattern[13] + pattern[14] / 2
    kg = SEWAGE_M3_D * hours / 24 / 10
    assert run.outfalls.loc["A-R2", "load_SEWAGE_kg_after_mark"] == pytest.approx(kg, rel=0.01)
    assert run.links.loc["A-PS", "load_SEWAGE_kg_after_mark"] == pytest.approx(kg, rel=0.01)
    # The roof's rain passes the second pipe only.
    assert run.links.loc["A-PS", "load_RAIN_kg_after_mark"] < 1e-6
    assert run.outfalls.loc["A-R2", "load_RAIN_kg_after_mark"] > 0.1
    assert abs(run.quality_error_percent) < 0.5

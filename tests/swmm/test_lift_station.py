"""A lift station and a storage with banks, from layers to SWMM's results, against a calculation by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.pumped_project import rows, write

from spongecalc.network.graph import drainage_graph
from spongecalc.network.tracing import trace
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.built import Built
from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.event import dry_event
from spongecalc.swmm.run_result import RunResult, SeriesRequest

GRAVITY_M_S2 = 9.81
INFLOW_L_S, HOURS = 2.0, 26.0
WELL_M2, ON_M, OFF_M = 4.0, 96.5, 95.5
# The rising main ends free above the next manhole's water: between its invert and its crown.
LIFTED_TO_M = 99.5 + 0.09


def built_of(folder: Path) -> Built:
    return pipeline.build(pipeline.check(load_project(folder)))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return built_of(write(tmp_path_factory.mktemp("lift"), rows()))


def dry_run(built: Built, folder: Path) -> RunResult:
    model = next(m for m in built.models if m.scenario == "after")
    event = replace(dry_event(built.checked.project.settings.simulation), report_all=True)
    text = model.text(event)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.inp").write_text(text, encoding="utf-8")
    return run_inp(
        folder / "model.inp",
        folder / "run",
        series=SeriesRequest(outfall_inflow=True, node_depth=("R2", "S2"), link_flow=("PM",)),
    )


@pytest.fixture(scope="module")
def result(built: Built, tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    return dry_run(built, tmp_path_factory.mktemp("run"))


def pumped_l_s(level_m: float) -> float:
    """Flow at which the pump's curve meets the rising main's: lift and friction by Hazen and Williams.

    H = 6 (4/3 - (Q / 5)^2 / 3); h = 10.67 L Q^1.852 / (C^1.852 D^4.871), Q in m3/s.
    """
    low, high = 0.0, 10.0
    while high - low > 1e-6:
        flow = (low + high) / 2
        friction_m = 10.67 * 38 * (flow / 1000) ** 1.852 / (140**1.852 * 0.1**4.871)
        head_m = 6 * (4 - (flow / 5) ** 2) / 3
        low, high = (flow, high) if head_m > LIFTED_TO_M - level_m + friction_m else (low, flow)
    return low


def test_the_pump_starts_and_lifts_as_by_hand(result: RunResult) -> None:
    assert result.status == "done"
    assert abs(result.routing_error_percent) < 1
    levels = np.linspace(OFF_M, ON_M, 101)
    middles = (levels[1:] + levels[:-1]) / 2
    step_m3 = WELL_M2 * (levels[1] - levels[0])
    emptying_s = sum(1000 * step_m3 / (pumped_l_s(level) - INFLOW_L_S) for level in middles)
    filling_s = 1000 * WELL_M2 * (ON_M - OFF_M) / INFLOW_L_S
    cycle_s = filling_s + emptying_s
    pump = result.pumps.loc["PU"]
    # Before the first cycle the well fills from its floor to the level at which the pump stops.
    running_s = HOURS * 3600 - 1000 * WELL_M2 * (OFF_M - 95.0) / INFLOW_L_S
    assert pump["starts"] == pytest.approx(running_s / cycle_s, abs=1)
    assert pump["on_h"] == pytest.approx(running_s / 3600 * emptying_s / cycle_s, rel=0.02)
    lifted_m3 = INFLOW_L_S / 1000 * HOURS * 3600
    assert pump["volume_m3"] == pytest.approx(lifted_m3, abs=WELL_M2 * (ON_M - 95.0) + 0.3)
    assert pump["volume_m3"] == pytest.approx(pump["on_h"] * 3.6 * pump["mean_l_s"], rel=0.01)


def test_the_rising_main_carries_what_pump_and_friction_agree_on(result: RunResult) -> None:
    # At its first start the main is empty and nothing is to be lifted: the pump gives what it gives without head.
    assert result.pumps.loc["PU", "peak_l_s"] == pytest.approx(10.0)
    assert result.links.loc["PM", "peak_l_s"] == pytest.approx(pumped_l_s(ON_M), rel=0.02)
    # At each start the column of water swings for some seconds; then the main carries what the pump gives.
    flows = result.series[["flow_l_s:PM", "depth_m:S2"]].to_numpy()[120:]
    steady = flows[(flows[:, 0] > 5) & (flows[:, 1] < 1.3)]
    assert len(steady) > 50
    by_hand = np.array([pumped_l_s(95.0 + depth) for depth in steady[:, 1]])
    assert np.median(np.abs(steady[:, 0] / by_hand - 1)) < 0.02
    # Nothing comes out of the fitting between pump and main when the pump starts against the resting column.
    assert result.nodes.loc["S3", "max_depth_m"] > 101.0 - 96.0
    assert result.nodes["flood_volume_m3"].sum() == 0


def test_the_storage_with_banks_empties_as_by_hand(result: RunResult) -> None:
    side, slope, start_m = math.sqrt(30.0), 1.5, 2.0

    def volume_m3(depth_m: float) -> float:
        return ((side + 2 * slope * depth_m) ** 3 - side**3) / (6 * slope)

    def flow_m3_s(depth_m: float) -> float:
        return 0.62 * math.pi / 4 * 0.1**2 * math.sqrt(2 * GRAVITY_M_S2 * (depth_m - 0.05))

    assert result.storages.loc["R2", "max_volume_m3"] == pytest.approx(volume_m3(start_m), rel=0.001)
    assert result.links.loc["OR", "peak_l_s"] == pytest.approx(1000 * flow_m3_s(start_m), rel=0.01)
    depths = result.series["depth_m:R2"]
    depth_m, hour = start_m, 1.0
    for _ in range(int(3600 * hour)):
        depth_m -= flow_m3_s(depth_m) / (side + 2 * slope * depth_m) ** 2
    assert depths.loc[60.0 * hour] == pytest.approx(depth_m, rel=0.01)
    left = volume_m3(start_m) - volume_m3(float(depths.iloc[-1]))
    rain_outfalls = [o for o in result.outfalls.index if o.startswith("RO")]
    assert result.outfalls.loc[rain_outfalls, "volume_m3"].sum() == pytest.approx(left, rel=0.01)


def test_sewage_is_traced_through_the_pump(built: Built) -> None:
    system = next(s for s in built.checked.systems if s.scenario == "after")
    down = trace(system, "S1", "downstream", residents_per_household=3.2)
    assert down.structures == ("PU",)
    assert down.outfalls == ("SO",)
    up = trace(system, "SO", "upstream", residents_per_household=3.2)
    assert set(up.pipes) == {"PS1", "PM", "PS2"}
    graph = drainage_graph(system)
    assert ("structures", "OR") in graph["R2"]["RO"]


STOP_M = 0.5
RULE = f"RULE STOP\nIF NODE R2 DEPTH < {STOP_M}\nTHEN PUMP PU STATUS = OFF\n"


def test_a_rule_stops_the_pump_by_the_level_of_the_storage(result: RunResult, tmp_path: Path) -> None:
    """The storage empties to 0.5 m at an hour that the sums give; until then the pump runs as without the rule.

    Both are followed second by second: the well by what comes and what pump and friction agree on, the storage by
    its orifice.
    """
    write(tmp_path, rows(), '[structures]\ncarried = ["rules.txt"]\n')
    (tmp_path / "rules.txt").write_text(RULE, encoding="utf-8")
    ruled = dry_run(built_of(tmp_path), tmp_path / "run")
    assert ruled.status == "done"
    side, slope, depth_m = math.sqrt(30.0), 1.5, 2.0
    well_m, runs, on_s, lifted_l = 95.0, False, 0, 0.0
    while depth_m >= STOP_M:
        outflow = 0.62 * math.pi / 4 * 0.1**2 * math.sqrt(2 * GRAVITY_M_S2 * (depth_m - 0.05))
        depth_m -= outflow / (side + 2 * slope * depth_m) ** 2
        runs = well_m > OFF_M if runs else well_m > ON_M
        flow = pumped_l_s(well_m) if runs else 0.0
        well_m += (INFLOW_L_S - flow) / 1000 / WELL_M2
        on_s, lifted_l = on_s + runs, lifted_l + flow
    pump = ruled.pumps.loc["PU"]
    # It stops for good while the well fills: a second more or less of the storage's fall changes nothing.
    assert not runs
    assert pump["starts"] == 1
    assert pump["on_h"] == pytest.approx(on_s / 3600, rel=0.02)
    assert pump["volume_m3"] == pytest.approx(lifted_l / 1000, rel=0.02)
    assert result.pumps.loc["PU", "starts"] > 20
    # What comes afterwards stays in the well, which never filled so far before.
    assert ruled.nodes.loc["S2", "max_depth_m"] > 1 + result.nodes.loc["S2", "max_depth_m"]


def test_a_well_that_was_not_measured_is_assumed_and_told(tmp_path: Path) -> None:
    layers = rows()
    del next(n for n in layers["nodes"] if n["node_id"] == "S2")["area_m2"]
    built = built_of(write(tmp_path, layers, '[structures]\nwell_area = "2 m2"\n'))
    (told,) = {f.found["area"] for f in built.findings if f.rule == "well.area_assumed"}
    assert told == "2"
    model = next(m for m in built.models if m.scenario == "after")
    well = next(row for row in model.sections["STORAGE"] if row[0] == "S2")
    assert well[4:8] == ("FUNCTIONAL", "0", "0", "2.000")


def test_a_pump_may_have_the_id_of_a_pipe(tmp_path: Path) -> None:
    """Each layer has ids of its own; in SWMM both are links, and one name used twice is no model."""
    layers = rows()
    layers["structures"][0]["structure_id"] = "PS1"
    built = built_of(write(tmp_path / "project", layers))
    model = next(m for m in built.models if m.scenario == "after")
    (pump,) = (row[0] for row in model.sections["PUMPS"] if len(row) > 1)
    assert pump not in {row[0] for row in model.sections["CONDUITS"]}
    own = model.elements[model.elements["feature_id"] == "PS1"]
    assert dict(zip(own["model_id"], own["layer"], strict=True)) == {pump: "structures", "PS1": "pipes"}
    assert dry_run(built, tmp_path / "run").status == "done"


def test_a_second_pump_of_the_well_is_no_double(tmp_path: Path) -> None:
    """Two pumps start at two levels and are drawn alike; one that is the same in all is drawn twice."""
    layers = rows()
    pump = layers["structures"][0]
    layers["structures"] += [
        {**pump, "structure_id": "PU2", "on_level_m": 97.0, "off_level_m": 96.0},
        {**pump, "structure_id": "PU3"},
    ]
    checked = pipeline.check(load_project(write(tmp_path, layers)))
    doubles = {f.feature.feature_id for f in checked.findings if f.rule == "geometry.duplicate"}
    assert doubles == {"PU3"}


@pytest.mark.parametrize(
    ("table", "volume_m3"),
    [
        ("1:10; 4:500", 10 + (10 + 10 + 490 / 3) / 2),
        ("0:30; 1:50", 40 + 50),
        ("0:10; 0.00001:100; 4:100", 200.0),
    ],
)
def test_a_table_holds_what_its_area_says(table: str, volume_m3: float, tmp_path: Path) -> None:
    """From the floor to the brim, whatever its first and last depth: 2 m of water by hand; the balance closes."""
    layers = rows()
    storage = next(n for n in layers["nodes"] if n["node_id"] == "R2")
    storage |= {"storage_curve": table}
    del storage["area_m2"], storage["bank_slope"]
    run = dry_run(built_of(write(tmp_path / "project", layers)), tmp_path / "run")
    assert run.status == "done"
    assert run.totals_m3["storage_initial"] == pytest.approx(volume_m3, rel=0.005)
    assert abs(run.routing_error_percent) < 0.5


def test_a_lift_station_without_a_pump_keeps_its_community_out(tmp_path: Path) -> None:
    layers = rows()
    layers["structures"] = layers["structures"][1:]
    checked = pipeline.check(load_project(write(tmp_path, layers)))
    assert [f.feature.feature_id for f in checked.findings if f.rule == "node.pump"] == ["S2"]
    assert not checked.systems


def test_a_pump_of_unknown_head_lifts_its_flow_through_its_main(tmp_path: Path) -> None:
    """Its head is that of lift and friction at its flow: with a steady flow SWMM loses 17 % here."""
    layers = rows()
    layers["structures"][0]["head_m"] = None
    built = built_of(write(tmp_path / "project", layers))
    (told,) = {f.found["head"] for f in built.findings if f.rule == "pump.head_assumed"}
    friction_m = 10.67 * 38 * 0.005**1.852 / (140**1.852 * 0.1**4.871)
    assert float(told) == pytest.approx(99.6 - (ON_M + OFF_M) / 2 + friction_m, abs=0.01)
    result = dry_run(built, tmp_path / "run")
    assert result.status == "done"
    assert abs(result.routing_error_percent) < 1
    assert result.pumps.loc["PU", "mean_l_s"] == pytest.approx(5.0, rel=0.1)

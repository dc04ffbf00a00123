"""The graph's verdict against SWMM's tracers, on random networks; and the tracer against a case by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from spongecalc.network.cross_connections import RIGHT_RECEIVERS
from spongecalc.project.settings import Settings
from spongecalc.rainfall.storm import design_storms
from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.event import traced_event
from spongecalc.swmm.model import build_model
from spongecalc.swmm.run_result import RunResult
from tests.network.random_networks import random_network

SETTINGS = Settings.model_validate(
    {
        "name": "random networks",
        "layers": {n: {"source": "a.gpkg"} for n in ("communities", "nodes", "pipes", "surfaces")},
        "rainfall": {"formula": "昆明 (新)"},
        "storms": [{"return_period": "1 a", "duration": "30 min"}],
        "simulation": {"dry_warm_up": "60 min", "recession": "60 min", "report_step": "10 min"},
    }
)
NOTHING_KG = 1e-9
# Pipes of a metre across, so that nothing surcharges, need more of it than those of a community.
CARRIER_L_S = 2.0


def traced(seed: int, kinds: tuple[str, ...] | None, folder: Path) -> tuple[object, RunResult]:
    """A random network with its run under rain with tracers."""
    planted = random_network(seed, kinds)
    storms = design_storms(SETTINGS)
    model = build_model(planted.system, SETTINGS, storms)
    inp = folder / "model.inp"
    inp.write_text(model.text(traced_event(storms[0], SETTINGS.simulation, CARRIER_L_S)), encoding="utf-8")
    return planted, run_inp(inp, folder)


@pytest.mark.parametrize("block", range(10))
def test_the_tracers_find_what_the_graph_finds(block: int, tmp_path: Path) -> None:
    for seed in range(10 * block, 10 * block + 10):
        planted, run = traced(seed, None, tmp_path)
        assert run.status == "done", seed
        assert abs(run.quality_error_percent) < 0.5, seed
        nodes = planted.system.nodes.set_index("node_id")
        sewage = rain = 0.0
        for outfall, loads in run.outfalls.iterrows():
            receives = nodes.loc[str(outfall).split("__")[0], "receives"]
            if receives not in RIGHT_RECEIVERS["sewage"]:
                sewage += loads["load_SEWAGE_kg"]
            if receives not in RIGHT_RECEIVERS["rain"]:
                rain += loads["load_RAIN_kg"]
        assert (sewage > NOTHING_KG) == planted.sewage_in_rain, (seed, sewage)
        assert (rain > NOTHING_KG) == planted.rain_in_sewage, (seed, rain)


TWO_PIPES = """[OPTIONS]
FLOW_UNITS LPS
FLOW_ROUTING DYNWAVE
START_DATE 06/01/2025
START_TIME 00:00:00
END_DATE 06/02/2025
END_TIME 02:00:00
ROUTING_STEP 10
MIN_SURFAREA 0.1
REPORT_STEP 01:00:00
[JUNCTIONS]
S1 99.0 2
R1 98.0 2
[OUTFALLS]
RO 97.5 FREE NO
[CONDUITS]
BETWEEN S1 R1 50 0.011 0 0 0
MAIN R1 RO 50 0.011 0 0 0
[XSECTIONS]
BETWEEN CIRCULAR 0.3 0 0 0 1
MAIN CIRCULAR 0.3 0 0 0 1
[POLLUTANTS]
SEWAGE MG/L 0 0 0 0 NO * 0 100 0
[INFLOWS]
R1 FLOW "" FLOW 1 1 2.0
[DWF]
S1 FLOW 1.5
"""


def test_sewage_through_two_pipes_is_what_the_hand_works_out(tmp_path: Path) -> None:
    """1.5 l/s for a day are 129.6 m3: 12.96 kg of tracer at 100 mg/l, past both pipes and out."""
    inp = tmp_path / "two.inp"
    inp.write_text(TWO_PIPES, encoding="utf-8")
    run = run_inp(inp, tmp_path, mark_s=7200)
    assert run.outfalls.loc["RO", "load_SEWAGE_kg_after_mark"] == pytest.approx(12.96, rel=0.01)
    assert run.links.loc["BETWEEN", "load_SEWAGE_kg_after_mark"] == pytest.approx(12.96, rel=0.01)
    assert run.links.loc["MAIN", "load_SEWAGE_kg_after_mark"] == pytest.approx(12.96, rel=0.01)
    assert run.nodes.loc["R1", "inflow_m3_after_mark"] == pytest.approx(3.5 * 86.4, rel=0.01)
    assert abs(run.quality_error_percent) < 0.5

"""Results against pyswmm's own readings of the same models: its statistics and its output reader."""

from datetime import datetime
from pathlib import Path

import pytest
from pyswmm import Links, Nodes, Output, Simulation, Subcatchments, SystemStats
from swmm.toolkit.shared_enum import NodeAttribute, SubcatchAttribute

from spongecalc.swmm.engine import run_inp

MODELS = Path(__file__).parent / "models"
CUBIC_FOOT_M3 = 0.3048**3
VOLUME_M3 = {"LPS": CUBIC_FOOT_M3 / 0.02832, "CMS": CUBIC_FOOT_M3 / 0.02832, "CFS": CUBIC_FOOT_M3}
FLOW_L_S = {"LPS": 1.0, "CMS": 1000.0, "CFS": 1000.0 * CUBIC_FOOT_M3}


@pytest.mark.parametrize("name", ["courtyard_lps", "valley_cms", "block_cfs"])
def test_statistics(runs, name, tmp_path):
    result, _, _ = runs[name]
    volume_m3, flow_l_s = VOLUME_M3[result.flow_units], FLOW_L_S[result.flow_units]
    length_m = 0.3048 if result.flow_units == "CFS" else 1.0
    with Simulation(str(MODELS / f"{name}.inp"), str(tmp_path / "p.rpt"), str(tmp_path / "p.out")) as sim:
        sim.step_advance(100 * 86400)
        for _ in sim:
            pass
        for subcatchment in Subcatchments(sim):
            row = result.subcatchments.loc[subcatchment.subcatchmentid]
            stats = subcatchment.statistics
            assert row.runoff_m3 == pytest.approx(stats["runoff"] * volume_m3, rel=1e-9)
            assert row.infiltration_m3 == pytest.approx(stats["infiltration"] * volume_m3, rel=1e-9)
            assert row.peak_l_s == pytest.approx(stats["peak_runoff_rate"] * flow_l_s, rel=1e-9)
        for node in Nodes(sim):
            row = result.nodes.loc[node.nodeid]
            stats = node.statistics
            assert row.max_depth_m == pytest.approx(stats["max_depth"] * length_m, rel=1e-9)
            assert row.flood_volume_m3 == pytest.approx(stats["flooding_volume"] * volume_m3, rel=1e-9)
            assert row.flooded_h == pytest.approx(stats["flooding_duration"], rel=1e-9)
            assert row.flood_peak_l_s == pytest.approx(stats["peak_flooding_rate"] * flow_l_s, rel=1e-9)
        for link in Links(sim):
            if link.is_conduit():
                peak = link.conduit_statistics["peak_flow"] * flow_l_s
                assert result.links.peak_l_s[link.linkid] == pytest.approx(peak, rel=1e-9)
        routing = SystemStats(sim).routing_stats
        assert result.totals_m3["outflow"] == pytest.approx(routing["outflow"] * volume_m3, rel=1e-9)


def test_plain_run_has_the_same_steps(tmp_path):
    """One long stride is SWMM's own run: bit for bit the same binary results."""
    from swmm.toolkit import solver

    inp = MODELS / "courtyard_lps.inp"
    run_inp(inp, tmp_path, keep_out=True)
    plain = tmp_path / "plain.out"
    solver.swmm_open(str(inp), str(tmp_path / "plain.rpt"), str(plain))
    solver.swmm_start(True)
    while solver.swmm_step() > 0:
        pass
    solver.swmm_end()
    solver.swmm_close()
    assert (tmp_path / "model.out").read_bytes() == plain.read_bytes()


def test_series(runs):
    result, _, folder = runs["valley_cms"]
    with Output(str(folder / "model.out")) as output:
        runoff = list(output.subcatch_series("LOWER", SubcatchAttribute.RUNOFF_RATE).items())
        inflow = list(output.node_series("RIVER", NodeAttribute.TOTAL_INFLOW).values())
    start = datetime(2026, 6, 1)
    minutes = [(moment - start).total_seconds() / 60.0 for moment, _ in runoff]
    assert list(result.series.index) == pytest.approx(minutes, abs=0.02)
    assert result.series["runoff_l_s:LOWER"].tolist() == pytest.approx([1000.0 * v for _, v in runoff])
    assert result.series["inflow_l_s:RIVER"].tolist() == pytest.approx([1000.0 * v for v in inflow])

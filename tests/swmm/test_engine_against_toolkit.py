"""Results, which come through pyswmm, against swmm-toolkit's own readings of the same models, to the bit."""

from datetime import datetime
from pathlib import Path

import pytest
from pyswmm import Output
from swmm.toolkit import solver
from swmm.toolkit.shared_enum import LinkType, NodeAttribute, NodeType, SubcatchAttribute

from spongecalc.swmm.engine import run_inp

MODELS = Path(__file__).parent / "models"
CUBIC_FOOT_M3 = 0.3048**3
VOLUME_M3 = {"LPS": CUBIC_FOOT_M3 / 0.02832, "CMS": CUBIC_FOOT_M3 / 0.02832, "CFS": CUBIC_FOOT_M3}
FLOW_L_S = {"LPS": 1.0, "CMS": 1000.0, "CFS": 1000.0 * CUBIC_FOOT_M3}


@pytest.fixture(params=["courtyard_lps", "valley_cms", "block_cfs"])
def ran(request, runs, tmp_path):
    """A result, with the toolkit at the end of the same run; and the factors of volume, flow and length."""
    result = runs[request.param][0]
    length_m = 0.3048 if result.flow_units == "CFS" else 1.0
    solver.swmm_open(str(MODELS / f"{request.param}.inp"), str(tmp_path / "p.rpt"), str(tmp_path / "p.out"))
    solver.swmm_start(True)
    while solver.swmm_step() > 0:
        pass
    yield result, VOLUME_M3[result.flow_units], FLOW_L_S[result.flow_units], length_m
    solver.swmm_end()
    solver.swmm_close()


def test_subcatchments(ran):
    result, volume_m3, flow_l_s, _ = ran
    for number, row in enumerate(result.subcatchments.itertuples()):
        stats = solver.subcatch_get_stats(number)
        assert row.runoff_m3 == stats.runoff * volume_m3
        assert row.runon_m3 == stats.runon * volume_m3
        assert row.infiltration_m3 == stats.infil * volume_m3
        assert row.evaporation_m3 == stats.evap * volume_m3
        assert row.peak_l_s == pytest.approx(stats.maxFlow * flow_l_s, rel=1e-15)


def test_nodes(ran):
    result, volume_m3, flow_l_s, length_m = ran
    for number, row in enumerate(result.nodes.itertuples()):
        stats = solver.node_get_stats(number)
        assert row.max_depth_m == stats.maxDepth * length_m
        assert row.surcharged_h == stats.timeSurcharged
        assert row.flooded_h == stats.timeFlooded
        assert row.flood_volume_m3 == stats.volFlooded * volume_m3
        assert row.flood_peak_l_s == pytest.approx(stats.maxOverflow * flow_l_s, rel=1e-15)
        assert row.max_ponded_m3 == stats.maxPondedVol * volume_m3
        assert row.inflow_peak_l_s == pytest.approx(stats.maxInflow * flow_l_s, rel=1e-15)
        assert row.lateral_inflow_m3 == stats.totLatFlow * volume_m3
        assert row.nonconverged_steps == stats.nonConvergedCount


def test_outfalls_and_storages(ran):
    result, volume_m3, flow_l_s, _ = ran
    numbers = {name: n for n, name in enumerate(result.nodes.index)}
    for name, row in result.outfalls.iterrows():
        assert solver.node_get_type(numbers[name]) is NodeType.OUTFALL
        assert row.volume_m3 == solver.node_get_total_inflow(numbers[name]) * volume_m3
        peak = solver.outfall_get_stats(numbers[name]).maxFlow
        assert row.peak_l_s == pytest.approx(peak * flow_l_s, rel=1e-15)
    for name, row in result.storages.iterrows():
        stats = solver.storage_get_stats(numbers[name])
        assert row.initial_volume_m3 == stats.initVol * volume_m3
        assert row.max_volume_m3 == stats.maxVol * volume_m3
        assert row.exfiltration_m3 == stats.exfilLosses * volume_m3


def test_links(ran):
    result, _, flow_l_s, length_m = ran
    for number, row in enumerate(result.links.itertuples()):
        stats = solver.link_get_stats(number)
        assert row.peak_l_s == pytest.approx(stats.maxFlow * flow_l_s, rel=1e-15)
        assert row.flow_turns == stats.flowTurns
        if solver.link_get_type(number) is LinkType.CONDUIT:
            assert row.max_velocity_m_s == stats.maxVeloc * length_m
            assert row.max_depth_m == stats.maxDepth * length_m
            either = stats.timeFullUpstream + stats.timeFullDnstream - stats.timeSurcharged
            assert row.surcharged_h == pytest.approx(either, rel=1e-12)


def test_totals_and_continuity(ran):
    result, volume_m3, _, _ = ran
    routing, runoff = solver.system_get_routing_totals(), solver.system_get_runoff_totals()
    assert result.totals_m3["outflow"] == routing.outflow * volume_m3
    assert result.totals_m3["dry_weather_inflow"] == routing.dwInflow * volume_m3
    assert result.totals_m3["flooding"] == routing.flooding * volume_m3
    share = result.totals_m3["runoff"] / result.totals_m3["rainfall"]
    assert share == pytest.approx(runoff.runoff / runoff.rainfall)
    solver.swmm_end()
    found = result.runoff_error_percent, result.routing_error_percent, result.quality_error_percent
    assert found == pytest.approx(solver.swmm_get_mass_balance(), rel=1e-15)
    assert all(found), "known only once the run is ended"


def test_plain_run_has_the_same_steps(tmp_path):
    """One long stride is SWMM's own run: bit for bit the same binary results."""
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
    """What is read of model.out at once is what pyswmm reads value by value."""
    result, _, folder = runs["valley_cms"]
    with Output(str(folder / "model.out")) as output:
        runoff = list(output.subcatch_series("LOWER", SubcatchAttribute.RUNOFF_RATE).items())
        inflow = list(output.node_series("RIVER", NodeAttribute.TOTAL_INFLOW).values())
    start = datetime(2026, 6, 1)
    minutes = [(moment - start).total_seconds() / 60.0 for moment, _ in runoff]
    assert list(result.series.index) == pytest.approx(minutes, abs=0.02)
    assert result.series["runoff_l_s:LOWER"].tolist() == pytest.approx([1000.0 * v for _, v in runoff])
    assert result.series["inflow_l_s:RIVER"].tolist() == pytest.approx([1000.0 * v for v in inflow])

"""Frames and series of a finished run against the .rpt that SWMM wrote, to the digits printed there."""

from pathlib import Path

import pytest
from tests.swmm.test_engine_against_report import MODELS, close, scale, table

from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.finished_run import FinishedRun, finished_run

FOLDER = Path(__file__).parent / "models"
SAVED = [name for name in MODELS if name != "dry_lps"]  # whose [REPORT] section saves nothing


def opened(runs, name) -> FinishedRun:
    result, _, folder = runs[name]
    return finished_run(result, FOLDER / f"{name}.inp", folder)


@pytest.mark.parametrize("name", SAVED)
def test_nodes(runs, name):
    run = opened(runs, name)
    unit = scale(run.result)
    decimals = 3 if run.result.flow_units == "CMS" else 2
    depths, inflows = table(run.report, "Node Depth Summary"), table(run.report, "Node Inflow Summary")
    assert list(run.nodes.index) == list(depths)
    for node, words in depths.items():
        assert close(run.nodes.max_depth_m[node], float(words[2]), unit["length_m"], 2)
        reported = run.series("node", node, "depth_m").max()
        assert close(reported, float(words[-1]), unit["length_m"], 2), "largest depth at a reporting step"
        head = run.series("node", node, "head_m") - run.series("node", node, "depth_m")
        assert head.max() - head.min() < 2e-5 * max(1.0, abs(head.max())), "the invert stays where it is"
        assert close(run.nodes.inflow_peak_l_s[node], float(inflows[node][2]), unit["flow_l_s"], decimals)
        assert run.series("node", node, "inflow_l_s").max() <= run.nodes.inflow_peak_l_s[node] * (1 + 1e-6)


@pytest.mark.parametrize("name", SAVED)
def test_links(runs, name):
    run = opened(runs, name)
    unit = scale(run.result)
    decimals = 3 if run.result.flow_units == "CMS" else 2
    for link, words in table(run.report, "Link Flow Summary").items():
        assert close(run.links.peak_l_s[link], float(words[1]), unit["flow_l_s"], decimals)
        assert run.series("link", link, "flow_l_s").abs().max() <= run.links.peak_l_s[link] * (1 + 1e-6)
        if run.links.kind[link] == "conduit":
            assert close(run.links.max_fullness[link], float(words[6]), 1.0, 2)
            assert close(run.links.max_velocity_m_s[link], float(words[4]), unit["length_m"], 2)
            depth = run.series("link", link, "depth_m").max()
            assert 0 < depth <= run.links.max_depth_m[link] * (1 + 1e-6)


@pytest.mark.parametrize("name", ["courtyard_lps", "valley_cms", "block_cfs"])
def test_subcatchments(runs, name):
    """What falls and runs off by its series is what the statistics gathered, but for the first reporting step."""
    run = opened(runs, name)
    unit = scale(run.result)
    for subcatchment, words in table(run.report, "Subcatchment Runoff Summary").items():
        row = run.subcatchments.loc[subcatchment]
        assert close(row.rainfall_mm, float(words[0]), unit["rain_mm"], 2)
        assert close(row.peak_l_s, float(words[8]), unit["flow_l_s"], 2)
        runoff = run.series("subcatchment", subcatchment, "runoff_l_s")
        hours = (runoff.index[1] - runoff.index[0]) / 60.0
        fallen_mm = run.series("subcatchment", subcatchment, "rainfall_mm_h").sum() * hours
        assert fallen_mm == pytest.approx(row.rainfall_mm, rel=0.12)
        assert runoff.sum() * hours * 3.6 == pytest.approx(row.runoff_m3, rel=0.1, abs=0.05)


def test_series_have_times_and_names(runs):
    run = opened(runs, "courtyard_lps")
    depth = run.series("node", "J1", "depth_m")
    assert (depth.name, depth.index.name, len(depth)) == ("depth_m", "minute", 360)
    assert depth.index[[0, -1]].tolist() == [1.0, 360.0]
    rain = run.series("system", "", "rainfall_mm_h")
    assert rain.max() == pytest.approx(150.0)
    sewage = run.series("node", "O1", "SEWAGE_mg_l")
    assert 0 < sewage.max() <= 100.0 + 1e-3
    assert "SEWAGE_mg_l" in run.attributes("link")
    assert "SEWAGE_mg_l" not in run.attributes("system")


def test_a_wrong_word_is_told_with_the_nearest(runs):
    run = opened(runs, "courtyard_lps")
    with pytest.raises(KeyError, match=r"no node 'J11'\. The nearest is 'J1'"):
        run.series("node", "J11", "depth_m")
    with pytest.raises(KeyError, match=r"no kind of element 'nodes'\. The nearest is 'node'"):
        run.series("nodes", "J1", "depth_m")
    with pytest.raises(KeyError, match=r"no quantity 'depth'\. The nearest is 'depth_m'"):
        run.series("node", "J1", "depth")


def test_what_was_not_saved_or_kept_is_told(tmp_path, courtyard):
    inp = tmp_path / "model.inp"
    inp.write_text(courtyard.replace("NODES ALL", "NODES J2"), encoding="utf-8")
    assert "NODES J2" in inp.read_text(encoding="utf-8")
    run = finished_run(run_inp(inp, tmp_path / "run", keep_out=True), inp, tmp_path / "run")
    assert run.series("node", "J2", "depth_m").max() > 0
    with pytest.raises(KeyError, match="does not save it"):
        run.series("node", "J1", "depth_m")
    bare = finished_run(run_inp(inp, tmp_path / "bare"), inp, tmp_path / "bare")
    assert bare.nodes.equals(run.nodes)
    with pytest.raises(FileNotFoundError, match="keep_out"):
        bare.series("node", "J2", "depth_m")
    for folder, error, said in (("run", KeyError, "没有要求保存"), ("bare", FileNotFoundError, "没有保留")):
        chinese = finished_run(run.result, inp, tmp_path / folder, "zh")
        with pytest.raises(error, match=said):
            chinese.series("node", "J1", "depth_m")


def test_ids_of_a_gbk_file(tmp_path, courtyard):
    inp = tmp_path / "gbk.inp"
    inp.write_bytes(courtyard.replace("J1", "雨水井1").encode("gbk"))
    run = finished_run(run_inp(inp, tmp_path / "run", keep_out=True), inp, tmp_path / "run")
    assert run.nodes.max_depth_m["雨水井1"] == pytest.approx(
        run.series("node", "雨水井1", "depth_m").max(), rel=0.05
    )
    assert repr(run) == f"<FinishedRun done: {len(run.nodes)} nodes, {len(run.links)} links>"

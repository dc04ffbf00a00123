import math

import pytest

from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.run_result import SeriesRequest


def write(folder, text, name="model.inp"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_model_runs(runs):
    for name, (result, _, _) in runs.items():
        assert result.status == "done", name
        assert result.engine_version == "5.2.4"
        assert result.flow_units == name.rpartition("_")[2].upper()
        assert result.worst_continuity_error_percent < 1.0


def test_no_rain_means_no_runoff_and_sewage_out_as_in(runs):
    result, _, _ = runs["dry_lps"]
    assert result.subcatchments.runoff_m3.sum() == 0.0
    assert result.totals_m3["runoff"] == 0.0
    assert result.nodes.flood_volume_m3.sum() == 0.0
    assert result.nodes.flooded_h.sum() == 0.0
    # 0.75 l/s times the mean of the daily pattern over two days
    pattern = (0.4, 0.3, 0.3, 0.3, 0.5, 0.9, 1.4, 1.8, 1.6, 1.2, 1.1, 1.2)
    pattern += (1.4, 1.2, 1.0, 0.9, 1.0, 1.2, 1.5, 1.6, 1.3, 1.0, 0.8, 0.5)
    given_m3 = 0.75e-3 * 3600.0 * sum(pattern) * 2
    sewage_in = result.totals_m3["dry_weather_inflow"]
    assert sewage_in == pytest.approx(given_m3, rel=1e-3)
    out = result.outfalls.volume_m3.sum()
    assert out + result.totals_m3["storage_change"] == pytest.approx(sewage_in, rel=1e-4)
    assert result.outfalls.load_SEWAGE_kg.sum() == pytest.approx(0.1 * out, rel=1e-3)


def test_units_do_not_change_the_water(runs):
    """The same block in CFS and GPM (a sewage of 0.2 cfs is 89.77 gpm, written as 90)."""
    cfs, gpm = runs["block_cfs"][0], runs["block_gpm"][0]
    assert gpm.subcatchments.runoff_m3.tolist() == pytest.approx(cfs.subcatchments.runoff_m3.tolist())
    assert gpm.totals_m3["dry_weather_inflow"] == pytest.approx(
        90.0 / 89.7662 * cfs.totals_m3["dry_weather_inflow"], rel=1e-5
    )
    assert gpm.links.max_velocity_m_s.tolist() == pytest.approx(cfs.links.max_velocity_m_s.tolist(), rel=2e-3)


def test_a_constant_inflow_keeps_its_volume(runs):
    """0.05 m3/s over 6 h 10 min less the ramp: true cubic metres within the engine's constants (0.011 %)."""
    given_m3 = 0.05 * (6 * 3600 + 300)
    assert runs["valley_cms"][0].totals_m3["external_inflow"] == pytest.approx(given_m3, rel=2e-4)


def test_runoff_of_subcatchments_is_the_systems(runs):
    """Runoff that reaches nodes, pavement drains included; runon to a neighbour is not counted twice."""
    courtyard = runs["courtyard_lps"][0]
    assert courtyard.totals_m3["lid_drainage"] > 1.0
    whole = courtyard.totals_m3["runoff"] + courtyard.totals_m3["lid_drainage"]
    assert courtyard.subcatchments.runoff_m3.sum() == pytest.approx(whole, rel=1e-3)
    valley = runs["valley_cms"][0]
    to_nodes = valley.subcatchments.runoff_m3[["LOWER", "TOWN"]].sum()
    assert to_nodes == pytest.approx(valley.totals_m3["runoff"], rel=1e-6)
    assert valley.subcatchments.runon_m3["LOWER"] == pytest.approx(
        valley.subcatchments.runoff_m3["UPPER"], rel=1e-6
    )


def test_runoff_series_integrates_to_the_volume(runs):
    result, _, _ = runs["courtyard_lps"]
    for name, row in result.subcatchments.iterrows():
        volume_m3 = result.series[f"runoff_l_s:{name}"].sum() * 60.0 / 1000.0
        assert volume_m3 == pytest.approx(row.runoff_m3, rel=0.02)


def test_ponded_water_returns(runs):
    """With ponding allowed water leaves the node for the ground, but not the system."""
    result, _, _ = runs["courtyard_lps"]
    assert result.nodes.max_ponded_m3["J1"] > 0.1
    assert result.nodes.flood_volume_m3["J1"] >= result.nodes.max_ponded_m3["J1"]
    assert result.totals_m3["flooding"] == 0.0
    lost = runs["valley_cms"][0]
    assert lost.totals_m3["flooding"] == pytest.approx(lost.nodes.flood_volume_m3.sum(), rel=1e-6)


def test_after_the_mark(tmp_path, courtyard):
    """What the mark leaves out is what a run ending at the mark has gathered."""
    inp = write(tmp_path, courtyard)
    whole = run_inp(inp, tmp_path / "a", mark_s=7200)
    first = run_inp(
        write(tmp_path, courtyard.replace("END_TIME 06:00:00", "END_TIME 02:00:00"), "first.inp"),
        tmp_path / "b",
    )
    assert whole.mark_s == 7200
    for column in ("volume_m3", "load_RAIN_kg", "load_SEWAGE_kg"):
        after = whole.outfalls[f"{column}_after_mark"]["O1"]
        before = first.outfalls[column]["O1"]
        assert after > 0.0
        assert before + after == pytest.approx(whole.outfalls[column]["O1"], rel=1e-9)
    assert whole.nodes.flood_volume_m3_after_mark["J1"] == pytest.approx(
        whole.nodes.flood_volume_m3["J1"] - first.nodes.flood_volume_m3["J1"], abs=1e-9
    )
    # four hours of 0.3 l/s; the rain is over
    assert whole.nodes.lateral_inflow_m3_after_mark["J1"] > 0.3 * 4 * 3.6 * 0.999


def test_a_mark_beyond_the_end_is_told(tmp_path, courtyard):
    result = run_inp(write(tmp_path, courtyard), tmp_path / "run", mark_s=6 * 3600)
    assert result.status == "done"
    assert [m.key for m in result.messages] == ["engine.run.mark_beyond_end"]
    assert "volume_m3_after_mark" not in result.outfalls


@pytest.mark.parametrize("mark_s", [0, -5, 1.5])
def test_an_impossible_mark(tmp_path, courtyard, mark_s):
    with pytest.raises(ValueError, match="whole number of seconds"):
        run_inp(write(tmp_path, courtyard), tmp_path / "run", mark_s=mark_s)


def test_requested_series(tmp_path, courtyard):
    request = SeriesRequest(
        node_depth=("J1",), node_lateral_inflow=("J1",), node_flooding=("J1",), link_flow=("C1", "GONE")
    )
    result = run_inp(write(tmp_path, courtyard), tmp_path / "run", series=request)
    expected = ["depth_m:J1", "lateral_inflow_l_s:J1", "flooding_l_s:J1", "flow_l_s:C1"]
    assert list(result.series.columns) == expected
    assert list(result.series.index[:2]) == [1.0, 2.0]
    assert len(result.series) == 360
    assert result.series["flow_l_s:C1"].max() <= result.links.peak_l_s["C1"] * (1 + 1e-6)
    assert [(m.key, m.values) for m in result.messages] == [
        ("engine.run.series_absent", (("columns", "flow_l_s:GONE"),))
    ]


def test_output_is_deleted_unless_kept(tmp_path, courtyard):
    inp = write(tmp_path, courtyard)
    run_inp(inp, tmp_path / "a")
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == ["model.rpt"]
    run_inp(inp, tmp_path / "a", keep_out=True)
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == ["model.out", "model.rpt"]


def test_external_files_are_found_beside_the_model(tmp_path, courtyard):
    (tmp_path / "rain.dat").write_text("06/01/2026 00:00 20\n06/01/2026 01:00 0\n", encoding="utf-8")
    lines = [line for line in courtyard.splitlines() if not line.startswith("STORM ")]
    text = "\n".join(lines).replace("[TIMESERIES]", '[TIMESERIES]\nSTORM FILE "rain.dat"') + "\n"
    result = run_inp(write(tmp_path, text), tmp_path / "elsewhere" / "run")
    assert result.status == "done"
    assert result.subcatchments.rainfall_mm["YARD"] == pytest.approx(20 * 5 / 60, rel=1e-6)


@pytest.mark.parametrize(
    ("cell", "status", "key"),
    [(60, "failed", "continuity_routing_failed"), (0, "done", None)],
)
def test_continuity_limits(tmp_path, cell, status, key):
    """A fixed 60 s step over 3 m conduits loses water; the same pipes with a variable step do not."""
    conduits = "\n".join(f"C{n} J{n} {'O' if n == 29 else f'J{n + 1}'} 3 0.013 0 0" for n in range(30))
    sections = "\n".join(f"C{n} CIRCULAR 0.3 0 0 0 1" for n in range(30))
    nodes = "\n".join(f"J{n} {10 - 0.06 * n:.2f} 1 0 0 0" for n in range(30))
    text = f"""[OPTIONS]
FLOW_UNITS LPS
FLOW_ROUTING DYNWAVE
START_DATE 01/01/2026
END_DATE 01/01/2026
END_TIME 01:00:00
REPORT_STEP 00:01:00
ROUTING_STEP {cell or 1}
VARIABLE_STEP {0 if cell else 0.75}
[JUNCTIONS]
{nodes}
[OUTFALLS]
O 8.2 FREE
[CONDUITS]
{conduits}
[XSECTIONS]
{sections}
[INFLOWS]
J0 FLOW Q FLOW 1 1
[TIMESERIES]
Q 0:00 0
Q 0:10 60
Q 0:20 0
"""
    result = run_inp(write(tmp_path, text), tmp_path / "run")
    assert result.status == status
    assert math.isnan(result.runoff_error_percent)
    assert math.isnan(result.quality_error_percent)
    if key:
        assert abs(result.routing_error_percent) > 5.0
        assert f"engine.run.{key}" in [m.key for m in result.messages]
        assert result.unstable_links
    else:
        assert abs(result.routing_error_percent) < 1.0
        assert result.messages == ()


def test_steady_routing_has_no_water_left_in_links(tmp_path, courtyard):
    text = courtyard.replace("DYNWAVE", "STEADY")
    result = run_inp(write(tmp_path, text), tmp_path / "run")
    assert result.status == "done"
    report = (tmp_path / "run" / "model.rpt").read_text(encoding="utf-8")
    printed = float(report.split("Final Stored Volume ......")[1].split()[1])
    assert result.totals_m3["storage_final"] == pytest.approx(1000.0 * printed, abs=0.51)


def test_statistics_from_the_reporting_start_are_told(tmp_path, courtyard):
    late = "REPORT_START_DATE 06/01/2026\nREPORT_START_TIME 01:00:00\nREPORT_STEP"
    text = courtyard.replace("REPORT_STEP", late)
    result = run_inp(write(tmp_path, text), tmp_path / "run", series=SeriesRequest(outfall_inflow=True))
    assert [m.key for m in result.messages] == ["engine.run.report_start"]
    assert result.series.index[0] == 60.0
    assert len(result.series) == 301


def test_runoff_alone_and_routing_switched_off(tmp_path, courtyard):
    text = courtyard.replace("THREADS 1", "THREADS 1\nIGNORE_ROUTING YES")
    result = run_inp(write(tmp_path, text), tmp_path / "run")
    assert result.status == "done"
    assert math.isnan(result.routing_error_percent)
    assert math.isnan(result.quality_error_percent)
    assert result.subcatchments.runoff_m3.sum() > 1.0


def test_chinese_names_in_utf8_and_gbk(tmp_path, courtyard):
    text = courtyard.replace("YARD", "院子").replace("J1", "雨水井1")
    results = []
    for encoding in ("utf-8", "gbk"):
        path = tmp_path / "小区 模型" / f"{encoding}.inp"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode(encoding))
        request = SeriesRequest(subcatchment_runoff=True, node_depth=("雨水井1",))
        results.append(run_inp(path, tmp_path / "结果", series=request))
    for result in results:
        assert result.status == "done"
        assert list(result.subcatchments.index) == ["院子", "ROOF", "PARK"]
        assert list(result.series.columns)[-1] == "depth_m:雨水井1"
        assert result.links.max_fullness.notna().all()
    assert results[0].subcatchments.equals(results[1].subcatchments)


@pytest.mark.parametrize("name", ["MODEL.INP", "a.inp.d/model.inp"])
def test_a_name_from_which_pyswmm_makes_that_of_no_report(tmp_path, courtyard, name):
    """Of MODEL.INP it makes MODEL.INP, and the engine ends with "files share same names"."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    assert run_inp(write(tmp_path, courtyard, name), tmp_path / "run").status == "done"


def test_nodes_without_links(tmp_path, courtyard):
    """The engine keeps no statistics then, and must not be asked for them."""
    text = courtyard.partition("[CONDUITS]")[0]
    result = run_inp(write(tmp_path, text), tmp_path / "run", mark_s=3600)
    # the water that reaches the nodes goes nowhere, so the engine's balance does not close
    assert [m.key for m in result.messages] == ["engine.run.no_links", "engine.run.continuity_routing_failed"]
    assert result.status == "failed"
    assert result.nodes.empty
    assert result.totals_m3["wet_weather_inflow"] > 1.0


def test_surfaces_without_network(tmp_path, courtyard):
    text = courtyard.partition("[LID_CONTROLS]")[0].replace("YARD RG J1", "YARD RG YARD")
    text = text.replace("ROOF RG J1", "ROOF RG ROOF").replace("PARK RG T1", "PARK RG PARK")
    result = run_inp(write(tmp_path, text), tmp_path / "run")
    assert result.status == "done"
    assert result.totals_m3["rainfall"] == pytest.approx(result.subcatchments.rainfall_m3.sum(), rel=1e-6)
    assert "outflow" not in result.totals_m3
    assert math.isnan(result.routing_error_percent)

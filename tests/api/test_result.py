"""A result's frames against SWMM's own report of the same run."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from matplotlib import pyplot
from shapely import LineString, Point
from tests.api.report_tables import report_table
from tests.small_project import ORIGIN_X, ORIGIN_Y, Frames, write_small_project

import spongecalc as sc


@pytest.fixture(scope="module")
def flooded(tmp_path_factory) -> sc.Result:
    """A run in which water floods: a rare storm through the old combined pipe."""

    def rare(toml: str) -> str:
        return toml.replace('return_period = "3 a"', 'return_period = "100 a"')

    folder = write_small_project(tmp_path_factory.mktemp("flooded") / "project", toml=rare).folder
    return sc.open_project(folder).system("A", "before").to_swmm().run()


def test_nodes_agree_with_the_report(flooded):
    depths = report_table(flooded.report, "Node Depth Summary")
    assert set(depths) == set(flooded.nodes.index)
    for node, words in depths.items():
        row = flooded.nodes.loc[node]
        if node == "A-C2":  # the outfall of a silted sewer, where SWMM's depth is none
            assert float(words[2]) == 0 and pd.isna(row.max_depth_m) and pd.isna(row.max_level_m)
            continue
        assert row.max_depth_m == pytest.approx(float(words[2]), abs=0.00501)
        assert row.max_level_m == pytest.approx(float(words[3]), abs=0.00501)
    flooding = report_table(flooded.report, "Node Flooding Summary")
    # Behind a grate water stands in the gutter, a storage, which SWMM never calls flooded.
    gutters = flooded.nodes.index[flooded.nodes.index.str.endswith("__GUTTER")]
    behind = [g.removesuffix("__GUTTER") for g in gutters]
    grates = pd.Series(flooded.nodes.index.isin([*gutters, *behind]), index=flooded.nodes.index)
    others = flooded.nodes[~grates]
    assert set(flooding) - set(flooded.nodes.index[grates]) == set(others.index[others["flooded_h"] >= 0.01])
    assert flooded.nodes.loc["A-C1__GUTTER", "flood_volume_m3"] > 0
    assert flooded.nodes.loc["A-C1", "flood_volume_m3"] == 0
    for node, words in flooding.items():
        if grates[node]:
            continue
        row = flooded.nodes.loc[node]
        assert row.flooded_h == pytest.approx(float(words[0]), abs=0.00501)
        assert row.flood_peak_l_s == pytest.approx(float(words[1]), abs=0.00501)
        assert row.flood_volume_m3 == pytest.approx(1000 * float(words[4]), abs=0.501)  # 10^6 ltr
    inflows = report_table(flooded.report, "Node Inflow Summary")
    for node, words in inflows.items():
        assert flooded.nodes.loc[node, "inflow_peak_l_s"] == pytest.approx(float(words[2]), abs=0.00501)


def test_links_and_subcatchments_agree_with_the_report(flooded):
    flows = report_table(flooded.report, "Link Flow Summary")
    for link, words in flows.items():
        assert flooded.links.loc[link, "peak_l_s"] == pytest.approx(float(words[1]), abs=0.00501)
        if flooded.links.loc[link, "kind"] == "conduit":
            assert flooded.links.loc[link, "max_velocity_m_s"] == pytest.approx(float(words[4]), abs=0.00501)
    runoff = report_table(flooded.report, "Subcatchment Runoff Summary")
    assert set(runoff) == set(flooded.subcatchments.index)
    for area, words in runoff.items():
        assert flooded.subcatchments.loc[area, "peak_l_s"] == pytest.approx(float(words[8]), abs=0.00501)


def test_outfalls_agree_with_the_report(flooded):
    for outfall, words in report_table(flooded.report, "Outfall Loading Summary").items():
        if outfall != "System":
            assert flooded.outfalls.loc[outfall, "volume_m3"] == pytest.approx(1000 * float(words[3]), abs=0.501)


def test_the_balance_closes(flooded):
    balance = flooded.balance
    assert list(balance.columns) == ["process", "term", "direction", "volume_m3"]
    for process in ("runoff", "routing"):
        own = balance[balance["process"] == process].groupby("direction")["volume_m3"].sum()
        assert own["in"] == pytest.approx(own["out"], rel=0.01)
        assert abs(flooded.continuity_error_percent[process]) < 1
    flooding = balance.loc[balance["term"] == "flooding", "volume_m3"].item()
    # What ponds comes back: the system loses none of it.
    assert flooding == pytest.approx(0.0)
    assert flooded.nodes["flood_volume_m3"].sum() > 0


def test_series_of_what_the_run_kept_and_of_what_it_did_not(result):
    kept = result.series("depth_m", ["A-R1", "A-S1"])
    assert list(kept.columns) == ["A-R1", "A-S1"]
    assert kept.index.name == "minute"
    levels = result.series("head_m", "A-R1")["A-R1"]
    assert (levels - kept["A-R1"]).tolist() == pytest.approx([99.0] * len(levels), abs=1e-4)
    assert kept["A-R1"].max() == pytest.approx(result.nodes.loc["A-R1", "max_depth_m"], rel=0.02)
    assert list(result.series("filling").columns) == list(result.links.index)
    whole = result.series("outflow_l_s")
    outfalls = result.series("inflow_l_s", list(result.outfalls.index)).sum(axis=1)
    # SWMM takes the system's at the end of a step, an outfall's between two.
    assert whole["outflow_l_s"].tolist() == pytest.approx(outfalls.tolist(), rel=0.02, abs=0.01)


def test_the_series_of_an_outfall_has_a_sign(small_project):
    """A river 0.3 m higher at one outfall than at the other runs in at the first and out at the second."""

    def two_levels(frames: Frames) -> None:
        nodes, pipes = frames["nodes"], frames["pipes"]
        other = nodes[nodes["node_id"] == "A-R2"].assign(node_id="A-R3", outfall_level_m=99.0)
        other = other.set_geometry([Point(ORIGIN_X, ORIGIN_Y + 8)])
        nodes.loc[nodes["node_id"] == "A-R2", "outfall_level_m"] = 99.3
        frames["nodes"] = pd.concat([nodes, other], ignore_index=True)
        way = pipes[pipes["pipe_id"] == "A-PR"].assign(pipe_id="A-PX", to_node="A-R3")
        way = way.set_geometry([LineString([(ORIGIN_X + 10, ORIGIN_Y + 8), (ORIGIN_X, ORIGIN_Y + 8)])])
        frames["pipes"] = pd.concat([pipes, way], ignore_index=True)

    run = sc.open_project(small_project(first=two_levels).folder).system("A", "after").to_swmm().run()
    assert run.status == "done"
    series = run.series("inflow_l_s", ["A-R2", "A-R3"])
    assert series["A-R2"].iloc[-1] < -1
    assert series["A-R3"].iloc[-1] > 1
    step_s = 60 * (series.index[1] - series.index[0])
    for outfall in ("A-R2", "A-R3"):
        net_m3 = float(series[outfall].sum()) * step_s / 1000
        assert net_m3 == pytest.approx(run.outfalls.loc[outfall, "volume_m3"], rel=0.03)
    # Of a series that the run did not keep as well, which is run once more.
    assert run.series("inflow_l_s")["A-R2"].tolist() == pytest.approx(series["A-R2"].tolist(), abs=0.01)


def test_series_by_the_layers_own_ids(result):
    assert list(result.series("runoff_l_s", "A-D1").columns) == ["R_A-D1"]


def test_a_quantity_that_two_kinds_have(result):
    assert list(result.series("depth_m", "A-PR").columns) == ["A-PR"]
    assert list(result.series("depth_m").columns) == list(result.nodes.index)
    assert list(result.series("depth_m", kind="link").columns) == list(result.links.index)
    assert list(result.series("runoff_l_s", kind="system").columns) == ["runoff_l_s"]


def test_concentrations_where_tracers_are_followed(project, result):
    dry = project.system("A", "after").to_swmm().run("dry")
    assert dry.series("SEWAGE_mg_l", "A-S2")["A-S2"].max() > 0
    with pytest.raises(KeyError, match="quantity 'SEWAGE_mg_l'"):
        result.series("SEWAGE_mg_l", "A-S2")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda r: r.series("depht_m"), "The nearest is 'depth_m'"),
        (lambda r: r.series("depth_m", "A-R3"), "The nearest is 'A-R"),
        (lambda r: r.series("depth_m", kind="nodes"), "The nearest is 'node'"),
        (lambda r: r.plot_profile("A-R9"), "The nearest is 'A-R"),
        (lambda r: r.plot_hydrograph("A-R9"), "There is no element 'A-R9'"),
    ],
)
def test_unknown_names(result, call, words):
    with pytest.raises(KeyError, match=words):
        call(result)


def test_a_profile(result):
    axes = result.plot_profile("A-R1", "A-R2")
    ground, water = axes.get_lines()[-2:]
    assert ground.get_xdata().tolist() == [0.0, 30.0]
    assert ground.get_ydata().tolist() == [100.0, 100.0]
    assert water.get_ydata().tolist() == result.nodes.loc[["A-R1", "A-R2"], "max_level_m"].tolist()
    assert len(axes.patches) == 1
    assert axes.get_xlabel() == "Distance, m"
    _, own = pyplot.subplots()
    assert result.plot_profile(end="A-R2", minute=50, ax=own) is own
    water = own.get_lines()[-1]
    assert water.get_ydata()[0] == pytest.approx(result.series("head_m", "A-R1").loc[50.0, "A-R1"])
    with pytest.raises(ValueError, match="A-S1"):
        result.plot_profile("A-S1", "A-R2")
    pyplot.close("all")


def test_a_hydrograph_under_its_rain(result):
    axes = result.plot_hydrograph()
    assert axes.get_lines()[0].get_ydata().max() == pytest.approx(result.series("outflow_l_s").to_numpy().max())
    assert [a.get_label() for a in axes.figure.axes].count("hyetograph") == 1
    rain = next(a for a in axes.figure.axes if a.get_label() == "hyetograph")
    assert rain.patches[9].get_height() == pytest.approx(result.hyetograph.max())
    assert rain.get_ylim()[0] > rain.get_ylim()[1]  # it hangs from the top
    result.plot_hydrograph("A-PR", ax=axes, label="pipe")
    assert len(axes.get_lines()) == 2
    assert axes.get_lines()[1].get_label() == "pipe"
    assert len(axes.figure.axes) == 2
    bare = result.plot_hydrograph(["R_A-D1", "S_A-R1"], hyetograph=False)
    assert bare.get_ylabel() == "Runoff, L/s"
    assert len(bare.figure.axes) == 1
    pyplot.close("all")


def test_a_run_that_gives_nothing_says_why(project, monkeypatch):
    model = project.system("B", "after").to_swmm()
    spoiled = dict(model._model.sections)
    spoiled["CONDUITS"] = [
        (*row[:2], "nowhere", *row[3:]) if len(row) > 1 else row for row in spoiled["CONDUITS"]
    ]
    monkeypatch.setattr(model, "_model", replace(model._model, sections=spoiled))
    result = model.run(project.hyetograph())
    assert result.status == "failed"
    assert any("nowhere" in message for message in result.messages)
    with pytest.raises(sc.RunFailedError, match="nowhere"):
        result.series("depth_m")
    with pytest.raises(sc.RunFailedError):
        result.plot_hydrograph()


def test_it_shows_itself(result):
    assert repr(result).startswith("<Result A/after/P3-120: done, continuity ")
    assert "A/after/P3-120" in result._repr_html_()

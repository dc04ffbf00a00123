"""Frames, input files and runs of a model."""

from __future__ import annotations

import tempfile

import pytest
from pyswmm import Nodes, Output
from swmm.toolkit.shared_enum import LinkAttribute, NodeAttribute, SubcatchAttribute

import spongecalc as sc


@pytest.fixture
def model(project) -> sc.Model:
    return project.system("A", "after").to_swmm()


def test_conduits(model):
    conduits = model.conduits
    assert conduits.index.name == "model_id"
    row = conduits.loc["A-PR"]
    assert (row.from_node, row.to_node, row.length_m, row.roughness) == ("A-R1", "A-R2", 30.0, 0.011)
    assert (row.up_m, row.down_m, row["shape"], row.height_m, row.width_m) == (99.0, 98.7, "CIRCULAR", 0.3, 0.3)
    assert (row.feature_id, row.role, row.community_id) == ("A-PR", "pipe", "A")


def test_silt_is_told_apart_from_the_width(project):
    row = project.system("A", "before").to_swmm().conduits.loc["A-PC"]
    assert (row["shape"], row.height_m, row.width_m, row.sediment_m) == ("FILLED_CIRCULAR", 0.2, 0.2, 0.05)


def test_nodes(model):
    nodes = model.nodes
    assert nodes.loc["A-R1", ["kind", "invert_m", "full_depth_m"]].tolist() == ["junction", 99.0, 1.0]
    assert nodes.loc["A-R2", "kind"] == "outfall"
    assert nodes.loc["A-R2", "outfall_level_m"] != nodes.loc["A-R2", "outfall_level_m"]  # free: no level
    assert nodes.loc["A-R1", "x_m"] == 540010.0


def test_subcatchments(model):
    areas = model.subcatchments
    assert areas["area_m2"].sum() == pytest.approx(1600.0)
    assert areas["lid_m2"].sum() == pytest.approx(600.0)  # the lane of permeable concrete
    assert areas.loc["R_A-D1", "impervious_percent"] == 100.0
    assert areas.loc["R_A-D1", "outlet"] == "A-R1"


def test_frames_hold_every_element(project):
    for community in project.communities:
        model = project.system(community, "before").to_swmm()
        lines = model.inp().split("\n")
        for section, frame in (("[CONDUITS]", model.conduits), ("[SUBCATCHMENTS]", model.subcatchments)):
            begin = lines.index(section) + 1
            rows = lines[begin : lines.index("", begin)]
            assert sorted(r.split()[0] for r in rows if not r.startswith(";")) == list(frame.index)


def test_the_input_file_is_that_of_the_command_line(model, command_line, tmp_path):
    path = model.write_inp(tmp_path / "deep" / "a.inp")
    assert path.read_bytes() == (command_line / "swmm_models" / "A" / "after.inp").read_bytes()
    assert model.write_inp(tmp_path / "dry.inp", "dry").read_text(encoding="utf-8") != model.inp()
    with pytest.raises(KeyError, match="'P3-120'"):
        model.write_inp(tmp_path / "x.inp", "P3-121")
    assert not (tmp_path / "x.inp").exists()


def _without_times(report: str) -> list[str]:
    words = ("Analysis begun", "Analysis ended", "Total elapsed")
    return [line for line in report.splitlines() if not line.strip().startswith(words)]


def test_a_run_is_the_command_lines(model, command_line, result):
    assert result.status == "done"
    kept = command_line / "results" / "runs" / "A" / "after" / "P3-120" / "model.rpt"
    # The clock's lines apart, the report is the same.
    assert _without_times(result.report) == _without_times(kept.read_text(encoding="utf-8"))
    assert model.run() is model.run("P3-120")


def test_a_run_in_a_folder_of_its_own(model, result, tmp_path):
    own = model.run("P3-120", folder=tmp_path / "own")
    assert {"model.inp", "model.rpt", "model.out"} <= {p.name for p in (tmp_path / "own").iterdir()}
    assert own.nodes.equals(result.nodes)


def test_an_own_hyetograph_leaves_no_files(model, result, tmp_path, monkeypatch):
    # A folder of this test alone: others run beside it and have temporary files of their own.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    rare = model.run(sc.chicago("昆明 (新)", return_period_a=50))
    assert list(tmp_path.iterdir()) == []
    assert rare.storm_id == "own"
    same = model.run(sc.chicago("昆明 (新)", return_period_a=3))
    assert same.nodes["max_depth_m"].tolist() == result.nodes["max_depth_m"].tolist()
    assert rare.nodes["inflow_peak_l_s"].max() > same.nodes["inflow_peak_l_s"].max()


def test_a_simulation_is_stepped_by_hand(model, result):
    deepest = 0.0
    with model.simulation() as simulation:
        folder = simulation.folder
        node = Nodes(simulation)["A-R1"]
        for _ in simulation:
            deepest = max(deepest, node.depth)
    assert deepest == pytest.approx(result.nodes.loc["A-R1", "max_depth_m"], rel=1e-3)
    assert not folder.exists()


def test_series_are_those_that_swmm_saved(model, tmp_path):
    result = model.run(folder=tmp_path)
    with Output(str(tmp_path / "model.out")) as output:
        saved = {
            ("depth_m", "A-R1"): output.node_series("A-R1", NodeAttribute.INVERT_DEPTH),
            ("inflow_l_s", "A-R2"): output.node_series("A-R2", NodeAttribute.TOTAL_INFLOW),
            ("velocity_m_s", "A-PR"): output.link_series("A-PR", LinkAttribute.FLOW_VELOCITY),
            ("runoff_l_s", "R_A-D1"): output.subcatch_series("R_A-D1", SubcatchAttribute.RUNOFF_RATE),
        }
    for (quantity, element), values in saved.items():
        series = result.series(quantity, element)[element]
        assert series.tolist() == pytest.approx(list(values.values()))
        assert series.max() > 0
        begin = min(values)
        minutes = [1 + (at - begin).total_seconds() / 60 for at in values]
        assert series.index.tolist() == pytest.approx(minutes)


def test_it_shows_itself(model):
    assert repr(model) == "<Model A after: 6 nodes, 5 links, 2 subcatchments>"
    assert "<td>2</td>" in model._repr_html_()

"""A project opened from Python has the figures of the command line."""

from __future__ import annotations

import pickle
import shutil

import pandas as pd
import pytest

import spongecalc as sc
from spongecalc.contract import SCHEMAS
from spongecalc.report.tables.csv_tables import csv_text


def written(folder, name: str) -> str:
    return (folder / "results" / f"{name}.csv").read_text(encoding="utf-8-sig")


def test_it_opens_by_folder_and_by_file(command_line):
    by_file = sc.open_project(command_line / "spongecalc.toml")
    assert by_file.folder == sc.open_project(str(command_line)).folder == command_line
    assert by_file.name == "three squares"


def test_a_bad_file_says_every_mistake(tmp_path, command_line):
    with pytest.raises(sc.ProjectError, match="spongecalc init"):
        sc.open_project(tmp_path)
    text = (command_line / "spongecalc.toml").read_text(encoding="utf-8")
    (tmp_path / "spongecalc.toml").write_text(
        text.replace('crs = "EPSG:4543"', "csr = 1\nnaem = 2"), encoding="utf-8"
    )
    with pytest.raises(sc.ProjectError) as caught:
        sc.open_project(tmp_path)
    assert "csr" in str(caught.value)
    assert "naem" in str(caught.value)
    assert len(caught.value.mistakes) == 2


def test_layers_are_frames_of_the_data_contract(project):
    assert list(project.layers) == list(SCHEMAS)
    pipes = project.layers["pipes"]
    assert set(SCHEMAS["pipes"].column_names) <= set(pipes.columns)
    assert pipes.crs == "EPSG:4543"
    assert pipes.geometry.length.sum() == pytest.approx(9 * 30.0)
    with pytest.raises(KeyError, match="'pipes'"):
        project.layers["pipe"]
    pipes["material"] = "spoiled"
    assert project.layers["pipes"]["material"].tolist() != pipes["material"].tolist()


def test_names(project):
    assert project.communities == ("A", "B", "C")
    assert project.scenarios == ("before", "after")
    assert project.storms == ("P3-120",)
    assert project.headline_storm == "P3-120"
    pd.testing.assert_series_equal(project.hyetograph(), sc.chicago("昆明 (新)", 3, 120), check_names=True)
    with pytest.raises(KeyError, match="'P3-120'"):
        project.hyetograph("P3-12")


def test_findings_are_those_of_the_command_line(project, command_line):
    assert csv_text(project.findings()) == written(command_line, "findings")
    assert set(project.findings("info")["severity"]) == {"info"}
    assert set(project.findings(["error", "warning"])["rule"]) == {"inlet.short"}
    own = project.findings(severity="info", communities="B")
    assert set(own["community_id"]) == {"B"}
    assert project.findings(lang="zh")["message"].str.contains("[\u4e00-\u9fff]").all()
    with pytest.raises(KeyError, match="'warning'"):
        project.findings("warn")


@pytest.mark.parametrize(
    "name", ["communities", "sponge", "ponding", "separation", "quantities", "design_checks"]
)
def test_a_table_is_that_of_the_command_line(project, command_line, name):
    assert csv_text(project.table(name)) == written(command_line, name)


def test_all_tables_are_there(project, command_line):
    tables = project.assess()
    assert {f"{name}.csv" for name in tables} == {p.name for p in (command_line / "results").glob("*.csv")}
    one = project.table("communities", communities="B")
    assert one["community_id"].tolist() == ["B"]
    with pytest.raises(KeyError, match="'communities'"):
        project.table("comunities")


def test_what_was_run_here_is_not_due_of_the_command_line(project):
    runs = project.run(jobs=2)
    assert len(runs) == 15  # three squares in two scenarios; with tracers where rain and sewage meet
    assert set(runs["status"]) == {"done"}
    keys = {p: p.stat().st_mtime_ns for p in (project.folder / "results" / "runs").rglob("*.json.gz")}
    assert len(keys) == 15
    again = sc.open_project(project.folder)
    assert len(again.run(communities="A", scenarios="after", storms=["P3-120", "dry"])) == 2
    assert {p: p.stat().st_mtime_ns for p in keys} == keys
    with pytest.raises(KeyError, match="'P3-120'"):
        again.run(storms="P3")


def test_progress_is_told(project):
    told = []
    project.run(progress=lambda *words: told.append(words[:3]))
    assert told[-1] == ("run", 15, 15)


def test_quantities_and_design_need_no_run(command_line, tmp_path):
    folder = tmp_path / "project"
    shutil.copytree(command_line, folder, ignore=shutil.ignore_patterns("results", "report", "swmm_models"))
    fresh = sc.open_project(folder)
    assert csv_text(fresh.quantities()) == written(command_line, "quantities")
    assert fresh.quantities(communities="A")["length_m"].sum() < fresh.quantities()["length_m"].sum()
    # What a run alone can tell is in the checks of a project that has been run.
    needs_run = (",ground_peak,", ",receiver_capacity,", ",swmm_peak,")
    stored = written(command_line, "design_checks").splitlines()
    plain = [line for line in stored if not any(check in line for check in needs_run)]
    assert len(plain) < len(stored)
    told = csv_text(fresh.design_checks()).splitlines()
    peaks = [line for line in told if ",swmm_peak," in line]
    assert peaks and all(",not_checkable," in line and ",no_run," in line for line in peaks)
    assert [line for line in told if ",swmm_peak," not in line] == plain
    assert not (folder / "results").exists()


def test_one_community_of_a_project(command_line):
    one = sc.open_project(command_line, communities="C")
    assert one.communities == ("C",)
    with pytest.raises(KeyError, match="community 'D'"):
        sc.open_project(command_line, communities=["C", "D"]).communities  # noqa: B018
    with pytest.raises(KeyError, match="'after'"):
        sc.open_project(command_line, scenarios="aftre")


def test_results_and_report_are_written_where_asked(project, command_line, tmp_path):
    files = project.write_results(tmp_path / "tables")
    assert {p.parent for p in files} >= {tmp_path / "tables"}
    assert (tmp_path / "tables" / "communities.csv").read_bytes() == (
        command_line / "results" / "communities.csv"
    ).read_bytes()
    page, *others = project.report(tmp_path / "report", lang="en", formats="html")
    assert (page, others) == (tmp_path / "report" / "index.html", [])
    assert 'lang="en"' in page.read_text(encoding="utf-8")[:400]
    assert not (project.folder / "report").exists()
    with pytest.raises(KeyError, match="'html'"):
        project.report(tmp_path / "report", formats="htm")
    with pytest.raises(KeyError, match="zh"):
        project.report(tmp_path / "report", lang="fr")


def test_models_are_those_of_the_command_line(project, command_line):
    changed = project.write_models()
    assert len(changed) == 6
    for path in changed:
        other = command_line / path.relative_to(project.folder)
        assert path.read_bytes() == other.read_bytes()
    assert project.write_models() == ()


def test_a_community_with_errors_has_no_system(small_project):
    def spoil(frames):
        frames["pipes"].loc[frames["pipes"]["pipe_id"] == "A-PR", "to_node"] = "A-none"

    spoiled = sc.open_project(small_project(first=spoil).folder)
    assert set(spoiled.findings("error")["community_id"]) == {"A"}
    with pytest.raises(sc.NotModelledError, match="A-none"):
        spoiled.system("A", "after")
    assert spoiled.system("B", "after").communities == ("B",)


def test_it_shows_itself(project):
    assert repr(project).startswith("<Project 'three squares' in ")
    assert "3 communities" in repr(project)
    html = project._repr_html_()
    assert "three squares" in html
    assert "P3-120" in html
    assert "pipes 9" in repr(project.layers)
    assert "<td>9</td>" in project.layers._repr_html_()
    assert "communities 4" in repr(project.assess())
    assert "communities" in project.assess()._repr_html_()


def test_a_name_cannot_become_markup(command_line, tmp_path):
    folder = tmp_path / "project"
    shutil.copytree(command_line, folder, ignore=shutil.ignore_patterns("results", "report", "swmm_models"))
    file = folder / "spongecalc.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace('"three squares"', '"<script>x</script>"'), encoding="utf-8"
    )
    assert "<script>" not in sc.open_project(folder)._repr_html_()


def test_due_runs_and_their_results(command_line, tmp_path):
    folder = tmp_path / "project"
    shutil.copytree(command_line, folder, ignore=shutil.ignore_patterns("results", "report", "swmm_models"))
    fresh = sc.open_project(folder, communities="A", scenarios="after")
    assert fresh.due() == {"A/after/P3-120": "missing", "A/after/dry": "missing"}
    assert len(fresh.results) == 0
    assert [p.name for p in fresh.stale_models()] == ["after.inp"]
    fresh.run(storms="P3-120")
    assert fresh.due() == {"A/after/dry": "missing"}
    assert list(fresh.results) == ["A/after/P3-120"]
    assert set(fresh.due("all").values()) == {"missing", "forced"}
    nodes = fresh.system("A", "after").to_swmm().run().nodes
    assert nodes["max_depth_m"].tolist() == fresh.results["A/after/P3-120"].nodes["max_depth_m"].tolist()


def test_every_system(project):
    every = project.systems()
    assert len(every) == 6
    assert {s.scenario for s in project.systems("before")} == {"before"}
    assert project.system("B", "after") in every
    with pytest.raises(KeyError, match="'before'"):
        project.systems("befor")


def test_the_steps_own_objects(project):
    assert project.built.checked is project.checked
    assert project.build() is project.built
    assert project.review("en").tables["communities"].equals(project.table("communities"))
    assert project.files.folder == project.folder


@pytest.mark.parametrize("names", [{"communities": []}, {"scenarios": ()}])
def test_an_empty_list_is_not_all(command_line, names):
    with pytest.raises(ValueError, match="nothing to work on"):
        sc.open_project(command_line, **names)


def test_a_scenario_is_not_compared_with_itself(project):
    with pytest.raises(ValueError, match="'after' twice"):
        project.compare("after", "after")


def test_what_is_run_again_has_three_words(project):
    for call in (project.run, project.due):
        with pytest.raises(KeyError, match="'failed'"):
            call(again="fail")


def test_objects_travel_between_processes(project):
    system = project.system("A", "after")
    result = system.to_swmm().run()
    for there in (pickle.loads(pickle.dumps(o)) for o in (project, system, system.to_swmm(), result)):
        assert repr(there)
    again = pickle.loads(pickle.dumps(result))
    pd.testing.assert_frame_equal(again.nodes, result.nodes)
    assert len(again.series("volume_m3", "A-R1")) == len(result.series("volume_m3", "A-R1"))

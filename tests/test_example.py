"""The worked example through the same code as any project: what it must show."""

import json
import re
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from spongecalc import steps
from spongecalc.assess.communities import SUMMED
from spongecalc.network.cross_connections import cross_connections
from spongecalc.project.load import load_project

pytestmark = pytest.mark.example


def copy_project(repository: Path, folder: Path) -> Path:
    """The example's inputs in a folder of their own."""
    (folder / "gis").mkdir(parents=True)
    shutil.copy(repository / "spongecalc.toml", folder)
    for name in ("eshan_phase1.gpkg", "dem.tif"):
        shutil.copy(repository / "gis" / name, folder / "gis")
    return folder


def edit_pipe(folder: Path, pipe_id: str, **values: object) -> None:
    """Change columns of one pipe in the example's GeoPackage."""
    path = folder / "gis" / "eshan_phase1.gpkg"
    pipes = gpd.read_file(path, layer="pipes")
    for column, value in values.items():
        pipes.loc[pipes["pipe_id"] == pipe_id, column] = value
    pyogrio.write_dataframe(pipes, path, layer="pipes", driver="GPKG")


@pytest.fixture(scope="module")
def folder(repository, tmp_path_factory) -> Path:
    return copy_project(repository, tmp_path_factory.mktemp("example") / "project")


@pytest.fixture(scope="module")
def built(folder) -> steps.Built:
    return steps.build(steps.check(load_project(folder)))


@pytest.fixture(scope="module")
def results(built):
    return steps.run(built, 2)


@pytest.fixture(scope="module")
def tables(built, results) -> dict[str, pd.DataFrame]:
    review = steps.assess(built, results)
    steps.write_results(built, review)
    results_folder = built.checked.project.folder / "results"
    return {path.stem: pd.read_csv(path) for path in results_folder.glob("*.csv")}


def test_communities_has_22_rows_that_add_up_to_total(tables):
    table = tables["communities"]
    rows, total = table.iloc[:-1], table.iloc[-1]
    assert len(rows) == 22
    assert total["community_id"] == "TOTAL"
    assert (rows["status"] == "done").all()
    for column in SUMMED:
        assert rows[column].sum() == pytest.approx(total[column], abs=1e-6), column


def test_meters_laid_are_the_published_ones_and_agree_with_the_geometry(tables, folder):
    total = tables["communities"].iloc[-1]
    assert total["storm_laid_m"] == pytest.approx(2537, abs=0.5)
    assert total["sewage_laid_m"] == pytest.approx(2638, abs=0.5)
    pipes = gpd.read_file(folder / "gis" / "eshan_phase1.gpkg", layer="pipes")
    new = pipes[pipes["status"] == "proposed"]
    for system in ("storm", "sewage"):
        length = new[new["system"] == system].geometry.length.sum()
        assert total[f"{system}_laid_m"] == pytest.approx(length, abs=0.05)
    quantities = tables["quantities"]
    proposed = quantities[(quantities["item"] == "pipe") & (quantities["status"] == "proposed")]
    assert proposed["length_m"].sum() == pytest.approx(total["storm_laid_m"] + total["sewage_laid_m"], abs=0.2)


def test_exactly_the_planted_defects_are_left_after_the_works(tables, repository):
    planted = json.loads((repository / "tests" / "gis" / "planted_defects.json").read_text())
    after = tables["separation"].query("scenario == 'after'")
    assert dict(zip(after["community_id"], after["kind"], strict=True)) == {
        i: p["kind"] for i, p in planted.items()
    }
    assert len(after) == len(planted)
    communities = tables["communities"].iloc[:-1].set_index("community_id")
    assert set(communities.index[communities["separated_after"] == "no"]) == set(planted)


def test_before_the_works_every_combined_community_is_unseparated(tables, folder):
    pipes = gpd.read_file(folder / "gis" / "eshan_phase1.gpkg", layer="pipes")
    before = pipes[pipes["status"].isin(["existing", "removed"]) & (pipes["system"] == "combined")]
    combined = set(before["community_id"])
    communities = tables["communities"].iloc[:-1].set_index("community_id")
    assert len(combined) == 21
    assert set(communities.index[communities["separated_before"] == "no"]) == combined


def test_the_misplaced_balcony_drain_shows_as_sewage_at_a_rain_outfall(tables):
    """By hand: a building's residents x 120 l x 0.85 x the balcony's share of 0.2."""
    joint = tables["separation"].query("community_id == 'EY04' and scenario == 'after'").iloc[0]
    expected = joint["residents"] * 0.120 * 0.85 * 0.2
    row = tables["communities"].set_index("community_id").loc["EY04"]
    assert row["sewage_to_storm_after_m3_d"] == pytest.approx(expected, rel=0.01)


def test_every_run_closes_within_one_percent(tables):
    runs = tables["runs"]
    assert len(runs) == 43 * 5  # 22 before; EY07 and EY08 are one model after; 4 storms and dry weather
    assert (runs["status"] == "done").all()
    for column in ("runoff_error_percent", "routing_error_percent"):
        assert runs[column].notna().all()
        assert runs[column].abs().max() < 1
    dry = runs[runs["storm_id"] == "dry"]
    assert dry["quality_error_percent"].notna().all()
    assert dry["quality_error_percent"].abs().max() < 1


def test_reported_volumes_are_those_of_the_engines_own_report(tables, folder):
    sponge = tables["sponge"].query("community_id == 'EY04' and storm_id == 'P3-120' and scenario == 'before'")
    text = (folder / "results" / "runs" / "EY04" / "before" / "P3-120" / "model.rpt").read_text()
    hectare_m = float(re.search(r"Surface Runoff \.+\s+(\S+)", text)[1])
    assert sponge["surface_runoff_m3"].iloc[0] == pytest.approx(hectare_m * 1e4, abs=5.1)  # printed to 0.001 ha m
    flooding = text.split("Node Flooding Summary")[1].split("Outfall Loading Summary")[0]
    printed = {
        row[0]: float(row[5]) * 1e3
        for row in re.findall(r"(?m)^  (\S+)\s+(\d\S*)\s+(\d\S*)\s+(\d+)\s+(\S+)\s+(\d\S*)\s+\S+\s*$", flooding)
    }
    sites = tables["ponding"].query("community_id == 'EY04' and storm_id == 'P3-120' and scenario == 'before'")
    assert set(sites["node_id"]) <= set(printed)
    flooded = sum(printed.values())
    assert 0 < sites["flooded_m3"].sum() <= flooded + 0.51 * len(printed)  # printed to 0.001 million litres


def test_two_communities_become_one_when_the_wall_falls(built):
    names = {(m.name, m.scenario) for m in built.models}
    assert {("EY07", "before"), ("EY08", "before"), ("EY07+EY08", "after")} <= names


def test_moving_a_pipe_end_changes_the_finding(repository, tmp_path):
    project = copy_project(repository, tmp_path / "project")
    edit_pipe(project, "EY02-Y01", to_node="EY02-WJ02")
    checked = steps.check(load_project(project), ["EY02"], ["after"])
    (system,) = checked.systems
    (joint,) = cross_connections(system)
    assert (joint.kind, joint.feature_id, joint.at_node) == ("pipe_between_systems", "EY02-Y01", "EY02-WJ02")
    edit_pipe(project, "EY02-Y01", to_node="EY02-YJ02")
    (system,) = steps.check(load_project(project), ["EY02"], ["after"]).systems
    assert cross_connections(system) == ()


def test_committed_models_are_what_the_layers_give(built, repository):
    for path, text in steps.model_files(built).items():
        committed = repository / path.relative_to(built.checked.project.folder)
        assert committed.read_text(encoding="utf-8") == text, committed.name


def test_one_changed_pipe_changes_that_communitys_two_models_only(repository, tmp_path):
    project = copy_project(repository, tmp_path / "project")
    shutil.copytree(repository / "swmm_models", project / "swmm_models")
    assert steps.stale_models(steps.build(steps.check(load_project(project)))) == ()
    # A pipe that stays through the works is in both scenarios.
    edit_pipe(project, "EY14-H05", sediment_mm=95.0)
    stale = steps.stale_models(steps.build(steps.check(load_project(project))))
    assert [p.relative_to(project).as_posix() for p in stale] == [
        "swmm_models/EY14/after.inp",
        "swmm_models/EY14/before.inp",
    ]

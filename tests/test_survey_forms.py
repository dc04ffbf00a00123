"""The worked example in other forms, read back through mappings, gives the same communities.csv."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from spongecalc.project.load import Project, load_project
from spongecalc.report.tables.csv_tables import csv_text
from spongecalc.steps import pipeline
from spongecalc.steps.built import Built
from tests import survey_forms
from tests.kept_results import SERIES, take_results_along
from tests.postgis_server import PASSWORD, put

pytestmark = pytest.mark.example

SOURCE = "gis/eshan_phase1.gpkg"


def one_storm(folder: Path) -> Project:
    """The project with the storm that communities.csv speaks of alone, and a year of days in place of ten.

    Other storms say nothing there, and the year's capture is reckoned anew for each form.
    """
    project = load_project(folder)
    sponge = project.settings.sponge.model_copy(update={"generated_years": 1})
    changed = {"storms": project.settings.storms[:1], "sponge": sponge}
    return Project(project.folder, project.settings.model_copy(update=changed))


def without_tags(text: str) -> str:
    """A model but for its tags, which say of a translated value that it was."""
    return re.sub(r"\[TAGS\].*?(?=\n\[|\Z)", "", text, flags=re.DOTALL)


@pytest.fixture(scope="module")
def original(repository, tmp_path_factory):
    folder = tmp_path_factory.mktemp("original") / "project"
    (folder / "gis").mkdir(parents=True)
    shutil.copy(repository / "spongecalc.toml", folder)
    for name in ("eshan_phase1.gpkg", "dem.tif"):
        shutil.copy(repository / "gis" / name, folder / "gis")
    take_results_along(repository, folder)
    built = pipeline.build(pipeline.check(one_storm(folder)))
    results = pipeline.run(built, 2)
    return folder, built, results, csv_text(pipeline.assess(built, results).tables["communities"])


def delivered(original_folder: Path, folder: Path, blocks: str) -> Project:
    """The example's project with other layers."""
    text = (original_folder / "spongecalc.toml").read_text(encoding="utf-8")
    start, end = text.index("[layers.communities]"), text.index("[layers.dem]")
    (folder / "spongecalc.toml").write_text(text[:start] + blocks + "\n\n" + text[end:], encoding="utf-8")
    (folder / "gis").mkdir(exist_ok=True)
    shutil.copy(original_folder / "gis" / "dem.tif", folder / "gis")
    # The year of days is that of the same ground: where a form's is another, its digests say so and it is run.
    (folder / SERIES).parent.mkdir(exist_ok=True)
    shutil.copy(original_folder / SERIES, folder / SERIES)
    return one_storm(folder)


def assert_same(original, project: Project) -> Built:
    """The models are the same but for tags, so that the runs are the same; and so is communities.csv.

    Returns what was built of the form.
    """
    _, built, results, expected = original
    again = pipeline.build(pipeline.check(project))
    errors = [f for f in again.findings if f.severity == "error"]
    assert not errors, [(f.rule, f.feature.feature_id, f.found) for f in errors[:5]]
    assert [m.name for m in again.models] == [m.name for m in built.models]
    for mine, theirs in zip(again.models, built.models, strict=True):
        for event in built.events:
            assert without_tags(mine.text(event)) == without_tags(theirs.text(event)), (mine.name, mine.scenario)
    assert csv_text(pipeline.assess(again, results).tables["communities"]) == expected
    return again


def test_shapefiles_in_gbk_with_chinese_fields(original, tmp_path):
    frames = survey_forms.read_all(original[0] / SOURCE)
    project = delivered(original[0], tmp_path, survey_forms.shapefiles_in_gbk(frames, tmp_path))
    assert "管线编号".encode("gbk") in (tmp_path / "pipes.dbf").read_bytes()
    assert_same(original, project)


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_survey_tables_of_cjj_61(original, tmp_path, suffix):
    frames = survey_forms.read_all(original[0] / SOURCE)
    shutil.copy(original[0] / SOURCE, tmp_path / "rest.gpkg")
    rest = [n for n in frames if n not in ("nodes", "pipes")]
    blocks = survey_forms.survey_tables(frames, tmp_path, suffix)
    project = delivered(original[0], tmp_path, blocks + "\n\n" + survey_forms.gpkg_blocks(rest, "rest.gpkg"))
    assert_same(original, project)


def test_drawing(original, tmp_path):
    """A drawing holds nodes and pipes with every value that the figures need; years it does not hold."""
    frames = survey_forms.read_all(original[0] / SOURCE)
    shutil.copy(original[0] / SOURCE, tmp_path / "rest.gpkg")
    rest = [n for n in frames if n not in ("nodes", "pipes")]
    blocks = survey_forms.drawing(frames, tmp_path / "pipes.dxf")
    project = delivered(original[0], tmp_path, blocks + "\n\n" + survey_forms.gpkg_blocks(rest, "rest.gpkg"))
    built = assert_same(original, project)
    assert built.checked.layers["pipes"]["year"].isna().all()


def test_postgis(original, tmp_path, postgis, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    frames = survey_forms.read_all(original[0] / SOURCE)
    for name, frame in frames.items():
        put(postgis, "eshan", name, frame)
    blocks = "\n\n".join(f'[layers.{n}]\nsource = "{postgis.url}"\nlayer = "eshan.{n}"' for n in frames)
    assert_same(original, delivered(original[0], tmp_path, blocks))

"""All files of the report: which there are, and that they are the same whenever and wherever they are made."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from tests.report.synthetic_review import empty_review, synthetic_review
from typer.testing import CliRunner

from spongecalc.batch.own_files import NotOursError
from spongecalc.cli.app import app
from spongecalc.project.document_settings import FORMATS
from spongecalc.report.content.institute import InstituteError
from spongecalc.report.render.formats import write_formats
from spongecalc.steps import pipeline

MAKE = """
import sys
from pathlib import Path
from tests.report.synthetic_review import synthetic_review
from spongecalc.report.render.formats import write_formats
from spongecalc.project.document_settings import FORMATS
write_formats(synthetic_review(), Path(sys.argv[1]), "zh", FORMATS)
"""


def digests(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_same_bytes_in_another_folder_time_zone_and_process(tmp_path, repository):
    made = []
    for folder, zone, seed in (
        (tmp_path / "a", "Asia/Shanghai", "1"),
        (tmp_path / "b" / "c", "America/Lima", "2"),
    ):
        folder.mkdir(parents=True)
        paths = os.pathsep.join((str(repository), str(repository / "src")))
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "PYTHONPATH": paths}
        environment.pop("SOURCE_DATE_EPOCH", None)
        call = [sys.executable, "-c", MAKE, str(folder / "report")]
        subprocess.run(call, cwd=folder, env=environment, check=True)
        made.append(digests(folder / "report"))
    assert made[0] == made[1]
    names = {n for n in made[0] if "/" not in n}
    assert names == {"index.html", "report.pdf", "report.docx", "results.xlsx"}
    assert {"profiles/A01.dxf", "profiles/A01_after_storm.svg"} <= set(made[0])


@pytest.mark.parametrize("name", ["index.html", "profiles/A01.dxf"])
def test_a_file_of_the_user_under_the_name_of_a_format_stays(tmp_path, name):
    """It was replaced without a word."""
    theirs = tmp_path / name
    theirs.parent.mkdir(exist_ok=True)
    theirs.write_bytes(b"mine")
    with pytest.raises(NotOursError) as refused:
        write_formats(synthetic_review(), tmp_path, "en", ("html", "profiles"))
    assert refused.value.filename == str(theirs)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [theirs]
    assert theirs.read_bytes() == b"mine"
    theirs.unlink()
    for _ in range(2):
        assert theirs in write_formats(synthetic_review(), tmp_path, "en", ("html", "profiles"))


def test_only_the_formats_asked_for_and_no_left_overs(tmp_path):
    """A long section of an earlier call goes with its path; what we did not write, or somebody edited, stays."""
    write_formats(synthetic_review(), tmp_path, "en", ("profiles",))
    drawn = sorted((tmp_path / "profiles").glob("*.svg"))
    edited, left = drawn[:2]
    edited.write_bytes(edited.read_bytes() + b"<!-- mine -->")
    notes = {tmp_path / "profiles" / name: name for name in ("notes.txt", "GONE_after_storm.svg", "own.dxf")}
    for path, text in notes.items():
        path.write_text(text)
    files = write_formats(empty_review(), tmp_path, "en", ("xlsx", "profiles"))
    assert {p.name for p in files if p.parent == tmp_path} == {"results.xlsx"}
    assert not left.exists() and not any(p.exists() for p in drawn[2:])
    assert edited.read_bytes().endswith(b"mine -->")
    assert {path: path.read_text() for path in notes} == notes


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_at_all_is_still_every_file(tmp_path, lang):
    files = write_formats(empty_review(), tmp_path, lang, FORMATS)
    assert {p.name for p in files} == {"index.html", "report.pdf", "report.docx", "results.xlsx"}
    assert all(p.stat().st_size > 3000 for p in files)


def test_the_word_file_says_which_language_its_chinese_is(tmp_path):
    write_formats(empty_review(), tmp_path, "zh", ("docx",))
    languages = Document(str(tmp_path / "report.docx")).styles.element.xpath(".//w:lang/@w:eastAsia")
    assert languages == ["zh-CN"]


def test_a_project_chooses_formats_and_template(whole_run, tmp_path):
    project = whole_run.built.checked.project
    settings = project.settings.model_copy(
        update={
            "report": "other",
            "document": project.settings.document.model_copy(update={"formats": ("docx",)}),
        }
    )

    checked = replace(whole_run.built.checked, project=replace(project, folder=tmp_path, settings=settings))
    built = replace(whole_run.built, checked=checked)
    assert pipeline.report(built, whole_run.review, "en") == (tmp_path / "other" / "report.docx",)
    wrong = settings.model_copy(
        update={"document": project.settings.document.model_copy(update={"template": "nothing"})}
    )
    checked = replace(whole_run.built.checked, project=replace(project, folder=tmp_path, settings=wrong))
    with pytest.raises(InstituteError):
        pipeline.report(replace(whole_run.built, checked=checked), whole_run.review, "en")


def test_explain_on_the_command_line(whole_run):
    pipeline.write_results(whole_run.built, whole_run.review)
    runner = CliRunner()
    folder = str(whole_run.folder)
    table = whole_run.review.tables["communities"]
    first = table["community_id"].iloc[0]
    told = runner.invoke(app, ["explain", f"communities.csv:{first}:runoff_after_m3", folder, "--lang", "en"])
    assert told.exit_code == 0
    assert "Worked out again" in told.output and "the same" in told.output and "sha256" in told.output
    chinese = runner.invoke(app, ["explain", f"communities.csv:{first}:storm_laid_m", folder, "--lang", "zh"])
    assert "复算" in chinese.output and "一致" in chinese.output
    as_json = runner.invoke(app, ["explain", "communities.csv:TOTAL:runoff_after_m3", folder, "--json"])
    assert '"recomputed"' in as_json.output
    for address, said in (
        ("communities.csv:NOBODY:households", "no community 'NOBODY'"),
        ("communities.csv:TOTAL:nothing", "no column nothing"),
        ("ponding.csv:x:volume_m3", "not explained"),
        ("households", "not the address"),
    ):
        wrong = runner.invoke(app, ["explain", address, folder, "--lang", "en"])
        assert wrong.exit_code == 2 and said in wrong.output


def test_explain_before_there_are_results(small_project):
    wrong = CliRunner().invoke(
        app, ["explain", "communities.csv:A:households", str(small_project().folder), "--lang", "en"]
    )
    assert wrong.exit_code == 2 and "spongecalc all" in wrong.output

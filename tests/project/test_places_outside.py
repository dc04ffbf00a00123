"""Nothing outside the project's folder is opened unless [security] names it; the message says what to write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.small_project import SmallProject

from spongecalc.language import LANGUAGES
from spongecalc.project.load import ProjectError, load_project
from spongecalc.steps import pipeline

Write = Callable[..., SmallProject]


def sentences(folder: Path) -> list[str]:
    """What a project is refused for, in English; the Chinese says the same of the same keys."""
    with pytest.raises(ProjectError) as refused:
        load_project(folder)
    by_language = {language: refused.value.sentences(language) for language in LANGUAGES}
    assert all(max(s) >= "一" for s in by_language["zh"])
    return by_language["en"]


def page(project: SmallProject, old: str, new: str, more: str = "") -> None:
    """Change the project's page; ``more`` stands at its end."""
    path = project.folder / "spongecalc.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new) + more, encoding="utf-8")


def allowing(*outside: str) -> str:
    return f"\n[security]\noutside = [{', '.join(repr(o) for o in outside)}]\n"


def moved_out(project: SmallProject) -> Path:
    """The file of community C, beside the project's folder."""
    return project.second.rename(project.folder.parent / "c.gpkg")


def test_a_source_outside_is_refused_with_the_line_that_allows_it(small_project: Write) -> None:
    project = small_project()
    moved_out(project)
    page(project, '"c.gpkg"', '"../c.gpkg"')
    said = sentences(project.folder)
    assert len(said) == 6
    assert "layers.pipes[2].source" in said[2]
    assert all('under [security]: outside = ["../c.gpkg"]' in s for s in said)
    page(project, "name =", "name =", allowing("../c.gpkg"))
    checked = pipeline.check(load_project(project.folder))
    assert set(checked.layers["communities"]["community_id"]) == {"A", "B", "C"}


def test_an_absolute_source_and_a_folder_that_is_allowed(small_project: Write) -> None:
    project = small_project()
    outside = moved_out(project).as_posix()
    page(project, '"c.gpkg"', f'"{outside}"')
    assert all(f'outside = ["{outside}"]' in s for s in sentences(project.folder))
    page(project, "name =", "name =", allowing(".."))
    assert len(load_project(project.folder).settings.layers["pipes"]) == 2


def test_the_line_allows_everything_at_once(small_project: Write) -> None:
    project = small_project()
    page(project, '"c.gpkg"', '"../c.gpkg"', allowing("../rain"))
    page(project, '"ab.gpkg"', '"../../ab.gpkg"')
    line = 'outside = ["../rain", "../../ab.gpkg", "../c.gpkg"]'
    assert all(line in s for s in sentences(project.folder))


def test_a_link_that_leads_outside_is_refused_by_where_it_leads(small_project: Write) -> None:
    project = small_project()
    outside = moved_out(project)
    project.second.symlink_to(outside)
    said = sentences(project.folder)
    assert "is a link that leads outside" in said[0]
    assert f'outside = ["{outside.as_posix()}"]' in said[0]
    page(project, "name =", "name =", allowing(outside.as_posix()))
    assert load_project(project.folder).settings.security.outside == (outside.as_posix(),)


@pytest.mark.parametrize("name", ["results", "report", "swmm_models"])
def test_a_folder_that_is_written_to_does_not_lead_outside(small_project: Write, name: str) -> None:
    project = small_project()
    (project.folder.parent / "elsewhere").mkdir()
    (project.folder / name).symlink_to(project.folder.parent / "elsewhere")
    assert len(sentences(project.folder)) == 1
    page(project, "name =", "name =", allowing("../elsewhere"))
    load_project(project.folder)


def test_the_projects_own_folder_may_be_a_link(small_project: Write) -> None:
    project = small_project()
    link = project.folder.parent / "link"
    link.symlink_to(project.folder)
    checked = pipeline.check(load_project(link))
    assert len(checked.layers["communities"]) == 3


def test_second_tables_count_too(small_project: Write) -> None:
    project = small_project()
    more = "lookups = [{ source = '../codes.csv', field = 'a', key = 'b', take = { material = 'c' } }]"
    page(project, 'source = "c.gpkg"\nlayer = "pipes"', f'source = "c.gpkg"\nlayer = "pipes"\n{more}')
    (said,) = sentences(project.folder)
    assert "layers.pipes[2].lookups[1].source" in said


@pytest.mark.parametrize("typed", ["''", "'~/a'", "'http://127.0.0.1/a'"])
def test_what_is_no_place_is_refused(small_project: Write, typed: str) -> None:
    project = small_project()
    page(project, "name =", "name =", f"\n[security]\noutside = [{typed}]\n")
    (said,) = sentences(project.folder)
    assert "security.outside[1]" in said


def test_limits_are_typed_with_units_and_reach_the_gate(small_project: Write) -> None:
    project = small_project()
    page(project, "name =", "name =", '\n[security]\ntext_limit = "2 GB"\nfeature_limit = 2\n')
    assert load_project(project.folder).settings.security.limits.text_limit_mb == 2000
    findings = pipeline.check(load_project(project.folder)).findings
    refused = [f for f in findings if f.rule == "file.not_admitted"]
    assert {f.feature.layer for f in refused} >= {"nodes", "pipes"}
    for language in LANGUAGES:
        assert all("feature_limit" in f.message(language) for f in refused)


def test_nothing_is_put_beside_the_sources_of_a_project(small_project: Write) -> None:
    project = small_project()
    before = {p: p.stat().st_mtime_ns for p in sorted(project.folder.rglob("*"))}
    pipeline.check(load_project(project.folder))
    assert {p: p.stat().st_mtime_ns for p in sorted(project.folder.rglob("*"))} == before

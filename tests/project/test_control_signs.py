"""A sign that is not printed, wherever it stands in the project's file, is answered with its key."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.small_project import write_small_project

from spongecalc.language import LANGUAGES
from spongecalc.project.load import ProjectError, load_project

TYPED = {
    "results": 'results = "\\u0000"\n',
    "report": 'report = "a\\u0000b"\n',
    "models": 'models = "m\\u0007"\n',
    "document.template": '[document]\ntemplate = "\\u0000"\n',
    "quantities.prices": '[quantities]\nprices = "a\\u0000.csv"\n',
    "evidence.file": '[evidence]\nfile = "r\\u0000.csv"\n',
    "catalogue.covers": '[catalogue.covers."t\\u0000urf"]\nlike = "lawn"\nreason = "none"\n',
}


@pytest.mark.parametrize("key", TYPED)
def test_it_is_named_with_its_key(tmp_path: Path, key: str) -> None:
    """A zero byte in a path ended every command in a traceback."""
    project = write_small_project(tmp_path / "p")
    page = project.folder / "spongecalc.toml"
    text, typed = page.read_text(encoding="utf-8"), TYPED[key]
    page.write_text(typed + text if not typed.startswith("[") else f"{text}\n{typed}", encoding="utf-8")
    with pytest.raises(ProjectError) as refused:
        load_project(project.folder)
    for language in LANGUAGES:
        (said,) = refused.value.sentences(language)
        assert key in said
        assert "\x00" not in said


def test_a_note_of_several_lines_is_none(tmp_path: Path) -> None:
    project = write_small_project(tmp_path / "p")
    page = project.folder / "spongecalc.toml"
    page.write_text('notes = ["one\\n\\ttwo"]\n' + page.read_text(encoding="utf-8"), encoding="utf-8")
    assert load_project(project.folder).settings.notes == ("one\n\ttwo",)

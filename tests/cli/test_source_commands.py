"""``spongecalc sources``: the draft is one for the project that the file lies in."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from spongecalc.cli.app import app
from spongecalc.project.load import FILE_NAME


def drafted(source: str) -> str:
    result = CliRunner().invoke(app, ["sources", source, "--lang", "en"])
    assert result.exit_code == 0, result.output
    return next(line for line in result.output.splitlines() if line.startswith("source = "))


def test_a_draft_names_the_file_as_its_project_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    survey = tmp_path / "town" / "survey"
    survey.mkdir(parents=True)
    (survey / "高程点.xyz").write_text("540991.99 2675003.68 1600.031\n540993.0 2675023.31 1600.107\n")
    monkeypatch.chdir(tmp_path)
    assert drafted("town/survey/高程点.xyz") == 'source = "town/survey/高程点.xyz"', "no project yet: as typed"
    (tmp_path / "town" / FILE_NAME).write_text("")
    own = 'source = "survey/高程点.xyz"'
    assert drafted("town/survey/高程点.xyz") == own
    assert drafted(str(survey / "高程点.xyz")) == own
    monkeypatch.chdir(survey)
    assert drafted("高程点.xyz") == own

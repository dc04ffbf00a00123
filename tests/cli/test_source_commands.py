"""``sources`` drafts for the project that the file lies in; ``check --fix`` says how much it changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from tests.planting import both, edit
from tests.small_project import SmallProject
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


def test_as_many_changes_are_said_as_the_trail_lists(small_project: Callable[..., SmallProject]) -> None:
    """An end joined to its node follows from the layers and is a finding; the missing level is the one change."""
    change = both(
        edit("pipes", "C-PR", from_node=None, to_node=None), edit("pipes", "C-PS", invert_down_m=float("nan"))
    )
    folder = small_project(second=change).folder
    result = CliRunner().invoke(app, ["check", str(folder), "--fix", "--lang", "en"])
    trail = pd.read_csv(folder / "repaired" / "changes.csv", encoding="utf-8-sig")
    assert trail[["feature_id", "column"]].values.tolist() == [["C-PS", "invert_down_m"]]
    assert "1 change. The repaired copy is in repaired/" in " ".join(result.output.split())


def workbook(path: Path, **sheets: list[list[object]]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def test_empty_sheets_hide_no_other(tmp_path: Path) -> None:
    """Excel and WPS add them to every workbook, before or behind what was delivered."""
    points = [["井号", "X坐标", "Y坐标"], ["甲1", 2675003.0, 540991.0]]
    workbook(tmp_path / "a.xlsx", Sheet1=[], 管点=points, Sheet3=[[None, " "]])
    result = CliRunner().invoke(app, ["sources", str(tmp_path / "a.xlsx"), "--json"])
    assert result.exit_code == 0, result.output
    layers = json.loads(result.output)["source"]["layers"]
    assert [(layer["name"], layer["count"]) for layer in layers] == [("管点", 1)]
    workbook(tmp_path / "none.xlsx", Sheet1=[], Sheet2=[])
    assert CliRunner().invoke(app, ["sources", str(tmp_path / "none.xlsx")]).exit_code == 1


def test_limits_of_the_project_that_a_file_lies_in_count(tmp_path: Path) -> None:
    """The message names the setting to raise, and raising it did nothing for this command."""
    workbook(tmp_path / "井.xlsx", 井=[["井号", *range(30)]] * 10)
    (tmp_path / FILE_NAME).write_text("[security]\ncell_limit = 200\n", encoding="utf-8")
    answer = CliRunner().invoke(app, ["sources", str(tmp_path / "井.xlsx"), "--lang", "en"])
    assert answer.exit_code == 1
    assert "cell_limit" in answer.output
    (tmp_path / FILE_NAME).write_text("[security]\ncell_limit = 20000\n", encoding="utf-8")
    assert CliRunner().invoke(app, ["sources", str(tmp_path / "井.xlsx")]).exit_code == 0
    # A file of settings that cannot be read has none.
    (tmp_path / FILE_NAME).write_bytes(b"[security\xff")
    assert CliRunner().invoke(app, ["sources", str(tmp_path / "井.xlsx")]).exit_code == 0

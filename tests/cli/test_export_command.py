"""``spongecalc export``: the files, what is said of them, and how a bad request ends."""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from tests.small_project import SmallProject, write_small_project
from typer.testing import CliRunner, Result

import spongecalc as sc
from spongecalc.cli.app import app
from spongecalc.export.ifc_document import MissingIfcError
from spongecalc.steps.export import NoPipeError


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments], env={"COLUMNS": "300"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_project(tmp_path_factory.mktemp("small") / "project").folder


def lengths_m(path: Path) -> dict[str, float]:
    """Plan lengths by network of a LandXML file, of what is proposed."""
    root = etree.parse(path).getroot()
    return {
        net.get("name"): sum(float(p.get("length")) for p in net.iter("{*}Pipe") if p.get("state") == "proposed")
        for net in root.iter("{*}PipeNetwork")
    }


def test_files_and_their_counts_agree_with_the_bill(folder: Path) -> None:
    pytest.importorskip("ifcopenshell", reason="ifcopenshell (the extra ifc) is not installed")
    result = call("export", folder, "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert [Path(f).name for f in document["written"]] == ["after.xml", "after.ifc"]
    assert document["left_out"] == []
    bill = sc.open_project(folder).quantities()
    laid = bill[(bill["item"] == "pipe") & (bill["status"] == "proposed")].groupby("system")["length_m"].sum()
    assert laid.to_dict() == {"sewage": 90.0, "storm": 90.0}
    told = {(r["form"], r["system"]): r["length_m"] for r in document["network"] if r["status"] == "proposed"}
    assert told == {(form, s): pytest.approx(90.0) for form in ("landxml", "ifc") for s in ("sewage", "storm")}
    assert lengths_m(folder / "results" / "export" / "after.xml") == {
        "storm": pytest.approx(90.0),
        "sewage": pytest.approx(90.0),
    }
    assert (folder / "results" / "export" / "after.ifc").read_bytes().startswith(b"ISO-10303-21;")


@pytest.mark.parametrize(("lang", "said"), [("en", "Written: "), ("zh", "已写出：")])
def test_a_part_in_a_folder_of_ones_own(folder: Path, tmp_path: Path, lang: str, said: str) -> None:
    arguments = ["--community", "B", "--scenario", "before", "--format", "landxml", "--lang", lang]
    result = call("export", folder, *arguments, "--into", tmp_path / "neu")
    assert result.exit_code == 0, result.output
    assert [p.name for p in (tmp_path / "neu").iterdir()] == ["before-B.xml"]
    assert said in result.stdout
    assert "B-PC" in (tmp_path / "neu" / "before-B.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--community", "Q"], 2, "There is no community 'Q'"),
        (["--scenario", "never"], 2, "There is no scenario 'never'"),
        (["--format", "dwg"], 2, "There are: landxml, ifc"),
    ],
)
def test_bad_requests_are_answered(folder: Path, arguments: list[str], code: int, said: str) -> None:
    result = call("export", folder, "--lang", "en", *arguments)
    assert (result.exit_code, said in result.stderr) == (code, True), result.output
    assert "Traceback" not in result.output


def test_a_folder_that_cannot_be_written_to_is_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    result = call("export", folder, "--format", "landxml", "--lang", "en", "--into", tmp_path / "taken")
    assert result.exit_code == 3
    assert "cannot be written" in result.stderr
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "a file"


@pytest.fixture
def without_ifc(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine where the extra is not installed."""
    real = builtins.__import__

    def without(name: str, *given: Any, **named: Any) -> Any:
        if name.partition(".")[0] == "ifcopenshell":
            raise ImportError(name)
        return real(name, *given, **named)

    monkeypatch.setattr(builtins, "__import__", without)


@pytest.mark.usefixtures("without_ifc")
def test_without_the_extra_it_says_what_to_install_and_writes_nothing(folder: Path, tmp_path: Path) -> None:
    result = call("export", folder, "--lang", "en", "--into", tmp_path)
    assert result.exit_code == 2
    assert "pip install 'spongecalc[ifc]'" in result.stderr
    assert list(tmp_path.iterdir()) == []
    assert call("export", folder, "--format", "landxml", "--into", tmp_path, "--quiet").exit_code == 0
    with pytest.raises(MissingIfcError):
        sc.open_project(folder).export(tmp_path)


def test_a_pipe_without_a_size_is_named_with_file_layer_and_remedy(
    small_project: Callable[..., SmallProject], tmp_path: Path
) -> None:
    def unsized(frames: Any) -> None:
        pipes = frames["pipes"]
        pipes.loc[pipes["pipe_id"] == "C-PR", "diameter_mm"] = None

    project = small_project(second=unsized)
    result = call("export", project.folder, "--format", "landxml", "--lang", "en", "--into", tmp_path)
    assert result.exit_code == 1
    assert "pipes C-PR: not in landxml: its size is not known" in result.stderr
    assert lengths_m(tmp_path / "after.xml") == pytest.approx({"storm": 60.0, "sewage": 90.0})


def test_from_python(folder: Path, tmp_path: Path) -> None:
    project = sc.open_project(folder)
    done = project.export(tmp_path, communities=["A", "C"], forms="landxml")
    assert [f.name for f in done.files] == ["after-A+C.xml"]
    assert done.written["length_m"].sum() == pytest.approx(120.0)
    with pytest.raises(sc.UnknownNameError, match="landxml, ifc"):
        project.export(tmp_path, forms="dwg")


def test_nothing_to_write_is_said(small_project: Callable[..., SmallProject], tmp_path: Path) -> None:
    def bare(frames: Any) -> None:
        frames["pipes"] = frames["pipes"].query("status != 'proposed'")

    project = small_project(first=bare)
    result = call("export", project.folder, "--community", "A", "--lang", "en", "--into", tmp_path)
    assert result.exit_code == 1
    assert "No pipe of A stands in after" in result.stderr
    with pytest.raises(NoPipeError):
        sc.open_project(project.folder).export(tmp_path, communities="A")

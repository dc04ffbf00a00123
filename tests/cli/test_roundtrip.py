"""``spongecalc roundtrip`` and ``sources`` on a SWMM model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.layers.sources.swmm_cases import ALL_KINDS, changed
from typer.testing import CliRunner

from spongecalc.cli.app import app
from spongecalc.language import LANGUAGES

STORM = changed(
    ("R1 INTENSITY 0:05", "R1 INTENSITY 0:30"),
    ("T1 0 40\nT1 1 0", "T1 0 40\nT1 0:30 140\nT1 1 20\nT1 1:30 0"),
)


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.output


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_model_with_all_kinds_comes_back(language: str, tmp_path: Path) -> None:
    path = tmp_path / "model.inp"
    path.write_text(STORM, encoding="utf-8")
    code, said = run("roundtrip", str(path), "--lang", language, "--keep", str(tmp_path / "again.inp"))
    assert code == 0, said
    assert {"en": "within 0.5 %", "zh": "不超过 0.5 %"}[language] in said
    assert "P1" in (tmp_path / "again.inp").read_text(encoding="utf-8")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["again.inp", "model.inp"]


def test_what_the_layers_do_not_hold_shows(tmp_path: Path) -> None:
    """An outfall that leads back to the ground has no column: that water is missing, as the exit code says."""
    path = tmp_path / "model.inp"
    path.write_text(STORM.replace("O1 1897.0 FREE YES", "O1 1897.0 FREE NO S1"), encoding="utf-8")
    code, said = run("roundtrip", str(path), "--lang", "en", "--json")
    document = json.loads(said[said.index("{") :])
    assert code == 3
    assert document["status"] == "differ"
    apart = {f["name"] for f in document["figures"] if f["percent"] > 0.5}
    assert {"wet_weather_inflow", "outflow", "O1"} <= apart


def test_a_model_that_does_not_run_is_told(tmp_path: Path) -> None:
    path = tmp_path / "model.inp"
    path.write_text(ALL_KINDS.replace("C2 J2 J3 50", "C2 J2 J9 50"), encoding="utf-8")
    code, said = run("roundtrip", str(path), "--lang", "en")
    assert code == 3
    assert "SWMM does not run the model itself" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_model_is_never_written_over(language: str, tmp_path: Path) -> None:
    """The model built again has the file's name only where that is not the file that was read."""
    path = tmp_path / "model.inp"
    path.write_text(STORM, encoding="utf-8")
    (tmp_path / "there").mkdir()
    roundabout = tmp_path / "there" / ".." / "model.inp"
    code, said = run("roundtrip", str(path), "--lang", language, "--keep", str(roundabout))
    assert code == 2
    assert "model.inp" in said
    assert path.read_text(encoding="utf-8") == STORM


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    assert run("roundtrip", str(tmp_path / "none.inp"), "--lang", "en")[0] == 2


def test_sources_lists_what_becomes_of_everything(tmp_path: Path) -> None:
    path = tmp_path / "model.inp"
    path.write_text(ALL_KINDS, encoding="utf-8")
    code, said = run("sources", str(path), "--lang", "en", "--json")
    fates = json.loads(said[said.index("{") :])["source"]["fates"]
    assert code == 0
    assert {(f["section"], f["fate"], f["by"]) for f in fates} >= {
        ("PUMPS", "layer", "structures"),
        ("STORAGE", "layer", "nodes"),
        ("RAINGAGES", "named", "replaced"),
    }

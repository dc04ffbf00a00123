"""What the command line makes of ``settled``: reference runs beside the runs, kept, counted, and left out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from tests.cli.test_incremental import command
from tests.small_project import write_small_project

SETTING = "settled = false\n"


def models(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "results" / "settled_models.csv").set_index(["model", "scenario"])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The small project with what is settled asked for, taken through ``all``; its folder and what was said."""
    place = tmp_path_factory.mktemp("settled") / "project"
    folder = write_small_project(place, toml=lambda text: text.replace(SETTING, "")).folder
    code, said = command("all", str(folder), "--jobs", "2", "--lang", "en")
    assert code == 0
    return folder, said


def test_old_sewers_under_pressure_are_held_against_the_reference(made: tuple[Path, str]) -> None:
    folder, said = made
    found = models(folder)
    assert set(found.xs("before", level=1)["answer"]) == {"compared"}
    assert set(found.xs("after", level=1)["answer"]) == {"free_surface"}
    assert "Settled or not: 3 models with pipes under pressure held against the reference scheme" in said
    kept = sorted(
        p.parent.relative_to(folder).as_posix() for p in folder.glob("results/runs/*/*/*/reference/*.gz")
    )
    assert kept == [f"results/runs/{c}/before/P3-120/reference" for c in "ABC"]
    assert list(pd.read_csv(folder / "results" / "runs.csv")["run_id"].str.count("/").unique()) == [2]


def test_reference_runs_are_not_repeated(made: tuple[Path, str]) -> None:
    folder, _ = made
    before = {p: p.stat().st_mtime_ns for p in folder.glob("results/runs/*/*/*/reference/*")}
    assert "Nothing is due" in command("all", str(folder), "--lang", "en")[1]
    assert command("all", str(folder), "--lang", "zh")[0] == 0
    assert {p: p.stat().st_mtime_ns for p in folder.glob("results/runs/*/*/*/reference/*")} == before


def test_a_project_that_does_not_ask_is_told_that_it_is_not_known(made: tuple[Path, str]) -> None:
    folder, _ = made
    settings = folder / "spongecalc.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + SETTING, encoding="utf-8")
    code, said = command("all", str(folder), "--lang", "en")
    assert code == 0
    assert "3 models not held against it" in said
    assert set(models(folder).xs("before", level=1)["answer"]) == {"not_run"}
    assert len(pd.read_csv(folder / "results" / "settled.csv")) == 0

"""Values that are no numbers: kept in the repaired copy with their error, until somebody corrects them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyogrio
import pytest
from tests.planting import both, edit
from tests.small_project import SmallProject

from spongecalc.project.load import load_project
from spongecalc.steps import pipeline

ERRORS = ("value.not_a_number", "pipe.size_unread")


def fix(folder: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "spongecalc", "check", "--fix", "--quiet", str(folder)],
        capture_output=True,
        check=False,
    )


def unread(folder: Path) -> list[tuple[str, str, str, object]]:
    every = pipeline.check(load_project(folder)).findings
    wrong = [f for f in every if f.rule in ERRORS]
    return sorted((f.feature.layer, f.feature.feature_id, f.found["column"], f.found["value"]) for f in wrong)


@pytest.mark.parametrize("more", ["", '\n[repair]\ndefault_diameter = "DN300"\ndefault_depth = "1 m"\n'])
def test_a_text_in_a_number_column_stays_with_its_error_until_it_is_corrected(
    small_project: Callable[..., SmallProject], more: str
) -> None:
    """Neither a neighbour nor a default fills what the survey says and nobody understands."""
    project = small_project(
        second=both(
            edit("pipes", "C-PR", diameter_mm="abc", invert_up_m="98.65"),
            edit("nodes", "C-R1", invert_m="约99", ground_m=100.123456789),
        )
    )
    page = project.folder / "spongecalc.toml"
    page.write_text(page.read_text(encoding="utf-8") + more, encoding="utf-8")
    wrong = [("nodes", "C-R1", "invert_m", "约99"), ("pipes", "C-PR", "diameter_mm", "abc")]
    assert unread(project.folder) == wrong
    fix(project.folder)
    copy = project.folder / "repaired"
    pipes = pyogrio.read_dataframe(copy / "layers.gpkg", layer="pipes").set_index("pipe_id")
    assert pipes.loc["C-PR", "diameter_mm"] == "abc"
    assert float(pipes.loc["C-PR", "invert_up_m"]) == 98.65
    assert unread(copy) == wrong
    # The others' numbers come back to the last digit, and as surveyed.
    first, second = (pipeline.check(load_project(f)).layers for f in (project.folder, copy))
    one, two = (s["pipes"].set_index("pipe_id")["diameter_mm"].dropna().sort_index() for s in (first, second))
    assert one.to_dict() == two.to_dict()
    assert "unread" not in pipes
    trail = (copy / "changes.csv").read_text(encoding="utf-8-sig")
    assert not [line for line in trail.splitlines() if ",C-PR," in line and ",diameter_mm," in line]

    corrected = (("pipes", "diameter_mm", "C-PR", "300"), ("nodes", "invert_m", "C-R1", "99"))
    for layer, column, key, value in corrected:
        frame = pyogrio.read_dataframe(copy / "layers.gpkg", layer=layer)
        frame.loc[frame.iloc[:, 0] == key, column] = value
        pyogrio.write_dataframe(frame, copy / "layers.gpkg", layer=layer)
    fix(project.folder)
    assert unread(copy) == []
    pipes = pyogrio.read_dataframe(copy / "layers.gpkg", layer="pipes").set_index("pipe_id")
    assert pipes["diameter_mm"].dtype.kind == "f"
    assert pipes.loc["C-PR", "diameter_mm"] == 300
    assert {c for s in pipeline.check(load_project(copy)).systems for c in s.communities} == {"A", "B", "C"}

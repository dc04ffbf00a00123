"""docs/engine.md: each surprise has its version, what was seen, and a test or a script that is there."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

HEADINGS = ["what happens", "version", "by hand, and seen", "here", "shown by"]
# Of what is seen in a figure of the product's own, or in words alone.
WITHOUT_A_FIGURE = "-"
VERSION = re.compile(r"[A-Za-z][\w-]* \d+\.\d+\.\d+")


def rows_of(page: str) -> list[list[str]]:
    """The rows of all tables of surprises, cell by cell."""
    found, inside = [], False
    for line in page.splitlines():
        cells = [c.strip() for c in line.strip().strip("|").split(" | ")]
        if line.startswith("| what happens"):
            assert cells == HEADINGS, line
            inside = True
        elif not line.startswith("|"):
            inside = False
        elif inside and not line.startswith("|-"):
            found.append(cells)
    return found


@pytest.fixture(scope="module")
def rows(repository: Path) -> list[list[str]]:
    return rows_of((repository / "docs" / "engine.md").read_text(encoding="utf-8"))


def test_each_surprise_names_a_version_and_what_holds_it(repository: Path, rows: list[list[str]]) -> None:
    assert len(rows) > 45
    for cells in rows:
        assert len(cells) == len(HEADINGS), cells
        _, version, seen, here, shown = cells
        assert all(VERSION.fullmatch(v) for v in version.split(", ")), cells
        assert seen == WITHOUT_A_FIGURE or re.search(r"\d|[a-z]", seen), cells
        assert here, cells
        named = re.findall(r"`([^`]+)`", shown)
        assert named, cells
        for path in named:
            assert path.startswith(("tests/", "findings/")), cells
            assert (repository / path).is_file(), cells


def test_each_script_stands_in_a_row_and_can_be_run(repository: Path, rows: list[list[str]]) -> None:
    shown = " ".join(cells[-1] for cells in rows)
    scripts = sorted((repository / "findings").glob("*.sh"))
    assert len(scripts) > 30
    for script in scripts:
        assert f"`findings/{script.name}`" in shown
        assert os.access(script, os.X_OK)


def test_each_script_says_what_it_shows_and_runs_without_the_product(repository: Path) -> None:
    for script in sorted((repository / "findings").glob("*.sh")):
        text = script.read_text(encoding="utf-8")
        head = text.split("set -euo pipefail")[0]
        for words in ("# One would guess:", "# What happens:", "# Seen with ", "exits 1 if"):
            assert words in head, (script.name, words)
        assert re.search(r"pip install .*==\d", text), script.name
        assert "spongecalc" not in text, script.name
        assert "sys.exit(0 if" in text, script.name

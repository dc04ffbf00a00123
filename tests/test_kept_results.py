"""Which of the results in a checkout go with a copy of the worked example."""

from __future__ import annotations

import os
from pathlib import Path

from tests.kept_results import INPUTS, RUNS, SERIES, take_results_along

BEFORE_S, CODE_S, AFTER_S = 1_000_000, 2_000_000, 3_000_000
NEW, OLD = f"{RUNS}/A/after/dry/new.json.gz", f"{RUNS}/A/after/P3-120/old.json.gz"


def lay(path: Path, at_s: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(path.name, encoding="utf-8")
    os.utime(path, (at_s, at_s))


def checkout(folder: Path) -> Path:
    for name in INPUTS:
        lay(folder / name / "code.py" if name.startswith("src") else folder / name, CODE_S)
    return folder


def files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_what_is_newer_than_the_code_goes_along_and_nothing_else(tmp_path: Path) -> None:
    repository = checkout(tmp_path / "checkout")
    others = ("results/communities.csv", f"{RUNS}/A/after/dry/reference/new.json.gz")
    for name, at_s in ((NEW, AFTER_S), (OLD, BEFORE_S), (SERIES, AFTER_S), *((name, AFTER_S) for name in others)):
        lay(repository / name, at_s)
    # An interpreter writes its own files whenever it likes.
    lay(repository / "src" / "spongecalc" / "__pycache__" / "code.pyc", AFTER_S + 1)
    take_results_along(repository, tmp_path / "project")
    assert files(tmp_path / "project") == {NEW, SERIES}


def test_one_file_of_the_package_that_was_edited_since_leaves_all_behind(tmp_path: Path) -> None:
    repository = checkout(tmp_path / "checkout")
    lay(repository / NEW, AFTER_S)
    lay(repository / "src" / "spongecalc" / "swmm" / "rules.csv", AFTER_S + 1)
    take_results_along(repository, tmp_path / "project")
    assert files(tmp_path / "project") == set()


def test_a_checkout_without_results_has_none_to_take(tmp_path: Path) -> None:
    repository = checkout(tmp_path / "checkout")
    (tmp_path / "project").mkdir()
    take_results_along(repository, tmp_path / "project")
    assert files(tmp_path / "project") == set()

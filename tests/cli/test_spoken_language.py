"""--lang before the project's language, that before the system's, and Chinese where nothing is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from spongecalc.cli.spoken_language import asked_language, project_language, spoken_language


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("--lang en run", "en"),
        ("run --lang en", "en"),
        ("run --lang=zh --help", "zh"),
        ("--lang zh run --lang en", "en"),
        ("run --lang", None),
        ("run --lang fr", None),
        ("run en", None),
        ("", None),
    ],
)
def test_the_language_asked_for_is_found_anywhere_on_the_line(line: str, language: str | None) -> None:
    assert asked_language(line.split()) == language


@pytest.mark.parametrize(
    ("document", "language"),
    [
        ('language = "en"', "en"),
        ('name = "x"', "zh"),
        ('language = "fr"', None),
        ("language = 3", None),
        ("= =", None),
    ],
)
def test_the_projects_language(document: str, language: str | None, tmp_path: Path) -> None:
    (tmp_path / "spongecalc.toml").write_text(document, encoding="utf-8")
    assert project_language(tmp_path) == language


def test_one_stands_before_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert spoken_language(None) == "zh"
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert spoken_language(None, tmp_path) == "en"
    (tmp_path / "spongecalc.toml").write_text('language = "zh"', encoding="utf-8")
    assert spoken_language(None, tmp_path) == "zh"
    assert spoken_language("en", tmp_path) == "en"
    assert spoken_language(None) == "en"

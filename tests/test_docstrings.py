"""Docstrings open with a verb or with the thing returned, not with a question."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import spongecalc

ROOT = Path(spongecalc.__file__).parent
QUESTION = re.compile(r"(What|Whether|Where|Which|How|When|Why)\b")
DEFINED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def questions(source: str) -> Iterator[str]:
    """The first line of each docstring that opens with a question."""
    for node in ast.walk(ast.parse(source)):
        words = ast.get_docstring(node) if isinstance(node, DEFINED) else None
        if words and QUESTION.match(words):
            yield words.partition("\n")[0]


def test_a_question_is_told_from_a_statement() -> None:
    asking = 'def f():\n    """Whether it rains."""\nclass Rain:\n    """How much falls."""\n'
    telling = '"""Whereabouts of rain."""\ndef f():\n    """Return what falls."""\n'
    assert list(questions(asking)) == ["Whether it rains.", "How much falls."]
    assert list(questions(telling)) == []


def test_docstrings_open_with_a_verb_or_the_thing_returned() -> None:
    places = {path.relative_to(ROOT).as_posix(): path for path in sorted(ROOT.rglob("*.py"))}
    asked = {
        name: found
        for name, path in places.items()
        if (found := list(questions(path.read_text(encoding="utf-8"))))
    }
    assert len(places) > 400
    assert asked == {}

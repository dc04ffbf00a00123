"""The language that a command speaks: that of --lang, else its project's, else the system's, else Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from spongecalc.batch import unchanged
from spongecalc.gate import text
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.language import LANGUAGES
from spongecalc.language.system_language import system_language

OPTION = "--lang"


def asked_language(words: Sequence[str]) -> str | None:
    """Return the language that a command line asks for, wherever on the line and however often it does.

    Help and a mistake on the line are said before the line is understood, so its words are looked at as they are.
    """
    asked = [word.partition("=")[2] for word in words if word.startswith(f"{OPTION}=")]
    asked += [after for word, after in pairwise(words) if word == OPTION]
    return next((language for language in reversed(asked) if language in LANGUAGES), None)


def project_language(folder: Path) -> str | None:
    """Return the language of a project's file; None where it cannot be read or names no language we have."""
    try:
        path = unchanged.project_file(folder)
        with Entrance(path, "settings"):
            given = text.read_settings(path)
    except InputRefusedError:
        return None
    language = given.get("language", LANGUAGES[0])
    return language if language in LANGUAGES else None


def spoken_language(asked: str | None, folder: Path | None = None) -> str:
    """Return the language to speak; ``folder`` is that of the project where a command reads one."""
    return (
        asked or (project_language(folder) if folder is not None else None) or system_language() or LANGUAGES[0]
    )

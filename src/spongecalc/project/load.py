"""Read spongecalc.toml; a mistake in it is answered with the key, what was found and what is allowed."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from spongecalc.language import text
from spongecalc.project.settings import Settings

FILE_NAME = "spongecalc.toml"


@dataclass(frozen=True)
class Project:
    """A project's folder and its settings."""

    folder: Path
    settings: Settings


@dataclass(frozen=True)
class Mistake:
    """One mistake in a project's file: ``rule`` names its sentence in the catalogue ``project``."""

    rule: str
    file: str
    key: str = ""
    found: str = ""
    allowed: str = ""

    def sentence(self, language: str) -> str:
        """The mistake in words."""
        return text(
            f"project.{self.rule}",
            language,
            file=self.file,
            key=self.key,
            found=self.found,
            allowed=self.allowed,
        )


class ProjectError(Exception):
    """A project that cannot be read; carries every mistake that was found."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("; ".join(m.sentence("en") for m in mistakes))
        self.mistakes = tuple(mistakes)

    def sentences(self, language: str) -> list[str]:
        """Each mistake in words."""
        return [m.sentence(language) for m in self.mistakes]


def load_project(place: Path) -> Project:
    """Read a project from its folder, or from its file.

    Raises
    ------
    ProjectError
        If the file is missing, is not TOML, or says what it may not say.
    """
    path = place / FILE_NAME if place.is_dir() or place.suffix != ".toml" else place
    name = path.name
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ProjectError([Mistake("missing", name, found=str(place))]) from None
    except UnicodeDecodeError:
        raise ProjectError([Mistake("not_utf8", name)]) from None
    except OSError as reason:
        raise ProjectError([Mistake("unreadable", name, found=reason.strerror or "")]) from None
    except tomllib.TOMLDecodeError as reason:
        raise ProjectError([Mistake("not_toml", name, found=str(reason))]) from None
    except RecursionError:
        raise ProjectError([Mistake("not_toml", name, found="[[[[ ...")]) from None
    try:
        return Project(path.parent, Settings.model_validate(document))
    except ValidationError as reason:
        raise ProjectError([_mistake(name, error, document) for error in reason.errors()]) from None


def _mistake(file: str, error: Any, document: dict[str, Any]) -> Mistake:
    key = _key_path(error["loc"], document)
    kind, found = error["type"], _short(error.get("input"))
    if kind == "missing":
        return Mistake("key_missing", file, key)
    if kind == "extra_forbidden":
        allowed = _keys_beside(error["loc"])
        near = difflib.get_close_matches(str(error["loc"][-1]), allowed, n=1)
        rule = "key_unknown_near" if near else "key_unknown"
        return Mistake(rule, file, key, near[0] if near else "", ", ".join(allowed))
    if kind == "value_error":
        return Mistake("value_wrong", file, key or "-", allowed=str(error["ctx"]["error"]))
    if kind == "literal_error":
        return Mistake("value_not_allowed", file, key, found, str(error["ctx"]["expected"]))
    return Mistake("value_not_allowed", file, key, found, error["msg"])


def _key_path(location: Sequence[str | int], document: Any) -> str:
    """The key as it stands in the file: storms[2].duration. Steps that only pydantic knows are left out."""
    key, here = "", document
    for step in location:
        if isinstance(step, int):
            if isinstance(here, list) and step < len(here):
                key, here = f"{key}[{step + 1}]", here[step]
            continue
        if step == "[key]":
            continue
        inside = isinstance(here, dict)
        if inside or not key:
            key = f"{key}.{step}" if key else step
            here = here.get(step) if inside else None
    return key


def _keys_beside(location: Sequence[str | int]) -> list[str]:
    """The keys allowed where an unknown one stands."""
    model: Any = Settings
    for step in location[:-1]:
        if isinstance(step, int):
            continue
        fields = getattr(model, "model_fields", {})
        named = {info.alias or name: info for name, info in fields.items()} | dict(fields)
        if step in named:
            model = _model_in(named[step].annotation)
    fields = getattr(model, "model_fields", {})
    return sorted(info.alias or name for name, info in fields.items())


def _model_in(annotation: Any) -> Any:
    """The settings class inside an annotation such as tuple[StormSettings, ...]."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        if (model := _model_in(part)) is not None:
            return model
    return None


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else shown[:77] + "..."

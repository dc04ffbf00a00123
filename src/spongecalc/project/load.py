"""Read spongecalc.toml; a mistake in it is answered with the key, what was found and what is allowed."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from spongecalc.language import has_text, text
from spongecalc.project.improper import ImproperError, shown
from spongecalc.project.settings import Settings

FILE_NAME = "spongecalc.toml"

# Steps of a place that stand for a type or for the name of a key, and are not in the file.
PYDANTIC_STEPS = ("[key]", "str", "FormulaSettings")
TOML_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")
# Where pydantic's errors hold the bound that was passed.
LIMITS = ("ge", "gt", "le", "lt", "min_length", "max_length", "pattern")


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
        if self.rule.startswith("improper."):
            what = text(f"project.{self.rule}", language, found=self.found, allowed=self.allowed)
            return text("project.value_improper", language, file=self.file, key=self.key, what=what)
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
        raise ProjectError([_syntax_mistake(name, str(reason))]) from None
    except RecursionError:
        raise ProjectError([Mistake("not_toml", name, found="[[[[ ...")]) from None
    except ValueError as reason:  # a whole number of thousands of digits, a path that no system accepts
        raise ProjectError([Mistake("unreadable", name, found=str(reason).partition(";")[0])]) from None
    try:
        return Project(path.parent, Settings.model_validate(document))
    except ValidationError as reason:
        errors = [e for e in reason.errors() if not _follows(e)]
        raise ProjectError([_mistake(name, error, document) for error in errors]) from None


def _syntax_mistake(name: str, reason: str) -> Mistake:
    place = TOML_PLACE.search(reason)
    if place is None:
        return Mistake("not_toml", name, found=reason)
    line, column = place.groups()
    return Mistake("not_toml_at", name, line, TOML_PLACE.sub("", reason), column)


def _follows(error: Any) -> bool:
    """Whether an error only follows: a list is short of what was refused in it, a table is no text."""
    given = error.get("input")
    if error["type"] == "too_short":
        return len(given) >= error["ctx"]["min_length"]
    if error["loc"] and error["loc"][-1] in PYDANTIC_STEPS and error["type"] != "literal_error":
        return isinstance(given, dict) or error["type"] != "string_type"
    return False


def _mistake(file: str, error: Any, document: dict[str, Any]) -> Mistake:
    key = _key_path(error["loc"], document)
    kind, found = error["type"], shown(error.get("input"))
    if kind == "missing":
        return Mistake("key_missing", file, key)
    if kind == "extra_forbidden":
        return _unknown(file, key, str(error["loc"][-1]), _keys_beside(error["loc"]))
    context = error.get("ctx", {})
    if kind == "literal_error":
        allowed = str(context["expected"]).replace(" or ", ", ").replace("'", "")
        if error["loc"][-1] == "[key]":
            return _unknown(file, key, str(error["input"]), allowed.split(", "))
        return Mistake("value_not_allowed", file, key, found, allowed)
    if kind == "value_error":
        reason: ImproperError = context["error"]
        key = _key_path((*error["loc"], *reason.key), document)
        return Mistake(f"improper.{reason.rule}", file, key, reason.found, reason.allowed)
    if has_text(f"project.improper.{kind}", "en"):
        limit = next((context[n] for n in LIMITS if n in context), "")
        allowed = f"{limit:g}" if isinstance(limit, float) else str(limit)
        return Mistake(f"improper.{kind}", file, key, found, allowed)
    return Mistake("value_not_allowed", file, key, found, error["msg"])


def _unknown(file: str, key: str, found: str, allowed: Sequence[str]) -> Mistake:
    near = difflib.get_close_matches(found, allowed, n=1)
    return Mistake(
        "key_unknown_near" if near else "key_unknown", file, key, near[0] if near else "", ", ".join(allowed)
    )


def _key_path(location: Sequence[str | int], document: Any) -> str:
    """The key as it stands in the file: storms[2].duration. Steps that only pydantic knows are left out."""
    key, here = "", document
    for step in location:
        if isinstance(step, int):
            if isinstance(here, list) and step < len(here):
                key, here = f"{key}[{step + 1}]", here[step]
            continue
        if step in PYDANTIC_STEPS:
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

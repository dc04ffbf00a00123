"""Read spongecalc.toml; a mistake in it is answered with the key, what was found and what is allowed."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from spongecalc.gate import text as text_of_file
from spongecalc.gate.cause import Cause
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.gate.territory import claim
from spongecalc.language import has_text, text
from spongecalc.project.address_password import passwords_in
from spongecalc.project.control_signs import control_signs_in
from spongecalc.project.places_outside import PlaceOutside, places_outside
from spongecalc.project.refused_value import RefusedValueError, shown
from spongecalc.project.security_settings import SecuritySettings
from spongecalc.project.settings import Settings
from spongecalc.project.storm_files import with_storm_files
from spongecalc.rainfall.rain_file_error import RainFault, RainFileError

FILE_NAME = "spongecalc.toml"

# Steps of a place that stand for a type or for the name of a key, and are not in the file.
PYDANTIC_STEPS = ("[key]", "str", "FormulaSettings")
TOML_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")
# Where pydantic's errors hold the bound that was passed.
LIMITS = ("ge", "gt", "le", "lt", "min_length", "max_length", "pattern")
# The unit of a field by the end of its name, longest first.
UNIT_SIGNS = {
    "_l_s": " L/s",
    "_l_d": " L/d",
    "_mm_h": " mm/h",
    "_percent": " %",
    "_min": " min",
    "_mb": " MB",
    "_mm": " mm",
    "_m2": " m2",
    "_m3": " m3",
    "_s": " s",
    "_a": " a",
    "_m": " m",
}


@dataclass(frozen=True)
class Project:
    """A project's folder and its settings."""

    folder: Path
    settings: Settings

    @property
    def results_folder(self) -> Path:
        """The folder that the project's results are written to."""
        return self.folder / self.settings.results


@dataclass(frozen=True)
class Mistake:
    """One mistake in a project's file: ``rule`` names its sentence in the catalogue ``project``.

    ``fault`` is that of a rain file which the key names.
    """

    rule: str
    file: str
    key: str = ""
    found: str | Cause = ""
    allowed: str = ""
    fault: RainFault | None = None

    def sentence(self, language: str) -> str:
        """The mistake in words."""
        if self.fault is not None:
            what = self.fault.sentence(language)
            return text(f"project.{self.rule}", language, file=self.file, key=self.key, what=what)
        if self.rule.startswith("improper."):
            what = text(f"project.{self.rule}", language, found=self.found, allowed=self.allowed)
            return text("project.value_improper", language, file=self.file, key=self.key, what=what)
        return text(
            f"project.{self.rule}",
            language,
            file=self.file,
            key=self.key,
            found=self.found.sentence(language) if isinstance(self.found, Cause) else self.found,
            allowed=self.allowed,
        )


class ProjectError(InputRefusedError):
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

    def unread(cause: Cause) -> ProjectError:
        if cause.kind == "missing":
            return ProjectError([Mistake("missing", name, found=str(place.resolve()))])
        if cause.kind == "depth":
            return ProjectError([Mistake("not_toml", name, found="[[[[ ...")])
        return ProjectError([Mistake("unreadable", name, found=cause)])

    with Entrance(path, "settings", "", unread):
        try:
            document = text_of_file.read_settings(path)
        except UnicodeDecodeError:
            raise ProjectError([Mistake("not_utf8", name)]) from None
        except tomllib.TOMLDecodeError as reason:
            raise ProjectError([_syntax_mistake(name, str(reason))]) from None
    # Before anything else looks at the values: what is wrong with one is said with the value.
    if secrets := list(passwords_in(document)):
        raise ProjectError([Mistake("improper.password", name, k, shown(v), "PGPASSWORD") for k, v in secrets])
    if signs := list(control_signs_in(document)):
        raise ProjectError([Mistake("improper.control_sign", name, key, shown(v)) for key, v in signs])
    _claimed(path.parent, document)
    filled, refused = with_storm_files(document, path.parent)
    if refused:
        raise ProjectError([_refused_storm(name, key, reason) for key, reason in refused])
    try:
        settings = Settings.model_validate(filled)
    except ValidationError as reason:
        raise ProjectError(mistakes_of(name, reason, document)) from None
    if strange := places_outside(settings, path.parent):
        raise ProjectError([_of_place(name, place, document) for place in strange])
    return Project(path.parent, settings)


def claim_folder(folder: Path) -> None:
    """Tell the gate of the project in a folder, for who reads one of its files and nothing else of it.

    A file of settings that cannot be read has no rules of its own.
    """
    path = folder / FILE_NAME
    with suppress(InputRefusedError), Entrance(path, "settings"):
        document = text_of_file.read_settings(path)
        if not list(control_signs_in(document)):
            _claimed(folder, document)


def _claimed(folder: Path, document: dict[str, Any]) -> None:
    """Tell the gate of the project's folder before any of its files is opened; a wrong section is named later."""
    try:
        security = SecuritySettings.model_validate(document.get("security", {}))
    except ValidationError:
        security = SecuritySettings()
    claim(folder, security.outside, security.limits)


def _of_place(name: str, place: PlaceOutside, document: dict[str, Any]) -> Mistake:
    key = _key_path(place.key, document)
    return Mistake(f"improper.{place.rule}", name, key, shown(place.named), place.to_write)


def _refused_storm(name: str, key: str, reason: RefusedValueError | RainFileError) -> Mistake:
    if isinstance(reason, RainFileError):
        return Mistake("value_improper", name, key, fault=reason.fault)
    return Mistake(f"improper.{reason.rule}", name, key, reason.found, reason.allowed)


def mistakes_of(file: str, refused: ValidationError, document: dict[str, Any]) -> list[Mistake]:
    """Return what was refused in a document, each with its place; ``file`` is what a person knows it by."""
    # A label typed once is both languages': what is wrong with it is said once.
    return list(
        dict.fromkeys(_mistake(file, error, document) for error in refused.errors() if not _follows(error))
    )


def _syntax_mistake(name: str, reason: str) -> Mistake:
    place = TOML_PLACE.search(reason)
    if place is None:
        return Mistake("not_toml", name, found=reason)
    line, column = place.groups()
    return Mistake("not_toml_at", name, line, TOML_PLACE.sub("", reason), column)


def _follows(error: Any) -> bool:
    """Tell whether an error only follows: a list is short of what was refused in it, a table is no text."""
    given = error.get("input")
    if error["type"] == "too_short":
        return bool(len(given) >= error["ctx"]["min_length"])
    if error["loc"] and error["loc"][-1] in PYDANTIC_STEPS and error["type"] != "literal_error":
        return isinstance(given, dict) or error["type"] != "string_type"
    return False


def _mistake(file: str, error: Any, document: dict[str, Any]) -> Mistake:
    key = _key_path(error["loc"], document)
    kind, found = error["type"], shown(_typed(error["loc"], document, error.get("input")))
    if kind == "missing":
        return Mistake("key_missing", file, key)
    if kind == "extra_forbidden":
        return _unknown(file, key, str(error["loc"][-1]), _keys_beside(error["loc"]))
    context = error.get("ctx", {})
    if kind == "literal_error":
        # Names may hold an "or" of their own: that between names stands outside their quotes.
        allowed = ", ".join(re.findall("'([^']*)'", str(context["expected"])))
        if error["loc"][-1] == "[key]":
            return _unknown(file, key, str(error["input"]), allowed.split(", "))
        return Mistake("value_not_allowed", file, key, found, allowed)
    if kind == "value_error":
        reason: RefusedValueError = context["error"]
        key = _key_path((*error["loc"], *reason.key), document)
        typed = _typed((*error["loc"], *reason.key), document, None)
        found = (
            shown(typed) if isinstance(typed, str) and reason.rule not in ("column", "password") else reason.found
        )
        return Mistake(f"improper.{reason.rule}", file, key, found, reason.allowed)
    if has_text(f"project.improper.{kind}", "en"):
        limit = next((context[n] for n in LIMITS if n in context), "")
        allowed = f"{limit:g}" if isinstance(limit, float) else str(limit)
        allowed += _unit_sign(error["loc"]) if isinstance(limit, float) else ""
        return Mistake(f"improper.{kind}", file, key, found, allowed)
    return Mistake("value_not_allowed", file, key, found, error["msg"])


def _unknown(file: str, key: str, found: str, allowed: Sequence[str]) -> Mistake:
    near = difflib.get_close_matches(found, allowed, n=1)
    if near:
        return Mistake("key_unknown_near", file, key, near[0], ", ".join(allowed))
    # A key typed below a [table] belongs to that table, which TOML's users trip over.
    top = _keys_beside(("",))
    if found in top and found != key:
        return Mistake("key_too_low", file, key, found, ", ".join(allowed))
    return Mistake("key_unknown", file, key, "", ", ".join(allowed))


def _typed(location: Sequence[str | int], document: Any, given: object) -> object:
    """Return what stands in the file at a place, "-2 h" and not -120; ``given`` where no value stands there."""
    here = document
    for step in location:
        if step in PYDANTIC_STEPS:
            continue
        if not isinstance(here, (dict, list)):
            return given
        try:
            here = here[step]  # type: ignore[index]
        except (LookupError, TypeError):
            if isinstance(here, list) or step != 0:  # a single source stands for a list of one
                return given
    return given if isinstance(here, dict) else here


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


def _model_beside(location: Sequence[str | int]) -> Any:
    """The settings class whose keys stand beside a place."""
    model: Any = Settings
    for step in location[:-1]:
        if isinstance(step, int):
            continue
        fields = getattr(model, "model_fields", {})
        named = {info.alias or name: info for name, info in fields.items()} | dict(fields)
        if step in named:
            model = _model_in(named[step].annotation)
    return model


def _keys_beside(location: Sequence[str | int]) -> list[str]:
    """The keys allowed where an unknown one stands."""
    fields = getattr(_model_beside(location), "model_fields", {})
    return sorted(info.alias or name for name, info in fields.items())


def _unit_sign(location: Sequence[str | int]) -> str:
    """The unit of a bound: that in which the field is kept, by the end of its name."""
    fields = getattr(_model_beside(location), "model_fields", {})
    name = next((n for n, info in fields.items() if location[-1] in (n, info.alias)), "")
    return next((sign for suffix, sign in UNIT_SIGNS.items() if name.endswith(suffix)), "")


def _model_in(annotation: Any) -> Any:
    """The settings class inside an annotation such as tuple[StormSettings, ...]."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        if (model := _model_in(part)) is not None:
            return model
    return None

"""Changes that a design institute's template folder makes: cover, logo, texts, order, the PDF's own layout."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from spongecalc.gate import text as text_of_file
from spongecalc.gate.cause import Cause, words_of
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.language import LANGUAGES, text
from spongecalc.report.content.chapters import ORDER
from spongecalc.report.content.document import Chapter, Paragraph

SETTINGS, LAYOUT, STYLE = "template.toml", "report.typ", "page.css"
LOGO_FORMATS = {".svg": "svg", ".png": "png", ".jpg": "jpg", ".jpeg": "jpg"}
# Chapters of earlier versions that a template may still name; they hold nothing.
FORMER = ("topics",)
KEYS = ("institute", "document_no", "title", "lines", "logo", "order", "text", "heading")


class InstituteError(InputRefusedError):
    """A template folder that cannot be used; ``rule`` and ``values`` make its sentence."""

    def __init__(self, rule: str, **values: object) -> None:
        super().__init__(text(f"template.{rule}", "en", **values))
        self.rule, self.values = rule, values

    def sentence(self, language: str) -> str:
        """The mistake in words."""
        told = {k: v.sentence(language) if isinstance(v, Cause) else v for k, v in self.values.items()}
        return text(f"template.{self.rule}", language, **told)


@dataclass(frozen=True)
class Institute:
    """A template, read. Empty fields leave what the report has of itself.

    ``texts`` and ``headings`` are by language and chapter; ``order`` holds keys of
    :data:`spongecalc.report.chapter_order.ORDER`: chapters that it leaves out are not printed.
    """

    name: str = ""
    document_no: str = ""
    title: str = ""
    lines: tuple[str, ...] = ()
    logo: bytes = b""
    logo_format: str = ""
    order: tuple[str, ...] = ()
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    headings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    layout: str = ""
    style: str = ""

    def with_texts(self, chapter: Chapter, lang: str) -> Chapter:
        """The chapter under the institute's heading, its text in front."""
        heading = self.headings.get(lang, {}).get(chapter.key, chapter.heading)
        own = self.texts.get(lang, {}).get(chapter.key, "")
        paragraphs = [Paragraph(p.strip()) for p in own.split("\n\n") if p.strip()]
        return replace(chapter, heading=heading, blocks=[*paragraphs, *chapter.blocks])


PLAIN = Institute()


def read_institute(folder: Path) -> Institute:
    """Read a template folder.

    Raises
    ------
    InstituteError
        The folder or its template.toml is missing or wrong; says which key and what is allowed.
    """
    path = folder / SETTINGS
    with _entrance(path):
        try:
            given = text_of_file.read_settings(path)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as reason:
            raise InstituteError("not_toml", file=path.name, reason=words_of(reason)) from reason
        return _institute(given, folder, path)


def _entrance(path: Path) -> Entrance:
    def refused(cause: Cause) -> InstituteError:
        return InstituteError("unreadable", file=path.name, folder=path.parent.name, reason=cause)

    return Entrance(path, "template", "", refused)


def _institute(given: Mapping[str, object], folder: Path, path: Path) -> Institute:
    unknown = [k for k in given if k not in KEYS]
    if unknown:
        raise InstituteError("key", file=path.name, key=unknown[0], allowed=", ".join(KEYS))
    order = [key for key in _words(given, "order", path) if key not in FORMER]
    strange = [k for k in order if k not in ORDER]
    if strange:
        raise InstituteError("chapter", file=path.name, key=strange[0], allowed=", ".join(ORDER))
    logo_format, logo = _logo(given, folder, path)
    return Institute(
        _word(given, "institute", path),
        _word(given, "document_no", path),
        _word(given, "title", path),
        tuple(_words(given, "lines", path)),
        logo,
        logo_format,
        tuple(dict.fromkeys(order)),
        _by_language(given, "text", path),
        _by_language(given, "heading", path),
        _file(folder / LAYOUT),
        _file(folder / STYLE),
    )


def _file(path: Path) -> str:
    with _entrance(path):
        return text_of_file.read_text(path) if path.is_file() else ""


def _word(given: Mapping[str, object], key: str, path: Path) -> str:
    value = given.get(key, "")
    if not isinstance(value, str):
        raise InstituteError("word", file=path.name, key=key)
    return value


def _words(given: Mapping[str, object], key: str, path: Path) -> Sequence[str]:
    value = given.get(key, [])
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise InstituteError("words", file=path.name, key=key)
    return value


def _by_language(given: Mapping[str, object], key: str, path: Path) -> Mapping[str, Mapping[str, str]]:
    value = given.get(key, {})
    if not isinstance(value, dict) or not set(value) <= set(LANGUAGES):
        raise InstituteError("languages", file=path.name, key=key, allowed=", ".join(LANGUAGES))
    for lang, texts in value.items():
        if not isinstance(texts, dict):
            raise InstituteError("languages", file=path.name, key=f"{key}.{lang}", allowed=", ".join(LANGUAGES))
        for chapter, words in texts.items():
            if chapter not in ORDER:
                name = f"{key}.{lang}.{chapter}"
                raise InstituteError("chapter", file=path.name, key=name, allowed=", ".join(ORDER))
            if not isinstance(words, str):
                raise InstituteError("word", file=path.name, key=f"{key}.{lang}.{chapter}")
    return value


def _logo(given: Mapping[str, object], folder: Path, path: Path) -> tuple[str, bytes]:
    name = _word(given, "logo", path)
    if not name:
        return "", b""
    file = folder / name
    kind = LOGO_FORMATS.get(file.suffix.lower())
    if kind is None or file.resolve().parent != folder.resolve():
        raise InstituteError("logo", file=path.name, name=name, allowed=", ".join(LOGO_FORMATS))
    with _entrance(file):
        return kind, text_of_file.read_bytes(file)

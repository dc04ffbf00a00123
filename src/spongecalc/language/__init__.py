"""Texts for people, in Chinese and English, kept in data files beside this module.

A file is named ``<part>.<lang>.toml`` (``engine.zh.toml``, ``cli.en.toml``). A text is addressed by the part
and its place in that file, joined by dots: ``engine.error.205.meaning``. Texts may hold named fields in
braces, filled by :func:`text`; ``{count:run|runs}`` is the first word for a count of 1, the second for any other.
"""

import string
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

LANGUAGES: tuple[str, ...] = ("zh", "en")


class _Wording(string.Formatter):
    """Fills a text's fields, and chooses the word that goes with a count."""

    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if bar:
            return one if str(value) == "1" else many
        return str(super().format_field(value, format_spec))


_WORDING = _Wording()


# Signs that a terminal obeys and a page does not show; tabs and ends of lines stay.
_CONTROLS = {n: " " for n in (*range(32), *range(127, 160)) if chr(n) not in "\t\n"}


def filled(wording: str, params: Mapping[str, object]) -> str:
    """Return a text of a catalogue with its fields filled in; raises KeyError for a field without a value.

    What is quoted from a file may hold any sign: blanks stand for those that would do something to a terminal.
    """
    params = {name: _quoted(value) for name, value in params.items()}
    # The ordinary way is quicker, and most texts count nothing.
    return _WORDING.vformat(wording, (), params) if "|" in wording else wording.format(**params)


def _quoted(value: object) -> object:
    if not isinstance(value, str) or value.isprintable():
        return value
    return value.translate(_CONTROLS)


def _flatten(table: Mapping[str, Any], prefix: str) -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in table.items():
        key = f"{prefix}.{name}"
        if isinstance(value, dict):
            flat.update(_flatten(value, key))
        elif isinstance(value, str):
            flat[key] = value
        else:
            raise TypeError(f"{key}: a language file holds text only, not {type(value).__name__}")
    return flat


@cache
def catalogue(name: str, lang: str) -> Mapping[str, str]:
    """Return every text of one part in one language.

    Parameters
    ----------
    name : str
        Part, the file name before the language ("engine").
    lang : str
        "zh" or "en".

    Returns
    -------
    Mapping[str, str]
        Read-only: dotted key beginning with the part -> text.

    Raises
    ------
    KeyError
        No such part or no such language.
    """
    file = resources.files(__package__).joinpath(f"{name}.{lang}.toml")
    if lang not in LANGUAGES or not file.is_file():
        raise KeyError(f"no texts {name!r} in language {lang!r}")
    return MappingProxyType(_flatten(tomllib.loads(file.read_text(encoding="utf-8")), name))


def text(key: str, lang: str, /, **params: object) -> str:
    """Return one text with its fields filled in.

    Parameters
    ----------
    key : str
        Dotted key, part first: "engine.run.file_missing".
    lang : str
        "zh" or "en".
    **params : object
        Values of the fields named in braces in the text.

    Raises
    ------
    KeyError
        The part, the language, the key or a field's value is missing.
    """
    wording = catalogue(key.partition(".")[0], lang)[key]
    return filled(wording, params) if params else wording


def has_text(key: str, lang: str) -> bool:
    """Tell whether a text exists, for codes that a foreign program may invent."""
    try:
        return key in catalogue(key.partition(".")[0], lang)
    except KeyError:
        return False

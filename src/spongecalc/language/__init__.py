"""Texts for people, in Chinese and English, kept in data files beside this module.

A file is named ``<part>.<lang>.toml``. A text is addressed by the part and its place in that file, joined by
dots: ``report.question.separation``. Texts may hold named fields in braces, filled by :func:`text`.
"""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any


def _flatten(table: Mapping[str, Any], prefix: str) -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in table.items():
        key = f"{prefix}.{name}"
        flat.update(_flatten(value, key) if isinstance(value, dict) else {key: str(value)})
    return flat


@lru_cache
def catalogue(name: str, lang: str) -> Mapping[str, str]:
    """Every text of one part in one language: dotted key beginning with the part -> text.

    Raises KeyError where there is no such part or language.
    """
    file = resources.files(__package__).joinpath(f"{name}.{lang}.toml")
    if not file.is_file():
        raise KeyError(f"no texts {name!r} in language {lang!r}")
    return MappingProxyType(_flatten(tomllib.loads(file.read_text(encoding="utf-8")), name))


def text(key: str, lang: str, **params: object) -> str:
    """One text with its fields filled in; raises KeyError where the key or a field's value is missing."""
    wording = catalogue(key.partition(".")[0], lang)[key]
    return wording.format(**params) if params else wording

"""A text that is kept compressed: a province has more input files than fit into memory as they are."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self, overload

LEVEL = 1
"""Fastest; input files shrink to about a sixth of their size all the same."""

MOST_KEPT = 6
"""Texts of one part of a file of which the compressed form is kept at hand."""


@dataclass(frozen=True)
class PackedParts:
    """A text in parts, each compressed, and joined by line feeds; texts that are alike in a part share it."""

    parts: tuple[bytes, ...]

    @property
    def text(self) -> str:
        """The whole text."""
        return "\n".join(zlib.decompress(part).decode() for part in self.parts)


class SharedParts:
    """Parts of texts, those last seen with their compressed form: the next text shares what it has in common."""

    def __init__(self) -> None:
        self._known: dict[str, list[tuple[str, bytes]]] = {}

    def packed(self, texts: Mapping[str, str], order: Sequence[str]) -> PackedParts:
        """Return a text of the parts ``texts``, by their names, in an order."""
        return PackedParts(tuple(self._packed(name, texts[name]) for name in order if name in texts))

    def _packed(self, name: str, text: str) -> bytes:
        known = self._known.setdefault(name, [])
        for kept, packed in known:
            if kept is text or kept == text:
                return packed
        made = zlib.compress(text.encode(), LEVEL)
        known.insert(0, (text, made))
        del known[MOST_KEPT:]
        return made


class PackedText:
    """An attribute that holds a text compressed and gives it back as it was.

    As the type and the value of a dataclass's field it makes a field without a default. It costs a fraction of a
    millisecond to look at it; keep the text where it is needed twice.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        """Take the attribute's name."""
        self._name = f"_{name}"

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> str: ...

    def __get__(self, instance: object | None, owner: type) -> Self | str:
        """The text. Raises AttributeError of the class: it has none, so that the field has no default."""
        if instance is None:
            raise AttributeError(self._name[1:])
        kept: PackedParts = instance.__dict__[self._name]
        return kept.text

    def __set__(self, instance: object, value: str | PackedParts) -> None:
        """Keep a text, or one that is compressed already."""
        if isinstance(value, str):
            value = PackedParts((zlib.compress(value.encode(), LEVEL),))
        instance.__dict__[self._name] = value

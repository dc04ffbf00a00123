"""A text that is kept compressed: a province has more input files than fit into memory as they are."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self, overload

from spongecalc.swmm.inp_text import TITLE_BYTES

LEVEL = 1
"""Fastest; input files shrink to about a sixth of their size all the same."""

MOST_KEPT = 6
"""Texts of one part of a file of which the compressed form is kept at hand."""


def input_digests(content: bytes) -> tuple[str, str]:
    """Return the SHA-256 of an input file, and of it without its title."""
    untitled = TITLE_BYTES.sub(b"", content, count=1)
    return hashlib.sha256(content).hexdigest(), hashlib.sha256(untitled).hexdigest()


@dataclass(frozen=True)
class PackedParts:
    """A text in parts, each compressed, and joined by line feeds; texts that are alike in a part share it."""

    parts: tuple[bytes, ...]
    digests: tuple[str, str] | None = None
    """SHA-256 of the text, and of it without its title, where they are known."""

    @property
    def text(self) -> str:
        """The whole text."""
        return "\n".join(zlib.decompress(part).decode() for part in self.parts)


class SharedParts:
    """Parts of texts, those last seen with their compressed form: the next text shares what it has in common."""

    def __init__(self) -> None:
        self._known: dict[str, list[tuple[str, bytes, bytes]]] = {}

    def packed(self, texts: Mapping[str, str], order: Sequence[str]) -> PackedParts:
        """Return a text of the parts ``texts``, by their names, in an order."""
        found = [(name, *self._packed(name, texts[name])) for name in order if name in texts]
        whole = b"\n".join(encoded for _, encoded, _ in found)
        return PackedParts(tuple(packed for *_, packed in found), input_digests(whole))

    def _packed(self, name: str, text: str) -> tuple[bytes, bytes]:
        """A part as bytes, and compressed."""
        known = self._known.setdefault(name, [])
        for kept, encoded, packed in known:
            if kept is text or kept == text:
                return encoded, packed
        encoded = text.encode()
        made = zlib.compress(encoded, LEVEL)
        known.insert(0, (text, encoded, made))
        del known[MOST_KEPT:]
        return encoded, made


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
        return self.packed(instance).text

    def packed(self, instance: object) -> PackedParts:
        """Return the text as it is kept."""
        kept: PackedParts = instance.__dict__[self._name]
        return kept

    def __set__(self, instance: object, value: str | PackedParts) -> None:
        """Keep a text, or one that is compressed already."""
        if isinstance(value, str):
            value = PackedParts((zlib.compress(value.encode(), LEVEL),))
        instance.__dict__[self._name] = value

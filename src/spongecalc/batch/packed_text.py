"""A text that is kept compressed: a province has more input files than fit into memory as they are."""

from __future__ import annotations

import zlib
from typing import Self, overload

LEVEL = 1
"""Fastest; input files shrink to about a sixth of their size all the same."""


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
        return zlib.decompress(instance.__dict__[self._name]).decode()

    def __set__(self, instance: object, value: str) -> None:
        """Keep a text."""
        instance.__dict__[self._name] = zlib.compress(value.encode(), LEVEL)

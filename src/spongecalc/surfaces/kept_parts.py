"""Parts of the models of one system, made once where several models have them in common.

A sweep makes thousands of models of one system that differ in a roughness or in a quota. What takes the time,
the ground that each inlet drains and the way of water over it, is the same in all of them. A part is known by its
name and by what it turns on: the values of a set that it is made from, and parts made before it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Protocol

MOST_KEPT = 6
"""Versions of a part that are kept: sets follow one another in which one value goes through its list."""


class Parts(Protocol):
    """The source of a model's parts."""

    def part[T](self, name: str, make: Callable[[], T], *turns_on: Hashable) -> T:
        """Return the part of this name for what it ``turns_on``, and for the values that it is made from."""

    def derived[T](self, name: str, of: Sequence[object], make: Callable[[], T]) -> T:
        """Return what follows from the very objects ``of`` alone."""


class MadeAnew:
    """Every part is made when it is asked for: those of a model by itself."""

    def part[T](self, _name: str, make: Callable[[], T], *_turns_on: Hashable) -> T:
        """Return what ``make`` makes."""
        return make()

    def derived[T](self, _name: str, _of: Sequence[object], make: Callable[[], T]) -> T:
        """Return what ``make`` makes."""
        return make()


MADE_ANEW = MadeAnew()


class KeptParts:
    """Parts that are made once for all models of a system that have them in common.

    ``made`` counts how often each was made, by its name.
    """

    def __init__(self) -> None:
        self.made: dict[str, int] = {}
        self._versions: Callable[[str], Hashable] = lambda _: None
        self._parts: dict[tuple[str, Hashable], Any] = {}
        self._derived: dict[str, dict[tuple[int, ...], tuple[tuple[object, ...], Any]]] = {}

    def for_values(self, versions: Callable[[str], Hashable]) -> KeptParts:
        """Take up the next set: ``versions`` gives what a part of some name turns on in it."""
        self._versions = versions
        return self

    def part[T](self, name: str, make: Callable[[], T], *turns_on: Hashable) -> T:
        """Return the part of this name that was made for the same values and ``turns_on``, else make it."""
        key = (name, (self._versions(name), *turns_on))
        if key in self._parts:
            found: T = self._parts.pop(key)
        else:
            self.made[name] = self.made.get(name, 0) + 1
            found = make()
            alike = [k for k in self._parts if k[0] == name]
            if len(alike) >= MOST_KEPT:
                del self._parts[alike[0]]
        self._parts[key] = found
        return found

    def derived[T](self, name: str, of: Sequence[object], make: Callable[[], T]) -> T:
        """Return what was made of these very objects before, else make it: for what follows from parts alone."""
        known = self._derived.setdefault(name, {})
        # The objects are kept beside what was made of them: no other can have the identity of one.
        key = tuple(map(id, of))
        if key in known:
            kept: T = known[key][1]
            return kept
        made = make()
        known[key] = (tuple(of), made)
        if len(known) > MOST_KEPT:
            del known[next(iter(known))]
        return made

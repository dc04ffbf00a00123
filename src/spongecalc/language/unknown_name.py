"""Names that a person typed: one of those that there are, or an error that names the nearest."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from spongecalc.language import text

SHOWN = 12
"""Names that an error lists at most; beyond them it counts."""


class UnknownNameError(KeyError):
    """A name that there is not.

    ``kind`` of thing, the ``name``, the ``nearest`` of the ``known`` ones ("" if none is like it).
    """

    def __init__(self, kind: str, name: object, known: Iterable[str], language: str = "en") -> None:
        self.kind, self.name, self.known = kind, str(name), tuple(known)
        self.nearest = nearest_name(self.name, self.known)
        self.language = language
        super().__init__(self.sentence(language))

    def sentence(self, lang: str) -> str:
        """The message in a language."""
        parts = [
            text("api.unknown.message", lang, kind=text(f"api.kind.{self.kind}", lang), name=repr(self.name))
        ]
        if self.nearest:
            parts.append(text("api.unknown.nearest", lang, near=repr(self.nearest)))
        parts.append(
            text("api.unknown.known", lang, known=_listed(self.known, lang))
            if self.known
            else text("api.unknown.none", lang)
        )
        return ("" if lang == "zh" else " ").join(parts)

    def __str__(self) -> str:
        """The sentence as it is; KeyError would put it in quotes."""
        return self.sentence(self.language)

    def __reduce__(self) -> tuple[type, tuple[str, str, tuple[str, ...], str]]:
        """The parts that it is made again from in another process."""
        return type(self), (self.kind, self.name, self.known, self.language)


def known_name(kind: str, name: object, known: Iterable[str], language: str = "en") -> str:
    """The name itself, if it is one of ``known``.

    Raises
    ------
    UnknownNameError
        It is not; the message names the nearest.
    """
    names = tuple(known)
    if not isinstance(name, str) or name not in names:
        raise UnknownNameError(kind, name, names, language)
    return name


def known_names(
    kind: str, given: str | Iterable[str] | None, known: Iterable[str], language: str = "en"
) -> tuple[str, ...]:
    """Names as a tuple, each checked; a single text is one name, None means all.

    Raises
    ------
    UnknownNameError
        One of them is not known.
    """
    names = tuple(known)
    if given is None:
        return names
    wanted = (given,) if isinstance(given, str) else tuple(given)
    return tuple(dict.fromkeys(known_name(kind, name, names, language) for name in wanted))


def nearest_name(name: str, known: Iterable[str]) -> str:
    """The name most like another, whatever its case; "" where none is like it."""
    lower = {k.lower(): k for k in reversed(tuple(known))}
    near = difflib.get_close_matches(name.lower(), list(lower), n=1, cutoff=0.5)
    return lower[near[0]] if near else ""


def _listed(known: tuple[str, ...], lang: str) -> str:
    comma = "、" if lang == "zh" else ", "
    if len(known) <= SHOWN:
        return comma.join(known)
    return text("api.unknown.more", lang, known=comma.join(known[:SHOWN]), count=len(known) - SHOWN)

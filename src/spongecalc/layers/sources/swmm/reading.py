"""Reading one model: its units, the names of its nodes and links, its numbers, and what had to be said."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spongecalc.catalogue.flow_unit import FOOT_M, LITRES_PER_SECOND, in_feet
from spongecalc.layers.sources.raw import Note
from spongecalc.layers.sources.swmm.sections import LINK_SECTIONS, NODE_SECTIONS, ModelFile, Row

INCH_MM = 25.4


class RowUnreadError(Exception):
    """A row that the engine refuses: ``rule`` names the finding, ``found`` fills its sentences."""

    def __init__(self, rule: str, **found: object) -> None:
        super().__init__(rule)
        self.rule, self.found = rule, found


@dataclass(frozen=True)
class ModelUnits:
    """Factors from a model's own units to those of the layers."""

    flow_unit: str

    @classmethod
    def of(cls, file: ModelFile) -> ModelUnits:
        """Those that a model states; the engine takes CFS where it states none."""
        stated = file.option("FLOW_UNITS", "CFS")
        return cls(next((unit for unit in LITRES_PER_SECOND if stated.startswith(unit)), "CFS"))

    @property
    def us(self) -> bool:
        """True for feet, acres and inches."""
        return in_feet(self.flow_unit)

    @property
    def flow_l_s(self) -> float:
        """Litres a second in one of flow."""
        return LITRES_PER_SECOND[self.flow_unit]

    @property
    def length_m(self) -> float:
        """Metres in one of length."""
        return FOOT_M if self.us else 1.0

    @property
    def rain_mm(self) -> float:
        """Millimetres in one of rain, and millimetres an hour in one of seepage."""
        return INCH_MM if self.us else 1.0


@dataclass
class Reading:
    """One model while it is read: what was found in its rows gathers in ``notes``.

    ``nodes`` and ``links`` give the first spelling of each name by the name in small letters: SWMM compares names
    whatever their case. ``link_kinds`` is the section of each link by that spelling, ``unknown`` the reason why a
    row is left that names what is not among them.
    """

    file: ModelFile
    units: ModelUnits
    nodes: Mapping[str, str]
    links: Mapping[str, str]
    folder: Path = Path()
    notes: list[Note] = field(default_factory=list)
    unread: set[tuple[str, int]] = field(default_factory=set)
    link_kinds: Mapping[str, str] = field(default_factory=dict)
    unknown: str = "unread"

    @classmethod
    def of(cls, file: ModelFile, folder: Path = Path()) -> Reading:
        """A reading that has found nothing yet; files that the model names lie in ``folder``."""
        nodes, links = (first_spellings(file, sections) for sections in (NODE_SECTIONS, LINK_SECTIONS))
        kinds = {links[row.words[0].lower()]: section for section in LINK_SECTIONS for row in file.of(section)}
        return cls(file, ModelUnits.of(file), nodes, links, folder, link_kinds=kinds)

    @property
    def offsets_are_levels(self) -> bool:
        """True where offsets of links are elevations."""
        return self.file.option("LINK_OFFSETS", "DEPTH").startswith("ELEV")

    def node(self, word: str) -> str:
        """A node's name as it is first spelt; the word itself where there is no such node."""
        return self.nodes.get(word.lower(), word)

    def link(self, word: str) -> str:
        """A link's name as it is first spelt; the word itself where there is no such link."""
        return self.links.get(word.lower(), word)

    def tell(self, rule: str, name: str, **found: object) -> None:
        """Note a finding at a feature."""
        self.notes.append(Note(rule, found, name))

    def rows(self, section: str, least: int, make: Callable[[Row], dict[str, Any]]) -> list[dict[str, Any]]:
        """Give what ``make`` makes of each row of a section; one that the engine refuses is named by its line."""
        made = []
        for row in self.file.of(section):
            try:
                if len(row.words) < least:
                    raise RowUnreadError("model.row_short", items=len(row.words), needed=least)
                made.append(make(row))
            except RowUnreadError as refusal:
                self.unread.add((section, row.line))
                self.tell(refusal.rule, row.words[0], section=section, line=row.line, **refusal.found)
        return made


def first_spellings(file: ModelFile, sections: Sequence[str]) -> dict[str, str]:
    """Names of the objects of some sections as they are first spelt, by the name in small letters."""
    found: dict[str, str] = {}
    for section in sections:
        for row in file.of(section):
            found.setdefault(row.words[0].lower(), row.words[0])
    return found


def number(row: Row, place: int, usual: float | None = None) -> float:
    """The number at a place of a row; ``usual`` where the row ends before it.

    Raises
    ------
    RowUnreadError
        If it is not a finite number, or is not there and there is no usual one.
    """
    word = row.word(place)
    if not word and usual is not None:
        return usual
    value = number_of(word)
    if value is None:
        raise RowUnreadError("model.word_unread", word=word or "-")
    return value


def number_of(word: str) -> float | None:
    """A word as a finite number; None where it is none."""
    try:
        value = float(word)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def keyword(row: Row, place: int, words: Sequence[str]) -> str:
    """The one of some keywords that the word at a place begins with, as the engine matches them.

    Raises
    ------
    RowUnreadError
        If it is none of them.
    """
    given = row.word(place).upper()
    found = next((word for word in words if given.startswith(word)), None)
    if found is None:
        raise RowUnreadError("model.word_unread", word=row.word(place) or "-")
    return found


def yes(row: Row, place: int) -> bool:
    """True where the word at a place is YES; a row that ends before it, or has a star there, says no."""
    if row.word(place) in ("", "*"):
        return False
    return keyword(row, place, ("YES", "NO")) == "YES"


def yes_or_no(value: bool) -> str:
    """The contract's word for a truth."""
    return "yes" if value else "no"

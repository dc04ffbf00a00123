"""The fate of everything in a SWMM input file: in a layer, carried on, or named with the reason why not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from spongecalc.layers.sources.swmm.carried import CARRIED, CarriedModel
from spongecalc.layers.sources.swmm.curves import curves_of
from spongecalc.layers.sources.swmm.objects import objects_of
from spongecalc.layers.sources.swmm.places import points_of
from spongecalc.layers.sources.swmm.reading import Reading, number_of
from spongecalc.layers.sources.swmm.sections import (
    BEFORE_ALL,
    LINK_SECTIONS,
    NODE_SECTIONS,
    SECTIONS,
    STRUCTURE_SECTIONS,
)
from spongecalc.layers.sources.swmm.surfaces import outlined

LAYER, CARRIED_ON, NAMED = "layer", "carried", "named"
MODEL_LAYERS = ("nodes", "pipes", "structures", "surfaces")

# What a project has of its own: its storms, its ground, and how its models are run.
REPLACED = (
    "TITLE",
    "OPTIONS",
    "REPORT",
    "EVENTS",
    "RAINGAGES",
    "EVAPORATION",
    "TEMPERATURE",
    "ADJUSTMENTS",
    "SUBAREAS",
    "INFILTRATION",
    "LID_CONTROLS",
    "LID_USAGE",
    "MAP",
    "POLLUTANTS",
)
DRAWN_ONLY = ("LABELS", "BACKDROP", "SYMBOLS", "PROFILES")


@dataclass(frozen=True)
class Fate:
    """The fate of the objects ``names`` of a section.

    ``fate`` is "layer", "carried" or "named"; ``by`` is the layer of those in a layer, and of the named the
    reason: ``replaced`` by the project's own, ``drawn_only``, ``not_taken`` by any of the project's layers,
    ``unused``, ``unread``, ``units``, ``rain``, ``pollutant``, ``no_outline``, ``no_place`` or ``not_held`` by
    anything.
    """

    section: str
    fate: str
    by: str
    names: tuple[str, ...]


def ledger_of(reading: Reading, carried: CarriedModel, taken: Collection[str]) -> tuple[Fate, ...]:
    """The fate of every object of a file, in the order of its sections.

    Parameters
    ----------
    reading
        The model, after those of its layers have been made that are to be told of: what they could not read is in
        its ``unread``.
    carried
        What is carried on of it.
    taken
        The layers that take something of it.
    """
    judge = _Judge(reading, carried, frozenset(taken))
    fates: list[Fate] = []
    for section, names in objects_of(reading.file).items():
        groups: dict[tuple[str, str], list[str]] = {}
        for name in names:
            groups.setdefault(judge.fate(section, name), []).append(name)
        fates.extend(Fate(section, fate, by, tuple(own)) for (fate, by), own in groups.items())
    return tuple(fates)


class _Judge:
    """Says what becomes of an object."""

    def __init__(self, reading: Reading, carried: CarriedModel, taken: frozenset[str]) -> None:
        self._reading, self._taken, self._left = reading, taken, carried.left
        self._carried = {o.key for o in carried.objects}
        file = reading.file
        self._unread = {
            (section, row.words[0].lower())
            for section, rows in file.rows.items()
            for row in rows
            if (section, row.line) in reading.unread
        }
        self._outlined = {name.lower() for name in outlined(file, points_of(file, "POLYGONS", 1.0))}
        self._curves = self._curves_of_layers()
        self._series = {
            row.word(3).lower() for row in file.of("OUTFALLS") if row.word(2).upper().startswith("TIMESERIES")
        }
        self._pipes = {row.words[0].lower() for row in file.of("CONDUITS")}
        self._known = {name for _, name in SECTIONS} | {BEFORE_ALL}
        self._of: dict[str, Callable[[str], tuple[str, str]]] = {
            **dict.fromkeys(("XSECTIONS", "VERTICES"), self._of_link),
            "COORDINATES": self._of_node,
            "LOSSES": self._of_pipe,
            "POLYGONS": self._of_outline,
            "SUBCATCHMENTS": self._of_surface,
            "TAGS": self._of_tag,
            "DWF": self._of_flow,
            "CURVES": self._of_curve,
            "TIMESERIES": self._of_series,
        }

    def fate(self, section: str, name: str) -> tuple[str, str]:
        """Fate and layer or reason of one object."""
        key = (section, name.lower())
        if key in self._unread or (section, name.split(" ", maxsplit=1)[0].lower()) in self._unread:
            return NAMED, "unread"
        if section in REPLACED:
            return NAMED, "replaced"
        if section in DRAWN_ONLY:
            return NAMED, "drawn_only"
        if section in NODE_SECTIONS:
            return self._layer("nodes")
        if section in LINK_SECTIONS:
            return self._layer("structures" if section in STRUCTURE_SECTIONS else "pipes")
        if section in self._of:
            return self._of[section](name)
        if section in CARRIED:
            return self._carry(section, name)
        return NAMED, "not_held"

    def _is_unread(self, name: str, sections: Sequence[str]) -> bool:
        """True for a node or link whose own row is not read, so that nothing of it is."""
        return any((section, name.lower()) in self._unread for section in sections)

    def _layer(self, layer: str) -> tuple[str, str]:
        return (LAYER, layer) if layer in self._taken else (NAMED, "not_taken")

    def _carry(self, section: str, name: str) -> tuple[str, str]:
        key = (section, name.lower())
        if key not in self._carried:
            return NAMED, self._left.get(key, "unused")
        # Without the network there is nothing to put it back into.
        return (CARRIED_ON, "") if "nodes" in self._taken else (NAMED, "not_taken")

    def _of_link(self, name: str) -> tuple[str, str]:
        if name.lower() not in self._reading.links:
            return NAMED, "no_place"
        if self._is_unread(name, LINK_SECTIONS):
            return NAMED, "unread"
        return self._layer("pipes" if name.lower() in self._pipes else "structures")

    def _of_pipe(self, name: str) -> tuple[str, str]:
        if name.lower() in self._pipes:
            return self._of_link(name)
        return NAMED, "not_held" if name.lower() in self._reading.links else "no_place"

    def _of_node(self, name: str) -> tuple[str, str]:
        if self._is_unread(name, NODE_SECTIONS):
            return NAMED, "unread"
        return self._layer("nodes") if name.lower() in self._reading.nodes else (NAMED, "no_place")

    def _of_surface(self, name: str) -> tuple[str, str]:
        return self._layer("surfaces") if name.lower() in self._outlined else (NAMED, "no_outline")

    def _of_outline(self, name: str) -> tuple[str, str]:
        if name.lower() in self._outlined:
            return self._layer("surfaces")
        return NAMED, "no_place" if name.lower() not in self._reading.nodes else "drawn_only"

    def _of_tag(self, name: str) -> tuple[str, str]:
        kind, _, own = name.partition(" ")
        if kind.upper() == "NODE":
            return self._of_node(own)
        if kind.upper() == "LINK":
            return self._of_link(own)
        if kind.upper() == "SUBCATCH" and own.lower() in self._outlined:
            return self._layer("surfaces")
        return NAMED, "no_place"

    def _of_flow(self, name: str) -> tuple[str, str]:
        node, _, what = name.rpartition(" ")
        if not what.upper().startswith("FLOW"):
            return NAMED, "pollutant"
        return self._of_node(node)

    def _of_curve(self, name: str) -> tuple[str, str]:
        layer = self._curves.get(name.lower())
        if ("CURVES", name.lower()) in self._carried:
            return self._carry("CURVES", name)
        return self._layer(layer) if layer else (NAMED, self._left.get(("CURVES", name.lower()), "unused"))

    def _of_series(self, name: str) -> tuple[str, str]:
        if ("TIMESERIES", name.lower()) in self._carried:
            return self._carry("TIMESERIES", name)
        if name.lower() in self._series:
            return self._layer("nodes")
        if self._left.get(("TIMESERIES", name.lower())) == "unread":
            return NAMED, "unread"
        return NAMED, "replaced" if name.lower() in self._rain_series() else "unused"

    def _rain_series(self) -> set[str]:
        """Series of rain gages, evaporation and temperature."""
        sections = ("RAINGAGES", "EVAPORATION", "TEMPERATURE")
        return {word.lower() for s in sections for row in self._reading.file.of(s) for word in row.words}

    def _curves_of_layers(self) -> dict[str, str]:
        """The layer that each curve's pairs stand in, by its name in small letters."""
        file, known = self._reading.file, curves_of(self._reading.file)
        named = {
            "structures": [
                *(row.word(3) for row in file.of("PUMPS")),
                *(row.word(12) for row in file.of("WEIRS")),
                *(row.word(5) for row in file.of("OUTLETS") if number_of(row.word(6)) is None),
            ],
            "nodes": [
                *(row.word(5) for row in file.of("STORAGE") if row.word(4).upper().startswith("TABULAR")),
                *(row.word(3) for row in file.of("OUTFALLS") if row.word(2).upper().startswith("TIDAL")),
            ],
        }
        return {name.lower(): layer for layer, names in named.items() for name in names if name.lower() in known}


def counted(fates: Iterable[Fate]) -> dict[str, int]:
    """Number of objects by section."""
    found: dict[str, int] = {}
    for fate in fates:
        found[fate.section] = found.get(fate.section, 0) + len(fate.names)
    return found

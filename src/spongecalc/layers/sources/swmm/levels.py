"""Depths of nodes that a model leaves to the engine: up to the highest crown of the links at a node."""

from __future__ import annotations

from collections.abc import Mapping

from spongecalc.layers.sources.swmm.reading import Reading, RowUnreadError, number
from spongecalc.layers.sources.swmm.sections import LINK_SECTIONS, NODE_SECTIONS, Row

OFFSET_PLACE: Mapping[str, int] = {"ORIFICES": 4, "WEIRS": 4, "OUTLETS": 3}


def inverts_m(reading: Reading) -> dict[str, float]:
    """Level of the floor of each node in m, by its name in small letters; nodes without one are left out."""
    found: dict[str, float] = {}
    for section in NODE_SECTIONS:
        for row in reading.file.of(section):
            try:
                found.setdefault(row.words[0].lower(), number(row, 1) * reading.units.length_m)
            except RowUnreadError:
                continue
    return found


def level_m(reading: Reading, row: Row, place: int, floor_m: float | None, usual: float | None = None) -> float:
    """Level of a link's end in m by its offset: a depth over the floor of its node, or a level itself.

    A star is the floor. The engine lets no link begin below its node.

    Raises
    ------
    RowUnreadError
        If the offset is no number.
    """
    base = floor_m if floor_m is not None else 0.0
    if row.word(place).startswith("*"):
        return base
    offset = number(row, place, usual) * reading.units.length_m
    level = offset if reading.offsets_are_levels else base + offset
    return max(level, base) if floor_m is not None else level


def crowns_m(reading: Reading, floors_m: Mapping[str, float]) -> dict[str, float]:
    """Highest crown of the links at each node in m, by its name in small letters.

    As in the engine, a pump and an orifice at the bottom have none, and structures have one at their upper node.
    """
    heights: dict[str, float] = {}
    for row in reading.file.of("XSECTIONS"):
        try:
            heights[row.words[0].lower()] = number(row, 2) * reading.units.length_m
        except RowUnreadError:
            continue
    crowns: dict[str, float] = {}
    for section in LINK_SECTIONS:
        if section == "PUMPS":
            continue
        for row in reading.file.of(section):
            height = heights.get(row.words[0].lower())
            if height is None or (section == "ORIFICES" and row.word(3).upper().startswith("BOTTOM")):
                continue
            ends = ((1, 5), (2, 6)) if section == "CONDUITS" else ((1, OFFSET_PLACE[section]),)
            for end, place in ends:
                node = row.word(end).lower()
                try:
                    crown = level_m(reading, row, place, floors_m.get(node)) + height
                except RowUnreadError:
                    continue
                crowns[node] = max(crowns.get(node, crown), crown)
    return crowns

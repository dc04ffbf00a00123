"""Rows of a network in m and l/s as a model in other units has them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from spongecalc.layers.sources.swmm.pipes import LENGTHS
from spongecalc.layers.sources.swmm.reading import ModelUnits, number_of

Rows = Sequence[Sequence[str]]

LENGTH, AREA, VOLUME, FLOW, RAIN, ROOT = "length", "area", "volume", "flow", "rain", "root"
COLUMNS: Mapping[str, Mapping[int, str]] = {
    "JUNCTIONS": {1: LENGTH, 2: LENGTH, 3: LENGTH, 4: LENGTH, 5: AREA},
    "OUTFALLS": {1: LENGTH},
    "STORAGE": {1: LENGTH, 2: LENGTH, 3: LENGTH},
    "CONDUITS": {3: LENGTH, 5: LENGTH, 6: LENGTH, 7: FLOW, 8: FLOW},
    "PUMPS": {5: LENGTH, 6: LENGTH},
    "ORIFICES": {4: LENGTH},
    "WEIRS": {4: LENGTH, 5: ROOT, 8: ROOT, 10: LENGTH},
    "OUTLETS": {3: LENGTH},
    "LOSSES": {5: RAIN},
    "DWF": {2: FLOW},
}
"""The words of a row that are measured in something, by their place."""
# Of a storage the words behind its shape, and of a curve its two numbers, by the word that says what it is.
STORAGE_MORE: Mapping[str, Mapping[int, str]] = {
    "TABULAR": {6: LENGTH, 8: RAIN},
    "FUNCTIONAL": {7: AREA, 8: LENGTH, 10: RAIN},
    "PYRAMIDAL": {5: LENGTH, 6: LENGTH, 8: LENGTH, 10: RAIN},
}
CURVE_PAIRS: Mapping[str, tuple[str, str]] = {
    "STORAGE": (LENGTH, AREA),
    "PUMP1": (VOLUME, FLOW),
    "PUMP2": (LENGTH, FLOW),
    "PUMP3": (LENGTH, FLOW),
    "PUMP4": (LENGTH, FLOW),
    "PUMP5": (LENGTH, FLOW),
    "RATING": (LENGTH, FLOW),
    "WEIR": (LENGTH, ROOT),
}


def in_model_units(sections: Mapping[str, Rows], units: ModelUnits) -> dict[str, list[tuple[str, ...]]]:
    """Return sections of a network that are in m and l/s in a model's own units.

    Parameters
    ----------
    sections
        By name; those that are not known here stay as they are, as TRANSECTS do.
    units
        The model's.
    """
    length = units.length_m
    per = {
        LENGTH: length,
        AREA: length**2,
        VOLUME: length**3,
        FLOW: units.flow_l_s,
        RAIN: units.rain_mm,
        ROOT: math.sqrt(length),
    }
    made: dict[str, list[tuple[str, ...]]] = {}
    for name, rows in sections.items():
        kind, kept = "", []
        for row in rows:
            if len(row) == 1 or (name == "TRANSECTS"):
                kept.append(tuple(row))
                continue
            if name == "CURVES":
                kind = row[1].upper() or kind
                first, second = CURVE_PAIRS.get(kind, ("", ""))
                places = {2: first, 3: second}
            else:
                places = _places(name, row)
            kept.append(_divided(row, {at: per[what] for at, what in places.items() if what}, units))
        made[name] = kept
    return made


def _places(name: str, row: Sequence[str]) -> dict[int, str]:
    """The quantity that each word of a row is measured in."""
    if name == "XSECTIONS":
        shape = row[1].upper()
        known = max((word for word in LENGTHS if shape.startswith(word)), key=len, default="")
        return {place + 2: LENGTH for place in LENGTHS.get(known, ())}
    places = dict(COLUMNS.get(name, {}))
    if name == "STORAGE":
        places |= STORAGE_MORE.get(row[4].upper(), {})
    elif name == "OUTFALLS" and row[2].upper() == "FIXED":
        places[3] = LENGTH
    return places


def _divided(row: Sequence[str], factors: Mapping[int, float], units: ModelUnits) -> tuple[str, ...]:
    """The words of a row with the numbers at some places divided by what one of the model's is."""
    words = list(row)
    for place, factor in factors.items():
        value = number_of(words[place]) if place < len(words) else None
        if value is not None and factor != 1.0:
            words[place] = f"{value / factor:.9g}"
    if len(words) > 6 and words[4].upper().startswith("FUNCTIONAL/"):
        # Flow is the coefficient times a power of the head, and both change their units.
        coefficient, exponent = number_of(words[5]), number_of(words[6])
        if coefficient is not None and exponent is not None:
            words[5] = f"{coefficient / units.flow_l_s * units.length_m**exponent:.9g}"
    return tuple(words)

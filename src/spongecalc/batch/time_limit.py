"""The time that a run may take where nobody has said: by the elements of its model and the steps of its event.

The engine visits each element at each step, so that the time of a run grows with their product. On two cores
that had other work too, a model of 800 pipes took 0.8 us for each element and step, and 1.4 us by the
reference scheme (docs/batches.md). A run is given ``S_PER_ELEMENT_STEP``, and never less than ``LEAST_S``, so
that only what does not end is ended.
"""

from __future__ import annotations

import re

LEAST_S = 120.0
S_PER_ELEMENT_STEP = 3e-6

_ELEMENTS = (
    "SUBCATCHMENTS",
    "JUNCTIONS",
    "OUTFALLS",
    "STORAGE",
    "CONDUITS",
    "PUMPS",
    "ORIFICES",
    "WEIRS",
    "OUTLETS",
)
_SECTION = re.compile(rf"^\[(?:{'|'.join(_ELEMENTS)})\]\n(.*?)(?=^\[|\Z)", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^[^;\s]", re.MULTILINE)


def elements_of(text: str) -> int:
    """Return how many subcatchments, nodes and links an input file has, as this package writes it."""
    return sum(len(_ROW.findall(rows)) for rows in _SECTION.findall(text))


def default_time_limit_s(elements: int, steps: float) -> float:
    """Return the time that a run is given, in whole seconds.

    Parameters
    ----------
    elements
        Subcatchments, nodes and links.
    steps
        Time simulated over the longest time step.
    """
    return max(LEAST_S, float(round(S_PER_ELEMENT_STEP * elements * steps)))

"""The figures of a SWMM model without the names in it: what is computed, whatever things are called."""

from __future__ import annotations

import re

import numpy as np

from spongecalc.swmm.event import Event
from spongecalc.swmm.model import SwmmModel

# Sections that nothing is computed from: names, and outlines, whose rings may begin at another corner.
UNMEASURED = ("[TITLE]", "[TAGS]", "[POLYGONS]")
# An id of the example in a word, and what a LID control is called after a long one.
ID = re.compile("[A-Za-z]{2}[0-9]{2}|^LID_")
NUMBER = re.compile(r"-?\d+(\.\d+)?")

Figures = dict[str, np.ndarray]


def figures_of(model: SwmmModel, event: Event, unmeasured: tuple[str, ...] = UNMEASURED) -> Figures:
    """Figures of a model, sorted, by section and the words of SWMM's between them; names are left out."""
    names = set(model.elements["model_id"]) | set(model.elements["feature_id"])
    rows: dict[str, list[tuple[float, ...]]] = {}
    section = ""
    for line in model.text(event).splitlines():
        if line.startswith("["):
            section = line
        elif line and not line.startswith(";") and section not in unmeasured:
            words = ["*" if word in names or ID.search(word) else word for word in line.split()]
            key = " ".join([section, *("#" if NUMBER.fullmatch(w) else w for w in words)])
            rows.setdefault(key, []).append(tuple(float(w) for w in words if NUMBER.fullmatch(w)))
    return {k: np.sort(np.array(v), axis=0) for k, v in rows.items()}

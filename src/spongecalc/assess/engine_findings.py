"""Findings of the warnings that the engine gave in the runs of a model, at the features they are about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from spongecalc.assess.modelled import Modelled
from spongecalc.contract import SCHEMAS
from spongecalc.layers.feature import Feature, feature_of
from spongecalc.layers.finding import Finding
from spongecalc.swmm.gutters import ON_GROUND
from spongecalc.swmm.run_result import Message
from spongecalc.swmm.water_balance import effect, explain

# Steps that the engine shortens, and falls that it takes as its least: volumes and levels stay.
NOTES = ("engine.warning.01", "engine.warning.04", "engine.warning.06", "engine.warning.07")
# What changes no figure: the rounding of a depth, and steps of rain of which nothing was lost.
WITHOUT_EFFECT = ("engine.warning.02_rounding", "engine.warning.09_none")
# The way back up through a grate begins at the rim because the engine raises it there: it is made so.
MEANT = "engine.warning.10"


@dataclass(frozen=True)
class WarningPart:
    """A part of the words of an engine's warning, in the language that it is asked for."""

    warning: Message
    part: Literal["meaning", "effect", "action"]

    def sentence(self, language: str) -> str:
        """The part in a language."""
        if self.part == "effect":
            return effect(self.warning, language)
        return explain(self.warning, language)[0 if self.part == "meaning" else 1]


def engine_findings(one: Modelled) -> Iterator[Finding]:
    """A finding for each warning of the engine in the runs of a model, with the runs that it was given in.

    Warnings that change no figure, and those that the model's gutters rest on, are none.
    """
    runs: dict[Message, list[str]] = {}
    for storm_id, result in one.results.items():
        for warning in dict.fromkeys(result.warnings):
            runs.setdefault(warning, []).append(storm_id)
    if not runs:
        return
    table = one.model.elements
    elements = {
        name: (role, layer, feature)
        for name, role, layer, feature in zip(
            table["model_id"], table["role"], table["layer"], table["feature_id"], strict=True
        )
    }
    for warning, storms in runs.items():
        role, layer, feature = elements.get(warning.subject, ("", "", ""))
        if warning.key in WITHOUT_EFFECT or (warning.key == MEANT and role in ON_GROUND):
            continue
        rule = "engine.note" if warning.key in NOTES else "engine.warning"
        words = {
            "scenario": one.system.scenario,
            "runs": ", ".join(sorted(storms)),
            "code": warning.engine_text.partition(":")[0],
            "element": warning.subject or "-",
            "meaning": WarningPart(warning, "meaning"),
            "effect": WarningPart(warning, "effect"),
            "action": WarningPart(warning, "action"),
        }
        for place in _places(one, layer, feature):
            yield Finding(rule, place, words)


def _places(one: Modelled, layer: str, feature: str) -> list[Feature]:
    """The feature of an element; the model's communities where the warning is about none."""
    frame = getattr(one.system, layer, None) if layer else None
    if frame is not None:
        rows = frame[frame[SCHEMAS[layer].id_column].astype(str) == feature]
        if len(rows):
            return [feature_of(layer, next(rows.itertuples()))]
    return [feature_of("communities", row) for row in one.system.boundaries.itertuples()]

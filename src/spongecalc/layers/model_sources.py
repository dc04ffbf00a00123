"""Sources that are SWMM models: the structures that come along with their pipes, what is carried on of each model
beside its layers, and what is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from spongecalc.contract import SCHEMAS
from spongecalc.language import text
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.id_text import id_text
from spongecalc.layers.level_series import LevelSeries
from spongecalc.layers.sources.form import MODEL_FORM, form_of
from spongecalc.layers.sources.raw import SourceRefusedError
from spongecalc.layers.sources.swmm.carried import CarriedModel
from spongecalc.layers.sources.swmm.ledger import CARRIED_ON, LAYER, MODEL_LAYERS, Fate
from spongecalc.layers.sources.swmm.model import read_contents
from spongecalc.layers.sources.swmm.outfall_series import outfall_series
from spongecalc.layers.sources.swmm.sections import STRUCTURE_SECTIONS, read_model_file
from spongecalc.project.layer_source import LayerSource

type Sources = Mapping[str, Sequence[LayerSource]]

# Reasons for which it is no loss that something of a model is not carried on.
HARMLESS = ("replaced", "drawn_only", "unused", "of_layers")
NAMES_SHOWN = 12


@dataclass(frozen=True)
class Reason:
    """The reason why objects of a model are in no layer and not carried on, in words of either language."""

    key: str

    def sentence(self, language: str) -> str:
        """The reason as a part of a sentence."""
        return text(f"survey.model_reason.{self.key}", language)


@dataclass(frozen=True)
class ModelParts:
    """The parts of models beside the layers: what is carried on, levels over time by outfall, and findings."""

    carried: tuple[CarriedModel, ...] = ()
    outfall_series: Mapping[str, LevelSeries] | None = None
    findings: tuple[Finding, ...] = ()


def with_structures(folder: Path, sources: Sources) -> Sources:
    """The sources, and for the layer ``structures`` the models that nodes and pipes come from.

    A project that names a source of structures itself has those alone. Constants of the pipes count for them as
    far as the layer has such a column, and so do place and prefix.
    """
    if sources.get("structures"):
        return sources
    columns = {*SCHEMAS["structures"].column_names, "community_id"}
    found: dict[str, LayerSource] = {}
    for source in sources.get("pipes", ()):
        beside = any(n.source == source.source for n in sources.get("nodes", ()))
        if form_of(source) == MODEL_FORM and beside and _has_structures(folder / source.source):
            constants = {c: v for c, v in source.constants.items() if c in columns}
            changes = {
                "constants": constants,
                "fields": {},
                "values": {},
                "units": {},
                "lookups": (),
                "filter": {},
            }
            found.setdefault(source.source, source.model_copy(update=changes))
    return {**sources, "structures": tuple(found.values())} if found else sources


def _has_structures(path: Path) -> bool:
    """True for a model that can be read and has a pump, orifice, weir or outlet."""
    try:
        file = read_model_file(path)
    except SourceRefusedError:
        return False
    return any(file.of(section) for section in STRUCTURE_SECTIONS)


def parts_of_models(folder: Path, sources: Sources) -> ModelParts:
    """All that the models among some sources hold beside their layers, each file read once."""
    carried: list[CarriedModel] = []
    series: dict[str, LevelSeries] = {}
    findings: list[Finding] = []
    taken: dict[str, set[str]] = {}
    prefixes: dict[str, str] = {}
    for layer in MODEL_LAYERS:
        for source in sources.get(layer, ()):
            if form_of(source) == MODEL_FORM:
                taken.setdefault(source.source, set()).add(layer)
                prefixes.setdefault(source.source, source.prefix)
    for file, layers in taken.items():
        try:
            contents = read_contents(folder / file, layers)
        except SourceRefusedError:
            # Each layer that was to come of it has told.
            continue
        findings.extend(findings_of_fates(file, contents.fates))
        if "nodes" not in layers:
            continue
        prefix = prefixes[file]
        levels = outfall_series(contents.file, (folder / file).parent)
        renamed = contents.carried.renamed(partial(_in_layers, prefix))
        carried.append(replace(renamed, file=file, prefix=prefix, has_levels=bool(levels)))
        series |= {_in_layers(prefix, name): level for name, level in levels.items()}
    return ModelParts(tuple(carried), series, tuple(findings))


def _in_layers(prefix: str, name: str) -> str:
    """A node's or link's name as the layers have it."""
    return f"{prefix}{id_text(name)}"


def findings_of_fates(file: str, fates: Sequence[Fate]) -> list[Finding]:
    """A finding for each section and reason of what is in no layer of a model."""
    found = []
    for fate in fates:
        if fate.fate == LAYER:
            continue
        words: dict[str, object] = {
            "file": file,
            "section": fate.section,
            "count": len(fate.names),
            "names": shown_names(fate.names),
        }
        rule = "model.carried"
        if fate.fate != CARRIED_ON:
            rule = "model.replaced" if fate.by in HARMLESS else "model.left_out"
            words["reason"] = Reason(fate.by)
        found.append(Finding(rule, Feature(file=file), words))
    return found


def shown_names(names: Sequence[str]) -> str:
    """Names of objects in a row, the first of them where there are many."""
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" ... (+{more})" if more > 0 else "")

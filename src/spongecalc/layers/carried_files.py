"""Files in SWMM's language that a project names in [structures]: what they hold beside layers is put into models.

A file is a whole model or a part of one, down to rules without any heading. Its names are those of the layers.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from spongecalc.gate import text
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.territory import leads_out
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.id_text import id_text
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.level_series import LevelSeries
from spongecalc.layers.model_sources import Sources, findings_of_fates
from spongecalc.layers.named_objects import named_objects
from spongecalc.layers.sources.form import MODEL_FORM, form_of
from spongecalc.layers.sources.raw import SourceRefusedError
from spongecalc.layers.sources.swmm.carried import CARRIED, CarriedModel, carried_of
from spongecalc.layers.sources.swmm.ledger import CARRIED_ON, LAYER, MODEL_LAYERS, NAMED, Fate, ledger_of
from spongecalc.layers.sources.swmm.objects import RULE_WORDS
from spongecalc.layers.sources.swmm.outfall_series import outfall_series
from spongecalc.layers.sources.swmm.reading import Reading
from spongecalc.layers.sources.swmm.sections import (
    BEFORE_ALL,
    LINK_SECTIONS,
    NODE_SECTIONS,
    ModelFile,
    decoded_model,
    parse_model,
)
from spongecalc.layers.sources.swmm.time_series import file_of_series, files_of_series
from spongecalc.project.load import Project
from spongecalc.project.structure_settings import CarriedFile

OF_LAYERS = "of_layers"
# What the layers say: a file that is carried on says it in vain.
HELD_BY_LAYERS = (
    *NODE_SECTIONS,
    *LINK_SECTIONS,
    "XSECTIONS",
    "LOSSES",
    "DWF",
    "COORDINATES",
    "VERTICES",
    "POLYGONS",
    "SUBCATCHMENTS",
    "TAGS",
)
KINDS = {"pump": "PUMPS", "weir": "WEIRS", "orifice": "ORIFICES", "outlet": "OUTLETS"}


class LayerNames(Mapping[str, str]):
    """Ids of the layers by the name that a file spells, whatever its case, without the layers' prefix.

    A name that fits two ids, which differ by case alone, is none.
    """

    def __init__(self, ids: Iterable[str], prefix: str = "") -> None:
        found: dict[str, set[str]] = {}
        for own in ids:
            if own.lower().startswith(prefix.lower()):
                found.setdefault(own.lower()[len(prefix) :], set()).add(own)
        self._ids = {name: next(iter(own)) for name, own in found.items() if len(own) == 1}

    def __getitem__(self, name: str) -> str:
        return self._ids[id_text(name).lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


def with_carried_files(
    layers: LayerSet, folder: Path, given: Sequence[CarriedFile], sources: Sources
) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Return the layers with what the files hold beside layers, and what was found in them.

    Parameters
    ----------
    layers
        The layers, with the ids that they have in models.
    folder
        The project's folder.
    given
        The files that it names. One that is the source of its nodes is carried on as such, and not twice.
    sources
        The sources of its layers.
    """
    findings: list[Finding] = []
    carried: list[CarriedModel] = []
    levels: dict[str, LevelSeries] = {}
    known = {_place(s.source) for s in sources.get("nodes", ()) if form_of(s) == MODEL_FORM}
    for entry in given:
        key = _place(entry.file)
        if key in known:
            continue
        known.add(key)
        try:
            file = read_carried_file(folder / entry.file)
        except SourceRefusedError as refusal:
            words = {"file": entry.file, **refusal.found}
            findings.append(Finding("model.carried_unread", Feature(file=entry.file), words))
            continue
        nodes, pipes = layers["nodes"], layers["pipes"]
        reading = _reading(file, (folder / entry.file).parent, layers, entry.prefix)
        model = replace(carried_of(reading, named_objects(nodes, pipes)), file=entry.file, prefix=entry.prefix)
        outfalls = LayerNames(nodes.loc[nodes["kind"] == "outfall", "node_id"].dropna(), entry.prefix)
        own = {
            outfalls[name]: replace(series, file=entry.file)
            for name, series in outfall_series(file, reading.folder).items()
            if name in outfalls
        }
        fates = _fates(reading, model, outfalls)
        findings.extend(findings_of_fates(entry.file, fates))
        carried.append(model)
        levels = {**own, **levels}
    if not carried:
        return layers, tuple(findings)
    # What a source says of its own outfalls goes before.
    series = {**levels, **layers.outfall_series}
    return replace(layers, carried=(*layers.carried, *carried), outfall_series=series), tuple(findings)


def read_carried_file(path: Path) -> ModelFile:
    """The rows of a file by section; rules may stand before any heading. Without OPTIONS it is in l/s and m.

    Raises
    ------
    SourceRefusedError
        If it cannot be read, or has neither a section nor a rule.
    """
    with Entrance(path, "model", "", lambda cause: SourceRefusedError("model.carried_unread", reason=cause)):
        data = text.read_bytes(path)
        file = parse_model(path.name, data, "CONTROLS" if _begins_with_rules(data) else BEFORE_ALL)
        return file if file.of("OPTIONS") else replace(file, options={**file.options, "FLOW_UNITS": "LPS"})


def series_files(project: Project) -> tuple[str, ...]:
    """Files of time series that inflows, rules and outfalls of the models of a project read, from its folder on.

    One that is not there is named as the model names it: once it is, the models are due. Those outside
    the project that it does not name are left out: they are not opened.
    """
    folder, sources = project.folder, project.settings.layers
    models = {s.source for name in MODEL_LAYERS for s in sources.get(name, ()) if form_of(s) == MODEL_FORM}
    found: set[str] = set()
    for name in sorted(models | {entry.file for entry in project.settings.structures.carried}):
        try:
            file = read_carried_file(folder / name)
        except SourceRefusedError:
            continue
        named = (place for _, place in series_of_model(file, folder / name, folder))
        found |= {place for place in named if not leads_out(folder, place)}
    return tuple(sorted(found))


def series_of_model(file: ModelFile, path: Path, folder: Path) -> list[tuple[str, str]]:
    """The files of series that a model at a path reads: as it names them, and from a project's folder on."""
    files = files_of_series(file)
    if not files:
        return []
    reading = {word.lower() for s in ("INFLOWS", "CONTROLS", "OUTFALLS") for r in file.of(s) for word in r.words}
    found = []
    for series, named in files.items():
        if series in reading:
            plain = named.replace("\\", "/")
            place = file_of_series(path.parent, named) or path.parent / plain
            found.append((named, Path(os.path.relpath(place, folder)).as_posix()))
    return found


def _place(name: str) -> str:
    return os.path.normpath(name.replace("\\", "/"))


def _begins_with_rules(data: bytes) -> bool:
    lines = (line.partition(";")[0].strip() for line in decoded_model(data)[0].split("\n"))
    return next((line for line in lines if line), "").upper().startswith(RULE_WORDS)


def _reading(file: ModelFile, folder: Path, layers: LayerSet, prefix: str) -> Reading:
    """A reading of a file whose nodes and links are those of the layers."""
    pipes, structures = layers["pipes"], layers["structures"]
    kinds = dict.fromkeys(pipes["pipe_id"].dropna(), "CONDUITS")
    kinds |= {
        own: KINDS[kind]
        for own, kind in zip(structures["structure_id"], structures["kind"], strict=True)
        if isinstance(own, str) and kind in KINDS
    }
    links = LayerNames([*kinds, *_ids(structures["structure_id"])], prefix)
    nodes = LayerNames(_ids(layers["nodes"]["node_id"]), prefix)
    return replace(Reading.of(file, folder), nodes=nodes, links=links, link_kinds=kinds, unknown="no_feature")


def _ids(column: pd.Series) -> list[str]:
    return [str(own) for own in column.dropna()]


def _fates(reading: Reading, model: CarriedModel, outfalls: LayerNames) -> list[Fate]:
    """The fate of a file's objects: carried on, held by layers, or named with the reason why not."""
    file = reading.file
    tides = {
        row.word(3).lower()
        for row in file.of("OUTFALLS")
        if row.word(2).upper().startswith(("TIDAL", "TIMESERIES")) and row.words[0] in outfalls
    }
    groups: dict[tuple[str, str, str], list[str]] = {}
    for fate in ledger_of(reading, model, MODEL_LAYERS):
        for name in fate.names:
            end = (fate.section, fate.fate, fate.by)
            if fate.section in HELD_BY_LAYERS and fate.by != "pollutant":
                end = (fate.section, NAMED, OF_LAYERS)
            elif fate.fate == LAYER:
                tide = fate.section in CARRIED and name.lower() in tides
                end = (fate.section, CARRIED_ON, "") if tide else (fate.section, NAMED, OF_LAYERS)
            groups.setdefault(end, []).append(name)
    return [Fate(section, fate, by, tuple(names)) for (section, fate, by), names in groups.items()]

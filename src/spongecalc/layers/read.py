"""Read layers from their sources and bring them to the data contract.

Nothing is dropped or altered in silence: whatever could not be read or had to be changed is a Finding.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError, ProjError

from spongecalc.catalogue.catalogue import Catalogue, shipped
from spongecalc.contract import SCHEMAS
from spongecalc.layers.coordinates import (
    BALLPARK_M,
    bounds_of,
    code_of,
    guess_crs,
    misplaced,
    shifted,
    transformation_accuracy_m,
)
from spongecalc.layers.drawing_ledgers import PlacedLedger, findings_of_drawings, placed_ledger, unread_of
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet, empty_frame
from spongecalc.layers.mapping import filtered, looked_up, to_contract, with_cut_names
from spongecalc.layers.source_read import Amount, SourceRead, amount_of
from spongecalc.layers.sources.form import form_of, read_raw, usual_axes
from spongecalc.layers.sources.raw import RawLayer, SourceRefusedError
from spongecalc.layers.sources_without_crs import told_once
from spongecalc.project.layer_source import LayerSource

Bounds = tuple[float, float, float, float]

# What is said of coordinates without a CRS, by what they look like.
NO_CRS = {
    "degrees": "crs.missing_degrees",
    "zone": "crs.missing_zone",
    "easting": "crs.missing_easting",
}


def read_layers(
    folder: Path,
    sources: Mapping[str, Sequence[LayerSource]],
    crs: str | None,
    scenario_columns: Sequence[str] = (),
    catalogue: Catalogue | None = None,
) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Read every layer of a project.

    Parameters
    ----------
    folder
        The project's folder; the paths in ``sources`` are relative to it.
    sources
        For each layer of the contract, the files or tables it comes from. A layer may come from several.
    crs
        The projected CRS to work in, such as "EPSG:4543"; None takes that of the communities layer.
    scenario_columns
        Text columns beyond the contract's that the rules of scenarios read of any layer.
    catalogue
        The project's covers and materials; None takes those that ship with the package.

    Returns
    -------
    The layers, and what was found while reading. A file or layer that cannot be read leaves its features
    out and yields a finding of severity error without a community: the other files are still read.
    """
    findings: list[Finding] = []
    known = catalogue or shipped()
    target = _project_crs(folder, sources, crs, findings)
    frames: dict[str, gpd.GeoDataFrame] = {}
    read: list[SourceRead] = []
    near: Bounds | None = None
    ledgers: list[PlacedLedger] = []
    for layer, schema in SCHEMAS.items():
        parts = []
        given = sources.get(layer, ())
        for source, label in zip(given, source_labels(given), strict=True):
            siblings = [s for s in given if s is not source and s.source == source.source]
            part, held = _read_source(
                folder,
                layer,
                source,
                label,
                siblings,
                target,
                near,
                findings,
                ledgers,
                scenario_columns,
                known,
                stated=crs is not None,
            )
            read.append(held)
            if part is not None:
                parts.append(part)
        if parts:
            joined = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
            frames[layer] = gpd.GeoDataFrame(joined, geometry="geometry", crs=target)
        else:
            frames[layer] = empty_frame(layer, target)
            if layer not in sources:
                rule = "layer.needed" if schema.needed else "layer.not_given"
                findings.append(Finding(rule, Feature(layer), {"layer": layer}))
        if layer == "communities":
            near = bounds_of(frames[layer])
    findings, read = told_once(findings, read, project_states_one=crs is not None)
    findings.extend(findings_of_drawings(ledgers))
    unread = unread_of(ledgers)
    read = [replace(held, unread=unread.get((held.layer, held.file), {})) for held in read]
    dem = _dem_path(folder, sources.get("dem", ()), findings)
    return LayerSet(target, frames, dem, known, tuple(read)), tuple(findings)


def source_labels(sources: Sequence[LayerSource]) -> list[str]:
    """The names by which the sources of one layer are told apart: each its file's, as long as that is enough.

    Of several layers of one file each has its own behind it ("survey.gpkg|rain"), and a layer that is read more
    than once, with other filters, a number.
    """
    files = [s.source for s in sources]
    labels = [f"{s.source}|{s.layer}" if s.layer and files.count(s.source) > 1 else s.source for s in sources]
    return [
        f"{label}#{labels[:n].count(label) + 1}" if labels[:n].count(label) else label
        for n, label in enumerate(labels)
    ]


def source_file(label: str) -> str:
    """The file of a source that :func:`source_labels` named."""
    return re.sub(r"#\d+$", "", label).partition("|")[0]


def refused_sources(read: Iterable[SourceRead]) -> dict[str, tuple[str, ...]]:
    """Labels of the sources that could not be read, by layer."""
    found: dict[str, list[str]] = {}
    for source in read:
        if source.refused:
            found.setdefault(source.layer, []).append(source.file)
    return {layer: tuple(dict.fromkeys(labels)) for layer, labels in found.items()}


def _project_crs(
    folder: Path, sources: Mapping[str, Sequence[LayerSource]], crs: str | None, findings: list[Finding]
) -> CRS:
    """The CRS to work in: the project's, else that of the communities layer; always projected, in metres."""
    if crs is not None:
        return CRS.from_user_input(crs)
    for source in sources.get("communities", ()):
        try:
            stated = source.crs or read_raw(folder, "communities", source, shipped()).frame.crs
        except SourceRefusedError:
            continue
        if stated:
            found = CRS.from_user_input(stated)
            if found.is_projected:
                return found
            findings.append(
                Finding(
                    "crs.geographic",
                    Feature("communities", file=source.source),
                    {"crs": found.name, "file": source.source},
                )
            )
    # Without any CRS nothing can be placed, and a finding says so; the one below only types the empty frames.
    return CRS.from_epsg(4543)


def _dem_path(folder: Path, sources: Sequence[LayerSource], findings: list[Finding]) -> Path | None:
    for source in sources:
        path = folder / source.source
        if path.is_file():
            return path
        findings.append(Finding("file.missing", Feature("dem", file=source.source), {"file": source.source}))
    return None


def _read_source(
    folder: Path,
    layer: str,
    source: LayerSource,
    label: str,
    siblings: Sequence[LayerSource],
    target: CRS,
    near: Bounds | None,
    findings: list[Finding],
    ledgers: list[PlacedLedger],
    scenario_columns: Sequence[str],
    catalogue: Catalogue,
    *,
    stated: bool,
) -> tuple[gpd.GeoDataFrame | None, SourceRead]:
    """One layer out of one source, in the contract's terms, None where it cannot be read; and what it held.

    ``stated`` tells whether ``target`` is what the project states.
    """
    about = {"file": source.source, "layer": source.layer or layer}

    def tell(rule: str, found: dict[str, object]) -> None:
        findings.append(Finding(rule, Feature(layer, file=label), {**about, **found}))

    held = Amount()
    try:
        raw = read_raw(folder, layer, source, catalogue, siblings)
        held = Amount(len(raw.frame))
        for note in raw.notes:
            tell(note.rule, note.found)
        if raw.ledger is not None:
            ledgers.append(placed_ledger(raw.ledger, layer, source, label, raw.frame.crs, target))
        if raw.frame.empty:
            tell("layer.empty", {})
        source = with_cut_names(source, [str(c) for c in raw.frame.columns], tell)
        missing = [f for f in _named_fields(source) if f not in raw.frame.columns]
        if missing:
            fields = ", ".join(str(c) for c in raw.frame.columns if c != raw.frame.geometry.name)
            raise SourceRefusedError("field.missing", fields=", ".join(missing), available=fields)
        kept = filtered(raw, source, tell)
        left = raw.frame[~raw.frame.index.isin(kept.frame.index)]
        raw = replace(kept, frame=kept.frame.reset_index(drop=True))
        looks = looked_up(raw.frame, source, folder, tell)
        placed = _placed(raw, layer, source, label, target, near, findings, stated=stated)
        taken, filtered_out = amount_of(placed.frame), Amount()
        if len(left):
            beside = _placed(replace(raw, frame=left), layer, source, label, target, near, [], stated=stated)
            filtered_out = amount_of(beside.frame)
    except SourceRefusedError as refusal:
        tell(refusal.rule, refusal.found)
        return None, SourceRead(layer, label, held, refused=refusal.rule)
    held = Amount(held.count, taken.length_m + filtered_out.length_m, taken.area_m2 + filtered_out.area_m2)
    # Half a millimetre either way at each vertex, along and across.
    rounding_m = 0.0015 * float(shapely.get_num_coordinates(placed.frame.geometry.to_numpy()).sum())
    said = source.crs or raw.frame.crs
    crs = CRS.from_user_input(said).to_string() if said is not None else ""
    counted = SourceRead(layer, label, held, filtered_out, crs=crs, rounding_m=rounding_m)
    return to_contract(layer, source, label, placed, looks, findings, catalogue, scenario_columns), counted


def _named_fields(source: LayerSource) -> list[str]:
    """The fields that the project names; a survey table's reader has dealt with those of points."""
    if form_of(source) == "survey":
        return []
    return list(source.fields.values())


def _placed(
    raw: RawLayer,
    layer: str,
    source: LayerSource,
    label: str,
    target: CRS,
    near: Bounds | None,
    findings: list[Finding],
    *,
    stated: bool,
) -> RawLayer:
    """The features in the project's CRS; raises SourceRefusedError where nobody can say where they are."""
    # The reader of survey tables takes X for north, as surveys have it; every other form has X for east.
    swap = source.axes is not None and source.axes != usual_axes(source)
    frame = shifted(raw.frame, swap, source.offset_x_m, source.offset_y_m)
    said = source.crs or frame.crs
    about = {"file": source.source, "layer": source.layer or layer}
    if said is None and frame.empty:
        said = target
    if said is None:
        code, reason = guess_crs(frame, target, near) or (None, "")
        # Without communities to lie at, the project's word counts for what can be in its system.
        by_project = stated and near is None and (reason in ("", "easting") or code == code_of(target))
        if reason != "near" and not by_project:
            raise SourceRefusedError(NO_CRS[reason], crs=code) if reason else SourceRefusedError("crs.missing")
        rule = "crs.taken" if by_project else "crs.guessed"
        findings.append(Finding(rule, Feature(layer, file=label), {**about, "crs": code_of(target)}))
        said = target
    try:
        placed = frame.set_crs(CRS.from_user_input(said), allow_override=True)
    except CRSError as reason:
        raise SourceRefusedError("crs.unknown", crs=said) from reason
    assert placed.crs is not None
    if placed.crs != target:
        accuracy = transformation_accuracy_m(placed.crs, target)
        if not accuracy <= BALLPARK_M:
            findings.append(
                Finding(
                    "crs.inexact",
                    Feature(layer, file=label),
                    {
                        **about,
                        "crs": placed.crs.name,
                        "accuracy": "?" if math.isnan(accuracy) else f"{accuracy:g}",
                    },
                )
            )
        wrong = misplaced(placed, placed.crs, None)
        if wrong is None:
            try:
                placed = placed.to_crs(target)
            except (ProjError, CRSError, ValueError) as reason:
                raise SourceRefusedError("crs.unknown", crs=said) from reason
        else:
            # In its own system it lies nowhere; the same mistake is named by the check in the project's.
            placed = placed.set_crs(target, allow_override=True)
    return RawLayer(placed, raw.columns, raw.notes)

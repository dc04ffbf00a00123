"""Read layers from their sources and bring them to the data contract.

Nothing is dropped or altered in silence: whatever could not be read or had to be changed is a Finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS

from spongecalc.catalogue.catalogue import Catalogue, shipped
from spongecalc.contract import SCHEMAS
from spongecalc.layers.coordinates import bounds_of
from spongecalc.layers.drawing_ledgers import PlacedLedger, findings_of_drawings, placed_ledger, unread_of
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.ground_sources import read_dem
from spongecalc.layers.layer_set import LayerSet, empty_frame
from spongecalc.layers.mapping import filtered, looked_up, to_contract, with_cut_names
from spongecalc.layers.model_sources import parts_of_models, with_structures
from spongecalc.layers.placement import DEM, Bounds, placed_in_project
from spongecalc.layers.source_read import Amount, SourceRead, amount_of
from spongecalc.layers.sources.delivery import Delivery
from spongecalc.layers.sources.form import form_of, gate_form, read_raw
from spongecalc.layers.sources.raw import SourceRefusedError, source_entrance
from spongecalc.layers.sources_without_crs import told_once
from spongecalc.project.ground_settings import GroundSettings
from spongecalc.project.layer_source import LayerSource


def read_layers(
    folder: Path,
    sources: Mapping[str, Sequence[LayerSource]],
    crs: str | None,
    scenario_columns: Sequence[str] = (),
    catalogue: Catalogue | None = None,
    ground: GroundSettings | None = None,
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
    ground
        How ground is made of points, lines and faces; None takes the usual settings.

    Returns
    -------
    The layers, and what was found while reading. A file or layer that cannot be read leaves its features
    out and yields a finding of severity error without a community: the other files are still read.
    """
    findings: list[Finding] = []
    known = catalogue or shipped()
    sources = with_structures(folder, sources)
    target = _project_crs(folder, sources, crs, findings)
    frames: dict[str, gpd.GeoDataFrame] = {}
    read: list[SourceRead] = []
    near: Bounds | None = None
    ledgers: list[PlacedLedger] = []
    tables = {n: [s for s in sources.get(n, ()) if form_of(s) == "survey"] for n in ("nodes", "pipes")}
    delivery = Delivery(folder, tables["nodes"], tables["pipes"])
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
                delivery,
                frames.get("nodes"),
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
            if parts and frames[layer].empty:
                # Said of all its files at once, and not of each that it is empty.
                findings = [f for f in findings if f.rule != "layer.empty" or f.feature.layer != layer]
                files = ", ".join(source_labels(given))
                findings.append(Finding("communities.empty", Feature(layer, file=files), {"files": files}))
    given = sources.get(DEM, ())
    of_ground = ground or GroundSettings()
    dem, of_dem, refused = read_dem(
        folder, given, source_labels(given), target, frames["communities"], of_ground, stated=crs is not None
    )
    findings.extend(of_dem)
    read.extend(refused)
    findings, read = told_once(findings, read, project_states_one=crs is not None)
    findings.extend(findings_of_drawings(ledgers))
    unread = unread_of(ledgers)
    read = [replace(held, unread=unread.get((held.layer, held.file), {})) for held in read]
    models = parts_of_models(folder, sources)
    findings.extend(models.findings)
    layers = LayerSet(
        target,
        frames,
        dem,
        known,
        tuple(read),
        carried=models.carried,
        outfall_series=models.outfall_series or {},
    )
    return layers, tuple(findings)


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
    delivery: Delivery,
    nodes: gpd.GeoDataFrame | None,
    *,
    stated: bool,
) -> tuple[gpd.GeoDataFrame | None, SourceRead]:
    """One layer out of one source, in the contract's terms, None where it cannot be read; and what it held.

    ``stated`` tells whether ``target`` is what the project states.
    """
    about = {"file": source.source, "layer": source.layer or layer}

    def tell(rule: str, found: dict[str, object], feature_id: str = "") -> None:
        named = f"{source.prefix}{feature_id}" if feature_id and not feature_id.startswith("#") else feature_id
        findings.append(Finding(rule, Feature(layer, named, file=label), {**about, **found}))

    held = Amount()
    try:
        with source_entrance(folder / source.source, gate_form(source), layer):
            raw = read_raw(folder, layer, source, catalogue, siblings, delivery, nodes, target)
            held = Amount(len(raw.frame))
            for note in raw.notes:
                tell(note.rule, note.found, note.feature_id)
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
            placed = placed_in_project(raw, layer, source, label, target, near, findings, stated=stated)
            taken, filtered_out = amount_of(placed.frame), Amount()
            if len(left):
                beside = placed_in_project(
                    replace(raw, frame=left), layer, source, label, target, near, [], stated=stated
                )
                filtered_out = amount_of(beside.frame)
            held = Amount(
                held.count, taken.length_m + filtered_out.length_m, taken.area_m2 + filtered_out.area_m2
            )
            # Half a millimetre either way at each vertex, along and across.
            rounding_m = 0.0015 * float(shapely.get_num_coordinates(placed.frame.geometry.to_numpy()).sum())
            said = source.crs or raw.frame.crs
            crs = CRS.from_user_input(said).to_string() if said is not None else ""
            counted = SourceRead(layer, label, held, filtered_out, crs=crs, rounding_m=rounding_m)
            return to_contract(
                layer, source, label, placed, looks, findings, catalogue, scenario_columns
            ), counted
    except SourceRefusedError as refusal:
        tell(refusal.rule, refusal.found)
        return None, SourceRead(layer, label, held, refused=refusal.rule)


def _named_fields(source: LayerSource) -> list[str]:
    """The fields that the project names; a survey table's reader has dealt with those of points."""
    if form_of(source) == "survey":
        return []
    return list(source.fields.values())

"""A SWMM input file as layers, so that a model made by hand can be carried on in GIS."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd

from spongecalc.layers.sources.raw import Note, RawLayer, SourceRefusedError
from spongecalc.layers.sources.swmm.carried import CarriedModel, carried_of
from spongecalc.layers.sources.swmm.ledger import MODEL_LAYERS, Fate, ledger_of
from spongecalc.layers.sources.swmm.nodes import node_frame
from spongecalc.layers.sources.swmm.pipes import pipe_frame
from spongecalc.layers.sources.swmm.places import metres_per_unit, points_of, tags_of
from spongecalc.layers.sources.swmm.reading import Reading
from spongecalc.layers.sources.swmm.sections import ModelFile, read_model_file
from spongecalc.layers.sources.swmm.structures import structure_frame
from spongecalc.layers.sources.swmm.surfaces import surface_frame


def read_model(path: Path, layer: str, crs: str | None = None) -> RawLayer:
    """Nodes, pipes, structures or surfaces of a SWMM model.

    Nodes are junctions, outfalls, storages and dividers, pipes are conduits with their sections and losses,
    structures are pumps, orifices, weirs and outlets, surfaces are the subcatchments' polygons. All is in m, mm
    and l/s, and offsets are levels. A map in feet is turned to metres unless ``crs``, the coordinates' own, is in
    feet. A model knows neither system nor status: give them as constants, filters or values of the tag.

    Raises
    ------
    SourceRefusedError
        If the file cannot be read, or a model has no such layer.
    """
    if layer not in MODEL_LAYERS:
        raise SourceRefusedError("table.no_geometry", layer=layer)
    reading = Reading.of(read_model_file(path), path.parent)
    frame = layer_of(reading, layer, crs)
    columns = frozenset(str(c) for c in frame.columns if c not in ("geometry", "tag"))
    notes = list(reading.notes)
    if reading.units.us:
        notes.insert(0, Note("model.us_units", {"file": path.name}))
    return RawLayer(frame, columns, tuple(notes))


def layer_of(reading: Reading, layer: str, crs: str | None = None) -> gpd.GeoDataFrame:
    """One of a model's layers; what is to be said of it is in the notes of the reading."""
    scale_m = metres_per_unit(reading.file, crs)
    places, bends, rings = (points_of(reading.file, s, scale_m) for s in ("COORDINATES", "VERTICES", "POLYGONS"))
    tags = tags_of(reading.file)
    if layer == "nodes":
        return node_frame(reading, places, tags)
    if layer == "pipes":
        return pipe_frame(reading, places, bends, tags)
    if layer == "structures":
        return structure_frame(reading, places, bends, tags)
    return surface_frame(reading, rings, tags)


@dataclass(frozen=True, eq=False)
class ModelContents:
    """All of a model: its layers, what is carried on, the fate of every object, and what is to be said of it."""

    file: ModelFile
    layers: dict[str, gpd.GeoDataFrame]
    carried: CarriedModel
    fates: tuple[Fate, ...]
    notes: tuple[Note, ...]


def read_contents(path: Path, taken: Collection[str] = MODEL_LAYERS, crs: str | None = None) -> ModelContents:
    """Read a model as a whole; ``taken`` are the layers that something takes from it.

    Raises
    ------
    SourceRefusedError
        If the file cannot be read.
    """
    reading = Reading.of(read_model_file(path), path.parent)
    layers = {layer: layer_of(reading, layer, crs) for layer in MODEL_LAYERS}
    carried = carried_of(reading)
    fates = ledger_of(reading, carried, taken)
    return ModelContents(reading.file, layers, carried, fates, tuple(reading.notes))

"""A SWMM model built again from the layers that it was read into, under its own rain and settings."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from spongecalc.layers.id_text import id_text
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.read import read_layers
from spongecalc.layers.sources.raw import Note
from spongecalc.layers.sources.swmm.carried import quoted
from spongecalc.layers.sources.swmm.ledger import Fate
from spongecalc.layers.sources.swmm.model import ModelContents, read_contents
from spongecalc.layers.sources.swmm.reading import ModelUnits
from spongecalc.layers.sources.swmm.sections import NODE_SECTIONS, ModelFile, Row
from spongecalc.project.layer_source import LayerSource
from spongecalc.project.settings import Settings
from spongecalc.scenario import SCENARIO_LAYERS, DrainageSystem
from spongecalc.swmm.inp_text import aligned
from spongecalc.swmm.model_unit_columns import in_model_units
from spongecalc.swmm.named_files import found_file, named_files
from spongecalc.swmm.recorded_network import recorded_network
from spongecalc.swmm.unrounded import unrounded

# A place in metres for a model that is at none, so that the layers can be read.
SOMEWHERE = "EPSG:4543"
OF_NETWORK = ("nodes", "pipes", "structures")
REPLACED = (
    "JUNCTIONS",
    "OUTFALLS",
    "STORAGE",
    "DIVIDERS",
    "CONDUITS",
    "PUMPS",
    "ORIFICES",
    "WEIRS",
    "OUTLETS",
    "XSECTIONS",
    "LOSSES",
    "DWF",
)
"""Sections that stand in the model built again as the layers have them; all others stand as they were."""


@dataclass(frozen=True)
class RebuiltModel:
    """A model built again: its text, and what of the original no layer holds."""

    text: str
    notes: tuple[Note, ...]
    fates: tuple[Fate, ...]


def rebuilt_model(path: Path) -> RebuiltModel:
    """Read a model into layers and build its network from them again.

    Rain, ground, options, series, patterns and rules stand as in the file, and so do a tide or time series at an
    outfall and a node that no link touches.

    Raises
    ------
    SourceRefusedError
        If the file cannot be read.
    """
    contents = read_contents(path)
    layers, _ = read_layers(path.parent, _sources(path), SOMEWHERE)
    system = _system(layers)
    network = recorded_network(system, _settings())
    names = _names(contents, network.nodes, network.links)
    frames = {layer: getattr(system, layer) for layer in OF_NETWORK}
    exact = unrounded(network.sections, frames, network.nodes, network.links)
    rows = in_model_units(exact, ModelUnits.of(contents.file))
    rows = {section: [names(row) for row in own] for section, own in rows.items()}
    rows["OUTFALLS"] = _with_tides(contents.file, rows["OUTFALLS"])
    rows["DWF"] = _dry_flows(contents)
    rows["JUNCTIONS"] = [*rows["JUNCTIONS"], *_untouched(contents.file, rows)]
    rows.pop("TRANSECTS", None)
    return RebuiltModel(_text(contents.file, rows), contents.notes, contents.fates)


def _sources(path: Path) -> dict[str, tuple[LayerSource, ...]]:
    constants: dict[str, str | float] = {"system": "combined", "status": "existing", "community_id": "MODEL"}
    return {
        layer: (LayerSource(source=path.name, form="inp", crs=SOMEWHERE, constants=constants),)
        for layer in OF_NETWORK
    }


def _settings() -> Settings:
    """The product's own settings; nothing of a network depends on their rain."""
    storm = {"return_period": "3 a", "duration": "2 h"}
    rain = {"formula": "昆明 (新)", "peak_ratio": 0.4}
    return Settings.model_validate({"name": "roundtrip", "layers": {}, "rainfall": rain, "storms": [storm]})


def _system(layers: LayerSet) -> DrainageSystem:
    """The network of a model as a drainage system; what has no place stands anywhere."""
    frames = {name: layers[name] for name in SCENARIO_LAYERS}
    nodes = frames["nodes"]
    ground = nodes["ground_m"].astype(float).fillna(nodes["invert_m"])
    frames["nodes"] = _placed(nodes.assign(ground_m=ground), shapely.Point(0, 0))
    known = nodes["node_id"]
    for layer in ("pipes", "structures"):
        frame = frames[layer]
        # SWMM refuses a link to a node that is not there, and so it is in none of the two models.
        joined = frame[frame["from_node"].isin(known) & frame["to_node"].isin(known)].reset_index(drop=True)
        frames[layer] = _placed(joined, shapely.LineString([(0, 0), (1, 0)]))
    return DrainageSystem("model", ("MODEL",), layers.crs, layers["communities"], **frames)


def _placed(frame: gpd.GeoDataFrame, anywhere: shapely.Geometry) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy()
    lost = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    return frame.set_geometry(gpd.GeoSeries(np.where(lost, anywhere, shapes), index=frame.index, crs=frame.crs))


def _names(
    contents: ModelContents, nodes: Mapping[str, str], links: Mapping[str, str]
) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Return what gives the words of a row with the names that nodes and links have in the file."""
    given = [*contents.layers["nodes"]["node_id"], *contents.layers["pipes"]["pipe_id"]]
    given += list(contents.layers["structures"]["structure_id"])
    original = {id_text(str(name)): str(name) for name in given}
    back = {model: original.get(feature, feature) for feature, model in {**nodes, **links}.items()}

    def renamed(row: Sequence[str]) -> tuple[str, ...]:
        words = list(row)
        for place in range(min(3, len(words))):
            words[place] = back.get(words[place], words[place])
        return tuple(words) if len(words) == 1 else quoted(words)

    return renamed


def _with_tides(file: ModelFile, rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """OUTFALLS with the tides and time series that the file has there."""
    own = {row.words[0].lower(): row for row in file.of("OUTFALLS")}
    made = []
    for row in rows:
        given = own.get(row[0].strip('"').lower())
        over_time = given is not None and given.word(2).upper().startswith(("TIDAL", "TIMESERIES"))
        made.append((*row[:2], *quoted(given.words[2:4]), row[4]) if given is not None and over_time else row)
    return made


def _dry_flows(contents: ModelContents) -> list[tuple[str, ...]]:
    """DWF of the layer with its patterns, and of pollutants as the file has it."""
    nodes, per = contents.layers["nodes"], ModelUnits.of(contents.file).flow_l_s
    rows: list[tuple[str, ...]] = []
    for name, flow, patterns in zip(nodes["node_id"], nodes["inflow_l_s"], nodes["inflow_pattern"], strict=True):
        if flow is not None and not np.isnan(flow):
            words = [part.strip() for part in patterns.split(";")] if isinstance(patterns, str) else []
            rows.append(quoted((str(name), "FLOW", f"{flow / per:.9g}", *words)))
    of_pollutants = (row for row in contents.file.of("DWF") if not row.word(1).upper().startswith("FLOW"))
    return [*rows, *(quoted(row.words) for row in of_pollutants)]


def _untouched(file: ModelFile, rows: Mapping[str, Sequence[tuple[str, ...]]]) -> list[tuple[str, ...]]:
    """Junctions that no link touches: the layers leave them out of a network, and rain may still reach them."""
    kept = {row[0].strip('"').lower() for s in NODE_SECTIONS for row in rows.get(s, ()) if len(row) > 1}
    return [quoted(row.words) for row in file.of("JUNCTIONS") if row.words[0].lower() not in kept]


def _text(file: ModelFile, rows: Mapping[str, Sequence[tuple[str, ...]]]) -> str:
    """The input file with the sections of the network replaced.

    They stand before the rest: a rule is only read when the link that it sets is known.
    """
    first: list[str] = []
    parts: list[str] = []
    for section, own in file.rows.items():
        if section in REPLACED:
            continue
        lines = [_line(row) for row in own if not (section == "OPTIONS" and _says_offsets(row))]
        if section == "OPTIONS":
            lines.append("LINK_OFFSETS ELEVATION")
        if section == "CURVES":
            lines.extend(aligned(rows.get("CURVES", ())))
        place = first if section in ("TITLE", "OPTIONS") else parts
        place.append("\n".join([f"[{section}]", *lines, ""]))
    if "OPTIONS" not in file.rows:
        first.append("[OPTIONS]\nLINK_OFFSETS ELEVATION\n")
    added = [*REPLACED, *(() if "CURVES" in file.rows else ("CURVES",))]
    network = ["\n".join([f"[{name}]", *aligned(rows[name]), ""]) for name in added if rows.get(name)]
    # The engine works out the last transect when a heading follows.
    return "\n".join([*first, *network, *parts, "[TAGS]\n"])


def _says_offsets(row: Row) -> bool:
    return row.words[0].upper().startswith("LINK_OFFSETS")


def _line(row: Row) -> str:
    """A line of the file again; an empty word is one in quotes."""
    return " ".join(word or '""' for word in quoted(row.words))


def bring_files(model: Path, target: Path) -> None:
    """Copy the files that a model reads to another folder, where a model there finds them beside itself."""
    for named in named_files(model.read_bytes()):
        found, _ = found_file(model.parent, named) if named.use == "read" else (None, False)
        if found is not None:
            shutil.copyfile(found, target / found.name)

"""A SWMM input file as layers, so that a model made by hand can be carried on in GIS."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from spongecalc.catalogue.pipe_section import CIRCULAR, SHAPE_OF_SWMM
from spongecalc.layers.sources.raw import Note, RawLayer, SourceRefusedError, one_line

NODE_SECTIONS = ("JUNCTIONS", "OUTFALLS", "STORAGE", "DIVIDERS")
SI_FLOWS = ("CMS", "LPS", "MLD")
FOOT_M = 0.3048

type Sections = dict[str, list[list[str]]]
"""The words of each line, by section."""
type Places = dict[str, tuple[float, float]]
"""East and north of each node in m."""
type Tags = dict[tuple[str, str], str]
"""Tag by kind of element and name."""


def read_sections(path: Path) -> Sections:
    """The words of every line of a .inp, by section; raises SourceRefusedError."""
    try:
        data = path.read_bytes()
    except OSError as reason:
        raise SourceRefusedError("file.unreadable", reason=one_line(reason)) from reason
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    sections: Sections = {}
    name = ""
    for line in text.splitlines():
        bare = line.partition(";")[0].strip()
        if heading := re.match(r"\[([^\]]+)\]", bare):
            name = heading[1].strip().upper()
            sections.setdefault(name, [])
        elif bare and name:
            sections[name].append([w.strip('"') for w in re.findall(r'"[^"]*"|\S+', bare)])
    if not sections:
        raise SourceRefusedError("file.unreadable", reason="no [SECTION]")
    return sections


def read_model(path: Path, layer: str) -> RawLayer:
    """Nodes, pipes or surfaces of a SWMM model.

    Nodes are junctions, outfalls, storages and dividers, pipes are conduits with their cross sections,
    surfaces are the subcatchments' polygons. Lengths in feet become metres where the model is in US units.
    Offsets are turned to levels where the model has them as depths. A model knows neither system nor status:
    give them as constants, filters or values of the tag.
    """
    sections = read_sections(path)
    options = {row[0].upper(): row[1].upper() for row in sections.get("OPTIONS", ()) if len(row) > 1}
    metres = 1.0 if options.get("FLOW_UNITS", "CFS") in SI_FLOWS else FOOT_M
    places = {row[0]: (float(row[1]), float(row[2])) for row in _numeric(sections.get("COORDINATES", ()), 1, 2)}
    tags = {(row[0].upper(), row[1]): row[2] for row in sections.get("TAGS", ()) if len(row) > 2}
    if layer == "nodes":
        frame = _nodes(sections, places, tags, metres)
    elif layer == "pipes":
        elevations = options.get("LINK_OFFSETS", "DEPTH") == "ELEVATION"
        frame = _pipes(sections, places, tags, metres, elevations=elevations)
    elif layer == "surfaces":
        frame = _surfaces(sections, tags)
    else:
        raise SourceRefusedError("table.no_geometry", layer=layer)
    columns = frozenset(str(c) for c in frame.columns if c not in ("geometry", "tag"))
    notes = () if metres == 1.0 else (Note("model.us_units", {"file": path.name}),)
    return RawLayer(frame, columns, notes)


def _numeric(rows: Iterable[list[str]], *places: int) -> list[list[str]]:
    """The rows whose words at those places are numbers."""
    return [r for r in rows if len(r) > max(places) and all(_number(r[p]) is not None for p in places)]


def _number(word: str | None) -> float | None:
    try:
        return float(word) if word is not None else None
    except ValueError:
        return None


def _word(row: list[str], place: int) -> float | None:
    return _number(row[place]) if len(row) > place else None


def _nodes(sections: Sections, places: Places, tags: Tags, metres: float) -> gpd.GeoDataFrame:
    kinds = {"JUNCTIONS": "manhole", "OUTFALLS": "outfall", "STORAGE": "storage", "DIVIDERS": "junction"}
    rows = []
    for section in NODE_SECTIONS:
        for row in sections.get(section, ()):
            invert, depth = _word(row, 1), _word(row, 2) if section != "OUTFALLS" else None
            stage = (
                _word(row, 3) if section == "OUTFALLS" and len(row) > 2 and row[2].upper() == "FIXED" else None
            )
            level = invert * metres if invert is not None else None
            rows.append(
                {
                    "node_id": row[0],
                    "kind": kinds[section],
                    "invert_m": level,
                    "ground_m": level + depth * metres if level is not None and depth else None,
                    "outfall_level_m": stage * metres if stage is not None else None,
                    "tag": tags.get(("NODE", row[0])),
                    "geometry": shapely.Point(places[row[0]]) if row[0] in places else None,
                }
            )
    columns = ["node_id", "kind", "invert_m", "ground_m", "outfall_level_m", "tag", "geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry")


def _pipes(
    sections: Sections, places: Places, tags: Tags, metres: float, *, elevations: bool
) -> gpd.GeoDataFrame:
    inverts = {r[0]: (_word(r, 1) or 0.0) for s in NODE_SECTIONS for r in sections.get(s, ())}
    shapes = {r[0]: r for r in sections.get("XSECTIONS", ()) if len(r) > 2}
    bends: dict[str, list[tuple[float, float]]] = {}
    for row in _numeric(sections.get("VERTICES", ()), 1, 2):
        bends.setdefault(row[0], []).append((float(row[1]), float(row[2])))
    rows = []
    for row in (r for r in sections.get("CONDUITS", ()) if len(r) > 4):
        name, upper, lower = row[:3]
        levels = []
        for node, place in ((upper, 5), (lower, 6)):
            offset = _word(row, place)
            base = inverts.get(node, 0.0)
            levels.append((base if offset is None else offset if elevations else base + offset) * metres)
        size = shapes.get(name, [])
        kind = size[1].upper() if size else ""
        first, second = _word(size, 2) if size else None, _word(size, 3) if size else None
        in_mm = [None if v is None else v * metres * 1000 for v in (first, second)]
        round_ = SHAPE_OF_SWMM.get(kind) == CIRCULAR
        drawn = (
            [places[upper], *bends.get(name, []), places[lower]] if upper in places and lower in places else []
        )
        rows.append(
            {
                "pipe_id": name,
                "from_node": upper,
                "to_node": lower,
                "shape": SHAPE_OF_SWMM.get(kind, kind.lower() or None),
                "diameter_mm": in_mm[0] if round_ else None,
                "height_mm": None if round_ else in_mm[0],
                "width_mm": None if round_ or kind == "EGG" else in_mm[1],
                "sediment_mm": in_mm[1] if kind == "FILLED_CIRCULAR" else None,
                "length_m": (_word(row, 3) or 0.0) * metres or None,
                "roughness": _word(row, 4),
                "invert_up_m": levels[0],
                "invert_down_m": levels[1],
                "tag": tags.get(("LINK", name)),
                "geometry": shapely.LineString(drawn) if len(drawn) > 1 else None,
            }
        )
    columns = ["pipe_id", "from_node", "to_node", "shape", "diameter_mm", "height_mm", "width_mm"]
    columns += ["sediment_mm", "length_m", "roughness", "invert_up_m", "invert_down_m", "tag", "geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry")


def _surfaces(sections: Sections, tags: Tags) -> gpd.GeoDataFrame:
    rings: dict[str, list[tuple[float, float]]] = {}
    for row in _numeric(sections.get("POLYGONS", ()), 1, 2):
        rings.setdefault(row[0], []).append((float(row[1]), float(row[2])))
    rows = [
        {
            "surface_id": row[0],
            "tag": tags.get(("SUBCATCH", row[0])),
            "outlet": row[2] if len(row) > 2 else None,
            "geometry": shapely.Polygon(rings[row[0]]) if len(rings.get(row[0], ())) > 2 else None,
        }
        for row in sections.get("SUBCATCHMENTS", ())
    ]
    return gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=["surface_id", "tag", "outlet", "geometry"]), geometry="geometry"
    )

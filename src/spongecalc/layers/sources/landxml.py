"""Pipe networks of LandXML (1.0 to 2.0): structures as nodes, pipes with their sections and inverts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from spongecalc.catalogue.catalogue import shipped
from spongecalc.catalogue.pipe_section import CIRCULAR, EGG, RECT_CLOSED, RECT_OPEN
from spongecalc.contract import SCHEMAS
from spongecalc.layers.field_names import folded, value_names
from spongecalc.layers.sources.landxml_feature import (
    CODE,
    NETWORK,
    column_values,
    drawn_line,
    own_properties,
    point_properties,
)
from spongecalc.layers.sources.raw import Note, RawLayer, SourceRefusedError
from spongecalc.layers.sources.xml_document import children, everywhere, inside, local_name, number_of

# Units of the schema in m.
UNITS_M = {
    "millimeter": 0.001,
    "centimeter": 0.01,
    "meter": 1.0,
    "kilometer": 1000.0,
    "inch": 0.0254,
    "foot": 0.3048,
    "feet": 0.3048,
    "ussurveyfoot": 1200 / 3937,
    "mile": 1609.344,
}
SYSTEMS = {"storm": "storm", "sanitary": "sewage"}
STATES = {"existing": "existing", "proposed": "proposed", "destroyed": "removed"}
KINDS = {"InletStruct": "inlet", "OutletStruct": "outfall", "Connection": "junction"}
WATER = "water"
# A program that has no structure at the end of a pipe writes one of this name.
NOTHING = "null structure"
# No pipe is 20 m wide: without a stated unit such a number is in millimetres.
WIDEST_M = 20.0
NODE_COLUMNS = ["node_id", "system", "kind", "ground_m", "invert_m", "status", "network", "desc", "geometry"]
PIPE_COLUMNS = [
    "pipe_id",
    "system",
    "from_node",
    "to_node",
    "shape",
    "diameter_mm",
    "width_mm",
    "height_mm",
    "wall_mm",
    "material",
    "roughness",
    "hazen_williams",
    "invert_up_m",
    "invert_down_m",
    "length_m",
    "status",
    "network",
    "desc",
    "geometry",
]
_READ = ("Units", "PipeNetworks", "CoordinateSystem", "Project", "Application")
_PARTS = ("PipeFlow", "StructFlow", "Feature")


Row = dict[str, object]


@dataclass(frozen=True)
class _Ends:
    """Places of structures by name, and levels of pipes at them by structure, pipe and way of flow."""

    places: dict[str, shapely.Point | None]
    levels: dict[tuple[str, str, str], str | None]


@dataclass(frozen=True)
class _Units:
    """Metres in a unit of coordinates, levels and lengths, and of sizes by the name of their measure."""

    plan: float
    length: float
    level: float
    sizes: dict[str, float | None]


def network_names(root: Element) -> list[str]:
    """Names of the networks, in the order of the file; one without a name is a dash."""
    return list(dict.fromkeys(_name(n) for n in everywhere(root, "PipeNetwork")))


def read_landxml(root: Element, layer: str, network: str | None = None) -> RawLayer:
    """Nodes or pipes of a document's networks.

    Parameters
    ----------
    root
        The document.
    layer
        "nodes" or "pipes".
    network
        The name of one network; None takes all but those of drinking water.

    Returns
    -------
    Features with the contract's columns, the fields ``network`` and ``desc``, and notes on what is not carried
    over. Coordinates stand as north, east in the file. A node's invert is the lowest of its pipes, else the
    bottom of its sump.

    Raises
    ------
    SourceRefusedError
        If the file has no networks, or not the one, or ``layer`` is another.
    """
    every = list(everywhere(root, "PipeNetwork"))
    if layer not in ("nodes", "pipes"):
        raise SourceRefusedError("table.no_geometry", layer=layer)
    named = network_names(root)
    is_empty = not every and next(point_properties(root), None) is None
    if is_empty or (network is not None and network not in named):
        raise SourceRefusedError(
            "layer.missing", layer=network or "PipeNetwork", available=", ".join(named) or "-"
        )
    wanted = [n for n in every if network is None or _name(n) == network]
    left: Counter[str] = Counter()
    if network is None:
        for water in [n for n in wanted if n.get("pipeNetType") == WATER]:
            wanted.remove(water)
            left[f"PipeNetwork {_name(water)} (water)"] += sum(1 for _ in everywhere(water, "Pipe"))
    crs = _crs(root)
    units, taken_mm = _units(root, crs), [0]
    rows: list[Row] = []
    if layer == "nodes":
        rows += [row for one in wanted for row in _nodes(one, units, left)]
        rows += [row for row in _points(root, units) if network in (None, row["network"])]
    else:
        anywhere = _ends(every, units)
        rows += [row for one in wanted for row in _pipes(one, anywhere, units, left, taken_mm)]
    usual = NODE_COLUMNS if layer == "nodes" else PIPE_COLUMNS
    told = [c for c in SCHEMAS[layer].column_names if c not in usual and any(c in row for row in rows)]
    frame = pd.DataFrame(rows, columns=[*usual, *told])
    notes = []
    if taken_mm[0]:
        notes.append(Note("landxml.sizes_taken", {"count": taken_mm[0]}))
    left.update(local_name(e) for e in root if local_name(e) not in _READ and e.get("code") != CODE)
    left.update(
        local_name(e) for one in wanted for e in one.iter() if local_name(e) in _PARTS and e.get("code") != CODE
    )
    if left:
        what = ", ".join(f"{name} {count}" for name, count in sorted(left.items()))
        notes.append(Note("xml.not_carried", {"what": what}))
    columns = frozenset(c for c in frame.columns if c not in ("geometry", "network", "desc"))
    return RawLayer(gpd.GeoDataFrame(frame, geometry="geometry", crs=crs), columns, tuple(notes))


def _name(element: Element) -> str:
    return (element.get("name") or "").strip() or "-"


def _crs(root: Element) -> CRS | None:
    stated = inside(root, "CoordinateSystem")
    code = (stated.get("epsgCode") or "").strip() if stated is not None else ""
    try:
        return CRS.from_epsg(int(code.removeprefix("EPSG:"))) if code else None
    except (CRSError, ValueError):
        return None


def _units(root: Element, crs: CRS | None) -> _Units:
    stated = inside(root, "Units", "Metric")
    if stated is None:
        stated = inside(root, "Units", "Imperial")

    def metres(attribute: str) -> float | None:
        return UNITS_M.get((stated.get(attribute) or "").lower()) if stated is not None else None

    length = metres("linearUnit") or 1.0
    sizes = {name: metres(f"{name}Unit") for name in ("diameter", "width", "height")}
    # In a stated system the coordinates are in its own unit, whatever that is.
    return _Units(1.0 if crs is not None else length, length, metres("elevationUnit") or length, sizes)


def _times(words: str | None, factor: float) -> object:
    """A number times a factor, to the tenth of a millimetre; what is no number as it stands, to be named."""
    number = number_of(words)
    if number is None:
        return words
    return number if factor == 1.0 else round(number * factor, 7)


def _place(element: Element | None, units: _Units) -> shapely.Point | None:
    """A point of a text that has north before east."""
    parts = [number_of(w) for w in (element.text or "").split()] if element is not None else []
    if len(parts) < 2 or parts[0] is None or parts[1] is None:
        return None
    return shapely.Point(parts[1] * units.plan, parts[0] * units.plan)


def _structures(network: Element) -> Iterable[Element]:
    return everywhere(network, "Struct")


def _inverts(structure: Element) -> list[Element]:
    return list(children(structure, "Invert"))


def _ends(networks: Iterable[Element], units: _Units) -> _Ends:
    """Structures of some networks; of two of one name the first."""
    ends = _Ends({}, {})
    for one in (s for network in networks for s in _structures(network)):
        name = _name_of(one)
        ends.places.setdefault(name, _place(inside(one, "Center"), units))
        for invert in _inverts(one):
            way = (invert.get("flowDir") or "").lower()
            ends.levels.setdefault((name, (invert.get("refPipe") or "").strip(), way), invert.get("elev"))
    return ends


def _name_of(element: Element) -> str:
    return (element.get("name") or "").strip()


def _points(root: Element, units: _Units) -> Iterable[Row]:
    """Nodes without a pipe, which the schema has no structure for."""
    for point, properties in point_properties(root):
        yield {
            "node_id": _name_of(point) or None,
            "status": _state(point),
            "network": properties.get(NETWORK),
            "geometry": _place(point, units),
        } | column_values("nodes", properties)


def _nodes(network: Element, units: _Units, left: Counter[str]) -> Iterable[Row]:
    usual = value_names("nodes", "kind", shipped())
    for one in _structures(network):
        desc = (one.get("desc") or "").strip()
        place = _place(inside(one, "Center"), units)
        if place is None and NOTHING in f"{desc} {_name(one)}".lower():
            left["Struct (null structure)"] += 1
            continue
        drawn = next((KINDS[n] for n in map(local_name, one) if n in KINDS), None)
        levels = [n for i in _inverts(one) if (n := number_of(i.get("elev"))) is not None]
        told = column_values("nodes", own_properties(one))
        sump = number_of(one.get("elevSump"))
        if levels and sump is not None and sump < min(levels) - 0.001 / units.level and "invert_m" not in told:
            left["elevSump"] += 1
        bottom = str(min(levels)) if levels else one.get("elevSump")
        yield {
            "node_id": _name_of(one) or None,
            "system": SYSTEMS.get(network.get("pipeNetType") or ""),
            "kind": drawn or usual.get(folded(desc), "manhole"),
            "ground_m": _times(one.get("elevRim"), units.level),
            "invert_m": _times(bottom, units.level),
            "status": _state(one),
            "network": _name(network),
            "desc": desc or None,
            "geometry": place,
        } | told


def _state(element: Element) -> str | None:
    state = (element.get("state") or "").strip()
    return STATES.get(state, state) or None


def _pipes(
    network: Element, anywhere: _Ends, units: _Units, left: Counter[str], taken_mm: list[int]
) -> Iterable[Row]:
    own = _ends([network], units)
    # A pipe may lead to a structure of another network.
    places, levels = {**anywhere.places, **own.places}, {**anywhere.levels, **own.levels}
    for pipe in everywhere(network, "Pipe"):
        name, properties = _name_of(pipe), own_properties(pipe)
        ends = [(pipe.get(ref) or "").strip() for ref in ("refStart", "refEnd")]
        points = [places.get(end) for end in ends]
        straight = shapely.LineString(points) if None not in points else None
        if any(local_name(e) in ("P", "Center") for e in pipe):
            left["Pipe (bend)"] += 1
        row: Row = {
            "pipe_id": name or None,
            "system": SYSTEMS.get(network.get("pipeNetType") or ""),
            "from_node": ends[0] or None,
            "to_node": ends[1] or None,
            "invert_up_m": _times(_level(levels, ends[0], name, ("out", "both", "", "in")), units.level),
            "invert_down_m": _times(_level(levels, ends[1], name, ("in", "both", "", "out")), units.level),
            "length_m": _times(pipe.get("length"), units.length),
            "status": _state(pipe),
            "network": _name(network),
            "desc": (pipe.get("desc") or "").strip() or None,
            "geometry": drawn_line(properties) or straight,
        }
        section = next((e for e in pipe if local_name(e) in _SECTIONS), None)
        if section is not None:
            row |= _section(section, units, taken_mm)
        row["material"] = row.get("material") or (pipe.get("material") or "").strip() or None
        yield row | column_values("pipes", properties)


def _level(
    levels: dict[tuple[str, str, str], str | None], node: str, pipe: str, ways: Sequence[str]
) -> str | None:
    """The level of a pipe at a node, of the ways that it may be said the first."""
    return next((levels[node, pipe, way] for way in ways if (node, pipe, way) in levels), None)


# The shape of each section, and the attributes that hold its diameter, width and height.
_SECTIONS: dict[str, tuple[str, str, str, str]] = {
    "CircPipe": (CIRCULAR, "diameter", "", ""),
    "EggPipe": (EGG, "", "", "height"),
    "RectPipe": (RECT_CLOSED, "", "width", "height"),
    "Channel": (RECT_OPEN, "", "widthBottom", "height"),
    "ElliPipe": ("elliptical", "", "span", "height"),
}


def _section(section: Element, units: _Units, taken_mm: list[int]) -> Row:
    shape, *names = _SECTIONS[local_name(section)]
    if local_name(section) == "Channel" and section.get("widthTop") not in (None, section.get("widthBottom")):
        shape = "trapezoidal"
    row: Row = {
        "shape": shape,
        "material": (section.get("material") or "").strip() or None,
        "roughness": _times(section.get("mannings"), 1.0),
        "hazen_williams": _times(section.get("hazenWilliams"), 1.0),
    }
    # A wall is told in the unit of the size that it is the wall of.
    wall_factor = 1.0
    for column, measure, attribute in zip(
        ("diameter_mm", "width_mm", "height_mm"), ("diameter", "width", "height"), names, strict=True
    ):
        number = number_of(section.get(attribute)) if attribute else None
        factor = units.sizes[measure]
        if factor is None and number is not None:
            in_mm = number >= WIDEST_M
            taken_mm[0] += in_mm
            factor = 0.001 if in_mm else units.length
        row[column] = _times(section.get(attribute) if attribute else None, (factor or 1.0) * 1000)
        if number is not None:
            wall_factor = factor or 1.0
    row["wall_mm"] = _times(section.get("thickness"), wall_factor * 1000)
    return row

"""A network as LandXML 1.2: a PipeNetwork for each system, with structures, inverts and pipes.

What the schema has no place for stands in a Feature beside the element (see
:mod:`spongecalc.layers.sources.landxml_feature`), so that the package reads back what it wrote.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import shapely
from lxml import etree
from pyproj import CRS

from spongecalc.contract import SCHEMAS, SYSTEMS
from spongecalc.export.landxml_section import WrittenSection, written_section
from spongecalc.export.network import ExportedNetwork, LeftOut, left_out
from spongecalc.export.value_text import number_text, unfit, value_text
from spongecalc.layers.sources.landxml import KINDS, STATES
from spongecalc.layers.sources.landxml import SYSTEMS as SYSTEM_OF_TYPE
from spongecalc.layers.sources.landxml_feature import CODE, LINE, NETWORK, UNKNOWN

FORM = "landxml"
NAMESPACE = "http://www.landxml.org/schema/LandXML-1.2"
# The schema wants a day and an hour. The same layers give the same bytes, so they say nothing.
NO_DATE, NO_TIME = "1970-01-01", "00:00:00"
UNITS = {
    "areaUnit": "squareMeter",
    "linearUnit": "meter",
    "volumeUnit": "cubicMeter",
    "temperatureUnit": "celsius",
    "pressureUnit": "HPA",
    "diameterUnit": "millimeter",
    "widthUnit": "millimeter",
    "heightUnit": "millimeter",
    "elevationUnit": "meter",
}
TYPE_OF_SYSTEM = {system: kind for kind, system in SYSTEM_OF_TYPE.items()}
OTHER_TYPE = "other"
_STATE = {status: state for state, status in STATES.items()}
_ELEMENT = {kind: element for element, kind in KINDS.items()}
MANHOLE = "manhole"
# The schema wants so many structures in each network.
LEAST_STRUCTURES = 2


@dataclass(frozen=True)
class _End:
    """An end of a pipe at a structure."""

    pipe: str
    way: str
    level_m: float


@dataclass(frozen=True)
class _Pipe:
    """A pipe that can be written: its row, its section, its levels, and columns that the layers do not know."""

    row: Any
    section: WrittenSection
    up: _End
    down: _End
    unknown: frozenset[str]


@dataclass
class _Net:
    """The structures and pipes of one PipeNetwork."""

    system: str
    nodes: list[Any] = field(default_factory=list)
    pipes: list[_Pipe] = field(default_factory=list)


def landxml(network: ExportedNetwork) -> tuple[bytes, tuple[LeftOut, ...]]:
    """The document as UTF-8, and what it cannot hold.

    Coordinates are in the network's CRS, north before east; lengths and levels in m, sections in mm. The diameter
    of a pipe is that of the layers. A pipe without a size or without a level at an end cannot be told, nor one
    whose end is no node of the network; a node at which no pipe ends is a point, for a structure needs an invert.
    """
    out: list[LeftOut] = []
    nodes = {}
    for row in network.nodes.itertuples():
        if unfit("nodes", row):
            out.append(left_out(FORM, "nodes", row, "unfit"))
        else:
            nodes[row.node_id] = row
    pipes = [p for row in network.pipes.itertuples() if (p := _pipe(row, nodes, network, out)) is not None]
    nets, kept = _nets(nodes, pipes)
    out.extend(left_out(FORM, "pipes", p.row, "one_structure") for p in pipes if p not in kept)
    root = etree.Element(
        f"{{{NAMESPACE}}}LandXML", nsmap={None: NAMESPACE}, date=NO_DATE, time=NO_TIME, version="1.2"
    )
    etree.SubElement(_added(root, "Units"), _tag("Metric"), UNITS)
    _added(root, "CoordinateSystem", **_coordinate_system(network.crs))
    _added(root, "Project", name=network.name)
    _added(root, "Application", name=CODE)
    _add_points(root, nodes, {n.node_id for net in nets for n in net.nodes})
    if nets:
        group = _added(root, "PipeNetworks", name=network.scenario)
        ends = _ends(p for net in nets for p in net.pipes)
        for net in nets:
            _add_network(group, net, nodes, ends, network)
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return content, tuple(out)


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _added(parent: Any, tag: str, /, **attributes: str | None) -> Any:
    said = {key: value for key, value in attributes.items() if value is not None}
    return etree.SubElement(parent, _tag(tag), said)


def _coordinate_system(crs: CRS) -> dict[str, str | None]:
    code = crs.to_epsg(100)
    return {
        "name": crs.name,
        "epsgCode": None if code is None else str(code),
        "ogcWktCode": None if code is not None else crs.to_wkt(),
    }


def _pipe(row: Any, nodes: Mapping[str, Any], network: ExportedNetwork, out: list[LeftOut]) -> _Pipe | None:
    section = written_section(row, network.catalogue)
    ends = row.from_node, row.to_node
    levels = [
        (float(own), float(nodes[end].invert_m) if end in nodes else math.nan)
        for own, end in zip((row.invert_up_m, row.invert_down_m), ends, strict=True)
    ]
    shown = [other if math.isnan(own) else own for own, other in levels]
    reason = (
        "unfit"
        if unfit("pipes", row)
        else "no_end"
        if not all(end in nodes for end in ends)
        else "no_section"
        if section is None
        else "no_level"
        if any(map(math.isnan, shown))
        else ""
    )
    if reason or section is None:
        out.append(left_out(FORM, "pipes", row, reason))
        return None
    unknown = {c for c, (own, _) in zip(("invert_up_m", "invert_down_m"), levels, strict=True) if math.isnan(own)}
    unknown |= {c for c in section.columns if value_text(getattr(row, c)) is None}
    if value_text(row.length_m) is None:
        unknown.add("length_m")
    up, down = (_End(row.pipe_id, way, m) for way, m in zip(("out", "in"), shown, strict=True))
    return _Pipe(row, section, up, down, frozenset(unknown))


def _nets(nodes: Mapping[str, Any], pipes: Iterable[_Pipe]) -> tuple[list[_Net], list[_Pipe]]:
    """Networks by system, and the pipes that are in them.

    A node stands in the network of its own system, or where that has no pipe in that of its first pipe. A network
    with fewer structures than the schema wants goes into the largest.
    """
    by_system: dict[str, _Net] = {}
    first: dict[str, str] = {}
    for pipe in pipes:
        system = _system(pipe.row)
        by_system.setdefault(system, _Net(system)).pipes.append(pipe)
        for end in (pipe.row.from_node, pipe.row.to_node):
            first.setdefault(end, system)
    for name, system in sorted(first.items()):
        own = _system(nodes[name])
        by_system[own if own in by_system else system].nodes.append(nodes[name])
    order = {system: at for at, system in enumerate(SYSTEMS)}
    nets = sorted(by_system.values(), key=lambda n: (order.get(n.system, len(order)), n.system))
    largest = max(nets, key=lambda n: len(n.nodes), default=None)
    for net in nets:
        if net is not largest and largest is not None and len(net.nodes) < LEAST_STRUCTURES:
            largest.nodes += net.nodes
            largest.pipes += net.pipes
            net.nodes, net.pipes = [], []
    nets = [n for n in nets if len(n.nodes) >= LEAST_STRUCTURES]
    return nets, [p for n in nets for p in n.pipes]


def _system(row: Any) -> str:
    return value_text(row.system) or "-"


def _add_points(root: Any, nodes: Mapping[str, Any], structures: set[str]) -> None:
    """Nodes that no pipe ends at, as points with what the layers say of them in Features."""
    points = [row for name, row in nodes.items() if name not in structures]
    if not points:
        return
    group = _added(root, "CgPoints", name="nodes without a pipe", code=CODE)
    for row in points:
        level = () if math.isnan(row.ground_m) else (row.ground_m,)
        point = _added(
            group,
            "CgPoint",
            name=row.node_id,
            code=row.kind,
            state=_STATE.get(row.status),
            featureRef=row.node_id,
        )
        point.text = _north_east(row.geometry, level)
    for row in points:
        held = {"node_id", *(("status",) if row.status in _STATE else ())}
        more = {NETWORK: _system(row)}
        _add_feature(group, "nodes", row, held, frozenset(), more, name=row.node_id)


def _north_east(point: shapely.Point, level: Iterable[float] = ()) -> str:
    x, y = shapely.get_coordinates(point)[0]
    return " ".join(number_text(v) for v in (y, x, *level))


def _ends(pipes: Iterable[_Pipe]) -> dict[str, list[_End]]:
    """The ends of pipes at each structure, those of other networks among them."""
    ends: dict[str, list[_End]] = {}
    for pipe in pipes:
        ends.setdefault(pipe.row.from_node, []).append(pipe.up)
        ends.setdefault(pipe.row.to_node, []).append(pipe.down)
    return ends


def _add_network(
    group: Any, net: _Net, nodes: Mapping[str, Any], ends: Mapping[str, list[_End]], network: ExportedNetwork
) -> None:
    kind = TYPE_OF_SYSTEM.get(net.system, OTHER_TYPE)
    element = _added(group, "PipeNetwork", name=net.system, pipeNetType=kind)
    structs = _added(element, "Structs")
    for row in net.nodes:
        _add_struct(structs, row, ends[row.node_id], kind, network.manhole_mm.get(row.node_id))
    pipes = _added(element, "Pipes")
    for pipe in net.pipes:
        _add_pipe(pipes, pipe, kind, nodes)


def _add_struct(parent: Any, row: Any, ends: list[_End], net_type: str, manhole_mm: float | None) -> None:
    invert = value_text(row.invert_m)
    one = _added(
        parent,
        "Struct",
        name=row.node_id,
        desc=value_text(row.kind),
        elevRim=value_text(row.ground_m),
        elevSump=invert,
        state=_STATE.get(row.status),
    )
    _added(one, "Center").text = _north_east(row.geometry, () if invert is None else (row.invert_m,))
    held, more = {"node_id", "ground_m"}, {}
    if manhole_mm is not None:
        _added(one, "CircStruct", diameter=number_text(manhole_mm))
        # Nobody surveyed it: the usual one for the largest pipe, as in the bill.
        more["size"] = "usual"
        held.add("kind")
    else:
        _added(one, _ELEMENT.get(row.kind, _ELEMENT["junction"]))
        held |= {"kind"} if row.kind in _ELEMENT else set()
    for end in ends:
        _added(one, "Invert", elev=number_text(end.level_m), flowDir=end.way, refPipe=end.pipe)
    lowest = min(end.level_m for end in ends)
    if invert is not None and float(row.invert_m) == lowest:
        held.add("invert_m")
    unknown = {c for c in ("invert_m", "kind") if value_text(getattr(row, c)) is None}
    held |= _held_by_all(row, net_type)
    _add_feature(one, "nodes", row, held, frozenset(unknown), more)


def _held_by_all(row: Any, net_type: str) -> set[str]:
    """Columns that elements of a network tell: their system by the network's type, their status by a state."""
    held = {"status"} if row.status in _STATE else set()
    told = SYSTEM_OF_TYPE.get(net_type) == value_text(row.system)
    return held | ({"system"} if told else set())


def _add_pipe(parent: Any, pipe: _Pipe, net_type: str, nodes: Mapping[str, Any]) -> None:
    row = pipe.row
    line = shapely.get_coordinates(row.geometry)
    recorded = value_text(row.length_m)
    one = _added(
        parent,
        "Pipe",
        name=row.pipe_id,
        refStart=row.from_node,
        refEnd=row.to_node,
        length=recorded or number_text(round(row.geometry.length, 6)),
        state=_STATE.get(row.status),
    )
    etree.SubElement(one, _tag(pipe.section.element), pipe.section.attributes)
    ends = shapely.get_coordinates([nodes[row.from_node].geometry, nodes[row.to_node].geometry])
    drawn = line.shape == ends.shape and (line == ends).all()
    more = {} if drawn else {LINE: " ".join(number_text(v) for x, y in line for v in (y, x))}
    held = {"pipe_id", "from_node", "to_node", "invert_up_m", "invert_down_m", "length_m"}
    held |= pipe.section.columns | _held_by_all(row, net_type)
    _add_feature(one, "pipes", row, held, pipe.unknown, more)


def _add_feature(
    parent: Any,
    layer: str,
    row: Any,
    held: set[str],
    unknown: frozenset[str],
    more: Mapping[str, str | None],
    name: str = "",
) -> None:
    """Add what an element does not hold: columns with a value, those stated but unknown, and ``more``."""
    columns = [c.name for c in SCHEMAS[layer].columns if c.name not in held and hasattr(row, c.name)]
    told: dict[str, str | None] = {c: value_text(getattr(row, c)) for c in columns}
    told |= {UNKNOWN: " ".join(sorted(unknown)) or None, **more}
    said = {label: words for label, words in told.items() if words is not None}
    if said:
        feature = _added(parent, "Feature", name=name or layer, code=CODE)
        for label, words in said.items():
            _added(feature, "Property", label=label, value=words)


def held_by(network: ExportedNetwork, out: Iterable[LeftOut]) -> ExportedNetwork:
    """The network without the pipes and nodes that this form cannot hold."""
    gone = {(o.layer, o.feature_id) for o in out}
    frames = {
        layer: frame[[(layer, i) not in gone for i in frame[SCHEMAS[layer].id_column]]]
        for layer, frame in (("nodes", network.nodes), ("pipes", network.pipes))
    }
    return replace(network, **frames)

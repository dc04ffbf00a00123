"""A network as IFC 4.3: chambers and pipe segments with ports, systems, materials, properties and bodies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from spongecalc.contract import SCHEMAS
from spongecalc.export.ifc_document import LONGEST_LABEL, IfcDocument, add_project
from spongecalc.export.ifc_node import add_node
from spongecalc.export.ifc_pipe import add_pipe
from spongecalc.export.network import ExportedNetwork, LeftOut, left_out
from spongecalc.export.value_text import unfit, value_text

FORM = "ifc"
# IFC has no kind of system for combined sewers.
SYSTEM_KINDS = {"storm": "STORMWATER", "sewage": "SEWAGE"}
OWN_KIND = "USERDEFINED"
# The origin lies on a whole number of these, so that coordinates stay small wherever the project is.
GRID_M = 1000.0


@dataclass
class _Gathered:
    """Elements by what they are related to, in the order in which they came."""

    by_community: dict[str, list[Any]] = field(default_factory=dict)
    by_system: dict[str, list[Any]] = field(default_factory=dict)
    by_material: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, element: Any, row: Any) -> None:
        """Note an element of a row of a layer."""
        self.by_community.setdefault(value_text(row.community_id) or "", []).append(element)
        self.by_system.setdefault(value_text(row.system) or "", []).append(element)


def ifc(network: ExportedNetwork, file_name: str) -> tuple[bytes, tuple[LeftOut, ...]]:
    """The document, and what it cannot hold: texts with control characters, and too long ids and materials.

    A site for each community, a distribution system for each of storm, sewage and combined. An element is placed
    in m from an origin on a whole kilometre, which the map conversion places in the CRS; levels are the layers'.

    Raises
    ------
    MissingIfcError
        ifcopenshell is not installed.
    """
    document = IfcDocument(network.name)
    out: list[LeftOut] = []
    rows = {
        layer: [r for r in frame.itertuples() if _fits(layer, r, out)]
        for layer, frame in (("nodes", network.nodes), ("pipes", network.pipes))
    }
    origin = _origin(network)
    project, body, axis = add_project(document, network.name, network.crs, origin)
    site = document.rooted(
        "IfcSite", Name=network.name[:LONGEST_LABEL], ObjectPlacement=document.placed((0.0, 0.0, 0.0))
    )
    document.aggregate(project, [site])
    gathered = _Gathered()
    ports = _Ports(document)
    nodes = {}
    for row in rows["nodes"]:
        nodes[row.node_id] = row
        added = add_node(
            document, row, site.ObjectPlacement, origin, network.manhole_mm.get(row.node_id), body, axis
        )
        gathered.add(added, row)
        ports.elements[row.node_id] = added
    for row in rows["pipes"]:
        ends = [nodes.get(e) for e in (row.from_node, row.to_node)]
        added, places = add_pipe(document, row, site.ObjectPlacement, origin, ends, network.catalogue, body, axis)
        gathered.add(added, row)
        if (material := value_text(row.material)) is not None:
            gathered.by_material.setdefault(material, []).append(added)
        kind = SYSTEM_KINDS.get(row.system, OWN_KIND)
        ports.join(row.pipe_id, added, places, [None if e is None else e.node_id for e in ends], kind)
    ports.nest()
    _relate(document, network, site, gathered)
    return document.content(file_name), tuple(out)


def _fits(layer: str, row: Any, out: list[LeftOut]) -> bool:
    labels = (getattr(row, SCHEMAS[layer].id_column), getattr(row, "material", None))
    long = any(isinstance(words, str) and len(words) > LONGEST_LABEL for words in labels)
    reason = "unfit" if unfit(layer, row) else "long_text" if long else ""
    if reason:
        out.append(left_out(FORM, layer, row, reason))
    return not reason


def _origin(network: ExportedNetwork) -> np.ndarray:
    shapes = [*network.nodes.geometry, *network.pipes.geometry]
    if not shapes:
        return np.zeros(2)
    return np.asarray(np.floor(shapely.total_bounds(shapes)[:2] / GRID_M) * GRID_M)


class _Ports:
    """Ports at the ends of pipes and, for each, one at the chamber that the pipe ends at."""

    def __init__(self, document: IfcDocument) -> None:
        self._document = document
        self.elements: dict[str, Any] = {}
        self._nested: dict[str, tuple[Any, list[Any]]] = {}

    def join(self, pipe: str, element: Any, places: list[Any], ends: list[str | None], system: str) -> None:
        """Add a pipe's ports, joined to those of its nodes: water leaves the upper node and enters the lower."""
        for at, (place, node) in enumerate(zip(places, ends, strict=True)):
            enters = at == 0
            own = self._port(pipe, element, f"{pipe} {'start' if enters else 'end'}", place, enters, system)
            if node is None or node not in self.elements:
                continue
            chamber = self.elements[node]
            other = self._port(node, chamber, f"{node} {pipe} {at}", None, not enters, system)
            source, sink = (other, own) if enters else (own, other)
            self._document.rooted(
                "IfcRelConnectsPorts", pipe, node, str(at), RelatingPort=source, RelatedPort=sink
            )

    def nest(self) -> None:
        """Say whose ports they are."""
        for name, (element, ports) in self._nested.items():
            key = (element.is_a(), name)
            self._document.rooted("IfcRelNests", *key, RelatingObject=element, RelatedObjects=ports)

    def _port(self, owner: str, element: Any, name: str, place: Any, enters: bool, system: str) -> Any:
        document = self._document
        within = element.ObjectPlacement
        port = document.rooted(
            "IfcDistributionPort",
            element.is_a(),
            name,
            Name=name[:LONGEST_LABEL],
            ObjectPlacement=document.placed((0.0, 0.0, 0.0) if place is None else place, within),
            FlowDirection="SINK" if enters else "SOURCE",
            PredefinedType="PIPE",
            SystemType=system,
        )
        self._nested.setdefault(f"{element.is_a()} {owner}", (element, []))[1].append(port)
        return port


def _relate(document: IfcDocument, network: ExportedNetwork, site: Any, gathered: _Gathered) -> None:
    """Say of elements in which community, of which system and of what material they are."""
    parts = {}
    for row in network.communities.itertuples():
        name = value_text(row.community_id) or ""
        parts[name] = document.rooted(
            "IfcSite",
            name,
            Name=name[:LONGEST_LABEL],
            LongName=(value_text(row.name) or name)[:LONGEST_LABEL],
            ObjectPlacement=document.placed((0.0, 0.0, 0.0), site.ObjectPlacement),
        )
    document.aggregate(site, list(parts.values()))
    for community, elements in sorted(gathered.by_community.items()):
        place = parts.get(community, site)
        document.rooted(
            "IfcRelContainedInSpatialStructure",
            community,
            RelatedElements=elements,
            RelatingStructure=place,
        )
    for system, elements in sorted(gathered.by_system.items()):
        kind = SYSTEM_KINDS.get(system, OWN_KIND)
        own = None if kind != OWN_KIND else (system or "UNKNOWN").upper()
        group = document.rooted(
            "IfcDistributionSystem", system, Name=system or "-", ObjectType=own, PredefinedType=kind
        )
        document.rooted("IfcRelAssignsToGroup", system, RelatedObjects=elements, RelatingGroup=group)
        document.rooted(
            "IfcRelReferencedInSpatialStructure", system, RelatedElements=[group], RelatingStructure=site
        )
    for name, elements in sorted(gathered.by_material.items()):
        material = document.add("IfcMaterial", Name=name, Category=network.catalogue.family(name))
        document.rooted("IfcRelAssociatesMaterial", name, RelatedObjects=elements, RelatingMaterial=material)

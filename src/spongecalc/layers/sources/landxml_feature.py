"""Features of this package beside structures and pipes, for what LandXML has no place for.

The schema leaves such Features to the programs that write them. Its properties are values by the names of the
contract's columns, and these, which are no columns: ``unknown`` lists columns that the element states because the
schema wants them and that the layers do not know; ``line`` holds the vertices of a pipe that is not straight
between its structures, north before east; ``network`` is the network of a node that is no structure.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

import shapely

from spongecalc.contract import SCHEMAS
from spongecalc.layers.sources.xml_document import children, number_of

CODE = "spongecalc"
"""What marks a Feature, and a group of points, as one of these."""
UNKNOWN, LINE, NETWORK = "unknown", "line", "network"
BETWEEN = " "


def own_properties(element: Element) -> dict[str, str]:
    """Values by label of an element's Features of this package; none of an element without one."""
    return {
        label: value
        for feature in children(element, "Feature")
        if feature.get("code") == CODE
        for label, value in _labelled(feature)
    }


def point_properties(root: Element) -> Iterator[tuple[Element, dict[str, str]]]:
    """Nodes that are no structures: points of this package's group, each with its Feature's values by label."""
    for group in children(root, "CgPoints"):
        if group.get("code") != CODE:
            continue
        features = {f.get("name") or "": dict(_labelled(f)) for f in children(group, "Feature")}
        for point in children(group, "CgPoint"):
            yield point, features.get(point.get("featureRef") or "", {})


def column_values(layer: str, properties: dict[str, str]) -> dict[str, object]:
    """Values of the contract's columns among an element's properties; None for what is stated but unknown.

    A number that is none stays as it is written, to be named.
    """
    values: dict[str, object] = dict.fromkeys(properties.get(UNKNOWN, "").split(), None)
    for column in SCHEMAS[layer].columns:
        if (words := properties.get(column.name)) is not None:
            number = number_of(words) if column.kind == "number" else None
            values[column.name] = words if number is None else number
    return values


def drawn_line(properties: dict[str, str]) -> shapely.LineString | None:
    """The line of a pipe that does not run straight between its structures; None where none is told."""
    numbers = [number_of(w) for w in properties.get(LINE, "").split()]
    if len(numbers) < 4 or len(numbers) % 2 or None in numbers:
        return None
    return shapely.LineString([(east, north) for north, east in zip(numbers[::2], numbers[1::2], strict=True)])


def _labelled(feature: Element) -> Iterator[tuple[str, str]]:
    for each in children(feature, "Property"):
        yield each.get("label") or "", each.get("value") or ""

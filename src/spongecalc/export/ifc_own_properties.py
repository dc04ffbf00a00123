"""Columns of the contract as properties of an IFC element, in a set of this package's own."""

from __future__ import annotations

from typing import Any

from spongecalc.contract import SCHEMAS
from spongecalc.export.ifc_document import IfcDocument
from spongecalc.export.value_text import value_text

STATUS = {"proposed": "NEW", "existing": "EXISTING", "removed": "DEMOLISH"}
"""Words of the standard's property sets for the contract's."""


def own_properties(document: IfcDocument, layer: str, row: Any) -> dict[str, Any]:
    """Every value of a feature by its column's name, whose end is its unit; its id is the element's name too."""
    values = {}
    for column in SCHEMAS[layer].columns:
        value = getattr(row, column.name, None)
        words = value_text(value)
        if words is None:
            continue
        if column.kind == "number" and isinstance(value, int | float):
            values[column.name] = document.typed("IfcReal", float(value))
        else:
            values[column.name] = document.typed("IfcText", words)
    return values


def status(document: IfcDocument, row: Any) -> list[Any]:
    """The status of an element as the standard's enumerated value."""
    return [document.typed("IfcLabel", STATUS.get(row.status, "UNSET"))]

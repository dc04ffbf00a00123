"""An IFC 4.3 document while it is made: entities, places, properties, and ids that follow from the features'."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from pyproj import CRS

SCHEMA: Literal["IFC4X3"] = "IFC4X3"
# Ids of entities are made of the features' in this name space: the same layers give the same ids.
_SPACE = uuid.UUID("6f1f8a3e-7d0c-5b0e-9a43-5a0d5b7c2e11")
# The header wants an hour. The same layers give the same bytes, so it says nothing.
NO_TIME = "1970-01-01T00:00:00"
LONGEST_LABEL = 255
type Point = Sequence[float] | np.ndarray


class MissingIfcError(ImportError):
    """The library that writes IFC is not installed: ``pip install 'spongecalc[ifc]'``."""


class IfcDocument:
    """A file of IFC entities with the relations that are gathered while it is made."""

    def __init__(self, name: str) -> None:
        try:
            import ifcopenshell  # noqa: PLC0415  an extra
            import ifcopenshell.guid  # noqa: PLC0415
        except ImportError as missing:
            raise MissingIfcError(str(missing)) from missing
        self._name = name
        self._compress = ifcopenshell.guid.compress
        self.file = ifcopenshell.file(schema=SCHEMA)

    def add(self, kind: str, *values: Any, **attributes: Any) -> Any:
        """A new entity."""
        return self.file.create_entity(kind, *values, **attributes)

    def rooted(self, kind: str, *key: str, **attributes: Any) -> Any:
        """A new entity with an id of its own, which its kind and ``key`` decide."""
        words = "\x1f".join((self._name, kind, *key))
        return self.add(kind, GlobalId=self._compress(uuid.uuid5(_SPACE, words).hex), **attributes)

    def point(self, coordinates: Point) -> Any:
        """A point in two or three dimensions, in m."""
        return self.add("IfcCartesianPoint", [float(c) for c in coordinates])

    def line(self, points: Iterable[Point]) -> Any:
        """A polyline through points in m."""
        return self.add("IfcPolyline", [self.point(p) for p in points])

    def axes(self, place: Point, axis: Point | None = None, across: Point | None = None) -> Any:
        """A place with its directions: along and across; by default up and east."""
        directions = [
            None if d is None else self.add("IfcDirection", [float(c) for c in d]) for d in (axis, across)
        ]
        return self.add("IfcAxis2Placement3D", self.point(place), *directions)

    def placed(self, place: Point, within: Any = None) -> Any:
        """A placement, in m from that of another one."""
        return self.add("IfcLocalPlacement", within, self.axes(place))

    def shape(self, *parts: tuple[Any, str, str, Sequence[Any]]) -> Any:
        """A product's shape of parts: context, identifier, type, items; None where there is none."""
        shown = [
            self.add("IfcShapeRepresentation", context, identifier, kind, list(items))
            for context, identifier, kind, items in parts
            if items
        ]
        return self.add("IfcProductDefinitionShape", Representations=shown) if shown else None

    def properties(self, element: Any, key: str, name: str, values: Mapping[str, Any]) -> None:
        """Give an element a property set of the values that are not None; none where all are.

        A value is an entity of a type (:meth:`typed`) or a list of one, which stands for an enumerated value.
        """
        single = [
            self.add("IfcPropertyEnumeratedValue", Name=n, EnumerationValues=v)
            if isinstance(v, list)
            else self.add("IfcPropertySingleValue", Name=n, NominalValue=v)
            for n, v in values.items()
            if v is not None
        ]
        if single:
            made = self.rooted("IfcPropertySet", key, name, Name=name, HasProperties=single)
            self._define(element, key, name, made)

    def lengths(
        self, element: Any, key: str, name: str, method: str, values_m: Mapping[str, float | None]
    ) -> None:
        """Give an element a set of quantities, lengths in m that are not None."""
        quantities = [
            self.add("IfcQuantityLength", Name=n, LengthValue=round(float(v), 6))
            for n, v in values_m.items()
            if v is not None
        ]
        if quantities:
            made = self.rooted(
                "IfcElementQuantity", key, name, Name=name, MethodOfMeasurement=method, Quantities=quantities
            )
            self._define(element, key, name, made)

    def typed(self, kind: str, value: object) -> Any:
        """A value of a type, None for None."""
        return None if value is None else self.add(kind, value)

    def _define(self, element: Any, key: str, name: str, made: Any) -> None:
        self.rooted(
            "IfcRelDefinesByProperties", key, name, RelatedObjects=[element], RelatingPropertyDefinition=made
        )

    def aggregate(self, whole: Any, parts: Sequence[Any]) -> None:
        """Say of what parts a project or site is made."""
        if parts:
            self.rooted("IfcRelAggregates", whole.GlobalId, RelatingObject=whole, RelatedObjects=list(parts))

    def content(self, file_name: str) -> bytes:
        """The file as bytes, with nothing in its header that another run would write otherwise."""
        header = self.file.header
        header.file_description.description = ("ViewDefinition [ReferenceView]",)
        name = header.file_name
        name.name, name.time_stamp = file_name, NO_TIME
        name.author, name.organization = ("",), ("",)
        name.preprocessor_version = name.originating_system = "spongecalc"
        text: str = self.file.to_string()  # type: ignore[no-untyped-call]
        return text.encode("ascii")


def add_project(document: IfcDocument, name: str, crs: CRS, origin: Point) -> tuple[Any, Any, Any]:
    """Add the project with its units, and where its origin lies in the CRS.

    Parameters
    ----------
    origin
        Easting and northing of the model's origin in the CRS, in m; its levels are those of the layers.

    Returns
    -------
    The project, and the contexts of bodies and of axes.
    """
    units = [
        document.add("IfcSIUnit", UnitType=kind, Name=unit)
        for kind, unit in (
            ("LENGTHUNIT", "METRE"),
            ("AREAUNIT", "SQUARE_METRE"),
            ("VOLUMEUNIT", "CUBIC_METRE"),
            ("PLANEANGLEUNIT", "RADIAN"),
        )
    ]
    context = document.add(
        "IfcGeometricRepresentationContext",
        ContextType="Model",
        CoordinateSpaceDimension=3,
        Precision=1e-5,
        WorldCoordinateSystem=document.axes((0.0, 0.0, 0.0)),
    )
    body, axis = (
        document.add(
            "IfcGeometricRepresentationSubContext",
            ContextIdentifier=identifier,
            ContextType="Model",
            ParentContext=context,
            TargetView=view,
        )
        for identifier, view in (("Body", "MODEL_VIEW"), ("Axis", "GRAPH_VIEW"))
    )
    code, method = crs.to_epsg(100), crs.coordinate_operation
    projected = document.add(
        "IfcProjectedCRS",
        Name=_label(crs.name if code is None else f"EPSG:{code}"),
        Description=crs.name,
        GeodeticDatum=_label(crs.datum.name) if crs.datum is not None else None,
        MapProjection=_label(method.method_name) if method is not None else None,
        MapUnit=units[0],
    )
    document.add(
        "IfcMapConversion",
        SourceCRS=context,
        TargetCRS=projected,
        Eastings=float(origin[0]),
        Northings=float(origin[1]),
        OrthogonalHeight=0.0,
        XAxisAbscissa=1.0,
        XAxisOrdinate=0.0,
        Scale=1.0,
    )
    project = document.rooted(
        "IfcProject",
        Name=_label(name),
        RepresentationContexts=[context],
        UnitsInContext=document.add("IfcUnitAssignment", units),
    )
    return project, body, axis


def _label(words: str) -> str:
    return words[:LONGEST_LABEL]

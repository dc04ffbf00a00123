"""What LandXML-1.2.xsd wants of the elements that are written, in our words.

The schema is published at http://www.landxml.org/schema/LandXML-1.2/LandXML-1.2.xsd and is not kept here; a copy
is used beside this where ``SPONGECALC_LANDXML_XSD`` names one (tests/export/test_landxml.py).
"""

from __future__ import annotations

import re
from typing import Any

SECTIONS = ("CircPipe", "EggPipe", "ElliPipe", "RectPipe", "Channel")
STRUCTURES = ("CircStruct", "RectStruct", "InletStruct", "OutletStruct", "Connection")
# Children in the order that it wants them; "+" after a name: one at least, "*": any number, "?": one or none.
CHILDREN: dict[str, str] = {
    "LandXML": "Units CoordinateSystem? Project? Application* CgPoints* PipeNetworks*",
    "Units": "Metric",
    "PipeNetworks": "PipeNetwork+ Feature*",
    "PipeNetwork": "Structs Pipes Feature*",
    "Structs": "Struct Struct+ Feature*",
    "Pipes": "Pipe+ Feature*",
    "Struct": "Center STRUCTURE Invert+ Feature*",
    "Pipe": "SECTION Center? Feature*",
    "CgPoints": "CgPoint* CgPoints* Feature*",
    "Feature": "Property* Feature*",
}
REQUIRED: dict[str, tuple[str, ...]] = {
    "LandXML": ("date", "time", "version"),
    "Metric": ("areaUnit", "linearUnit", "volumeUnit", "temperatureUnit", "pressureUnit"),
    "Project": ("name",),
    "Application": ("name",),
    "PipeNetwork": ("name", "pipeNetType"),
    "Struct": ("name",),
    "Invert": ("elev", "flowDir", "refPipe"),
    "Pipe": ("name", "refStart", "refEnd"),
    "CircPipe": ("diameter",),
    "EggPipe": ("height", "span"),
    "RectPipe": ("height", "width"),
    "Channel": ("height", "widthTop", "widthBottom"),
    "CircStruct": ("diameter",),
    "Property": ("label", "value"),
}
_PIPE = ("desc", "hazenWilliams", "mannings", "material", "thickness")
ALLOWED: dict[str, tuple[str, ...]] = {
    "LandXML": ("language", "readOnly"),
    "Metric": ("diameterUnit", "widthUnit", "heightUnit", "elevationUnit"),
    "CoordinateSystem": ("desc", "name", "epsgCode", "ogcWktCode"),
    "PipeNetworks": ("name", "desc", "state"),
    "PipeNetwork": ("desc", "state"),
    "Struct": ("desc", "elevRim", "elevSump", "state"),
    "Invert": ("desc",),
    "Pipe": ("desc", "length", "slope", "state"),
    "CgPoints": ("name", "desc", "state", "code"),
    "CgPoint": ("name", "desc", "state", "code", "featureRef"),
    "Feature": ("name", "code", "source"),
    **dict.fromkeys(SECTIONS, _PIPE),
}
VALUES: dict[str, tuple[str, ...]] = {
    "state": ("abandoned", "destroyed", "existing", "proposed"),
    "flowDir": ("in", "out", "both"),
    "pipeNetType": ("sanitary", "storm", "water", "other"),
    "diameterUnit": ("millimeter", "centimeter", "meter", "kilometer"),
}
NUMBERS = (
    "elev",
    "elevRim",
    "elevSump",
    "length",
    "diameter",
    "height",
    "width",
    "span",
    "thickness",
    "mannings",
)
_POINTS = ("Center", "CgPoint")
# A name that stands for any of several elements.
_ANY_OF = {"SECTION": SECTIONS, "STRUCTURE": STRUCTURES}


def _name(element: Any) -> str:
    return str(element.tag.rpartition("}")[2])


def _pattern(children: str) -> re.Pattern[str]:
    parts = []
    for word in children.split():
        name, sign = re.fullmatch(r"(\w+)([+*?]?)", word).groups()  # type: ignore[union-attr]
        parts.append(f"(?:(?:{'|'.join(_ANY_OF.get(name, (name,)))}) ){sign}")
    return re.compile("".join(parts))


def breaches(root: Any) -> list[str]:
    """Return what of a document the schema does not allow, and elements and attributes not listed here."""
    found = []
    for element in root.iter():
        name = _name(element)
        held = "".join(f"{_name(child)} " for child in element)
        if not _pattern(CHILDREN.get(name, "Feature*" if name in (*SECTIONS, *STRUCTURES) else "")).fullmatch(
            held
        ):
            found.append(f"{name}: {held}")
        given, required = set(element.attrib), set(REQUIRED.get(name, ()))
        found += [f"{name} without {a}" for a in sorted(required - given)]
        found += [f"{name} with {a}" for a in sorted(given - required - set(ALLOWED.get(name, ())))]
        for attribute, value in element.attrib.items():
            if attribute in VALUES and value not in VALUES[attribute]:
                found.append(f"{name} {attribute}={value}")
            if attribute in NUMBERS:
                float(value)
        if name in _POINTS and len([float(w) for w in element.text.split()]) not in (2, 3):
            found.append(f"{name}: {element.text}")
    return found + _keys(root)


def _keys(root: Any) -> list[str]:
    """Names that are not unique, and references to none: both hold for the whole document."""
    structs = [e.get("name") for e in root.iter("{*}Struct")]
    pipes = [e.get("name") for e in root.iter("{*}Pipe")]
    twice = [n for names in (structs, pipes) for n in set(names) if names.count(n) > 1]
    ends = {e.get(a) for e in root.iter("{*}Pipe") for a in ("refStart", "refEnd")}
    inverts = {e.get("refPipe") for e in root.iter("{*}Invert")}
    return [f"twice: {n}" for n in twice] + [f"none: {n}" for n in (ends - set(structs)) | (inverts - set(pipes))]

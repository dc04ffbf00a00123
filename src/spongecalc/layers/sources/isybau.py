"""ISYBAU XML, the German exchange format of sewers (2006 to 2017): knots as nodes, edges as pipes.

An ``AbwassertechnischeAnlage`` is an edge (``Kante``: a sewer, a lateral, a gutter) or a knot (``Knoten``: a
manhole, a point of connection, a structure). Lengths and levels are in m, sections in mm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from xml.etree.ElementTree import Element

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from spongecalc.catalogue.pipe_section import CIRCULAR, EGG
from spongecalc.layers.sources.raw import Note, RawLayer, SourceRefusedError
from spongecalc.layers.sources.xml_document import (
    children,
    everywhere,
    inside,
    local_name,
    number_of,
    words_of,
)
from spongecalc.standards.tables import rows

NODE_COLUMNS = ["node_id", "system", "kind", "ground_m", "invert_m", "status", "geometry"]
PIPE_COLUMNS = [
    "pipe_id",
    "system",
    "from_node",
    "to_node",
    "shape",
    "diameter_mm",
    "width_mm",
    "height_mm",
    "material",
    "invert_up_m",
    "invert_down_m",
    "length_m",
    "year",
    "status",
    "geometry",
]
# The point attributes that say where a manhole is and how low, and how high the ground is, the best first.
_PLACES, _GROUND = ("SMP", "KMP", "RAP", "HP", "KOP"), ("DMP", "GOK", "SBD")
# Collectives of the same file that hold other things.
_COLLECTIVES = (
    "Zustandsdatenkollektiv",
    "Hydraulikdatenkollektiv",
    "Betriebsdatenkollektiv",
    "Praesentationsdatenkollektiv",
)
_STRUCTURE = "2"


@cache
def _codes(name: str) -> dict[str, str]:
    """The contract's value for each code of one list."""
    return {row["code"]: row["value"] for row in rows("isybau_codes") if row["list"] == name}


def read_isybau(root: Element, layer: str) -> RawLayer:
    """Nodes or pipes of a document.

    Parameters
    ----------
    root
        The document, ``Identifikation``.
    layer
        "nodes" or "pipes".

    Returns
    -------
    Features with the contract's columns. A code that the contract has no value for stands as it is, so that the
    checks name it at its feature; what is not carried over is told with counts.

    Raises
    ------
    SourceRefusedError
        If the file has no sewers, or ``layer`` is another.
    """
    if layer not in ("nodes", "pipes"):
        raise SourceRefusedError("table.no_geometry", layer=layer)
    objects = list(everywhere(root, "AbwassertechnischeAnlage"))
    if not objects:
        available = ", ".join(sorted({local_name(e) for e in root.iter()} & set(_COLLECTIVES))) or "-"
        raise SourceRefusedError("layer.missing", layer="AbwassertechnischeAnlage", available=available)
    knots = [o for o in objects if inside(o, "Knoten") is not None]
    edges = [o for o in objects if inside(o, "Kante") is not None]
    left: Counter[str] = Counter()
    left.update(name for e in root.iter() if (name := local_name(e)) in _COLLECTIVES)
    other = len(objects) - len(knots) - len(edges)
    if other:
        left["AbwassertechnischeAnlage"] += other
    if layer == "nodes":
        made = [_node(o, left) for o in knots]
    else:
        places = {words_of(o, "Objektbezeichnung"): _point(o) for o in knots}
        made = [_pipe(o, places, left) for o in edges]
    frame = pd.DataFrame(made, columns=NODE_COLUMNS if layer == "nodes" else PIPE_COLUMNS)
    notes: tuple[Note, ...] = ()
    if left:
        what = ", ".join(f"{name} {count}" for name, count in sorted(left.items()))
        notes = (Note("xml.not_carried", {"what": what}),)
    columns = frozenset(c for c in frame.columns if c != "geometry")
    return RawLayer(gpd.GeoDataFrame(frame, geometry="geometry", crs=_crs(root)), columns, notes)


def _crs(root: Element) -> CRS | None:
    """The one system that the objects state; None where they state none, or several."""
    said = {(e.text or "").strip() for e in everywhere(root, "CRSLage")} - {""}
    if len(said) != 1:
        return None
    code = said.pop().rpartition(":")[2].partition("*")[0]
    try:
        return CRS.from_user_input(_codes("CRSLage").get(code) or f"EPSG:{int(code)}")
    except (CRSError, ValueError):
        return None


def _about(one: Element) -> dict[str, object]:
    """System and status of an object."""
    kind, status = words_of(one, "Entwaesserungsart"), words_of(one, "Status")
    return {
        # KR, KS, KM: a sewer for rain, sewage or both; the first letter says how the water runs.
        "system": _codes("Entwaesserungsart").get(kind[-1:].upper(), kind) if kind else None,
        "status": _codes("Status").get(status, f"Status {status}") if status else None,
    }


def _levels(one: Element) -> Iterator[tuple[str, str | None]]:
    """Attribute and height of each of an object's points."""
    for point in children(inside(one, "Geometrie", "Geometriedaten", "Knoten"), "Punkt"):
        yield (words_of(point, "PunktattributAbwasser") or "").upper(), words_of(point, "Punkthoehe")


def _points(one: Element) -> dict[str, shapely.Point]:
    found: dict[str, shapely.Point] = {}
    for point in children(inside(one, "Geometrie", "Geometriedaten", "Knoten"), "Punkt"):
        place = _place(point)
        if place is not None:
            found.setdefault((words_of(point, "PunktattributAbwasser") or "").upper(), place)
    return found


def _place(point: Element | None) -> shapely.Point | None:
    east, north = (number_of(words_of(point, name)) for name in ("Rechtswert", "Hochwert"))
    return shapely.Point(east, north) if east is not None and north is not None else None


def _point(one: Element) -> shapely.Point | None:
    """The place of a knot: of its bottom, else of anything but its cover, else of that."""
    found = _points(one)
    for name in _PLACES:
        if name in found:
            return found[name]
    rest = {name: place for name, place in found.items() if name not in _GROUND}
    return next(iter((rest or found).values()), None)


def _number(words: str | None) -> object:
    """A number; words that are none as they stand, so that they are named."""
    number = number_of(words)
    return words if number is None else number


def _node(one: Element, left: Counter[str]) -> dict[str, object]:
    levels = dict(reversed(list(_levels(one))))
    bottom = next((levels[n] for n in _PLACES if levels.get(n)), None)
    if bottom is None:
        bottom = next((z for n, z in levels.items() if z and n not in _GROUND), None)
    ground = _number(next((levels[n] for n in _GROUND if levels.get(n)), None))
    depth = number_of(words_of(one, "Knoten", "Schacht", "Schachttiefe"))
    invert = _number(bottom)
    if ground is None and isinstance(invert, float) and depth is not None:
        ground = round(invert + depth, 6)
    elif invert is None and isinstance(ground, float) and depth is not None:
        invert = round(ground - depth, 6)
    if inside(one, "Geometrie", "Geometriedaten", "Polygone") is not None:
        left["Polygone"] += 1
    return {
        "node_id": words_of(one, "Objektbezeichnung"),
        **_about(one),
        "kind": _kind(one),
        "ground_m": ground,
        "invert_m": invert,
        "geometry": _point(one),
    }


def _kind(one: Element) -> str:
    """The kind of a knot: of a structure what it is, of a point of connection what drains there."""
    knot = inside(one, "Knoten")
    kind = words_of(knot, "KnotenTyp") or ("1" if inside(knot, "Anschlusspunkt") is not None else "")
    if kind == _STRUCTURE or (not kind and inside(knot, "Bauwerk") is not None):
        number = words_of(knot, "Bauwerk", "Bauwerkstyp") or "-"
        return _codes("Bauwerkstyp").get(number, f"Bauwerkstyp {number}")
    drains = words_of(knot, "Anschlusspunkt", "Punktkennung") or ""
    return _codes("Punktkennung").get(drains) or _codes("KnotenTyp").get(kind or "0", f"KnotenTyp {kind}")


def _pipe(
    one: Element, places: Mapping[str | None, shapely.Point | None], left: Counter[str]
) -> dict[str, object]:
    edge = inside(one, "Kante")
    material = words_of(edge, "Material")
    ends = [words_of(edge, name) for name in ("KnotenZulauf", "KnotenAblauf")]
    return {
        "pipe_id": words_of(one, "Objektbezeichnung"),
        **_about(one),
        "from_node": ends[0],
        "to_node": ends[1],
        **_section(inside(edge, "Profil")),
        "material": _codes("Material").get(material.upper(), material) if material else None,
        "invert_up_m": _number(words_of(edge, "SohlhoeheZulauf")),
        "invert_down_m": _number(words_of(edge, "SohlhoeheAblauf")),
        "length_m": _number(words_of(edge, "Laenge")),
        "year": words_of(one, "Baujahr"),
        "geometry": _line(one, [places.get(end) for end in ends], left),
    }


def _section(profile: Element | None) -> dict[str, object]:
    kind = words_of(profile, "Profilart")
    shape = _codes("Profilart").get(kind, f"Profilart {kind}") if kind else None
    width, height = (_number(words_of(profile, name)) for name in ("Profilbreite", "Profilhoehe"))
    # 0 is what the format writes for a measure that a section does not have.
    width, height = (None if value == 0 else value for value in (width, height))
    if shape in (CIRCULAR, None):
        return {"shape": shape, "diameter_mm": height if height is not None else width}
    return {"shape": shape, "width_mm": None if shape == EGG else width, "height_mm": height}


def _line(one: Element, ends: list[shapely.Point | None], left: Counter[str]) -> shapely.LineString | None:
    """The line of an edge as it is drawn, else straight between its knots; an arc as its chord."""
    drawn: list[tuple[float, float]] = []
    for edge in children(inside(one, "Geometrie", "Geometriedaten", "Kanten"), "Kante"):
        if inside(edge, "Mitte") is not None:
            left["Mitte"] += 1
        for name in ("Start", "Ende"):
            end = inside(edge, name)
            point = inside(end, "Punkt")
            place = _place(point if point is not None else end)
            if place is not None and (not drawn or drawn[-1] != (place.x, place.y)):
                drawn.append((place.x, place.y))
    if len(drawn) > 1:
        return shapely.LineString(drawn)
    if None in ends or ends[0] == ends[1]:
        return None
    return shapely.LineString(ends)
